import { PluralKit, PluralKitError } from 'pluralspec-client';

declare const process: { env: Record<string, string> };
const { BASE_URL = '', TOKEN = '', HISTORY = '', CLOSED = '', USER_AGENT = '' } = process.env;

const pk = new PluralKit({ baseUrl: BASE_URL, token: TOKEN, userAgent: USER_AGENT });
const said: Record<string, unknown> = {};

const failure = async (attempt: Promise<unknown>) => {
  try {
    return await attempt;
  } catch (error) {
    if (!(error instanceof PluralKitError)) throw error;
    return { status: error.status, code: error.code, message: error.message, errors: error.errors };
  }
};

const made = await pk.createMember({
  memberCreate: {
    name: 'Robin',
    display_name: 'Robin ⚓ Häfen 🦊',
    color: '7fb069',
    birthday: '0004-02-29',
    proxy_tags: [{ prefix: 'r:' }],
    privacy: { metadata_privacy: 'private' },
  },
});
said.created = [made.name, made.display_name, made.color, made.birthday, made.proxy_tags, made.privacy?.metadata_privacy];
said.got = (await pk.getMember({ memberRef: made.id })).uuid === made.uuid;
const changed = await pk.updateMember({ memberRef: made.id, memberPatch: { display_name: 'Robin R.' } });
said.changed = [changed.name, changed.display_name, changed.color];
const cleared = await pk.updateMember({ memberRef: made.id, memberPatch: { color: null } });
said.cleared = [cleared.name, cleared.display_name, cleared.color];
const other = await pk.createMember({ memberCreate: { name: 'Wren' } });
said.listed = (await pk.getSystemMembers({ systemRef: '@me' })).map((member) => member.name);

const group = await pk.createGroup({ groupCreate: { name: 'Forest' } });
await pk.addGroupMembers({ groupRef: group.id, memberRefs: [made.id, other.uuid] });
said.group = (await pk.getGroupMembers({ groupRef: group.id })).map((member) => member.name);
said.groups = (await pk.getSystemGroups({ systemRef: '@me', with_members: true })).map((each) => each.members?.length);

said.nobody = !(await pk.getFronters({ systemRef: '@me' }));
const moment = '2024-05-01T12:00:00.123456Z';
const created = await pk.createSwitch({ systemRef: '@me', switchCreate: { members: [other.id, made.id], timestamp: moment } });
said.switched = [created.timestamp, created.members.map((member) => member.name)];
const fronters = await pk.getFronters({ systemRef: '@me' });
said.fronters = fronters ? fronters.members.map((member) => member.name) : null;

const ids: string[] = [];
const timestamps: string[] = [];
for await (const each of pk.switches(HISTORY)) {
  ids.push(each.id);
  timestamps.push(each.timestamp);
}
said.history = [ids.length, new Set(ids).size, timestamps[0], timestamps.at(-1)];
let earlier = 0;
for await (const _ of pk.switches(HISTORY, timestamps[99])) earlier++;
said.earlier = earlier;

said.invalid = await failure(pk.createMember({ memberCreate: { name: 'x'.repeat(101), color: 'green' } }));
said.missing = await failure(pk.getMember({ memberRef: 'zzzzzz' }));
said.forbidden = await failure(pk.getSystemMembers({ systemRef: CLOSED }));

let answered = 0;
for (let turn = 0; turn < 25; turn++) answered += (await pk.getMember({ memberRef: made.id })).id === made.id ? 1 : 0;
said.patient = answered;
await pk.deleteGroup({ groupRef: group.id });

console.log(JSON.stringify(said));

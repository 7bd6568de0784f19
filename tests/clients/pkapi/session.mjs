// Calls every method of pkapi.js that has an operation, each once, and says of each what came of it.
import assert from 'node:assert/strict';
import { DefaultRateLimiter, PKAPI } from 'pkapi.js';

const { BASE_URL, TOKEN, SYSTEM, GUILD, MEMBER, MESSAGE } = process.env;
const pk = new PKAPI({ base_url: BASE_URL, token: TOKEN, debug: false });
const stranger = new PKAPI({ base_url: BASE_URL, debug: false });
const methods = Object.getOwnPropertyNames(PKAPI.prototype).filter((name) => {
  const { value } = Object.getOwnPropertyDescriptor(PKAPI.prototype, name);
  return typeof value === 'function' && !['constructor', 'handle'].includes(name);
});
const said = Object.fromEntries(methods.map((name) => [name, 'never called']));

async function call(name, given, check, title = name, client = pk) {
  try {
    const got = await client[name](given);
    check(got);
    said[title] = 'works';
    return got;
  } catch (error) {
    // What it throws for an answer that is no success is no Error.
    said[title] = error instanceof Error ? error.message : `${error.status}: ${error.message}`;
  }
}

const equal = (...expected) => (...got) => assert.deepEqual(got, expected);
const names = (things) => [...things.values()].map(({ name }) => name);
const nothing = (got) => assert.ok(got === undefined || got === null);

await call('patchSystem', { name: 'Harbor', tag: '| H' }, (got) => equal('Harbor', '| H')(got.name, got.tag));
await call('getSystem', {}, (got) => equal('Harbor')(got.name));
await call('getAccount', { system: SYSTEM }, (got) => equal('Harbor', null)(got.name, got.privacy), 'getAccount', stranger);
await call('patchSystemConfig', { timezone: 'America/New_York', latch_timeout: 60 }, (got) => equal(60)(got.latch_timeout));
await call('patchSystemConfig', { timezone: 'Asia/Tokyo' }, (got) => equal('Asia/Tokyo')(got.timezone), 'patchSystemConfig with a time zone whose abbreviation is no name');
await call('getSystemConfig', {}, (got) => equal(60, 1000)(got.latch_timeout, got.member_limit));
await call('getSystemGuildSettings', { guild: GUILD }, (got) => equal(true, null)(got.proxying_enabled, got.tag));
await call('patchSystemGuildSettings', { guild: GUILD, tag: '| G' }, (got) => equal(true, '| G')(got.proxying_enabled, got.tag));
await call('getSystemAutoproxySettings', { guild: GUILD }, (got) => equal('off', null)(got.autoproxy_mode, got.autoproxy_member));
await call('patchSystemAutoproxySettings', { guild: GUILD, autoproxy_mode: 'front' }, (got) => equal('front')(got.autoproxy_mode));

const birthday = new Date('2004-02-29');
const robin = await call('createMember', { name: 'Robin', color: '7fb069', birthday, proxy_tags: [{ prefix: 'r:', suffix: null }] }, (got) => {
  equal('Robin', '7fb069', birthday, [{ prefix: 'r:', suffix: null }])(got.name, got.color, got.birthday, got.proxy_tags);
});
await call('getMember', { member: robin.id }, (got) => equal(robin.uuid, 'Robin')(got.uuid, got.name));
await call('patchMember', { member: robin.id, name: 'Robin', pronouns: 'they/them' }, (got) => equal('Robin', 'they/them', '7fb069')(got.name, got.pronouns, got.color));
await call('patchMember', { member: robin.id, pronouns: 'they/them' }, () => {}, 'patchMember without a name');
const wren = await pk.createMember({ name: 'Wren' });
await call('getMembers', {}, (got) => equal(['Ayo', 'Robin', 'Wren'])(names(got)));
await call('getMemberGuildSettings', { member: MEMBER, guild: GUILD }, (got) => equal(null)(got.display_name));
await call('patchMemberGuildSettings', { member: MEMBER, guild: GUILD, display_name: 'Mod' }, (got) => equal('Mod')(got.display_name));

const forest = await call('createGroup', { name: 'Forest', color: '386641' }, (got) => equal('Forest', '386641')(got.name, got.color));
await call('getGroup', { group: forest.id }, (got) => equal(forest.uuid)(got.uuid));
await call('patchGroup', { group: forest.id, name: 'Wood' }, (got) => equal('Wood', '386641')(got.name, got.color));
await call('addGroupMembers', { group: forest.id, members: [robin.id, wren.id] }, nothing);
await call('getGroupMembers', { group: forest.id }, (got) => equal(['Robin', 'Wren'])(names(got)));
await call('removeGroupMembers', { group: forest.id, members: [wren.id] }, nothing);
await call('setGroupMembers', { group: forest.id, members: [robin.id] }, nothing);
await call('getGroups', { with_members: true }, (got) => equal(['Robin'])(names([...got.values()].find(({ id }) => id === forest.id).members)));
await call('addMemberGroups', { member: wren.id, groups: [forest.id] }, nothing);
await call('getMemberGroups', { member: wren.id }, (got) => equal(['Wood'])(names(got)));
await call('removeMemberGroups', { member: wren.id, groups: [forest.id] }, nothing);
await call('setMemberGroups', { member: wren.id, groups: [forest.id] }, nothing);

await call('getFronters', {}, nothing, 'getFronters before the first switch');
const first = await call('createSwitch', { members: [wren.id, robin.id] }, (got) => equal(['Wren', 'Robin'])(names(got.members)));
await call('getFronters', {}, (got) => equal(['Wren', 'Robin'])(names(got.members)));
await call('getSwitch', { switch: first.id }, (got) => equal(first.id)(got.id));
await call('getSwitches', { limit: 1 }, (got) => equal([['Wren', 'Robin']])([...got.values()].map((each) => names(each.members))));
const moment = new Date('2024-05-01T12:00:00.123Z');
await call('patchSwitchTimestamp', { switch: first.id, timestamp: moment }, (got) => equal(moment)(got.timestamp));
await call('patchSwitchMembers', { switch: first.id, members: [robin.id] }, () => {}, 'patchSwitchMembers without a timestamp');
await call('patchSwitchMembers', { switch: first.id, timestamp: moment, members: [robin.id] }, (got) => equal(['Robin'])(names(got.members)));
await call('deleteSwitch', { switch: first.id }, nothing);
await call('getMessage', { message: MESSAGE }, (got) => equal(MESSAGE, GUILD, 'Ayo')(got.id, got.guild, got.member.name));
await call('deleteGroup', { group: forest.id }, nothing);
await call('deleteMember', { member: wren.id }, nothing);
await call('getMember', { member: wren.id }, () => {}, 'getMember of nobody');

if (process.env.LIMITED_URL) {
  const patient = new PKAPI({ base_url: process.env.LIMITED_URL, token: TOKEN, debug: false, rate_limiter: new DefaultRateLimiter() });
  for (let turn = 0; turn < 15; turn++) await call('getSystem', {}, () => {}, 'DefaultRateLimiter', patient);
}
console.log(JSON.stringify(said));

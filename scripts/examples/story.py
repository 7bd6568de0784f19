"""What is sent to the demo systems, one request after the other, and which example of the contract each one is."""

from typing import Any

from generated.errors import InternalServerError
from models.tables import Member, Message, SystemSettings
from models.tables import System as SystemTable
from scripts.examples.stage import Answer, Stage

Address = tuple[str, ...]
Entity = dict[str, Any]
# A tenth of a second after the story: the request that it goes with was one of ten a second.
RESET = 1793525400100
# What is only read: it may be sent, but says nothing.
READ_ONLY = {"id", "uuid", "system", "created", "autoproxy_enabled", "message_count", "last_message_timestamp"}
NOBODY = "00000000-0000-4000-8000-000000000000"


def tell(stage: Stage) -> dict[Address, Any]:
    """The whole story; the values of the examples that are no components, by their place."""
    members = {each["name"]: each for each in stage.ask("GET", "/systems/@me/members", by=stage.open)}
    groups = {each["name"]: each for each in stage.ask("GET", "/systems/@me/groups", by=stage.open)}
    others = stage.ask("GET", "/systems/@me/members", by=stage.private)
    other_groups = stage.ask("GET", "/systems/@me/groups", by=stage.private)
    message = _messages(stage, members["Pip"])
    guild = message["guild"]
    _system(stage)
    _guilds(stage, guild, members)
    _members(stage, members)
    _groups(stage, members, groups)
    _switches(stage, members)
    _cards(stage, members, groups)
    _refusals(stage)
    _not_found(stage, members, guild)
    _not_yours(stage, members, groups, others, other_groups)
    _invalid(stage, members)
    _limits(stage)
    return _parameters(stage, members["Ash"], groups["Mornings"], message)


def tell_of_limits(stage: Stage) -> dict[Address, Any]:
    """What a server says of its limits, and when they are passed."""
    answers: list[Answer] = []
    while not answers or answers[-1].status != 429:
        answers.append(stage.send("GET", f"/systems/{stage.open.id}"))
    first, last = answers[0].headers, answers[-1]
    # The most that it can be at ten a second: it depends on how fast the requests followed each other.
    stage.show("TooManyRequests", last.body | {"retry_after": 100})
    headers = {name: first[f"x-ratelimit-{name.lower()}"] for name in ("Limit", "Remaining", "Reset", "Scope")}
    values = {name: int(value) if value.isdigit() else value for name, value in headers.items()}
    values["Reset"] = RESET
    at = ("components", "headers")
    found: dict[Address, Any] = {
        (*at, f"X-RateLimit-{name}{end}", "example"): values[name] for name in values for end in ("", "-On-400")
    }
    return found | {
        (*at, "Retry-After", "example"): int(last.headers["retry-after"]),
        (*at, "X-PluralKit-Version", "example"): first["x-pluralkit-version"],
        (*at, "X-Request-Id", "example"): stage.send("GET", "/messages/1", X_Request_Id="import-42").headers[
            "x-request-id"
        ],
    }


def _messages(stage: Stage, member: Entity) -> Entity:
    of = Message.select().order_by(Message.id)
    known = of.join(Member).where(Member.uuid == member["uuid"]).get()
    orphan = of.where(Message.member.is_null()).get()
    change = {
        "display_name": "Pip 🪲",
        "proxy_tags": [{"prefix": "pip "}, {"prefix": None, "suffix": " -pip"}],
        "privacy": {"name_privacy": "private", "metadata_privacy": "private"},
    }
    path = f"/members/{member['id']}"
    stage.ask("PATCH", path, change, sends="MemberChange", shows="MemberForOwner", by=stage.open)
    stage.ask("GET", path, shows="MemberForStranger")
    whole = _settable(stage.ask("GET", path, by=stage.open)) | {"description": "Likes beetles, maps and being read to."}
    stage.ask("PATCH", path, whole, sends="MemberWhole", by=stage.open)
    stage.ask("GET", f"/messages/{orphan.id}", shows="MessageOrphan")
    told: Entity = stage.ask("GET", f"/messages/{known.id}", shows="MessageForStranger")
    return told


def _settable(entity: Entity) -> Entity:
    return {key: value for key, value in entity.items() if key not in READ_ONLY}


def _system(stage: Stage) -> None:
    path = "/systems/@me"
    change = {"pronouns": "they/them", "color": "E8A33D", "privacy": {"description_privacy": "private"}}
    stage.ask("PATCH", path, change, sends="SystemChange", shows="SystemForOwner", by=stage.open)
    stage.ask("GET", f"/systems/{stage.open.id}", shows="SystemForStranger")
    stage.ask("PATCH", path, {"banner": None}, sends="SystemClear", shows="SystemCleared", by=stage.open)
    settings = stage.ask("GET", f"{path}/settings", by=stage.open)
    changes = {"timezone": "Europe/Lisbon", "hid_display_caps": True, "hid_list_padding": "left"}
    stage.ask("PATCH", f"{path}/settings", changes, sends="SettingsChange", shows="SettingsForOwner", by=stage.open)
    stage.ask("GET", f"/systems/{stage.open.id}/settings", shows="SettingsForStranger")
    whole = {key: value for key, value in settings.items() if not key.endswith("_limit")}
    stage.ask("PATCH", f"{path}/settings", whole, sends="SettingsWhole", by=stage.open)


def _guilds(stage: Stage, guild: str, members: dict[str, Entity]) -> None:
    path = f"/systems/@me/guilds/{guild}"
    change = {"tag": "🏮 Lantern", "tag_enabled": True, "proxying_enabled": True}
    stage.ask("PATCH", path, change, sends="SystemGuildChange", shows="SystemGuild", by=stage.open)
    there = {"display_name": "Ash (mod)", "avatar_url": f"{members['Ash']['avatar_url']}?size=256", "keep_proxy": None}
    path = f"/members/{members['Ash']['id']}/guilds/{guild}"
    stage.ask("PATCH", path, there, sends="MemberGuildChange", shows="MemberGuild", by=stage.open)
    path = f"/systems/@me/autoproxy?guild_id={guild}"
    stage.ask("GET", path, shows="AutoproxyNow", by=stage.open)
    to_member = {"autoproxy_mode": "member", "autoproxy_member": members["Ash"]["id"]}
    stage.ask("PATCH", path, to_member, sends="AutoproxyToMember", shows="AutoproxyMember", by=stage.open)
    stage.ask("PATCH", path, {"autoproxy_mode": "off"}, sends="AutoproxyToOff", shows="AutoproxyOff", by=stage.open)
    stage.ask("GET", "/systems/@me/autoproxy", shows="Unimplemented", by=stage.open)


def _members(stage: Stage, members: dict[str, Entity]) -> None:
    least = stage.ask("POST", "/members", {"name": "Robin"}, sends="MemberLeast", by=stage.open)
    more = {
        "name": "Hazel",
        "display_name": "Hazel of the Lantern House",
        "color": "8D6E63",
        "birthday": "0004-02-29",
        "pronouns": "she/her",
        "description": "Likes tide tables.",
        "avatar_url": "https://pictures.example.org/lantern/hazel.png",
        "webhook_avatar_url": "https://pictures.example.org/lantern/hazel-small.png",
        "banner": "https://pictures.example.org/lantern/hazel-banner.png",
        "keep_proxy": True,
        "tts": False,
        "proxy_tags": [{"prefix": "h:"}, {"prefix": "<", "suffix": ">"}],
        "privacy": {"birthday_privacy": "private", "metadata_privacy": "private"},
    }
    made = stage.ask("POST", "/members", more, sends="MemberMore", shows="MemberCreated", by=stage.open)
    stage.settle(made, "created")
    clear = {"description": None, "keep_proxy": False, "privacy": {"birthday_privacy": None}}
    stage.ask("PATCH", f"/members/{made['id']}", clear, sends="MemberClear", shows="MemberCleared", by=stage.open)
    for each in (least, made):
        stage.ask("DELETE", f"/members/{each['id']}", by=stage.open)
    stage.ask("GET", "/systems/@me/members", shows="FirstMembersForOwner", first=2, by=stage.open)
    stage.ask("GET", f"/systems/{stage.open.id}/members", shows="FirstMembersForStranger", first=2)
    of_member = f"/members/{members['Juniper']['id']}/groups"
    stage.ask("GET", of_member, shows="GroupsForOwner", by=stage.open)
    stage.ask("GET", of_member, shows="GroupsForStranger")


def _groups(stage: Stage, members: dict[str, Entity], groups: dict[str, Entity]) -> None:
    inside, shelf = (f"/groups/{groups[name]['id']}" for name in ("the back room", "Empty shelf"))
    some = [members["Ash"]["id"], members["Orla"]["uuid"]]
    stage.ask("POST", f"{shelf}/members/overwrite", some, sends="SomeMembers", by=stage.open)
    stage.ask("GET", f"{shelf}/members", shows="MembersForOwner", by=stage.open)
    stage.ask("GET", f"{shelf}/members", shows="MembersForStranger")
    stage.ask("POST", f"{shelf}/members/overwrite", [], sends="Nothing", by=stage.open)
    both = [groups["Mornings"]["id"], groups["Office"]["uuid"]]
    stage.ask("POST", f"/members/{members['Ash']['id']}/groups/add", both, sends="SomeGroups", by=stage.open)
    lists = f"/systems/{stage.open.id}/groups"
    stage.ask("GET", lists, shows="FirstGroupsForOwner", first=2, by=stage.open)
    stage.ask("GET", lists, shows="FirstGroupsForStranger", first=2)
    stage.ask("GET", f"{lists}?with_members=true", shows="GroupsWithMembers", first=2)
    change = {"icon": "https://pictures.example.org/lantern/inside.png", "privacy": {"icon_privacy": "private"}}
    stage.ask("PATCH", inside, change, sends="GroupChange", shows="GroupForOwner", by=stage.open)
    stage.ask("GET", inside, shows="GroupForStranger")
    whole = _settable(stage.ask("GET", inside, by=stage.open)) | {"color": "4e342e"}
    stage.ask("PATCH", inside, whole, sends="GroupWhole", by=stage.open)
    least = stage.ask("POST", "/groups", {"name": "Hearth"}, sends="GroupLeast", by=stage.open)
    more = {
        "name": "Readers",
        "display_name": "📚 Readers",
        "description": "One book a month, between all of us.",
        "icon": "https://pictures.example.org/lantern/readers.png",
        "color": "5D4037",
        "privacy": {"description_privacy": "private", "metadata_privacy": "private"},
    }
    made = stage.ask("POST", "/groups", more, sends="GroupMore", shows="GroupCreated", by=stage.open)
    stage.settle(made, "created")
    for each in (least, made):
        stage.ask("DELETE", f"/groups/{each['id']}", by=stage.open)


def _switches(stage: Stage, members: dict[str, Entity]) -> None:
    path, of_anybody = "/systems/@me/switches", f"/systems/{stage.open.id}"
    ash, orla, wren = members["Ash"], members["Orla"], members["Wren"]
    now = {"members": [wren["id"], ash["id"]]}
    made = stage.ask("POST", path, now, sends="SwitchNow", shows="SwitchCreated", by=stage.open)
    stage.settle(made, "timestamp")
    stage.ask("DELETE", f"{path}/{made['id']}", by=stage.open)
    # After all of the demo data, whatever the clock of this machine says.
    nobody = {"timestamp": "2026-10-31T22:15:00Z", "members": []}
    stage.settle(stage.ask("POST", path, nobody, sends="SwitchOut", by=stage.open))
    then = {"timestamp": "2026-11-01T08:05:00.5+01:00", "members": [ash["uuid"], orla["id"]]}
    newest = stage.ask("POST", path, then, sends="SwitchThen", shows="SwitchForOwner", by=stage.open)
    stage.settle(newest)
    stage.ask("GET", f"{of_anybody}/fronters", shows="SwitchForStranger")
    stage.ask("GET", f"{of_anybody}/switches?limit=3", shows="SwitchPage")
    this = f"{path}/{newest['id']}"
    stage.ask(
        "PATCH", this, {"timestamp": "2026-11-01T06:50:00Z"}, sends="SwitchMove", shows="SwitchMoved", by=stage.open
    )
    fronters = [orla["id"]]
    stage.ask("PATCH", f"{this}/members", fronters, sends="SwitchFronters", shows="SwitchUpdated", by=stage.open)
    again = {"timestamp": "2026-11-01T09:00:00Z", "members": [orla["id"]]}
    stage.ask("POST", path, again, shows="IdenticalMembers", by=stage.open)
    twice = {"members": [orla["id"], orla["uuid"]]}
    stage.ask("POST", path, twice, shows="DuplicateMembers", by=stage.open)
    taken = {"timestamp": "2026-11-01T06:50:00Z", "members": [ash["id"]]}
    stage.ask("POST", path, taken, shows="SwitchExists", by=stage.open)
    stage.ask("GET", f"{path}/the-last-one", shows="InvalidSwitchId", by=stage.open)
    stage.ask("GET", f"{path}/{NOBODY}", shows="SwitchNotAccessible", by=stage.open)


def _cards(stage: Stage, members: dict[str, Entity], groups: dict[str, Entity]) -> None:
    stage.ask("GET", f"/systems/{stage.open.id}/oembed.json", shows="SystemCard")
    stage.ask("GET", f"/members/{members['Pip']['id']}/oembed.json", shows="MemberCard")
    stage.ask("GET", f"/groups/{groups['Mornings']['id']}/oembed.json", shows="GroupCard")


def _refusals(stage: Stage) -> None:
    stage.ask("GET", f"/systems/{stage.open.id}", shows="BadRequest", User_Agent="")
    stage.ask("GET", "/systems/@me", shows="Unauthorized")
    stage.ask("PATCH", f"/systems/{stage.open.id}", {"tag": "!"}, shows="Forbidden", by=stage.private)
    stage.ask("POST", "/members", shows="PayloadTooLarge", by=stage.open, Content_Length="2000000")
    stage.ask("POST", "/members", "name=Robin", shows="UnsupportedMediaType", by=stage.open, Content_Type="text/plain")
    private = f"/systems/{stage.private.id}"
    stage.ask("GET", f"{private}/members", shows="MemberListPrivate")
    stage.ask("GET", f"{private}/groups", shows="GroupListPrivate")
    stage.ask("GET", f"{private}/fronters", shows="FrontersPrivate")
    stage.ask("GET", f"{private}/switches", shows="FrontHistoryPrivate")


def _not_found(stage: Stage, members: dict[str, Entity], guild: str) -> None:
    group = stage.ask("GET", "/systems/@me/groups", by=stage.open)[0]
    stage.ask("GET", "/systems/nobody", shows="SystemNotFound")
    stage.ask("GET", "/members/nobody", shows="MemberNotFound")
    stage.ask("GET", "/groups/nobody", shows="GroupNotFound")
    stage.ask("GET", "/messages/1", shows="MessageNotFound")
    stage.ask("POST", f"/groups/{group['id']}/members/add", ["nobody"], shows="MemberRefNotFound", by=stage.open)
    path = f"/members/{members['Ash']['id']}"
    stage.ask("POST", f"{path}/groups/add", ["nobody"], shows="GroupRefNotFound", by=stage.open)
    stage.ask("GET", "/systems/@me/guilds/1", shows="SystemGuildNotFound", by=stage.open)
    stage.ask("GET", f"{path}/guilds/1", shows="MemberGuildNotFound", by=stage.open)


def _not_yours(
    stage: Stage,
    members: dict[str, Entity],
    groups: dict[str, Entity],
    others: list[Entity],
    other_groups: list[Entity],
) -> None:
    theirs, their_group = others[0]["id"], other_groups[0]["id"]
    inside = f"/groups/{groups['the back room']['id']}/members"
    stage.ask("GET", inside, shows="GroupMemberListPrivate")
    stage.ask("DELETE", f"/members/{theirs}", shows="NotOwnMember", by=stage.open)
    stage.ask("DELETE", f"/groups/{their_group}", shows="NotOwnGroup", by=stage.open)
    stage.ask("POST", f"{inside}/add", [theirs], shows="NotOwnMemberRef", by=stage.open)
    mine = f"/members/{members['Ash']['id']}/groups/add"
    stage.ask("POST", mine, [their_group], shows="NotOwnGroupRef", by=stage.open)


def _invalid(stage: Stage, members: dict[str, Entity]) -> None:
    wrong = {"description": "x" * 1042, "color": "#7a9e7e"}
    stage.ask("PATCH", f"/members/{members['Ash']['id']}", wrong, shows="InvalidModel", by=stage.open)
    stage.ask("POST", "/members", {"pronouns": "she/her"}, shows="NameMissing", by=stage.open)
    stage.ask("POST", "/groups", {"color": "5d4037"}, shows="GroupNameMissing", by=stage.open)
    stage.ask("POST", "/systems/@me/switches", {}, shows="MembersMissing", by=stage.open)
    newest = stage.ask("GET", "/systems/@me/fronters", by=stage.open)
    stage.ask("PATCH", f"/systems/@me/switches/{newest['id']}", {}, shows="TimestampMissing", by=stage.open)


def _limits(stage: Stage) -> None:
    """What only the keeper of a server can bring about."""
    mine = SystemSettings.system.in_(SystemTable.select().where(SystemTable.uuid == stage.open.uuid))
    SystemSettings.update(member_limit=0, group_limit=0).where(mine).execute()
    stage.ask("POST", "/members", {"name": "Robin"}, shows="MemberLimitReached", by=stage.open)
    stage.ask("POST", "/groups", {"name": "Hearth"}, shows="GroupLimitReached", by=stage.open)
    # A defect cannot be asked for. A lost table can stand for a lost database, which comes last therefore.
    stage.show("InternalServerError", {"message": InternalServerError.message, "code": InternalServerError.code})
    Message.drop_table()
    stage.ask("GET", "/messages/1", shows="ServiceUnavailable")


def _parameters(stage: Stage, member: Entity, group: Entity, message: Entity) -> dict[Address, Any]:
    at = ("components", "parameters")
    short = str(member["id"]).upper()
    page = stage.shown()["SwitchPage"]
    return {
        (*at, "systemRef", "examples", "id", "value"): stage.open.id,
        (*at, "systemRef", "examples", "uuid", "value"): stage.open.uuid,
        (*at, "systemRef", "examples", "account", "value"): message["sender"],
        (*at, "memberRef", "examples", "id", "value"): member["id"],
        (*at, "memberRef", "examples", "displayed", "value"): f"{short[:3]}-{short[3:]}",
        (*at, "memberRef", "examples", "uuid", "value"): member["uuid"],
        (*at, "groupRef", "examples", "id", "value"): group["id"],
        (*at, "groupRef", "examples", "uuid", "value"): group["uuid"],
        (*at, "switchRef", "example"): page[-1]["id"],
        (*at, "messageId", "example"): message["id"],
        (*at, "guildInPath", "example"): message["guild"],
        (*at, "guildInQuery", "example"): message["guild"],
        (*at, "before", "example"): page[-1]["timestamp"],
    }

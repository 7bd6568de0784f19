"""Section "tokens, keys and scopes": who gets which view of what, for every operation and every scope.

What is asked comes from the contract: its operations and its scopes. What must be answered is stated here a second time
and by hand, after the documentation.
"""

import base64
import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from tests.support import shapes
from tests.support.client import Client
from tests.support.home import EVERY_OPERATION, Call, Home
from tests.support.keeper import Keeper, new_snowflake
from tests.support.operations import CONTRACT, Operations
from tests.support.pipeline import Pipeline, Request, Seen
from tests.support.problems import (
    FORBIDDEN,
    FRONT_HISTORY_PRIVATE,
    FRONTERS_PRIVATE,
    GROUP_LIST_PRIVATE,
    GROUP_MEMBER_LIST_PRIVATE,
    MEMBER_LIST_PRIVATE,
    NOT_OWN_GROUP,
    NOT_OWN_MEMBER,
    SWITCH_NOT_ACCESSIBLE,
    UNAUTHORIZED,
    Problem,
)
from tests.support.server import Server
from tests.support.wire import exchange
from tests.support.workers import pipelines

# The table of the documentation, by hand.

NOTHING, PUBLIC, PRIVATE, CHANGE = range(4)
"""What a scope is worth for an operation: each holds those before it."""
WORTH = {"publicread": PUBLIC, "read": PRIVATE, "write": CHANGE}

MEMBERSHIP = {
    *("add_group_members", "remove_group_members", "overwrite_group_members", "get_group_members"),
    *("add_member_to_groups", "remove_member_from_groups", "overwrite_member_groups", "get_member_groups"),
}
COVERS = {
    "system": {
        *("get_system", "update_system", "get_system_settings", "update_system_settings"),
        *("get_autoproxy", "update_autoproxy", "get_system_guild_settings", "update_system_guild_settings"),
    },
    "members": {
        *("get_system_members", "create_member", "get_member", "update_member", "delete_member"),
        *("get_member_guild_settings", "update_member_guild_settings"),
    },
    "groups": {*("get_system_groups", "create_group", "get_group", "update_group", "delete_group"), *MEMBERSHIP},
    "fronters": {"get_fronters"},
    "switches": {
        *("get_system_switches", "get_switch", "get_fronters"),
        *("create_switch", "update_switch", "update_switch_members", "delete_switch"),
    },
}
COVERS["all"] = set().union(*COVERS.values(), {"get_message"})
FREE_FOR_ALL = {"get_system_oembed", "get_member_oembed", "get_group_oembed"}
OWNERS_READS = {"get_system_guild_settings", "get_member_guild_settings", "get_autoproxy"}
PRESETS = {
    "full": {"write:all"},
    "read-private": {"read:all"},
    "read-public": {"publicread:all"},
    "identify": {"identify"},
}
OWN, OTHER, ME = "own", "another's", "@me"
# What a stranger is told of a system that keeps everything to itself.
CLOSED = {
    "get_system_members": MEMBER_LIST_PRIVATE,
    "get_system_groups": GROUP_LIST_PRIVATE,
    "get_member_groups": GROUP_LIST_PRIVATE,
    "get_group_members": GROUP_MEMBER_LIST_PRIVATE,
    "get_fronters": FRONTERS_PRIVATE,
    "get_system_switches": FRONT_HISTORY_PRIVATE,
    "get_switch": SWITCH_NOT_ACCESSIBLE,
}


@dataclass(frozen=True)
class Credential:
    """What is sent as `Authorization`, and what it must be worth; without scopes it is nobody's."""

    name: str
    header: str | None
    scopes: frozenset[str] | None

    def worth(self, operation: str, target: str) -> int:
        """The most that any of the scopes gives."""
        return max((worth_of(scope, operation, target) for scope in self.scopes or ()), default=NOTHING)


def worth_of(scope: str, operation: str, target: str) -> int:
    """What one scope gives for an operation."""
    if scope == "identify":
        return PUBLIC if (operation, target) == ("get_system", ME) else NOTHING
    level, topic = scope.split(":")
    return WORTH[level] if operation in COVERS[topic] else NOTHING


OWNERS_VIEW, PUBLIC_VIEW, DONE = "the owner's view", "the public view", "done"
Expected = Problem | str


def verdict(operation: str, credential: Credential, target: str, call: Call) -> Expected:
    """What must be answered."""
    nobody, worth = credential.scopes is None, credential.worth(operation, target)
    if operation in FREE_FOR_ALL:
        return UNAUTHORIZED if target == ME and nobody else PUBLIC_VIEW
    owners_alone = call.method != "GET" or operation in OWNERS_READS
    if nobody and (owners_alone or target == ME):
        return UNAUTHORIZED
    if owners_alone:
        needed = PRIVATE if call.method == "GET" else CHANGE
        if worth < needed:
            return FORBIDDEN
        if target == OTHER:
            return not_yours(call)
        return OWNERS_VIEW if call.method == "GET" else DONE
    if target == ME and worth == NOTHING:
        return FORBIDDEN
    return OWNERS_VIEW if target != OTHER and worth >= PRIVATE else PUBLIC_VIEW


def not_yours(call: Call) -> Problem:
    """What the client of another system is told."""
    if call.template.startswith("/members/"):
        return NOT_OWN_MEMBER
    return NOT_OWN_GROUP if call.template.startswith("/groups/") else FORBIDDEN


# What there is to ask, from the contract.

DOCUMENT = json.loads(CONTRACT.read_text(encoding="utf-8"))
_SCOPES = DOCUMENT["x-scopes"]
SINGLE_SCOPES = ("identify", *(f"{level}:{topic}" for level in _SCOPES["levels"] for topic in _SCOPES["topics"]))
OPERATIONS = Operations.of_contract()


def operation_of(call: Call) -> str:
    """The operationId that a call is."""
    found = OPERATIONS.find(call.method, call.template.split("?")[0])
    assert found, call
    return found


CALLS = {operation_of(call): call for call in EVERY_OPERATION}
READS = [name for name, call in CALLS.items() if call.method == "GET"]
WRITES = [name for name, call in CALLS.items() if call.method != "GET"]


def targets(call: Call) -> list[str]:
    """What the call can be about; the creations have nothing in their path, so they are about the own system."""
    if "{" not in call.template:
        return [OWN]
    return [OWN, OTHER, ME] if "{system}" in call.template else [OWN, OTHER]


def test_the_table_speaks_of_everything_that_the_contract_has() -> None:
    assert CALLS.keys() == OPERATIONS.controllers.keys() == COVERS["all"] | FREE_FOR_ALL
    assert {*_SCOPES["topics"]} == COVERS.keys()
    assert {*_SCOPES["levels"]} == WORTH.keys()
    assert {name: {*scopes} for name, scopes in DOCUMENT["x-scope-presets"].items()} == PRESETS


# The two systems, one of which the keys are for


@dataclass(frozen=True)
class Place:
    """A system whose fields are private."""

    home: Home

    def request(self, call: Call, target: str, header: str | None) -> Request:
        """The call about this system, with this `Authorization`."""
        path = self.home.path(call.template.replace("{system}", "@me") if target == ME else call.template)
        return Request(call.method, path, header, self.home.body(call))


LISTS = (*(key for key in shapes.SYSTEM_PRIVACY if "list" in key or "front" in key), "visibility", "list_privacy")


def privacy(keys: tuple[str, ...], lists: str) -> dict[str, str]:
    """Everything private, except perhaps the lists."""
    return {key: lists if key in LISTS else "private" for key in keys}


def furnished(keeper: Keeper, lists: str) -> Place:
    """A system with one of everything, and something private in every field."""
    account, guild = new_snowflake(), new_snowflake()
    owner = keeper.new_system(accounts=[account])
    owner.patch("/systems/@me", shapes.FULL_SYSTEM | {"privacy": privacy(shapes.SYSTEM_PRIVACY, lists)}).ok()
    owner.patch("/systems/@me/settings", shapes.FULL_SETTINGS).ok()
    member = owner.new_member(**shapes.FULL_MEMBER | {"privacy": privacy(shapes.MEMBER_PRIVACY, lists)})
    secrecy = {"privacy": privacy(shapes.GROUP_PRIVACY, lists)}
    group = owner.new_group(members=[member["id"]], **shapes.FULL_GROUP | secrecy)
    switch = owner.new_switch(member["id"], timestamp="2024-05-01T12:00:00Z")
    message = keeper.add_message(member["uuid"], sender=account, guild=guild)
    return Place(Home(owner, account, guild, member, group, switch, message))


SEVERAL = (
    ("identify", "read:members"),
    ("publicread:all", "write:switches"),
    ("read:system", "publicread:groups", "write:members"),
)


def worth_something(keeper: Keeper, owner: Client) -> Iterator[Credential]:
    """Every credential that counts."""
    yield Credential("system token", owner.token, frozenset({"write:all"}))
    for scopes in [*((scope,) for scope in SINGLE_SCOPES), *SEVERAL]:
        yield Credential(f"key with {' and '.join(scopes)}", keeper.new_key(owner, *scopes).token, frozenset(scopes))
    for preset, meaning in PRESETS.items():
        yield Credential(f"key with the preset {preset}", keeper.new_key(owner, preset).token, frozenset(meaning))
    for claimed, stored in (("write:all", ["identify"]), ("identify", ["write:all"]), ("write:all", [])):
        client = keeper.new_key(owner, claimed)
        keeper.set_scopes(client, *stored)
        yield Credential(f"key that claims {claimed} with {stored} stored", client.token, frozenset(stored))


def worth_nothing(keeper: Keeper, owner: Client) -> Iterator[Credential]:
    """Credentials that are nobody's."""
    deleted = keeper.new_key(owner, "full")
    keeper.delete_key(deleted)
    key = str(keeper.new_key(owner, "full").token)
    headers = {
        "anonymous": None,
        "garbage": "nonsense",
        "token of nobody": base64.b64encode(secrets.token_bytes(48)).decode(),
        "system token behind Bearer": f"Bearer {owner.token}",
        "key without Bearer": key.removeprefix("Bearer "),
        "key without signature": key.rpartition(":")[0] + ":",
        "key with another payload": rewritten(key, scopes=["write:all", "identify"]),
        "key with another signature": key[:-10] + ("A" if key[-10] != "A" else "B") + key[-9:],
        "deleted key": deleted.token,
    }
    for name, header in headers.items():
        yield Credential(name, header, None)


def rewritten(key: str, **claims: object) -> str:
    """The key with other claims, under the old signature."""
    start, payload, signature = key.split(":")
    changed = json.loads(base64.b64decode(payload)) | claims
    return ":".join((start, base64.b64encode(json.dumps(changed).encode()).decode(), signature))


def credentials_of(keeper: Keeper, place: Place) -> list[Credential]:
    """Everything that may be sent as `Authorization`, all of it about one system."""
    owner = place.home.owner
    return [*worth_something(keeper, owner), *worth_nothing(keeper, owner)]


@pytest.fixture(scope="module")
def pipeline(base_url: str) -> Iterator[Pipeline]:
    """One connection for all of the table."""
    with Pipeline(base_url, "scopes-tests (https://example.org)") as connection:
        yield connection


Outcome = tuple[int, Any]


def outcome(expected: Expected, owners: Seen, publics: Seen) -> Outcome:
    """The status and the body that are expected, given what the owner and a stranger get."""
    if isinstance(expected, Problem):
        return expected.status, {"message": expected.message, "code": expected.code}
    seen = owners if expected == OWNERS_VIEW else publics
    return seen.status, seen.body


def compare(answers: Mapping[str, tuple[Outcome, Seen]]) -> None:
    """Expect each outcome; all that are wrong are told, by the name of the credential."""
    wrong = {
        name: {"expected": right, "found": (seen.status, seen.body)}
        for name, (right, seen) in answers.items()
        if (seen.status, seen.body) != right
    }
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)


# Reading


@pytest.fixture(scope="module", params=["public", "private"], ids="lists {}".format)
def lists(request: pytest.FixtureRequest) -> str:
    """Whether strangers may see the lists of the systems."""
    return str(request.param)


@pytest.fixture(scope="module")
def mine(keeper: Keeper, lists: str) -> Place:
    """The system whose credentials are used; the tests of this section only read it."""
    return furnished(keeper, lists)


@pytest.fixture(scope="module")
def theirs(keeper: Keeper, lists: str) -> Place:
    """Another system, likewise."""
    return furnished(keeper, lists)


@pytest.fixture(scope="module")
def credentials(keeper: Keeper, mine: Place) -> list[Credential]:
    """Everything that may be sent as `Authorization`."""
    return credentials_of(keeper, mine)


PRIVATE_WORDS = {
    str(full[key]).splitlines()[0].encode()
    for full in (shapes.FULL_SYSTEM, shapes.FULL_MEMBER, shapes.FULL_GROUP)
    for key in ("name", "description", "banner", "pronouns", "birthday", "avatar_url", "icon")
    if key in full
}


@pytest.mark.parametrize("operation", READS)
def test_views_can_be_told_apart(mine: Place, pipeline: Pipeline, lists: str, operation: str) -> None:
    requests = [mine.request(CALLS[operation], OWN, header) for header in (mine.home.owner.token, None)]
    owners, publics = pipeline.send_all(requests)
    assert owners.status == 200
    assert not [word for word in PRIVATE_WORDS if word in publics.raw]
    if operation in OWNERS_READS:
        assert publics.status == 401
    elif lists == "private" and operation in CLOSED:
        assert (publics.status, publics.body) == outcome(CLOSED[operation], owners, publics)
    elif operation in FREE_FOR_ALL | {"get_system_switches"}:
        assert (publics.status, publics.body) == (200, owners.body)
    else:
        assert publics.status == 200
        assert publics.body != owners.body


READING = [(operation, target) for operation in READS for target in targets(CALLS[operation])]


@pytest.mark.parametrize(("operation", "target"), READING)
def test_reading(
    mine: Place, theirs: Place, credentials: list[Credential], pipeline: Pipeline, operation: str, target: str
) -> None:
    call = CALLS[operation]
    place = theirs if target == OTHER else mine
    known = [place.request(call, OWN, header) for header in (place.home.owner.token, None)]
    asked = [place.request(call, target, each.header) for each in credentials]
    owners, publics, *answers = pipeline.send_all([*known, *asked])
    expected = [outcome(verdict(operation, each, target, call), owners, publics) for each in credentials]
    compare({each.name: (right, seen) for each, right, seen in zip(credentials, expected, answers, strict=True)})


# Writing


@dataclass(frozen=True)
class Workshop:
    """Systems to be written to."""

    mine: Place
    theirs: Place
    credentials: list[Credential]

    def everything(self, pipeline: Pipeline) -> list[bytes]:
        """All that there is to be seen of both."""
        places = (self.mine, self.theirs)
        asked = [place.request(CALLS[read], OWN, place.home.owner.token) for place in places for read in READS]
        return [seen.raw.partition(b"{")[2] for seen in pipeline.send_all(asked)]


@pytest.fixture(scope="module")
def workshop(keeper: Keeper) -> Workshop:
    """Made once: what is written spoils nothing for the next operation."""
    mine = furnished(keeper, "private")
    return Workshop(mine, furnished(keeper, "private"), credentials_of(keeper, mine))


_moments = (datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=number) for number in count())


def moment() -> str:
    """A point in time that no switch has yet, before that of the newest."""
    return next(_moments).isoformat()


def fresh(place: Place, operation: str) -> tuple[Place, Call]:
    """The call, about something that can be written once."""
    home, call = place.home, CALLS[operation]
    if operation == "delete_member":
        home = replace(home, member=home.owner.new_member())
    elif operation == "delete_group":
        home = replace(home, group=home.owner.new_group())
    elif operation in ("delete_switch", "update_switch_members"):
        home = replace(home, switch=home.owner.new_switch(home.member["id"], timestamp=moment()))
    elif operation == "create_switch":
        call = replace(call, body={"members": [], "timestamp": moment()})
    return Place(home), call


@pytest.mark.parametrize("operation", WRITES)
def test_writing(workshop: Workshop, pipeline: Pipeline, operation: str) -> None:
    call = CALLS[operation]
    cases = [
        (target, each, verdict(operation, each, target, call))
        for target in targets(call)
        for each in workshop.credentials
    ]
    refuse_all(workshop, pipeline, call, [case for case in cases if case[2] != DONE])
    allowed = [(target, each) for target, each, expected in cases if expected == DONE]
    assert allowed
    for target, each in allowed:
        place, once = fresh(workshop.mine, operation)
        seen = next(pipeline.send_all([place.request(once, target, each.header)]))
        assert seen.status in (200, 204), (each.name, target, seen)
        expect_written(pipeline, place, once, seen)


def refuse_all(
    workshop: Workshop, pipeline: Pipeline, call: Call, cases: list[tuple[str, Credential, Expected]]
) -> None:
    """Expect that each is refused as it must be, and that nothing changes."""
    before = workshop.everything(pipeline)
    asked = [
        (workshop.theirs if target == OTHER else workshop.mine).request(call, target, each.header)
        for target, each, _ in cases
    ]
    answers = list(pipeline.send_all(asked))
    compare(
        {
            f"{each.name}, {target}": (outcome(expected, seen, seen), seen)
            for (target, each, expected), seen in zip(cases, answers, strict=True)
        }
    )
    assert workshop.everything(pipeline) == before


def expect_written(pipeline: Pipeline, place: Place, call: Call, seen: Seen) -> None:
    """Expect that a change is answered with what its owner sees, now or from then on."""
    if call.method == "PATCH" and not call.template.endswith("/switches/{switch}/members"):
        request = replace(place.request(call, OWN, place.home.owner.token), method="GET", body=None)
        assert seen.body == next(pipeline.send_all([request])).body


# When credentials end, and what is none

End = Callable[[Keeper, Client], object]
ENDS: dict[str, tuple[End, int]] = {
    "the key is deleted": (lambda keeper, key: keeper.delete_key(key), 401),
    "its scopes are taken away": (lambda keeper, key: keeper.set_scopes(key, "write:members"), 403),
    "its system is deleted": (lambda keeper, key: keeper.delete_system(key), 401),
}


@pytest.mark.parametrize(("end", "status"), ENDS.values(), ids=ENDS)
def test_key_ends_at_once_in_every_worker(keeper: Keeper, server: Server, end: End, status: int) -> None:
    key = keeper.new_key(keeper.new_system(), "read:system")
    request = Request("GET", "/v2/systems/@me", key.token)
    with pipelines(server) as connections:
        for _ in range(2):  # the second time, whatever a worker remembers is what it answers from
            assert [next(each.send_all([request])).status for each in connections] == [200] * len(connections)
        end(keeper, key)
        assert [next(each.send_all([request])).status for each in connections] == [status] * len(connections)


def test_token_ends_at_once_in_every_worker(keeper: Keeper, server: Server) -> None:
    replaced, deleted = keeper.new_system(), keeper.new_system()
    requests = [Request("GET", "/v2/systems/@me", each.token) for each in (replaced, deleted)]
    with pipelines(server) as connections:
        for each in connections:
            assert [seen.status for seen in each.send_all(requests)] == [200, 200]
        keeper.new_token(replaced)
        keeper.delete_system(deleted)
        for each in connections:
            assert [seen.status for seen in each.send_all(requests)] == [401, 401]


def sealed(keeper: Keeper, owner: Client, wanted: str) -> str:
    """A key whose signature has one of these letters in it."""
    while not set(wanted) & set((key := str(keeper.new_key(owner, "write:all").token)).rpartition(":")[2]):
        pass
    return key


ODD: dict[str, Callable[[str], str]] = {
    "payload without padding": lambda key: re.sub("=+:", ":", key),
    "payload with more padding": lambda key: re.sub("=*:(?=[^:]*$)", "====:", key),
    "payload with other last bits": lambda key: re.sub("(.)(=+:)", lambda m: chr(ord(m[1]) + 1) + m[2], key),
    "payload with a space": lambda key: key.replace("pkapi:eyJ", "pkapi:eyJ "),
    "payload quoted for a URL": lambda key: key.replace("=", "%3D"),
    "signature in the other alphabet": lambda key: key.replace("-", "+").replace("_", "/"),
    "signature with other last bits": lambda key: key[:-1] + chr(ord(key[-1]) + 1),
    "signature with padding": lambda key: key + "==",
    "beyond ASCII": lambda key: key.replace("pkapi", "pkåpi"),
    "payload beyond ASCII": lambda key: key.replace("eyJ", "eyJÿ"),
    "8 kB long": lambda key: key.replace("eyJ", "eyJ" * 2_700),
    "50 kB long": lambda key: key.replace("eyJ", "eyJ" * 17_000),
    "50 kB of signature": lambda key: key + "A" * 50_000,
}


@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_odd_key_is_anonymous(keeper: Keeper, owner: Client, base_url: str, change: Callable[[str], str]) -> None:
    key = sealed(keeper, owner, "-_")
    assert change(key) != key
    for header, status in ((key, 200), (change(key), 401)):
        headers = [("User-Agent", "x"), ("Authorization", header)]
        assert exchange(base_url, "GET", "/v2/systems/@me", headers).status == status
        assert exchange(base_url, "GET", f"/v2/systems/{owner.id}", headers).status == 200

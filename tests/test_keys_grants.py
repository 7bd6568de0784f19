"""API keys: their form, what they stand for, and when they end."""

import base64
import json
import uuid
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generated.contract import OPERATIONS, SCOPE_PRESETS, SCOPES, Scope
from models import keys
from models.database import store
from models.keeper import KeeperError
from models.keys import NewKey, Verifier
from models.references import parse_system
from models.signing import SigningKey
from models.systems import find
from tests.support.client import Client


@pytest.fixture(scope="module")
def signing(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    """A signing key of these tests' own."""
    return SigningKey(tmp_path_factory.mktemp("keys") / "signing-key")


@pytest.fixture
def verifier(signing: SigningKey) -> Verifier:
    """What the server asks."""
    return Verifier(signing)


@pytest.fixture
def new_key(owner: Client, signing: SigningKey) -> Callable[..., NewKey]:
    """Makes a key of the fresh system."""
    return lambda *scopes: keys.create(owner.id, "test", scopes or ("full",), signing)


def bearer(key: str) -> bytes:
    """The header with a key."""
    return f"Bearer {key}".encode()


def parts(key: str) -> tuple[str, dict[str, Any], str]:
    """Payload, what it says, and signature."""
    prefix, payload, signature = key.split(":")
    assert prefix == "pkapi"
    return payload, json.loads(base64.b64decode(payload, validate=True)), signature


def signed(signing: SigningKey, payload: object) -> str:
    """A key that says what `payload` says, rightly signed."""
    text = base64.b64encode(json.dumps(payload).encode())
    return b":".join((b"pkapi", text, signing.sign(text))).decode()


def test_a_key_says_whose_it_is_in_the_documented_form(owner: Client, new_key: Callable[..., NewKey]) -> None:
    made = new_key("read:members", "identify")
    _, said, signature = parts(made.key)
    assert said == {"tid": made.id, "sid": owner.uuid, "type": "user_created", "scopes": ["identify", "read:members"]}
    assert str(uuid.UUID(made.id)) == made.id
    assert len(base64.urlsafe_b64decode(signature + "==")) == 64


def test_a_key_stands_for_its_system_and_its_stored_scopes(
    owner: Client, new_key: Callable[..., NewKey], verifier: Verifier
) -> None:
    grant = verifier.grant(bearer(new_key("read:members").key))
    assert grant
    assert grant.system == find(parse_system(owner.id))
    assert json.loads(grant.scopes) == ["read:members"]


def test_the_scopes_that_count_are_those_stored(
    new_key: Callable[..., NewKey], verifier: Verifier, signing: SigningKey
) -> None:
    made = new_key("identify")
    _, said, _ = parts(made.key)
    grant = verifier.grant(bearer(signed(signing, said | {"scopes": ["write:all"]})))
    assert grant
    assert json.loads(grant.scopes) == ["identify"]


def test_a_deleted_key_ends_at_once(new_key: Callable[..., NewKey], verifier: Verifier) -> None:
    made, other = new_key(), new_key()
    assert verifier.grant(bearer(made.key))
    assert keys.delete(made.id)["id"] == made.id
    assert verifier.grant(bearer(made.key)) is None
    assert verifier.grant(bearer(other.key))


def test_no_letter_of_a_key_can_be_another(new_key: Callable[..., NewKey], verifier: Verifier) -> None:
    key = new_key().key
    for place in range(len(key)):
        other = "B" if key[place] == "A" else "A"
        assert verifier.grant(bearer(key[:place] + other + key[place + 1 :])) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda key: key,
        lambda key: f"Basic {key}",
        lambda key: f"Bearer{key}",
        lambda key: f"Bearer {key} ",
        lambda key: f"Bearer {key}=",
        lambda key: f"Bearer {key}:",
        lambda key: f"Bearer {key}\n",
        lambda key: f"Bearer {key.removeprefix('pkapi:')}",
        lambda key: f"Bearer {key.rpartition(':')[0]}",
        lambda key: f"Bearer {key.rpartition(':')[0]}:",
        lambda key: "Bearer pkapi::",
        lambda key: f"Bearer pkapi:{'A' * 100_000}:{'A' * 86}",
    ],
)
def test_what_has_not_the_form_of_a_key_is_none(
    new_key: Callable[..., NewKey], verifier: Verifier, change: Callable[[str], str]
) -> None:
    assert verifier.grant(change(new_key().key).encode()) is None


def test_the_scheme_has_any_case(new_key: Callable[..., NewKey], verifier: Verifier) -> None:
    assert verifier.grant(f"bearer  {new_key().key}".encode())


@pytest.mark.parametrize("change", [{"type": "other"}, {"tid": None}, {"tid": 5}, {"tid": "\0"}, {"tid": "x" * 900}])
def test_what_we_would_not_have_signed_is_none(
    new_key: Callable[..., NewKey], verifier: Verifier, signing: SigningKey, change: dict[str, Any]
) -> None:
    _, said, _ = parts(new_key().key)
    assert verifier.grant(bearer(signed(signing, said | change))) is None
    assert verifier.grant(bearer(signed(signing, [said]))) is None


def test_garbage_reaches_neither_the_signature_nor_the_database(
    verifier: Verifier, signing: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_GRANT", None)
    assert (
        verifier.grant(bearer(signed(SigningKey(signing.path.with_name("other")), {"tid": "x", "type": "x"}))) is None
    )
    monkeypatch.setattr(signing, "signed", None)
    assert verifier.grant(bearer(f"pkapi:{'A' * 40}:{'A' * 86}")) is None


@given(st.binary(max_size=300))
def test_nothing_malformed_raises(text: bytes) -> None:
    verifier = Verifier(SigningKey(Path("no such file")))
    assert verifier.grant(text) is None
    assert verifier.grant(b"Bearer pkapi:" + base64.b64encode(text) + b":" + b"A" * 86) is None


def test_keys_are_listed_renamed_and_told_apart(owner: Client, new_key: Callable[..., NewKey]) -> None:
    first, second = new_key("identify"), new_key("full")
    listed = keys.list_keys(owner.id)
    assert [key["id"] for key in listed] == [first.id, second.id]
    assert listed[1] == {
        "id": second.id,
        "system": owner.id,
        "name": "test",
        "scopes": ["write:all"],
        "created": second.created,
    }
    assert keys.rename(first.id.upper(), "another name")["name"] == "another name"
    assert [key["name"] for key in keys.list_keys(owner.uuid)] == ["another name", "test"]
    assert keys.show(first.id)["name"] == "another name"


def test_a_new_signing_key_ends_all_keys(
    owner: Client, new_key: Callable[..., NewKey], verifier: Verifier, signing: SigningKey
) -> None:
    made = new_key()
    assert verifier.grant(bearer(made.key))
    assert keys.rotate(signing) >= 1
    assert verifier.grant(bearer(made.key)) is None
    assert keys.count() == 0
    assert verifier.grant(bearer(new_key().key))


def test_presets_are_written_out_and_repetitions_count_once() -> None:
    for preset, scopes in SCOPE_PRESETS.items():
        assert keys.parse_scopes([preset, *scopes, preset]) == list(scopes)
    assert keys.parse_scopes(["write:system", "identify"]) == ["identify", "write:system"]


@pytest.mark.parametrize("unknown", ["read", "read:everything", "admin:all", "", "READ:all"])
def test_an_unknown_scope_is_refused_with_those_that_are_known(unknown: str) -> None:
    with pytest.raises(KeeperError) as error:
        keys.parse_scopes(["identify", unknown])
    assert repr(unknown) in str(error.value)
    assert all(scope in str(error.value) for scope in [*SCOPE_PRESETS, *SCOPES])


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\0b"])
def test_a_key_has_a_name(owner: Client, signing: SigningKey, name: str) -> None:
    with pytest.raises(KeeperError, match="1 to 100 characters"):
        keys.create(owner.id, name, ["full"], signing)
    assert keys.list_keys(owner.id) == []


@pytest.mark.parametrize("ref", ["", "nobody", "not a uuid", "00000000-0000-4000-8000-000000000000"])
def test_what_does_not_exist_is_one_clear_line(signing: SigningKey, keeper: object, ref: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: keys.create(ref, "test", ["full"], signing),
        lambda: keys.list_keys(ref),
        lambda: keys.rename(ref, "name"),
        lambda: keys.delete(ref),
    ]
    for attempt in attempts:
        with pytest.raises(KeeperError, match=r"^there is no [^\n]*$"):
            attempt()


def test_the_database_holds_no_key(new_key: Callable[..., NewKey]) -> None:
    made = new_key()
    payload, _, signature = parts(made.key)
    columns = store().execute("SELECT * FROM api_key", ()).fetchall()
    assert not any(secret in str(columns) for secret in (payload, signature))


COVERED = {"publicread": {"publicread"}, "read": {"publicread", "read"}, "write": {"publicread", "read", "write"}}


def worth(scope: str, needed: Scope) -> int:
    """An independent statement of what one scope is worth."""
    if scope == "identify":
        return 1 if needed.identify else 0
    name, topic = scope.split(":")
    return len(COVERED[name]) if topic in {*needed.topics, "all"} else 0


def test_what_scopes_are_worth_for_every_operation() -> None:
    needed = [operation.scope for operation in OPERATIONS.values() if operation.scope]
    for scope, one in product(SCOPES, needed):
        assert keys.level(json.dumps([scope]), one) == worth(scope, one)
    for (one_scope, other), one in product(product(SCOPES, SCOPES), needed):
        assert keys.level(json.dumps([one_scope, other]), one) == max(worth(one_scope, one), worth(other, one))
    assert keys.level("[]", needed[0]) == keys.level('["once:known"]', needed[0]) == 0

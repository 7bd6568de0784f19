"""API keys: `pkapi:<payload>:<signature>`. The signature says that we made a key; the database, what it may do now."""

import base64
import binascii
import json
import re
import uuid
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from generated.contract import SCOPE_LEVELS, SCOPE_PRESETS, SCOPES, Scope
from models import instants, keeper
from models.compiled import Statement, param
from models.keeper import KeeperError
from models.references import parse_uuid
from models.signing import SigningKey
from models.tables import ApiKey, System

NOTHING = 0
LEVELS = {name: level for level, name in enumerate(SCOPE_LEVELS, start=1)}
"""What a key can be worth for an operation; each level holds those below it."""

_LONGEST_NAME = 100
_TYPE = "user_created"
# A signature is 64 bytes: of the last character's bits, only two are used.
_AUTHORIZATION = re.compile(rb"(?i:bearer) +pkapi:([A-Za-z0-9+/]{1,4000}={0,2}):([A-Za-z0-9_-]{85}[AQgw])")
_GRANT = Statement(lambda: ApiKey.select(ApiKey.system, ApiKey.scopes).where(ApiKey.uuid == param("uuid")))


class Grant(NamedTuple):
    """What a valid key stands for: a system's row, and the scopes as they are stored."""

    system: int
    scopes: str


class NewKey(NamedTuple):
    """A key just made; `key` is shown this once."""

    id: str
    system: str
    name: str
    scopes: list[str]
    created: str
    key: str


class _NotOurs(Exception):
    """Not a key that we have signed."""


class Verifier:
    """Tells which keys are ours and still there."""

    def __init__(self, signing: SigningKey) -> None:
        self._signing = signing
        # What was signed stays signed, so this may be remembered; whether the key still exists is asked every time.
        self._id = lru_cache(maxsize=1024)(self._signed_id)

    def grant(self, authorization: bytes) -> Grant | None:
        """What the key in this Authorization header stands for; None if it is none, not ours, or deleted."""
        try:
            key_id = self._id(authorization)
        except _NotOurs:
            return None
        row = _GRANT.row(uuid=key_id)
        return None if row is None else Grant(*row)

    def _signed_id(self, authorization: bytes) -> str:
        """The id of the key, once its form and then its signature have been found right."""
        form = _AUTHORIZATION.fullmatch(authorization)
        key_id = form and _id_in(form[1])
        if not form or not key_id or not self._signing.signed(*form.groups()):
            raise _NotOurs
        return key_id


@lru_cache(maxsize=4096)
def level(scopes: str, needed: Scope) -> int:
    """What the stored `scopes` are worth where a scope is `needed`: NOTHING, or one of LEVELS."""
    granted = [scope.partition(":")[::2] for scope in orjson.loads(scopes)]
    levels = [LEVELS.get(name, NOTHING) for name, topic in granted if topic == "all" or topic in needed.topics]
    if needed.identify and ("identify", "") in granted:
        levels.append(LEVELS["publicread"])
    return max(levels, default=NOTHING)


def parse_scopes(given: Iterable[str]) -> list[str]:
    """Scopes, presets written out, each once and in the contract's order. Raises KeeperError."""
    wanted = {scope for name in given for scope in SCOPE_PRESETS.get(name, (name,))}
    if unknown := sorted(wanted.difference(SCOPES)):
        known = ", ".join(dict.fromkeys([*SCOPE_PRESETS, *SCOPES]))
        raise KeeperError(f"there is no scope {unknown[0]!r}; known: {known}")
    if not wanted:
        raise KeeperError("a key needs at least one scope")
    return [scope for scope in SCOPES if scope in wanted]


def create(ref: str, name: str, scopes: Iterable[str], signing: SigningKey) -> NewKey:
    """Make a key for a system. Raises KeeperError, SigningKeyUnusable."""
    parsed, named, system = parse_scopes(scopes), _name(name), _system(ref)
    key_id, created = str(uuid.uuid4()), instants.now()
    payload = {"tid": key_id, "sid": system.uuid, "type": _TYPE, "scopes": parsed}
    signed = base64.b64encode(orjson.dumps(payload))
    key = b":".join((b"pkapi", signed, signing.sign(signed)))
    ApiKey.create(uuid=key_id, system=system, name=named, scopes=json.dumps(parsed), created=created)
    return NewKey(key_id, system.short_id, named, parsed, f"{created}Z", key.decode())


def list_keys(ref: str) -> list[dict[str, Any]]:
    """The keys of a system, oldest first. Raises KeeperError."""
    return [_summary(key) for key in ApiKey.select().where(ApiKey.system == _system(ref)).order_by(ApiKey.id)]


def show(key_id: str) -> dict[str, Any]:
    """One key: id, system, name, scopes, created. Raises KeeperError."""
    return _summary(_key(key_id))


def rename(key_id: str, name: str) -> dict[str, Any]:
    """Give a key another name. Raises KeeperError."""
    key = _key(key_id)
    key.name = _name(name)
    key.save(only=[ApiKey.name])
    return _summary(key)


def delete(key_id: str) -> dict[str, Any]:
    """End a key: from the next request on, it is worth nothing. Raises KeeperError."""
    key = _key(key_id)
    key.delete_instance()
    return _summary(key)


def rotate(signing: SigningKey) -> int:
    """End all keys, and sign further ones with a new signing key; how many have ended. Raises SigningKeyUnusable."""
    # The rows first: they are what every server asks, even one that has yet to see the new signing key.
    ended: int = ApiKey.delete().execute()
    signing.rotate()
    return ended


def count() -> int:
    """How many keys there are, of all systems."""
    number: int = ApiKey.select().count()
    return number


def _id_in(payload: bytes) -> str | None:
    """The key's id in a payload that has the right form."""
    try:
        claims = orjson.loads(base64.b64decode(payload, validate=True))
    except (binascii.Error, orjson.JSONDecodeError):
        return None
    if not isinstance(claims, dict) or claims.get("type") != _TYPE:
        return None
    key_id = claims.get("tid")
    return key_id if isinstance(key_id, str) and parse_uuid(key_id) else None


def _name(name: str) -> str:
    if not name.strip() or len(name) > _LONGEST_NAME or "\0" in name:
        raise KeeperError(f"a key's name has 1 to {_LONGEST_NAME} characters, and no NUL among them")
    return name


def _system(ref: str) -> Any:
    return System.get(System.uuid == keeper.show_system(ref)["uuid"])


def _key(key_id: str) -> Any:
    parsed = parse_uuid(key_id)
    found = parsed and ApiKey.get_or_none(ApiKey.uuid == parsed.value)
    if not found:
        raise KeeperError(f"there is no key {key_id!r}: give its id, a UUID")
    return found


def _summary(key: Any) -> dict[str, Any]:
    return {
        "id": key.uuid,
        "system": key.system.short_id,
        "name": key.name,
        "scopes": json.loads(key.scopes),
        "created": f"{key.created}Z",
    }

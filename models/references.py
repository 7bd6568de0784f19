"""The forms in which the API lets people name a system, a member, a group or a switch.

A reference is parsed once into the form it has; each form has its own compiled query. What matches no form is None,
which nothing in the database answers to.
"""

import re
from typing import Literal, NamedTuple

from models import snowflakes

Form = Literal["id", "uuid", "short_id", "account"]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_UUID_LENGTH = 36
_SHORT_ID = re.compile(r"[a-z]{5,6}")
_ACCOUNT = re.compile(r"[0-9]{17,20}")


class Reference(NamedTuple):
    """`form` names the column that `value` is looked up in; `id` is a row's own key and never comes from a client."""

    form: Form
    value: str | int


def parse_uuid(text: str) -> Reference | None:
    """A UUID with its dashes, in any case."""
    uuid = text.strip().lower()
    return Reference("uuid", uuid) if _UUID.fullmatch(uuid) else None


def parse(text: str) -> Reference | None:
    """A member or group: a UUID or a short id in any display form (`exampl`, `EXA-MPL`, ` abcde`)."""
    lowered = text.strip().lower()
    if len(lowered) == _UUID_LENGTH and _UUID.fullmatch(lowered):
        return Reference("uuid", lowered)
    short_id = lowered if lowered.isalpha() else lowered.replace("-", "").replace(" ", "")
    return Reference("short_id", short_id) if _SHORT_ID.fullmatch(short_id) else None


def parse_system(text: str) -> Reference | None:
    """A system: what `parse` takes, or the id of a linked Discord account."""
    digits = text.strip()
    if not _ACCOUNT.fullmatch(digits):
        return parse(text)
    account = snowflakes.encode(digits)
    return Reference("account", account) if account is not None else None

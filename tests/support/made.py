"""What a check makes, told apart from what a system had before."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from tests.support.check import MARKER
from tests.support.client import Client

_BEGINNING = datetime.now(UTC).replace(microsecond=0) - timedelta(days=9000)
_hours = (_BEGINNING + timedelta(hours=number) for number in count())


def called(name: str) -> str:
    """A name by which leftovers can be found."""
    return f"{MARKER} {name}"


def among(found: Iterable[Any], *made: Any) -> list[Any]:
    """Those of a list that the check made, in the order of the list."""
    ids = {each["id"] for each in made}
    return [each for each in found if each["id"] in ids]


def past(number: int) -> list[str]:
    """That many points in time, oldest first, of an hour long ago in which nobody has switched."""
    hour = next(_hours)
    return [rfc3339(hour + timedelta(minutes=minute)) for minute in range(number)]


def rfc3339(moment: datetime) -> str:
    """The moment as the API writes it."""
    return moment.isoformat().replace("+00:00", "Z")


def instant(timestamp: str) -> datetime:
    """The moment that an answer names."""
    return datetime.fromisoformat(timestamp)


def visible(owner: Client, *keys: str) -> None:
    """Skip the check if the system hides from strangers what it looks at: it is not for a check to show it to them."""
    privacy = owner.get("/systems/@me").ok()["privacy"]
    hidden = [key for key in keys if privacy[key] != "public"]
    if hidden:
        pytest.skip(f"{hidden[0]} of the system is private; it takes one whose lists are public")

"""What makes a test a check of the contract kit: a stable id, a level, and the words that demand it.

`must` quotes the public documentation, `should` says what the reference service does where the documentation is silent,
`may` says what this project decided. A test without the mark proves our own server only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import pytest

Level = Literal["must", "should", "may"]
Side = Literal["documentation", "reference"]
TakesSide = Callable[[Side], None]
Test = TypeVar("Test", bound=Callable[..., None])

MARKER = "contract-kit"
"""Part of the name of everything that a check makes, by which leftovers can be found."""


@dataclass(frozen=True)
class Check:
    """A requirement that can be tested from outside."""

    id: str
    """Area first: `members/update/null-clears`."""
    level: Level
    requirement: str
    """A quotation if the level is must, else a sentence of our own."""

    @property
    def area(self) -> str:
        return self.id.partition("/")[0]


def check(identity: str, *, must: str = "", should: str = "", may: str = "") -> Callable[[Test], Test]:
    """Make a test a check; exactly one of the levels is given."""
    given: list[tuple[Level, str]] = [("must", must), ("should", should), ("may", may)]
    ((level, requirement),) = ((level, text) for level, text in given if text)
    mark: Any = pytest.mark.check(Check(identity, level, requirement))
    return lambda test: mark(test)

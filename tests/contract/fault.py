"""What a fault is."""

from dataclasses import dataclass

from tests.contract.proxy import Tamper


@dataclass(frozen=True)
class Fault:
    """A mistake that a real implementation makes, and that a client can see."""

    id: str
    """Area first, as in the ids of checks."""
    sentence: str
    tamper: Tamper
    also: tuple[str, ...] = ()
    """Other areas in which it may show."""

    @property
    def areas(self) -> tuple[str, ...]:
        return (self.id.partition("/")[0], *self.also)

"""What a fault is."""

from dataclasses import dataclass

from tests.contract.proxy import Tamper


@dataclass(frozen=True)
class Fault:
    """A mistake that a real implementation makes, and that a client can see."""

    id: str
    sentence: str
    tamper: Tamper
    checks: str
    """Where it must show: ids of checks, or how they begin, or globs, with spaces between."""

    @property
    def patterns(self) -> list[str]:
        return self.checks.split()

    @property
    def areas(self) -> set[str]:
        """One of them must be named by a check that finds it."""
        return {pattern.partition("/")[0] for pattern in self.patterns}

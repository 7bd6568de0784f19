"""A load on the server while it meets a fault, and what became of the data."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

from tests.faults import evidence
from tests.faults.journal import Journal
from tests.faults.load import Load
from tests.faults.owners import Owner
from tests.faults.service import Service
from tests.faults.table import Row


class Trial:
    """Starts a load on `service`, and judges what is left when it ends."""

    def __init__(
        self, service: Service, address: str, owners: list[Owner], random: Random, tell: Callable[[Row], None]
    ) -> None:
        """`address` is that of the database; `tell` is told what comes of it."""
        self.random = random
        self._service, self._address, self._owners, self._tell = service, address, owners, tell

    @contextmanager
    def __call__(self, fault: str, rounds: int, *, final: bool = False) -> Iterator[Journal]:
        """Have clients write; afterwards all that was acknowledged must be there, and nothing else.

        `final` says that a refusal is final: nothing was changed, and reading shows it at once.
        """
        load = Load(self._owners, self._service.port, self.random, final=final)
        with load as journal:
            yield journal
        load.check()
        journal.note_lost(evidence.contradictions(self._address, load.pictures))
        self._tell(self._row(fault, rounds, journal))
        assert not journal.wrong, journal.wrong
        assert not journal.lost, journal.lost

    def any_moment(self, journal: Journal) -> None:
        """Wait for some writes, and then until some moment in the middle of others."""
        journal.await_writes(self.random.randint(30, 100))
        time.sleep(self.random.uniform(0, 0.02))

    def _row(self, fault: str, rounds: int, journal: Journal) -> Row:
        return Row(
            fault=fault,
            database=self._address.split(":")[0],
            rounds=rounds,
            acknowledged=journal.acknowledged,
            unanswered=journal.unanswered,
            refused=journal.refused,
            lost=len(journal.lost),
            outage=journal.outage,
        )

"""Postgres is stopped as in a crash and started again, while clients write."""

from tests.faults.conftest import WRITERS
from tests.faults.service import Service
from tests.faults.trial import Trial
from tests.support.postgres_server import PostgresServer

ENGINES = ("postgres",)
PROMPT = 2.0
"""Seconds within which a client must be told."""


def test_clients_are_told_and_served_again(
    postgres_to_break: PostgresServer, service: Service, trial: Trial, rounds: int
) -> None:
    workers = service.workers()
    with trial("Postgres stopped and started", rounds) as journal:
        for _ in range(rounds):
            trial.any_moment(journal)
            postgres_to_break.stop("immediate")
            try:
                journal.await_refusals(WRITERS + 1)
            finally:
                postgres_to_break.start()
            journal.await_service()
    assert journal.unanswered == 0
    assert journal.slowest_refusal < PROMPT
    assert service.workers() == workers

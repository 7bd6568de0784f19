"""Being told to end, and to replace the workers, while clients write."""

from tests.faults.service import Service
from tests.faults.trial import Trial


def test_nothing_is_lost_when_the_server_is_told_to_end(service: Service, trial: Trial, rounds: int) -> None:
    with trial("SIGTERM and a new start", rounds) as journal:
        for _ in range(rounds):
            trial.any_moment(journal)
            assert service.stop() == 0
            service.start()
            journal.await_service()
    assert journal.refused == 0


def test_no_request_fails_while_workers_are_replaced(service: Service, trial: Trial, rounds: int) -> None:
    with trial("SIGHUP", rounds) as journal:
        for _ in range(rounds):
            trial.any_moment(journal)
            service.replace_workers()
            journal.await_service()
    assert journal.unanswered == journal.refused == 0

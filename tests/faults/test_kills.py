"""`kill -9` of a worker, of gunicorn, and of everything at once, while clients write."""

from tests.faults.service import Service
from tests.faults.trial import Trial


def test_nothing_is_lost_when_a_worker_is_killed(service: Service, trial: Trial, rounds: int) -> None:
    master = service.master
    with trial("kill -9 of a worker", rounds) as journal:
        for _ in range(rounds):
            trial.any_moment(journal)
            service.kill_worker(trial.random.choice(service.workers()))
            journal.await_service()
    assert journal.refused == 0
    assert journal.unanswered > 0
    assert service.master == master


def test_nothing_is_lost_when_all_is_killed(service: Service, trial: Trial, rounds: int) -> None:
    with trial("kill -9 of the process group", rounds) as journal:
        for _ in range(rounds):
            trial.any_moment(journal)
            service.kill_group()
            service.start()
            journal.await_service()
    assert journal.refused == 0


def test_nothing_is_lost_when_gunicorn_is_killed(service: Service, trial: Trial, rounds: int) -> None:
    with trial("kill -9 of gunicorn alone", rounds) as journal:
        for _ in range(rounds):
            trial.any_moment(journal)
            service.kill_master()
            service.start()
            journal.await_service()
    assert journal.refused == 0

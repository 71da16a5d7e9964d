"""The worker: round after round, one at a time, whatever happens in a round."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from api.idempotency import Answers
from api.metrics import Metrics
from api.worker import Worker
from ledger.store import Store
from tests.fakes.face_ledger import FaceLedger


class Signalling(FaceLedger):
    """Says when it has converged ``wanted`` times."""

    def __init__(self, wanted: int = 1) -> None:
        super().__init__()
        self.wanted = wanted
        self.reached = threading.Event()

    def converge(self) -> int:
        super().converge()
        if self.converged >= self.wanted:
            self.reached.set()
        return 1


@pytest.fixture
def a_worker(own_store: Store) -> Callable[[FaceLedger, Metrics], Worker]:
    def build(ledger: FaceLedger, metrics: Metrics) -> Worker:
        return Worker(ledger, own_store.lock, metrics, Answers(own_store.idempotency), interval=0.01)

    return build


def test_the_worker_converges_again_and_again_until_it_is_stopped(
    a_worker: Callable[[FaceLedger, Metrics], Worker],
) -> None:
    ledger = Signalling(wanted=3)
    worker = a_worker(ledger, Metrics())
    worker.start()
    assert ledger.reached.wait(20)
    assert worker.stop()
    assert worker._thread is not None
    assert not worker._thread.is_alive()


@pytest.mark.parametrize("chain_answers", [True, False])
def test_a_round_is_counted_by_how_it_went(
    chain_answers: bool, a_worker: Callable[[FaceLedger, Metrics], Worker]
) -> None:
    ledger, metrics = FaceLedger(), Metrics()
    ledger.chain_answers = chain_answers
    assert a_worker(ledger, metrics).round() is chain_answers
    outcome = "done" if chain_answers else "unavailable"
    assert f'tradeseal_worker_rounds_total{{outcome="{outcome}"}} 1' in metrics.text()


def test_an_unforeseen_error_in_a_round_does_not_end_the_worker(
    a_worker: Callable[[FaceLedger, Metrics], Worker], caplog: pytest.LogCaptureFixture
) -> None:
    ledger, metrics = FaceLedger(), Metrics()
    ledger.raises = RuntimeError("passphrase=hunter2")
    assert not a_worker(ledger, metrics).round()
    assert "hunter2" not in caplog.text
    ledger.raises = None
    assert a_worker(ledger, metrics).round()


def test_of_two_workers_only_one_works_and_the_other_takes_over(
    a_worker: Callable[[FaceLedger, Metrics], Worker],
) -> None:
    first, second = Signalling(), Signalling()
    one, other = a_worker(first, Metrics()), a_worker(second, Metrics())
    one.start()
    assert first.reached.wait(20)
    other.start()
    assert not second.reached.wait(0.3)
    one.stop()
    assert second.reached.wait(20)
    other.stop()

"""Worker: keeps the cache at the chain's head and sends what waits, round after round.

One worker at a time per store: the others stand by and take over when the lock is free. A round that fails is
tried again later; nothing it does is lost or done twice, since ``converge`` is one idempotent step.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final, Protocol

from ledger.errors import TradeSealError, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.idempotency import Answers
    from api.metrics import Metrics

_LOG = logging.getLogger(__name__)
_LOCK: Final = "worker"
_LONGEST_PAUSE: Final = 30.0
_HOUSEKEEPING_SECONDS: Final = 600.0


class Converging(Protocol):
    """What the worker drives: ``ledger.service.ledger.Ledger``."""

    def converge(self) -> int:
        """Bring the cache to the chain and send what is still waiting; return the number of new entries."""


class Worker:
    """A thread that converges every ``interval`` seconds, less often while the chain does not answer."""

    def __init__(
        self,
        ledger: Converging,
        lock: Callable[[str], AbstractContextManager[bool]],
        metrics: Metrics,
        answers: Answers,
        interval: float = 1.0,
    ) -> None:
        self._ledger = ledger
        self._lock = lock
        self._metrics = metrics
        self._answers = answers
        self._interval = interval
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._tidied = 0.0

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._live, name="worker", daemon=True)
        self._thread.start()

    def stop(self, wait_seconds: float = 30.0) -> bool:
        """Finish the round at hand and stop; False when that takes longer than ``wait_seconds``."""
        self._stopping.set()
        if self._thread is None:
            return True
        self._thread.join(wait_seconds)
        return not self._thread.is_alive()

    def _live(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._lock(_LOCK) as held:
                    if held:
                        self._work()
            except TradeSealError as error:
                _LOG.warning("the worker cannot take its lock: %s", error)
            self._stopping.wait(self._interval)

    def _work(self) -> None:
        pause = self._interval
        while not self._stopping.is_set():
            pause = self._interval if self.round() else min(pause * 2, _LONGEST_PAUSE)
            self._stopping.wait(pause)

    def round(self) -> bool:
        """Do one round; return whether it went well."""
        try:
            entries = self._ledger.converge()
            self._tidy()
        except Unavailable as error:
            self._metrics.worker_round("unavailable")
            _LOG.warning("the worker tries again later: %s", error)
            return False
        except Exception as error:
            self._metrics.worker_round("failed")
            places = "".join(traceback.format_tb(error.__traceback__))
            _LOG.error("unforeseen %s in the worker\n%s", type(error).__name__, places)
            return False
        self._metrics.worker_round("done", entries)
        return True

    def _tidy(self) -> None:
        now = time.monotonic()
        if now - self._tidied > _HOUSEKEEPING_SECONDS:
            self._tidied = now
            self._answers.forget_old()

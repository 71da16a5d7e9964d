"""Faults: a chain that breaks at a chosen outside call.

Either before it (nothing happened) or after it (it happened, and nobody heard).
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any, Literal

from ledger.errors import Unavailable

When = Literal["before", "after"]


class FaultyChain:
    """Passes every call on to ``chain``; at call number ``at`` (from 0) it does ``fault`` before or after it."""

    def __init__(self, chain: Any, at: int, when: When, fault: Callable[[], None]) -> None:
        self._chain = chain
        self._at = at
        self._when = when
        self._fault = fault
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        passed_on = getattr(self._chain, name)

        def call(*arguments: Any, **named: Any) -> Any:
            number, self.calls = self.calls, self.calls + 1
            if number == self._at and self._when == "before":
                self._fault()
            answer = passed_on(*arguments, **named)
            if number == self._at and self._when == "after":
                self._fault()
            return answer

        return call


def no_answer() -> None:
    raise Unavailable("the node did not answer")


def killed() -> None:
    """End this process as ``kill -9`` does: no handler, no flush, no clean-up."""
    os.kill(os.getpid(), signal.SIGKILL)

"""Steps: one line of the journey each, with what was expected and what came.

Nothing here knows the ledger; ``journey`` fills the steps.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it came out; ``seconds`` is wall time."""

    step: str
    expected: str
    got: str
    seconds: float

    @property
    def passed(self) -> bool:
        """Return whether the step came out as expected."""
        return self.got == self.expected

    def to_dict(self) -> dict[str, object]:
        """Return the step as the JSON object that ``tradeseal demo --json`` prints."""
        return {**asdict(self), "seconds": round(self.seconds, 3)}


class Recorder:
    """Runs steps in order, tells ``show`` about each, and keeps them.

    A step that raises is recorded as what it raised and ends the journey: later steps build on it.
    """

    def __init__(self, show: Callable[[Step], None], announce: Callable[[str], None]) -> None:
        self._show = show
        self._announce = announce
        self.steps: list[Step] = []

    def run(self, name: str, expected: str, act: Callable[[], str]) -> None:
        """Run ``act`` and record what it answers against ``expected``.

        Raises:
            JourneyStopped: ``act`` raised; the step is recorded first.
        """
        self._announce(name)
        started = time.monotonic()
        failure: Exception | None = None
        try:
            got = act()
        except Exception as error:
            failure, got = error, f"{type(error).__name__}: {error}"
        step = Step(name, expected, got, time.monotonic() - started)
        self.steps.append(step)
        self._show(step)
        if failure is not None:
            raise JourneyStopped(name) from failure

    @property
    def passed(self) -> bool:
        """Return whether every step so far came out as expected."""
        return bool(self.steps) and all(step.passed for step in self.steps)


class JourneyStopped(Exception):
    """A step could not be carried out, so the ones that build on it were not tried."""

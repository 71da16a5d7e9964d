"""Problems: what is wrong with an input, as values that a person can act on.

A problem names the place, the value found and what was expected there, so that one pass over an input can
report everything. Nothing here decides what to do about a problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is: an ``ERROR`` stops the act, a ``WARNING`` is reported and travels on."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding.

    Args:
        path: place in the input, such as ``items[2].hsCode``; empty for the input as a whole.
        value: the value found, as short text; empty when it is missing.
        expectation: what would have been right, as a sentence part: "six to ten digits".
        severity: error or warning.
        code: stable name of the rule, such as ``HS_CODE_UNKNOWN``.
    """

    path: str
    value: str
    expectation: str
    severity: Severity = Severity.ERROR
    code: str = "INVALID"

    def __str__(self) -> str:
        place = self.path or "input"
        return f"{place} is {self.value!r}, expected {self.expectation} ({self.code})"


Input = tuple[str, bytes | tuple[Problem, ...]]
"""A document that is to be read: where it came from, and its JSON bytes or what kept it from being read at all."""

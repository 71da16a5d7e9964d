"""Verdict: the answer to one question, as a value.

The one rule: as a boolean it is true only for the two ACCEPTs. How it comes about is in ``verify``; a verdict advises,
the officer's decision is recorded elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ledger.core.facts import Source
from ledger.core.reasons import Reason


class Outcome(StrEnum):
    """How a check came out."""

    PASS = "PASS"  # noqa: S105 - not a password
    WARN = "WARN"
    FAIL = "FAIL"
    NOT_CHECKED = "NOT_CHECKED"
    UNAVAILABLE = "UNAVAILABLE"


class Word(StrEnum):
    """What a verdict says, from best to worst."""

    ACCEPT = "ACCEPT"
    ACCEPT_WITH_REMARKS = "ACCEPT_WITH_REMARKS"
    REFER = "REFER"
    CANNOT_VERIFY_NOW = "CANNOT_VERIFY_NOW"
    REJECT = "REJECT"


_ORDER = {word: place for place, word in enumerate(Word)}


def worst(words: Iterable[Word]) -> Word:
    """Return the worst of ``words``; ACCEPT when there are none."""
    return max(words, key=_ORDER.__getitem__, default=Word.ACCEPT)


def best(words: Iterable[Word]) -> Word:
    """Return the best of ``words``; REJECT when there are none."""
    return min(words, key=_ORDER.__getitem__, default=Word.REJECT)


class CheckName(StrEnum):
    """The checks, in the order in which they are told; the last is carried out for AEO entries only."""

    INTEGRITY = "INTEGRITY"
    ISSUER = "ISSUER"
    STATUS = "STATUS"
    USAGE = "USAGE"
    DATA = "DATA"
    LINEAGE = "LINEAGE"
    RECOGNITION = "RECOGNITION"


class Concerns(StrEnum):
    """What the verdict is about."""

    DOCUMENT = "this document"
    RECORD = "a record with this number"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    Args:
        word: what it makes of the verdict at best.
        message: what was found, with values.
        item: sequence of the item it is about, None for the whole document.
        next: what to do about it; empty when nothing.
        code: stable code; a malformed document has the envelope's own.
    """

    word: Word
    code: str
    name: str
    message: str
    item: int | None = None
    next: str = ""

    @classmethod
    def of(
        cls, reason: Reason, word: Word, message: str = "", *, item: int | None = None, next_step: str = ""
    ) -> Finding:
        """Return the finding of ``reason``; its own sentence stands in for an empty message."""
        return cls(word, reason.code, reason.name, message or reason.sentence, item, next_step)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "code": self.code,
            "name": self.name,
            "message": self.message,
            "item": self.item,
            "next": self.next,
        }


@dataclass(frozen=True, slots=True)
class Check:
    """One of the checks."""

    name: CheckName
    outcome: Outcome
    findings: tuple[Finding, ...] = ()

    @classmethod
    def judged(cls, name: CheckName, findings: Iterable[Finding]) -> Check:
        """Return a check that was carried out: it passes when nothing it found stands in the way."""
        found = tuple(findings)
        return cls(name, _OUTCOMES[worst(finding.word for finding in found)], found)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "check": self.name.value,
            "outcome": self.outcome.value,
            "findings": [finding.to_dict() for finding in self.findings],
        }


_OUTCOMES = {
    Word.ACCEPT: Outcome.PASS,
    Word.ACCEPT_WITH_REMARKS: Outcome.WARN,
    Word.REFER: Outcome.FAIL,
    Word.CANNOT_VERIFY_NOW: Outcome.UNAVAILABLE,
    Word.REJECT: Outcome.FAIL,
}


@dataclass(frozen=True, slots=True)
class ItemVerdict:
    """The verdict on one item, by its sequence in the declaration, or else in the certificate."""

    sequence: int
    word: Word
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "sequence": self.sequence,
            "verdict": self.word.value,
            "findings": [finding.to_dict() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class SeenAt:
    """The block that the verdict rests on; ``age_seconds`` is how old it was when it was looked at."""

    number: int | None
    time: datetime | None
    age_seconds: int | None
    source: Source | None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "number": self.number,
            "time": None if self.time is None else moment(self.time),
            "ageSeconds": self.age_seconds,
            "source": "NONE" if self.source is None else self.source.value,
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one question.

    Args:
        checks: all six in order, for an AEO entry seven.
        next: what to do, without repetitions; empty when nothing.
        record: public facts of the record as JSON values, or None.
    """

    word: Word
    concerns: Concerns
    trace_id: str
    as_of: datetime
    block: SeenAt
    checks: tuple[Check, ...]
    items: tuple[ItemVerdict, ...]
    next: tuple[str, ...]
    record: dict[str, Any] | None

    def __bool__(self) -> bool:
        """Return True only for ACCEPT and ACCEPT_WITH_REMARKS."""
        return self.word in (Word.ACCEPT, Word.ACCEPT_WITH_REMARKS)

    def check(self, name: CheckName) -> Check:
        """Return one of the checks."""
        return next(check for check in self.checks if check.name is name)

    def codes(self) -> tuple[str, ...]:
        """Return the codes of all findings, in order."""
        return tuple(finding.code for check in self.checks for finding in check.findings)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values; times are ISO 8601 in UTC."""
        return {
            "verdict": self.word.value,
            "concerns": self.concerns.value,
            "traceId": self.trace_id,
            "asOf": moment(self.as_of),
            "block": self.block.to_dict(),
            "checks": [check.to_dict() for check in self.checks],
            "items": [item.to_dict() for item in self.items],
            "next": list(self.next),
            "record": self.record,
        }


def moment(time: datetime) -> str:
    """Return an aware time as ISO 8601 in UTC with ``Z``."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")

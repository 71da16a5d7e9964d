"""Issued: what became of a document that was to be issued, one value for each, in words that a person can act on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ledger.core.problems import Problem, Severity

if TYPE_CHECKING:
    from ledger.sealing import Draft
    from ledger.store.documents import StoredDocument
    from ledger.store.outgoing import OutboxRow

NUMBER_ALREADY_ANCHORED: Final = "NUMBER_ALREADY_ANCHORED"
_PLACES: Final = {
    "UseLinkInvalid": "references",
    "UseEconomyNotAllowed": "references",
    "UseBalanceExceeded": "items",
    "UseLineInvalid": "items",
    "UseLineUnknown": "items",
    "UseUnitDiffers": "items",
    "AeoTypeInvalid": "types",
    "AeoTimeInvalid": "types",
    "AeoAliasInvalid": "aliases",
}


class Outcome(StrEnum):
    """What became of one document; ``PENDING``: it is stored and will be anchored when the chain answers."""

    ANCHORED = "anchored"
    ALREADY_ANCHORED = "already_anchored"
    REFUSED = "refused"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Issued:
    """The result of one document.

    Args:
        source: where it came from, such as ``batch.jsonl:17``.
        reason: why it was refused or is pending, in one sentence; of an anchored AEO entry, why types or aliases are
            missing. Empty otherwise.
        problems: everything found wrong with it, warnings included.
    """

    source: str
    number: str
    outcome: Outcome
    document_id: bytes | None = None
    journal_index: int | None = None
    anchored_at: int | None = None
    reason: str = ""
    problems: tuple[Problem, ...] = ()


def anchored(
    draft: Draft, document: StoredDocument, outcome: Outcome, missing: OutboxRow | None = None
) -> Issued:
    """Return the result of a document that is in the journal; ``missing`` is an act after it that the chain refused."""
    problems, reason = draft.problems, ""
    if missing is not None:
        problems = (*problems, by_the_chain(missing.reason_code))
        reason = f"anchored, but {missing.purpose} was refused: {missing.reason}"
    return Issued(
        draft.source,
        draft.number,
        outcome,
        document.document_id,
        document.journal_index,
        document.anchored_at,
        reason=reason,
        problems=problems,
    )


def refused(draft: Draft, problems: Sequence[Problem], reason: str = "") -> Issued:
    """Return the result of a document that will not be anchored."""
    found = tuple(problems)
    return Issued(
        draft.source, draft.number, Outcome.REFUSED, reason=reason or _first_error(found), problems=found
    )


def pending(draft: Draft, document_id: bytes, why: str) -> Issued:
    """Return the result of a document that the chain has not taken yet."""
    reason = f"stored, not anchored yet: {why}"
    return Issued(
        draft.source, draft.number, Outcome.PENDING, document_id, reason=reason, problems=draft.problems
    )


def taken(draft: Draft, by_whom: str) -> Problem:
    """Return the problem of a number that is held already."""
    expectation = f"a number that is free (it is held {by_whom})"
    return Problem("certificateNumber", draft.number, expectation, code=NUMBER_ALREADY_ANCHORED)


def by_the_chain(code: str) -> Problem:
    """Return the problem of a document or act that the contracts refused with ``code``."""
    return Problem(_PLACES.get(code, ""), code, "an act that the contracts allow", code=code)


def moment(seconds: int) -> str:
    """Return a time as ``2024-03-04T05:06:07Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _first_error(problems: Sequence[Problem]) -> str:
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"{errors[0]}{more}" if errors else ""

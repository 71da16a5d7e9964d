"""Issued: what became of a document that was to be issued, one value for each, in words that a person can act on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from ledger.anchoring_refusals import ISSUE_ANOTHER, NUMBER_ALREADY_ANCHORED, Told
from ledger.core.problems import Problem, Severity

if TYPE_CHECKING:
    from ledger.sealing import Draft
    from ledger.store.documents import StoredDocument


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
        refusal: the contract's error, where it was the chain that refused it.
    """

    source: str
    number: str
    outcome: Outcome
    document_id: bytes | None = None
    journal_index: int | None = None
    anchored_at: int | None = None
    reason: str = ""
    problems: tuple[Problem, ...] = ()
    refusal: str = ""


def anchored(
    draft: Draft, document: StoredDocument, outcome: Outcome, missing: tuple[str, Told] | None = None
) -> Issued:
    """Return the result of a document in the journal; ``missing`` is an act after it and why the chain refused that."""
    problems, reason = draft.problems, ""
    if missing is not None:
        purpose, told = missing
        problems = (*problems, told.problem)
        reason = f"anchored, but {purpose} was refused: {told.sentence}"
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


def refused(draft: Draft, problems: Sequence[Problem], reason: str = "", refusal: str = "") -> Issued:
    """Return the result of a document that will not be anchored; ``refusal`` is the contract's error, if it was one."""
    found = tuple(problems)
    return Issued(
        draft.source,
        draft.number,
        Outcome.REFUSED,
        reason=reason or _first_error(found),
        problems=found,
        refusal=refusal,
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


def other_content(draft: Draft, since: str) -> Issued:
    """Return the refusal of a document whose number another document holds ``since`` a time or block."""
    problem = taken(draft, f"by another document, which {since}")
    sentence = f"Number exists with different content, which {since}. {ISSUE_ANOTHER}"
    return refused(draft, (*draft.problems, problem), sentence)


def moment(seconds: int) -> str:
    """Return a time as ``2024-03-04T05:06:07Z``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _first_error(problems: Sequence[Problem]) -> str:
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"{errors[0]}{more}" if errors else ""

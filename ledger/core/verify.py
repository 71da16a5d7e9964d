"""Verify: turn a question and the facts into a verdict.

A pure function: the shell fetches facts at one block, and the same question with the same facts always has the same
answer. The rules: not found is REFER, never "forged"; not reachable is CANNOT_VERIFY_NOW, never valid; what treaties
call minor is a remark; what cannot be established never passes. No message accuses a person.

Checks that there is nothing to carry out for (``NOT_CHECKED``) do not stand in the way of ACCEPT; they say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from ledger.core.checks.case import AEO, Case
from ledger.core.checks.data import check_data
from ledger.core.checks.enquiry import about_enquiry
from ledger.core.checks.integrity import check_integrity
from ledger.core.checks.issuer import check_issuer
from ledger.core.checks.lineage import check_lineage
from ledger.core.checks.recognition import check_recognition
from ledger.core.checks.status import check_status
from ledger.core.checks.usage import check_usage
from ledger.core.codes import Reference
from ledger.core.facts import Facts, Question
from ledger.core.records import Link, RecordState
from ledger.core.verdict import (
    Check,
    CheckName,
    Concerns,
    Finding,
    ItemVerdict,
    SeenAt,
    Verdict,
    Word,
    best,
    moment,
    worst,
)

__all__ = ["Question", "verify"]

_MORE_CHECKS: Final[dict[int, tuple[Callable[[Case], Check], ...]]] = {AEO: (check_recognition,)}
_NEVER_SPARED: Final = frozenset({CheckName.INTEGRITY, CheckName.ISSUER})
_CHECKS: Final = (check_integrity, check_issuer, check_status, check_usage, check_data, check_lineage)


def verify(question: Question, facts: Facts, reference: Reference) -> Verdict:
    """Return the verdict on ``question``.

    Args:
        question: its ``as_of`` means now unless it lies before ``facts.observed_at``.
        reference: agreements' profiles and units.
    """
    case = Case(question, facts, reference)
    checks = tuple(_spared(case, check(case)) for check in (*_CHECKS, *_MORE_CHECKS.get(question.kind, ())))
    checks = tuple(_with_enquiry(case, checks))
    findings = [finding for check in checks for finding in check.findings]
    items = _items(case, findings)
    about_all = question.document is not None or question.unreadable != ""
    return Verdict(
        word=_word(case, findings, items),
        concerns=Concerns.DOCUMENT if about_all else Concerns.RECORD,
        trace_id=question.trace_id,
        as_of=question.as_of,
        block=_seen_at(facts),
        checks=checks,
        items=items,
        next=tuple(dict.fromkeys(finding.next for finding in findings if finding.next)),
        record=None if facts.record is None else _public(facts.record, _number(question), case.time),
    )


def _with_enquiry(case: Case, checks: Sequence[Check]) -> Iterator[Check]:
    """Yield the checks; that of the issuer also tells what to expect when it is asked."""
    about = about_enquiry(case, [finding for check in checks for finding in check.findings])
    for check in checks:
        told = check.name is CheckName.ISSUER and about is not None
        yield replace(check, findings=(*check.findings, about)) if told and about else check


def _spared(case: Case, check: Check) -> Check:
    """Return the check without refusals that the agreement rules out: what its profile lists is referred at worst.

    What concerns the document's being genuine is never left to a profile.
    """
    if check.name in _NEVER_SPARED or not any(finding.word is Word.REJECT for finding in check.findings):
        return check
    spared = (
        replace(finding, word=Word.REFER)
        if finding.word is Word.REJECT and finding.code in case.spared
        else finding
        for finding in check.findings
    )
    return Check.judged(check.name, spared)


def _word(case: Case, findings: Sequence[Finding], items: Sequence[ItemVerdict]) -> Word:
    """Return the document's word: an item in doubt is a remark, unless all are: then that of the least doubtful.

    Where a profile has no verdicts per item, one item in doubt is enough.
    """
    whole = worst(finding.word for finding in findings if finding.item is None)
    if not any(finding.item is not None for finding in findings):
        return whole
    profile = case.profile
    if profile is not None and profile.values.get("perItemVerdict") is False:
        return worst(finding.word for finding in findings)
    if items and all(item.word not in (Word.ACCEPT, Word.ACCEPT_WITH_REMARKS) for item in items):
        return worst([whole, best(item.word for item in items)])
    if all(finding.word is Word.ACCEPT for finding in findings if finding.item is not None):
        return whole
    return worst([whole, Word.ACCEPT_WITH_REMARKS])


def _items(case: Case, findings: Sequence[Finding]) -> tuple[ItemVerdict, ...]:
    """Return a verdict for each declared item, or else for each item of the document.

    An item that is worse off than what was found of it says why: for what is wrong with the whole.
    """
    declaration = case.question.declaration
    whole = worst(finding.word for finding in findings if finding.item is None)
    if declaration is not None and declaration.items:
        sequences = [item.sequence for item in declaration.items]
    else:
        sequences = [sequence for sequence, _ in case.items()]
    deciding = whole not in (Word.ACCEPT, Word.ACCEPT_WITH_REMARKS)
    why = tuple(one for one in findings if deciding and one.item is None and one.word is whole)
    verdicts = []
    for sequence in sequences:
        own = tuple(finding for finding in findings if finding.item == sequence)
        found = worst(finding.word for finding in own)
        word = worst([whole, found])
        verdicts.append(ItemVerdict(sequence, word, own if found is word else (*own, *why)))
    return tuple(verdicts)


def _seen_at(facts: Facts) -> SeenAt:
    seen, age = facts.seen, facts.age
    if seen is None or age is None:
        return SeenAt(None, None, None, None)
    return SeenAt(seen.block_number, seen.block_time, int(age.total_seconds()), facts.source)


def _public(record: RecordState, number: str | None, time: int) -> dict[str, Any]:
    """Return what the chain shows anybody about a record; nothing commercial is in it.

    ``status`` is what the issuer says now, ``statusAsOf`` what it says of ``time``: None before there was a record.
    """
    return {
        "issuer": record.member,
        "number": number,
        "registry": "0x" + record.registry.hex(),
        "numberTag": "0x" + record.tag.hex(),
        "documentId": "0x" + record.document_id.hex(),
        "documentType": record.document_type,
        "usePolicy": record.use_policy,
        "key": "0x" + record.key.hex(),
        "anchoredAt": _iso(record.anchored_at),
        "journalIndex": record.index,
        "status": record.status.name,
        "statusAsOf": None if time < record.anchored_at else record.status_at(time).name,
        "statusChanges": [
            {
                "status": change.status.name,
                "reason": f"R{change.reason:02d}",
                "effectiveFrom": _iso(change.effective_from),
                "recordedAt": _iso(change.recorded_at),
                "journalIndex": change.index,
            }
            for change in record.changes
        ],
        "confirmedAt": [_iso(time) for time in record.confirmed],
        "successorTag": None if record.successor is None else "0x" + record.successor.hex(),
        "link": None if record.link is None else _link(record.link),
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "relation": link.relation.name,
        "issuer": link.parent_member,
        "numberTag": "0x" + link.parent_tag.hex(),
    }


def _iso(seconds: int) -> str:
    try:
        return moment(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return f"second {seconds}"


def _number(question: Question) -> str | None:
    if question.document is None:
        return question.number
    number = question.document.subject.get("certificateNumber")
    return number if isinstance(number, str) else None

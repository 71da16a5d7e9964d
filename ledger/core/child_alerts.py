"""Child alerts: which of a member's own certificates build on another one that fell afterwards.

The one rule: as in ``alerts``, nothing is undone. A child stays what it is until its own issuer withdraws it; verdicts on it
refer, and its issuer is told so that it can decide. What a member did to its own certificates it knows, and what it withdrew
before needs no decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ledger.core.alerts import RECORD_REPLACED, STATUS_CHANGED
from ledger.core.checks.wording import moment_words
from ledger.core.reasons import Reason, reason_text
from ledger.core.records import RecordState, Status, StatusChange

_DECIDE: Final = "Decide whether you stand by your own certificate; suspend or revoke it if you do not."
_NOTHING: Final = "Nothing more to do."
_FINAL: Final = frozenset({Status.REVOKED, Status.CANCELLED, Status.REPLACED})
_TAG_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class Child:
    """A record of one's own and the records that it builds on, as far as they are known.

    Args:
        kind: 1 origin, 2 licence.
        above: the nearest first.
    """

    kind: int
    record: RecordState
    above: tuple[RecordState, ...]


@dataclass(frozen=True, slots=True)
class ChildAlert:
    """One alert; ``journal_index`` is that of the entry that caused it.

    Args:
        alert_id: stays the same whenever it is computed: the causing entry's index and the record's tag, cut.
        cause: name of the causing entry. code: a reason's, of ``docs/spec/verdict.md``.
        closes: it says that an earlier alert is settled.
    """

    alert_id: str
    cause: str
    journal_index: int
    code: str
    message: str
    what_next: str
    child: Child
    change: StatusChange
    closes: bool = False


def child_alerts(children: Iterable[Child]) -> list[ChildAlert]:
    """Return the alerts for certificates that still stand, in the order of the journal."""
    found: dict[str, ChildAlert] = {}
    for child in children:
        for above in child.above:
            if above.member != child.record.member:
                for alert in _about(child, above):
                    found.setdefault(alert.alert_id, alert)
    return sorted(found.values(), key=lambda alert: (alert.journal_index, alert.alert_id))


def _about(child: Child, above: RecordState) -> Iterator[ChildAlert]:
    fallen = False
    what = f"certificate of {above.member}, on which this one builds,"
    for change in above.changes:
        if change.index < child.record.index or _ended_before(child.record, change.index):
            continue
        since = f"from {moment_words(change.effective_from)}"
        if change.status is not Status.VALID:
            fallen = True
            verb = change.status.name.lower()
            message = f"The {what} was {verb} {since} ({reason_text(change.reason)}). Verdicts on it refer."
            yield _alert(child, change, Reason.PARENT_INVALID, message, _DECIDE)
        elif fallen:
            message = f"The suspension of the {what} was lifted {since}."
            yield _alert(child, change, Reason.SUSPENSION_LIFTED, message, _NOTHING, closes=True)


def _ended_before(record: RecordState, index: int) -> bool:
    return any(change.status in _FINAL and change.index < index for change in record.changes)


def _alert(
    child: Child, change: StatusChange, reason: Reason, message: str, step: str, *, closes: bool = False
) -> ChildAlert:
    return ChildAlert(
        f"{change.index}-{child.record.tag.hex()[:_TAG_DIGITS]}",
        RECORD_REPLACED if change.status is Status.REPLACED else STATUS_CHANGED,
        change.index,
        reason.code,
        message,
        step,
        child,
        change,
        closes,
    )

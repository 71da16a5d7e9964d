"""Reliances: which declarations got AEO treatment that, by what was recorded later, they should not have got.

The one rule: nothing is rewritten. A declaration is listed for review when a later entry says that its type, the whole entry or
the partner's recognition was not in force when the declaration was accepted. What took effect after that leaves it alone.

A pure function of reliances and of what the journal tells of their entries. Declarations are not known here; the service adds
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from ledger.core.aeo import Agreements, Recognition, RecognitionChange, TypeChange, TypeState
from ledger.core.checks.wording import moment_words
from ledger.core.reasons import Reason
from ledger.core.records import RecordState, Status, StatusChange

STATUS_CHANGED: Final = "StatusChanged"
RECORD_REPLACED: Final = "RecordReplaced"
TYPE_CHANGED: Final = "TypeChanged"
AGREEMENT_CONSENTED: Final = "AgreementConsented"
RECOGNITION_CHANGED: Final = "RecognitionChanged"

_REVIEW: Final = (
    "Review the benefits of the declaration and record your decision; the declaration is not rewritten."
)
_NOTHING: Final = "Nothing more to do."
_FALLEN: Final = {
    Status.SUSPENDED: "suspended",
    Status.REVOKED: "revoked",
    Status.CANCELLED: "withdrawn",
    Status.REPLACED: "replaced",
}
_Change = TypeChange | StatusChange | RecognitionChange
_ENDED: Final = {Recognition.SUSPENDED: "suspended", Recognition.TERMINATED: "terminated"}


@dataclass(frozen=True, slots=True)
class Reliance:
    """That a declaration was given the treatment of an AEO.

    Args:
        reliance_id: 32 hexadecimal digits.
        home, tag: the AEO entry: the administration that keeps it, and its number tag.
        partner: who recognises it; ``home`` itself for its own operators.
        name: the type of authorisation.
        accepted_at: when customs accepted the declaration, in seconds.
        journal_size: how many entries were known when it was judged.
    """

    reliance_id: str
    home: str
    tag: bytes
    partner: str
    name: str
    accepted_at: int
    journal_size: int


@dataclass(frozen=True, slots=True)
class Rested:
    """One reliance, and what the journal tells now of what it rests on.

    Args:
        record: the AEO entry as a whole; None where that is not known.
        types: its types, by name.
    """

    reliance: Reliance
    record: RecordState | None
    types: Mapping[str, TypeState] = field(default_factory=dict)
    agreements: Agreements = field(default_factory=lambda: Agreements({}))


@dataclass(frozen=True, slots=True)
class RelianceAlert:
    """One alert; ``journal_index`` is that of the entry that caused it.

    Args:
        alert_id: stays the same whenever it is computed: the causing entry's index and the reliance's id.
        cause: name of the causing entry.
        code: a reason's, of ``docs/spec/verdict.md``.
        effective_from: when it took effect; recorded_at: since when the ledger tells it. Seconds.
        closes: it says that an earlier alert is settled.
    """

    alert_id: str
    cause: str
    journal_index: int
    code: str
    message: str
    what_next: str
    effective_from: int
    recorded_at: int
    reliance: Reliance
    closes: bool = False


def reliance_alerts(rested: Iterable[Rested]) -> list[RelianceAlert]:
    """Return the alerts for reliances, in the order of the journal."""
    found = [
        alert for one in rested for alert in (*_about_type(one), *_about_entry(one), *_about_recognition(one))
    ]
    return sorted(found, key=lambda alert: (alert.journal_index, alert.alert_id))


def _about_type(rested: Rested) -> Iterator[RelianceAlert]:
    reliance = rested.reliance
    state = rested.types.get(reliance.name)
    changes = () if state is None else state.changes
    yield from _about_statuses(reliance, changes, f"type {reliance.name}", TYPE_CHANGED)


def _about_entry(rested: Rested) -> Iterator[RelianceAlert]:
    changes = () if rested.record is None else rested.record.changes
    yield from _about_statuses(rested.reliance, changes, "the whole entry", STATUS_CHANGED)


def _about_statuses(
    reliance: Reliance, changes: Iterable[TypeChange | StatusChange], what: str, cause: str
) -> Iterator[RelianceAlert]:
    """Yield the falls among ``changes`` of ``what`` that decide about the reliance, and their ends."""
    fallen = False
    for change in changes:
        if not _decides(reliance, change):
            continue
        named = RECORD_REPLACED if change.status is Status.REPLACED else cause
        if change.status is not Status.VALID:
            fallen = True
            told = (
                f"AEO status {_FALLEN[change.status]} from {moment_words(change.effective_from)} ({what}), "
            )
            yield _fall(reliance, named, change, Reason.AEO_NOT_ACTIVE_AT, told)
        elif fallen:
            fallen = False
            yield _end(reliance, named, change, f"The AEO status ({what})")


def _about_recognition(rested: Rested) -> Iterator[RelianceAlert]:
    """Yield the falls of the partner's recognition that decide about the reliance, and their ends."""
    reliance, fallen = rested.reliance, False
    direction = (reliance.home, reliance.partner, reliance.name)
    what = f"Recognition of {reliance.name} of {reliance.home} by {reliance.partner}"
    for change in rested.agreements.changes(*direction):
        if not _decides(reliance, change):
            continue
        # Of two that suspend, the lifting of one ends nothing; what was said of another agreement decides nothing.
        found = rested.agreements.change_at(*direction, reliance.accepted_at, change.index + 1)
        stands = found is not None and found.recognition is Recognition.IN_FORCE
        if not stands and change.recognition is not Recognition.IN_FORCE:
            fallen = True
            since = moment_words(change.effective_from)
            told = f"{what} {_ENDED[change.recognition]} from {since}, "
            yield _fall(reliance, RECOGNITION_CHANGED, change, Reason.MRA_NOT_IN_FORCE, told)
        elif stands and fallen:
            fallen = False
            cause = AGREEMENT_CONSENTED if change.is_consent else RECOGNITION_CHANGED
            yield _end(reliance, cause, change, what)


def _decides(reliance: Reliance, change: _Change) -> bool:
    """Return whether a change was not known yet when the reliance was judged, and says what was at its time.

    Of the changes in effect by a time the one that was recorded last counts, so any new one in effect by then does.
    """
    return change.index >= reliance.journal_size and change.effective_from <= reliance.accepted_at


def _fall(reliance: Reliance, cause: str, change: _Change, reason: Reason, told: str) -> RelianceAlert:
    message = (
        f"{told}recorded {moment_words(change.recorded_at)}; relied on {moment_words(reliance.accepted_at)}. "
        "Listed for review."
    )
    return _alert(reliance, cause, change, reason, message, _REVIEW)


def _end(reliance: Reliance, cause: str, change: _Change, what: str) -> RelianceAlert:
    message = (
        f"{what} is in force again from {moment_words(change.effective_from)}, recorded "
        f"{moment_words(change.recorded_at)}; relied on {moment_words(reliance.accepted_at)}."
    )
    return _alert(reliance, cause, change, Reason.SUSPENSION_LIFTED, message, _NOTHING, closes=True)


def _alert(
    reliance: Reliance,
    cause: str,
    change: _Change,
    reason: Reason,
    message: str,
    step: str,
    *,
    closes: bool = False,
) -> RelianceAlert:
    return RelianceAlert(
        f"{change.index}-{reliance.reliance_id}",
        cause,
        change.index,
        reason.code,
        message,
        step,
        change.effective_from,
        change.recorded_at,
        reliance,
        closes,
    )

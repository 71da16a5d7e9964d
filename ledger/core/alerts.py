"""Alerts: which uses of one's own relied on something that fell afterwards.

The one rule: an alert undoes nothing and accuses nobody. It names the use, what fell and when, and what to do next; past
releases stand. What had been said before the use was written is no alert, for the verdict told it then; but of a use of a time
without the ledger, what was said between the two is told when it is written, by the entry that wrote it. Declarations that
were treated as an AEO's are in ``reliances``.

A pure function of uses and of what is known around their records. Numbers and declarations are not known here; the
service adds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ledger.core.checks.wording import moment_words, quantity_words
from ledger.core.reasons import Reason, reason_text
from ledger.core.records import RecordState, Status, StatusChange
from ledger.core.uses import Usage, UseRecord

STATUS_CHANGED: Final = "StatusChanged"
RECORD_REPLACED: Final = "RecordReplaced"
RECORD_CONFIRMED: Final = "RecordConfirmed"
KEY_COMPROMISED: Final = "KeyCompromised"
USE_ENTERED: Final = "UseEntered"

_HOLD: Final = "Hold what is not released yet; ask the issuing body."
_REVIEW: Final = "Past releases stand. Review the declaration and record your decision."
_NOTHING: Final = "Nothing more to do."
_FALLEN: Final = {
    Status.SUSPENDED: (Reason.SUSPENDED, "suspended", _HOLD),
    Status.REVOKED: (Reason.REVOKED, "revoked", _REVIEW),
    Status.CANCELLED: (Reason.CANCELLED, "cancelled", _REVIEW),
    Status.REPLACED: (
        Reason.REPLACED,
        "replaced",
        "Ask the importer for the new certificate; write its use off there.",
    ),
}


@dataclass(frozen=True, slots=True)
class KeyReport:
    """That a key may have been in other hands since ``since``: said at ``reported_at`` (seconds), by entry ``index``."""

    member: str
    key: bytes
    since: int
    reported_at: int
    index: int


@dataclass(frozen=True, slots=True)
class Confirmation:
    """That a member said, at ``time`` (seconds) and by entry ``index``, that it anchored the record ``tag`` itself."""

    member: str
    tag: bytes
    time: int
    index: int


@dataclass(frozen=True, slots=True)
class Relied:
    """One use of one's own, and what it rests on.

    Args:
        kind: 1 origin, 2 licence.
        record: the certificate that was presented.
        usage: use of its root, this one included; None where that was not looked at.
        limit: how many declarations may use its root, 0 for any number.
        sharing: customs members whose uses count together with this one; None for all.
        above: the original of a true copy, and the certificates that the record builds on, as far as they are known.
    """

    use: UseRecord
    kind: int
    record: RecordState
    usage: Usage | None = None
    limit: int = 0
    sharing: frozenset[str] | None = None
    above: tuple[RecordState, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertFact:
    """One alert; ``journal_index`` is that of the entry that caused it.

    Args:
        alert_id: stays the same whenever it is computed: the index of the entry that tells it, and the use's id.
        cause: name of the causing entry, which is the use's own where that was written after what it tells.
        code: a reason's, of ``docs/spec/verdict.md``.
        issuer, tag: the record that was presented.
        effective_from: when it took effect; recorded_at: since when the ledger tells it. Seconds.
        closes: it says that an earlier alert is settled.
    """

    alert_id: str
    cause: str
    journal_index: int
    code: str
    message: str
    what_next: str
    kind: int
    issuer: str
    tag: bytes
    effective_from: int
    recorded_at: int
    use: UseRecord
    closes: bool = False


def alerts_of(
    relied: Iterable[Relied],
    reports: Iterable[KeyReport] = (),
    confirmations: Iterable[Confirmation] = (),
) -> list[AlertFact]:
    """Return the alerts for uses that were not given back, in the order of the journal.

    Args:
        reports: reports of keys of any issuer.
        confirmations: records that issuers confirmed, in the journal's order.
    """
    known, again = tuple(reports), tuple(confirmations)
    found: dict[str, AlertFact] = {}
    for one in relied:
        if one.use.stands:
            for alert in (
                *_about_status(one),
                *_about_above(one),
                *_about_keys(one, known, again),
                *_about_overdrawing(one),
            ):
                found.setdefault(alert.alert_id, alert)
    return sorted(found.values(), key=lambda alert: (alert.journal_index, alert.alert_id))


def _about_status(relied: Relied) -> Iterator[AlertFact]:
    """Yield what the issuer said of the presented record after its use."""
    for change, lifted in _since(relied.use, relied.record.changes):
        if lifted:
            yield _lifted(relied, change, "The suspension")
            continue
        reason, verb, step = _FALLEN[change.status]
        message = (
            f"The issuer {verb} it from {moment_words(change.effective_from)} ({reason_text(change.reason)}); "
            f"{_used(relied.use, change.effective_from)}."
        )
        yield _alert(relied, _cause(change), change.index, reason, message, step, _times(change))


def _about_above(relied: Relied) -> Iterator[AlertFact]:
    """Yield the fall of the original, or of a certificate that the record builds on, and that it was suspended no more."""
    for above in relied.above:
        is_original = above.tag == relied.record.root_tag and above.member == relied.record.member
        what = "original" if is_original else f"certificate of {above.member}, on which it builds,"
        for change, lifted in _since(relied.use, above.changes):
            if lifted:
                yield _lifted(relied, change, f"The suspension of the {what}")
                continue
            message = (
                f"The {what} was {_FALLEN[change.status][1]} from {moment_words(change.effective_from)}; "
                f"{_used(relied.use, change.effective_from)}."
            )
            step = f"Ask {relied.record.member} whether it stands by its own certificate."
            yield _alert(
                relied, _cause(change), change.index, Reason.PARENT_INVALID, message, step, _times(change)
            )


def _since(use: UseRecord, changes: Iterable[StatusChange]) -> Iterator[tuple[StatusChange, bool]]:
    """Yield what was said after a use, and whether it lifts what this yielded before.

    Of what was said between a use and its late entry only the last counts: it is what the office finds when it writes.
    """
    between = [one for one in changes if one.index < use.first_index and _known_late(use, one.recorded_at)]
    fallen = False
    for change in (*between[-1:], *(one for one in changes if one.index >= use.first_index)):
        if change.status is not Status.VALID:
            fallen = True
            yield change, False
        elif fallen:
            yield change, True


def _known_late(use: UseRecord, recorded_at: int) -> bool:
    """Return whether something was recorded after a use that happened without the ledger."""
    return use.happened_at is not None and recorded_at > use.happened_at


def _lifted(relied: Relied, change: StatusChange, what: str) -> AlertFact:
    message = f"{what} was lifted from {moment_words(change.effective_from)}."
    return _alert(
        relied,
        STATUS_CHANGED,
        change.index,
        Reason.SUSPENSION_LIFTED,
        message,
        _NOTHING,
        _times(change),
        closes=True,
    )


def _cause(change: StatusChange) -> str:
    return RECORD_REPLACED if change.status is Status.REPLACED else STATUS_CHANGED


def _about_keys(
    relied: Relied, reports: tuple[KeyReport, ...], confirmations: tuple[Confirmation, ...]
) -> Iterator[AlertFact]:
    """Yield reports of the keys that the record and those above it were anchored with, and their settlement."""
    for record in (relied.record, *relied.above):
        for report in reports:
            if (report.member, report.key) != (record.member, record.key):
                continue
            again = next(
                (
                    one
                    for one in confirmations
                    if (one.member, one.tag) == (record.member, record.tag) and one.time >= report.reported_at
                ),
                None,
            )
            if record.anchored_at < report.since or _settled(relied.use, report, again):
                continue
            whose = (
                "its key"
                if record is relied.record
                else f"the key of the certificate of {record.member} above it"
            )
            message = (
                f"The issuer reported that {whose} may have been in other hands since "
                f"{moment_words(report.since)}; it is confirming again what was signed until "
                f"{moment_words(report.reported_at)}. It was used {moment_words(relied.use.used_at)}."
            )
            yield _alert(
                relied,
                KEY_COMPROMISED,
                report.index,
                Reason.KEY_COMPROMISED,
                message,
                _HOLD,
                (report.since, report.reported_at),
            )
            if again is not None:
                message = f"The issuer confirmed it again on {moment_words(again.time)}."
                yield _alert(
                    relied,
                    RECORD_CONFIRMED,
                    again.index,
                    Reason.CONFIRMED_AGAIN,
                    message,
                    _NOTHING,
                    (again.time, again.time),
                    closes=True,
                )


def _settled(use: UseRecord, report: KeyReport, again: Confirmation | None) -> bool:
    """Return whether a report was known when a use was made, or was settled before its late entry was written."""
    if report.index >= use.first_index:
        return False
    return not _known_late(use, report.reported_at) or (again is not None and again.index < use.first_index)


def _about_overdrawing(relied: Relied) -> Iterator[AlertFact]:
    """Yield later uses of a time without the ledger by which more was used than was certified."""
    usage, sharing = relied.usage, relied.sharing
    for other in () if usage is None else usage.standing:
        own = other.use_id == relied.use.use_id
        if own or not other.conflict or other.last_index < relied.use.first_index:
            continue
        if sharing is not None and other.customs not in sharing:
            continue
        exceeded = _exceeded(relied, other.place.line)
        if not exceeded:
            continue
        happened = other.used_at if other.happened_at is None else other.happened_at
        message = (
            f"A use of {moment_words(happened)} by another declaration was written down later; more was used than "
            f"was certified: {exceeded}. Nobody's use is undone."
        )
        yield _alert(
            relied,
            USE_ENTERED,
            other.last_index,
            Reason.OVERDRAWN,
            message,
            "Take no more of it; settle with the issuing body.",
            (happened, other.consumed_at or happened),
        )


def _exceeded(relied: Relied, number: int) -> str:
    """Return by what more was used than certified, on a line or in number; empty when it was not."""
    usage = relied.usage or Usage()
    line = usage.lines.get(number)
    if line is not None and line.overdrawn(0 if usage.terms is None else usage.terms.tolerance):
        taken, whole = quantity_words(line.taken, line.unit), quantity_words(line.authorised, line.unit)
        return f"{taken} of {whole} on line {line.number}"
    count = usage.declarations(relied.sharing)
    if relied.limit and count > relied.limit:
        return f"{count} declarations used it, {relied.limit} may"
    return ""


def _times(change: StatusChange) -> tuple[int, int]:
    return change.effective_from, change.recorded_at


def _used(use: UseRecord, effective_from: int) -> str:
    valid = " while valid" if use.used_at < effective_from else ""
    return f"used {moment_words(use.used_at)}{valid}"


def _alert(
    relied: Relied,
    cause: str,
    index: int,
    reason: Reason,
    message: str,
    step: str,
    times: tuple[int, int],
    *,
    closes: bool = False,
) -> AlertFact:
    """Return an alert that entry ``index`` caused; ``times``: when that took effect, and when it was recorded."""
    late = index < relied.use.first_index
    return AlertFact(
        f"{index}-{relied.use.use_id}",
        USE_ENTERED if late else cause,
        relied.use.first_index if late else index,
        reason.code,
        message,
        step,
        relied.kind,
        relied.record.member,
        relied.record.tag,
        *times,
        relied.use,
        closes,
    )

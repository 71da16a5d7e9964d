"""Recognition: was an AEO's authorisation active, and recognised by the partner, when the declaration was accepted?

The one rule: a suspension does not touch what was begun before it. The moment to judge is the declaration's acceptance, else
the time asked about; what took effect later is a remark. Where no type is asked about, one that is active and recognised
is enough, and what is wrong with the others is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.core.aeo import Agreements, Cover, Recognition, RecognitionChange, TypeChange, TypeState
from ledger.core.checks.case import ASK_AGAIN, ASK_ISSUER, Case
from ledger.core.checks.wording import length_words
from ledger.core.members import MemberState, Standing
from ledger.core.reasons import Reason
from ledger.core.records import RecordState, Status, StatusChange
from ledger.core.verdict import Check, CheckName, Finding, Outcome, Word, worst

_WITHOUT_BENEFITS = "Treat the declaration as one without the benefits of an AEO."
_ENDED = {
    Status.SUSPENDED: "suspended",
    Status.REVOKED: "revoked",
    Status.CANCELLED: "withdrawn",
    Status.REPLACED: "replaced",
}


def check_recognition(case: Case) -> Check:
    """Return the check; it fails where types or agreements were not looked at, for then nothing is known."""
    if case.question.unreadable:
        return Check(CheckName.RECOGNITION, Outcome.NOT_CHECKED)
    if not case.asked_chain:
        return Check(CheckName.RECOGNITION, Outcome.UNAVAILABLE, (case.unreachable(),))
    record, types = case.record, case.facts.types
    if record is None:
        return Check(CheckName.RECOGNITION, Outcome.NOT_CHECKED)
    if types is None:
        finding = Finding.of(Reason.RECOGNITION_NOT_CHECKED, Word.REFER, next_step=ASK_AGAIN)
        return Check.judged(CheckName.RECOGNITION, [finding])
    asked = case.question.aeo_type
    if asked is not None:
        return Check.judged(CheckName.RECOGNITION, _about_type(case, record, types, asked))
    if not types:
        message = f"The entry of {record.member} is not authorised for any type."
        finding = Finding.of(Reason.AEO_NOT_ACTIVE_AT, Word.REJECT, message, next_step=_WITHOUT_BENEFITS)
        return Check.judged(CheckName.RECOGNITION, [finding])
    return Check.judged(CheckName.RECOGNITION, _about_all(case, record, types))


def _about_all(case: Case, record: RecordState, types: Mapping[str, TypeState]) -> Iterator[Finding]:
    """Yield what is found of every type; where one of them will do, the others are remarks."""
    found = {name: list(_about_type(case, record, types, name)) for name in sorted(types)}
    good = {Word.ACCEPT, Word.ACCEPT_WITH_REMARKS}
    enough = any(worst(finding.word for finding in findings) in good for findings in found.values())
    for findings in found.values():
        for finding in findings:
            if enough and finding.word not in good:
                yield Finding(
                    Word.ACCEPT_WITH_REMARKS, finding.code, finding.name, finding.message, finding.item
                )
            else:
                yield finding


def _about_type(
    case: Case, record: RecordState, types: Mapping[str, TypeState], name: str
) -> Iterator[Finding]:
    state = types.get(name)
    if state is None:
        known = f"; its types are {', '.join(sorted(types))}" if types else ""
        message = f"The entry is not authorised as {name}{known}."
        yield Finding.of(Reason.AEO_NOT_ACTIVE_AT, Word.REJECT, message, next_step=_WITHOUT_BENEFITS)
        return
    yield from _about_activity(case, record, state)
    yield from _about_agreements(case, record, name)


# --- the authorisation -----------------------------------------------------------------------------------------------


def _about_activity(case: Case, record: RecordState, state: TypeState) -> Iterator[Finding]:
    """Yield whether a type, and the entry as a whole, were active, and kept by somebody."""
    gone = _gone(case, case.facts.member)
    if gone:
        message = f"{gone}; nobody keeps its entries any more."
        yield Finding.of(Reason.AEO_NOT_ACTIVE_AT, Word.REJECT, message, next_step=_WITHOUT_BENEFITS)
        return
    current = state.change_at(case.time)
    if current is None:
        message = (
            f"The type {state.name} takes effect only from {case.clock(state.changes[0].effective_from)}."
        )
        yield Finding.of(Reason.AEO_NOT_ACTIVE_AT, Word.REJECT, message, next_step=_WITHOUT_BENEFITS)
    whole = record.change_at(case.time)
    for change, what in ((whole, "the whole entry"), (current, f"type {state.name}")):
        if change is not None and change.status is not Status.VALID:
            yield _not_active(case, change, what)
    if (
        current is None
        or current.status is not Status.VALID
        or (whole is not None and whole.status is not Status.VALID)
    ):
        return
    yield from _recorded_later(case, current.effective_from, current.recorded_at, f"Type {state.name}")
    for changes, what in ((record.changes, "the whole entry"), (state.changes, f"type {state.name}")):
        fell = next(
            (one for one in changes if one.effective_from > case.time and one.status is not Status.VALID),
            None,
        )
        if fell is not None:
            yield _fell_later(case, fell, what)


def _gone(case: Case, member: MemberState | None) -> str:
    """Return that a member had left the consortium by the time to judge; nothing when it had not."""
    span = None if member is None else member.span_at(case.time)
    if member is None or span is None or span.standing is not Standing.LEFT:
        return ""
    return f"{member.code} left the consortium {case.when(span.time)}"


def _not_active(case: Case, change: StatusChange | TypeChange, what: str) -> Finding:
    """Return the finding of a suspension or an end; its reason is the partners' business and is not told."""
    told = f"AEO status {_ENDED[change.status]} from {_bracketed(case.clock(change.effective_from))}"
    lag = change.recorded_at - change.effective_from
    if lag >= 60:
        told += f", recorded at {case.clock(change.recorded_at)} with effect from {case.clock(change.effective_from)}"
    step = f"{_WITHOUT_BENEFITS} What was accepted before keeps them."
    return Finding.of(Reason.AEO_NOT_ACTIVE_AT, Word.REJECT, f"{told}: {what}.", next_step=step)


def _bracketed(clock: str) -> str:
    """Return ``10:00 UTC+8`` as ``10:00 (UTC+8)``; a moment with its day stays as it is."""
    time, _, offset = clock.partition(" ")
    return f"{time} ({offset})" if offset.startswith("UTC") and " " not in offset else clock


def _fell_later(case: Case, change: StatusChange | TypeChange, what: str) -> Finding:
    later = length_words(change.effective_from - case.time)
    ended = f"AEO status {_ENDED[change.status]} from {_bracketed(case.clock(change.effective_from))}"
    if case.accepted_at is None:
        message = f"Status changed {later} later: {ended}: {what}."
        return Finding.of(Reason.STATUS_CHANGED_LATER, Word.ACCEPT_WITH_REMARKS, message)
    message = (
        f"{ended}, {later} after the declaration was accepted: {what}. "
        "A procedure begun before keeps its benefits."
    )
    return Finding.of(Reason.ACCEPTED_BEFORE_SUSPENSION, Word.ACCEPT_WITH_REMARKS, message)


def _recorded_later(case: Case, effective: int, recorded: int, what: str) -> Iterator[Finding]:
    """Yield that what was in effect at the time to judge was not known yet then."""
    if recorded > case.time:
        message = f"{what}: recorded at {case.clock(recorded)} with effect from {case.clock(effective)}."
        yield Finding.of(Reason.RECORDED_LATER, Word.ACCEPT_WITH_REMARKS, message)


# --- the agreements --------------------------------------------------------------------------------------------------


def _about_agreements(case: Case, record: RecordState, name: str) -> Iterator[Finding]:
    """Yield whether the partner recognised the type; at home there is nothing to recognise."""
    home, partner, agreements = record.member, case.question.partner, case.facts.agreements
    if partner == home:
        return
    if partner is None or agreements is None:
        what = "Whose recognition is asked about is not said." if partner is None else ""
        step = "Ask for a partner." if partner is None else ASK_AGAIN
        yield Finding.of(Reason.RECOGNITION_NOT_CHECKED, Word.REFER, what, next_step=step)
        return
    gone = _gone(case, case.facts.partner)
    if gone:
        message = f"{gone}; it recognises nobody any more."
        yield Finding.of(Reason.MRA_NOT_IN_FORCE, Word.REJECT, message, next_step=_WITHOUT_BENEFITS)
        return
    change = agreements.change_at(home, partner, name, case.time)
    if change is None or change.recognition is not Recognition.IN_FORCE:
        yield _not_recognised(case, agreements, home, partner, name, change)
        return
    yield from _recorded_later(
        case, change.effective_from, change.recorded_at, f"Recognition of {name} by {partner}"
    )
    against = (
        one
        for one in agreements.changes(home, partner, name)
        if one.effective_from > case.time
        and one.recognition is not Recognition.IN_FORCE
        and not agreements.recognised_at(home, partner, name, one.effective_from)
    )
    later = min(against, key=lambda one: one.effective_from, default=None)
    if later is not None:
        length = length_words(later.effective_from - case.time)
        message = (
            f"Recognition of {name} by {partner} was {later.recognition.name.lower()} {length} later, "
            f"from {case.clock(later.effective_from)}."
        )
        yield Finding.of(Reason.STATUS_CHANGED_LATER, Word.ACCEPT_WITH_REMARKS, message)


def _not_recognised(
    case: Case, agreements: Agreements, home: str, partner: str, name: str, change: RecognitionChange | None
) -> Finding:
    if change is not None:
        state = change.recognition.name.lower()
        message = f"Recognition of {name} of {home} by {partner} is {state} from {case.clock(change.effective_from)}."
        step = _WITHOUT_BENEFITS
        return Finding.of(Reason.MRA_NOT_IN_FORCE, Word.REJECT, message, next_step=step)
    covers = agreements.covers(home, partner)
    own = [cover for cover in covers if cover.name == name]
    if own:
        begins = min(cover.benefits_from for cover in own)
        message = (
            f"{partner} recognises {name} of {home} only from {case.clock(begins)} on, when the benefits of "
            f"the agreement start{_exchange(case, own)}."
        )
        return Finding.of(Reason.MRA_NOT_IN_FORCE, Word.REJECT, message, next_step=_WITHOUT_BENEFITS)
    if covers:
        names = ", ".join(sorted({cover.name for cover in covers}))
        message = f"{partner} recognises {names} of {home}, not {name}."
        return Finding.of(Reason.AEO_TYPE_NOT_COVERED, Word.REJECT, message, next_step=_WITHOUT_BENEFITS)
    proposed = any(
        agreement.consented_at is None and agreement.declined_at is None
        for agreement in agreements.by_number.values()
        if any((cover.home, cover.partner) == (home, partner) for cover in agreement.covers)
    )
    why = "; one is proposed and not consented to yet" if proposed else ""
    message = f"There is no agreement by which {partner} recognises AEOs of {home}{why}."
    return Finding.of(Reason.MRA_NOT_IN_FORCE, Word.REJECT, message, next_step=ASK_ISSUER)


def _exchange(case: Case, covers: list[Cover]) -> str:
    exchanged = min(cover.data_exchange_from for cover in covers)
    return "; data are exchanged already" if exchanged <= case.time else ""

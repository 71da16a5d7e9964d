"""Status: what the issuer says of the record as of the time asked, and now; and was it valid on the day of import?

A change that took effect later than the time asked about is told as a remark. About a time before the record there is
nothing to say, so what the issuer says now is judged, with a remark. Validity is judged on the day of import
where a declaration gives it (of an AEO entry on that of acceptance), else on the day asked about. A look-up by number
knows no dates and does not judge them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from ledger.core.checks.case import AEO, ASK_AGAIN, ASK_ISSUER, Case, days_at
from ledger.core.checks.issue import about_issue
from ledger.core.checks.wording import length_words, times_words
from ledger.core.documents.agreement_rules import suits
from ledger.core.profiles import Period, Validity, ValidOn, day_of, valid_on
from ledger.core.reasons import Reason, reason_text
from ledger.core.records import RecordState, Status, StatusChange
from ledger.core.verdict import Check, CheckName, Finding, Outcome, Word

LATE_ANCHORING: Final = timedelta(days=366)
"""No agreement known here lets a certificate be issued later than a year after the shipment."""

_TOLD_LAG: Final = 60

_NOT_VALID: Final = {
    Status.SUSPENDED: (Reason.SUSPENDED, Word.REFER, "suspended"),
    Status.REVOKED: (Reason.REVOKED, Word.REJECT, "revoked"),
    Status.CANCELLED: (Reason.CANCELLED, Word.REJECT, "cancelled"),
    Status.REPLACED: (Reason.REPLACED, Word.REJECT, "replaced"),
}


def check_status(case: Case) -> Check:
    """Return the check; unavailable while the chain does not answer, with what was last known."""
    record = case.record
    if case.question.unreadable:
        return Check(CheckName.STATUS, Outcome.NOT_CHECKED)
    if not case.asked_chain:
        return Check.judged(CheckName.STATUS, [case.unreachable(), *_last_known(case, record)])
    disagreement = case.disagreement()
    if disagreement is not None and disagreement.word is not Word.ACCEPT:
        return Check.judged(CheckName.STATUS, [disagreement])
    if record is None:
        return Check(CheckName.STATUS, Outcome.NOT_CHECKED)
    findings = [
        *_about_reading(case),
        *_about_status(case, record),
        *_about_rules(case),
        *_about_validity(case, record),
        *about_issue(case),
    ]
    return Check.judged(CheckName.STATUS, findings)


def _about_reading(case: Case) -> Iterator[Finding]:
    age = case.facts.age
    if case.facts.chain is None and age is not None:
        message = f"The chain was not asked: the answer is from a reading {int(age.total_seconds())} s old."
        yield Finding.of(Reason.CACHE_AGE, Word.ACCEPT, message)


def _last_known(case: Case, record: RecordState | None) -> Iterator[Finding]:
    if record is not None and record.status is not Status.VALID:
        change = record.changes[-1]
        reason, _, word = _NOT_VALID[record.status]
        message = f"Last known: the issuer {word} it from {case.when(change.effective_from)}."
        yield Finding.of(reason, Word.REFER, message, next_step=ASK_AGAIN)


def _about_status(case: Case, record: RecordState) -> Iterator[Finding]:
    time = case.time
    if time < record.anchored_at:
        message = (
            f"At {case.when(time)} it was not on the ledger yet; "
            f"it was anchored {case.when(record.anchored_at)}."
        )
        yield Finding.of(Reason.NOT_ANCHORED_THEN, Word.ACCEPT_WITH_REMARKS, message)
        change = record.changes[-1] if record.changes else None
    else:
        change = record.change_at(time)
    if change is not None and change.status is not Status.VALID:
        yield _not_valid(case, change)
    elif change is not None:
        message = f"It had been suspended and was reinstated from {case.when(change.effective_from)}."
        yield Finding.of(Reason.SUSPENSION_LIFTED, Word.ACCEPT_WITH_REMARKS, message)
    for later in record.changes:
        if later is not change and later.effective_from > time:
            verb = "reinstated" if later.status is Status.VALID else _NOT_VALID[later.status][2]
            message = (
                f"Status changed {length_words(later.effective_from - time)} later: "
                f"the issuer {verb} it from {case.when(later.effective_from)}{_why(later)}."
            )
            yield Finding.of(Reason.STATUS_CHANGED_LATER, Word.ACCEPT_WITH_REMARKS, message)


def _not_valid(case: Case, change: StatusChange) -> Finding:
    """Return the finding of a status that is not valid, with a use that was made while it was."""
    reason, word, verb = _NOT_VALID[change.status]
    if change.status is Status.REPLACED:
        message = (
            f"Replaced on {case.day_of(change.effective_from)} by a new {case.thing} of the same issuer. "
            "Ask the importer for it."
        )
        return Finding.of(reason, word, message, next_step=f"Ask the importer for the new {case.thing}.")
    message = (
        f"The issuer {verb} it from {case.when(change.effective_from)}{_why(change)}{_said_later(change)}"
    )
    before = [use for use in case.uses if use.used_at < change.effective_from]
    if before:
        often = "" if len(before) == 1 else f"{times_words(len(before))}, the last time "
        message += f"; used {often}{case.when(before[-1].used_at)} while valid"
    return Finding.of(reason, word, message + ".", next_step=ASK_ISSUER)


def _said_later(change: StatusChange) -> str:
    """Return how long after it took effect a change was recorded, where that is a minute or more."""
    lag = change.recorded_at - change.effective_from
    return f", recorded {length_words(lag)} later" if lag >= _TOLD_LAG else ""


def _why(change: StatusChange) -> str:
    return f" ({reason_text(change.reason)})"


def _about_rules(case: Case) -> Iterator[Finding]:
    """Yield a finding where no rules bound the document: its issuer's gateway should have refused to seal it."""
    if not case.subject or case.question.kind == AEO:
        return
    if case.profile is None or not suits(case.subject, case.profile):
        yield Finding.of(Reason.RULES_NOT_KNOWN, Word.REFER, next_step=ASK_ISSUER)


def _about_validity(case: Case, record: RecordState) -> Iterator[Finding]:
    if case.question.kind == AEO and day_of(case.subject.get("validUntil")) is None:
        return  # an authorisation lasts until it is ended
    if case.document is None:
        yield Finding.of(Reason.VALIDITY_NOT_CHECKED, Word.ACCEPT)
        return
    declaration = case.question.declaration
    if case.question.kind == AEO:
        accepted = None if declaration is None else declaration.accepted_at
        answer = _valid_on(case, None if accepted is None else accepted.date())
        yield from _about_authorisation(answer, None if accepted is None else accepted.date(), case.day)
    else:
        stated = None if declaration is None else day_of(declaration.import_date)
        answer = _valid_on(case, stated)
        yield from _about_day(case, answer, stated or case.day, declared=declaration is not None)
    earliest, _ = days_at(record.anchored_at)
    issued = day_of(case.subject.get("issueDate"))
    if answer.last is not None and earliest > answer.last:
        message = (
            f"It was anchored {case.when(record.anchored_at)}, after its validity had ended {answer.last}."
        )
        yield Finding.of(Reason.ANCHORED_AFTER_VALIDITY, Word.ACCEPT_WITH_REMARKS, message)
    elif issued is not None and earliest - issued > LATE_ANCHORING:
        message = f"It was issued {issued} and anchored only {case.when(record.anchored_at)}."
        yield Finding.of(Reason.LATE_ANCHORED, Word.ACCEPT_WITH_REMARKS, message)


def _valid_on(case: Case, stated: date | None) -> ValidOn:
    """Return whether the document is valid on the stated day, or else on the day asked about.

    A day that nobody stated is that of the asker's clock; its issuer's calendar may show the next one already.
    """
    profile = None if case.question.kind == AEO else case.profile
    answer = valid_on(profile, case.subject, stated or case.day)
    if stated is None and answer.validity is Validity.NOT_YET and answer.first is not None:
        begun = min(answer.first, days_at(case.time)[1])
        return valid_on(profile, case.subject, begun)
    return answer


def _about_authorisation(answer: ValidOn, accepted: date | None, asked: date) -> Iterator[Finding]:
    """Yield what is wrong with an AEO entry's validity: judged when the declaration was accepted, as its types are."""
    judged = f"it was judged for {asked}" if accepted is None else f"the declaration was accepted {accepted}"
    if answer.validity is Validity.EXPIRED:
        message = f"It was valid until {answer.last}, {judged}."
        yield Finding.of(Reason.EXPIRED_AT_IMPORT_DATE, Word.REJECT, message, next_step=ASK_ISSUER)
    elif answer.validity is Validity.NOT_YET:
        message = f"It is valid from {answer.first}, {judged}."
        yield Finding.of(Reason.NOT_YET_VALID, Word.REFER, message, next_step=ASK_ISSUER)
    elif answer.validity is Validity.UNKNOWN:
        yield Finding.of(Reason.VALIDITY_UNKNOWN, Word.ACCEPT_WITH_REMARKS)


def _about_day(case: Case, answer: ValidOn, imported: date, *, declared: bool) -> Iterator[Finding]:
    if answer.validity is Validity.EXPIRED:
        judged = f"the day of import is {imported}" if declared else f"it was judged for {imported}"
        message = f"It was valid until {answer.last}, {judged}."
        step = (
            "Check the day of import." if declared else "If the goods were imported before, ask for that day."
        )
        yield Finding.of(Reason.EXPIRED_AT_IMPORT_DATE, Word.REJECT, message, next_step=step)
    elif answer.validity is Validity.UNKNOWN:
        yield Finding.of(Reason.VALIDITY_UNKNOWN, Word.ACCEPT_WITH_REMARKS)
    elif answer.validity is Validity.NOT_YET:
        flags = case.subject.get("flags")
        marked = isinstance(flags, list | tuple) and "ISSUED_RETROACTIVELY" in flags
        message = f"It is valid from {answer.first}, the day of import is {imported}."
        if marked:
            yield Finding.of(Reason.NOT_YET_VALID, Word.ACCEPT_WITH_REMARKS, message)
        else:
            yield Finding.of(Reason.NOT_YET_VALID, Word.REFER, message, next_step=ASK_ISSUER)
    elif declared:
        yield from _about_claim(case, answer.last, imported)


def _about_claim(case: Case, last: date | None, imported: date) -> Iterator[Finding]:
    """Yield that the goods came in time, and the claim after the validity or the time for claims had ended.

    The claim is of the day on which the declaration was accepted, where that is given, else of the day asked about. Within the
    time for claims, or where the agreement takes them without one, it stands in nobody's way; after it a person has to see
    whether the claim was lodged before.
    """
    declaration = case.question.declaration
    accepted = None if declaration is None else declaration.accepted_at
    claimed = case.day if accepted is None else accepted.date()
    values = {} if case.profile is None else case.profile.values
    window = values.get("claimWindow")
    ends = None if window is None else Period(window["count"], window["unit"]).after(imported)
    if last is None or (claimed <= last and (ends is None or claimed <= ends)):
        return
    message = f"It was valid until {last}; the goods were imported {imported}."
    if ends is None:
        allowed = values.get("latePresentation") == "IMPORTED_BEFORE_EXPIRY"
        word = Word.ACCEPT if allowed else Word.ACCEPT_WITH_REMARKS
        yield Finding.of(Reason.PRESENTED_LATE, word, message)
    elif claimed <= ends:
        message += f" The agreement takes claims until {ends}."
        yield Finding.of(Reason.PRESENTED_LATE, Word.ACCEPT, message)
    else:
        message += f" The agreement took claims until {ends}; this one is judged as of {claimed}."
        step = "Check whether the claim was lodged in time; ask with the time when it was accepted."
        yield Finding.of(Reason.PRESENTED_LATE, Word.REFER, message, next_step=step)

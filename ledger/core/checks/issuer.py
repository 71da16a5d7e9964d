"""Issuer: was the signing key, when the record was anchored, that of a body entitled to issue this type?

Authority is judged at the block of anchoring, never at the date printed on the document. What changed since is a
remark. What was anchored since a key may have been in other hands is believed again once the issuer confirmed that very
record, at or after its report. An agreement may let a new signer take effect later than the issuer does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time

from ledger.core.checks.case import ASK_AGAIN, ASK_ISSUER, Case
from ledger.core.members import ROLE_FOR_DOCUMENT_TYPE, KeyState, MemberState, Standing
from ledger.core.reasons import Reason
from ledger.core.records import RecordState
from ledger.core.verdict import Check, CheckName, Finding, Outcome, Word


def check_issuer(case: Case) -> Check:
    """Return the check; not carried out where nothing was anchored, beyond whether the body and key are known."""
    if case.question.unreadable:
        return Check(CheckName.ISSUER, Outcome.NOT_CHECKED)
    if case.facts.seen is None:
        return Check.judged(CheckName.ISSUER, [case.unreachable()])
    member, record = case.facts.member, case.record
    if member is None:
        message = f"{case.issuer} is not a member of the consortium."
        finding = Finding.of(Reason.SIGNER_NOT_NOTIFIED, Word.REFER, message, next_step=ASK_ISSUER)
        return Check.judged(CheckName.ISSUER, [finding])
    findings = list(_about_key_name(case))
    if record is None or record.member != member.code:
        if findings:
            return Check.judged(CheckName.ISSUER, findings)
        return Check(CheckName.ISSUER, Outcome.NOT_CHECKED if case.asked_chain else Outcome.UNAVAILABLE)
    if case.key is not None:
        findings.extend(_about_key(case, case.key, record))
    findings.extend(_about_member(case, member, record))
    return Check.judged(CheckName.ISSUER, findings)


def _about_key_name(case: Case) -> Iterator[Finding]:
    if case.document is None and case.record is None:
        return
    issuer = case.issuer
    if case.key is None:
        if not case.foreign_owners:
            message = f"The signing key is not one that {issuer} notified."
            yield Finding.of(Reason.SIGNER_NOT_NOTIFIED, Word.REFER, message, next_step=ASK_ISSUER)
        else:
            yield Finding.of(
                Reason.SIGNATURE_INVALID, Word.REJECT, f"The signing key is not one of {issuer}."
            )
    elif not case.key.trusted:
        message = "The signing key was registered under a name that is not its own."
        yield Finding.of(Reason.KEY_NOT_RELIABLE, Word.REFER, message, next_step=ASK_ISSUER)


def _about_key(case: Case, key: KeyState, record: RecordState) -> Iterator[Finding]:
    anchored, effective = record.anchored_at, _effective_from(case, key)
    if effective > anchored:
        message = f"Signer notified {case.when(key.notified_at)}, effective {case.when(effective)}"
        profile = case.profile
        named = "" if effective == key.effective_from or profile is None else f" under {profile.id}"
        message += f"{named}; anchored {case.when(anchored)}."
        yield Finding.of(Reason.SIGNER_NOT_EFFECTIVE_YET, Word.REFER, message, next_step=ASK_ISSUER)
    # In the same second it was anchored first: the contracts take nothing from the second of the retirement on.
    if key.retired_at is not None and key.retired_at < anchored:
        message = (
            f"The key was retired {case.when(key.retired_at)}{key.why_retired}, "
            f"the document anchored {case.when(anchored)}."
        )
        yield Finding.of(Reason.KEY_REVOKED_BEFORE_ISSUE, Word.REJECT, message, next_step=ASK_ISSUER)
    elif key.compromised_since is not None:
        yield _about_compromise(case, key, key.compromised_since, record)
    elif key.retired_by(case.time):
        message = f"Signed with a key valid at anchoring ({case.when(anchored)}), retired {case.when(key.retired_at or 0)}"
        message += f"{key.why_retired}."
        yield Finding.of(Reason.KEY_RETIRED_LATER, Word.ACCEPT_WITH_REMARKS, message)


def _effective_from(case: Case, key: KeyState) -> int:
    """Return from which second on the key counts: the issuer's own, or the one that the agreement allows, if later.

    Days are those of UTC; a delay in working days knows no holidays, so it may end earlier than the legal one.
    """
    delay = None if case.profile is None else case.profile.signer_delay
    if delay is None:
        return key.effective_from
    day = delay.after(datetime.fromtimestamp(key.notified_at, UTC).date())
    return max(key.effective_from, int(datetime.combine(day, time(), UTC).timestamp()))


def _about_compromise(case: Case, key: KeyState, since: int, record: RecordState) -> Finding:
    if record.anchored_at < since:
        message = (
            f"Anchored {case.when(record.anchored_at)}, before the key was compromised ({case.when(since)})."
        )
        return Finding.of(Reason.KEY_COMPROMISED_LATER, Word.ACCEPT_WITH_REMARKS, message)
    reported = since if key.reported_at is None else key.reported_at
    confirmed = next((time for time in record.confirmed if time >= reported), None)
    if confirmed is not None:
        message = (
            f"The key may have been in other hands from {case.when(since)} on; "
            f"the issuer confirmed this {case.thing} again on {case.when(confirmed)}."
        )
        return Finding.of(Reason.CONFIRMED_AGAIN, Word.ACCEPT_WITH_REMARKS, message)
    message = (
        "The issuer is confirming again what was signed between "
        f"{case.day_of(since)} and {case.day_of(reported)}."
    )
    return Finding.of(Reason.KEY_COMPROMISED, Word.REFER, message, next_step=ASK_ISSUER)


def _about_member(case: Case, member: MemberState, record: RecordState) -> Iterator[Finding]:
    span = member.span_at(record.anchored_at, record.index)
    stated = _stated_type(case)
    types = {record.document_type} if stated is None else {record.document_type, stated}
    for document_type in sorted(types):
        role = ROLE_FOR_DOCUMENT_TYPE.get(document_type, 0)
        if span is None or span.standing is not Standing.ACTIVE or not span.roles & role:
            message = f"{member.code} was not registered to issue type {document_type} at anchoring."
            yield Finding.of(Reason.ISSUER_NO_AUTHORITY, Word.REJECT, message, next_step=ASK_ISSUER)
    if case.document is not None and stated != record.document_type:
        message = f"It says type {stated}, and was anchored as type {record.document_type}."
        yield Finding.of(Reason.FORM_INCOMPLETE, Word.REFER, message, next_step=ASK_ISSUER)
    if member.standing is not Standing.ACTIVE:
        message = f"{member.code} was active at anchoring and is {member.standing} now."
        step = "" if case.asked_chain else ASK_AGAIN
        yield Finding.of(Reason.ISSUER_STANDING_LATER, Word.ACCEPT_WITH_REMARKS, message, next_step=step)


def _stated_type(case: Case) -> int | None:
    """Return the UNTDID 1001 code that the document states, None when there is none to be read."""
    stated = case.subject.get("documentTypeCode")
    right = isinstance(stated, str) and stated.isascii() and stated.isdigit() and len(stated) <= 3
    return int(str(stated)) if right else None

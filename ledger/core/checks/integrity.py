"""Integrity: is this exactly what was anchored?

Only a document can be compared, so a look-up by number is never told that anything is intact. The issuer's own key is
taken from the journal, never from the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ledger.core import envelope
from ledger.core.checks.alterations import about_alterations
from ledger.core.checks.case import ASK_ISSUER, Case, normal
from ledger.core.documents.kinds import kind_of
from ledger.core.envelope import Opened
from ledger.core.jose import Algorithm, public_key
from ledger.core.reasons import Reason
from ledger.core.verdict import Check, CheckName, Finding, Outcome, Word

_ASK_COPY: Final = "Ask the issuing body for its copy."
_CODE: Final = re.compile(r"[A-Z][A-Z_]{1,39}")
_ALTERED: Final = ("DIGEST", "DISCLOSURE", "SALT")


def check_integrity(case: Case) -> Check:
    """Return the check: framing, signature, document id, key name, ledger and number."""
    opened = case.document
    if case.question.unreadable:
        return Check.judged(CheckName.INTEGRITY, _malformed(case.question.unreadable))
    findings = [*(_about(case, opened) if opened is not None else ()), *_about_record(case)]
    if any(finding.word is not Word.ACCEPT for finding in findings):
        check = Check.judged(CheckName.INTEGRITY, findings)
        only_absent = all(f.code in _ABSENT or f.word is Word.ACCEPT for f in findings)
        return Check(check.name, Outcome.NOT_CHECKED, check.findings) if only_absent else check
    if opened is None or case.key is None or not case.key.trusted:
        return Check(CheckName.INTEGRITY, Outcome.NOT_CHECKED, tuple(findings))
    return Check.judged(CheckName.INTEGRITY, findings)


_ABSENT: Final = frozenset(
    {Reason.NUMBER_NOT_FOUND.code, Reason.LOOK_ALIKE.code, Reason.TAG_NOT_CHECKED.code}
)


def _malformed(unreadable: str) -> Iterator[Finding]:
    """Yield what is wrong with bytes that are not a sealed document; ``unreadable`` starts with the envelope's code."""
    code = unreadable.partition(":")[0].strip()
    altered = code.startswith(_ALTERED)
    reason = Reason.DIGEST_MISMATCH if altered else Reason.FORM_INCOMPLETE
    yield Finding.of(reason, Word.REJECT, Reason.NOT_ISSUED_DOCUMENT.sentence, next_step=_ASK_COPY)
    named = code if _CODE.fullmatch(code) else Reason.NOT_ISSUED_DOCUMENT.code
    yield Finding(Word.REJECT, named, Reason.NOT_ISSUED_DOCUMENT.name, unreadable[:300])


def _about(case: Case, opened: Opened) -> Iterator[Finding]:
    """Yield what is wrong with the document itself."""
    key = case.key
    if key is None and case.foreign_owners:
        owners = ", ".join(sorted(case.foreign_owners))
        message = f"The key it names is one of {owners}, not of {case.issuer}."
        yield Finding.of(Reason.SIGNATURE_INVALID, Word.REJECT, message, next_step=_ASK_COPY)
    elif key is not None and key.trusted:
        if opened.header.algorithm != key.algorithm:
            named, registered = opened.header.algorithm.header_name, Algorithm(key.algorithm).header_name
            message = f"It names the algorithm {named}, its key is registered for {registered}."
            yield Finding.of(Reason.SIGNATURE_INVALID, Word.REJECT, message, next_step=_ASK_COPY)
        elif not envelope.verify_signature(opened, public_key(key.algorithm, key.public_key)):
            yield Finding.of(Reason.SIGNATURE_INVALID, Word.REJECT, next_step=_ASK_COPY)
    ledger = _ledger(case)
    named_ledger = _status_id(opened)
    if named_ledger != ledger:
        yield Finding.of(
            Reason.OTHER_LEDGER,
            Word.REFER,
            f"The document names the ledger {named_ledger}, this one is {ledger}.",
            next_step="Ask the ledger that the document names.",
        )
    yield from _about_question(case, opened)
    kind = kind_of(case.subject)
    if kind != case.question.kind:
        message = f"It is a document of kind {kind.name}, another kind was asked about."
        yield Finding.of(Reason.QUESTION_DIFFERS, Word.REFER, message, next_step="Ask about its own kind.")
    subject_issuer = case.subject.get("issuer")
    stated = subject_issuer.get("id") if isinstance(subject_issuer, dict) else None
    if stated != opened.issuer:
        message = f"It is issued by {opened.issuer}, and names {str(stated)[:32]!r} as its issuer."
        yield Finding.of(Reason.FORM_INCOMPLETE, Word.REFER, message, next_step=ASK_ISSUER)


def _about_record(case: Case) -> Iterator[Finding]:
    """Yield what is wrong between the document, or the number, and the record."""
    opened, record = case.document, case.record
    disagreement = case.disagreement()
    if disagreement is not None:
        yield disagreement
    if record is None:
        if case.asked_chain and disagreement is None:
            yield from _not_found(case)
        elif not case.asked_chain:
            yield case.unreachable()
        return
    if record.member != case.issuer:
        message = f"The record is one of {record.member}, not of {case.issuer}."
        yield Finding.of(Reason.DIGEST_MISMATCH, Word.REJECT, message, next_step=_ASK_COPY)
    if opened is None:
        yield Finding.of(Reason.NO_DOCUMENT, Word.ACCEPT)
        yield from _about_second_key(case)
        return
    if opened.document_id != record.document_id:
        message = f"It is not the document anchored under this number on {case.when(record.anchored_at)}."
        yield Finding.of(Reason.DIGEST_MISMATCH, Word.REJECT, message, next_step=_ASK_COPY)
        yield from about_alterations(case)
    if opened.header.kid != record.key:
        yield Finding.of(Reason.KEY_OF_RECORD_DIFFERS, Word.REJECT, next_step=_ASK_COPY)
    if case.facts.tag is not None and case.facts.tag != record.tag:
        yield Finding.of(Reason.TAG_DIFFERS, Word.REJECT, next_step=_ASK_COPY)
    elif case.facts.tag is None:
        yield Finding.of(Reason.TAG_NOT_CHECKED, Word.ACCEPT)


def _about_second_key(case: Case) -> Iterator[Finding]:
    given, known = case.question.second_key, case.facts.second_keys
    if given is not None and known is not None and normal(given) not in map(normal, known):
        yield Finding.of(
            Reason.SECOND_KEY_DIFFERS, Word.REFER, next_step="Compare the number with the document."
        )


def _about_question(case: Case, opened: Opened) -> Iterator[Finding]:
    """Yield whether another issuer or number was asked about than the document's own."""
    issuer, number = case.question.issuer, case.question.number
    if (issuer and issuer != opened.issuer) or (
        number and normal(number) != normal(str(case.subject.get("certificateNumber")))
    ):
        yield Finding.of(
            Reason.QUESTION_DIFFERS, Word.REFER, next_step="Compare the number with the document."
        )


def _not_found(case: Case) -> Iterator[Finding]:
    if case.document is None and case.facts.tag is None:
        message = f"No tag key of {case.issuer[:32]} is known here, so its numbers cannot be looked up."
        step = "Ask with the sealed document, or ask the issuing body for its tag key."
        yield Finding.of(Reason.TAG_NOT_CHECKED, Word.REFER, message, next_step=step)
        return
    sight = case.facts.seen
    seen = "" if sight is None else f" as of {case.when(int(sight.block_time.timestamp()))}"
    yield Finding.of(
        Reason.NUMBER_NOT_FOUND,
        Word.REFER,
        f"Not on the ledger{seen}. This does not mean that it is false.",
        next_step="Ask again later, or ask the issuing body.",
    )
    for candidate in case.facts.candidates:
        given = case.question.second_key
        if given is None or normal(given) not in map(normal, candidate.second_keys):
            continue
        message = f"One number that looks alike matches the second key: {candidate.number}."
        step = f"Compare the document with the number {candidate.number}."
        yield Finding.of(Reason.LOOK_ALIKE, Word.REFER, message, next_step=step)


def _ledger(case: Case) -> str:
    registry = case.facts.registry if case.record is None else case.record.registry
    return f"eip155:{case.facts.chain_id}:0x{registry.hex()}"


def _status_id(opened: Opened) -> str:
    status = opened.claims.get("credentialStatus")
    return str(status.get("id") if isinstance(status, dict) else None)[:120].lower()

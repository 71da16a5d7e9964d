"""Lineage and use: are the certificates that this one builds on still good, and is use left?

A certificate that replaces another one does not depend on it. Use is not recorded on the ledger yet, and this says so;
only that record and agreement have the same use policy is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ledger.core.checks.case import ASK_ISSUER, Case, normal
from ledger.core.facts import Parent
from ledger.core.reasons import Reason
from ledger.core.records import Status
from ledger.core.verdict import Check, CheckName, Finding, Outcome, Word


def check_usage(case: Case) -> Check:
    """Return the check of use: nothing to check without a use policy, and not carried out yet with one."""
    if case.question.unreadable:
        return Check(CheckName.USAGE, Outcome.NOT_CHECKED)
    if not case.asked_chain:
        return Check(CheckName.USAGE, Outcome.UNAVAILABLE, (case.unreachable(),))
    record, profile = case.record, case.profile
    if record is not None and profile is not None and profile.use.on_chain() != record.use_policy:
        message = f"The record has use policy {record.use_policy:#06x}, the agreement {profile.use.on_chain():#06x}."
        finding = Finding.of(Reason.USE_POLICY_DIFFERS, Word.REFER, message, next_step=ASK_ISSUER)
        return Check.judged(CheckName.USAGE, [finding])
    if record is not None and record.use_policy == 0 and case.document is not None:
        return Check(CheckName.USAGE, Outcome.PASS)
    return Check(CheckName.USAGE, Outcome.NOT_CHECKED, (Finding.of(Reason.USE_NOT_RECORDED, Word.ACCEPT),))


def check_lineage(case: Case) -> Check:
    """Return the check of the certificates that the document refers to."""
    if case.document is None:
        return Check(CheckName.LINEAGE, Outcome.NOT_CHECKED)
    references = [one for one in _references(case) if one.get("relation") != "REPLACES"]
    if not references:
        return Check(CheckName.LINEAGE, Outcome.PASS)
    if not case.asked_chain:
        return Check(CheckName.LINEAGE, Outcome.UNAVAILABLE, (case.unreachable(),))
    findings = [finding for reference in references for finding in _about(case, reference)]
    check = Check.judged(CheckName.LINEAGE, findings)
    unchecked = Reason.PARENT_NOT_CHECKED.code
    if findings and all(finding.code == unchecked for finding in findings):
        return Check(CheckName.LINEAGE, Outcome.NOT_CHECKED, check.findings)
    return check


def _references(case: Case) -> Iterator[Mapping[str, Any]]:
    references = case.subject.get("references")
    for one in references if isinstance(references, list | tuple) else ():
        if isinstance(one, Mapping):
            yield one


def _about(case: Case, reference: Mapping[str, Any]) -> Iterator[Finding]:
    issuer, number = str(reference.get("issuerId"))[:32], str(reference.get("number"))[:140]
    parent = _find(case.facts.parents, issuer, number)
    if parent is None:
        message = f"The certificate {number} of {issuer} was not looked at."
        step = f"Ask about the certificate {number} of {issuer} too."
        yield Finding.of(Reason.PARENT_NOT_CHECKED, Word.ACCEPT_WITH_REMARKS, message, next_step=step)
    elif parent.record is None:
        message = f"The certificate {number} of {issuer} is not on the ledger."
        yield Finding.of(Reason.PARENT_INVALID, Word.REFER, message, next_step=ASK_ISSUER)
    elif (status := parent.record.status_at(case.time)) is not Status.VALID:
        change = parent.record.change_at(case.time)
        since = "" if change is None else f" since {case.when(change.effective_from)}"
        message = f"The certificate {number} of {issuer} is {status.name.lower()}{since}."
        yield Finding.of(Reason.PARENT_INVALID, Word.REFER, message, next_step=ASK_ISSUER)


def _find(parents: tuple[Parent, ...], issuer: str, number: str) -> Parent | None:
    wanted = normal(number)
    return next((one for one in parents if one.issuer == issuer and normal(one.number) == wanted), None)

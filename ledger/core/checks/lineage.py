"""Lineage: are the certificates that this one builds on, or is a true copy of, still good?

The one rule: what became of a parent refers the child and never rejects it; that is for the child's own issuer, or for
customs, to decide. Only a true copy of an original that had been used is refused, where the agreement says so. A
certificate that replaces another one does not depend on it.

What a child takes of its parent's balance the contracts bound when it was anchored; here it is told where they did not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ledger.core.checks.case import ASK_ISSUER, Case, normal
from ledger.core.checks.lines import certified_of
from ledger.core.checks.wording import length_words, quantity_words
from ledger.core.facts import Parent
from ledger.core.members import KeyState
from ledger.core.opening import Relation
from ledger.core.reasons import Reason
from ledger.core.records import RecordState, Status, StatusChange
from ledger.core.verdict import Check, CheckName, Finding, Outcome, Word

_RELATIONS: Final = {
    "TRUE_COPY_OF": Relation.TRUE_COPY,
    "BACK_TO_BACK_OF": Relation.BACK_TO_BACK,
    "EXTRACT_OF": Relation.EXTRACT,
    "SPLIT_OF": Relation.EXTRACT,
}


def check_lineage(case: Case) -> Check:
    """Return the check of the certificates that the document refers to, and of what its record hangs on."""
    record = case.record
    linked = record is not None and record.link is not None
    if case.question.unreadable or (case.document is None and not linked):
        return Check(CheckName.LINEAGE, Outcome.NOT_CHECKED)
    references = [one for one in _references(case) if one.get("relation") != "REPLACES"]
    if not references and not linked:
        return Check(CheckName.LINEAGE, Outcome.PASS)
    if not case.asked_chain:
        return Check(CheckName.LINEAGE, Outcome.UNAVAILABLE, (case.unreachable(),))
    findings = [finding for reference in references for finding in _about_reference(case, reference)]
    findings += _about_link(case, references)
    findings += _about_copy(case)
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


def _about_reference(case: Case, reference: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with a certificate that the document names."""
    issuer, number = str(reference.get("issuerId"))[:32], str(reference.get("number"))[:140]
    parent = _find(case.facts.parents, issuer, number)
    name = f"{number} of {issuer}"
    if parent is None:
        message = f"The certificate {name} was not looked at."
        step = f"Ask about the certificate {name} too."
        yield Finding.of(Reason.PARENT_NOT_CHECKED, Word.ACCEPT_WITH_REMARKS, message, next_step=step)
        return
    if parent.record is None:
        message = f"The certificate {name} is not on the ledger."
        yield Finding.of(Reason.PARENT_INVALID, Word.REFER, message, next_step=ASK_ISSUER)
        return
    yield from _about_parent(case, parent, parent.record, name)
    relation = _RELATIONS.get(str(reference.get("relation")))
    if case.record is None or relation is None:
        return
    link = case.record.link
    if link is None:
        yield _not_bound(relation, name)
        yield from _about_unbound(case, parent, name)
    elif (link.parent_member, link.parent_tag) != (parent.record.member, parent.record.tag):
        message = f"The document builds on {name}, its record on another certificate."
        yield Finding.of(Reason.LINEAGE_DIFFERS, Word.REFER, message, next_step=ASK_ISSUER)


def _not_bound(relation: Relation, name: str) -> Finding:
    """Return the finding that the ledger does not keep a child to its parent's use or quantity."""
    if relation is Relation.TRUE_COPY:
        message = (
            f"It is a true copy of {name}, but the ledger counts its use apart from that of the original."
        )
        return Finding.of(Reason.QUANTITY_NOT_BOUND, Word.REFER, message, next_step=ASK_ISSUER)
    message = f"The ledger does not bind its quantity to what is left of {name}."
    return Finding.of(Reason.QUANTITY_NOT_BOUND, Word.ACCEPT_WITH_REMARKS, message)


def _about_unbound(case: Case, parent: Parent, name: str) -> Iterator[Finding]:
    """Yield whether a document that the ledger does not bind certifies more than its parent, in any of its units."""
    lines = () if parent.usage is None else tuple(parent.usage.lines.values())
    for unit in sorted({line.unit for line in lines}):
        whole = sum(line.authorised for line in lines if line.unit == unit)
        here = certified_of(case, unit)
        if here > whole:
            message = (
                f"{quantity_words(here, unit)} are certified here, {quantity_words(whole, unit)} on {name}, "
                "on which it builds."
            )
            yield Finding.of(Reason.PARENT_BALANCE_EXCEEDED, Word.REFER, message, next_step=ASK_ISSUER)


def _about_link(case: Case, references: list[Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield what is wrong with the parent that the record hangs on, where no reference of the document names it."""
    link = None if case.record is None else case.record.link
    if link is None:
        return
    parent = next(
        (
            one
            for one in case.facts.parents
            if one.record is not None
            and (one.record.member, one.record.tag) == (link.parent_member, link.parent_tag)
        ),
        None,
    )
    if parent is None or parent.record is None:
        if not references:
            message = f"The certificate of {link.parent_member} that it builds on was not looked at."
            yield Finding.of(Reason.PARENT_NOT_CHECKED, Word.ACCEPT_WITH_REMARKS, message)
        return
    named = {(str(one.get("issuerId")), normal(str(one.get("number")))) for one in references}
    if (parent.issuer, normal(parent.number)) in named:
        return
    name = f"{parent.number} of {parent.issuer}" if parent.number else f"of {parent.issuer}"
    yield from _about_parent(case, parent, parent.record, name)
    if case.document is not None:
        message = f"Its record builds on the certificate {name}, which the document does not name."
        yield Finding.of(Reason.LINEAGE_DIFFERS, Word.REFER, message, next_step=ASK_ISSUER)


def _about_parent(case: Case, parent: Parent, record: RecordState, name: str) -> Iterator[Finding]:
    step = f"Ask {case.issuer} whether it stands by its own {case.thing}."
    change = record.change_at(case.time)
    if change is not None and change.status is not Status.VALID:
        yield Finding.of(Reason.PARENT_INVALID, Word.REFER, _fallen(case, name, change), next_step=step)
    later = record.changes[-1] if record.changes else None
    if later is not None and later.effective_from > case.time and later.status is not Status.VALID:
        length = length_words(later.effective_from - case.time)
        message = f"{length[0].upper()}{length[1:]} later: {_fallen(case, name, later)}"
        yield Finding.of(Reason.STATUS_CHANGED_LATER, Word.ACCEPT_WITH_REMARKS, message)
    key = None if parent.member is None else parent.member.keys.get(record.key)
    if key is not None and in_other_hands(key, record):
        message = (
            f"The issuer of the certificate {name}, on which it builds, is confirming again what was signed "
            f"between {case.when(key.compromised_since or 0)} and {case.when(key.reported_at or 0)}."
        )
        yield Finding.of(Reason.PARENT_INVALID, Word.REFER, message, next_step=step)
    yield from _about_balance(parent, name)


def _fallen(case: Case, name: str, change: StatusChange) -> str:
    return (
        f"The certificate {name}, on which it builds, was {change.status.name.lower()} "
        f"on {case.when(change.effective_from)}."
    )


def in_other_hands(key: KeyState, record: RecordState) -> bool:
    """Return whether a record was anchored while its key may have been in other hands, and not confirmed since."""
    since, reported = key.compromised_since, key.reported_at
    if since is None or record.anchored_at < since:
        return False
    return not any(time >= (since if reported is None else reported) for time in record.confirmed)


def _about_balance(parent: Parent, name: str) -> Iterator[Finding]:
    """Yield whether more was taken of the parent than it was certified for."""
    usage = parent.usage
    if usage is None or usage.terms is None:
        return
    for number, line in usage.lines.items():
        if line.overdrawn(usage.terms.tolerance):
            message = (
                f"Of line {number} of the certificate {name}, on which it builds, "
                f"{quantity_words(line.taken, line.unit)} were taken, "
                f"{quantity_words(line.authorised, line.unit)} are certified."
            )
            yield Finding.of(Reason.PARENT_BALANCE_EXCEEDED, Word.REFER, message, next_step=ASK_ISSUER)


def _about_copy(case: Case) -> Iterator[Finding]:
    """Yield whether the original of a true copy was used, before the copy was made or after."""
    record, root, usage = case.record, case.root, case.facts.usage
    if record is None or root is None or usage is None or root.tag == record.tag:
        return
    used = [use for use in usage.standing if use.place.presented == root.tag]
    before = [use for use in used if use.used_at < record.anchored_at]
    if before:
        told = f"{case.economy_of(before[0])} office {before[0].place.office}, {case.when(before[0].used_at)}"
        message = f"It is a certified true copy; its original had been used before: {told}."
        profile = case.profile
        refused = profile is not None and profile.values.get("ctcOnlyIfUnused") is True
        word = Word.REJECT if refused else Word.ACCEPT_WITH_REMARKS
        yield Finding.of(Reason.CTC_OF_USED_ORIGINAL, word, message, next_step=ASK_ISSUER)
    elif used:
        message = f"Its original was used after this copy was made, {case.when(used[0].used_at)}."
        yield Finding.of(Reason.ORIGINAL_USED_LATER, Word.ACCEPT_WITH_REMARKS, message)


def _find(parents: tuple[Parent, ...], issuer: str, number: str) -> Parent | None:
    wanted = normal(number)
    return next((one for one in parents if one.issuer == issuer and normal(one.number) == wanted), None)

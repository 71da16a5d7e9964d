"""Usage: is use left for who asks?

The one rule: uses are counted as the contracts count them, so that what is said to be left can be taken. Without terms
a record's use counts for each economy by itself, with terms for all together; of a certified true copy everything lies
with its original. Uses of the declaration that is asked about are its own and never stand in its way. Who used it is
told by office, never by party, price or declaration.

Uses of later than the time asked about are remarks; what was given back since does not count. Quantities are judged in
``drawing``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ledger.core.checks.case import ASK_ISSUER, Case
from ledger.core.checks.drawing import about_lines, about_overdrawing
from ledger.core.checks.wording import length_words, list_words
from ledger.core.documents.terms import use_policy_of
from ledger.core.profiles import UseKind, UsePolicy
from ledger.core.reasons import Reason
from ledger.core.records import RecordState
from ledger.core.uses import Usage, UseRecord, UseState
from ledger.core.verdict import Check, CheckName, Finding, Outcome, Word

_ASK_OFFICE = "If the earlier use is an error, that office can give it back."


def check_usage(case: Case) -> Check:
    """Return the check: nothing to check without a use policy, and not carried out where use was not looked at."""
    record, root, usage = case.record, case.root, case.facts.usage
    if case.question.unreadable:
        return Check(CheckName.USAGE, Outcome.NOT_CHECKED)
    if not case.asked_chain:
        return Check(CheckName.USAGE, Outcome.UNAVAILABLE, (case.unreachable(),))
    if record is None:
        return Check(CheckName.USAGE, Outcome.NOT_CHECKED)
    if root is None:
        message = "It is a certified true copy, and the use of its original could not be looked at."
        return Check.judged(
            CheckName.USAGE,
            [Finding.of(Reason.PARENT_NOT_CHECKED, Word.REFER, message, next_step=ASK_ISSUER)],
        )
    findings = [*_about_policy(case, record)]
    policy = _policy(root)
    if policy.kind is UseKind.NONE and (usage is None or usage.terms is None):
        if findings or case.document is not None:
            return Check.judged(CheckName.USAGE, findings)
        finding = Finding.of(Reason.NO_DOCUMENT, Word.ACCEPT)
        return Check(CheckName.USAGE, Outcome.NOT_CHECKED, (finding,))
    if usage is None:
        findings.append(Finding.of(Reason.USE_NOT_RECORDED, Word.ACCEPT))
        check = Check.judged(CheckName.USAGE, findings)
        return check if len(findings) > 1 else Check(check.name, Outcome.NOT_CHECKED, check.findings)
    findings += [
        *_about_reading(case),
        *_about_place(case, usage),
        *_about_count(case, usage, policy),
        *_about_own(case),
        *_about_later(case),
        *about_overdrawing(case, usage),
    ]
    if not any(finding.code == Reason.ALREADY_USED.code for finding in findings):
        findings += about_lines(case, usage)
    return Check.judged(CheckName.USAGE, findings)


def _policy(root: RecordState) -> UsePolicy:
    return UsePolicy.from_chain(root.use_policy)


def _about_policy(case: Case, record: RecordState) -> Iterator[Finding]:
    """Yield whether the record was anchored with another use policy than its profile and the document ask for."""
    policy = use_policy_of(case.subject, case.reference) if case.subject else None
    if policy is not None and policy.on_chain() != record.use_policy:
        message = (
            f"The record has use policy {record.use_policy:#06x}, the document {policy.on_chain():#06x}."
        )
        yield Finding.of(Reason.USE_POLICY_DIFFERS, Word.REFER, message, next_step=ASK_ISSUER)


def _about_reading(case: Case) -> Iterator[Finding]:
    """Yield that the journal, which alone tells of use, was read to an earlier place than the chain's."""
    if case.behind:
        message = "Use is told as of what was read of the journal, which is not all of it."
        yield Finding.of(Reason.JOURNAL_BEHIND, Word.ACCEPT_WITH_REMARKS, message)


def _about_place(case: Case, usage: Usage) -> Iterator[Finding]:
    """Yield whether this office, and customs of this economy, may use it."""
    terms = usage.terms
    if terms is None:
        return
    economy, office = case.question.economy, case.office
    if economy is not None and terms.economies and economy not in terms.economies:
        message = f"Customs of {', '.join(terms.economies)} may use it, not customs of {economy}."
        yield Finding.of(Reason.OFFICE_NOT_ALLOWED, Word.REJECT, message, next_step=ASK_ISSUER)
    if not terms.offices:
        return
    offices = ", ".join(terms.offices)
    if office is None:
        message = f"It may be used at {offices} only."
        yield Finding.of(Reason.OFFICES_NAMED, Word.ACCEPT, message)
    elif office not in terms.offices:
        message = f"It may be used at {offices} only, not at {office}."
        step = f"Lodge the declaration at {offices}."
        yield Finding.of(Reason.OFFICE_NOT_ALLOWED, Word.REJECT, message, next_step=step)


def _about_count(case: Case, usage: Usage, policy: UsePolicy) -> Iterator[Finding]:
    """Yield whether as many declarations as the policy allows have used it."""
    limit = policy.limit
    if not limit:
        return
    economies = sorted({case.economy_of(use) for use in case.uses})
    economy = case.economy
    if usage.terms is not None:
        yield from _about_limit(case, case.uses, limit)
    elif economy is not None:
        yield from _about_limit(case, [use for use in case.uses if case.counts_for(use, economy)], limit)
    elif economies:
        yield Finding.of(
            Reason.USE_NOT_ASKED,
            Word.REFER,
            f"Use counts for each economy by itself; it was used in {', '.join(economies)}: "
            f"{list_words(_told(case, use) for use in case.uses)}.",
            next_step="Ask as customs of the importing economy.",
        )
    else:
        yield _left(limit, limit)


def _about_limit(case: Case, uses: Sequence[UseRecord], limit: int) -> Iterator[Finding]:
    declarations = {use.by for use in uses}
    own = {use.by for use in uses if case.owns(use)}
    if len(declarations) > limit:
        message = f"{len(declarations)} declarations used it, {limit} may."
        yield Finding.of(Reason.OVERDRAWN, Word.REFER, message, next_step=ASK_ISSUER)
    if own:
        return
    if len(declarations) >= limit:
        yield already_used(case, uses)
    else:
        yield _left(limit - len(declarations), limit)


def already_used(case: Case, uses: Iterable[UseRecord]) -> Finding:
    """Return the finding that ``uses`` leave nothing; each is told by office, moment and usage id."""
    every = list(uses)
    word = "reserved" if every and all(use.state is UseState.RESERVED for use in every) else "used"
    with_other = "" if case.record is None else _with_other(case, every)
    message = f"Already {word}{with_other}: {list_words(_told(case, use) for use in every)}."
    return Finding.of(Reason.ALREADY_USED, Word.REJECT, message, next_step=_ASK_OFFICE)


def _with_other(case: Case, uses: Iterable[UseRecord]) -> str:
    """Return which certificate was presented then, where it was another one that shares this one's use."""
    record, root = case.record, case.root
    if record is None or root is None or any(use.place.presented == record.tag for use in uses):
        return ""
    return " with its certified true copy" if record.tag == root.tag else " with its original"


def _told(case: Case, use: UseRecord) -> str:
    late = ", recorded later" if use.happened_at is not None else ""
    return f"{case.economy_of(use)} office {use.place.office}, {case.when(use.used_at)}{late}, usage id {use.use_id}"


def _left(left: int, limit: int) -> Finding:
    return Finding.of(Reason.USE_LEFT, Word.ACCEPT, f"Remaining use: {left} of {limit}.")


def _about_own(case: Case) -> Iterator[Finding]:
    for use in case.uses:
        if case.owns(use):
            verb = "reserved" if use.state is UseState.RESERVED else "used"
            message = (
                f"This declaration has {verb} it already, {case.when(use.used_at)}, usage id {use.use_id}."
            )
            yield Finding.of(
                Reason.OWN_USE, Word.ACCEPT_WITH_REMARKS, message, item=case.declared_item(use.place.item)
            )


def _about_later(case: Case) -> Iterator[Finding]:
    for use in case.later_uses:
        verb = "Reserved" if use.state is UseState.RESERVED else "Used"
        message = f"{verb} {length_words(use.used_at - case.time)} later: {_told(case, use)}."
        yield Finding.of(Reason.USED_LATER, Word.ACCEPT_WITH_REMARKS, message)

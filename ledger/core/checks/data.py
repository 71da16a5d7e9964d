"""Data: does the declaration agree with the certificate or licence, item by item?

The one rule: what is wrong with one item stands in the way of that item only. Tariff codes are compared to six digits, under
a licence on all the digits that both give; what a licence does not say is not compared. What the declaration leaves out is no
agreement: it is told as not compared. Quantities: see ``quantities``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from ledger.core.checks.case import AEO, LICENCE, Case, days_at
from ledger.core.checks.quantities import about_quantities
from ledger.core.checks.route import about_route, endorsed_at_export, letters
from ledger.core.checks.wording import length_words
from ledger.core.documents.declaration import Declaration, DeclarationItem
from ledger.core.profiles import day_of
from ledger.core.reasons import Reason
from ledger.core.verdict import Check, CheckName, Finding, Outcome, Word

_COMPARE = "Compare the item with the document."
_HS_DIGITS = 6
_HS_LEAST = 2
_TO_ORDER = "toorder"
_PERCENT: Final = re.compile(r"[\s0-9.%]")


def check_data(case: Case) -> Check:
    """Return the check; not carried out without both a document and a declaration with items or invoices."""
    declaration = case.question.declaration
    if case.question.unreadable or case.question.kind == AEO:
        return Check(CheckName.DATA, Outcome.NOT_CHECKED)
    if declaration is None or case.document is None:
        absent = Reason.NO_DECLARATION if declaration is None else Reason.NO_DOCUMENT
        missing = Finding.of(absent, Word.ACCEPT)
        endorsement = tuple(_about_endorsement(case))
        if endorsement:
            return Check.judged(CheckName.DATA, (missing, *endorsement))
        return Check(CheckName.DATA, Outcome.NOT_CHECKED, (missing,))
    findings = list(_about_whole(case, declaration))
    items = dict(case.items())
    claimed: dict[int, list[DeclarationItem]] = {}
    for declared in declaration.items:
        sequence = _claimed(case, declared, items)
        if sequence is None:
            message = f"Declared item {declared.sequence} is not on the certificate."
            place = declared.sequence
            findings.append(
                Finding.of(Reason.ITEM_NOT_CERTIFIED, Word.REFER, message, item=place, next_step=_COMPARE)
            )
        else:
            claimed.setdefault(sequence, []).append(declared)
    for sequence, all_declared in claimed.items():
        for declared in all_declared:
            findings.extend(_about_item(case, declared, items[sequence]))
        findings.extend(about_quantities(case, all_declared, items[sequence]))
    findings.extend(_about_left_out(case, declaration))
    if not declaration.items and all(finding.word is Word.ACCEPT for finding in findings):
        return Check(CheckName.DATA, Outcome.NOT_CHECKED, tuple(findings))
    return Check.judged(CheckName.DATA, findings)


def _about_whole(case: Case, declaration: Declaration) -> Iterator[Finding]:
    yield from about_route(case, declaration)
    invoices = case.subject.get("invoices")
    if declaration.invoice_numbers and isinstance(invoices, list | tuple) and invoices:
        known = {one.get("number") for one in invoices if isinstance(one, Mapping)}
        if known.isdisjoint(declaration.invoice_numbers):
            yield Finding.of(Reason.INVOICE_DIFFERS, Word.ACCEPT_WITH_REMARKS)
    yield from _about_consignee(case, declaration)
    yield from _about_waiver(case, declaration)
    yield from _about_endorsement(case)


def _about_consignee(case: Case, declaration: Declaration) -> Iterator[Finding]:
    """Yield whether the declared consignee is the certified one; another way of writing it is minor. No name is told."""
    party = case.subject.get("consignee")
    certified = party.get("name") if isinstance(party, Mapping) else None
    declared = declaration.consignee
    if declared is None or not isinstance(certified, str) or declared == certified:
        return
    if letters(declared) == letters(certified):
        yield Finding.of(Reason.CONSIGNEE_DIFFERS, Word.ACCEPT_WITH_REMARKS)
    elif letters(certified) != _TO_ORDER:
        message = "The declared consignee is not the certified one."
        step = "Compare the consignee with the document."
        yield Finding.of(Reason.CONSIGNEE_DIFFERS, Word.REFER, message, next_step=step)


def _about_left_out(case: Case, declaration: Declaration) -> Iterator[Finding]:
    """Yield what the declaration leaves out as a whole; not every one has a place for it, so it stands in nobody's way."""
    missing = [] if declaration.items else ["items"]
    profile, invoices = case.profile, case.subject.get("invoices")
    if declaration.items and profile is not None and profile.criteria:
        missing += [] if any(one.origin_criterion for one in declaration.items) else ["origin criterion"]
    if isinstance(invoices, list | tuple) and invoices and not declaration.invoice_numbers:
        missing.append("invoices")
    if missing:
        message = f"Not declared, so not compared: {', '.join(missing)}."
        yield Finding.of(Reason.NOT_COMPARED, Word.ACCEPT, message)


def _about_waiver(case: Case, declaration: Declaration) -> Iterator[Finding]:
    """Yield that the agreement asks for no certificate, where every declared item has a value in one of its currencies."""
    waivers = None if case.profile is None else case.profile.values.get("waiverAmount")
    for waiver in waivers or ():
        currency = waiver["currency"]
        values = [item.customs_value for item in declaration.items]
        own = [Decimal(one.amount) for one in values if one is not None and one.currency == currency]
        if values and len(own) == len(values) and sum(own) <= Decimal(waiver["amount"]):
            asked = f"{waiver['instead']} instead of a" if "instead" in waiver else "no"
            message = (
                f"The agreement asks for {asked} certificate up to {waiver['amount']} {currency}; "
                f"{sum(own):f} {currency} are declared."
            )
            yield Finding.of(Reason.WAIVER_APPLIES, Word.ACCEPT, message)


def _about_endorsement(case: Case) -> Iterator[Finding]:
    """Yield that a permit was not endorsed when the goods left; the exporting customs is the one to do it."""
    usage, member = case.facts.usage, case.facts.member
    at_export = member is not None and case.question.economy == member.economy
    if usage is None or at_export or not endorsed_at_export(case):
        return
    endorsed, message = usage.endorsed_at, ""
    issued, declaration = day_of(case.subject.get("issueDate")), case.question.declaration
    imported = None if declaration is None else day_of(declaration.import_date)
    if endorsed is None:
        message = "No export endorsement of the actual quantities is on the ledger."
    elif endorsed > case.time:
        message = (
            f"At {case.when(case.time)} no export endorsement was on the ledger; it was endorsed "
            f"{length_words(endorsed - case.time)} later, {case.when(endorsed)}."
        )
    elif issued is not None and days_at(endorsed)[1] < issued:
        message = f"The export endorsement of {case.when(endorsed)} is from before the issue on {issued}."
    elif imported is not None and days_at(endorsed)[0] > imported:
        message = f"The export endorsement of {case.when(endorsed)} is from after the import on {imported}."
    if message:
        step = "Ask the exporting customs, or the authority that issued the permit, for the endorsement."
        yield Finding.of(Reason.EXPORT_ENDORSEMENT_MISSING, Word.REFER, message, next_step=step)


def claimed_item(case: Case, declared: DeclarationItem) -> int | None:
    """Return the sequence of the document's item that a declared one claims, or None."""
    return _claimed(case, declared, dict(case.items()))


def _claimed(case: Case, declared: DeclarationItem, items: Mapping[int, Mapping[str, Any]]) -> int | None:
    """Return the sequence of the certificate's item that a declared one claims, or None.

    Without a claim: the item of the same sequence if its code agrees, else the only one whose code does, else the one
    of the same sequence.
    """
    if declared.certificate_item is not None:
        return declared.certificate_item if declared.certificate_item in items else None
    agreeing = [sequence for sequence, item in items.items() if _same_code(case, declared, item)]
    if declared.sequence in agreeing or len(agreeing) != 1:
        return declared.sequence if declared.sequence in items else None
    return agreeing[0]


def _same_code(case: Case, declared: DeclarationItem, item: Mapping[str, Any]) -> bool:
    """Return whether the codes agree: to six digits, of a licence on all the digits that both give."""
    code = item.get("hsCode")
    if not isinstance(code, str):
        return case.question.kind == LICENCE and code is None
    digits = min(len(code), len(declared.hs_code)) if case.question.kind == LICENCE else _HS_DIGITS
    return digits >= _HS_LEAST and code[:digits] == declared.hs_code[:digits]


def _about_item(case: Case, declared: DeclarationItem, item: Mapping[str, Any]) -> Iterator[Finding]:
    place = declared.sequence
    if not _same_code(case, declared, item):
        certified = str(item.get("hsCode"))[:12]
        message = f"Item {place}: declared {declared.hs_code}, certified {certified}."
        yield Finding.of(Reason.HS_MISMATCH, Word.REFER, message, item=place, next_step=_COMPARE)
    yield from _about_criterion(declared, item)
    country = item.get("originCountry")
    origin = country.get("country") if isinstance(country, Mapping) else None
    if origin is None and case.question.kind == LICENCE:
        return  # the licence does not say
    if declared.origin_country is None:
        message = f"Item {place}: no country of origin is declared, so none was compared."
        yield Finding.of(
            Reason.NOT_COMPARED, Word.ACCEPT_WITH_REMARKS, message, item=place, next_step=_COMPARE
        )
    elif declared.origin_country != origin:
        message = f"Item {place}: declared origin {declared.origin_country}, certified {str(origin)[:8]}."
        yield Finding.of(Reason.ORIGIN_COUNTRY_MISMATCH, Word.REFER, message, item=place, next_step=_COMPARE)


def _about_criterion(declared: DeclarationItem, item: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield that another origin criterion is declared; a percentage beside it is the goods' own and is not compared."""
    stated = item.get("originCriterion")
    certified = stated.get("code") if isinstance(stated, Mapping) else None
    if declared.origin_criterion is None or not isinstance(certified, str):
        return
    if _PERCENT.sub("", declared.origin_criterion.upper()) != _PERCENT.sub("", certified.upper()):
        place = declared.sequence
        message = f"Item {place}: declared criterion {declared.origin_criterion}, certified {certified[:20]}."
        yield Finding.of(
            Reason.ORIGIN_CRITERION_MISMATCH, Word.REFER, message, item=place, next_step=_COMPARE
        )

"""Data: does the declaration agree with the certificate, item by item?

The one rule: what is wrong with one item stands in the way of that item only. Tariff codes are compared to six digits;
quantities are compared exactly, within a dimension, and only more than was certified is a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ledger.core.checks.case import AEO, LICENCE, Case
from ledger.core.documents.declaration import Declaration, DeclarationItem
from ledger.core.documents.origin import Quantity
from ledger.core.reasons import Reason
from ledger.core.verdict import Check, CheckName, Finding, Outcome, Word

_COMPARE = "Compare the item with the document."
_HS_DIGITS = 6
_HS_LEAST = 2


def check_data(case: Case) -> Check:
    """Return the check; not carried out without both a document and a declaration with items or invoices."""
    declaration = case.question.declaration
    if case.question.unreadable or case.question.kind == AEO:
        return Check(CheckName.DATA, Outcome.NOT_CHECKED)
    if declaration is None or case.document is None:
        absent = Reason.NO_DECLARATION if declaration is None else Reason.NO_DOCUMENT
        return Check(CheckName.DATA, Outcome.NOT_CHECKED, (Finding.of(absent, Word.ACCEPT),))
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
        findings.extend(_about_quantities(case, all_declared, items[sequence]))
    if not declaration.items and not findings:
        return Check(CheckName.DATA, Outcome.NOT_CHECKED)
    return Check.judged(CheckName.DATA, findings)


def _about_whole(case: Case, declaration: Declaration) -> Iterator[Finding]:
    destination = case.subject.get("destinationCountry")
    if declaration.country != destination:
        message = f"It is for {str(destination)[:8]}, the declaration is made in {declaration.country}."
        yield Finding.of(
            Reason.DESTINATION_DIFFERS, Word.REFER, message, next_step="Check the importing party."
        )
    invoices = case.subject.get("invoices")
    if declaration.invoice_numbers and isinstance(invoices, list | tuple) and invoices:
        known = {one.get("number") for one in invoices if isinstance(one, Mapping)}
        if known.isdisjoint(declaration.invoice_numbers):
            yield Finding.of(Reason.INVOICE_DIFFERS, Word.ACCEPT_WITH_REMARKS)


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
        return False
    digits = min(len(code), len(declared.hs_code)) if case.question.kind == LICENCE else _HS_DIGITS
    return digits >= _HS_LEAST and code[:digits] == declared.hs_code[:digits]


def _about_item(case: Case, declared: DeclarationItem, item: Mapping[str, Any]) -> Iterator[Finding]:
    place = declared.sequence
    if not _same_code(case, declared, item):
        certified = str(item.get("hsCode"))[:12]
        message = f"Item {place}: declared {declared.hs_code}, certified {certified}."
        yield Finding.of(Reason.HS_MISMATCH, Word.REFER, message, item=place, next_step=_COMPARE)
    country = item.get("originCountry")
    origin = country.get("country") if isinstance(country, Mapping) else None
    if declared.origin_country is not None and declared.origin_country != origin:
        message = f"Item {place}: declared origin {declared.origin_country}, certified {str(origin)[:8]}."
        yield Finding.of(Reason.ORIGIN_COUNTRY_MISMATCH, Word.REFER, message, item=place, next_step=_COMPARE)


def _about_quantities(
    case: Case, declared: Iterable[DeclarationItem], item: Mapping[str, Any]
) -> Iterator[Finding]:
    """Yield what is wrong with the quantities of all declared items that claim one certified item together."""
    certified = list(_certified(item))
    totals: dict[tuple[str, str, str], Decimal] = {}
    for one in declared:
        limits = [(quantity, _limit(case, quantity, certified)) for quantity in one.quantities]
        if limits and all(limit is None for _, limit in limits):
            units = ", ".join(quantity.unit for quantity, _ in limits)
            message = f"Item {one.sequence}: {units} cannot be compared with the certified units."
            yield Finding.of(Reason.UNIT_MISMATCH, Word.REFER, message, item=one.sequence, next_step=_COMPARE)
        for quantity, limit in limits:
            if limit is None:
                continue
            kind, amount, unit = limit
            value = case.reference.units.convert(Decimal(quantity.value), quantity.unit, unit)
            # Net and gross mass of the same goods may both be held against the one mass that is certified.
            place = (quantity.kind, kind, unit)
            total = totals[place] = totals.get(place, Decimal(0)) + (value or Decimal(0))
            if total > amount:
                message = f"Item {one.sequence}: declared {total:f} {unit}, certified {amount:f} {unit}."
                yield Finding.of(
                    Reason.QUANTITY_MISMATCH, Word.REFER, message, item=one.sequence, next_step=_COMPARE
                )


def _limit(
    case: Case, quantity: Quantity, certified: Iterable[tuple[str, Decimal, str]]
) -> tuple[str, Decimal, str] | None:
    """Return the certified quantity to compare with: of the same kind if there is one, else of its dimension."""
    units = case.reference.units
    fitting = [one for one in certified if units.convert(Decimal(1), quantity.unit, one[2]) is not None]
    return next((one for one in fitting if one[0] == quantity.kind), fitting[0] if fitting else None)


def _certified(item: Mapping[str, Any]) -> Iterator[tuple[str, Decimal, str]]:
    quantities = item.get("quantities")
    for one in quantities if isinstance(quantities, list | tuple) else ():
        if not isinstance(one, Mapping):
            continue
        value, unit = one.get("value"), one.get("unit")
        if isinstance(value, str) and isinstance(unit, str) and len(value) <= 40:
            try:
                amount = Decimal(value)
            except InvalidOperation:
                continue
            if amount.is_finite():
                yield str(one.get("kind")), amount, unit

"""CITES rules: what a permit and its specimens must say, and what may stand in an endorsement.

The one rule: a permit covers what happens after it. Another permit that it names, the acquisition and everything else
that it looks back on is not later than its issue; its export endorsement is not earlier.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from ledger.core.codes import Reference
from ledger.core.documents.agreement_rules import profile_of
from ledger.core.documents.rules import Findings, Tree, check_code, each, part, text
from ledger.core.documents.terms import line_balance
from ledger.core.profiles import day_of
from ledger.core.units import from_millionths, to_millionths

_SECOND_SOURCE: Final = frozenset("IO")
_REGISTERED: Final = "D"
_PRE_CONVENTION: Final = "O"
_OTHER: Final = "OTHER"
_OTHER_PERMITS: Final = ("originPermit", "lastReExport")
_A_DAY: Final = "a day of the calendar such as 2024-03-04"


def check_permit(document: Tree, reference: Reference, today: date | None, findings: Findings) -> None:
    """Check everything that is a CITES permit's own; what it shares with other licences is in ``licence_rules``."""
    permit = part(document, "cites")
    check_code(findings, reference.cites_purposes, permit, "purposeCode", "cites", "CITES_PURPOSE_UNKNOWN")
    _check_other_type(permit, findings)
    issued = day_of(document.get("issueDate"))
    for path, item in each(document, "items"):
        if "specimen" not in item:
            expected = "species, appendix and source of the line"
            findings.error(f"{path}.specimen", "", expected, "SPECIMEN_MISSING")
            continue
        _check_specimen(part(item, "specimen"), f"{path}.specimen", reference, issued, findings)
        _check_quota(item, f"{path}.specimen.annualQuota", findings)
        if text(permit, "permitType") == "RE_EXPORT" and "originPermit" not in part(item, "specimen"):
            expected = "the country of origin and its permit, for a re-export"
            findings.warn(f"{path}.specimen.originPermit", "", expected, "ORIGIN_PERMIT_MISSING")
    if "exportEndorsement" in permit:
        _check_endorsement(document, reference, today, findings)


def _check_other_type(permit: Tree, findings: Findings) -> None:
    kind, other = text(permit, "permitType"), permit.get("otherType")
    if kind == _OTHER and other is None:
        findings.error("cites.otherType", "", "what kind of permit it is", "OTHER_TYPE_MISSING")
    elif kind is not None and kind != _OTHER and other is not None:
        findings.error("cites.otherType", other, f"none for type {kind}", "OTHER_TYPE_UNFOUNDED")


def _check_specimen(
    specimen: Tree, place: str, reference: Reference, issued: date | None, findings: Findings
) -> None:
    sources = reference.cites_sources
    check_code(findings, reference.cites_appendices, specimen, "appendix", place, "CITES_APPENDIX_UNKNOWN")
    check_code(findings, sources, specimen, "sourceCode", place, "CITES_SOURCE_UNKNOWN")
    check_code(findings, sources, specimen, "secondSourceCode", place, "CITES_SOURCE_UNKNOWN")
    check_code(findings, reference.cites_terms, specimen, "tradeTerm", place, "CITES_TERM_UNKNOWN")
    _check_sources(specimen, place, findings)
    _not_after(specimen, "acquisitionDate", place, issued, findings)
    for name in _OTHER_PERMITS:
        other = part(specimen, name)
        check_code(findings, reference.countries, other, "country", f"{place}.{name}", "COUNTRY_UNKNOWN")
        _not_after(other, "date", f"{place}.{name}", issued, findings)


def _check_sources(specimen: Tree, place: str, findings: Findings) -> None:
    """I and O say how a specimen came about legally, not where from: that takes a second source code."""
    source, second = text(specimen, "sourceCode"), text(specimen, "secondSourceCode")
    if source is None:
        return
    if source in _SECOND_SOURCE and second is None:
        expected = f"another source besides {source}"
        findings.error(f"{place}.secondSourceCode", "", expected, "SECOND_SOURCE_MISSING")
    elif second is not None and (source not in _SECOND_SOURCE or second in _SECOND_SOURCE):
        expected = "a source that is neither I nor O, and only beside one of them"
        findings.error(f"{place}.secondSourceCode", second, expected, "SECOND_SOURCE_UNFOUNDED")
    if _REGISTERED in (source, second) and "operationNumber" not in specimen:
        expected = f"the number of the registered operation, for source {_REGISTERED}"
        findings.warn(f"{place}.operationNumber", "", expected, "OPERATION_NUMBER_MISSING")
    if source == _PRE_CONVENTION and "acquisitionDate" not in specimen:
        expected = f"the day of acquisition, for source {_PRE_CONVENTION}"
        findings.warn(f"{place}.acquisitionDate", "", expected, "ACQUISITION_DATE_MISSING")


def _check_quota(item: Tree, place: str, findings: Findings) -> None:
    quota = part(part(item, "specimen"), "annualQuota")
    exported, most = (to_millionths(text(quota, name) or "") for name in ("exported", "quota"))
    if exported is None:
        return
    if most is not None and exported > most:
        expected = f"at most the quota of {quota['quota']}"
        findings.error(f"{place}.exported", quota["exported"], expected, "QUOTA_EXCEEDED")
    own = line_balance(item)
    if own is not None and item.get("balanceKind") != "VALUE" and exported < own[1]:
        expected = f"at least {from_millionths(own[1])}, since this permit is included"
        findings.warn(f"{place}.exported", quota["exported"], expected, "EXPORTED_TOTAL_TOO_SMALL")


def _check_endorsement(document: Tree, reference: Reference, today: date | None, findings: Findings) -> None:
    place, endorsement = "cites.exportEndorsement", part(part(document, "cites"), "exportEndorsement")
    profile = profile_of(document, reference)
    if profile is not None and profile.values["exportEndorsement"] is not True:
        findings.error(place, "an object", f"no endorsement under {profile.id}", "ENDORSEMENT_NOT_PROVIDED")
    _check_endorsed_day(document, f"{place}.date", endorsement.get("date"), today, findings)
    items = {
        number: item for _, item in each(document, "items") if type(number := item.get("sequence")) is int
    }
    seen: set[int] = set()
    for path, one in each(endorsement, "quantities"):
        number, value, unit = one.get("item"), text(one, "value"), text(one, "unit")
        if type(number) is not int or value is None or unit is None:
            continue
        if number not in items:
            findings.error(f"{place}.{path}.item", number, "a line of the permit", "ENDORSED_ITEM_UNKNOWN")
            continue
        if number in seen:
            findings.error(f"{place}.{path}.item", number, "each line once", "ENDORSED_ITEM_REPEATED")
        seen.add(number)
        _check_endorsed_quantity(items[number], f"{place}.{path}", value, unit, reference, findings)


def _check_endorsed_day(
    document: Tree, place: str, stated: object, today: date | None, findings: Findings
) -> None:
    day = day_of(stated)
    issued, last = day_of(document.get("issueDate")), day_of(document.get("validUntil"))
    if day is None:
        if isinstance(stated, str):
            findings.error(place, stated, _A_DAY, "DATE_INVALID")
        return
    if issued is not None and day < issued:
        expected = f"{issued} (issueDate) or later: a permit is not issued for what has left"
        findings.error(place, day.isoformat(), expected, "ENDORSED_BEFORE_ISSUE")
    elif last is not None and day > last:
        expected = f"{last} (validUntil) or earlier: the permit is void afterwards"
        findings.error(place, day.isoformat(), expected, "ENDORSED_AFTER_VALIDITY")
    elif today is not None and day > today + timedelta(days=1):
        findings.error(place, day.isoformat(), f"{today} (today) or earlier", "ENDORSED_IN_FUTURE")


def _check_endorsed_quantity(
    item: Tree, place: str, value: str, unit: str, reference: Reference, findings: Findings
) -> None:
    permitted = line_balance(item)
    if permitted is None:
        return
    whole, amount = permitted[1], reference.units.to_unit(value, unit, permitted[0])
    if amount is None:
        findings.error(f"{place}.unit", unit, f"a unit like the line's {permitted[0]}", "UNIT_DIMENSION")
    elif amount > Decimal(whole) / 10**6:
        expected = f"at most the {from_millionths(whole)} {permitted[0]} that are permitted"
        findings.error(f"{place}.value", value, expected, "ENDORSED_ABOVE_PERMIT")


def _not_after(tree: Tree, name: str, place: str, issued: date | None, findings: Findings) -> None:
    stated = text(tree, name)
    if stated is None:
        return
    day = day_of(stated)
    if day is None:
        findings.error(f"{place}.{name}", stated, _A_DAY, "DATE_INVALID")
    elif issued is not None and day > issued:
        expected = f"{issued} (issueDate) or earlier"
        findings.error(f"{place}.{name}", stated, expected, "LATER_THAN_ISSUE")

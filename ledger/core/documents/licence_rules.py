"""Licence rules: what a licence must say, by its profile, and what follows from the profile where it says nothing.

The one rule: what goes on the ledger with the licence, and so binds customs everywhere, is never more than its profile
allows. A validity that is too long is only a warning: the profile bounds it again on the day of import.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from ledger.core.codes import Reference
from ledger.core.documents.agreement_rules import LICENCE_PARTS, check_dates, last_day, profile_of
from ledger.core.documents.cites_rules import check_permit
from ledger.core.documents.kinds import CITES_TYPE
from ledger.core.documents.rules import (
    Findings,
    Tree,
    check_code,
    check_quantities,
    check_transport,
    each,
    part,
    text,
)
from ledger.core.documents.terms import has_two_limits
from ledger.core.profiles import Profile, UseKind, day_of

ONE_SHIPMENT: Final = "ONE_SHIPMENT"
MULTI_SHIPMENT: Final = "MULTI_SHIPMENT"

_INDIVIDUAL, _GLOBAL = "INDIVIDUAL", "GLOBAL"
_IMPORTS: Final = ("911", "966")
_PARTIES: Final = ("holder", "consignor", "consignee", "endUser")


def complete_licence(document: Tree, reference: Reference) -> dict[str, Any]:
    """Return the licence with what follows from its profile, where it is missing and can be told."""
    completed = dict(document)
    items = completed.get("items")
    if isinstance(items, list):
        completed["items"] = [_with_balance_kind(item) if isinstance(item, dict) else item for item in items]
    if "destinationCountry" not in completed and (country := _destination(document)):
        completed["destinationCountry"] = country
    profile, issued = profile_of(document, reference), day_of(document.get("issueDate"))
    if profile is None or issued is None:
        return completed
    limit = profile.use.n if profile.use.kind is UseKind.QUANTITY else 0
    completed.setdefault("usageMode", ONE_SHIPMENT if limit == 1 else MULTI_SHIPMENT)
    if completed["usageMode"] == MULTI_SHIPMENT and limit > 1:
        completed.setdefault("maxUses", limit)
    if profile.tolerance is not None and (document.get("bulk") is True or not profile.tolerance_for_bulk):
        completed.setdefault("tolerancePct", profile.tolerance)
    last = None if "validUntil" in document else last_day(document, profile, issued)
    if last is not None:
        completed["validUntil"] = last.isoformat()
    return completed


def check_licence(document: Tree, reference: Reference, today: date | None, findings: Findings) -> None:
    """Check everything that is a licence's own; numbers, texts, lineage and balances are checked for all kinds."""
    _check_codes(document, reference, findings)
    profile = _check_profile(document, reference, findings)
    if profile is not None:
        _check_uses(document, profile, findings)
        _check_tolerance(document, profile, findings)
        _check_part(document, profile, findings)
        _check_limits(document, profile, findings)
        _check_end(document, profile, findings)
    _check_lines(document, reference, findings)
    if text(document, "documentTypeCode") == CITES_TYPE:
        check_permit(document, reference, today, findings)
    check_transport(document, reference, findings)
    check_dates(document, reference, today, findings)


def _with_balance_kind(item: Tree) -> dict[str, Any]:
    stated = item.get("balanceKind") is None and ("quantities" in item or "value" in item)
    return {**item, "balanceKind": "QUANTITY" if "quantities" in item else "VALUE"} if stated else dict(item)


def _destination(document: Tree) -> str | None:
    """Return the importing country: an import licence's own, else the consignee's where there is one.

    A dual-use licence for one end user is for that one's country, where the goods go in the end.
    """
    if text(part(document, "dualUse"), "licenceType") == _INDIVIDUAL:
        country = text(part(document, "endUser"), "country")
        return country or text(part(document, "consignee"), "country")
    permit = text(part(document, "cites"), "permitType")
    own = text(document, "documentTypeCode") in _IMPORTS or permit in ("IMPORT", "INTRODUCTION_FROM_SEA")
    return text(part(document, "issuer" if own else "consignee"), "country")


def _check_codes(document: Tree, reference: Reference, findings: Findings) -> None:
    countries = reference.countries
    for name in ("issuer", *_PARTIES):
        check_code(findings, countries, part(document, name), "country", name, "COUNTRY_UNKNOWN")
    for name in ("destinationCountry", "exportCountry"):
        check_code(findings, countries, document, name, "", "COUNTRY_UNKNOWN")
    destinations = part(document, "dualUse").get("destinations")
    for place, country in enumerate(destinations if isinstance(destinations, list) else ()):
        if isinstance(country, str) and country not in countries.codes:
            path = f"dualUse.destinations[{place}]"
            findings.error(path, country, f"a code of {countries.name}", "COUNTRY_UNKNOWN")
    offices = document.get("allowedOffices")
    if isinstance(offices, list) and len({str(one) for one in offices}) != len(offices):
        findings.error("allowedOffices", ", ".join(map(str, offices)), "each office once", "OFFICE_REPEATED")


def _check_profile(document: Tree, reference: Reference, findings: Findings) -> Profile | None:
    code, kind, issued = (
        text(document, "profileCode"),
        text(document, "documentTypeCode"),
        day_of(document.get("issueDate")),
    )
    if code is None:
        return None
    if code not in reference.licence_profiles:
        expected = f"one of {', '.join(reference.licence_profiles)}"
        findings.error("profileCode", code, expected, "PROFILE_UNKNOWN")
        return None
    profile = profile_of(document, reference)
    if profile is None:
        if issued is not None:
            first = min(p.effective_from for p in reference.profiles if p.id == code)
            expected = f"{first} or later under {code}"
            findings.error("issueDate", issued.isoformat(), expected, "PROFILE_NOT_IN_FORCE")
        return None
    types = profile.values["documentTypes"]
    if kind is not None and kind not in types:
        expected = f"one of {', '.join(types)} under {code}"
        findings.error("documentTypeCode", kind, expected, "PROFILE_TYPE_MISMATCH")
    country = text(part(document, "issuer"), "country")
    if profile.parties and country in reference.countries and country not in profile.parties:
        findings.error("issuer.country", country, f"one of those that issue {code}", "NOT_A_PARTY")
    if text(document, "issueKind") == "EXTRACT" and profile.values["extractsAllowed"] is False:
        findings.error("issueKind", "EXTRACT", f"no extracts under {code}", "EXTRACT_NOT_PROVIDED")
    if profile.values["economies"] == "DESTINATION" and "destinationCountry" not in document:
        expected = f"the importing country, whose customs use it under {code}"
        findings.error("destinationCountry", "", expected, "DESTINATION_MISSING")
    return profile


def _check_uses(document: Tree, profile: Profile, findings: Findings) -> None:
    mode, uses = text(document, "usageMode"), document.get("maxUses")
    if mode == ONE_SHIPMENT and uses not in (None, 1):
        findings.error("maxUses", uses, "1, or none, for one shipment", "USES_FOR_ONE_SHIPMENT")
    limit = profile.use.n
    if profile.use.kind is not UseKind.QUANTITY:
        if uses is not None:
            expected = f"none: a licence under {profile.id} has no balance"
            findings.error("maxUses", uses, expected, "USES_ABOVE_PROFILE")
    elif limit == 1 and mode == MULTI_SHIPMENT:
        findings.error("usageMode", mode, f"{ONE_SHIPMENT} under {profile.id}", "USES_ABOVE_PROFILE")
    elif limit > 1 and type(uses) is int and uses > limit:
        findings.error("maxUses", uses, f"at most {limit} under {profile.id}", "USES_ABOVE_PROFILE")


def _check_tolerance(document: Tree, profile: Profile, findings: Findings) -> None:
    stated, allowed = document.get("tolerancePct"), profile.tolerance
    if type(stated) is not int or stated == 0 or allowed is None:
        return
    if profile.tolerance_for_bulk and document.get("bulk") is not True:
        expected = f"none under {profile.id}, except for goods in bulk"
        findings.error("tolerancePct", stated, expected, "TOLERANCE_NOT_PROVIDED")
    elif stated > allowed:
        expected = f"at most {allowed} per cent under {profile.id}"
        findings.error("tolerancePct", stated, expected, "TOLERANCE_ABOVE_PROFILE")


def _check_part(document: Tree, profile: Profile, findings: Findings) -> None:
    wanted = profile.values["part"]
    for name, code, member in LICENCE_PARTS:
        if wanted == code and name not in document:
            findings.error(name, "", f"what {profile.id} asks for", "PART_MISSING")
        elif wanted != code and name in document:
            findings.error(name, "an object", f"nothing of the kind under {profile.id}", "PART_NOT_PROVIDED")
        elif (stated := text(part(document, name), member)) and stated not in profile.values["partTypes"]:
            expected = f"one of {', '.join(profile.values['partTypes'])} under {profile.id}"
            findings.error(f"{name}.{member}", stated, expected, "PART_TYPE_MISMATCH")
    if wanted == "DUAL_USE":
        _check_dual_use(document, findings)


def _check_limits(document: Tree, profile: Profile, findings: Findings) -> None:
    """Refuse two limits of one line where extracts may be taken: an extract could take from one of them only."""
    if profile.values["extractsAllowed"] is False:
        return
    for path, item in each(document, "items"):
        if has_two_limits(item):
            expected = f"QUANTITY or VALUE under {profile.id}, which allows extracts"
            findings.error(f"{path}.balanceKind", item["balanceKind"], expected, "TWO_LIMITS_NOT_PROVIDED")


def _check_dual_use(document: Tree, findings: Findings) -> None:
    """Check what customs at export compares: the categories, and whom and which countries the goods may go to."""
    dual_use = part(document, "dualUse")
    kind = text(dual_use, "licenceType")
    if kind == _INDIVIDUAL and "endUser" not in document:
        findings.error("endUser", "", "the end user of an individual licence", "END_USER_MISSING")
    elif kind == _INDIVIDUAL and "destinationCountry" not in document:
        expected = "the country that the goods go to, which is the end user's unless it is said"
        findings.error("destinationCountry", "", expected, "DESTINATION_MISSING")
    if kind == _GLOBAL and not dual_use.get("destinations"):
        expected = "the countries that a global licence covers"
        findings.error("dualUse.destinations", "", expected, "DESTINATION_MISSING")
    for path, item in each(document, "items"):
        if "itemCategory" not in item:
            findings.error(f"{path}.itemCategory", "", "a category nXnnn", "ITEM_CATEGORY_MISSING")


def _check_end(document: Tree, profile: Profile, findings: Findings) -> None:
    if "validUntil" not in document and profile.use.kind is not UseKind.NONE:
        findings.error("validUntil", "", f"a last day: {profile.id} gives none", "VALIDITY_MISSING")


def _check_lines(document: Tree, reference: Reference, findings: Findings) -> None:
    edition = text(document, "hsEdition")
    named = None if edition is None else reference.hs.get(edition)
    if edition is not None and named is None:
        expected = f"one of {', '.join(sorted(reference.hs))}"
        findings.error("hsEdition", edition, expected, "HS_EDITION_UNKNOWN")
    editions = list(reference.hs.values()) if named is None else [named]
    names_goods_otherwise = "cites" in document or "dualUse" in document
    for place, (path, item) in enumerate(each(document, "items"), start=1):
        if isinstance(item.get("sequence"), int) and item["sequence"] != place:
            expected = f"{place}, the line's place"
            findings.error(f"{path}.sequence", item["sequence"], expected, "SEQUENCE_NOT_PLACE")
        hs_code = text(item, "hsCode")
        if hs_code is not None and not any(known.knows(hs_code) for known in editions):
            expected = f"six to ten digits that begin with a code of {edition or 'an edition known here'}"
            findings.error(f"{path}.hsCode", hs_code, expected, "HS_CODE_UNKNOWN")
        elif hs_code is None and "hsCode" not in item and not names_goods_otherwise:
            findings.error(f"{path}.hsCode", "", "six to ten digits", "HS_CODE_MISSING")
        origin = part(item, "originCountry")
        check_code(
            findings, reference.countries, origin, "country", f"{path}.originCountry", "COUNTRY_UNKNOWN"
        )
        for name in ("value", "unitPrice"):
            money = part(item, name)
            check_code(
                findings, reference.currencies, money, "currency", f"{path}.{name}", "CURRENCY_UNKNOWN"
            )
        check_quantities(item, path, reference, findings)

"""Agreement rules: what the agreement's profile and the calendar ask of a certificate of origin.

The profile is data; nothing here knows an agreement by name. A missing profile is an error, because use
policy and validity come from it. Late or unmarked retroactive issue, and a validity longer than the
agreement's, are warnings: the importing customs decides about them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

from ledger.core.codes import CodeList, Reference
from ledger.core.documents.kinds import Kind, kind_of
from ledger.core.documents.rules import Findings, Tree, each, flags_of, part, text
from ledger.core.profiles import Profile, day_of, latest_day, valid_until

NON_PREFERENTIAL: Final = "NONPREF"
PREFERENTIAL_TYPES: Final = frozenset({"864", "865", "954"})
"""UNTDID 1001 codes that claim a preference, and so need an agreement with a profile."""

LICENCE_PARTS: Final = (("cites", "CITES", "permitType"), ("dualUse", "DUAL_USE", "licenceType"))
"""Members that only some licences have: name, what a profile calls it, and its member that profiles list."""

_RETROACTIVE: Final = "ISSUED_RETROACTIVELY"
_Rule = Callable[[Profile, date, date | None, bool, date | None], date | None]


def agreement_of(document: Tree) -> str | None:
    """Return the code of the profile that applies: of a certificate the agreement's, of a licence the licence's.

    None when a preference is claimed without an agreement, and for an AEO entry.
    """
    kind = kind_of(document)
    if kind is not Kind.ORIGIN:
        return text(document, "profileCode") if kind is Kind.LICENCE else None
    code = text(document, "agreementCode")
    if code is None and text(document, "documentTypeCode") not in PREFERENTIAL_TYPES:
        return NON_PREFERENTIAL
    return code


def profile_of(document: Tree, reference: Reference) -> Profile | None:
    """Return the profile in force on the issue date, or None when there is none or the date is unreadable."""
    code, issued = agreement_of(document), day_of(document.get("issueDate"))
    if code is None or issued is None:
        return None
    found = reference.profile(code, issued.isoformat())
    return found if found is not None and found.kind == kind_of(document) else None


def suits(document: Tree, profile: Profile) -> bool:
    """Return whether a profile is for documents of this type, and a licence's part of this type.

    A preference is only claimed under an agreement. Of a licence what is not stated, or hidden, is not held against it.
    """
    document_type = text(document, "documentTypeCode")
    if kind_of(document) is Kind.ORIGIN:
        return document_type not in PREFERENTIAL_TYPES or profile.id != NON_PREFERENTIAL
    if document_type not in profile.values["documentTypes"]:
        return False
    return all(
        not isinstance(document.get(name), Mapping)
        or (
            profile.values["part"] == code
            and text(part(document, name), member) in profile.values["partTypes"]
        )
        for name, code, member in LICENCE_PARTS
    )


def complete(document: Tree, reference: Reference) -> dict[str, Any]:
    """Return the certificate with ``validUntil`` and ``destinationCountry`` derived where missing."""
    completed = dict(document)
    if "destinationCountry" not in completed and (country := text(part(document, "consignee"), "country")):
        completed["destinationCountry"] = country
    issued = day_of(document.get("issueDate"))
    if "validUntil" not in completed and issued is not None:
        profile = profile_of(document, reference)
        last = None if profile is None else last_day(document, profile, issued)
        if last is not None:
            completed["validUntil"] = last.isoformat()
    return completed


def check_agreement(document: Tree, reference: Reference, findings: Findings) -> None:
    """Check document type, agreement, parties to it, origin criteria and what the form provides for."""
    kind, code = text(document, "documentTypeCode"), text(document, "agreementCode")
    types = reference.document_types
    if kind is not None and kind not in types.codes:
        expected = f"one of {', '.join(types.codes)} of {types.name}"
        findings.error("documentTypeCode", kind, expected, "DOCUMENT_TYPE_UNKNOWN")
    if kind in PREFERENTIAL_TYPES and code in (None, NON_PREFERENTIAL):
        expected = f"an agreement, since type {kind} claims a preference"
        findings.error("agreementCode", code or "", expected, "AGREEMENT_MISSING")
    elif kind == "861" and code not in (None, NON_PREFERENTIAL):
        expected = f"864 for a certificate under {code}"
        findings.error("documentTypeCode", kind, expected, "AGREEMENT_TYPE_MISMATCH")
    if code is not None and code not in reference.agreements:
        expected = f"one of {', '.join(reference.agreements)}"
        findings.error("agreementCode", code, expected, "AGREEMENT_UNKNOWN")
        return
    profile = profile_of(document, reference)
    if profile is None:
        if code is not None and day_of(document.get("issueDate")) is not None:
            first = min(p.effective_from for p in reference.profiles if p.id == code)
            findings.error(
                "issueDate", document["issueDate"], f"{first} or later under {code}", "AGREEMENT_NOT_IN_FORCE"
            )
        return
    _check_parties(document, profile, reference.countries, findings)
    _check_form(document, profile, findings)
    for path, item in each(document, "items"):
        _check_criterion(item, path, profile, findings)


def check_dates(document: Tree, reference: Reference, today: date | None, findings: Findings) -> None:
    """Check that days exist, follow each other and fit the agreement's periods."""
    for path, value in _days(document):
        if isinstance(value, str) and day_of(value) is None:
            findings.error(path, value, "a day of the calendar such as 2024-03-04", "DATE_INVALID")
    issued = day_of(document.get("issueDate"))
    last, first = day_of(document.get("validUntil")), day_of(document.get("validFrom"))
    if issued is None:
        return
    if last is not None and last < issued:
        findings.error(
            "validUntil", last.isoformat(), f"{issued} (issueDate) or later", "VALIDITY_ENDS_BEFORE_ISSUE"
        )
    elif last is not None and first is not None and last < first:
        findings.error(
            "validUntil", last.isoformat(), f"{first} (validFrom) or later", "VALIDITY_ENDS_BEFORE_START"
        )
    if first is not None and first < issued:
        # Of a licence it would cover goods from before anybody allowed them.
        tell = findings.error if kind_of(document) is Kind.LICENCE else findings.warn
        tell("validFrom", first.isoformat(), f"{issued} (issueDate) or later", "VALID_BEFORE_ISSUE")
    if today is not None:
        # A day of grace: the issue date is local, and the east is ahead of UTC.
        if issued > today + timedelta(days=1):
            findings.error("issueDate", issued.isoformat(), f"{today} (today) or earlier", "ISSUED_IN_FUTURE")
        if last is not None and last < today:
            findings.warn("validUntil", last.isoformat(), f"{today} (today) or later", "ALREADY_EXPIRED")
    for path, invoice in each(document, "invoices"):
        _not_after(invoice, "date", path, issued, "INVOICE_AFTER_ISSUE", findings)
    _not_after(
        part(document, "exporterDeclaration"),
        "date",
        "exporterDeclaration",
        issued,
        "DECLARED_AFTER_ISSUE",
        findings,
    )
    _not_after(
        part(document, "certification"), "date", "certification", issued, "CERTIFIED_AFTER_ISSUE", findings
    )
    for path, other in each(document, "references"):
        _not_after(other, "date", path, issued, "REFERENCE_AFTER_ISSUE", findings)
    profile = profile_of(document, reference)
    if profile is not None:
        _check_periods(document, profile, issued, last, findings)


def _check_parties(document: Tree, profile: Profile, countries: CodeList, findings: Findings) -> None:
    issuer = text(part(document, "issuer"), "country")
    destination = text(document, "destinationCountry")
    if issuer is not None and issuer == destination:
        findings.warn(
            "destinationCountry", destination, "another country than the issuer's", "DESTINATION_IS_ORIGIN"
        )
    if not profile.parties:
        return
    for path, country in (("issuer.country", issuer), ("destinationCountry", destination)):
        if country in countries and country not in profile.parties:
            findings.error(path, country, f"a party to {profile.id}", "NOT_A_PARTY")
    for path, item in each(document, "items"):
        country = text(part(item, "originCountry"), "country")
        if country in countries and country not in profile.parties:
            findings.error(
                f"{path}.originCountry.country", country, f"a party to {profile.id}", "NOT_A_PARTY"
            )


def _check_form(document: Tree, profile: Profile, findings: Findings) -> None:
    flags = flags_of(document)
    if "THIRD_PARTY_INVOICING" in flags and profile.third_party_invoicing is False:
        findings.warn("flags", "THIRD_PARTY_INVOICING", f"not under {profile.id}", "FLAG_NOT_PROVIDED")
    if "BACK_TO_BACK" in flags and profile.back_to_back is False:
        findings.warn("flags", "BACK_TO_BACK", f"not under {profile.id}", "FLAG_NOT_PROVIDED")
    items = document.get("items")
    if profile.item_cap is not None and isinstance(items, list) and len(items) > profile.item_cap:
        expected = f"at most {profile.item_cap} items, as printed on the form of {profile.id}"
        findings.warn("items", len(items), expected, "ITEMS_ABOVE_FORM")
    if "certification" not in document:
        findings.warn("certification", "", "place and day of the certification", "CERTIFICATION_MISSING")


def _check_criterion(item: Tree, path: str, profile: Profile, findings: Findings) -> None:
    if not profile.criteria:
        return
    criterion = part(item, "originCriterion")
    if "originCriterion" not in item:
        findings.error(f"{path}.originCriterion", "", f"a criterion of {profile.id}", "CRITERION_MISSING")
        return
    code = text(criterion, "code")
    if code is None:
        return
    if code not in profile.criteria:
        expected = f"one of {', '.join(sorted(profile.criteria))} under {profile.id}"
        findings.error(f"{path}.originCriterion.code", code, expected, "CRITERION_UNKNOWN")
    if code in profile.percent_required and "percent" not in criterion:
        findings.warn(
            f"{path}.originCriterion.percent", "", f"the percentage of {code}", "CRITERION_PERCENT_MISSING"
        )
    if profile.fob_only_for:
        if code in profile.fob_only_for and "fob" not in item:
            findings.warn(f"{path}.fob", "", f"the FOB value for {code}", "FOB_MISSING")
        elif code not in profile.fob_only_for and "fob" in item:
            findings.warn(
                f"{path}.fob", "given", f"no FOB value for {code} under {profile.id}", "FOB_NOT_PROVIDED"
            )


def _check_periods(
    document: Tree, profile: Profile, issued: date, last: date | None, findings: Findings
) -> None:
    allowed = last_day(document, profile, issued, latest_day)
    first = day_of(document.get("validFrom"))
    if first is not None and allowed is not None and first > allowed:
        expected = f"{allowed} or earlier under {profile.id}, since it was issued {issued}"
        findings.error("validFrom", first.isoformat(), expected, "VALIDITY_STARTS_TOO_LATE")
    if last is not None and allowed is not None and last > allowed:
        findings.warn(
            "validUntil", last.isoformat(), f"{allowed} or earlier under {profile.id}", "VALIDITY_TOO_LONG"
        )
    shipped = day_of(part(document, "transport").get("departureDate"))
    retro = _RETROACTIVE in flags_of(document)
    if shipped is None:
        if retro:
            findings.warn(
                "transport.departureDate",
                "",
                "the day of shipment of a retroactive issue",
                "SHIPMENT_DATE_MISSING",
            )
        return
    if retro and issued <= shipped:
        findings.warn(
            "flags", _RETROACTIVE, f"only when issued after the shipment of {shipped}", "RETRO_MARK_UNFOUNDED"
        )
    marked = profile.values.get("retroMarkText") != ""  # an empty text: the form has no mark
    if (
        marked
        and not retro
        and profile.retro_grace is not None
        and issued > profile.retro_grace.after(shipped)
    ):
        grace = f"{profile.retro_grace.count} {profile.retro_grace.unit}"
        expected = f"{_RETROACTIVE}, since the issue is more than {grace} after the shipment of {shipped}"
        findings.warn("flags", ", ".join(flags_of(document)), expected, "RETRO_MARK_MISSING")
    if profile.retro_window is not None and issued > profile.retro_window.after(shipped):
        window = f"{profile.retro_window.count} {profile.retro_window.unit}"
        # Where nothing is issued after the shipment at all, there is nothing for customs to decide.
        tell = findings.warn if profile.retro_window.count else findings.error
        expected = f"at most {window} after the shipment of {shipped}"
        tell("issueDate", issued.isoformat(), expected, "ISSUED_TOO_LATE")


def last_day(document: Tree, profile: Profile, issued: date, rule: _Rule = valid_until) -> date | None:
    """Return the last day of validity by ``rule``, which is ``valid_until`` or ``latest_day``."""
    shipped = day_of(part(document, "transport").get("departureDate"))
    retro = _RETROACTIVE in flags_of(document)
    return rule(profile, issued, shipped, retro, day_of(document.get("validFrom")))


def _days(document: Tree) -> Iterator[tuple[str, Any]]:
    for name in ("issueDate", "validFrom", "validUntil"):
        yield name, document.get(name)
    yield "transport.departureDate", part(document, "transport").get("departureDate")
    for name in ("exporterDeclaration", "certification"):
        yield f"{name}.date", part(document, name).get("date")
    for name in ("invoices", "references"):
        for path, entry in each(document, name):
            yield f"{path}.date", entry.get("date")


def _not_after(tree: Tree, name: str, path: str, issued: date, code: str, findings: Findings) -> None:
    day = day_of(tree.get(name))
    if day is not None and day > issued:
        findings.warn(f"{path}.{name}", day.isoformat(), f"{issued} (issueDate) or earlier", code)

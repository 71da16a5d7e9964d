"""AEO rules: what an AEO entry must say.

The one rule: each type of authorisation stands once, with the day on which it was granted, because every type has a
status of its own on the ledger. An entry on the ledger is shared with every partner, so the trader has to consent to it,
and what is granted from a later day on is granted then.
"""

from __future__ import annotations

from datetime import date, timedelta

from ledger.core.codes import Reference
from ledger.core.documents.agreement_rules import check_dates
from ledger.core.documents.rules import Findings, Tree, check_code, each, normalised, part, text
from ledger.core.numbers import UnusableNumber, normalise
from ledger.core.profiles import day_of

_DAY = "a day of the calendar such as 2024-03-04"


def check_entry(document: Tree, reference: Reference, today: date | None, findings: Findings) -> None:
    """Check everything that is an entry's own; texts are checked for all kinds."""
    countries = reference.countries
    check_code(findings, countries, document, "country", "", "COUNTRY_UNKNOWN")
    for name in ("issuer", "holder"):
        check_code(findings, countries, part(document, name), "country", name, "COUNTRY_UNKNOWN")
    _check_codes(document, findings)
    _check_types(document, today, findings)
    consent = part(document, "consentToShare")
    if consent.get("given") is False:
        expected = "consent, without which partners may not be told of it, as the ledger does"
        findings.error("consentToShare.given", False, expected, "CONSENT_MISSING")
    _check_past(consent, "date", "consentToShare.date", today, "CONSENT_IN_FUTURE", findings)
    check_dates(document, reference, today, findings)


def _check_codes(document: Tree, findings: Findings) -> None:
    """Refuse a code or alias that cannot be normalised, and two that are the same."""
    seen = {normalised(document, "certificateNumber", "certificateNumber", findings)}
    aliases = document.get("aliases")
    for place, alias in enumerate(aliases if isinstance(aliases, list) else ()):
        path = f"aliases[{place}]"
        if not isinstance(alias, str):
            continue
        try:
            number = normalise(alias)
        except UnusableNumber as error:
            findings.error(path, alias, error.problem.expectation, error.problem.code)
            continue
        if number in seen:
            findings.error(path, alias, "another form than the code and each other alias", "ALIAS_REPEATED")
        seen.add(number)


def _check_types(document: Tree, today: date | None, findings: Findings) -> None:
    seen: set[str] = set()
    for path, one in each(document, "types"):
        name = text(one, "type")
        if name is not None:
            if name in seen:
                findings.error(f"{path}.type", name, "each type once", "TYPE_REPEATED")
            seen.add(name)
        _check_past(
            one, "authorisationDate", f"{path}.authorisationDate", today, "AUTHORISED_IN_FUTURE", findings
        )
        _check_past(one, "nextReassessment", f"{path}.nextReassessment", None, "", findings)
        granted, reassessed = day_of(one.get("authorisationDate")), day_of(one.get("nextReassessment"))
        if granted is not None and reassessed is not None and reassessed <= granted:
            expected = f"later than {granted} (authorisationDate)"
            findings.error(f"{path}.nextReassessment", reassessed.isoformat(), expected, "REASSESSED_BEFORE")


def _check_past(tree: Tree, name: str, path: str, today: date | None, code: str, findings: Findings) -> None:
    """Refuse a day that is none, or lies after ``today``: with a day of grace, since it is local."""
    stated = text(tree, name)
    if stated is None:
        return
    day = day_of(stated)
    if day is None:
        findings.error(path, stated, _DAY, "DATE_INVALID")
    elif today is not None and day > today + timedelta(days=1):
        findings.error(path, stated, f"{today} (today) or earlier", code)

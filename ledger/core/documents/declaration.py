"""Declaration: what the importing customs was told, as far as a verdict compares it with a certificate.

Only shape and codes are checked here. Whether it agrees with a certificate is judged in
``ledger.core.verify``; a declaration is never sealed or stored by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import orjson
from pydantic import AwareDatetime, Field, ValidationError

from ledger.core.codes import Reference
from ledger.core.documents.cites import Office
from ledger.core.documents.origin import Country, Day, Money, Name, Part, Party, Quantity
from ledger.core.documents.rules import Findings, check_code, check_texts, each, part, text
from ledger.core.documents.shape import read_tree, shape_problems, without_doubles
from ledger.core.problems import Problem, Severity
from ledger.core.profiles import day_of


class DeclarationItem(Part):
    """One line of the declaration; ``certificate_item`` is the sequence of the certificate's item it claims.

    ``hs_code`` may carry national digits; of a certificate of origin only the first six are compared. ``customs_value``
    is what a licence that is kept in value, and an amount up to which no certificate is asked for, are held against.
    """

    sequence: Annotated[int, Field(ge=1, le=99_999)]
    hs_code: Annotated[str, Field(pattern=r"^[0-9]{6,12}$")]
    quantities: tuple[Quantity, ...] = ()
    origin_country: Country | None = None
    origin_criterion: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    certificate_item: Annotated[int, Field(ge=1, le=99_999)] | None = None
    customs_value: Money | None = None


class Declaration(Part):
    """A customs declaration; ``import_date`` is the day on which validity is judged.

    Without items only the validity is asked about. No item says which licence it claims: a declaration is compared with
    one document at a time, and ``certificate_item`` says with which of its items.

    Args:
        country: where it is made: of a declaration under an export licence the exporting country.
        office: code of the customs office, for licences that name offices.
        accepted_at: when customs accepted it, with an offset; an AEO's standing at that time decides, and on that day the
            preference was claimed.
        consignee: name of the consignee as declared, compared where the document discloses one.
        export_country: from where the goods were sent.
        destination_country, end_user: where exported goods go in the end, and to whom; what a dual-use licence names
            is held against them.
    """

    declaration_ref: Annotated[str, Field(min_length=1, max_length=70)] | None = None
    import_date: Day
    country: Country
    office: Office | None = None
    accepted_at: AwareDatetime | None = None
    consignee: Name | None = None
    export_country: Country | None = None
    destination_country: Country | None = None
    end_user: Party | None = None
    items: tuple[DeclarationItem, ...] = ()
    invoice_numbers: tuple[Annotated[str, Field(min_length=1, max_length=70)], ...] = ()


def validate_declaration(
    source: bytes | Mapping[str, Any], reference: Reference
) -> tuple[Declaration | None, list[Problem]]:
    """Return the declaration and all its problems; the declaration is None when one of them is an error."""
    tree, _, problems = read_tree(source)
    if tree is None:
        return None, problems
    declaration: Declaration | None = None
    shape: list[Problem] = []
    try:
        declaration = Declaration.model_validate_json(orjson.dumps(tree))
    except ValidationError as error:
        shape = shape_problems(error)
    findings = Findings()
    check_texts(tree, findings)
    day = text(tree, "importDate")
    if day is not None and day_of(day) is None:
        findings.error("importDate", day, "a day of the calendar such as 2024-03-04", "DATE_INVALID")
    accepted = text(tree, "acceptedAt")
    if accepted is not None and _moment_of(accepted) is None:
        findings.error("acceptedAt", accepted, "a moment such as 2024-03-04T10:05:00+08:00", "TIME_INVALID")
    check_code(findings, reference.countries, tree, "country", "", "COUNTRY_UNKNOWN")
    for name in ("exportCountry", "destinationCountry"):
        check_code(findings, reference.countries, tree, name, "", "COUNTRY_UNKNOWN")
    check_code(findings, reference.countries, part(tree, "endUser"), "country", "endUser", "COUNTRY_UNKNOWN")
    seen: set[int] = set()
    for path, item in each(tree, "items"):
        check_code(findings, reference.countries, item, "originCountry", path, "COUNTRY_UNKNOWN")
        value = part(item, "customsValue")
        place = f"{path}.customsValue"
        check_code(findings, reference.currencies, value, "currency", place, "CURRENCY_UNKNOWN")
        sequence = item.get("sequence")
        if isinstance(sequence, int):
            if sequence in seen:
                findings.error(
                    f"{path}.sequence", sequence, "a number that no other item has", "SEQUENCE_REPEATED"
                )
            seen.add(sequence)
        for place, quantity in each(item, "quantities"):
            unit = text(quantity, "unit")
            if unit is not None and unit not in reference.units:
                expected = "a unit of UN/ECE Recommendation 20 known here"
                findings.error(f"{path}.{place}.unit", unit, expected, "UNIT_UNKNOWN")
    problems = without_doubles(findings.problems, shape)
    failed = any(problem.severity is Severity.ERROR for problem in problems)
    return None if failed else declaration, problems


def _moment_of(text: object) -> datetime | None:
    """Return the aware moment that an ISO 8601 text with an offset spells, or None for anything else."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return None if moment is None or moment.tzinfo is None else moment

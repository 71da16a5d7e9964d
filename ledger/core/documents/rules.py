"""Rules: what the members of a document must say, checked one by one and reported together.

The rules read a JSON tree, not the model, so that a document with a wrong shape still learns everything else that
is wrong with it: a member of the wrong type is skipped here and reported by ``shape``. What a treaty calls
minor is a warning, never an error. Rules about dates and the agreement are in ``agreement_rules``, those of other kinds
of document in ``licence_rules`` and ``aeo_rules``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from ledger.core import strictjson
from ledger.core.codes import CodeList, Reference
from ledger.core.documents.shape import shown, walk_texts
from ledger.core.numbers import UnusableNumber, normalise
from ledger.core.problems import Problem, Severity

_LOCODE: Final = re.compile(r"[A-Z]{2}[A-Z2-9]{3}")
_DECIMAL: Final = re.compile(r"(0|[1-9][0-9]{0,15})(\.[0-9]{1,6})?")
_MASS_KINDS: Final = ("GROSS_MASS", "NET_MASS")
_REFERENCE_FOR_KIND: Final = {
    "REPLACEMENT": "REPLACES",
    "CERTIFIED_TRUE_COPY": "TRUE_COPY_OF",
    "EXTRACT": "EXTRACT_OF",
}
_ESCAPE: Final = re.compile(rb"\\[bfrtu]")  # may spell any character; a line break is fine
_UNSEEN_MARKS: Final = frozenset("\u200e\u200f\u061c\u00ad\u180e")

Tree = Mapping[str, Any]


class Findings:
    """Collects problems in the order in which they are found."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def error(self, path: str, value: object, expectation: str, code: str) -> None:
        """Add a finding that stops the act."""
        self.problems.append(Problem(path, shown(value), expectation, Severity.ERROR, code))

    def warn(self, path: str, value: object, expectation: str, code: str) -> None:
        """Add a finding that travels on."""
        self.problems.append(Problem(path, shown(value), expectation, Severity.WARNING, code))


def each(tree: Tree, name: str) -> Iterator[tuple[str, Tree]]:
    """Yield path and value of the objects in the array ``name``; nothing when there is no such array."""
    array = tree.get(name)
    if isinstance(array, list):
        for index, value in enumerate(array):
            if isinstance(value, dict):
                yield f"{name}[{index}]", value


def part(tree: Tree, name: str) -> Tree:
    """Return the object ``name``, or an empty one."""
    value = tree.get(name)
    return value if isinstance(value, dict) else {}


def text(tree: Tree, name: str) -> str | None:
    """Return the text ``name``, or None when it is absent or not a text."""
    value = tree.get(name)
    return value if isinstance(value, str) else None


def flags_of(document: Tree) -> list[str]:
    """Return the flags that are texts."""
    flags = document.get("flags")
    return [flag for flag in flags if isinstance(flag, str)] if isinstance(flags, list) else []


def texts_are_plain(raw: bytes) -> bool:
    """Return True when ``check_texts`` cannot find anything in this JSON; False may also mean "look closer".

    The texts must be in NFC, as they are in whatever ``shape.read_tree`` returned.
    """
    if b"\\" in raw and _ESCAPE.search(raw):
        return False
    return raw.decode().replace("\n", "").isprintable()


def check_texts(document: Tree, findings: Findings) -> None:
    """Refuse text that reads differently from what it holds: not NFC, bidi, zero width, control."""
    for path, value in walk_texts(document):
        if value.isprintable() and value.isascii():
            continue
        control = next(
            (c for c in value if (unicodedata.category(c) == "Cc" and c != "\n") or c in _UNSEEN_MARKS), None
        )
        if control is not None:
            findings.error(path, value, f"text without the invisible U+{ord(control):04X}", "TEXT_INVISIBLE")
        elif what := strictjson.check_text(value):
            code = "TEXT_INVISIBLE" if what.startswith("U+") else "TEXT_NOT_NFC"
            findings.error(
                path, value, f"text without {what}" if code == "TEXT_INVISIBLE" else "text in NFC", code
            )


def check_code(findings: Findings, codes: CodeList, tree: Tree, name: str, path: str, code: str) -> None:
    """Report a code that is not in its list: an error if the list is complete, else a warning."""
    value = text(tree, name)
    if value is None or value in codes.codes:
        return
    place = f"{path}.{name}" if path else name
    if codes.complete:
        findings.error(place, value, f"a code of {codes.name}", code)
    else:
        findings.warn(place, value, f"a code of {codes.name} as far as it is known here", code)


def check_numbers(document: Tree, findings: Findings) -> None:
    """Refuse numbers that cannot be normalised, and a certificate that refers to itself."""
    own = normalised(document, "certificateNumber", "certificateNumber", findings)
    for path, invoice in each(document, "invoices"):
        normalised(invoice, "number", f"{path}.number", findings)
    issuer = text(part(document, "issuer"), "id")
    relations = set()
    for path, reference in each(document, "references"):
        relations.add(text(reference, "relation"))
        other = normalised(reference, "number", f"{path}.number", findings)
        if other is not None and other == own and text(reference, "issuerId") == issuer:
            findings.error(
                f"{path}.number", reference["number"], "another certificate's number", "REFERENCE_TO_ITSELF"
            )
    kind = text(document, "issueKind")
    needed = _REFERENCE_FOR_KIND.get(kind or "")
    if needed and needed not in relations:
        findings.error("references", kind, f"a reference with relation {needed}", "REFERENCE_MISSING")
    if "BACK_TO_BACK" in flags_of(document) and "BACK_TO_BACK_OF" not in relations:
        findings.error(
            "references", "BACK_TO_BACK", "a reference with relation BACK_TO_BACK_OF", "REFERENCE_MISSING"
        )


def check_parties(document: Tree, reference: Reference, findings: Findings) -> None:
    """Check countries, the flags that need a partner, and how producers are named."""
    countries = reference.countries
    check_code(findings, countries, part(document, "issuer"), "country", "issuer", "COUNTRY_UNKNOWN")
    check_code(findings, countries, document, "destinationCountry", "", "COUNTRY_UNKNOWN")
    for name in ("exporter", "consignee", "thirdPartyInvoicer"):
        check_code(findings, countries, part(document, name), "country", name, "COUNTRY_UNKNOWN")
    for path, producer in each(document, "producer"):
        check_code(findings, countries, producer, "country", path, "COUNTRY_UNKNOWN")
        plain = producer.get("disclosure", "PLAIN") == "PLAIN"
        if plain and "name" not in producer:
            findings.error(
                f"{path}.name", "", "a name, or a disclosure that says why there is none", "PRODUCER_UNNAMED"
            )
        elif not plain and "name" in producer:
            findings.warn(
                f"{path}.name", producer["name"], "no name when it is not disclosed", "PRODUCER_NAMED"
            )
    flags = flags_of(document)
    if len(set(flags)) != len(flags):
        findings.error("flags", ", ".join(flags), "each flag once", "FLAG_REPEATED")
    flagged, invoicer = "THIRD_PARTY_INVOICING" in flags, "thirdPartyInvoicer" in document
    if flagged and not invoicer:
        expected = "name and country of the invoicing company, as flag THIRD_PARTY_INVOICING says"
        findings.error("thirdPartyInvoicer", "", expected, "THIRD_PARTY_INVOICER_MISSING")
    if invoicer and not flagged:
        findings.warn("flags", ", ".join(flags), "THIRD_PARTY_INVOICING", "THIRD_PARTY_FLAG_MISSING")
    exporter = text(part(document, "exporter"), "country")
    for path, invoice in each(document, "invoices"):
        check_code(findings, countries, invoice, "issuerCountry", path, "COUNTRY_UNKNOWN")
        country = text(invoice, "issuerCountry")
        if country and exporter and country != exporter and not flagged and not invoicer:
            expected = f"{exporter}, or flag THIRD_PARTY_INVOICING"
            findings.warn(f"{path}.issuerCountry", country, expected, "THIRD_PARTY_FLAG_MISSING")


def check_transport(document: Tree, reference: Reference, findings: Findings) -> None:
    """Check the mode, and that a UN/LOCODE begins with a country."""
    transport = part(document, "transport")
    check_code(findings, reference.transport_modes, transport, "modeCode", "transport", "MODE_UNKNOWN")
    for name in ("loading", "unloading"):
        place = text(transport, name)
        if place and _LOCODE.fullmatch(place) and place[:2] not in reference.countries.codes:
            expected = "a UN/LOCODE, which begins with a country code, or a name"
            findings.warn(f"transport.{name}", place, expected, "LOCATION_UNKNOWN")


def check_items(document: Tree, reference: Reference, findings: Findings) -> None:
    """Check every item's codes, quantities and references, and the count of packages."""
    edition = text(document, "hsEdition")
    hs = reference.hs.get(edition) if edition else None
    if edition and hs is None:
        findings.error(
            "hsEdition", edition, f"one of {', '.join(sorted(reference.hs))}", "HS_EDITION_UNKNOWN"
        )
    array = document.get("invoices")
    invoices = len(array) if isinstance(array, list) else 0
    seen: set[int] = set()
    packages = 0
    for path, item in each(document, "items"):
        sequence = item.get("sequence")
        if isinstance(sequence, int):
            if sequence in seen:
                findings.error(
                    f"{path}.sequence", sequence, "a number that no other item has", "SEQUENCE_REPEATED"
                )
            seen.add(sequence)
        hs_code = text(item, "hsCode")
        if hs is not None and hs_code is not None and not hs.knows(hs_code):
            expected = f"six to ten digits that begin with a {hs.level} of {hs.name}"
            findings.error(f"{path}.hsCode", hs_code, expected, "HS_CODE_UNKNOWN")
        check_code(
            findings,
            reference.countries,
            part(item, "originCountry"),
            "country",
            f"{path}.originCountry",
            "COUNTRY_UNKNOWN",
        )
        check_quantities(item, path, reference, findings)
        fob = part(item, "fob")
        check_code(findings, reference.currencies, fob, "currency", f"{path}.fob", "CURRENCY_UNKNOWN")
        for place, package in each(item, "packages"):
            check_code(
                findings, reference.packages, package, "typeCode", f"{path}.{place}", "PACKAGE_UNKNOWN"
            )
            count = package.get("count")
            packages += count if isinstance(count, int) else 0
        refs = item.get("invoiceRefs")
        for index, ref in enumerate(refs if isinstance(refs, list) else ()):
            if isinstance(ref, int) and not 0 <= ref < invoices:
                expected = f"a place among the {invoices} invoices, counted from 0"
                findings.error(f"{path}.invoiceRefs[{index}]", ref, expected, "INVOICE_REF_UNKNOWN")
    total = document.get("totalPackages")
    if type(total) is int and packages and total != packages:
        findings.warn("totalPackages", total, f"{packages}, the sum over the items", "PACKAGES_TOTAL_DIFFERS")


def check_quantities(item: Tree, path: str, reference: Reference, findings: Findings) -> None:
    """Check an item's units, that no quantity is zero, and net against gross mass."""
    masses: dict[str, Decimal] = {}
    units = reference.units.units
    for place, quantity in each(item, "quantities"):
        unit, value, kind = text(quantity, "unit"), text(quantity, "value"), quantity.get("kind")
        if unit is None or value is None:
            continue
        known = units.get(unit)
        if known is None:
            findings.error(
                f"{path}.{place}.unit", unit, "a unit of UN/ECE Recommendation 20 known here", "UNIT_UNKNOWN"
            )
        elif kind in _MASS_KINDS and known.dimension != "mass":
            findings.error(f"{path}.{place}.unit", unit, f"a unit of mass for {kind}", "UNIT_DIMENSION")
        if _DECIMAL.fullmatch(value):
            if not value.strip("0."):
                findings.error(f"{path}.{place}.value", value, "more than zero", "QUANTITY_ZERO")
            if kind in _MASS_KINDS and known is not None and known.dimension == "mass":
                masses[str(kind)] = Decimal(value) * known.factor
    if len(masses) == 2 and masses["NET_MASS"] > masses["GROSS_MASS"]:
        findings.warn(
            f"{path}.quantities",
            masses["NET_MASS"],
            "a net mass of at most the gross mass",
            "NET_ABOVE_GROSS",
        )


def normalised(tree: Tree, name: str, path: str, findings: Findings) -> str | None:
    """Return the normalised number ``name``, or None after reporting that it has none."""
    value = text(tree, name)
    if value is None:
        return None
    try:
        return normalise(value)
    except UnusableNumber as error:
        findings.error(path, value, error.problem.expectation, error.problem.code)
        return None

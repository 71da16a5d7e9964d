"""edi3: certificates of origin in the shape of UN/CEFACT's edi3 project and TradeTrust, read into ours.

Nothing is guessed in silence: what is rewritten says so, what is doubtful is taken and warned about, what has
no place in the model is dropped by name. The result is not validated here and may lack mandatory members: see
``ledger.core.documents.validation``. Names follow the public schema ``CertificateOfOrigin`` of
edi3-regulatory.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from ledger.core import strictjson
from ledger.core.codes import Reference
from ledger.core.documents.agreement_rules import complete
from ledger.core.problems import Problem
from ledger.errors import Rejected
from ledger.importers.edi3_leaves import Leaves, amount, moment, stripped
from ledger.importers.report import ImportReport, Outcome, Row
from ledger.reference import read_reference

__all__ = ["ImportReport", "Outcome", "Row", "import_edi3"]

_CONSIGNMENT: Final = "supplyChainConsignment"
_CRITERION: Final = re.compile(r"([A-Za-z+]+)\s*(?:([0-9]{1,3}(?:\.[0-9]{1,2})?)\s*%?)?")
_EDITIONS: Final = ((2022, "HS2022"), (2017, "HS2017"), (2012, "HS2012"), (0, "HS2007"))
_ITEM_TEXT: Final = "text about several lines, which is not tied to one of them"


def import_edi3(
    data: bytes, reference: Reference | None = None, *, issuer: str | None = None
) -> ImportReport:
    """Return an edi3 certificate in our shape and what became of every leaf of it.

    Args:
        data: the unwrapped document as JSON.
        reference: code lists and profiles; None reads the shipped ones.
        issuer: member code to use in place of the document's issuer identifier.

    Raises:
        Rejected: the bytes are not a JSON object of the restricted profile, or nothing in it is known.
    """
    try:
        source = strictjson.parse(data)
    except strictjson.MalformedJson as error:
        raise Rejected(error.problems) from error
    if not isinstance(source, Mapping) or not isinstance(source.get(_CONSIGNMENT), Mapping):
        expected = f"an edi3 certificate of origin, an object with {_CONSIGNMENT}"
        raise Rejected([Problem("", type(source).__name__, expected, code="NOT_EDI3")])
    importer = _Importer(source, reference or read_reference())
    return importer.run(issuer)


class _Importer:
    """One run over one document."""

    def __init__(self, source: Mapping[str, Any], reference: Reference) -> None:
        self._source = source
        self._reference = reference
        self._rows = Leaves(source)
        self._certificate: dict[str, Any] = {}
        self._remarks: list[str] = []

    def run(self, issuer: str | None) -> ImportReport:
        """Map the parts in the order of our model, then derive what is missing."""
        self._header()
        self._issuer(issuer)
        self._party(f"{_CONSIGNMENT}.exporter", self._certificate.setdefault("exporter", {}), "exporter")
        self._party(f"{_CONSIGNMENT}.importer", self._certificate.setdefault("consignee", {}), "consignee")
        self._transport()
        self._remark(f"{_CONSIGNMENT}.information", "")
        for index, group in _objects(self._source[_CONSIGNMENT], "includedConsignmentItems"):
            self._group(f"{_CONSIGNMENT}.includedConsignmentItems[{index}]", group)
        if self._remarks:
            self._certificate["remarks"] = "\n".join(self._remarks)
        self._derive()
        certificate = {name: value for name, value in self._certificate.items() if value not in ({}, [])}
        return ImportReport(certificate, self._rows.rows())

    # --- parts ---

    def _header(self) -> None:
        self._rows.identifier("iD", self._certificate, "certificateNumber")
        self._rows.code("freeTradeAgreement", self._certificate, "agreementCode")
        preferential = self._rows.value("isPreferential")
        if isinstance(preferential, bool):
            code = self._certificate["documentTypeCode"] = "864" if preferential else "861"
            self._rows.put("isPreferential", "documentTypeCode", Outcome.CONVERTED, code, "UNTDID 1001")
        self._rows.day("issueDateTime", self._certificate, "issueDate", "issueDate")
        self._rows.code(f"{_CONSIGNMENT}.importCountry.code", self._certificate, "destinationCountry")
        self._rows.drop(f"{_CONSIGNMENT}.exportCountry.code", "the exporter and the issuer have the country")
        self._rows.drop("name", "title of the form, which agreementCode says")
        self._rows.drop("status", "the chain keeps the status, not the document")
        first, second = "firstSignatoryAuthentication", "secondSignatoryAuthentication"
        declaration, certification = {}, {}  # type: dict[str, Any], dict[str, Any]
        self._rows.day(f"{first}.actualDateTime", declaration, "date", "exporterDeclaration.date")
        self._signed(f"{second}.actualDateTime", certification)
        self._rows.copy("issueLocation.name", certification, "place", "certification.place")
        for name in (first, second):
            self._rows.drop(f"{name}.signature", "an image is not a signature")
            self._rows.drop(f"{name}.statement", "printed text of the form")
        self._certificate["exporterDeclaration"], self._certificate["certification"] = (
            declaration,
            certification,
        )

    def _signed(self, path: str, certification: dict[str, Any]) -> None:
        signed, issued = moment(self._rows.text(path)), moment(self._rows.text("issueDateTime"))
        doubt = ""
        if signed is not None and issued is not None and signed > issued:
            doubt = f"signed after issueDateTime {issued.isoformat()}"
        self._rows.day(path, certification, "date", "certification.date", doubt)

    def _issuer(self, member: str | None) -> None:
        issuer: dict[str, Any] = {}
        found = self._rows.text("issuer.iD")
        if member is not None:
            issuer["id"] = member
            if found is None:
                self._rows.derive("issuer.id", member, "given by the caller")
            else:
                note = f"{found} replaced by the member code given by the caller"
                self._rows.put("issuer.iD", "issuer.id", Outcome.CONVERTED, member, note)
        else:
            self._rows.identifier("issuer.iD", issuer, "id", "issuer.id")
        self._rows.code("issuer.postalAddress.countryCode", issuer, "country", "issuer.country")
        self._rows.identifier("issueLocation.iD", issuer, "office", "issuer.office")
        self._rows.drop("issuer.name", "the register of members has the issuer's name")
        for name in ("line1", "line2", "cityName", "postcode", "countrySubDivisionName"):
            self._rows.drop(
                f"issuer.postalAddress.{name}", "the register of members has the issuer's address"
            )
        self._certificate["issuer"] = issuer

    def _party(self, path: str, party: dict[str, Any], target: str) -> None:
        self._rows.copy(f"{path}.name", party, "name", f"{target}.name")
        self._rows.identifier(f"{path}.iD", party, "id", f"{target}.id")
        address = f"{path}.postalAddress"
        lines = []
        for name in ("line1", "line2", "line3", "countrySubDivisionName"):
            if (line := self._rows.text(f"{address}.{name}")) is not None:
                lines.append(line)
                self._rows.put(
                    f"{address}.{name}", f"{target}.address", Outcome.CONVERTED, line, "address lines joined"
                )
        if lines:
            party["address"] = ", ".join(lines)
        self._rows.copy(f"{address}.cityName", party, "city", f"{target}.city")
        self._rows.copy(f"{address}.postcode", party, "postcode", f"{target}.postcode")
        self._rows.code(f"{address}.countryCode", party, "country", f"{target}.country")

    def _transport(self) -> None:
        transport: dict[str, Any] = {}
        movement = f"{_CONSIGNMENT}.mainCarriageTransportMovement"
        departure = f"{movement}.departureEvent.departureDateTime"
        self._rows.day(departure, transport, "departureDate", "transport.departureDate")
        means = []
        for name in ("name", "iD"):
            path = f"{movement}.usedTransportMeans.{name}"
            if (value := self._rows.text(path)) is not None:
                means.append(stripped(value)[0])
                self._rows.put(
                    path, "transport.meansName", Outcome.CONVERTED, means[-1], "name and number joined"
                )
        if means:
            transport["meansName"] = " ".join(means)
        flight = (self._rows.text(f"{movement}.iD") or "").startswith("iata.org:")
        self._rows.identifier(f"{movement}.iD", transport, "voyage", "transport.voyage")
        if flight:
            transport["modeCode"] = "4"
            self._rows.derive("transport.modeCode", "4", "air, since the movement has an IATA flight number")
        self._place(f"{_CONSIGNMENT}.loadingBaseportLocation", transport, "loading")
        self._place(f"{_CONSIGNMENT}.unloadingBaseportLocation", transport, "unloading")
        path = f"{movement}.information"
        if (route := self._rows.text(path)) is not None:
            transport["routeText"] = route
            doubt = self._misspelt(route, transport)
            self._rows.put(
                path, "transport.routeText", Outcome.WARNED if doubt else Outcome.MAPPED, route, doubt
            )
        self._rows.drop(f"{_CONSIGNMENT}.iD", "the model has no transport document number")
        self._certificate["transport"] = transport

    def _place(self, path: str, transport: dict[str, Any], name: str) -> None:
        self._rows.identifier(f"{path}.iD", transport, name, f"transport.{name}")
        given = self._rows.text(f"{path}.name")
        if given is None:
            return
        known = self._reference.locations.codes.get(transport.get(name, ""))
        if name not in transport:
            self._rows.copy(f"{path}.name", transport, name, f"transport.{name}")
        elif known is None or known == given:
            self._rows.drop(f"{path}.name", f"{transport[name]} stands for the name")
        else:
            note = f"not taken: {transport[name]} is {known} in UN/LOCODE"
            self._rows.put(f"{path}.name", f"transport.{name}", Outcome.WARNED, given, note)

    def _group(self, path: str, group: Mapping[str, Any]) -> None:
        items: list[dict[str, Any]] = self._certificate.setdefault("items", [])
        first = len(items)
        pallets = "pallet" in (self._rows.text(f"{path}.information") or "").lower()
        for index, line in _objects(group, "tradeLineItems"):
            items.append(self._item(f"{path}.tradeLineItems[{index}]", line, len(items), pallets))
        places = f"items[{first}]" if len(items) == first + 1 else f"items[{first}..{len(items) - 1}]"
        self._criterion(f"{path}.crossBorderRegulatoryProcedure.originCriteriaText", items[first:], places)
        if isinstance(group.get("manufacturer"), Mapping):
            producers: list[dict[str, Any]] = self._certificate.setdefault("producer", [])
            producers.append({})
            self._party(f"{path}.manufacturer", producers[-1], f"producer[{len(producers) - 1}]")
        self._rows.drop(f"{path}.iD", "the model has no shipment number")
        self._remark(f"{path}.information", _ITEM_TEXT)

    def _item(self, path: str, line: Mapping[str, Any], place: int, pallets: bool) -> dict[str, Any]:
        item: dict[str, Any] = {}
        target = f"items[{place}]"
        sequence = self._rows.value(f"{path}.sequenceNumber")
        if isinstance(sequence, int) and not isinstance(sequence, bool):
            item["sequence"] = sequence
            self._rows.put(f"{path}.sequenceNumber", f"{target}.sequence", Outcome.MAPPED, sequence)
        product = f"{path}.tradeProduct"
        self._rows.copy(f"{product}.description", item, "description", f"{target}.description")
        heading = f"{product}.harmonisedTariffCode"
        if (code := self._rows.text(f"{heading}.classCode")) is not None:
            item["hsCode"] = re.sub(r"[.\s]", "", code)
            outcome, note = (
                (Outcome.MAPPED, "") if item["hsCode"] == code else (Outcome.CONVERTED, "dots removed")
            )
            self._rows.put(f"{heading}.classCode", f"{target}.hsCode", outcome, item["hsCode"], note)
        self._rows.drop(f"{heading}.className", "the nomenclature's text, which the code says")
        self._rows.drop(f"{product}.iD", "the model has no article number")
        country: dict[str, Any] = {}
        self._rows.code(
            f"{product}.originCountry.code", country, "country", f"{target}.originCountry.country"
        )
        if country:
            item["originCountry"] = country
        self._invoice(f"{path}.invoiceReference", item, target)
        self._packages(path, line, item, target, pallets)
        return item

    def _invoice(self, path: str, item: dict[str, Any], target: str) -> None:
        number = self._rows.text(f"{path}.iD")
        self._rows.drop(f"{path}.attachedBinaryFile.uRI", "a link without a digest proves nothing")
        if number is None:
            return
        invoices: list[dict[str, Any]] = self._certificate.setdefault("invoices", [])
        invoice: dict[str, Any] = {"number": stripped(number)[0]}
        issued, dated = moment(self._rows.text("issueDateTime")), f"{path}.formattedIssueDateTime"
        dated_at = moment(self._rows.text(dated))
        if dated_at is not None:
            invoice["date"] = dated_at.date().isoformat()
        known = next((place for place, other in enumerate(invoices) if other == invoice), None)
        place = len(invoices) if known is None else known
        item["invoiceRefs"] = [place]
        member = f"invoices[{place}]"
        if known is None:
            invoices.append(invoice)
            self._rows.identifier(f"{path}.iD", {}, "number", f"{member}.number")
            late = dated_at is not None and issued is not None and dated_at.date() > issued.date()
            doubt = "dated after the certificate" if late else ""
            self._rows.day(dated, {}, "date", f"{member}.date", doubt)
        else:
            note = "the same invoice as an earlier line"
            for leaf in (f"{path}.iD", dated):
                if self._rows.text(leaf) is not None:
                    self._rows.put(leaf, f"{target}.invoiceRefs[0]", Outcome.CONVERTED, place, note)

    def _packages(
        self, path: str, line: Mapping[str, Any], item: dict[str, Any], target: str, pallets: bool
    ) -> None:
        marks: list[str] = []
        totals: dict[tuple[str, str], Decimal] = {}
        measured: list[tuple[str, str, str]] = []
        count = 0
        for index, _ in _objects(line, "transportPackages"):
            count += 1
            package = f"{path}.transportPackages[{index}]"
            if (identifier := self._rows.text(f"{package}.iD")) is not None:
                mark, note = stripped(identifier)
                marks.append(mark)
                self._rows.put(f"{package}.iD", f"{target}.marksAndNumbers", Outcome.CONVERTED, mark, note)
            for name, kind in (
                ("grossWeight", "GROSS_MASS"),
                ("netWeight", "NET_MASS"),
                ("grossVolume", "OTHER"),
            ):
                found = amount(self._rows.text(f"{package}.{name}"))
                if found is not None:
                    value, unit = found
                    totals[kind, unit] = totals.get((kind, unit), Decimal(0)) + value
                    measured.append((f"{package}.{name}", kind, unit))
                elif self._rows.text(f"{package}.{name}") is not None:
                    given = self._rows.text(f"{package}.{name}")
                    note = "not taken: expected a number and a unit, such as 450 kg"
                    self._rows.put(f"{package}.{name}", f"{target}.quantities", Outcome.WARNED, given, note)
        if marks:
            item["marksAndNumbers"] = ", ".join(marks)
        if count:
            code = "PX" if pallets else "PK"
            item["packages"] = [{"count": count, "typeCode": code}]
            why = "the group's text says pallets" if pallets else "their type is not given"
            self._rows.derive(
                f"{target}.packages[0]", f"{count} {code}", f"transport packages counted; {why}"
            )
        keys = list(totals)
        item["quantities"] = [
            {"kind": kind, "value": f"{totals[kind, unit]:f}", "unit": unit} for kind, unit in keys
        ]
        for leaf, kind, unit in measured:
            value, _ = amount(self._rows.text(leaf)) or (Decimal(0), "")
            place = keys.index((kind, unit))
            note = (
                f"an amount written as text; the packages of the line add up to {totals[kind, unit]:f} {unit}"
            )
            self._rows.put(leaf, f"{target}.quantities[{place}]", Outcome.WARNED, f"{value:f} {unit}", note)

    def _criterion(self, path: str, items: list[dict[str, Any]], places: str) -> None:
        given = self._rows.text(path)
        if given is None:
            return
        match = _CRITERION.fullmatch(given)
        criterion = {"code": match[1].upper()} if match else {"code": given}
        if match and match[2]:
            criterion["percent"] = match[2]
        for item in items:
            item["originCriterion"] = dict(criterion)
        outcome = Outcome.MAPPED if criterion == {"code": given} else Outcome.CONVERTED
        self._rows.put(path, f"{places}.originCriterion", outcome, " ".join(criterion.values()))

    def _derive(self) -> None:
        issued = str(self._certificate.get("issueDate", ""))
        if issued[:4].isdigit():
            edition = next(name for year, name in _EDITIONS if int(issued[:4]) >= year)
            self._certificate["hsEdition"] = edition
            self._rows.derive("hsEdition", edition, "the edition in force on the issue date")
        counts = [
            package["count"]
            for item in self._certificate.get("items", ())
            for package in item.get("packages", ())
        ]
        if counts:
            self._certificate["totalPackages"] = sum(counts)
            self._rows.derive("totalPackages", sum(counts), "the sum over the items")
        self._certificate["issueKind"] = "ORIGINAL"
        self._rows.derive("issueKind", "ORIGINAL", "the shape has no other kind")
        completed = complete(self._certificate, self._reference)
        for name in completed.keys() - self._certificate.keys():
            self._rows.derive(name, completed[name], "from the agreement's profile")
        self._certificate = completed

    def _remark(self, path: str, doubt: str) -> None:
        if (value := self._rows.text(path)) is not None:
            self._remarks.append(value)
            self._rows.put(path, "remarks", Outcome.WARNED if doubt else Outcome.MAPPED, value, doubt)

    def _misspelt(self, route: str, transport: Mapping[str, Any]) -> str:
        """Return a doubt about words of ``route`` that are nearly names of the two places."""
        codes = self._reference.locations.codes
        names = [codes.get(transport.get(end, ""), "") for end in ("loading", "unloading")]
        words = [word for name in names for word in name.split() if len(word) > 4]
        doubts = []
        for word in re.findall(r"\w{5,}", route):
            close = difflib.get_close_matches(word, words, 1, 0.8)
            if close and close[0].lower() != word.lower():
                doubts.append(f"{word} is nearly {close[0]}")
        return "; ".join(doubts)


def _objects(node: Mapping[str, Any], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    array = node.get(name)
    for index, entry in enumerate(array if isinstance(array, list) else ()):
        if isinstance(entry, Mapping):
            yield index, entry

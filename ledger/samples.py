"""Samples: made-up certificates of origin, licences and AEO entries, the same ones for the same seed.

They are for demonstrations, tests and load runs; every one passes validation without a problem. Names, goods
and streets are invented and live in ``data/samples``: pools that certificates are drawn from, and whole licences and
entries that others are made of. No sample depends on the clock: days count from ``start``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from random import Random
from typing import Any, Final

import orjson

from ledger.core.codes import Reference
from ledger.core.documents.row import flatten
from ledger.core.profiles import Profile, valid_until
from ledger.reference import data_folder

DEFAULT_ISSUERS: Final = ("VN-VCCI", "AU-ACCI")
SHIPPED: Final = 20
LICENSING_BODY: Final = "CN-MOFCOM"
AEO_ADMINISTRATION: Final = "CN-GACC"
SHIPPED_SEED: Final = 2
START: Final = date(2026, 1, 5)

_DAYS: Final = 300
_RETROACTIVE: Final = 0.04
_THIRD_PARTY: Final = 0.08
_BACK_TO_BACK: Final = 0.02
_LATER_AT_MOST: Final = 28
_LONG_TEXT: Final = " / mẫu hàng 样品 견본 ตัวอย่าง عينة नमूना; lot sheet attached"


def issuers() -> tuple[str, ...]:
    """Return the member codes of all issuing bodies that samples can be made for."""
    return tuple(_pools()["issuers"])


def certificates(
    reference: Reference,
    seed: int,
    count: int,
    issuers: Sequence[str] = DEFAULT_ISSUERS,
    start: date = START,
) -> Iterator[dict[str, Any]]:
    """Yield ``count`` certificates in JSON shape, of 1 to 120 items, from ``issuers`` in turn.

    Numbers are unique within a seed, and between seeds that differ modulo 1,000.

    Args:
        issuers: member codes out of ``issuers()``.
        start: first possible day of issue; the last is 300 days later.
    """
    sampler = _Sampler(reference, seed, start)
    for serial in range(count):
        yield sampler.certificate(issuers[serial % len(issuers)], serial + 1)


def shipped(reference: Reference) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield file name and certificate of the samples in ``docs/samples``: every issuer, agreement, size."""
    sampler = _Sampler(reference, SHIPPED_SEED, START)
    pools = _pools()
    lanes = [
        (issuer, agreement) for issuer, body in pools["issuers"].items() for agreement in body["agreements"]
    ]
    first = [("VN-VCCI", "RCEP"), ("AU-ACCI", "CHAFTA")]
    left_out = [("CN-CCPIT", "ACFTA"), ("CN-CCPIT", "RCEP"), ("KR-KCCI", "RCEP")]
    chosen = (first + [lane for lane in lanes if lane not in first + left_out])[:SHIPPED]
    sizes = {0: 1, 1: 3, 2: 120, 3: 40}
    for place, (issuer, agreement) in enumerate(chosen):
        document = sampler.certificate(issuer, place + 1, agreement, sizes.get(place))
        if place == 2:
            document["items"][0]["description"] += _LONG_TEXT * 22
        yield f"{place + 1:02d}-{issuer.lower()}-{agreement.lower()}.json", document


def licences(seed: int, count: int, issuer: str = LICENSING_BODY) -> Iterator[dict[str, Any]]:
    """Yield ``count`` licences in JSON shape that ``issuer`` issues, of each of its sorts in turn.

    They differ in number, day of issue and quantities. Numbers are unique within a seed, and between seeds that differ
    modulo 1,000.

    Args:
        issuer: member code out of the shipped licences; extracts are not among them, for they need a parent.
    """
    return _made_of("licences", Random(seed), seed, count, issuer)  # noqa: S311  (samples, not secrets)


def entries(seed: int, count: int, issuer: str = AEO_ADMINISTRATION) -> Iterator[dict[str, Any]]:
    """Yield ``count`` AEO entries in JSON shape that ``issuer`` keeps, with other codes and days; as for ``licences``."""
    return _made_of("entries", Random(seed), seed, count, issuer)  # noqa: S311  (samples, not secrets)


def shipped_others() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield file name and document of the licences and AEO entries in ``docs/samples``."""
    for name in ("licences", "entries"):
        yield from ((one["file"], one["document"]) for one in _wholes(name))


def write(document: dict[str, Any]) -> bytes:
    """Return the bytes of a shipped sample: indented UTF-8 JSON with a final line break."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def write_table(documents: Sequence[dict[str, Any]]) -> bytes:
    """Return documents as CSV, one a row, with the columns that any of them has."""
    rows = [flatten(document) for document in documents]
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = StringIO(newline="")
    table = csv.DictWriter(out, names)
    table.writeheader()
    table.writerows(rows)
    return out.getvalue().encode()


def _pools() -> dict[str, Any]:
    pools: dict[str, Any] = orjson.loads(data_folder().joinpath("samples", "pools.json").read_bytes())
    return pools


def _wholes(name: str) -> list[dict[str, Any]]:
    content = orjson.loads(data_folder().joinpath("samples", f"{name}.json").read_bytes())
    wholes: list[dict[str, Any]] = content[name]
    return wholes


def _made_of(name: str, random: Random, seed: int, count: int, issuer: str) -> Iterator[dict[str, Any]]:
    fitting = [
        one
        for one in _wholes(name)
        if one["document"]["issuer"]["id"] == issuer and one["document"].get("issueKind") != "EXTRACT"
    ]
    if not fitting:
        raise ValueError(f"no sample of {name} is by {issuer}")
    for serial in range(count):
        yield _another(fitting[serial % len(fitting)], random, seed % 1000, serial + 1)


def _another(whole: dict[str, Any], random: Random, series: int, serial: int) -> dict[str, Any]:
    """Return a copy with another number, issued up to four weeks later, for up to three times as much."""
    document: dict[str, Any] = orjson.loads(orjson.dumps(whole["document"]))
    document["certificateNumber"] = whole["number"].format(series=series, serial=serial)
    if "aliases" in document:
        document["aliases"] = [one.format(series=series, serial=serial) for one in whole["aliases"]]
    issued = date.fromisoformat(document["issueDate"])
    document["issueDate"] = str(issued + timedelta(days=int(random.random() * _LATER_AT_MOST)))
    times = 1 + int(random.random() * 3)
    for item in document.get("items", ()):
        for quantity in item.get("quantities", ()):
            quantity["value"] = format(Decimal(quantity["value"]) * times, "f")
    return document


class _Sampler:
    """Draws certificates from the pools with one random source."""

    def __init__(self, reference: Reference, seed: int, start: date) -> None:
        self._random = Random(seed)  # noqa: S311  (samples, not secrets)
        self._series = seed % 1000
        self._start = start
        self._profiles = {
            name: profile
            for name in reference.agreements
            if (profile := reference.profile(name, start.isoformat())) is not None
        }
        pools = _pools()
        self._countries, self._lanes = pools["countries"], pools["lanes"]
        self._issuers, self._goods = pools["issuers"], pools["goods"]

    def certificate(
        self, issuer: str, serial: int, agreement: str | None = None, size: int | None = None
    ) -> dict[str, Any]:
        """Return the next certificate; None draws the agreement or the number of items."""
        body = self._issuers[issuer]
        country = body["country"]
        profile = self._profiles[agreement or self._pick(body["agreements"])]
        destination = self._pick([code for code in self._lanes[profile.id] if code != country])
        issued = self._start + timedelta(days=self._below(_DAYS))
        retro = self._chance(_RETROACTIVE) and bool(profile.values["retroMarkText"])
        departure = issued + timedelta(days=-15 - self._below(45) if retro else self._below(9))
        number = body["number"].format(
            to=destination, year=issued.year % 100, series=self._series, serial=serial
        )
        invoices = [self._invoice(issued, place) for place in range(1 + self._below(2))]
        items = [
            self._item(place + 1, profile, country, self._below(len(invoices)))
            for place in range(size or self._size(profile))
        ]
        document: dict[str, Any] = {
            "documentTypeCode": "864" if profile.parties else "861",
            "agreementCode": profile.id,
            "hsEdition": "HS2022",
            "certificateNumber": number,
            "issuer": {"id": issuer, "country": country, "office": body["office"]},
            "issueDate": issued.isoformat(),
            "issueKind": "ORIGINAL",
            "flags": ["ISSUED_RETROACTIVELY"] if retro else [],
            "validUntil": str(valid_until(profile, issued, departure, retro)),
            "destinationCountry": destination,
            "exporter": self._party(country),
            "consignee": self._party(destination),
            "producer": [{"disclosure": "CONFIDENTIAL"}] if self._chance(0.3) else [],
            "transport": self._transport(country, destination, departure),
            "items": items,
            "invoices": invoices,
            "totalPackages": sum(item["packages"][0]["count"] for item in items),
            "exporterDeclaration": {"place": body["place"], "date": invoices[0]["date"]},
            "certification": {"place": body["place"], "date": issued.isoformat()},
        }
        self._flag(document, profile, issuer, country, issued)
        return {name: value for name, value in document.items() if value != []}

    def _flag(
        self, document: dict[str, Any], profile: Profile, issuer: str, country: str, issued: date
    ) -> None:
        if self._chance(_THIRD_PARTY):
            third = "AE" if country == "SG" else "SG"
            document["flags"].append("THIRD_PARTY_INVOICING")
            document["thirdPartyInvoicer"] = {"name": self._party(third)["name"], "country": third}
            for invoice in document["invoices"]:
                invoice["issuerCountry"] = third
        if profile.back_to_back and self._chance(_BACK_TO_BACK):
            document["flags"].append("BACK_TO_BACK")
            document["references"] = [
                {
                    "relation": "BACK_TO_BACK_OF",
                    "issuerId": "TH-DFT" if issuer != "TH-DFT" else "VN-VCCI",
                    "number": f"TH{issued.year % 100}-{self._below(10**6):06d}",
                    "date": (issued - timedelta(days=20)).isoformat(),
                }
            ]
            document["remarks"] = "Back-to-back certificate of origin"

    def _item(self, sequence: int, profile: Profile, country: str, invoice: int) -> dict[str, Any]:
        goods = self._pick(self._goods)
        count = 1 + self._below(400)
        net = count * goods["kilograms"]
        gross_grams = net * 1000 * (103 + self._below(9)) // 100
        pieces = max(1, round(net * float(goods["perKilogram"])))
        item: dict[str, Any] = {
            "sequence": sequence,
            "marksAndNumbers": "N/M" if self._chance(0.5) else f"LOT {self._below(10**6):06d}",
            "packages": [{"count": count, "typeCode": goods["package"]}],
            "description": goods["description"],
            "hsCode": goods["hsCode"],
            "originCountry": {"country": country},
            "quantities": [
                {"kind": "NET_MASS", "value": f"{net}.000", "unit": "KGM"},
                {
                    "kind": "GROSS_MASS",
                    "value": f"{gross_grams // 1000}.{gross_grams % 1000:03d}",
                    "unit": "KGM",
                },
            ],
            "invoiceRefs": [invoice],
        }
        if goods["unit"] != "KGM":
            item["quantities"].append({"kind": "SUPPLEMENTARY", "value": str(pieces), "unit": goods["unit"]})
        if profile.criteria:
            item["originCriterion"] = self._criterion(goods["whollyObtained"], profile)
            if item["originCriterion"]["code"] in profile.fob_only_for:
                cents = (5 + self._below(5000)) * net
                item["fob"] = {"amount": f"{cents // 100}.{cents % 100:02d}", "currency": "USD"}
        return item

    def _criterion(self, wholly_obtained: bool, profile: Profile) -> dict[str, str]:
        if wholly_obtained:
            return {"code": "WO"}
        code = self._pick(sorted(profile.criteria - {"WO", "PE", "WP"}))
        if code == "RVC" or code in profile.percent_required:
            return {"code": code, "percent": str(40 + self._below(40))}
        return {"code": code}

    def _invoice(self, issued: date, place: int) -> dict[str, Any]:
        day = issued - timedelta(days=1 + self._below(14))
        return {"number": f"EX-{day.year}-{self._below(10**6):06d}/{place + 1}", "date": day.isoformat()}

    def _party(self, country: str) -> dict[str, Any]:
        pool = self._countries[country]
        latin, local = self._pick(pool["stems"])
        name = pool["local"].format(local) if self._chance(0.5) else pool["name"].format(latin)
        return {
            "id": pool["id"].format(self._below(10**7)),
            "name": name,
            "address": self._pick(pool["streets"]),
            "city": self._pick(pool["cities"]),
            "country": country,
        }

    def _transport(self, country: str, destination: str, departure: date) -> dict[str, Any]:
        return {
            "departureDate": departure.isoformat(),
            "modeCode": "1",
            "meansName": f"SAMPLE STAR {1 + self._below(60)}",
            "voyage": f"{self._below(400):03d}{'NESW'[self._below(4)]}",
            "loading": self._pick(self._countries[country]["ports"]),
            "unloading": self._pick(self._countries[destination]["ports"]),
        }

    def _size(self, profile: Profile) -> int:
        share = self._random.random()
        if share < 0.60:
            size = 1 + self._below(3)
        elif share < 0.90:
            size = 4 + self._below(7)
        elif share < 0.99:
            size = 11 + self._below(30)
        else:
            size = 41 + self._below(80)
        return size if profile.item_cap is None else min(size, profile.item_cap)

    def _below(self, bound: int) -> int:
        return int(self._random.random() * bound)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _pick(self, choices: Sequence[Any]) -> Any:
        return choices[int(self._random.random() * len(choices))]

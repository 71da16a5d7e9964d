"""Licence: general licences, CITES permits and dual-use licences as one model, and its shape inside the sealed document.

One model, because all that is done with them is the same: lines with a balance each, a validity, who may use it where.
What only a CITES permit or a dual-use licence has is in the parts ``cites`` and ``dualUse``, and in ``specimen`` and
``itemCategory`` of a line. Words are those of the certificate of origin: ``certificateNumber`` is the licence's number,
``items`` are its lines.

Only shape is checked here: what the members must say is in ``licence_rules``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from ledger.core.documents.cites import CitesPermit, Office, Specimen
from ledger.core.documents.origin import (
    Country,
    Day,
    DocumentNumber,
    HsCode,
    Issuer,
    LongText,
    Money,
    OriginCountry,
    Part,
    Party,
    Quantity,
    Reference,
    Text,
    Transport,
)
from ledger.core.documents.origin import from_claims as ungrouped

HIDDEN_BY_DEFAULT: Final = (
    "holder",
    "consignor",
    "consignee",
    "endUser",
    "endUse",
    "transport",
    "conditions",
    "remarks",
    "items[*].particulars",
)
"""Paths of the claims that are hidden unless a recipient is to see them."""

PARTICULARS: Final = ("marksAndNumbers", "description", "unitPrice")
"""Members of a line that the claims group under ``particulars``, and ``value`` where the balance is not kept in it."""

QUANTITY_AND_VALUE: Final = "QUANTITY_AND_VALUE"
BY_VALUE: Final = ("VALUE", QUANTITY_AND_VALUE)
"""Kinds of balance in which the value of a line counts, so that it is never hidden."""

_VALUE: Final = "value"

UsageMode = Literal["ONE_SHIPMENT", "MULTI_SHIPMENT"]
BalanceKind = Literal["QUANTITY", "VALUE", "QUANTITY_AND_VALUE"]
LicenceIssueKind = Literal["ORIGINAL", "REPLACEMENT", "CERTIFIED_TRUE_COPY", "EXTRACT"]
DualUseType = Literal["INDIVIDUAL", "GLOBAL", "GENERAL"]


class Carriage(Transport):
    """How the goods of a licence for one shipment travel; ``document_number`` is the bill of lading's or air waybill's."""

    document_number: DocumentNumber | None = None


class DualUse(Part):
    """The type of a dual-use licence, and the countries that it is for where those are several."""

    licence_type: DualUseType
    destinations: tuple[Country, ...] = ()


class Line(Part):
    """One line of a licence, with a balance of its own.

    ``balance_kind`` says what the balance is kept in: one of ``quantities``, ``value``, or each of the two by itself.
    ``parent_item`` is of an extract the place of the line among those of the licence that it is taken from, counted from
    1; absent for the same.
    """

    sequence: Annotated[int, Field(ge=1, le=99_999)]
    hs_code: HsCode | None = None
    origin_country: OriginCountry | None = None
    balance_kind: BalanceKind | None = None
    quantities: tuple[Quantity, ...] = ()
    value: Money | None = None
    item_category: (
        Annotated[str, Field(pattern=r"^[0-9][A-E][0-9]{3}(\.[A-Za-z0-9]{1,4}){0,6}$", description="nXnnn")]
        | None
    ) = None
    specimen: Specimen | None = None
    parent_item: Annotated[int, Field(ge=1, le=255)] | None = None
    marks_and_numbers: Text | None = None
    description: LongText
    unit_price: Money | None = None


class Licence(Part):
    """A licence or permit of any type.

    Members that follow from the profile (``valid_until``, ``usage_mode``, ``max_uses``, ``tolerance_pct``,
    ``destination_country``, each line's ``balance_kind``) may be missing from an input; ``validation`` derives them.
    """

    schema_name: Annotated[str, Field(pattern=r"^urn:[!-~]{1,120}$")] | None = Field(
        default=None, alias="schema", description="name that the sender gives its shape; not interpreted"
    )
    document_type_code: Annotated[str, Field(pattern=r"^(626|628|811|911|966)$", description="UNTDID 1001")]
    profile_code: Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,20}$", description="whose rules apply")]
    form_version: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    hs_edition: Annotated[str, Field(pattern=r"^HS[0-9]{4}$")] | None = None
    certificate_number: DocumentNumber
    issuer: Issuer
    issue_date: Day
    issue_kind: LicenceIssueKind = "ORIGINAL"
    valid_from: Day | None = None
    valid_until: Day | None = None
    usage_mode: UsageMode
    max_uses: Annotated[int, Field(ge=1, le=255)] | None = None
    allowed_offices: Annotated[tuple[Office, ...], Field(max_length=255)] = ()
    tolerance_pct: Annotated[int, Field(ge=0, le=100)] | None = None
    bulk: bool | None = None
    destination_country: Country | None = None
    export_country: Country | None = None
    procedure: Annotated[str, Field(min_length=1, max_length=17)] | None = None
    cites: CitesPermit | None = None
    dual_use: DualUse | None = None
    references: tuple[Reference, ...] = ()
    holder: Party
    consignor: Party | None = None
    consignee: Party | None = None
    end_user: Party | None = None
    end_use: Text | None = None
    transport: Carriage | None = None
    items: Annotated[tuple[Line, ...], Field(min_length=1)]
    conditions: LongText | None = None
    remarks: LongText | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape, without members that are empty or absent; ``issueKind`` is always there."""
        document = self.model_dump(mode="json", exclude_defaults=True)
        document.setdefault("issueKind", self.issue_kind)
        return document


def to_claims(licence: Licence) -> dict[str, Any]:
    """Return the members of ``credentialSubject``: the licence's JSON shape with grouped particulars."""
    claims = licence.to_dict()
    claims["items"] = [_group(item) for item in claims["items"]]
    return claims


def from_claims(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON shape of claims; members that are hidden from the reader, null or empty are absent.

    The result is a licence's shape only when nothing is hidden; nothing is validated.
    """
    return ungrouped(claims, (*PARTICULARS, _VALUE))


def _group(item: Mapping[str, Any]) -> dict[str, Any]:
    by_value = item.get("balanceKind") in BY_VALUE
    hidden = PARTICULARS if by_value else (*PARTICULARS, _VALUE)
    grouped = {name: value for name, value in item.items() if name not in hidden}
    grouped["particulars"] = {name: item[name] for name in hidden if name in item}
    return grouped

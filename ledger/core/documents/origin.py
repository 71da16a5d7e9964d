"""Origin: the certificate of origin as one model for all forms, and its shape inside the sealed document.

Names follow UN/CEFACT where it has one. Amounts and quantities are decimal texts and days are ISO 8601 texts,
kept exactly as they were written, because they are sealed. Only shape is checked here: what the members must
say is in ``validation``. Members of an item that are hidden together are grouped in the claims, so that an
item costs at most two disclosures.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

HIDDEN_BY_DEFAULT: Final = (
    "exporter",
    "consignee",
    "producer",
    "thirdPartyInvoicer",
    "transport",
    "invoices",
    "totalPackages",
    "remarks",
    "exporterDeclaration",
    "certification",
    "attachments",
    "items[*].particulars",
    "items[*].fob",
)
"""Paths of the claims that are hidden unless a recipient is to see them."""

NEVER_HIDDEN: Final = (
    "schema",
    "documentTypeCode",
    "agreementCode",
    "formVersion",
    "hsEdition",
    "certificateNumber",
    "issuer",
    "signatory",
    "issueDate",
    "issueKind",
    "flags",
    "validFrom",
    "validUntil",
    "destinationCountry",
    "references",
    "items",
    "items[*].sequence",
    "items[*].hsCode",
    "items[*].originCriterion",
    "items[*].originCountry",
    "items[*].quantities",
)
"""Paths of the claims that a verifier needs, so they can never be hidden."""

PARTICULARS: Final = ("marksAndNumbers", "packages", "description", "invoiceRefs")
"""Members of an item that the claims group under ``particulars``."""

Flag = Literal[
    "ISSUED_RETROACTIVELY",
    "THIRD_PARTY_INVOICING",
    "BACK_TO_BACK",
    "ACCUMULATION",
    "PARTIAL_CUMULATION",
    "DE_MINIMIS",
    "EXHIBITION",
]
IssueKind = Literal["ORIGINAL", "REPLACEMENT", "CERTIFIED_TRUE_COPY", "CORRECTED_COPY"]
Relation = Literal["REPLACES", "TRUE_COPY_OF", "BACK_TO_BACK_OF", "EXTRACT_OF", "SPLIT_OF"]
QuantityKind = Literal["GROSS_MASS", "NET_MASS", "SUPPLEMENTARY", "OTHER"]

Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"})]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217")]
Decimals = Annotated[
    str, Field(pattern=r"^(0|[1-9][0-9]{0,15})(\.[0-9]{1,6})?$", description="exact decimal, n..16,6")
]
HsCode = Annotated[str, Field(pattern=r"^[0-9]{6,10}$")]
Digest = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$", description="SHA-256, hexadecimal")]
UnitCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,3}$", description="UN/ECE Recommendation 20")]
PackageCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,3}$", description="UN/ECE Recommendation 21")]
MemberCode = Annotated[str, Field(pattern=r"^[!-~]{1,32}$", description="member code of the issuing body")]
KeyId = Annotated[str, Field(pattern=r"^[!-~]{1,100}$")]
Short = Annotated[str, Field(min_length=1, max_length=35)]
Name = Annotated[str, Field(min_length=1, max_length=256)]
Text = Annotated[str, Field(min_length=1, max_length=512)]
LongText = Annotated[str, Field(min_length=1, max_length=2000)]
DocumentNumber = Annotated[str, Field(min_length=1, max_length=140, description="as printed")]
Count = Annotated[int, Field(ge=0, le=99_999_999)]


class Part(BaseModel):
    """Base of the model's parts: immutable, exact, nothing unknown; members are spelt in camelCase."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        serialize_by_alias=True,
        protected_namespaces=(),
        regex_engine="rust-regex",
    )


class Issuer(Part):
    """The issuing body: ``id`` is its member code, ``office`` a UN/LOCODE or the body's own code."""

    id: MemberCode
    country: Country
    office: Annotated[str, Field(min_length=1, max_length=17)] | None = None


class Signatory(Part):
    """Who signed, by pseudonymous key; never a name."""

    key_id: KeyId
    exporter_key_id: KeyId | None = None


class Reference(Part):
    """Another certificate that this one replaces, copies or builds on."""

    relation: Relation
    issuer_id: MemberCode
    number: DocumentNumber
    date: Day | None = None
    digest: Digest | None = None


class Party(Part):
    """An exporter or consignee; ``id`` is the identifier in its own country."""

    name: Name
    id: Short | None = None
    address: Annotated[str, Field(min_length=1, max_length=512)] | None = None
    city: Short | None = None
    postcode: Annotated[str, Field(min_length=1, max_length=17)] | None = None
    country: Country | None = None


class Producer(Part):
    """A producer, or why it is not named."""

    disclosure: Literal["PLAIN", "CONFIDENTIAL", "NOT_AVAILABLE", "SEE_OTHER_BOX"] = "PLAIN"
    name: Name | None = None
    id: Short | None = None
    address: Annotated[str, Field(min_length=1, max_length=512)] | None = None
    city: Short | None = None
    postcode: Annotated[str, Field(min_length=1, max_length=17)] | None = None
    country: Country | None = None


class Invoicer(Part):
    """The company in a third country that issued the invoice."""

    name: Name
    country: Country
    address: Annotated[str, Field(min_length=1, max_length=512)] | None = None


class Transport(Part):
    """Means and route as far as known; ``loading`` and ``unloading`` are a UN/LOCODE or a name."""

    departure_date: Day | None = None
    mode_code: Annotated[str, Field(pattern=r"^[0-9]$", description="UN/ECE Recommendation 19")] | None = None
    means_name: Annotated[str, Field(min_length=1, max_length=70)] | None = None
    voyage: Short | None = None
    loading: Name | None = None
    unloading: Name | None = None
    route_text: Text | None = None


class Packages(Part):
    """A number of packages of one type."""

    count: Count
    type_code: PackageCode


class Criterion(Part):
    """Origin criterion: the agreement's code, a percentage where the code needs one, and the rule's text."""

    code: Annotated[str, Field(min_length=1, max_length=20)]
    percent: Annotated[str, Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,2})?$")] | None = None
    rule: Annotated[str, Field(min_length=1, max_length=70)] | None = None


class OriginCountry(Part):
    """Country of origin; RCEP prints the suffix ``*`` or ``**`` for origin by articles 2.6.4 and 2.6.6."""

    country: Country
    suffix: Literal["*", "**"] | None = None


class Quantity(Part):
    """An exact quantity in one unit."""

    kind: QuantityKind
    value: Decimals
    unit: UnitCode


class Money(Part):
    """An exact amount in one currency."""

    amount: Decimals
    currency: Currency


class Item(Part):
    """One line of goods; ``invoice_refs`` are places in ``invoices``, counted from 0.

    ``parent_item`` is of a back-to-back certificate the place of the item among those of the certificate that it builds
    on, counted from 1; absent for the same place.
    """

    sequence: Annotated[int, Field(ge=1, le=99_999)]
    marks_and_numbers: Text | None = None
    packages: tuple[Packages, ...] = ()
    description: LongText
    hs_code: HsCode
    origin_criterion: Criterion | None = None
    origin_country: OriginCountry
    quantities: Annotated[tuple[Quantity, ...], Field(min_length=1)]
    fob: Money | None = None
    parent_item: Annotated[int, Field(ge=1, le=255)] | None = None
    invoice_refs: tuple[Annotated[int, Field(ge=0)], ...] = ()


class Invoice(Part):
    """A commercial invoice for the goods."""

    number: Annotated[str, Field(min_length=1, max_length=70)]
    date: Day | None = None
    issuer_country: Country | None = None


class PlaceAndDay(Part):
    """Where and when somebody signed; ``signer_ref`` is a reference, never a name."""

    place: Annotated[str, Field(min_length=1, max_length=70)] | None = None
    date: Day | None = None
    signer_ref: Short | None = None


class Attachment(Part):
    """A file that belongs to the certificate, by digest."""

    mime: Annotated[str, Field(pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$", max_length=127)]
    digest: Digest
    size: Annotated[int, Field(ge=0)]
    rendition: Annotated[str, Field(min_length=1, max_length=70)] | None = None


class Certificate(Part):
    """A certificate of origin of any form.

    ``valid_until`` (last day included) and ``destination_country`` (the importing party) may be missing from
    an input; ``validation`` then derives them from the profile and the consignee before it builds this.
    """

    schema_name: Annotated[str, Field(pattern=r"^urn:[!-~]{1,120}$")] | None = Field(
        default=None, alias="schema", description="name that the sender gives its shape; not interpreted"
    )
    document_type_code: Annotated[str, Field(pattern=r"^[0-9]{1,3}$", description="UNTDID 1001")]
    agreement_code: Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,20}$")] | None = None
    form_version: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    hs_edition: Annotated[str, Field(pattern=r"^HS[0-9]{4}$")]
    certificate_number: DocumentNumber
    issuer: Issuer
    signatory: Signatory | None = None
    issue_date: Day
    issue_kind: IssueKind = "ORIGINAL"
    flags: tuple[Flag, ...] = ()
    valid_from: Day | None = None
    valid_until: Day
    destination_country: Country
    references: tuple[Reference, ...] = ()
    exporter: Party
    consignee: Party
    producer: tuple[Producer, ...] = ()
    third_party_invoicer: Invoicer | None = None
    transport: Transport | None = None
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    invoices: tuple[Invoice, ...] = ()
    total_packages: Count | None = None
    remarks: LongText | None = None
    exporter_declaration: PlaceAndDay | None = None
    certification: PlaceAndDay | None = None
    attachments: tuple[Attachment, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape, without members that are empty or absent; ``issueKind`` is always there."""
        document = self.model_dump(mode="json", exclude_defaults=True)
        document.setdefault("issueKind", self.issue_kind)
        return document


def to_claims(certificate: Certificate) -> dict[str, Any]:
    """Return the members of ``credentialSubject``: the certificate's JSON shape with grouped particulars."""
    claims = certificate.to_dict()
    claims["items"] = [_group(item) for item in claims["items"]]
    return claims


def from_claims(claims: Mapping[str, Any], particulars: Collection[str] = PARTICULARS) -> dict[str, Any]:
    """Return the JSON shape of claims; members that are hidden from the reader, null or empty are absent.

    The result is a certificate's shape only when nothing is hidden; nothing is validated.

    Args:
        particulars: names that may be grouped in an item.
    """
    document = _present(claims)
    items = document.get("items")
    if isinstance(items, list | tuple):
        document["items"] = [
            _ungroup(item, particulars) if isinstance(item, Mapping) else item for item in items
        ]
    return document


def _present(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None and value != []}


def _group(item: Mapping[str, Any]) -> dict[str, Any]:
    grouped = {name: value for name, value in item.items() if name not in PARTICULARS}
    grouped["particulars"] = {name: item[name] for name in PARTICULARS if name in item}
    return grouped


def _ungroup(item: Mapping[str, Any], particulars: Collection[str]) -> dict[str, Any]:
    document = {name: value for name, value in _present(item).items() if name != "particulars"}
    grouped = item.get("particulars")
    if isinstance(grouped, Mapping):
        document.update((name, value) for name, value in grouped.items() if name in particulars)
    return document

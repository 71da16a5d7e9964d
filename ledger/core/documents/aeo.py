"""AEO: the entry of an authorised economic operator, and its shape inside the sealed document.

The one rule: an entry says what was granted, and never what holds now. Whether a type is suspended, and who recognises
it, is on the ledger with times of its own. ``certificateNumber`` is the trader's AEO code; other forms of the same code
are ``aliases``. Who the trader is can be personal data and is hidden by default.

Only shape is checked here: what the members must say is in ``aeo_rules``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from ledger.core.documents.origin import Country, Day, DocumentNumber, Issuer, LongText, Part, Party
from ledger.core.documents.origin import from_claims as ungrouped

HIDDEN_BY_DEFAULT: Final = ("holder", "remarks")
"""Paths of the claims that are hidden unless a recipient is to see them."""

MOST_TYPES: Final = 16
"""Types that one act on the ledger can grant."""

TYPE_NAME: Final = "^[!-~]{1,8}$"
"""Pattern of a type's name: what the ledger keeps in eight bytes."""

Role = Literal["IMPORTER", "EXPORTER", "MANUFACTURER", "BROKER", "CARRIER", "WAREHOUSE", "OTHER"]
TypeName = Annotated[str, Field(pattern=TYPE_NAME, description="type of authorisation, such as AEOS")]


class Authorisation(Part):
    """One type of authorisation, the day on which it was granted, and that of the next reassessment."""

    type: TypeName
    authorisation_date: Day
    next_reassessment: Day | None = None


class Consent(Part):
    """Whether the trader consents to the entry's being shared with partners, and since when."""

    given: bool
    date: Day | None = None


class AeoEntry(Part):
    """An entry of an AEO programme; without ``valid_until`` it holds until it is ended on the ledger."""

    schema_name: Annotated[str, Field(pattern=r"^urn:[!-~]{1,120}$")] | None = Field(
        default=None, alias="schema", description="name that the sender gives its shape; not interpreted"
    )
    document_type_code: Annotated[str, Field(pattern=r"^879$", description="UNTDID 1001")]
    certificate_number: DocumentNumber
    aliases: Annotated[tuple[DocumentNumber, ...], Field(max_length=32)] = ()
    issuer: Issuer
    issue_date: Day
    programme: Annotated[str, Field(pattern=r"^[!-~]{1,20}$", description="such as CN-AEO")]
    country: Country
    types: Annotated[tuple[Authorisation, ...], Field(min_length=1, max_length=MOST_TYPES)]
    roles: tuple[Role, ...] = ()
    valid_from: Day | None = None
    valid_until: Day | None = None
    consent_to_share: Consent
    holder: Party
    remarks: LongText | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape, without members that are empty or absent."""
        return self.model_dump(mode="json", exclude_defaults=True)


def to_claims(entry: AeoEntry) -> dict[str, Any]:
    """Return the members of ``credentialSubject``: the entry's JSON shape."""
    return entry.to_dict()


def from_claims(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON shape of claims; members that are hidden from the reader, null or empty are absent."""
    return ungrouped(claims)

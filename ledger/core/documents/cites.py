"""CITES: what a permit under that convention says beyond what every licence says.

Members bear names, not numbers of boxes: the numbering differs between national forms, and the numbers here are those of
the convention's own. What customs endorse at export is written on the ledger when it happens; ``exportEndorsement`` is
for a permit of paper that is sealed after its endorsement, and repeats it.

Only shape is checked here: what the members must say is in ``cites_rules``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ledger.core.documents.origin import Country, Day, Decimals, DocumentNumber, Part, UnitCode

PermitType = Literal["EXPORT", "RE_EXPORT", "IMPORT", "INTRODUCTION_FROM_SEA", "OTHER"]

Office = Annotated[str, Field(pattern=r"^[!-~]{1,17}$", description="code of a customs office")]
Letter = Annotated[str, Field(pattern=r"^[A-Z]$")]


class EndorsedQuantity(Part):
    """What really left of one line; ``item`` is the line's ``sequence``."""

    item: Annotated[int, Field(ge=1, le=99_999)]
    value: Decimals
    unit: UnitCode


class ExportEndorsement(Part):
    """Box 14: the day, the office and what really left, line by line; a line without a quantity did not leave."""

    date: Day
    office: Office | None = None
    quantities: Annotated[tuple[EndorsedQuantity, ...], Field(min_length=1)]


class CitesPermit(Part):
    """What a permit says of all its specimens; special conditions are the licence's ``conditions``.

    ``permit_type`` is the choice of box 1, and ``other_type`` what is written beside "other", such as a pre-Convention
    certificate.
    """

    permit_type: PermitType
    other_type: Annotated[str, Field(min_length=1, max_length=70)] | None = None
    purpose_code: Letter
    security_stamp_number: Annotated[str, Field(min_length=1, max_length=35)] | None = None
    export_endorsement: ExportEndorsement | None = None


class OtherPermit(Part):
    """The permit of the country of origin, or the certificate of the last re-export."""

    country: Country
    number: DocumentNumber | None = None
    date: Day | None = None


class AnnualQuota(Part):
    """Box 11a: what was exported this year, this permit included, and the quota, both in the unit of the line."""

    exported: Decimals
    quota: Decimals | None = None


class Specimen(Part):
    """The species of a line, its CITES appendix (or EU annex), where it comes from; I and O need a second source.

    ``operation_number`` and ``acquisition_date`` are box 12b: the registered operation that bred or propagated it, and
    the day when a specimen from before the convention was acquired.
    """

    scientific_name: Annotated[str, Field(min_length=1, max_length=140)]
    common_name: Annotated[str, Field(min_length=1, max_length=140)] | None = None
    appendix: Annotated[str, Field(pattern=r"^[A-Z]{1,3}$")]
    source_code: Letter
    second_source_code: Letter | None = None
    trade_term: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    annual_quota: AnnualQuota | None = None
    origin_permit: OtherPermit | None = None
    last_re_export: OtherPermit | None = None
    operation_number: Annotated[str, Field(min_length=1, max_length=35)] | None = None
    acquisition_date: Day | None = None

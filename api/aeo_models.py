"""Models of authorised economic operators: acts on entries and agreements, the agreements as they stand, and reliances."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.models import AeoType, Given, IssuerCode, Moment, Office, ReasonCode, Taken, VerdictAnswer
from api.use_models import DeclarationNumber, UseIdText

AeoCode = Annotated[str, Field(min_length=1, max_length=100, description="AEO code; any form of it.")]

# --- taken --------------------------------------------------------------------------------------------------


class AeoBody(Taken):
    """An act of this gateway's administration on an entry that it keeps."""

    action: Annotated[str, Field(pattern="^(grant|suspend|reinstate|revoke|cancel|add-alias|remove-alias)$")]
    code: AeoCode
    type: AeoType | None = None
    alias: AeoCode | None = Field(
        None, description="With `add-alias` and `remove-alias`: another form of the code."
    )
    reason: ReasonCode | None = None
    effective_from: Moment | None = Field(None, description="Since when; now when absent.")


class CoverBody(Taken):
    """That the other party recognises `home`'s AEOs of `type`."""

    home: IssuerCode
    type: AeoType
    benefits_from: Moment
    data_exchange_from: Moment | None = Field(None, description="As `benefitsFrom` when absent.")


class AgreementBody(Taken):
    """A proposal to another administration."""

    partner: IssuerCode
    covers: Annotated[list[CoverBody], Field(min_length=1, max_length=16)]


class AgreementChangeBody(Taken):
    """What becomes of an agreement; `home` and `type` name what is suspended, lifted or terminated."""

    action: Annotated[str, Field(pattern="^(consent|decline|suspend|lift|terminate)$")]
    home: IssuerCode | None = None
    type: AeoType | None = None
    reason: ReasonCode | None = None
    effective_from: Moment | None = Field(None, description="Since when; now when absent.")


class RelianceBody(Taken):
    """A declaration that is to be given the treatment of an AEO."""

    code: AeoCode
    type: AeoType
    office: Office
    declaration: DeclarationNumber
    accepted_at: Moment = Field(description="When customs accepted the declaration; it decides.")
    partner: IssuerCode | None = Field(
        None, description="Who recognises the AEO; this gateway's member when absent."
    )
    home: IssuerCode | None = Field(
        None, description="Who keeps the entry; needed only when several keep one with this code."
    )


# --- given --------------------------------------------------------------------------------------------------


class RecognitionReport(Given):
    """A change of recognition of one type."""

    recognition: str
    reason: str
    effective_from: Moment
    recorded_at: Moment
    member: str


class CoverReport(Given):
    """One direction of one type; `recognition` is the state now."""

    home: str
    partner: str
    type: str
    data_exchange_from: Moment
    benefits_from: Moment
    recognition: str
    changes: list[RecognitionReport]


class AgreementReport(Given):
    """An agreement between two administrations."""

    agreement: int
    proposer: str
    partner: str
    state: Annotated[str, Field(pattern="^(proposed|consented|declined)$")]
    proposed_at: Moment
    consented_at: Moment | None
    covers: list[CoverReport]


class AgreementsAnswer(Given):
    """All agreements, as the journal tells it."""

    agreements: list[AgreementReport]


class RelianceReport(Given):
    """A reliance; when it was not noted, `verdict` says why."""

    noted: bool
    reliance_id: UseIdText | None = Field(
        description="Null when it was not noted, as are `notedAt` and `journalSize`."
    )
    code: str
    home: str
    partner: str
    type: str
    office: str
    declaration: str
    accepted_at: Moment
    noted_at: Moment | None
    journal_size: int | None = Field(description="Entries of the journal that were known then.")
    verdict: VerdictAnswer = Field(description="As it was answered when the reliance was noted.")

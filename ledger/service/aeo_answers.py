"""AEO answers: entries, types, agreements and reliances as the use cases take and give them. Nothing here acts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class AeoAction(StrEnum):
    """Acts of the administration that keeps an entry."""

    GRANT = "grant"
    SUSPEND = "suspend"
    REINSTATE = "reinstate"
    REVOKE = "revoke"
    CANCEL = "cancel"
    ADD_ALIAS = "add-alias"
    REMOVE_ALIAS = "remove-alias"


@dataclass(frozen=True, slots=True)
class AeoRequest:
    """One act on an entry of this gateway's member.

    Args:
        code: the AEO code, any alias. type: such as ``AEOS``; None for aliases.
        alias: another form of the code, for ``ADD_ALIAS`` and ``REMOVE_ALIAS``.
        effective_from: None is now; may be past or future, not before what is in effect. What was said for later is dropped.
    """

    action: AeoAction
    code: str
    type: str | None = None
    alias: str | None = None
    reason: int = 0
    effective_from: datetime | None = None


class AgreementAction(StrEnum):
    """Acts of an administration on agreements."""

    PROPOSE = "propose"
    CONSENT = "consent"
    DECLINE = "decline"
    SUSPEND = "suspend"
    LIFT = "lift"
    TERMINATE = "terminate"


@dataclass(frozen=True, slots=True)
class CoverRequest:
    """That the other party recognises ``home``'s AEOs of ``type``."""

    home: str
    type: str
    benefits_from: datetime
    data_exchange_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class AgreementRequest:
    """One act on an agreement; ``partner`` and ``covers`` to propose, ``agreement`` (its number) for the others."""

    action: AgreementAction
    agreement: int | None = None
    partner: str | None = None
    covers: tuple[CoverRequest, ...] = ()
    home: str | None = None
    type: str | None = None
    reason: int = 0
    effective_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecognitionLine:
    """A change of recognition of one type: in force, suspended or terminated from ``effective_from`` on."""

    recognition: str
    reason: str
    effective_from: datetime
    recorded_at: datetime
    member: str


@dataclass(frozen=True, slots=True)
class CoverAnswer:
    """One direction of one type under an agreement; ``recognition`` is the state now."""

    home: str
    partner: str
    type: str
    data_exchange_from: datetime
    benefits_from: datetime
    recognition: str
    changes: tuple[RecognitionLine, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreementAnswer:
    """An agreement; ``state`` is ``proposed``, ``consented`` or ``declined``."""

    agreement: int
    proposer: str
    partner: str
    state: str
    proposed_at: datetime
    consented_at: datetime | None
    covers: tuple[CoverAnswer, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class RelianceRequest:
    """That a declaration is to be given the treatment of an AEO.

    Args:
        code: the AEO code as declared, any form of it. type: such as ``AEOS``.
        office: code of the customs office. declaration: its number as lodged; it never leaves this gateway.
        accepted_at: when customs accepted the declaration, aware; it decides.
        partner: who recognises the AEO; None is this gateway's member.
        home: the administration that keeps the entry; None is the only one that keeps one with this code.
    """

    code: str
    type: str
    office: str
    declaration: str
    accepted_at: datetime
    partner: str | None = None
    home: str | None = None


@dataclass(frozen=True, slots=True)
class RelianceAnswer:
    """A reliance, and the verdict on which it was noted or not.

    Args:
        noted: False when the verdict does not allow it; then it says why.
        reliance_id: 32 hexadecimal digits. noted_at, journal_size: when, and how many entries were known. None when not noted.
        home: the administration that keeps the entry, or that was asked about.
        verdict: as JSON values, as it was answered when this was noted.
    """

    noted: bool
    reliance_id: str | None
    code: str
    home: str
    partner: str
    type: str
    office: str
    declaration: str
    accepted_at: datetime
    noted_at: datetime | None
    journal_size: int | None
    verdict: Mapping[str, Any]

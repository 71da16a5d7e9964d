"""Acts: what an entry of the journal can say, one value for each type of ``docs/spec/journal.md`` section 4.

Member codes are text, addresses 20 bytes, digests 32 bytes, times whole seconds. How acts
are spelt in bytes is not known here: see ``entries``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from ledger.core.aeo_acts import (
    AgreementConsented,
    AgreementDeclined,
    AgreementProposed,
    AliasAdded,
    AliasRemoved,
    RecognitionChanged,
    TypeChanged,
    TypeGranted,
)
from ledger.core.use_acts import (
    ExportEndorsed,
    LineAuthorised,
    LineGranted,
    LineReturned,
    TermsSet,
    UseConsumed,
    UseCorrected,
    UseEntered,
    UsePlace,
    UseReleased,
    UseReserved,
)

__all__ = [
    "Act",
    "AgreementConsented",
    "AgreementDeclined",
    "AgreementProposed",
    "AliasAdded",
    "AliasRemoved",
    "ControllerChanged",
    "EntryType",
    "Executed",
    "ExportEndorsed",
    "KeyCompromised",
    "KeyRegistered",
    "KeyRetired",
    "LineAuthorised",
    "LineGranted",
    "LineReturned",
    "MemberAdmitted",
    "MemberLeft",
    "MemberReinstated",
    "MemberSuspended",
    "OperatorAdded",
    "OperatorRemoved",
    "Proposed",
    "RecognitionChanged",
    "RecordAnchored",
    "RecordConfirmed",
    "RecordLinked",
    "RecordReplaced",
    "RegistryAdmitted",
    "RegistryRetired",
    "RolesChanged",
    "StatusChanged",
    "TermsSet",
    "TypeChanged",
    "TypeGranted",
    "UseConsumed",
    "UseCorrected",
    "UseEntered",
    "UsePlace",
    "UseReleased",
    "UseReserved",
    "Voted",
]


class EntryType(IntEnum):
    """Type numbers, section 4 of the specification. They never change meaning."""

    MEMBER_ADMITTED = 0x01
    ROLES_CHANGED = 0x02
    MEMBER_SUSPENDED = 0x03
    MEMBER_REINSTATED = 0x04
    MEMBER_LEFT = 0x05
    CONTROLLER_CHANGED = 0x06
    OPERATOR_ADDED = 0x07
    OPERATOR_REMOVED = 0x08
    KEY_REGISTERED = 0x09
    KEY_RETIRED = 0x0A
    KEY_COMPROMISED = 0x0B
    PROPOSED = 0x0C
    VOTED = 0x0D
    EXECUTED = 0x0E
    REGISTRY_ADMITTED = 0x0F
    REGISTRY_RETIRED = 0x10
    RECORD_ANCHORED = 0x20
    STATUS_CHANGED = 0x21
    RECORD_REPLACED = 0x22
    RECORD_LINKED = 0x23
    RECORD_CONFIRMED = 0x24
    TERMS_SET = 0x30
    LINE_AUTHORISED = 0x31
    LINE_GRANTED = 0x32
    LINE_RETURNED = 0x33
    USE_RESERVED = 0x34
    USE_CONSUMED = 0x35
    USE_RELEASED = 0x36
    USE_CORRECTED = 0x37
    USE_ENTERED = 0x38
    EXPORT_ENDORSED = 0x39
    TYPE_GRANTED = 0x40
    TYPE_CHANGED = 0x41
    ALIAS_ADDED = 0x42
    ALIAS_REMOVED = 0x43
    AGREEMENT_PROPOSED = 0x44
    AGREEMENT_CONSENTED = 0x45
    AGREEMENT_DECLINED = 0x46
    RECOGNITION_CHANGED = 0x47


@dataclass(frozen=True, slots=True)
class MemberAdmitted:
    """``economy`` is ISO 3166-1 alpha-2, ``roles`` a set of bits, ``controller`` 20 bytes."""

    subject: str
    economy: str
    roles: int
    controller: bytes


@dataclass(frozen=True, slots=True)
class RolesChanged:
    """The member's whole new set of roles."""

    subject: str
    roles: int


@dataclass(frozen=True, slots=True)
class MemberSuspended:
    """``reason`` is the number of a reason code."""

    subject: str
    reason: int


@dataclass(frozen=True, slots=True)
class MemberReinstated:
    """``reason`` is the number of a reason code."""

    subject: str
    reason: int


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """Left or was expelled, for good."""

    subject: str
    reason: int


@dataclass(frozen=True, slots=True)
class ControllerChanged:
    """``controller`` is 20 bytes."""

    subject: str
    controller: bytes


@dataclass(frozen=True, slots=True)
class OperatorAdded:
    """``account`` is 20 bytes."""

    subject: str
    account: bytes


@dataclass(frozen=True, slots=True)
class OperatorRemoved:
    """``account`` is 20 bytes."""

    subject: str
    account: bytes


@dataclass(frozen=True, slots=True)
class KeyRegistered:
    """``key`` is the JWK thumbprint (32 bytes), ``public_key`` the raw bytes; times in seconds."""

    key: bytes
    algorithm: int
    effective_from: int
    public_key: bytes


@dataclass(frozen=True, slots=True)
class KeyRetired:
    """From ``retired_at`` (seconds) on nothing new may be sealed with ``key``; ``reason`` is a CRLReason, 0 for none."""

    key: bytes
    retired_at: int
    reason: int


@dataclass(frozen=True, slots=True)
class KeyCompromised:
    """``key`` may have been in other hands since ``compromised_since`` (seconds)."""

    key: bytes
    compromised_since: int


@dataclass(frozen=True, slots=True)
class Proposed:
    """``call`` is the ABI call that the consortium makes to itself when the proposal is executed."""

    proposal: int
    expires_at: int
    call: bytes


@dataclass(frozen=True, slots=True)
class Voted:
    """An approval given or withdrawn."""

    proposal: int
    approves: bool


@dataclass(frozen=True, slots=True)
class Executed:
    """The proposal's act was carried out."""

    proposal: int


@dataclass(frozen=True, slots=True)
class RegistryAdmitted:
    """``registry`` is 20 bytes; ``kind`` 1 origin, 2 licences, 3 AEO."""

    registry: bytes
    kind: int


@dataclass(frozen=True, slots=True)
class RegistryRetired:
    """The registry may not append any more."""

    registry: bytes
    kind: int


@dataclass(frozen=True, slots=True)
class RecordAnchored:
    """Digests are 32 bytes; ``use_policy`` is its kind in the high byte and n in the low one."""

    document_type: int
    use_policy: int
    key: bytes
    tag: bytes
    document_id: bytes


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """``status`` 1 valid, 2 suspended, 3 revoked, 4 cancelled, 5 replaced; ``effective_from`` in seconds."""

    tag: bytes
    status: int
    reason: int
    effective_from: int


@dataclass(frozen=True, slots=True)
class RecordReplaced:
    """``successor`` is the number tag of the record that takes this one's place."""

    tag: bytes
    successor: bytes
    reason: int


@dataclass(frozen=True, slots=True)
class RecordLinked:
    """``relation`` 1 certified true copy, 2 back-to-back, 3 extract of the parent."""

    tag: bytes
    relation: int
    parent_member: str
    parent_tag: bytes


@dataclass(frozen=True, slots=True)
class RecordConfirmed:
    """The issuer says that it anchored this record itself, whoever else had the key."""

    tag: bytes


Act = (
    MemberAdmitted
    | RolesChanged
    | MemberSuspended
    | MemberReinstated
    | MemberLeft
    | ControllerChanged
    | OperatorAdded
    | OperatorRemoved
    | KeyRegistered
    | KeyRetired
    | KeyCompromised
    | Proposed
    | Voted
    | Executed
    | RegistryAdmitted
    | RegistryRetired
    | RecordAnchored
    | StatusChanged
    | RecordReplaced
    | RecordLinked
    | RecordConfirmed
    | TermsSet
    | LineAuthorised
    | LineGranted
    | LineReturned
    | UseReserved
    | UseConsumed
    | UseReleased
    | UseCorrected
    | UseEntered
    | ExportEndorsed
    | TypeGranted
    | TypeChanged
    | AliasAdded
    | AliasRemoved
    | AgreementProposed
    | AgreementConsented
    | AgreementDeclined
    | RecognitionChanged
)

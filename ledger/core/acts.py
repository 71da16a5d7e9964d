"""Acts: what an entry of the journal can say, one value for each type of ``docs/spec/journal.md`` section 4.

Member codes are text, addresses 20 bytes, digests 32 bytes, times whole seconds. How acts
are spelt in bytes is not known here: see ``entries``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


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
    """From ``retired_at`` (seconds) on nothing new may be sealed with ``key``."""

    key: bytes
    retired_at: int


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
)

"""Calls: the acts that a consortium decides by vote, as the ABI calls that proposals carry.

The one rule: a call is compared, byte for byte, with the only spelling that the contract accepts, never parsed
leniently. Only the eight functions that ``contracts/interfaces/IConsortium.sol`` marks as by vote are known.
"""

from __future__ import annotations

from typing import Final

from ledger.core.acts import (
    Act,
    ControllerChanged,
    MemberAdmitted,
    MemberLeft,
    MemberReinstated,
    MemberSuspended,
    RegistryAdmitted,
    RegistryRetired,
    RolesChanged,
)
from ledger.core.entries import code_bytes

SIGNATURES: Final = {
    "admitMember(bytes32,bytes2,uint32,address)": bytes.fromhex("54e77e6d"),
    "setRoles(bytes32,uint32)": bytes.fromhex("3baf01bb"),
    "suspendMember(bytes32,uint16)": bytes.fromhex("e8557d9c"),
    "reinstateMember(bytes32,uint16)": bytes.fromhex("d66fc4d0"),
    "expelMember(bytes32,uint16)": bytes.fromhex("a481a398"),
    "replaceController(bytes32,address)": bytes.fromhex("3b8be830"),
    "admitRegistry(address,uint8)": bytes.fromhex("99894b2c"),
    "retireRegistry(address)": bytes.fromhex("58137f94"),
}
"""Selector (first four bytes of the Keccak-256) of each function that is decided by vote."""

_LENGTHS: Final = {
    selector: 4 + 32 * (signature.count(",") + 1) for signature, selector in SIGNATURES.items()
}
(_ADMIT, _ROLES, _SUSPEND, _REINSTATE, _EXPEL, _CONTROLLER, _ADMIT_REGISTRY, _RETIRE_REGISTRY) = (
    SIGNATURES.values()
)


def is_decided_by_vote(call: bytes) -> bool:
    """Return whether the contract takes ``call`` as a proposal's act."""
    return _LENGTHS.get(call[:4]) == len(call)


def call_of(act: Act) -> bytes | None:
    """Return the call whose entry ``act`` is, or None for an act that no vote decides."""
    match act:
        case MemberAdmitted(subject, economy, roles, controller):
            country = economy.encode("ascii").ljust(32, b"\0")
            return _ADMIT + code_bytes(subject) + country + _number(roles) + _address(controller)
        case RolesChanged(subject, roles):
            return _ROLES + code_bytes(subject) + _number(roles)
        case MemberSuspended(subject, reason):
            return _SUSPEND + code_bytes(subject) + _number(reason)
        case MemberReinstated(subject, reason):
            return _REINSTATE + code_bytes(subject) + _number(reason)
        case MemberLeft(subject, reason):
            return _EXPEL + code_bytes(subject) + _number(reason)
        case ControllerChanged(subject, controller):
            return _CONTROLLER + code_bytes(subject) + _address(controller)
        case RegistryAdmitted(registry, kind):
            return _ADMIT_REGISTRY + _address(registry) + _number(kind)
        case RegistryRetired(registry, _):
            return _RETIRE_REGISTRY + _address(registry)
        case _:
            return None


def _number(value: int) -> bytes:
    return value.to_bytes(32, "big")


def _address(address: bytes) -> bytes:
    return address.rjust(32, b"\0")

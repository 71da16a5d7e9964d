"""Callers: who may write to a registry, as the consortium answers the registries.

The one rule: every question is about the entry's own time, for members and keys are as the entries before it left them. The
rules are those of ``Members`` and ``DocumentKeys`` in ``contracts/``, said once more; an entry that breaks one stops the fold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ledger.core.contradiction import contradict
from ledger.core.entries import Entry
from ledger.core.members import ROLE_FOR_DOCUMENT_TYPE, MemberState, RegistryState, Role, Standing

KIND_NAMES: Final = {1: "origin", 2: "licences", 3: "AEO"}
_KIND_OF_ROLE: Final = {
    Role.NON_PREFERENTIAL_ORIGIN: 1,
    Role.PREFERENTIAL_ORIGIN: 1,
    Role.LICENCES: 2,
    Role.ADMINISTRATION: 3,
}

Members = Mapping[str, MemberState]


def require_registry(registries: Mapping[bytes, RegistryState], entry: Entry) -> RegistryState:
    """Return the registry that appended the entry; refuse one that was not admitted, or retired."""
    registry = registries.get(entry.contract)
    if registry is None:
        contradict(entry, f"author is {entry.contract.hex()}, which was not admitted")
    if registry.retired_at is not None:
        contradict(entry, f"registry {entry.contract.hex()} was retired at {registry.retired_at}")
    return registry


def require_member(members: Members, entry: Entry, code: str) -> MemberState:
    """Return a member; refuse one that was never admitted, or has left."""
    member = members.get(code)
    if member is None:
        contradict(entry, f"{code} is not a member")
    if member.standing is Standing.LEFT:
        contradict(entry, f"{code} has left")
    return member


def require_operator(members: Members, entry: Entry) -> MemberState:
    """Return the acting member; refuse an account that is not one of its operators."""
    member = require_member(members, entry, entry.member)
    if entry.operator not in member.operators:
        contradict(entry, f"account {entry.operator.hex()} is not an operator of {member.code}")
    return member


def require_active(members: Members, entry: Entry, role: Role | None = None) -> MemberState:
    """Return the acting member as ``require_operator`` does; refuse one that is suspended, or lacks the role."""
    member = require_operator(members, entry)
    if member.standing is not Standing.ACTIVE:
        contradict(entry, f"member {member.code} is {member.standing}, expected active")
    if role is not None and not member.roles & role:
        contradict(entry, f"roles of {member.code} are {member.roles}, expected {role:d} among them")
    return member


def role_for(entry: Entry, kind: int, document_type: int) -> Role:
    """Return the role that anchoring a document takes; refuse a type that registries of this kind do not take."""
    role = ROLE_FOR_DOCUMENT_TYPE.get(document_type)
    if role is None or _KIND_OF_ROLE[role] != kind:
        contradict(entry, f"document type is {document_type}, which no registry of {KIND_NAMES[kind]} takes")
    return role


def require_issuer(members: Members, entry: Entry, role: Role, key: bytes) -> None:
    """Refuse a record that the acting member could not have anchored with this key at the entry's time."""
    known = require_active(members, entry, role).keys.get(key)
    if known is None:
        contradict(entry, f"key {key.hex()} is not one of {entry.member}")
    if known.compromised_since is not None:
        contradict(entry, f"key {key.hex()} was reported compromised")
    if known.retired_by(entry.time):
        contradict(entry, f"key {key.hex()} was retired at {known.retired_at}")

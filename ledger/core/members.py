"""Members: what the journal says of one member, its keys and the proposals, as values that the fold fills.

Times are whole seconds since 1970 as in the entries; both ends of what holds "from" a time are included. Keys are
judged here only for being what they are called: see ``verify`` for what a document signed with one is worth.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from ledger.core import jose


class Standing(StrEnum):
    """Where a member stands; ``LEFT`` is for good."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


class Role(IntEnum):
    """Bits of a member's roles, section 4 of the journal's specification."""

    ADMINISTRATION = 1
    NON_PREFERENTIAL_ORIGIN = 2
    PREFERENTIAL_ORIGIN = 4
    LICENCES = 8
    CUSTOMS = 16

    @property
    def words(self) -> str:
        """Return how people write it, such as ``non-preferential-origin``."""
        return self.name.lower().replace("_", "-")


def role_names(roles: int) -> list[str]:
    """Return a set of roles in words."""
    return [role.words for role in Role if roles & role]


class RetirementReason(IntEnum):
    """Why a document key was retired: a CRLReason of RFC 5280 section 5.3.1, those that fit an end in good order.

    ``keyCompromise`` is not one of them: a key that others may have used is reported.
    """

    AFFILIATION_CHANGED = 3
    SUPERSEDED = 4
    CESSATION_OF_OPERATION = 5
    PRIVILEGE_WITHDRAWN = 9

    @property
    def words(self) -> str:
        """Return how people write it, such as ``cessation-of-operation``."""
        return self.name.lower().replace("_", "-")


_RETIREMENT_WORDS = {int(reason): reason.words for reason in RetirementReason}


def retirement_reason(number: int) -> str:
    """Return the reason of a retirement in words; unknown numbers keep their number, 0 (none was given) is empty."""
    return _RETIREMENT_WORDS.get(number, str(number) if number else "")


ROLE_FOR_DOCUMENT_TYPE = {
    861: Role.NON_PREFERENTIAL_ORIGIN,
    862: Role.PREFERENTIAL_ORIGIN,
    864: Role.PREFERENTIAL_ORIGIN,
    865: Role.PREFERENTIAL_ORIGIN,
    954: Role.PREFERENTIAL_ORIGIN,
    626: Role.LICENCES,
    628: Role.LICENCES,
    811: Role.LICENCES,
    911: Role.LICENCES,
    966: Role.LICENCES,
    879: Role.ADMINISTRATION,
}
"""Role that a member needs to anchor documents of a UNTDID 1001 type."""


@dataclass(slots=True)
class KeyState:
    """A document key of a member.

    Args:
        key: JWK thumbprint, 32 bytes.
        public_key: raw bytes as on the chain.
        compromised_since: since when it may have been in other hands; ``reported_at`` is when that was said, by the last report.
        trusted: the thumbprint is that of the public key, and the key is one that signatures can be checked with.
        retirement_reason: number as in the entry that ``retired_at`` comes from; 0 when none was given.
    """

    key: bytes
    algorithm: int
    public_key: bytes
    notified_at: int
    effective_from: int
    trusted: bool
    retired_at: int | None = None
    compromised_since: int | None = None
    reported_at: int | None = None
    retirement_reason: int = 0

    @property
    def why_retired(self) -> str:
        """Return the reason of its retirement as it ends a sentence, such as `` (superseded)``; empty without one."""
        words = retirement_reason(self.retirement_reason).replace("-", " ")
        return f" ({'reason ' if words.isdigit() else ''}{words})" if words else ""

    def retired_by(self, time: int) -> bool:
        """Return whether nothing new could be sealed with the key at ``time``."""
        return self.retired_at is not None and self.retired_at <= time


@dataclass(frozen=True, slots=True)
class Span:
    """Roles and standing from ``time`` on, by the entry at ``index``, until the next span."""

    time: int
    index: int
    roles: int
    standing: Standing


@dataclass(slots=True)
class MemberState:
    """A member as the journal leaves it; ``spans`` has its past, oldest first.

    Args:
        controller: the account that manages its operators and keys, 20 bytes.
        operators: accounts that anchor for it, 20 bytes each.
    """

    code: str
    economy: str
    roles: int
    standing: Standing
    controller: bytes
    operators: set[bytes] = field(default_factory=set)
    keys: dict[bytes, KeyState] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)

    @property
    def administers(self) -> bool:
        """Whether it has a vote now."""
        return self.standing is Standing.ACTIVE and bool(self.roles & Role.ADMINISTRATION)

    def span_at(self, time: int, index: int | None = None) -> Span | None:
        """Return the span in force at ``time``, or None when it was not a member yet.

        Args:
            index: where given, entries from there on are not counted, for acts within one second.
        """
        for span in reversed(self.spans):
            if span.time <= time and (index is None or span.index < index):
                return span
        return None

    def roles_at(self, time: int, index: int | None = None) -> int:
        """Return the roles at ``time``; none when it was not a member yet."""
        span = self.span_at(time, index)
        return 0 if span is None else span.roles

    def standing_at(self, time: int, index: int | None = None) -> Standing | None:
        """Return the standing at ``time``, or None when it was not a member yet."""
        span = self.span_at(time, index)
        return None if span is None else span.standing


@dataclass(slots=True)
class ProposalState:
    """A proposal; ``approvals`` are codes of members, whether or not they still have a vote."""

    number: int
    proposer: str
    call: bytes
    expires_at: int
    approvals: set[str]
    proposed_at: int
    executed: bool = False


@dataclass(slots=True)
class RegistryState:
    """A registry: kind 1 origin, 2 licences, 3 AEO; a retired one may not append any more."""

    address: bytes
    kind: int
    admitted_at: int
    retired_at: int | None = None


def is_trusted(key: bytes, algorithm: int, raw: bytes) -> bool:
    """Return whether ``raw`` is a usable public key of ``algorithm`` and ``key`` its thumbprint (RFC 7638)."""
    try:
        return jose.thumbprint(jose.public_key(algorithm, raw)) == key
    except jose.MalformedKey:
        return False

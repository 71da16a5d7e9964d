"""Governance: consortium acts by name, and members and proposals as people read them.

Arguments are checked here completely before anything is stored; what the rules forbid, the contract says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ledger.chain.acts import call, words
from ledger.core import jose
from ledger.core.members import RetirementReason, retirement_reason, role_names
from ledger.core.problems import Problem
from ledger.core.state import Consortium, KeyState, MemberState, Role
from ledger.errors import Rejected
from ledger.service.reading import moment

if TYPE_CHECKING:
    from ledger.keys.signer import Signer

_PROPOSAL_DAYS = 30
_ROLE_NAMES = {role.words: role for role in Role}
_RETIREMENT_REASONS = {reason.words: reason for reason in RetirementReason}
_Arguments = Mapping[str, object]

# name of the act -> (function of the contract, its arguments)
_BY_VOTE: dict[str, tuple[str, tuple[str, ...]]] = {
    "propose-admit-member": ("admitMember", ("code", "economy", "roles", "controller")),
    "propose-set-roles": ("setRoles", ("code", "roles")),
    "propose-suspend-member": ("suspendMember", ("code", "reason")),
    "propose-reinstate-member": ("reinstateMember", ("code", "reason")),
    "propose-expel-member": ("expelMember", ("code", "reason")),
    "propose-replace-controller": ("replaceController", ("code", "controller")),
    "propose-admit-registry": ("admitRegistry", ("registry", "kind")),
    "propose-retire-registry": ("retireRegistry", ("registry",)),
}
_BY_CONTROLLER: dict[str, tuple[str, tuple[str, ...]]] = {
    "vote": ("vote", ("proposal", "approves")),
    "execute": ("execute", ("proposal",)),
    "set-controller": ("setController", ("controller",)),
    "add-operator": ("addOperator", ("operator",)),
    "remove-operator": ("removeOperator", ("operator",)),
    "retire-key": ("retireKey", ("key", "retired_at", "retirement_reason")),
    "report-compromise": ("reportCompromise", ("key", "compromised_since")),
    "leave": ("resign", ()),
}
ACTS = (*_BY_VOTE, *_BY_CONTROLLER, "register-key")


def calldata(
    name: str, member: str, arguments: _Arguments, *, now: datetime, own_signer: Callable[[], Signer | None]
) -> bytes:
    """Return the call of the consortium that carries out the act ``name`` for ``member``.

    Args:
        own_signer: the gateway's document signer, for ``register-key`` without a key of its own.

    Raises:
        Rejected: unknown name, or arguments that are missing or malformed; all of them.
    """
    reader = _Reader(arguments)
    if name in _BY_VOTE:
        function, names = _BY_VOTE[name]
        values = [reader.read(one) for one in names]
        expires_at = reader.time("expires_at", int((now + timedelta(days=_PROPOSAL_DAYS)).timestamp()))
        reader.finish()
        return call("Consortium", "propose", member, call("Consortium", function, *values), expires_at)
    if name in _BY_CONTROLLER:
        function, names = _BY_CONTROLLER[name]
        values = [reader.read(one) for one in names]
        reader.finish()
        return call("Consortium", function, member, *values)
    if name == "register-key":
        public = arguments.get("public_key")
        if public is None:
            signer = own_signer()
            public = None if signer is None else signer.public_key
        if not isinstance(public, jose.PublicKey):
            reader.problems.append(Problem("public_key", "", "a public key", code="KEY_MISSING"))
        effective_from = reader.time("effective_from", 0)
        reader.finish()
        assert isinstance(public, jose.PublicKey)
        return call(
            "Consortium",
            "registerKey",
            member,
            jose.thumbprint(public),
            int(public.algorithm),
            public.raw,
            effective_from,
        )
    raise Rejected([Problem("act", name, f"one of {', '.join(ACTS)}", code="ACT_UNKNOWN")])


class _Reader:
    """Reads the arguments of one act into values of the contract's types; ``finish`` raises what was wrong."""

    def __init__(self, given: _Arguments) -> None:
        self._given = given
        self.problems: list[Problem] = []

    def finish(self) -> None:
        if self.problems:
            raise Rejected(self.problems)

    def read(self, name: str) -> Any:
        if name in ("retired_at", "compromised_since"):
            return self.time(name, 0 if name == "retired_at" else None)
        if name in ("reason", "retirement_reason") and self._given.get(name) is None:
            return 0
        value = self._given.get(name)
        wanted, right = _EXPECTED[name]
        if value is None or not right(value):
            self.problems.append(
                Problem(name, "" if value is None else str(value)[:80], wanted, code="ARGUMENT_INVALID")
            )
            return None
        if name == "roles":
            assert isinstance(value, (list, tuple))
            return sum({_ROLE_NAMES[role] for role in value})
        if name == "retirement_reason":
            return int(_RETIREMENT_REASONS[str(value)])
        if name in ("controller", "operator", "registry"):
            assert isinstance(value, bytes)
            return "0x" + value.hex()
        return value

    def time(self, name: str, default: int | None) -> int:
        value = self._given.get(name)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return int(value.timestamp())
        if value is None and default is not None:
            return default
        self.problems.append(
            Problem(name, str(value or "")[:80], "a time with its offset", code="ARGUMENT_INVALID")
        )
        return 0


def _is_code(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and 2 <= len(value) <= 32


def _is_address(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == 20


def _is_number(most: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


_EXPECTED: dict[str, tuple[str, Callable[[object], bool]]] = {
    "code": ("a member code such as VN-VCCI", _is_code),
    "economy": (
        "an ISO 3166-1 alpha-2 code",
        lambda value: isinstance(value, str) and len(value) == 2 and value.isascii(),
    ),
    "roles": (
        f"some of {', '.join(_ROLE_NAMES)}",
        lambda value: isinstance(value, (list, tuple)) and all(role in _ROLE_NAMES for role in value),
    ),
    "controller": ("an address", _is_address),
    "operator": ("an address", _is_address),
    "registry": ("an address", _is_address),
    "kind": ("1 origin, 2 licences or 3 AEO", lambda value: value in (1, 2, 3)),
    "reason": ("the number of a reason code", _is_number(2**16 - 1)),
    "retirement_reason": (
        f"one of {', '.join(_RETIREMENT_REASONS)}",
        lambda value: isinstance(value, str) and value in _RETIREMENT_REASONS,
    ),
    "proposal": ("the number of a proposal", _is_number(2**256 - 1)),
    "approves": ("true or false", lambda value: isinstance(value, bool)),
    "key": ("a thumbprint of 32 bytes", lambda value: isinstance(value, bytes) and len(value) == 32),
}


def describe_members(consortium: Consortium) -> list[dict[str, object]]:
    """Return all members for people, by code."""
    return [_member(member) for _, member in sorted(consortium.members.items())]


def describe_proposals(consortium: Consortium) -> list[dict[str, object]]:
    """Return all proposals for people, by number."""
    administrations = consortium.administrations
    return [
        {
            "proposal": number,
            "act": words(one.call),
            "proposer": one.proposer,
            "proposed_at": moment(one.proposed_at),
            "expires_at": moment(one.expires_at),
            "approvals": sorted(one.approvals),
            "counting": f"{len(one.approvals & administrations)} of {len(administrations)}",
            "executed": one.executed,
        }
        for number, one in sorted(consortium.proposals.items())
    ]


def _member(member: MemberState) -> dict[str, object]:
    return {
        "code": member.code,
        "economy": member.economy,
        "roles": role_names(member.roles),
        "standing": member.standing.value,
        "controller": member.controller,
        "operators": sorted(member.operators),
        "keys": [_key(key) for key in sorted(member.keys.values(), key=lambda key: key.notified_at)],
    }


def _key(key: KeyState) -> dict[str, object]:
    return {
        "key": key.key,
        "algorithm": jose.Algorithm(key.algorithm).header_name,
        "notified_at": moment(key.notified_at),
        "effective_from": moment(key.effective_from),
        "retired_at": None if key.retired_at is None else moment(key.retired_at),
        "retirement_reason": retirement_reason(key.retirement_reason) or None,
        "compromised_since": None if key.compromised_since is None else moment(key.compromised_since),
        "trusted": key.trusted,
    }

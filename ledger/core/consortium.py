"""Consortium: the fold of the entries about members, keys, registries and votes.

The one rule: an entry that the contract could not have written in the state before it stops the fold, because from
there on nobody can claim to know anything. The rules are those of ``Consortium``, ``Members`` and ``DocumentKeys`` in
``contracts/``, said once more and independently of them. Records are not known here: see ``state``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from ledger.core.acts import (
    ControllerChanged,
    EntryType,
    Executed,
    KeyCompromised,
    KeyRegistered,
    KeyRetired,
    MemberAdmitted,
    MemberLeft,
    MemberReinstated,
    MemberSuspended,
    OperatorAdded,
    OperatorRemoved,
    Proposed,
    RegistryAdmitted,
    RegistryRetired,
    RolesChanged,
    Voted,
)
from ledger.core.callers import require_member
from ledger.core.calls import call_of, is_decided_by_vote
from ledger.core.contradiction import contradict
from ledger.core.entries import Entry, code_bytes
from ledger.core.members import (
    KeyState,
    MemberState,
    ProposalState,
    RegistryState,
    Role,
    Span,
    Standing,
    is_trusted,
)

LONGEST_WAIT: Final = 90 * 86_400
SEATS: Final = 256
_CODE: Final = re.compile(r"[A-Z0-9-]{2,32}")
_NOBODY: Final = bytes(20)
_LAST_TIME: Final = 2**40 - 1
_ONLY_BY_VOTE: Final = frozenset(
    {
        EntryType.ROLES_CHANGED,
        EntryType.MEMBER_SUSPENDED,
        EntryType.MEMBER_REINSTATED,
        EntryType.REGISTRY_ADMITTED,
        EntryType.REGISTRY_RETIRED,
    }
)


class Consortium:
    """Members, keys, registries and votes: the fold of the governance entries.

    Changed in place by ``fold``; after ``JournalContradiction`` it must not be used any more.
    """

    def __init__(self) -> None:
        self.address: bytes | None = None
        self.members: dict[str, MemberState] = {}
        self.registries: dict[bytes, RegistryState] = {}
        self.proposals: dict[int, ProposalState] = {}
        self._seated: set[str] = set()
        self._founding: Entry | None = None
        self._founded = False
        self._due: tuple[Entry, bytes] | None = None

    @property
    def administrations(self) -> frozenset[str]:
        """Codes of the members that have a vote now."""
        return frozenset(code for code in self._seated if self.members[code].administers)

    @property
    def awaits_act(self) -> bool:
        """Whether a proposal was executed and the entry of its act must come next."""
        return self._due is not None

    def fold(self, entry: Entry) -> None:
        """Take in the next governance entry.

        Raises:
            JournalContradiction: it was impossible.
        """
        if self.address is None:
            self.address = entry.contract
        if entry.contract != self.address:
            contradict(
                entry, f"author is {entry.contract.hex()}, expected the consortium {self.address.hex()}"
            )
        carry_out = _CARRIED_OUT.get(entry.type)
        if carry_out is None:
            contradict(entry, f"{entry.type.name} is not an act of the consortium")
        if self._due is not None:
            self._require_due(entry)
        elif entry.type is EntryType.MEMBER_ADMITTED:
            self._require_founder(entry)
        else:
            self._end_founding(entry)
            if entry.type in _ONLY_BY_VOTE:
                contradict(entry, f"{entry.type.name} does not follow the execution of a proposal")
            self._require_controller(entry)
            self._require_own_end(entry)
        carry_out(self, entry, entry.act)

    # --- who may act ---------------------------------------------------------------------------------------------

    def _require_due(self, entry: Entry) -> None:
        assert self._due is not None
        executed, call = self._due
        same = (executed.member, executed.operator, executed.time) == (
            entry.member,
            entry.operator,
            entry.time,
        )
        if not same or call_of(entry.act) != call:
            contradict(entry, f"{entry.type.name} is not the act of the proposal executed before it")
        self._due = None

    def _require_founder(self, entry: Entry) -> None:
        first = self._founding
        if self._founded:
            contradict(entry, "MEMBER_ADMITTED does not follow the execution of a proposal")
        if first is None:
            self._founding = first = entry
        if (first.operator, first.time) != (entry.operator, entry.time):
            contradict(entry, "founding members are not admitted by one account in one second")
        if entry.subject != code_bytes(entry.member):
            contradict(entry, f"founding member is admitted by {entry.member}, expected by itself")

    def _end_founding(self, entry: Entry) -> None:
        if not self._founded and not self.administrations:
            contradict(entry, "the consortium was founded without an administration")
        self._founded = True

    def _require_controller(self, entry: Entry) -> MemberState:
        member = require_member(self.members, entry, entry.member)
        if member.controller != entry.operator:
            contradict(entry, f"account {entry.operator.hex()} is not the controller of {member.code}")
        return member

    def _require_administration(self, entry: Entry) -> None:
        if not self.members[entry.member].administers:
            contradict(entry, f"{entry.member} is not an active administration")

    def _require_own(self, entry: Entry, subject: str) -> MemberState:
        if subject != entry.member:
            contradict(entry, f"{entry.member} acts on {subject}, expected on itself")
        return self.members[subject]

    def _require_own_end(self, entry: Entry) -> None:
        """Refuse a change of controller or an end, outside of a vote, that is not the member's own."""
        act = entry.act
        if isinstance(act, ControllerChanged | MemberLeft):
            self._require_own(entry, act.subject)
            if isinstance(act, MemberLeft) and act.reason:
                contradict(entry, f"{act.subject} resigns with reason {act.reason}, expected 0")

    def _require_not_last(self, entry: Entry, code: str) -> None:
        if self.administrations == {code}:
            contradict(entry, f"{code} is the last active administration")

    def _require_key(self, entry: Entry, key: bytes) -> KeyState:
        known = self.members[entry.member].keys.get(key)
        if known is None:
            contradict(entry, f"key {key.hex()} is not one of {entry.member}")
        return known

    def _require_open(self, entry: Entry, number: int) -> ProposalState:
        proposal = self.proposals.get(number)
        if proposal is None:
            contradict(entry, f"there is no proposal {number}")
        if proposal.executed:
            contradict(entry, f"proposal {number} was executed before")
        if entry.time >= proposal.expires_at:
            contradict(entry, f"proposal {number} expired at {proposal.expires_at}")
        return proposal

    # --- what acts do --------------------------------------------------------------------------------------------

    def _admit_member(self, entry: Entry, act: MemberAdmitted) -> None:
        if not _CODE.fullmatch(act.subject):
            contradict(entry, f"code is {act.subject!r}, expected 2 to 32 of A-Z, 0-9 and -")
        if act.subject in self.members:
            contradict(entry, f"{act.subject} was admitted before")
        if act.controller == _NOBODY:
            contradict(entry, f"{act.subject} has no controller")
        member = MemberState(act.subject, act.economy, act.roles, Standing.ACTIVE, act.controller)
        self.members[act.subject] = member
        self._settle(entry, member)

    def _settle(self, entry: Entry, member: MemberState) -> None:
        """Note a change of roles or standing."""
        member.spans.append(Span(entry.time, entry.index, member.roles, member.standing))
        if member.roles & Role.ADMINISTRATION:
            self._seated.add(member.code)
            if len(self._seated) > SEATS:
                contradict(entry, f"{member.code} would have seat {len(self._seated)} of {SEATS}")

    def _change_roles(self, entry: Entry, act: RolesChanged) -> None:
        member = require_member(self.members, entry, act.subject)
        if act.roles == member.roles:
            contradict(entry, f"{act.subject} had these roles before")
        if not act.roles & Role.ADMINISTRATION:
            self._require_not_last(entry, act.subject)
        member.roles = act.roles
        self._settle(entry, member)

    def _suspend(self, entry: Entry, act: MemberSuspended) -> None:
        member = require_member(self.members, entry, act.subject)
        if member.standing is not Standing.ACTIVE:
            contradict(entry, f"{act.subject} is {member.standing}, expected active")
        self._require_not_last(entry, act.subject)
        member.standing = Standing.SUSPENDED
        self._settle(entry, member)

    def _reinstate(self, entry: Entry, act: MemberReinstated) -> None:
        member = require_member(self.members, entry, act.subject)
        if member.standing is not Standing.SUSPENDED:
            contradict(entry, f"{act.subject} is {member.standing}, expected suspended")
        member.standing = Standing.ACTIVE
        self._settle(entry, member)

    def _leave(self, entry: Entry, act: MemberLeft) -> None:
        member = require_member(self.members, entry, act.subject)
        self._require_not_last(entry, act.subject)
        member.standing = Standing.LEFT
        self._settle(entry, member)

    def _change_controller(self, entry: Entry, act: ControllerChanged) -> None:
        member = require_member(self.members, entry, act.subject)
        if act.controller in (_NOBODY, member.controller):
            contradict(entry, f"controller of {act.subject} is nobody or was that account before")
        member.controller = act.controller

    def _add_operator(self, entry: Entry, act: OperatorAdded) -> None:
        member = self._require_own(entry, act.subject)
        if act.account == _NOBODY or act.account in member.operators:
            contradict(entry, f"operator {act.account.hex()} is nobody or was one before")
        member.operators.add(act.account)

    def _remove_operator(self, entry: Entry, act: OperatorRemoved) -> None:
        member = self._require_own(entry, act.subject)
        if act.account not in member.operators:
            contradict(entry, f"account {act.account.hex()} is not an operator of {act.subject}")
        member.operators.remove(act.account)

    def _register_key(self, entry: Entry, act: KeyRegistered) -> None:
        member = self.members[entry.member]
        if member.standing is not Standing.ACTIVE:
            contradict(entry, f"member {member.code} is {member.standing}, expected active")
        if act.key in member.keys:
            contradict(entry, f"key {act.key.hex()} was registered before")
        if not entry.time <= act.effective_from <= _LAST_TIME:
            contradict(entry, f"key is effective from {act.effective_from}, before it was notified")
        trusted = is_trusted(act.key, act.algorithm, act.public_key)
        member.keys[act.key] = KeyState(
            act.key, act.algorithm, act.public_key, entry.time, act.effective_from, trusted
        )

    def _retire_key(self, entry: Entry, act: KeyRetired) -> None:
        known = self._require_key(entry, act.key)
        if not entry.time <= act.retired_at <= _LAST_TIME:
            contradict(entry, f"key is retired at {act.retired_at}, before it was said")
        if known.retired_by(act.retired_at):
            contradict(entry, f"key {act.key.hex()} was to be retired at {known.retired_at} before")
        known.retired_at, known.retirement_reason = act.retired_at, act.reason

    def _report_compromise(self, entry: Entry, act: KeyCompromised) -> None:
        known = self._require_key(entry, act.key)
        if known.compromised_since is not None and act.compromised_since >= known.compromised_since:
            contradict(entry, f"key {act.key.hex()} was reported since {known.compromised_since} before")
        if not 0 < act.compromised_since <= entry.time:
            contradict(entry, f"key is compromised since {act.compromised_since}, expected 1 to {entry.time}")
        known.compromised_since, known.reported_at = act.compromised_since, entry.time
        if not known.retired_by(entry.time):
            known.retired_at, known.retirement_reason = entry.time, 0

    def _propose(self, entry: Entry, act: Proposed) -> None:
        self._require_administration(entry)
        if act.proposal != len(self.proposals) + 1:
            contradict(entry, f"proposal is {act.proposal}, expected {len(self.proposals) + 1}")
        if not entry.time < act.expires_at <= entry.time + LONGEST_WAIT:
            contradict(
                entry, f"proposal expires at {act.expires_at}, expected at most 90 days after {entry.time}"
            )
        if not is_decided_by_vote(act.call):
            contradict(entry, f"call {act.call[:4].hex()} of {len(act.call)} bytes is not decided by vote")
        self.proposals[act.proposal] = ProposalState(
            act.proposal, entry.member, act.call, act.expires_at, {entry.member}, entry.time
        )

    def _vote(self, entry: Entry, act: Voted) -> None:
        self._require_administration(entry)
        proposal = self._require_open(entry, act.proposal)
        if (entry.member in proposal.approvals) == act.approves:
            contradict(entry, f"vote of {entry.member} on proposal {act.proposal} repeats its last one")
        (proposal.approvals.add if act.approves else proposal.approvals.remove)(entry.member)

    def _execute(self, entry: Entry, act: Executed) -> None:
        self._require_administration(entry)
        proposal = self._require_open(entry, act.proposal)
        active = self.administrations
        approvals = len(proposal.approvals & active)
        if approvals * 3 <= len(active) * 2:
            contradict(
                entry, f"proposal {act.proposal} has {approvals} approvals of {len(active)} administrations"
            )
        proposal.executed = True
        self._due = entry, proposal.call

    def _admit_registry(self, entry: Entry, act: RegistryAdmitted) -> None:
        if act.registry in self.registries:
            contradict(entry, f"registry {act.registry.hex()} was admitted before")
        self.registries[act.registry] = RegistryState(act.registry, act.kind, entry.time)

    def _retire_registry(self, entry: Entry, act: RegistryRetired) -> None:
        registry = self.registries.get(act.registry)
        if registry is None or registry.retired_at is not None or registry.kind != act.kind:
            contradict(entry, f"registry {act.registry.hex()} of kind {act.kind} is not in force")
        registry.retired_at = entry.time


_CARRIED_OUT: Final[dict[EntryType, Callable[[Consortium, Entry, Any], None]]] = {
    EntryType.MEMBER_ADMITTED: Consortium._admit_member,
    EntryType.ROLES_CHANGED: Consortium._change_roles,
    EntryType.MEMBER_SUSPENDED: Consortium._suspend,
    EntryType.MEMBER_REINSTATED: Consortium._reinstate,
    EntryType.MEMBER_LEFT: Consortium._leave,
    EntryType.CONTROLLER_CHANGED: Consortium._change_controller,
    EntryType.OPERATOR_ADDED: Consortium._add_operator,
    EntryType.OPERATOR_REMOVED: Consortium._remove_operator,
    EntryType.KEY_REGISTERED: Consortium._register_key,
    EntryType.KEY_RETIRED: Consortium._retire_key,
    EntryType.KEY_COMPROMISED: Consortium._report_compromise,
    EntryType.PROPOSED: Consortium._propose,
    EntryType.VOTED: Consortium._vote,
    EntryType.EXECUTED: Consortium._execute,
    EntryType.REGISTRY_ADMITTED: Consortium._admit_registry,
    EntryType.REGISTRY_RETIRED: Consortium._retire_registry,
}

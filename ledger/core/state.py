"""State: everything that the journal's entries add up to, and whether each was possible.

``Replay`` folds every entry in order, with all records; ``Consortium`` only those about members, keys, registries and
votes; ``record_of`` those of one record. The one rule of the first two: an entry that the contracts could not have
written in the state before it stops the fold. The rules for records are those of ``contracts/Registry.sol``.

Reading bytes is done in ``entries``, judging documents in ``verify``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ledger.core.acts import EntryType, RecordAnchored, StatusChanged
from ledger.core.consortium import Consortium
from ledger.core.contradiction import JournalContradiction, contradict
from ledger.core.entries import Entry
from ledger.core.members import KeyState, MemberState, ProposalState, RegistryState, Role, Span, Standing
from ledger.core.records import RecordState, Status, StatusChange, anchored, record_of

__all__ = [
    "RECORD_TYPES",
    "Consortium",
    "JournalContradiction",
    "KeyState",
    "MemberState",
    "ProposalState",
    "RecordState",
    "RegistryState",
    "Replay",
    "Role",
    "Span",
    "Standing",
    "Status",
    "StatusChange",
    "record_of",
]

RECORD_TYPES: Final = frozenset(one for one in EntryType if one >= EntryType.RECORD_ANCHORED)
"""What registries append; everything before is the consortium's."""

_ORIGIN_KIND: Final = 1
_MAY_FOLLOW: Final = {
    Status.VALID: frozenset({Status.SUSPENDED, Status.REVOKED, Status.CANCELLED}),
    Status.SUSPENDED: frozenset({Status.VALID, Status.REVOKED, Status.CANCELLED}),
}

RecordKey = tuple[bytes, str, bytes]


class Replay:
    """The whole journal folded: consortium and records, by (registry, member, tag).

    Args:
        chain_id: EIP-155 id that every entry must carry; None takes the first entry's.
    """

    def __init__(self, chain_id: int | None = None) -> None:
        self.chain_id = chain_id
        self.consortium = Consortium()
        self.records: dict[RecordKey, RecordState] = {}
        self.size = 0
        self.time = 0

    def fold(self, entry: Entry) -> None:
        """Take in the next entry; afterwards ``size`` is one more and ``time`` the entry's.

        Raises:
            JournalContradiction: it was impossible. The fold must not be used any more.
        """
        if entry.index != self.size:
            contradict(entry, f"index is {entry.index}, expected {self.size}")
        if self.chain_id is None:
            self.chain_id = entry.chain_id
        if entry.chain_id != self.chain_id:
            contradict(entry, f"chain id is {entry.chain_id}, expected {self.chain_id}")
        if entry.time < self.time:
            contradict(entry, f"time is {entry.time}, before that of the entry before, {self.time}")
        if entry.type in RECORD_TYPES:
            self._fold_record(entry)
        else:
            self.consortium.fold(entry)
        self.size, self.time = entry.index + 1, entry.time

    def fold_all(self, entries: Iterable[Entry]) -> Replay:
        """Take in entries, in order; return the same replay.

        Raises:
            JournalContradiction: one of them was impossible.
        """
        for entry in entries:
            self.fold(entry)
        return self

    def _fold_record(self, entry: Entry) -> None:
        if self.consortium.awaits_act:
            contradict(entry, f"{entry.type.name} stands between the execution of a proposal and its act")
        registry = self.consortium.require_registry(entry)
        if registry.kind != _ORIGIN_KIND:
            contradict(entry, f"registry is of kind {registry.kind}, whose records are not known")
        act = entry.act
        if isinstance(act, RecordAnchored):
            self._anchor(entry, act)
        elif isinstance(act, StatusChanged):
            self._change_status(entry, act)

    def _anchor(self, entry: Entry, act: RecordAnchored) -> None:
        kind, n = divmod(act.use_policy, 256)
        if kind > 3 or (kind == 2) != (n != 0):
            contradict(entry, f"use policy is {act.use_policy:#06x}, expected n with kind 2 only")
        self.consortium.require_issuer(entry, act.document_type, act.key)
        if act.tag == bytes(32):
            contradict(entry, "number tag is zero")
        place = (entry.contract, entry.member, act.tag)
        taken = self.records.get(place)
        if taken is not None:
            contradict(entry, f"number tag {act.tag.hex()} was taken by entry {taken.index}")
        self.records[place] = anchored(entry)

    def _change_status(self, entry: Entry, act: StatusChanged) -> None:
        self.consortium.require_status_changer(entry, reinstates=act.status == Status.VALID)
        place = (entry.contract, entry.member, act.tag)
        record = self.records.get(place)
        if record is None:
            contradict(entry, f"{entry.member} has no record under number tag {act.tag.hex()}")
        if act.status not in _MAY_FOLLOW.get(record.status, ()):
            contradict(entry, f"status {Status(act.status).name} cannot follow {record.status.name}")
        if act.reason == 0:
            contradict(entry, "change of status has no reason")
        if not record.anchored_at <= act.effective_from <= entry.time:
            expected = f"expected {record.anchored_at} to {entry.time}"
            contradict(entry, f"status is effective from {act.effective_from}, {expected}")
        self.records[place] = record.with_entry(entry)

"""State: everything that the journal's entries add up to, and whether each was possible.

``Replay`` folds every entry in order, with all records; ``Consortium`` only those about members, keys, registries and
votes; ``record_of`` those of one record. The one rule of the first two: an entry that the contracts could not have
written in the state before it stops the fold. The rules for records are those of ``contracts/``, said once more and
independently of them: ``record_rules`` for what every registry takes, ``terms_rules`` and ``use_rules`` for what hangs on
records and is drawn on them, ``aeo_rules``. An AEO entry is relied on and not used up, so nothing of a use is an act of its
registry.

Reading bytes is done in ``entries``, judging documents in ``verify``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ledger.core import aeo_rules, record_rules, terms_rules, use_rules
from ledger.core.acts import EntryType
from ledger.core.callers import KIND_NAMES, require_registry
from ledger.core.consortium import Consortium
from ledger.core.contradiction import JournalContradiction, contradict
from ledger.core.entries import Entry
from ledger.core.members import KeyState, MemberState, ProposalState, RegistryState, Role, Span, Standing
from ledger.core.records import RecordState, Status, StatusChange, record_of
from ledger.core.registers import Course, RecordKey, Registers, Rule

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

_ORIGIN: Final = {**record_rules.RULES, **terms_rules.RULES, **use_rules.RULES}
_RULES: Final[Mapping[int, Mapping[EntryType, Rule]]] = {
    1: _ORIGIN,
    2: {**_ORIGIN, **use_rules.ENDORSEMENT_RULES},
    3: {**record_rules.RULES, **aeo_rules.RULES},
}


class Replay:
    """The whole journal folded.

    Args:
        chain_id: EIP-155 id that every entry must carry; None takes the first entry's.

    ``registers`` has everything that the registries hold; ``size`` and ``time`` say how far the fold has got.
    """

    def __init__(self, chain_id: int | None = None) -> None:
        self.chain_id = chain_id
        self.consortium = Consortium()
        self.registers = Registers(self.consortium)
        self.size = 0
        self.time = 0

    @property
    def records(self) -> dict[RecordKey, RecordState]:
        """All records, by (registry, member, tag)."""
        return self.registers.records

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
        course = self._go_on(entry)
        if entry.type in RECORD_TYPES:
            self._fold_record(entry, course)
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

    def _go_on(self, entry: Entry) -> Course | None:
        """Return the call that ``entry`` may be part of, or None; refuse an entry that breaks off a call."""
        course = self.registers.course
        if course is None:
            return None
        self.registers.course = None
        if course.leads_to(entry):
            return course
        if course.is_incomplete:
            contradict(
                entry, f"{entry.type.name} stands in the middle of the call of {course.entry.type.name}"
            )
        return None

    def _fold_record(self, entry: Entry, course: Course | None) -> None:
        if self.consortium.awaits_act:
            contradict(entry, f"{entry.type.name} stands between the execution of a proposal and its act")
        kind = require_registry(self.consortium.registries, entry).kind
        rule = _RULES[kind].get(entry.type)
        if rule is None:
            contradict(entry, f"{entry.type.name} is not an act of a registry of {KIND_NAMES[kind]}")
        rule(self.registers, entry, entry.act, course)

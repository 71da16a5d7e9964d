"""Records: what the journal says of one certificate's number.

``record_of`` reads the entries of one record and believes them: whether they were possible is judged in ``state``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from ledger.core.acts import (
    AliasAdded,
    AliasRemoved,
    RecordAnchored,
    RecordConfirmed,
    RecordLinked,
    RecordReplaced,
    StatusChanged,
)
from ledger.core.entries import Entry
from ledger.core.opening import Relation

_SINGLE: Final = 1


class Status(IntEnum):
    """What the issuer says of a record; from ``REVOKED`` on it is final."""

    VALID = 1
    SUSPENDED = 2
    REVOKED = 3
    CANCELLED = 4
    REPLACED = 5


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A change of status: said at ``recorded_at``, in force from ``effective_from`` on (both seconds)."""

    status: Status
    reason: int
    effective_from: int
    recorded_at: int
    index: int


@dataclass(frozen=True, slots=True)
class Link:
    """The record that another one hangs on."""

    relation: Relation
    parent_member: str
    parent_tag: bytes


@dataclass(frozen=True, slots=True)
class RecordState:
    """A record as the journal leaves it.

    Args:
        registry: address of the registry that keeps it, 20 bytes.
        tag: number tag, 32 bytes. document_id: what was anchored, 32 bytes. key: thumbprint, 32 bytes.
        anchored_at: seconds.
        index: place of its first entry in the journal.
        changes: oldest first.
        link: what it hangs on. successor: number tag of the record that replaced it.
        confirmed: when the issuer said that it anchored this itself, oldest first.
    """

    member: str
    registry: bytes
    tag: bytes
    document_id: bytes
    document_type: int
    use_policy: int
    key: bytes
    anchored_at: int
    index: int
    changes: tuple[StatusChange, ...] = ()
    link: Link | None = None
    successor: bytes | None = None
    confirmed: tuple[int, ...] = ()

    @property
    def root_tag(self) -> bytes:
        """Return the tag under which its use is kept: its original's if it is a certified true copy, else its own."""
        is_copy = self.link is not None and self.link.relation is Relation.TRUE_COPY
        return self.link.parent_tag if self.link is not None and is_copy else self.tag

    @property
    def use_limit(self) -> int:
        """Return how many declarations may use it by its use policy; 0 for any number."""
        policy, n = divmod(self.use_policy, 256)
        return 1 if policy == _SINGLE else n

    @property
    def status(self) -> Status:
        """What the issuer says now: the change that was recorded last."""
        return self.changes[-1].status if self.changes else Status.VALID

    def change_at(self, time: int) -> StatusChange | None:
        """Return the change in force at ``time``, or None; of those in force, the one recorded last counts."""
        return next((change for change in reversed(self.changes) if change.effective_from <= time), None)

    def status_at(self, time: int) -> Status:
        """Return what the issuer says today of the status at ``time`` (seconds)."""
        change = self.change_at(time)
        return Status.VALID if change is None else change.status

    def with_entry(self, entry: Entry) -> RecordState:
        """Return the record after another entry about it; entries about its use change nothing here."""
        match entry.act:
            case StatusChanged(_, status, reason, effective_from):
                change = StatusChange(Status(status), reason, effective_from, entry.time, entry.index)
                return replace(self, changes=(*self.changes, change))
            case RecordReplaced(_, successor, reason):
                change = StatusChange(Status.REPLACED, reason, entry.time, entry.time, entry.index)
                return replace(self, changes=(*self.changes, change), successor=successor)
            case RecordLinked(_, relation, parent_member, parent_tag):
                return replace(self, link=Link(Relation(relation), parent_member, parent_tag))
            case RecordConfirmed():
                return replace(self, confirmed=(*self.confirmed, entry.time))
            case RecordAnchored():
                raise ValueError(f"entry {entry.index} anchors what was anchored before")
            case _:
                return self


def anchored(entry: Entry) -> RecordState:
    """Return the record that a ``RecordAnchored`` entry begins."""
    act = entry.act
    if not isinstance(act, RecordAnchored):
        raise ValueError(f"entry {entry.index} is {entry.type.name}, expected RECORD_ANCHORED")
    return RecordState(
        entry.member,
        entry.contract,
        act.tag,
        act.document_id,
        act.document_type,
        act.use_policy,
        act.key,
        entry.time,
        entry.index,
    )


def record_of(entries: Sequence[Entry]) -> RecordState | None:
    """Return the record that ``entries`` tell of, in order, or None when there are none.

    They must be all entries about one number tag of one member in one registry; ValueError otherwise. Entries of when the
    tag was an alias, before the record was anchored, are passed over.
    """
    record = None
    for entry in entries:
        record = with_next(record, entry)
    return record


def with_next(record: RecordState | None, entry: Entry) -> RecordState | None:
    """Return the record after the next entry about its tag, or None while there is none: ``record_of``, one by one."""
    if record is None:
        return None if isinstance(entry.act, AliasAdded | AliasRemoved) else anchored(entry)
    if (entry.owner, entry.contract, entry.subject) != (record.member, record.registry, record.tag):
        raise ValueError(f"entry {entry.index} is about another record than entry {record.index}")
    return record.with_entry(entry)

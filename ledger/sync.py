"""Sync: bring the store to where the chain is.

``converge`` is one idempotent step and the only writer of the cache, so "anchored" in the store always means
"seen in an event". Nothing is stored before the tree over everything read has the root that the contract
itself answers. A reorganisation undoes whole steps. Sending transactions is not done here: see ``outbox``.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, TypeVar

from ledger.chain.port import Appended, Block
from ledger.core.acts import RecordAnchored
from ledger.core.entries import Entry, MalformedEntry, decode, entries_of, raw_entries
from ledger.core.merkle import Frontier, leaf_digest
from ledger.errors import Unavailable
from ledger.store.journal import EntryRow, EventRow, Step

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledger.chain.port import Chain
    from ledger.store import Store

_Read = TypeVar("_Read")
_LOCK = "converge"
_LOCK_SECONDS = 60.0
_TRIES = 50
_IN_MEMORY_BYTES = 32 * 1024 * 1024


class JournalMismatch(Unavailable):
    """The events of the node and the contract's own root contradict each other: neither can be relied on."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What one step brought: entries added and undone, and where the cache stands now."""

    added: int
    undone: int
    size: int
    root: bytes
    block_number: int
    block_digest: bytes
    block_time: int


@dataclass(slots=True)
class _Reading:
    """Events read and not stored yet, with the tree over them; ``spool`` holds them pickled."""

    before: Step | None
    block: Block
    frontier: Frontier
    spool: IO[bytes]
    added: int = 0


def converge(
    chain: Chain,
    store: Store,
    *,
    chain_id: int,
    log_range: int = 1_000,
    first_block: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Progress:
    """Read what is new on the chain, check it against the contract's root, and store it as one step.

    Safe to call from several processes: one reads, the others wait and find little left to do.

    Args:
        log_range: how many blocks to ask events for at once.
        first_block: where the journal was deployed; nothing before it is asked for.
        progress: told the number of entries read so far.

    Raises:
        JournalMismatch: the node's events do not add up to the contract's root; nothing of them was stored.
        Unavailable: the node does not answer, is on another chain, has fallen behind, or changes too fast to
        be read.
    """
    with store.lock(_LOCK, wait_seconds=_LOCK_SECONDS) as held:
        if not held:
            raise Unavailable("another process has been reading the chain for too long")
        require_chain(chain, chain_id)
        undone = 0
        for last_try in (False, True):
            undone += _undo_orphans(chain, store)
            try:
                return _advance(chain, store, chain_id, log_range, first_block, undone, progress)
            except JournalMismatch:
                # A reorganisation between two questions looks the same; the second look decides.
                if last_try:
                    raise
    raise AssertionError("unreachable")


def rebuild(
    chain: Chain,
    store: Store,
    scratch: Store,
    *,
    chain_id: int,
    log_range: int = 1_000,
    first_block: int = 0,
    progress: Callable[[int], None] | None = None,
) -> list[str]:
    """Replay the chain into ``scratch``, replace the store's cache by it, and return what was different.

    Until the replay is complete and checked the old cache stays, so a look-up never meets an empty one. An
    empty list means that the cache was, byte for byte, what the chain says.

    Args:
        scratch: an empty store.
    Raises: as ``converge``.
    """
    converge(
        chain,
        scratch,
        chain_id=chain_id,
        log_range=log_range,
        first_block=first_block,
        progress=progress,
    )
    with store.lock(_LOCK, wait_seconds=_LOCK_SECONDS) as held:
        if not held:
            raise Unavailable("another process has been reading the chain for too long")
        differences = store.journal.differences(scratch.journal)
        with store.writing() as connection:
            store.journal.replace_in(connection, scratch.journal)
            store.documents.unanchor_in(connection, 0)
            for cached in scratch.journal.stream():
                _mark_own_in(connection, store, [decode(cached.entry, cached.index)])
    return differences


def require_chain(chain: Chain, chain_id: int) -> None:
    """Make sure that the node is on the expected chain.

    Raises:
        Unavailable: it is on another one, or does not answer.
    """
    found = chain.chain_id()
    if found != chain_id:
        raise Unavailable(f"the node is on chain {found}, expected chain {chain_id}")


# --- undoing ------------------------------------------------------------------------------------------------


def _undo_orphans(chain: Chain, store: Store) -> int:
    """Undo the steps whose block is not on the chain any more; return how many entries that took away."""
    newest: Step | None = None
    surviving: Step | None = None
    for step in store.journal.steps():
        newest = newest or step
        block = chain.block(step.block_number)
        if block is None and step is newest:
            # Not a reorganisation that we could see: the other branch is not there to be read.
            head = chain.head().number
            raise Unavailable(f"the node is at block {head}, the cache has read to block {step.block_number}")
        if block is not None and block.digest == step.block_digest:
            surviving = step
            break
    if newest is None or surviving is newest:
        return 0
    size, block_number = (0, -1) if surviving is None else (surviving.size, surviving.block_number)
    with store.writing() as connection:
        if store.journal.head_in(connection) != newest:
            return 0  # another process was faster
        store.journal.forget_in(connection, size)
        if surviving is None:
            store.journal.forget_all_in(connection)
        store.documents.unanchor_in(connection, size)
        store.outgoing.unmine_after_in(connection, block_number)
    return newest.size - size


# --- reading ------------------------------------------------------------------------------------------------


def _advance(
    chain: Chain,
    store: Store,
    chain_id: int,
    log_range: int,
    first_block: int,
    undone: int,
    progress: Callable[[int], None] | None,
) -> Progress:
    before = store.journal.head()
    try:
        frontier = Frontier() if before is None else Frontier.from_bytes(before.frontier)
    except ValueError as error:
        raise Unavailable(f"the cache is damaged ({error}); tradeseal rebuild makes it anew") from error
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as spool:
        head = chain.head()
        if before is not None and before.block_digest == head.digest:
            return _progress(before, 0, undone)
        reading = _Reading(before, head, frontier, spool)
        position = first_block if before is None else before.block_number + 1
        for _ in range(_TRIES):
            _read(chain, reading, position, log_range, chain_id, progress)
            position = max(position, reading.block.number + 1)
            if _is_whole(chain, reading):
                return _progress(_store(store, reading, chain_id), reading.added, undone)
            reading.block = chain.head()
    raise Unavailable("the journal grows or changes faster than this node answers")


def _read(
    chain: Chain,
    reading: _Reading,
    first_block: int,
    log_range: int,
    chain_id: int,
    progress: Callable[[int], None] | None,
) -> None:
    """Fetch the events up to the block of ``reading``, hash their entries, and keep them aside."""
    for first in range(first_block, reading.block.number + 1, log_range):
        for event in chain.appended(first, min(first + log_range - 1, reading.block.number)):
            if event.first != reading.frontier.size:
                raise JournalMismatch(
                    f"block {event.block_number} appends from index {event.first}, "
                    f"expected {reading.frontier.size}"
                )
            leaves = [leaf_digest(raw) for raw in _cut(raw_entries, event, chain_id)]
            reading.frontier = reading.frontier.extend(leaves)
            reading.added += event.count
            pickle.dump(event, reading.spool, pickle.HIGHEST_PROTOCOL)
            if progress is not None:
                progress(reading.added)


def _is_whole(chain: Chain, reading: _Reading) -> bool:
    """Compare with what the contract answers; False when the chain moved on and more must be read first.

    Raises:
        JournalMismatch: same size and another root, or more entries than the contract knows of.
    """
    contract = chain.journal_head()
    if contract.size > reading.frontier.size and chain.head().digest != reading.block.digest:
        return False
    root = reading.frontier.root()
    if (contract.size, contract.root) != (reading.frontier.size, root):
        raise JournalMismatch(
            f"the events up to block {reading.block.number} make {reading.frontier.size} entries with root "
            f"0x{root.hex()}, the contract answers {contract.size} entries with root 0x{contract.root.hex()}"
        )
    now = chain.block(reading.block.number)
    if now is None or now.digest != reading.block.digest:
        raise JournalMismatch(f"block {reading.block.number} was replaced while it was being read")
    return True


def _cut(read: Callable[[Appended, int], list[_Read]], event: Appended, chain_id: int) -> list[_Read]:
    try:
        return read(event, chain_id)
    except MalformedEntry as error:
        raise JournalMismatch(f"the event at index {event.first} cannot be read: {error}") from error


# --- storing ------------------------------------------------------------------------------------------------


def _store(store: Store, reading: _Reading, chain_id: int) -> Step:
    """Store a reading that was found whole, all of it or nothing."""
    step = Step(
        block_number=reading.block.number,
        block_digest=reading.block.digest,
        block_time=reading.block.time,
        size=reading.frontier.size,
        root=reading.frontier.root(),
        frontier=reading.frontier.to_bytes(),
    )
    with store.writing() as connection:
        if store.journal.head_in(connection) != reading.before:
            raise Unavailable("another process has stored what the chain says meanwhile")
        for event in _spooled(reading.spool):
            entries = _cut(entries_of, event, chain_id)
            store.journal.add_in(
                connection, [_event_row(event)], [_entry_row(entry, event.first) for entry in entries]
            )
            place = (event.transaction, event.block_number, event.block_digest)
            store.outgoing.settle_in(connection, [place])
            _mark_own_in(connection, store, entries)
        store.journal.add_step_in(connection, step)
    return step


def _mark_own_in(connection: Connection, store: Store, entries: Sequence[Entry]) -> None:
    """Note which of the gateway's own documents these entries anchor."""
    own = store.documents.members_in(connection, {entry.member for entry in entries})
    places = {
        entry.act.document_id: (entry.index, entry.time)
        for entry in entries
        if isinstance(entry.act, RecordAnchored) and entry.member in own
    }
    store.documents.anchored_in(connection, places)


def _event_row(event: Appended) -> EventRow:
    return EventRow(
        first=event.first,
        count=event.count,
        block_number=event.block_number,
        block_digest=event.block_digest,
        log_index=event.log_index,
        transaction=event.transaction,
    )


def _entry_row(entry: Entry, event: int) -> EntryRow:
    return EntryRow(
        index=entry.index,
        event=event,
        type=entry.type,
        member=entry.member,
        owner=entry.owner,
        subject=entry.subject,
        time=entry.time,
        entry=entry.raw,
    )


def _progress(step: Step, added: int, undone: int) -> Progress:
    return Progress(
        added=added,
        undone=undone,
        size=step.size,
        root=step.root,
        block_number=step.block_number,
        block_digest=step.block_digest,
        block_time=step.block_time,
    )


def _spooled(spool: IO[bytes]) -> Iterator[Appended]:
    spool.seek(0)
    while True:
        try:
            event: Appended = pickle.load(spool)  # noqa: S301 - written by us, into a file that nobody else can open
        except EOFError:
            return
        yield event

"""Reading: the journal for people, from the cache or, for one record's history, again from the chain.

What the chain says and what the cache says must be the same bytes; if they are not, that is an error and not an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ledger.core.acts import Act, EntryType
from ledger.core.entries import Entry, MalformedEntry, decode, raw_entries
from ledger.core.members import retirement_reason, role_names
from ledger.core.merkle import leaf_digest
from ledger.errors import Unavailable
from ledger.service.answers import HistoryLine

if TYPE_CHECKING:
    from ledger.chain.port import Chain
    from ledger.service.parts import Parts
    from ledger.store.journal import CachedEntry

STATUS_NAMES = {1: "valid", 2: "suspended", 3: "revoked", 4: "cancelled", 5: "replaced"}
_TIMES = {"effective_from", "retired_at", "compromised_since", "expires_at"}


def moment(seconds: int) -> datetime:
    """Return a chain time as an aware UTC datetime."""
    return datetime.fromtimestamp(seconds, UTC)


def line(entry: Entry, block_number: int) -> HistoryLine:
    """Return an entry as a person reads it."""
    return HistoryLine(
        index=entry.index,
        time=moment(entry.time),
        block_number=block_number,
        act=type(entry.act).__name__,
        member=entry.member,
        operator=entry.operator,
        contract=entry.contract,
        details=_details(entry.type, entry.act),
        leaf=leaf_digest(entry.raw),
    )


def reread(chain: Chain, chain_id: int, cached: Sequence[CachedEntry]) -> list[HistoryLine]:
    """Return the lines of cached entries, read again from the chain.

    Raises:
        Unavailable: the chain does not answer, or what it says now is not what the cache holds.
    """
    fresh: dict[int, tuple[bytes, int]] = {}
    for number in sorted({one.block_number for one in cached}):
        for event in chain.appended(number, number):
            try:
                raws = raw_entries(event, chain_id)
            except MalformedEntry as error:
                raise Unavailable(f"the event at index {event.first} cannot be read: {error}") from error
            fresh.update((event.first + place, (raw, number)) for place, raw in enumerate(raws))
    lines = []
    for one in cached:
        raw, number = fresh.get(one.index, (b"", 0))
        if raw != one.entry:
            raise Unavailable(
                f"entry {one.index} on the chain is not what the cache holds; run tradeseal rebuild"
            )
        lines.append(line(decode(raw, one.index), number))
    return lines


def converge_if_possible(parts: Parts) -> None:
    """Bring the cache up to date; without an answer of the chain it is used as it is.

    Raises:
        Unavailable: nothing was ever read.
    """
    try:
        parts.converge()
    except Unavailable:
        if parts.store.journal.head() is None:
            raise


def _details(kind: EntryType, act: Act) -> dict[str, object]:
    details: dict[str, object] = {}
    for one in fields(act):
        value = getattr(act, one.name)
        if one.name in _TIMES:
            value = moment(value)
        elif one.name == "reason" and kind is EntryType.KEY_RETIRED:
            value = retirement_reason(value)
        elif one.name == "reason":
            value = f"R{value:02d}" if value else ""
        elif one.name == "status" and kind is EntryType.STATUS_CHANGED:
            value = STATUS_NAMES[value]
        elif one.name == "roles":
            value = role_names(value)
        details[one.name] = value
    return details

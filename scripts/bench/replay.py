"""Replay: read a made-up journal from its events on, in a process of its own, so that its memory can be told.

Usage: ``python -m scripts.bench.replay COUNT [--records]``; prints one JSON object. Each entry is cut from its event, hashed into
the tree and read; governance is folded, and with ``--records`` so is every record, which keeps them all in memory.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec

from ledger.core.consortium import Consortium
from ledger.core.entries import decode, raw_entries
from ledger.core.jose import PublicKey, public_key_of, thumbprint
from ledger.core.merkle import Frontier, leaf_digest
from ledger.core.state import RECORD_TYPES, Replay
from scripts.bench.journal import CHAIN_ID, CONSORTIUM, FOUNDED, REGISTRY, governance, records
from scripts.bench.processes import resident_mib

_DAY = 86_400
_HEAD = 90 - 37  # type, member and operator; what follows is the tail of a governance entry


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the journal, as far as entries are cut from it."""

    first: int
    author: bytes
    time: int
    count: int
    head: bytes
    tails: bytes


def events(count: int) -> Iterator[Event]:
    """Yield the events of a founding and of ``count`` anchored records, 500 in each."""
    key = _a_key()
    first = 0
    for raw in governance(key):
        yield Event(
            first, CONSORTIUM, int.from_bytes(raw[29:37], "big"), 1, raw[37 : 37 + _HEAD], raw[37 + _HEAD :]
        )
        first += 1
    for at, head, tails in records(thumbprint(key), count, FOUNDED + _DAY):
        entries = len(tails) // 64
        yield Event(first, REGISTRY, at, entries, head, tails)
        first += entries


def replay(count: int, *, with_records: bool) -> dict[str, float]:
    """Return entries per second and how much memory (MiB) grew from a quarter of the way to the end."""
    frontier, folded, consortium = Frontier(), Replay(CHAIN_ID), Consortium()
    seconds, quarter, size = 0.0, 0.0, 0
    for event in events(count):
        began = time.process_time()
        raws = raw_entries(event, CHAIN_ID)
        frontier = frontier.extend(map(leaf_digest, raws))
        for place, raw in enumerate(raws):
            entry = decode(raw, event.first + place)
            if with_records:
                folded.fold(entry)
            elif entry.type not in RECORD_TYPES:
                consortium.fold(entry)
        seconds += time.process_time() - began
        size = event.first + event.count
        if not quarter and size > count / 4:
            quarter = resident_mib(os.getpid())
    frontier.root()
    return {
        "entries": size,
        "perSecond": size / seconds,
        "grownMib": resident_mib(os.getpid()) - quarter,
        "atTheEndMib": resident_mib(os.getpid()),
    }


def _a_key() -> PublicKey:
    """Return a key that anybody can compute: nothing is signed with it."""
    secret = int.from_bytes(sha256(b"bench").digest(), "big") >> 8
    return public_key_of(ec.derive_private_key(secret, ec.SECP256R1()).public_key())


if __name__ == "__main__":
    print(json.dumps(replay(int(sys.argv[1]), with_records="--records" in sys.argv)))

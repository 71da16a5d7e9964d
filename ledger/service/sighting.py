"""Sighting: what the chain shows of records now, and the cache brought to the same place.

Rule: one question to the chain for each issuer and kind, however many records; what could not be seen is left out of the
answer, never guessed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ledger.errors import Unavailable

if TYPE_CHECKING:
    from ledger.chain.port import Look, RecordSlot
    from ledger.store import Store

_TRIES = 3
_MOST_TAGS = 100
"""Records that one question to the chain is about."""


class Subject(NamedTuple):
    """What a question is about; ``registry`` is 20 bytes, ``tag`` None when the number's tag is not known here."""

    registry: bytes
    issuer: str
    tag: bytes | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the chain showed: the block and the journal there, and the record's slot where a tag was asked about."""

    look: Look
    slot: RecordSlot | None


class Sighting:
    """Asks the chain about records.

    Args:
        look: that of the chain port.
        converge: reads the chain into the store.
    """

    def __init__(
        self,
        look: Callable[[bytes, str, Sequence[bytes]], Look],
        store: Store,
        converge: Callable[[], object],
    ) -> None:
        self._ask_chain = look
        self._store = store
        self._converge = converge

    def see(self, subjects: Iterable[Subject]) -> dict[Subject, Seen]:
        """Return what the chain shows of ``subjects``, having read what is new there.

        Once the chain fails to answer, it is not asked for the rest, which are not in the answer.
        """
        wanted: dict[tuple[bytes, str], list[bytes]] = {}
        for registry, issuer, tag in subjects:
            tags = wanted.setdefault((registry, issuer), [])
            if tag is not None and tag not in tags:
                tags.append(tag)
        seen: dict[Subject, Seen] = {}
        with contextlib.suppress(Unavailable):
            for (registry, issuer), tags in wanted.items():
                for first in range(0, max(1, len(tags)), _MOST_TAGS):
                    some = tags[first : first + _MOST_TAGS]
                    look = self._look_in_step(registry, issuer, some)
                    seen[Subject(registry, issuer, None)] = Seen(look, None)
                    for tag, slot in zip(some, look.records, strict=True):
                        seen[Subject(registry, issuer, tag)] = Seen(look, slot)
        return seen

    def slot(self, registry: bytes, issuer: str, tag: bytes) -> RecordSlot | None:
        """Return a record's slot as the chain answers it, or None when it does not answer."""
        try:
            return self._ask_chain(registry, issuer, [tag]).records[0]
        except Unavailable:
            return None

    def _look_in_step(self, registry: bytes, issuer: str, tags: Sequence[bytes]) -> Look:
        """Ask the chain, and again while the journal grows faster than it is read."""
        for _ in range(_TRIES):
            look = self._ask_chain(registry, issuer, tags)
            if self._cached_size() == look.head.size:
                break
            self._converge()
            if self._cached_size() == look.head.size:
                break
        return look

    def _cached_size(self) -> int | None:
        step = self._store.journal.head()
        return None if step is None else step.size

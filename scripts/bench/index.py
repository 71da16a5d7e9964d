"""Index: anchor very many records on a chain, without documents, so that look-ups meet an index of a real size.

The records are real: anchored by the keeping member's own account under its own key and tag key, through the contracts, at
most 500 in a transaction. Only the documents behind them are missing, which a look-up by number does not need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from ledger.chain import abi
from ledger.core import numbers
from ledger.keys.tags import TagKeys
from ledger.wiring import open_signer
from scripts.bench.journal import PREFERENCE, SINGLE_USE
from scripts.bench.sending import Sender
from scripts.bench.world import ISSUER, World

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Shelf:
    """Records of one kind that one member keeps; ``number`` returns that of one record."""

    member: str
    kind: int
    document_type: int
    use_policy: int
    number: Callable[[int], str]

    def tags(self, world: World, serials: range) -> Iterator[bytes]:
        """Yield the number tags of some records."""
        key = TagKeys(world.settings(self.member).keys.tag_keys).find(self.member)
        assert key is not None
        for serial in serials:
            yield numbers.tag(key.secret, self.kind, numbers.normalise(self.number(serial)))


def number(serial: int) -> str:
    """Return the certificate number of one record."""
    return f"VN-CN 26/04/{serial:07d}"


CERTIFICATES = Shelf(ISSUER, 1, PREFERENCE, SINGLE_USE, number)


def fill(world: World, count: int, first: int = 0, shelf: Shelf = CERTIFICATES) -> None:
    """Anchor ``count`` records, with the numbers from that of ``first`` on.

    Raises:
        RuntimeError: the chain did not take them all.
    """
    key = open_signer(world.settings(shelf.member)).thumbprint
    calls = (
        abi.anchor(shelf.member, shelf.document_type, shelf.use_policy, key, anchors)
        for anchors in _batches(world, shelf, range(first, first + count))
    )
    Sender(world, shelf.member).append(world.manifest.registry(shelf.kind), calls, count)


def _batches(world: World, shelf: Shelf, serials: range) -> Iterator[list[tuple[bytes, bytes]]]:
    """Yield (tag, document id) of some records at a time."""
    for first in range(0, len(serials), _BATCH):
        some = serials[first : first + _BATCH]
        documents = (sha256(b"document" + serial.to_bytes(8, "big")).digest() for serial in some)
        yield list(zip(shelf.tags(world, some), documents, strict=True))

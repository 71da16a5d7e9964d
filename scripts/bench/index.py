"""Index: anchor very many records on a chain, without documents, so that look-ups meet an index of a real size.

The records are real: anchored by the issuing body's own account under its own key and tag key, through the contracts, at
most 500 in a transaction. Only the certificates behind them are missing, which a look-up by number does not need.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from urllib.request import Request, urlopen

import orjson

from ledger.chain import abi
from ledger.chain.node_chain import NodeChain
from ledger.core import numbers
from ledger.home import OPERATOR, PASSPHRASE
from ledger.keys.account import open_account
from ledger.keys.files import read_passphrase
from ledger.keys.tags import TagKeys
from ledger.wiring import open_signer
from scripts.bench.journal import PREFERENCE, SINGLE_USE
from scripts.bench.world import ISSUER, World

_BATCH = 500
# Transactions in one block: a block costs the embedded chain the more the more records there are.
_TOGETHER = 20
_GAS = 16_777_216
_KIND_ORIGIN = 1
_TELL_SECONDS = 10.0


def number(serial: int) -> str:
    """Return the certificate number of one record."""
    return f"VN-CN 26/04/{serial:07d}"


def fill(world: World, count: int, first: int = 0) -> None:
    """Anchor ``count`` records, with the numbers from that of ``first`` on.

    Raises:
        RuntimeError: the chain did not take them all.
    """
    home = world.folder / ISSUER
    account = open_account(home / OPERATOR, read_passphrase(home / PASSPHRASE))
    chain = NodeChain(world.node.url, chain_id=world.node.chain_id, journal=world.manifest.journal)
    registry, key = world.manifest.registry(_KIND_ORIGIN), open_signer(world.settings(ISSUER)).thumbprint
    before, began = chain.journal_head().size, time.monotonic()
    nonce, told, waiting = chain.next_nonce(account.address), began, []
    for done, anchors in _batches(world, first, count):
        calldata = abi.anchor(ISSUER, PREFERENCE, SINGLE_USE, key, anchors)
        signed = account.sign(
            chain_id=world.node.chain_id, nonce=nonce, to=registry, calldata=calldata, gas=_GAS
        )
        waiting.append(signed.raw)
        nonce += 1
        if len(waiting) == _TOGETHER or done == count:
            _send(world.node.url, waiting)
            waiting = []
        if time.monotonic() - told > _TELL_SECONDS:
            told = time.monotonic()
            print(f"  {done:,} of {count:,} records on the chain", file=sys.stderr, flush=True)
    added = chain.journal_head().size - before
    if added != count:
        raise RuntimeError(f"of {count} records {added} are on the chain")


def _batches(world: World, start: int, count: int) -> Iterator[tuple[int, list[tuple[bytes, bytes]]]]:
    """Yield (tag, document id) of some records, after how many there are with them."""
    key = TagKeys(world.settings(ISSUER).keys.tag_keys).find(ISSUER)
    assert key is not None
    for first in range(start, start + count, _BATCH):
        serials = range(first, min(first + _BATCH, start + count))
        yield (
            serials.stop - start,
            [
                (
                    numbers.tag(key.secret, _KIND_ORIGIN, numbers.normalise(number(serial))),
                    sha256(b"document" + serial.to_bytes(8, "big")).digest(),
                )
                for serial in serials
            ],
        )


def _send(url: str, raws: Sequence[bytes]) -> None:
    """Hand transactions to the node, all in one request, so that they come into one block."""
    calls = [
        {"jsonrpc": "2.0", "id": place, "method": "eth_sendRawTransaction", "params": ["0x" + raw.hex()]}
        for place, raw in enumerate(raws)
    ]
    request = Request(url, orjson.dumps(calls), {"Content-Type": "application/json"})  # noqa: S310
    with urlopen(request, timeout=600) as answer:  # noqa: S310 - the node of this very run
        for one in orjson.loads(answer.read()):
            if "error" in one:
                raise RuntimeError(f"the node refused a batch: {one['error']}")

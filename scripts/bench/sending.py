"""Sending: very many calls of a member's operator to a registry, as fast as the embedded chain takes them.

Nothing is stored and nothing is tried out before, as a gateway would; that all of it was done is checked by the journal.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from urllib.request import Request, urlopen

import orjson

from ledger.chain.node_chain import NodeChain
from ledger.home import OPERATOR, PASSPHRASE
from ledger.keys.account import open_account
from ledger.keys.files import read_passphrase
from ledger.node.executor import BLOCK_GAS
from scripts.bench.world import World

GAS = 16_777_216
# The embedded chain takes so many transactions into one block.
_MOST_TOGETHER = 64
_TELL_SECONDS = 10.0


class Sender:
    """The operator of a member; nobody else may send for it meanwhile."""

    def __init__(self, world: World, member: str) -> None:
        self.chain = NodeChain(world.node.url, chain_id=world.node.chain_id, journal=world.manifest.journal)
        home = world.folder / member
        self._account = open_account(home / OPERATOR, read_passphrase(home / PASSPHRASE))
        self._url, self._chain_id = world.node.url, world.node.chain_id

    @property
    def address(self) -> bytes:
        """Return the operator's address, 20 bytes."""
        return self._account.address

    def append(self, to: bytes, calls: Iterable[bytes], entries: int, gas: int = GAS) -> None:
        """Make the calls, which together append so many entries; as many in a block as their ``gas`` allows.

        Raises:
            RuntimeError: the chain did not take them all.
        """
        before, nonce = self.chain.journal_head().size, self.chain.next_nonce(self.address)
        told, waiting, together = time.monotonic(), list[bytes](), min(_MOST_TOGETHER, BLOCK_GAS // gas)
        for calldata in calls:
            signed = self._account.sign(
                chain_id=self._chain_id, nonce=nonce, to=to, calldata=calldata, gas=gas
            )
            waiting.append(signed.raw)
            nonce += 1
            if len(waiting) == together:
                self._send(waiting)
                waiting = []
            if time.monotonic() - told > _TELL_SECONDS:
                told, done = time.monotonic(), self.chain.journal_head().size - before
                print(f"  {done:,} of {entries:,} entries on the chain", file=sys.stderr, flush=True)
        self._send(waiting)
        added = self.chain.journal_head().size - before
        if added != entries:
            raise RuntimeError(f"of {entries} entries {added} are on the chain")

    def _send(self, raws: Sequence[bytes]) -> None:
        """Hand transactions to the node, all in one request, so that they come into one block."""
        if not raws:
            return
        calls = [
            {"jsonrpc": "2.0", "id": place, "method": "eth_sendRawTransaction", "params": ["0x" + raw.hex()]}
            for place, raw in enumerate(raws)
        ]
        request = Request(self._url, orjson.dumps(calls), {"Content-Type": "application/json"})  # noqa: S310
        with urlopen(request, timeout=600) as answer:  # noqa: S310 - the node of this very run
            for one in orjson.loads(answer.read()):
                if "error" in one:
                    raise RuntimeError(f"the node refused a transaction: {one['error']}")

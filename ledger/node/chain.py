"""The embedded chain: accept, store, execute, in that order; and come back from the store.

Each step says what a crash there leaves behind. A block's time is the clock's whole seconds and never goes back; several blocks
may share a second, so the chain's clock does not run ahead of the wall's under load.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

from ledger.errors import Unavailable
from ledger.node.executor import BLOCK_GAS, Executor, ExecutorError
from ledger.node.journal import Snapshot, StoredBlock, TransactionJournal

GENESIS_TIME = 1_767_225_600  # 2026-01-01T00:00:00Z; fixed, so that a replay begins with the same block
_GATHER_SECONDS = 0.002
_MOST_IN_BLOCK = 64
_MOST_QUEUED = 1_024
_SNAPSHOT_BLOCKS = 2_000


class ChainDamaged(Exception):
    """What the store and the executor say of a block differs; the chain must not go on."""


@dataclass(frozen=True, slots=True)
class _Pooled:
    """A transaction in the executor's pool and who waits for it; nobody does for one whose turn came later."""

    digest: str
    raw: bytes
    sender: str
    done: asyncio.Future[str] | None

    def succeed(self) -> None:
        if self.done is not None and not self.done.done():
            self.done.set_result(self.digest)

    def fail(self, error: Exception) -> None:
        if self.done is not None and not self.done.done():
            self.done.set_exception(error)


class EmbeddedChain:
    """One chain in the folder ``home``.

    Args:
        clock: the time in seconds since 1970 UTC.
        say: told about long work, one line at a time.
    """

    def __init__(
        self,
        home: Path,
        binary: Path,
        *,
        chain_id: int,
        clock: Callable[[], int],
        say: Callable[[str], None],
    ) -> None:
        self._home = home
        self._binary = binary
        self._clock = clock
        self._say = say
        self._journal = TransactionJournal(home / "chain.sqlite")
        self.chain_id, self._genesis = self._journal.settle_identity(chain_id, GENESIS_TIME)
        self._executor = self._new_executor(None)
        self._arrivals: asyncio.Queue[tuple[bytes, asyncio.Future[str]]] = asyncio.Queue()
        self._queued: dict[tuple[str, int], bytes] = {}
        self._number, self._time = 0, 0
        self._since_snapshot = 0
        self._stopped: str | None = None

    @property
    def block_number(self) -> int:
        """Return the number of the newest block."""
        return self._number

    @property
    def stopped(self) -> str | None:
        """Return why the chain stopped taking transactions, or None while it takes them."""
        return self._stopped

    async def start(self) -> None:
        """Load the last snapshot, replay the rest, and compare every block.

        Raises:
            ChainDamaged: a block came out differently; names it and both hashes.
            Unavailable: the executor or the journal cannot be used.
        """
        snapshot = self._journal.snapshot()
        if snapshot is not None and not await self._load(snapshot):
            self._say("the snapshot cannot be used; replaying from the first block")
            self._journal.forget_snapshots()
            snapshot = None
        if snapshot is None:
            self._executor = self._new_executor(None)
            await self._executor.start()
        self._number = snapshot.number if snapshot is not None else 0
        last, _ = self._journal.last()
        for block in self._journal.blocks_after(self._number):
            await self._replay(block)
            if block.number % 1_000 == 0:
                self._say(f"replayed block {block.number} of {last}")
        _, self._time = self._journal.last()

    async def run(self) -> None:
        """Make blocks of what arrives, until cancelled."""
        while True:
            first = await self._arrivals.get()
            await asyncio.sleep(_GATHER_SECONDS)
            group = [first]
            while len(group) < _MOST_IN_BLOCK and not self._arrivals.empty():
                group.append(self._arrivals.get_nowait())
            await self._make_block(group)

    async def submit(self, raw: bytes) -> str:
        """Take a signed transaction, execute it, and return its hash; a later nonce is kept for its turn.

        Raises:
            ExecutorError: it is not a transaction this chain takes. Unavailable: it could not be stored; nothing happened.
        """
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._arrivals.put_nowait((raw, done))
        return await done

    async def ask(self, method: str, params: Any) -> Any:
        """Pass a question to the executor; see ``Executor.ask``."""
        return await self._executor.ask(method, params)

    async def stop(self) -> None:
        """Take a snapshot if it spares the next start some work, and end the executor."""
        try:
            if self._since_snapshot >= 200 and self._stopped is None:
                await self._take_snapshot()
        finally:
            await self.abandon()

    async def abandon(self) -> None:
        """End the executor without a snapshot."""
        await self._executor.stop()
        self._journal.close()

    async def _make_block(self, group: list[tuple[bytes, asyncio.Future[str]]]) -> None:
        pool: list[_Pooled] = []
        for raw, done in group:
            await self._pool(raw, done, pool)
        if not pool:
            return
        number, time = self._number + 1, max(self._clock(), self._time, self._genesis + 1)
        try:
            self._journal.add(number, time, [(bytes.fromhex(one.digest[2:]), one.raw) for one in pool])
        except Unavailable as error:
            # Nothing is stored: take the transactions out again, so that they are not executed with a later block.
            for one in pool:
                with contextlib.suppress(ExecutorError, Unavailable):
                    await self._executor.ask("anvil_dropTransaction", [one.digest])
                one.fail(error)
            return
        # From here on a crash leaves a stored block without a hash, which the next start executes.
        try:
            block = await self._executor.mine(time)
            self._agree(number, time, [one.digest for one in pool], block)
        except (ChainDamaged, ExecutorError, Unavailable) as error:
            self._stopped = f"block {number} is stored, but was not executed as stored: {error}"
            self._say(self._stopped)
            for one in pool:
                one.fail(Unavailable(self._stopped))
            return
        self._number, self._time = number, time
        with contextlib.suppress(Unavailable):
            self._journal.executed(number, bytes.fromhex(block["hash"][2:]))
        for one in pool:
            one.succeed()
        self._since_snapshot += 1
        if self._since_snapshot >= _SNAPSHOT_BLOCKS:
            await self._take_snapshot()

    async def _pool(self, raw: bytes, done: asyncio.Future[str] | None, pool: list[_Pooled]) -> None:
        """Put one transaction into the executor's pool, and those that waited for it; answer if that is impossible."""
        arrived = _Pooled("0x" + keccak(raw).hex(), raw, "", done)
        if self._stopped is not None:
            arrived.fail(Unavailable(self._stopped))
            return
        try:
            if self._journal.knows(bytes.fromhex(arrived.digest[2:])) or any(
                one.digest == arrived.digest for one in pool
            ):
                raise ExecutorError({"code": -32000, "message": "already known"})
            await self._executor.ask("eth_sendRawTransaction", ["0x" + raw.hex()])
            found = await self._executor.ask("eth_getTransactionByHash", [arrived.digest])
            sender, nonce = str(found["from"]), int(found["nonce"], 16)
            mined = int(await self._executor.ask("eth_getTransactionCount", [sender, "latest"]), 16)
            if nonce > mined + sum(1 for one in pool if one.sender == sender):
                await self._executor.ask("anvil_dropTransaction", [arrived.digest])
                self._wait_for_turn(sender, nonce, raw)
                arrived.succeed()
                return
        except (ExecutorError, Unavailable) as error:
            arrived.fail(error)
            return
        pool.append(_Pooled(arrived.digest, raw, sender, done))
        following = self._queued.pop((sender, nonce + 1), None)
        if following is not None:
            await self._pool(following, None, pool)

    def _wait_for_turn(self, sender: str, nonce: int, raw: bytes) -> None:
        if len(self._queued) >= _MOST_QUEUED:
            raise ExecutorError(
                {"code": -32000, "message": "too many transactions wait for an earlier nonce"}
            )
        self._queued[(sender, nonce)] = raw

    def _agree(self, number: int, time: int, digests: list[str], block: dict[str, Any]) -> None:
        """Check that the executor made exactly the stored block.

        Raises:
            ChainDamaged: it did not.
        """
        found = (int(block["number"], 16), int(block["timestamp"], 16), list(block["transactions"]))
        if found != (number, time, digests):
            raise ChainDamaged(
                f"stored were number {number}, time {time}, {len(digests)} transactions; "
                f"executed were number {found[0]}, time {found[1]}, {len(found[2])} transactions"
            )

    async def _replay(self, block: StoredBlock) -> None:
        for raw in block.raws:
            await self._executor.ask("eth_sendRawTransaction", ["0x" + raw.hex()])
        made = await self._executor.mine(block.time)
        self._agree(block.number, block.time, ["0x" + keccak(raw).hex() for raw in block.raws], made)
        digest = bytes.fromhex(made["hash"][2:])
        if block.digest is None:
            self._journal.executed(block.number, digest)
        elif block.digest != digest:
            raise ChainDamaged(
                f"block {block.number} came out as {digest.hex()}, but {block.digest.hex()} was stored: "
                "its state or its transactions were changed outside the chain"
            )
        self._number = block.number

    def _new_executor(self, state: Path | None) -> Executor:
        return Executor(
            self._binary,
            chain_id=self.chain_id,
            genesis_time=self._genesis,
            state=state,
            log=self._home / "executor.log",
        )

    def _snapshot_file(self, number: int) -> Path:
        return self._home / f"snapshot-{number}.json"

    async def _load(self, snapshot: Snapshot) -> bool:
        """Begin from a snapshot; False when its file is missing, torn, or of another chain."""
        file = self._snapshot_file(snapshot.number)
        try:
            if hashlib.sha256(file.read_bytes()).digest() != snapshot.sha256:
                return False
            self._executor = self._new_executor(file)
            await self._executor.start()
            head = await self._executor.ask("eth_getBlockByNumber", ["latest", False])
        except (OSError, Unavailable, ExecutorError):
            await self._executor.stop()
            return False
        if (int(head["number"], 16), bytes.fromhex(head["hash"][2:])) != (snapshot.number, snapshot.digest):
            await self._executor.stop()
            return False
        return True

    async def _take_snapshot(self) -> None:
        """Write the executor's state beside the journal; a crash here leaves the older snapshot in force."""
        head = await self._executor.ask("eth_getBlockByNumber", ["latest", False])
        number = int(head["number"], 16)
        try:
            data = gzip.decompress(bytes.fromhex((await self._executor.ask("anvil_dumpState", []))[2:]))
            file = self._snapshot_file(number)
            part = file.with_suffix(".part")
            with part.open("wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            part.replace(file)
            digest = bytes.fromhex(head["hash"][2:])
            self._journal.add_snapshot(Snapshot(number, digest, hashlib.sha256(data).digest()))
        except (OSError, Unavailable, ExecutorError) as error:
            self._say(f"no snapshot was taken: {error}")
            return
        self._since_snapshot = 0
        for old in self._home.glob("snapshot-*"):
            if old != file:
                with contextlib.suppress(OSError):
                    old.unlink()


__all__ = ["BLOCK_GAS", "ChainDamaged", "EmbeddedChain"]

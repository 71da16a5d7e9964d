"""The executor: a private anvil that runs transactions, and a client for it.

It listens on a random loopback port because its HTTP cannot be turned off; nobody is told the port, and it dies with
its parent. What it holds is never relied upon: see ``journal``.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import itertools
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import aiohttp

from ledger.errors import Unavailable

BLOCK_GAS = 350_000_000
_START_SECONDS = 20.0
_LARGE = 1 << 30


class ExecutorError(Exception):
    """The executor refused; ``problem`` is its JSON-RPC error object."""

    def __init__(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        super().__init__(str(problem.get("message", problem)))


class Executor:
    """One anvil process; ``start`` before use, ``stop`` after.

    Args:
        binary: the anvil program.
        state: a state file to begin from, or None for an empty chain.
    """

    def __init__(
        self, binary: Path, *, chain_id: int, genesis_time: int, state: Path | None, log: Path
    ) -> None:
        self._port = _free_port()
        self._command = [
            str(binary), "--host", "127.0.0.1", "--port", str(self._port), "--no-mining", "--prune-history",
            "--gas-price", "0", "--base-fee", "0", "--disable-min-priority-fee", "--accounts", "0", "--no-cors",
            "--hardfork", "cancun", "--order", "fifo", "--gas-limit", str(BLOCK_GAS), "--chain-id", str(chain_id),
            "--timestamp", str(genesis_time), "--silent",
            *(["--load-state", str(state)] if state is not None else []),
        ]  # fmt: skip
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._session: aiohttp.ClientSession | None = None
        self._ids = itertools.count(1)

    async def start(self) -> None:
        """Start the process and wait until it answers.

        Raises:
            Unavailable: it ended or did not answer in time; the message has its last words.
        """
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                self._command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent
            )
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120))
        deadline = asyncio.get_running_loop().time() + _START_SECONDS
        while True:
            if self._process.poll() is not None:
                raise Unavailable(f"the executor ended at start: {self._last_words()}")
            try:
                await self.ask("eth_chainId", [])
            except (Unavailable, ExecutorError):
                if asyncio.get_running_loop().time() > deadline:
                    raise Unavailable(f"the executor did not answer in {_START_SECONDS:.0f} s") from None
                await asyncio.sleep(0.02)
            else:
                return

    async def ask(self, method: str, params: Any) -> Any:
        """Return the result of one call.

        Raises:
            ExecutorError: it answered with an error. Unavailable: it did not answer.
        """
        assert self._session is not None, "not started"
        question = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params}
        try:
            async with self._session.post(f"http://127.0.0.1:{self._port}", json=question) as response:
                answer = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unavailable(f"the executor did not answer {method}: {type(error).__name__}") from error
        if "error" in answer:
            raise ExecutorError(answer["error"])
        return answer.get("result")

    async def mine(self, time: int) -> dict[str, Any]:
        """Execute what is in the pool as one block with this time and return the block."""
        await self.ask("evm_setNextBlockTimestamp", [time])
        await self.ask("evm_mine", [])
        block: dict[str, Any] = await self.ask("eth_getBlockByNumber", ["latest", False])
        return block

    async def stop(self) -> None:
        """End the process; it has nothing to save."""
        if self._session is not None:
            await self._session.close()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            self._process.wait()

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            return self._log.read_text(errors="replace")[-400:].strip()
        return "no log"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent ends, however that ends (Linux only, else nothing)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)

"""The endpoint: JSON-RPC over HTTP on this machine's loopback, for the methods a gateway needs and no others.

The executor's own methods (to set balances, to impersonate, to mine) are not reachable from here. Browsers are kept out:
a request with an ``Origin`` or with another ``Host`` is refused, so no web page can speak to a local chain.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from aiohttp import web

from ledger.errors import Unavailable
from ledger.node.chain import ChainDamaged, EmbeddedChain
from ledger.node.executor import ExecutorError

METHODS = frozenset(
    {
        "eth_blockNumber", "eth_call", "eth_chainId", "eth_estimateGas", "eth_feeHistory", "eth_gasPrice",
        "eth_getBalance", "eth_getBlockByHash", "eth_getBlockByNumber", "eth_getBlockReceipts", "eth_getCode",
        "eth_getLogs", "eth_getProof", "eth_getStorageAt", "eth_getTransactionByHash", "eth_getTransactionCount",
        "eth_getTransactionReceipt", "eth_maxPriorityFeePerGas", "eth_sendRawTransaction", "eth_syncing",
        "net_version", "web3_clientVersion",
    }
)  # fmt: skip
MAX_BODY = 8 * 1024 * 1024
MAX_BATCH = 1_000


class Endpoint:
    """Answers JSON-RPC for one chain."""

    def __init__(self, chain: EmbeddedChain) -> None:
        self._chain = chain

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one HTTP request."""
        host = request.headers.get("Host", "").rsplit(":", 1)[0]
        if "Origin" in request.headers or host not in {"127.0.0.1", "localhost", "[::1]"}:
            return web.Response(status=403, text="this endpoint is for programs on this machine only\n")
        try:
            question = json.loads(await request.read())
        except (ValueError, RecursionError):
            return _reply(_error(None, -32700, "the body is not JSON"))
        if isinstance(question, list):
            if not 0 < len(question) <= MAX_BATCH:
                return _reply(
                    _error(None, -32600, f"a batch has 1 to {MAX_BATCH} calls, this one {len(question)}")
                )
            return _reply(await asyncio.gather(*(self._answer(one) for one in question)))
        return _reply(await self._answer(question))

    async def _answer(self, question: Any) -> dict[str, Any]:
        if not isinstance(question, dict) or not isinstance(question.get("method"), str):
            return _error(None, -32600, "not a JSON-RPC call")
        name, given = question.get("id"), question.get("params", [])
        method = question["method"]
        if method not in METHODS:
            return _error(name, -32601, f"{method} is not available on this chain")
        try:
            if method == "eth_sendRawTransaction":
                result: Any = await self._chain.submit(_raw(given))
            else:
                result = await self._chain.ask(method, given)
        except ExecutorError as error:
            return {"jsonrpc": "2.0", "id": name, "error": error.problem}
        except Unavailable as error:
            return _error(name, -32000, str(error))
        return {"jsonrpc": "2.0", "id": name, "result": result}


async def serve(home: Path, binary: Path, *, port: int, chain_id: int) -> None:
    """Run the chain in ``home`` on ``port`` (0: any) until SIGTERM or SIGINT; write ``node.json`` when ready.

    Raises:
        Unavailable: another process runs this chain, the port is taken, or the executor cannot be used.
        ChainDamaged: the stored chain does not come out as it was.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Unavailable(f"another process runs the chain in {home}") from error
        chain = EmbeddedChain(home, binary, chain_id=chain_id, clock=lambda: int(time.time()), say=_say)
        try:
            await chain.start()
        except BaseException:
            await chain.abandon()
            raise
        await _serve_chain(home, chain, port)


async def _serve_chain(home: Path, chain: EmbeddedChain, port: int) -> None:
    application = web.Application(client_max_size=MAX_BODY)
    application.router.add_post("/", Endpoint(chain).handle)
    runner = web.AppRunner(application, access_log=None)
    making = asyncio.create_task(chain.run())
    ready = home / "node.json"
    try:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        try:
            await site.start()
        except OSError as error:
            raise Unavailable(f"port {port} cannot be used: {error}") from error
        found = runner.addresses[0][1]
        part = ready.with_suffix(".part")
        part.write_text(json.dumps({"pid": os.getpid(), "port": found, "chainId": chain.chain_id}))
        part.replace(ready)
        _say(f"ready on 127.0.0.1:{found} at block {chain.block_number}")
        await _until_told_to_stop(making)
    finally:
        with contextlib.suppress(OSError):
            ready.unlink()
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)
        await runner.cleanup()
        await chain.stop()


async def _until_told_to_stop(making: asyncio.Task[None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait({waiting, making}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if making.done():
        making.result()


def _raw(params: Any) -> bytes:
    if (
        isinstance(params, list)
        and len(params) == 1
        and isinstance(params[0], str)
        and params[0].startswith("0x")
    ):
        with contextlib.suppress(ValueError):
            raw = bytes.fromhex(params[0][2:])
            if raw:
                return raw
    raise ExecutorError({"code": -32602, "message": "expected one signed transaction in hexadecimal"})


def _error(name: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": name, "error": {"code": code, "message": message}}


def _reply(answer: Any) -> web.Response:
    return web.Response(body=json.dumps(answer).encode(), content_type="application/json")


def _say(line: str) -> None:
    print(line, flush=True)


__all__ = ["METHODS", "ChainDamaged", "serve"]

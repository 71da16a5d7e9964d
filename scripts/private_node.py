"""A private anvil for measurements: one transaction to a block, fixed times, no fees; any account may send."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast
from urllib.error import URLError
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
ANVIL: Final = ROOT / "node_modules" / "@foundry-rs" / "anvil-linux-amd64" / "bin" / "anvil"
START: Final = 1_800_000_000
CHAIN_ID: Final = 7_331
GAS_LIMIT: Final = 16_777_216


@dataclass
class Node:
    """A private chain, one transaction to a block, one second to a block; any account may send."""

    url: str
    now: int = START

    def ask(self, method: str, *parameters: object) -> Any:
        """Return the node's answer. Raises RuntimeError with its message if it refuses."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}).encode()
        with urlopen(Request(self.url, body, {"Content-Type": "application/json"}), timeout=30) as answer:  # noqa: S310
            result = json.load(answer)
        if "error" in result:
            raise RuntimeError(f"{method}: {result['error']}")
        return result["result"]

    def send(self, sender: str, to: str | None, data: bytes) -> dict[str, Any]:
        """Return the receipt of a transaction that must succeed."""
        self.now += 1
        self.ask("evm_setNextBlockTimestamp", self.now)
        call = {"from": sender, "data": "0x" + data.hex(), "gas": hex(GAS_LIMIT), "gasPrice": "0x0"}
        digest = self.ask("eth_sendTransaction", call | ({"to": to} if to else {}))
        while (receipt := self.ask("eth_getTransactionReceipt", digest)) is None:
            time.sleep(0.005)
        if receipt["status"] != "0x1":
            raise RuntimeError(f"transaction to {to} reverted")
        return cast("dict[str, Any]", receipt)


@contextmanager
def private_node(anvil: Path) -> Iterator[Node]:
    """Start anvil on a free port, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    fees = "--gas-price 0 --base-fee 0 --disable-min-priority-fee --accounts 0"
    place = f"--timestamp {START} --chain-id {CHAIN_ID} --host 127.0.0.1 --port {port}"
    flags = f"--silent --prune-history --no-cors --hardfork cancun {fees} {place}"
    command = [str(anvil), *flags.split()]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        node = Node(f"http://127.0.0.1:{port}")
        for _ in range(200):
            try:
                node.ask("anvil_autoImpersonateAccount", True)
                break
            except URLError:
                time.sleep(0.05)
        yield node
    finally:
        process.terminate()
        process.wait()

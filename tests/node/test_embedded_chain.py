"""The embedded chain: nothing it accepted is lost, and nothing it holds is believed without a check."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.node_chain import NodeChain
from ledger.errors import Unavailable
from ledger.keys.account import SignedTransaction, TransactionAccount
from ledger.node.control import NodeAddress, down, status, up

ACCOUNT = TransactionAccount(b"\x21" * 32)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "node"
    down(tmp_path / "node")


def a_transaction(node: NodeAddress, nonce: int) -> SignedTransaction:
    return ACCOUNT.sign(
        chain_id=node.chain_id, nonce=nonce, to=b"\x77" * 20, calldata=nonce.to_bytes(4, "big"), gas=60_000
    )


def chain_of(node: NodeAddress) -> NodeChain:
    return NodeChain(node.url, chain_id=node.chain_id, journal=bytes(20))


def ask(
    node: NodeAddress, method: str, params: list[Any], headers: dict[str, str] | None = None
) -> dict[str, Any]:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(node.url, body, {"Content-Type": "application/json", **(headers or {})})
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def kill(node: NodeAddress, home: Path) -> None:
    os.kill(node.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while status(home) is not None and time.monotonic() < deadline:
        time.sleep(0.01)


def stored(home: Path) -> list[tuple[int, bytes | None]]:
    with sqlite3.connect(home / "chain.sqlite") as journal:
        return journal.execute("SELECT number, hash FROM blocks ORDER BY number").fetchall()


def executor_port(home: Path) -> int:
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = process.read_bytes().split(b"\0")
            parent = int((process.parent / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        running = status(home)
        if words and words[0].endswith(b"anvil") and running is not None and parent == running.pid:
            return int(words[words.index(b"--port") + 1])
    raise AssertionError("no executor found")


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_any_moment_it_comes_back_with_everything_it_acknowledged(home: Path, seed: int) -> None:
    acknowledged: list[SignedTransaction] = []
    node = up(home, 0)
    for life in range(3):
        chain = chain_of(node)
        nonce = chain.next_nonce(ACCOUNT.address)
        killer = threading.Timer(random.Random(seed * 10 + life).uniform(0.1, 0.6), kill, (node, home))
        killer.start()
        with contextlib.suppress(Unavailable):
            while True:
                signed = a_transaction(node, nonce)
                chain.send(signed.raw)
                acknowledged.append(signed)
                nonce += 1
        killer.join()
        before = [row for row in stored(home) if row[1] is not None]
        node = up(home, 0)
        assert stored(home)[: len(before)] == before
        assert all(digest is not None for _, digest in stored(home))
    chain = chain_of(node)
    assert len(acknowledged) > 3
    assert all(chain.receipt(one.digest) is not None for one in acknowledged)
    assert chain.next_nonce(ACCOUNT.address) >= len(acknowledged)


def test_a_block_that_was_stored_but_not_executed_is_executed_at_the_next_start(home: Path) -> None:
    node = up(home, 0)
    chain_of(node).send(a_transaction(node, 0).raw)
    waiting = a_transaction(node, 1)
    down(home)
    with sqlite3.connect(
        home / "chain.sqlite"
    ) as journal:  # what a kill between storing and executing leaves
        number, moment = journal.execute("SELECT number, time FROM blocks ORDER BY number DESC").fetchone()
        journal.execute("INSERT INTO blocks VALUES (?, ?, NULL)", (number + 1, moment))
        journal.execute(
            "INSERT INTO transactions VALUES (?, 0, ?, ?)", (number + 1, waiting.digest, waiting.raw)
        )
    node = up(home, 0)
    assert chain_of(node).receipt(waiting.digest) is not None
    assert stored(home)[-1][1] is not None


def test_state_that_was_changed_behind_its_back_stops_the_next_start(home: Path) -> None:
    node = up(home, 0)
    chain_of(node).send(a_transaction(node, 0).raw)
    private = NodeAddress(f"http://127.0.0.1:{executor_port(home)}", 0, node.chain_id)
    ask(private, "anvil_setBalance", ["0x" + "55" * 20, "0xffff"])
    chain_of(node).send(a_transaction(node, 1).raw)
    down(home)
    with pytest.raises(Unavailable, match=r"block 2 came out as [0-9a-f]{64}, but [0-9a-f]{64} was stored"):
        up(home, 0)


def test_a_changed_journal_stops_the_next_start(home: Path) -> None:
    node = up(home, 0)
    chain_of(node).send(a_transaction(node, 0).raw)
    down(home)
    other = ACCOUNT.sign(chain_id=node.chain_id, nonce=0, to=b"\x66" * 20, calldata=b"", gas=60_000)
    with sqlite3.connect(home / "chain.sqlite") as journal:
        journal.execute("UPDATE transactions SET raw = ?, hash = ?", (other.raw, other.digest))
    with pytest.raises(Unavailable, match="block 1 came out as"):
        up(home, 0)


def test_a_torn_snapshot_is_not_used(home: Path) -> None:
    node = up(home, 0)
    for nonce in range(3):
        chain_of(node).send(a_transaction(node, nonce).raw)
    head = chain_of(node).head()
    down(home)
    (home / "snapshot-3.json").write_text('{"torn')
    with sqlite3.connect(home / "chain.sqlite") as journal:
        journal.execute("INSERT INTO snapshots VALUES (3, ?, ?)", (head.digest, bytes(32)))
    assert chain_of(up(home, 0)).head() == head


def test_a_long_chain_starts_from_its_snapshot_and_goes_on(home: Path) -> None:
    node = up(home, 0)
    for nonce in range(220):
        chain_of(node).send(a_transaction(node, nonce).raw)
    head = chain_of(node).head()
    down(home)
    assert list(home.glob("snapshot-*.json"))
    node = up(home, 0)
    chain = chain_of(node)
    assert chain.head() == head
    assert chain.receipt(a_transaction(node, 7).digest) is not None
    chain.send(a_transaction(node, 220).raw)
    assert chain.head().parent == head.digest


def test_a_second_node_on_the_same_folder_is_refused(home: Path) -> None:
    up(home, 0)
    other = subprocess.run(
        [sys.executable, "-m", "ledger.node", "--home", str(home), "--port", "0"],
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert other.returncode == 1
    assert "another process runs the chain" in other.stderr


def test_a_later_nonce_waits_for_its_turn_and_stops_nobody_else(home: Path) -> None:
    node = up(home, 0)
    early, late = a_transaction(node, 0), a_transaction(node, 1)
    chain = chain_of(node)
    chain.send(late.raw)
    assert chain.receipt(late.digest) is None
    stranger = TransactionAccount(b"\x22" * 32).sign(
        chain_id=node.chain_id, nonce=0, to=b"\x77" * 20, calldata=b"", gas=60_000
    )
    chain.send(stranger.raw)
    chain.send(early.raw)
    assert all(chain.receipt(one.digest) is not None for one in (stranger, early, late))


@pytest.mark.parametrize(
    "method",
    [
        "anvil_setBalance",
        "evm_mine",
        "hardhat_reset",
        "eth_sendTransaction",
        "debug_traceCall",
        "eth_accounts",
    ],
)
def test_methods_that_change_the_world_are_not_there(home: Path, method: str) -> None:
    assert ask(up(home, 0), method, [])["error"]["code"] == -32601


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
def test_a_web_page_cannot_speak_to_the_chain(home: Path, headers: dict[str, str]) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        ask(up(home, 0), "eth_chainId", [], headers)
    assert refused.value.code == 403


@pytest.mark.parametrize("raw", ["0x", "0x01", "0xc0", "nonsense", "0x" + "ff" * 300, None])
def test_what_is_not_a_transaction_is_refused_and_the_chain_goes_on(home: Path, raw: str | None) -> None:
    node = up(home, 0)
    assert "error" in ask(node, "eth_sendRawTransaction", [raw])
    chain_of(node).send(a_transaction(node, 0).raw)
    assert chain_of(node).head().number == 1


def test_a_locked_journal_refuses_the_transaction_and_forgets_it(home: Path) -> None:
    node = up(home, 0)
    chain = chain_of(node)
    with sqlite3.connect(home / "chain.sqlite", isolation_level=None) as journal:
        journal.execute("BEGIN IMMEDIATE")
        answer = ask(node, "eth_sendRawTransaction", ["0x" + a_transaction(node, 0).raw.hex()])
        journal.execute("ROLLBACK")
    assert "cannot be used" in answer["error"]["message"]
    assert chain.next_nonce(ACCOUNT.address) == 0
    chain.send(a_transaction(node, 0).raw)
    assert chain.head().number == 1


def test_the_chains_clock_does_not_run_ahead_of_the_walls(home: Path) -> None:
    node = up(home, 0)
    for nonce in range(30):
        chain_of(node).send(a_transaction(node, nonce).raw)
    assert chain_of(node).head().time <= int(time.time())

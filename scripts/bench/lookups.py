"""Look-ups: certificates asked for by number over HTTP, from a real gateway with very many records in its index.

Both ways of answering are measured: from the cache while it is younger than the operator allows, and proved against the chain
at each question, which is the default.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from random import Random

from ledger.wiring import open_ledger
from scripts.bench.gateway import Gateway, a_gateway
from scripts.bench.index import fill, number
from scripts.bench.processes import cpu_seconds, highest_mib
from scripts.bench.report import Row, Section, at_least, at_most
from scripts.bench.scale import Scale
from scripts.bench.world import VERIFIER, a_world

_CONNECTIONS = (1, 8, 16)
_RATE, _P99_MS = 1_000, 20
_FRESHNESS = "TRADESEAL_CHAIN_FRESHNESS_SECONDS"
_MODES = {"from the cache": "86400", "proved each time": "0"}


def measure(scale: Scale) -> Section:
    """Return requests per second, latencies, and the gateway's processor time per request."""
    with a_world() as world:
        fill(world, scale.records)
        began = time.perf_counter()
        fill(world, 1, first=scale.records)
        rows = [Row("embedded chain: one more record", time.perf_counter() - began, "s")]
        print("  reading them into the gateway's cache", file=sys.stderr, flush=True)
        with open_ledger(world.settings(VERIFIER)) as ledger:
            began = time.perf_counter()
            read = ledger.converge()
            rate = read / (time.perf_counter() - began)
        rows.append(Row("chain to cache", rate, "entries/s", lower_is_better=False))
        serials = Random(1).sample(range(scale.records), min(scale.asked, scale.records))
        asked = [number(serial) for serial in serials]
        for mode, freshness in _MODES.items():
            with a_gateway(world, VERIFIER, {_FRESHNESS: freshness}) as gateway:
                for connections in _CONNECTIONS:
                    rows += _rows(mode, gateway, asked, connections, scale.requests)
                rows.append(Row(f"{mode}: memory of the gateway", highest_mib(gateway.pid), "MiB"))
    remarks = (
        f"{scale.records:,} records, all anchored on the chain and read into the cache; {len(asked):,} numbers of them are "
        f"asked for at random, {scale.requests:,} times at each number of connections, all kept open.",
        "One gateway process on SQLite. The client is a process of its own on the same cores, and so is the chain: with two "
        "cores the client takes from the gateway what it uses itself.",
        "One more record: a transaction of its own; what a block costs the embedded chain grows with all records there are. "
        "Chain to cache: a gateway that has read nothing yet reads everything, checks it against the root, and stores it.",
        "Proved each time: the gateway asks the chain at each look-up (freshness_seconds = 0, the default). Here that is one "
        "embedded node; its time is in the figures.",
    )
    return Section("lookups", rows, remarks)


def _rows(mode: str, gateway: Gateway, asked: list[str], connections: int, requests: int) -> list[Row]:
    task = {
        "host": gateway.client.host,
        "port": gateway.client.port,
        "key": gateway.client.api_key,
        "numbers": asked,
        "connections": connections,
        "requests": requests,
    }
    before = cpu_seconds(gateway.pid)
    done = subprocess.run(
        [sys.executable, "-m", "scripts.bench.load"],
        input=json.dumps(task).encode(),
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the load client failed with {connections} connections, {mode}")
    found = json.loads(done.stdout)
    cpu = (cpu_seconds(gateway.pid) - before) / found["requests"] * 1_000
    name = f"{mode}, {connections} connection{'s' * (connections > 1)}"
    rate, tail = (at_least(_RATE), at_most(_P99_MS)) if connections > 1 else (None, at_most(_P99_MS))
    return [
        Row(f"{name}: rate", found["perSecond"], "per second", rate, lower_is_better=False),
        Row(f"{name}: p50", found["p50Ms"], "ms"),
        Row(f"{name}: p99", found["p99Ms"], "ms", tail),
        Row(f"{name}: gateway's processor time", cpu, "ms"),
    ]

"""Look-ups: certificates asked for by number over HTTP, from a real gateway with very many records in its index.

Both ways of answering are measured: from the cache while it is younger than the operator allows, and proved against the chain
at each question, which is the default.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from urllib.parse import quote

from ledger.wiring import open_ledger
from scripts.bench.gateway import Gateway, a_gateway
from scripts.bench.index import fill, number
from scripts.bench.processes import cpu_seconds, highest_mib, run_module
from scripts.bench.report import Row, Section, at_least, at_most
from scripts.bench.scale import Scale
from scripts.bench.world import CONNECTIONS, ISSUER, VERIFIER, a_world

_RATE, _P99_MS = 1_000, 20
_FRESHNESS = "TRADESEAL_CHAIN_FRESHNESS_SECONDS"
# What the gateway may rely on, as variables of its environment.
MODES = {"from the cache": {_FRESHNESS: "86400"}, "proved each time": {_FRESHNESS: "0"}}


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
        asked = [f"/v1/verify?issuer={ISSUER}&number={quote(number(serial))}" for serial in serials]
        for mode, environment in MODES.items():
            with a_gateway(world, VERIFIER, environment) as gateway:
                for connections in CONNECTIONS:
                    found = look_up(mode, gateway, asked, connections, scale.requests)
                    rows += with_targets(found, connections)
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


def look_up(
    mode: str, gateway: Gateway, targets: Sequence[str], connections: int, requests: int
) -> list[Row]:
    """Ask for ``targets`` at random and return rate, p50, p99 and the gateway's processor time per look-up.

    Raises:
        RuntimeError: an answer was not a verdict to accept.
    """
    before = cpu_seconds(gateway.pid)
    task = {**gateway.task(connections), "targets": targets, "requests": requests}
    found = run_module("scripts.bench.load", task)
    cpu = (cpu_seconds(gateway.pid) - before) / found["requests"] * 1_000
    name = f"{mode}, {connections} connection{'s' * (connections > 1)}"
    return [
        Row(f"{name}: rate", found["perSecond"], "per second", lower_is_better=False),
        Row(f"{name}: p50", found["p50Ms"], "ms"),
        Row(f"{name}: p99", found["p99Ms"], "ms"),
        Row(f"{name}: gateway's processor time", cpu, "ms"),
    ]


def with_targets(rows: Sequence[Row], connections: int) -> list[Row]:
    """Return the rows of ``look_up`` with what was set for look-ups; a rate only over more than one connection."""
    rate, p50, p99, cpu = rows
    wanted = at_least(_RATE) if connections > 1 else None
    return [replace(rate, target=wanted), p50, replace(p99, target=at_most(_P99_MS)), cpu]

"""Uses: a customs office reserves and then consumes, over HTTP, at a real gateway that writes each on the chain.

Measured twice: each use on a licence of its own, and all on one line of one licence, where each depends on the one before.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import orjson

from ledger.demo.documents import todays_licence
from ledger.service.answers import IssueOutcome
from ledger.wiring import open_ledger
from scripts.bench.gateway import Gateway, a_gateway
from scripts.bench.processes import children, cpu_seconds, run_module
from scripts.bench.report import Row, Section
from scripts.bench.scale import Scale
from scripts.bench.world import CONNECTIONS, LICENSER, VERIFIER, World, a_world

_TONNES = "100000"
_OFFICE = "CN2202"
# The licence allows twelve declarations; the uses of one line are items of so many.
_DECLARATIONS = 10


def measure(scale: Scale) -> Section:
    """Return uses per second, latencies of both acts, and the processor time of a use."""
    with a_world() as world:
        return measure_in(world, scale)


def measure_in(world: World, scale: Scale) -> Section:
    """As ``measure``, in a consortium that is there."""
    licences = _Licences(world)
    rate = licences.issue(scale.uses * len(CONNECTIONS) + len(CONNECTIONS))
    rows = [Row("licences issued with a balance", rate, "per second", lower_is_better=False)]
    with a_gateway(world, VERIFIER, {}) as gateway:
        for connections in CONNECTIONS:
            own = [_use(licences.take(), 0, 1) for _ in range(scale.uses)]
            rows += _rows("each its own record", world, gateway, own, connections)
        for connections in CONNECTIONS:
            shared = licences.take()
            line = [
                _use(shared, place % _DECLARATIONS, 1 + place // _DECLARATIONS) for place in range(scale.uses)
            ]
            rows += _rows("all on one line", world, gateway, line, connections)
    remarks = (
        f"{scale.uses:,} uses at each number of connections, all kept open: POST /v1/uses to reserve 1 t, answered when it is on "
        "the chain and read back, and then to consume it. One use is two transactions.",
        "One gateway process on SQLite with one account, one embedded node that makes a block of what has arrived. Client, "
        "gateway, node and EVM share the machine.",
        f"All on one line: a new licence for each number of connections, the uses being items of {_DECLARATIONS} declarations. "
        "The gateway reads all entries of the licence from its cache at each act, and folds what is new.",
        "Licences issued with a balance: by their authority's gateway, one transaction each.",
    )
    return Section("uses", rows, remarks)


class _Licences:
    """Licences over very much, each with a balance of its own."""

    def __init__(self, world: World) -> None:
        self._world, self._numbers = world, count(1)
        self._left: list[str] = []

    def issue(self, how_many: int) -> float:
        """Issue some and return how many were issued in a second.

        Raises:
            RuntimeError: one of them was not anchored.
        """
        print(f"  issuing {how_many:,} licences", file=sys.stderr, flush=True)
        today, run = datetime.now(UTC).date(), time.time_ns() // 1_000_000
        made = [todays_licence(today, f"{run}-{next(self._numbers):06d}", _TONNES) for _ in range(how_many)]
        sources = ((f"licence {place}", orjson.dumps(one)) for place, one in enumerate(made))
        with open_ledger(self._world.settings(LICENSER)) as ledger:
            began = time.perf_counter()
            for result in ledger.issue(sources):
                if result.outcome is not IssueOutcome.ANCHORED:
                    raise RuntimeError(
                        f"{result.source} is {result.outcome}: {result.reason} {result.problems}"
                    )
                self._left.append(result.number)
            return how_many / (time.perf_counter() - began)

    def take(self) -> str:
        """Return the number of a licence that nobody has used."""
        return self._left.pop()


def _use(number: str, declaration: int, item: int) -> dict[str, Any]:
    return {
        "kind": "licence",
        "issuer": LICENSER,
        "number": number,
        "office": _OFFICE,
        "declaration": f"22022026{declaration:010d}",
        "item": item,
        "line": 1,
        "quantity": "1",
        "unit": "TNE",
    }


def _rows(
    what: str, world: World, gateway: Gateway, uses: list[dict[str, Any]], connections: int
) -> list[Row]:
    chain = [world.node.pid, *children(world.node.pid)]
    before = cpu_seconds(gateway.pid), _sum(chain)
    found = run_module("scripts.bench.use_load", {**gateway.task(connections), "uses": uses})
    each = 1_000 / found["uses"]
    name = f"{what}, {connections} connection{'s' * (connections > 1)}"
    return [
        Row(f"{name}: uses", found["perSecond"], "per second", lower_is_better=False),
        Row(f"{name}: reserve, p50", found["reserve50Ms"], "ms"),
        Row(f"{name}: reserve, p99", found["reserve99Ms"], "ms"),
        Row(f"{name}: consume, p50", found["consume50Ms"], "ms"),
        Row(f"{name}: consume, p99", found["consume99Ms"], "ms"),
        Row(f"{name}: gateway's processor time", (cpu_seconds(gateway.pid) - before[0]) * each, "ms"),
        Row(f"{name}: processor time of node and EVM", (_sum(chain) - before[1]) * each, "ms"),
    ]


def _sum(pids: Iterable[int]) -> float:
    return sum(map(cpu_seconds, pids))

"""Footprint: how fast the command starts, how much memory an idle gateway holds, how fast a journal is read."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from scripts.bench.gateway import a_gateway
from scripts.bench.peer import ROOT
from scripts.bench.processes import resident_mib
from scripts.bench.report import Row, Section, at_least, at_most
from scripts.bench.scale import Scale
from scripts.bench.world import VERIFIER, a_world

_START_SECONDS, _IDLE_MIB = 0.5, 150
_ENTRIES_PER_SECOND, _GROWTH_MIB = 20_000, 16
_REMARKS = (
    "Start: best of some runs of tradeseal --help, a new process each time, files in the page cache.",
    "Idle gateway: VmRSS of tradeseal serve with the sample consortium in its cache, after it is ready and one request.",
    "Replay: each entry cut from its event, hashed into the tree, read, and the consortium folded; processor time of a process "
    "of its own. Memory is what it grows by from a quarter of the entries to the last. The second replay also folds every "
    "record with all rules of the contracts, and keeps each in memory, as it must to know a number twice.",
)


def measure(scale: Scale) -> Section:
    """Return seconds, MiB and entries per second."""
    tree, whole = (_replay(scale.entries, *more) for more in ([], ["--records"]))
    rows = [
        Row("tradeseal --help", _start_seconds(scale.starts), "s", at_most(_START_SECONDS)),
        Row("idle gateway", _idle_mib(), "MiB", at_most(_IDLE_MIB)),
        *_replay_rows("replay: tree and consortium", tree),
        *_replay_rows("replay: every record too", whole),
    ]
    return Section("footprint", rows, (*_REMARKS, f"{int(tree['entries']):,} entries were replayed."))


def _start_seconds(starts: int) -> float:
    best = float("inf")
    for _ in range(starts):
        began = time.perf_counter()
        subprocess.run(
            [ROOT / ".venv" / "bin" / "tradeseal", "--help"], stdout=subprocess.DEVNULL, check=True
        )
        best = min(best, time.perf_counter() - began)
    return best


def _idle_mib() -> float:
    with a_world() as world, a_gateway(world, VERIFIER, {}) as gateway:
        gateway.client.get("/v1/members")
        return resident_mib(gateway.pid)


def _replay(entries: int, *more: str) -> dict[str, float]:
    command = [sys.executable, "-m", "scripts.bench.replay", str(entries), *more]
    found: dict[str, float] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return found


def _replay_rows(name: str, found: dict[str, float]) -> list[Row]:
    return [
        Row(name, found["perSecond"], "entries/s", at_least(_ENTRIES_PER_SECOND), lower_is_better=False),
        Row(f"{name}: memory grows by", found["grownMib"], "MiB", at_most(_GROWTH_MIB)),
        Row(f"{name}: memory at the end", found["atTheEndMib"], "MiB"),
    ]

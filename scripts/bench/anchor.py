"""Anchor: certificates from a file to records on the chain, by the ``tradeseal issue`` command on an embedded chain.

Everything of one gateway and one chain runs on this machine: checking, sealing, store, outbox, node, contracts, reading back.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ledger.chain.node_chain import NodeChain
from scripts.bench.certificates import stream
from scripts.bench.processes import Watch, children, cpu_seconds, highest_mib
from scripts.bench.report import Row, Section, at_least, at_most
from scripts.bench.scale import Scale
from scripts.bench.world import ISSUER, World, a_world

_RATE, _MEMORY_MIB = 1_000, 400
_TELL_SECONDS = 5.0
_POLL_SECONDS = 0.1


def measure(scale: Scale) -> Section:
    """Return certificates per second from start to exit of the command, and the memory of all processes.

    Raises:
        RuntimeError: not every certificate was anchored.
    """
    with a_world() as world:
        file = world.folder / "certificates.jsonl"
        with file.open("wb") as lines:
            lines.writelines(line + b"\n" for line in stream(scale.certificates))
        size = file.stat().st_size
        chain = [world.node.pid, *children(world.node.pid)]
        before = sum(map(cpu_seconds, chain))
        run = _Run(world, file, scale.certificates)
        chain_cpu = sum(map(cpu_seconds, chain)) - before
        node, *executor = map(highest_mib, chain)
    own_cpu = run.watch.cpu[run.pid]
    each = 1_000 / scale.certificates
    rows = [
        Row("issued and anchored", run.rate, "per second", at_least(_RATE), lower_is_better=False),
        Row("slowest tenth", slowest_tenth(run.marks), "per second", lower_is_better=False),
        Row("memory: all processes of the command", run.watch.total, "MiB", at_most(_MEMORY_MIB)),
        Row("memory: the command itself", run.watch.own, "MiB"),
        Row(f"memory: its {len(run.watch.others)} workers", sum(run.watch.others.values()), "MiB"),
        Row("memory: all, shared pages counted once", run.watch.proportional, "MiB"),
        Row("memory: the node", node, "MiB"),
        Row("memory: the node's EVM process", sum(executor), "MiB"),
        Row("processor time of a certificate: the command", own_cpu * each, "ms"),
        Row(
            "processor time of a certificate: its workers",
            (sum(run.watch.cpu.values()) - own_cpu) * each,
            "ms",
        ),
        Row("processor time of a certificate: node and EVM", chain_cpu * each, "ms"),
    ]
    remarks = (
        f"{scale.certificates:,} certificates of 1 to 120 items ({size / scale.certificates:,.0f} bytes of JSON each on "
        f"average) took {run.seconds:,.1f} s from the start of tradeseal issue to its exit, on the same cores as the chain.",
        "Memory is the highest resident size (VmHWM) of each process, so sums count shared pages twice.",
    )
    return Section("anchor", rows, remarks)


class _Run:
    """One run of the command, watched."""

    def __init__(self, world: World, file: Path, count: int) -> None:
        before = _journal_size(world)
        results = world.folder / "results.jsonl"
        command = [sys.executable, "-m", "ledger.cli", "--home", str(world.folder / ISSUER), "issue"]
        with results.open("wb") as out:
            began = time.monotonic()
            process = subprocess.Popen([*command, "--json", str(file)], stdout=out)
            self.pid = process.pid
            with Watch(process.pid) as self.watch:
                self.marks = _follow(process, results, count, began)
            self.seconds = time.monotonic() - began
        anchored = sum(b'"outcome":"anchored"' in line for line in results.open("rb"))
        added = _journal_size(world) - before
        if (anchored, added) != (count, count):
            raise RuntimeError(
                f"of {count} certificates {anchored} were reported as anchored, {added} are on the chain"
            )
        self.rate = count / self.seconds


def slowest_tenth(marks: Sequence[tuple[float, int]]) -> float:
    """Return results per second over that tenth of all results that took longest.

    Args:
        marks: (seconds, results so far), beginning with (0, 0).
    """
    tenth, first, slowest = marks[-1][1] / 10, 0, float("inf")
    for at, done in marks:
        while done - marks[first + 1][1] >= tenth:
            first += 1
        since, had = marks[first]
        if done - had >= tenth:
            slowest = min(slowest, (done - had) / (at - since))
    return slowest


def _follow(
    process: subprocess.Popen[bytes], results: Path, count: int, began: float
) -> list[tuple[float, int]]:
    """Return (seconds, results so far) as they grow until the command ends, and tell about it now and then."""
    marks, told = [(0.0, 0)], began
    with results.open("rb") as lines:
        while True:
            over = process.poll() is not None
            done = marks[-1][1] + lines.read().count(b"\n")
            now = time.monotonic()
            if done > marks[-1][1]:
                marks.append((now - began, done))
            if now - told > _TELL_SECONDS:
                told = now
                rate = done / (now - began)
                print(f"  {done:,} of {count:,} anchored, {rate:,.0f} a second", file=sys.stderr, flush=True)
            if over:
                return marks
            time.sleep(_POLL_SECONDS)


def _journal_size(world: World) -> int:
    chain = NodeChain(world.node.url, chain_id=world.node.chain_id, journal=world.manifest.journal)
    return chain.journal_head().size

"""Processes: memory and processor time of other processes, as the Linux kernel tells it in ``/proc``; client processes."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_TICKS = os.sysconf("SC_CLK_TCK")
_SAMPLE_SECONDS = 0.25
# The kernel walks all pages for the proportional size, so it is asked for less often.
_EACH_PROPORTIONAL = 20


def run_module(module: str, task: object) -> dict[str, Any]:
    """Run a client as a process of its own, with a task as JSON, and return the JSON object that it prints.

    Raises:
        RuntimeError: it failed; its last words are on standard error.
    """
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(task).encode(),
        stdout=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process and its threads have used so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process now (VmRSS), MiB."""
    return _status_mib(pid, "VmRSS")


def highest_mib(pid: int) -> float:
    """Return the highest resident memory of a process so far (VmHWM), MiB."""
    return _status_mib(pid, "VmHWM")


def children(pid: int) -> list[int]:
    """Return the processes that ``pid`` and its descendants started and that still run."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for text in task.read_text().split():
                found += [int(text), *children(int(text))]
    return found


@dataclass(slots=True)
class Watch:
    """Samples a process and its descendants until it is left; memory in MiB.

    ``own`` is the highest resident memory of the process, ``others`` that of each descendant by process id. Pages that
    several of them share count in each, so their sum is an upper bound; ``proportional`` is the highest sum in which
    such pages are divided among those who share them (Pss). ``cpu`` is the processor time of each process in seconds.
    """

    pid: int
    own: float = 0.0
    others: dict[int, float] = field(default_factory=dict)
    proportional: float = 0.0
    cpu: dict[int, float] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def total(self) -> float:
        """Return the sum of the highest figures of all, which need not have been at the same moment."""
        return self.own + sum(self.others.values())

    def look(self, *, proportional: bool) -> None:
        """Take one sample; ``proportional`` costs more."""
        with contextlib.suppress(OSError, LookupError):
            self.own = max(self.own, highest_mib(self.pid))
        family = [self.pid, *children(self.pid)]
        for pid in family[1:]:
            with contextlib.suppress(OSError, LookupError):
                self.others[pid] = max(self.others.get(pid, 0.0), highest_mib(pid))
        for pid in family:
            with contextlib.suppress(OSError):
                self.cpu[pid] = cpu_seconds(pid)
        if proportional:
            self.proportional = max(self.proportional, sum(_proportional_mib(pid) for pid in family))

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _sample(self) -> None:
        taken = 0
        while not self._over.wait(_SAMPLE_SECONDS):
            taken += 1
            self.look(proportional=taken % _EACH_PROPORTIONAL == 0)


def _status_mib(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"process {pid} has no {name}: it has ended")


def _proportional_mib(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0

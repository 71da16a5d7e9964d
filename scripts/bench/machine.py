"""Machine: what the figures were measured on."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path


def facts() -> dict[str, object]:
    """Return processor, cores, memory, system, Python, time and the load average at this moment."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memoryGiB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "loadAverage": [round(value, 2) for value in os.getloadavg()],
    }


class Others:
    """How much of the machine is used by processes that are not of this run, from here on.

    What this run started has to be over when it is asked.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._busy, self._own = _busy_seconds(), _own_seconds()

    def share(self) -> float:
        """Return the share of all cores, 0 to 1; what the host of a virtual machine took away is part of it."""
        cores = os.cpu_count() or 1
        others = (_busy_seconds() - self._busy) - (_own_seconds() - self._own)
        return max(0.0, others / ((time.monotonic() - self._began) * cores))


def _busy_seconds() -> float:
    """Return the processor time of everything on the machine since it was started; waiting is not part of it."""
    user, nice, system, _idle, _waiting, *others = map(
        int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + sum(others)) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    """Return the processor time of this process and of all that it started and that have ended."""
    subprocess.run(["true"], check=True)  # Python takes leave of its ended processes when it starts another
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()

"""Control: bring the embedded chain up in the background, take it down, ask how it is.

The files in the chain's folder are the only state: ``node.json`` while it is ready, ``node.log`` with what it said.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import Unavailable

DEFAULT_PORT = 8_545
DEFAULT_CHAIN_ID = 648_001
_START_SECONDS = 300.0
_STOP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """Where a running chain answers."""

    url: str
    pid: int
    chain_id: int


def status(home: Path) -> NodeAddress | None:
    """Return where the chain in ``home`` answers, or None when it is not running or not ready yet."""
    if not _is_locked(home):
        return None
    try:
        found = json.loads((home / "node.json").read_text())
        return NodeAddress(f"http://127.0.0.1:{found['port']}", found["pid"], found["chainId"])
    except (OSError, ValueError, KeyError):
        return None


def up(home: Path, port: int = DEFAULT_PORT, chain_id: int = DEFAULT_CHAIN_ID) -> NodeAddress:
    """Start the chain in ``home`` and wait until it answers; if it runs already, return where.

    Raises:
        Unavailable: it ended at start; the message has its last words.
    """
    running = status(home)
    if running is not None:
        return running
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(OSError):
        (home / "node.json").unlink()
    command = [
        sys.executable,
        "-m",
        "ledger.node",
        "--home",
        str(home),
        "--port",
        str(port),
        "--chain-id",
        str(chain_id),
    ]
    with (home / "node.log").open("ab") as log:
        start = log.tell()
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, close_fds=True
        )
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        found = status(home)
        if found is not None:
            return found
        if child.poll() is not None:
            with (home / "node.log").open("rb") as log:
                log.seek(start)
                words = log.read()[-800:].decode(errors="replace").strip()
            raise Unavailable(f"the embedded chain did not start: {words}")
        time.sleep(0.02)
    raise Unavailable(
        f"the embedded chain was not ready after {_START_SECONDS:.0f} s; see {home / 'node.log'}"
    )


def down(home: Path) -> bool:
    """Stop the chain in ``home`` and wait until it has ended; False when it was not running.

    Raises:
        Unavailable: it did not end in time.
    """
    running = status(home)
    if running is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        if not _is_locked(home):
            return True
        time.sleep(0.02)
    raise Unavailable(f"the embedded chain (process {running.pid}) did not end in {_STOP_SECONDS:.0f} s")


def _is_locked(home: Path) -> bool:
    """Return whether a process holds the chain's lock; the kernel lets go of it however the process ends."""
    try:
        with (home / "lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def executor_binary() -> Path:
    """Return the anvil program that the set-up installed.

    Raises:
        Unavailable: it is not there.
    """
    root = Path(__file__).resolve().parents[2]
    for folder in sorted((root / "node_modules" / "@foundry-rs").glob("anvil-*")):
        for name in ("anvil", "anvil.exe"):
            if (folder / "bin" / name).is_file():
                return folder / "bin" / name
    raise Unavailable(f"no anvil below {root / 'node_modules'}; run make setup")

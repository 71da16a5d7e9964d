"""Peer: run the scripts in ``peers/``, which measure other software on this machine in this run."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from scripts.bench.report import NOT_INSTALLED

ROOT = Path(__file__).resolve().parents[2]
_TIMEOUT_SECONDS = 1_800


class NoPeer(Exception):
    """The peer could not be measured; the message says why."""


def run(peers: Path, script: str, *arguments: object) -> dict[str, Any]:
    """Return the JSON object that a script in the folder ``peers`` prints.

    Raises:
        NoPeer: it is not installed, or it ended without a figure.
    """
    if not (peers / "node_modules").is_dir():
        raise NoPeer(NOT_INSTALLED)
    command: list[str | Path] = [ROOT / "scripts" / "with_node", "node", peers / script, *map(str, arguments)]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=_TIMEOUT_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoPeer(f"{script} did not end well: {error}") from error
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip()[-300:]
        raise NoPeer(f"{script} failed: {words}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found

"""Runs the command in this process over a ledger in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from ledger.cli import main
from tests.fakes.face_ledger import FaceLedger


@dataclass(frozen=True)
class Ran:
    """What one run came to."""

    code: int
    out: str
    err: str

    def lines(self) -> list[Any]:
        return [orjson.loads(line) for line in self.out.splitlines()]


Command = Callable[..., Ran]


def a_command(ledger: FaceLedger, captured: pytest.CaptureFixture[str]) -> Command:
    def run(*arguments: str) -> Ran:
        try:
            code = main(arguments, lambda options: ledger)
        except SystemExit as stopped:  # argparse: --help, --version, a mistyped command
            code = int(stopped.code or 0)
        said = captured.readouterr()
        return Ran(code, said.out, said.err)

    return run

"""The command over a ledger in memory."""

from __future__ import annotations

import pytest

from tests.cli.command import Command, a_command
from tests.fakes.face_ledger import FaceLedger


@pytest.fixture
def ledger() -> FaceLedger:
    return FaceLedger()


@pytest.fixture
def command(ledger: FaceLedger, capsys: pytest.CaptureFixture[str]) -> Command:
    return a_command(ledger, capsys)

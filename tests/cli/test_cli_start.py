"""How the command starts, and its manual."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ledger.cli.commands import parts
from ledger.cli.commands.keys import RETIREMENT_REASONS
from ledger.cli.manual import manual
from ledger.cli.parser import build_parser
from ledger.core.members import RetirementReason
from ledger.service.wire import KINDS
from tests.cli.command import Command

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {
    "pydantic", "pydantic_core", "fastapi", "starlette", "uvicorn", "sqlalchemy", "alembic", "web3", "cryptography",
    "orjson", "eth_account", "rich", "api", "ledger.wiring", "ledger.service.ledger",
}  # fmt: skip


def test_help_imports_nothing_heavy() -> None:
    program = "import sys; from ledger.cli import main\ntry: main(['--help'])\nexcept SystemExit: print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert HEAVY.isdisjoint(ran.stdout.splitlines()[-1].split())


def test_a_command_on_files_imports_nothing_heavy_before_it_runs() -> None:
    program = "import sys, ledger.cli.documents, ledger.cli.verification; print(*sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert HEAVY.isdisjoint(ran.stdout.split())


def test_the_manual_says_what_help_says() -> None:
    assert (ROOT / "docs" / "cli.md").read_text() == manual(), "python -m ledger.cli.manual > docs/cli.md"


def test_help_of_a_command_tells_its_exit_codes(command: Command) -> None:
    text = " ".join(command("verify", "--help").out.split())
    assert "0 ACCEPT or ACCEPT_WITH_REMARKS, 1 REJECT, 2 REFER, 3 CANNOT_VERIFY_NOW, 4 bad input" in text


def test_the_command_knows_the_kinds_of_records() -> None:
    assert list(parts.KINDS) == list(KINDS)


def test_the_command_knows_the_reasons_of_a_retirement() -> None:
    assert list(RETIREMENT_REASONS) == [reason.words for reason in RetirementReason]


def test_the_home_may_stand_before_or_after_the_command() -> None:
    for words in (["--home", "x", "node", "status"], ["node", "status", "--home", "x"]):
        assert build_parser().parse_args(words).home == Path("x")
    assert build_parser().parse_args(["node", "status"]).home is None


def test_the_version_is_that_of_the_package(command: Command) -> None:
    assert command("--version").out.startswith("tradeseal ")

"""The first five minutes of the README, command by command, as a reader would type them."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from ledger.cli import main
from tests.consortium import Consortium

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXIT = re.compile(r"# exit code (\d)")
STOP = "tradeseal demo --stop"  # the demo that runs here, if one does, belongs to somebody else


def commands() -> list[str]:
    lines = [line for block in BLOCK.findall((ROOT / "README.md").read_text()) for line in block.splitlines()]
    return [line for line in lines if line.startswith("tradeseal ") and line != STOP]


def words(command: str) -> list[str]:
    """Return the words after the command's name as a shell hands them over."""
    _, *rest = shlex.split(command, comments=True)
    return [name for word in rest for name in (_matching(word) if "*" in word else [word])]


def _matching(pattern: str) -> list[str]:
    return sorted(map(str, Path().glob(pattern)))


def test_every_command_of_the_readme_does_what_it_says(
    consortium: Consortium,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "demo").symlink_to(consortium.folder)
    shutil.copytree(ROOT / "docs" / "samples", tmp_path / "docs" / "samples")
    monkeypatch.chdir(tmp_path)
    said = []
    for command in commands():
        code = main(words(command))
        said.append(capsys.readouterr())
        wanted = EXIT.search(command)
        assert code == int(wanted[1] if wanted else 0), f"{command}\n{said[-1]}"
    assert len(said) > 10
    assert sum("already anchored" in one.out for one in said) == 1

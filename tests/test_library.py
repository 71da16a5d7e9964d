"""The page for integrators: its examples run, and its tables are those of the code."""

from __future__ import annotations

import inspect
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from ledger import errors
from ledger.service.ledger import Ledger
from tests.consortium import Consortium

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "library.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def test_the_examples_run_in_the_order_of_the_page(
    consortium: Consortium,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "demo").symlink_to(consortium.folder)
    shutil.copytree(ROOT / "docs" / "samples", tmp_path / "docs" / "samples")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    said = []
    for example in EXAMPLES:
        exec(compile(example, "docs/library.md", "exec"), names)
        said.append(capsys.readouterr().out)
    assert len(said) == 3
    assert "anchored" in said[0]
    assert "INTEGRITY PASS" in said[1]
    assert "RecordAnchored" in said[1]
    assert "RegistryTransitionInvalid The record is valid already." in said[2]


def test_the_table_has_every_use_case_with_its_arguments() -> None:
    documented = dict(re.findall(r"^\| `(\w+)\((.*?)\)` \|", PAGE, re.MULTILINE))
    actual = {}
    for name, method in inspect.getmembers(Ledger, inspect.isfunction):
        if not name.startswith("_"):
            given = [one for one in inspect.signature(method).parameters.values() if one.name != "self"]
            actual[name] = ", ".join(
                one.name if one.default is inspect.Parameter.empty else f"{one.name}={one.default}"
                for one in given
            )
    assert documented == actual


def test_the_table_has_every_error() -> None:
    documented = set(re.findall(r"^\| `([A-Z]\w+)` \|", PAGE, re.MULTILINE))
    ours = [one for one in errors.TradeSealError.__subclasses__() if one.__module__ == errors.__name__]
    assert documented == {one.__name__ for one in ours}

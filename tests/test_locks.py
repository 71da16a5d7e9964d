"""What is installed is declared, locked by digest, explained, and says nothing about where it came from."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "deploy" / "locks").glob("*.txt"))
NPM_LOCKS = [ROOT / "package-lock.json", ROOT / "scripts" / "bench" / "peers" / "package-lock.json"]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def plain(requirement: str) -> str:
    """Return the normalised name at the start of a requirement."""
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def locked(path: Path) -> dict[str, str]:
    """Return each line that pins a package: {name: the whole pin up to its digests}."""
    return {
        plain(line): line.rstrip(" \\") for line in path.read_text().splitlines() if re.match(r"\w", line)
    }


RUNTIME = {plain(line) for line in PROJECT["dependencies"]}
DEVELOPMENT = {plain(line) for line in PROJECT["optional-dependencies"]["dev"]}


def imports(package: str) -> Iterator[str]:
    for path in (ROOT / package).rglob("*.py"):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(), str(path))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("ledger", RUNTIME),
        ("api", RUNTIME),
        ("scripts", RUNTIME | DEVELOPMENT),
        ("tests", RUNTIME | DEVELOPMENT),
    ],
)
def test_what_is_imported_is_declared(package: str, allowed: set[str]) -> None:
    ours = {"ledger", "api", "scripts", "tests"}
    distributions = packages_distributions()
    used = {name.split(".")[0] for name in imports(package)} - ours - set(sys.stdlib_module_names)
    undeclared = {
        name for name in used if not {plain(owner) for owner in distributions.get(name, ())} & allowed
    }
    assert undeclared == set()


def test_the_lock_has_everything_that_is_declared() -> None:
    assert set(locked(ROOT / "deploy" / "locks" / "requirements.txt")) >= RUNTIME | DEVELOPMENT


def test_production_runs_what_was_tested() -> None:
    tested = locked(ROOT / "deploy" / "locks" / "requirements.txt")
    production = locked(ROOT / "deploy" / "locks" / "runtime.txt")
    assert set(production) >= RUNTIME
    assert {name: pin.split(" ;")[0] for name, pin in production.items()} == {
        name: tested[name].split(" ;")[0] for name in production
    }


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_python_lock_pins_by_digest_and_names_no_place(path: Path) -> None:
    text = path.read_text()
    blocks = re.split(r"\n(?=\w)", text.strip())
    assert [block for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []
    assert "://" not in text
    assert "--index" not in text


@pytest.mark.parametrize("path", NPM_LOCKS, ids=lambda path: path.parent.name)
def test_an_npm_lock_pins_by_digest_and_names_no_place(path: Path) -> None:
    packages = json.loads(path.read_text())["packages"]
    packages.pop("")
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry and "os" not in entry] == []


def test_every_dependency_says_what_it_earns() -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text().lower()
    npm = [json.loads(path.with_name("package.json").read_text()) for path in NPM_LOCKS]
    names = {
        name
        for package in npm
        for group in ("dependencies", "devDependencies")
        for name in package.get(group, {})
    }
    names |= (
        RUNTIME | DEVELOPMENT | {plain(path.read_text()) for path in (ROOT / "deploy" / "locks").glob("*.in")}
    )
    assert {
        name for name in names if not re.search(rf"(?<![\w/-]){re.escape(name)}(?![\w-])", explained)
    } == set()

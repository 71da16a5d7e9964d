"""Who may import whom, and what the pure core may not touch."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# From top to bottom; a module imports only from layers below its own (or its own layer).
LAYERS = (
    ("ledger.cli", "ledger.demo"),  # ``serve`` and ``demo`` start the interface
    ("api",),
    ("ledger.wiring", "ledger.home"),
    ("ledger.service",),
    ("ledger.issuance",),
    ("ledger.issued", "ledger.issuing_body", "ledger.followers"),
    ("ledger.anchoring_refusals",),
    (
        "ledger.sync",
        "ledger.outbox",
        "ledger.lane",
        "ledger.batches",
        "ledger.workers",
        "ledger.sealers",
        "ledger.sealing",
    ),
    ("ledger.chain", "ledger.node", "ledger.store", "ledger.keys", "ledger.settings", "ledger.importers"),
    ("ledger.reference", "ledger.samples"),
    ("ledger.errors",),
    ("ledger.core",),
)
# All that the core may import. What is not listed is not pure until somebody has looked.
CORE_STANDARD = {
    "__future__", "abc", "base64", "binascii", "bisect", "calendar", "collections", "contextlib", "copy", "dataclasses",
    "datetime", "decimal", "enum", "fractions", "functools", "hashlib", "heapq", "hmac", "itertools", "json", "math",
    "operator", "re", "string", "struct", "types", "typing", "unicodedata",
}  # fmt: skip
CORE_LIBRARIES = {
    "annotated_types",
    "cryptography",
    "orjson",
    "pydantic",
    "pydantic_core",
    "typing_extensions",
}
IMPURE_CALLS = {"now", "today", "utcnow", "open", "urandom", "print", "input", "generate_private_key"}


def modules(package: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        name = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        yield name, ast.parse(path.read_text(), str(path))


def imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (module, name) for every import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from ((node.module or "", alias.name) for alias in node.names)


def layer(module: str) -> int | None:
    for depth, names in enumerate(LAYERS):
        if any(module == name or module.startswith(name + ".") for name in names):
            return depth
    return None


ALL = [*modules("ledger"), *modules("api")]


@pytest.mark.parametrize(("name", "tree"), ALL, ids=[name for name, _ in ALL])
def test_a_module_imports_only_downwards(name: str, tree: ast.Module) -> None:
    own = layer(name)
    for target, what in imported(tree):
        depth = layer(f"{target}.{what}") if layer(f"{target}.{what}") is not None else layer(target)
        if own is not None and depth is not None:
            assert depth >= own, f"{name} imports {target}, which is above it"


@pytest.mark.parametrize(("name", "tree"), ALL, ids=[name for name, _ in ALL])
def test_underscore_names_stay_in_their_module(name: str, tree: ast.Module) -> None:
    for target, what in imported(tree):
        if target.startswith(("ledger", "api")):
            private = [
                part for part in [*target.split("."), what] if part.startswith("_") and part != "__version__"
            ]
            assert not private, f"{name} imports {target}.{what}"


@pytest.mark.parametrize("name", [name for name, _ in ALL if name != "ledger"])
def test_every_module_has_its_layer(name: str) -> None:
    assert layer(name) is not None, f"say in LAYERS where {name} stands"


def private_names(tree: ast.Module) -> set[str]:
    """Return the underscore names that a module gives to functions, classes, attributes or variables."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return {name for name in found if name.startswith("_") and not name.startswith("__")}


PRIVATE = {name: private_names(tree) for name, tree in ALL}


@pytest.mark.parametrize(("name", "tree"), ALL, ids=[name for name, _ in ALL])
def test_nobody_reaches_into_another_modules_objects(name: str, tree: ast.Module) -> None:
    others = set().union(*(names for other, names in PRIVATE.items() if other != name)) - PRIVATE[name]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in others:
            own = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
            assert own, f"{name} line {node.lineno} uses {node.attr}, which belongs to another module"


CORE = [(name, tree) for name, tree in ALL if name.startswith("ledger.core")]


@pytest.mark.parametrize(("name", "tree"), CORE, ids=[name for name, _ in CORE])
def test_the_core_imports_only_itself_and_what_is_known_to_be_pure(name: str, tree: ast.Module) -> None:
    for target, what in imported(tree):
        top = target.split(".")[0]
        if top == "ledger":
            assert f"{target}.{what}".startswith("ledger.core"), f"{name} imports {target}.{what}"
        else:
            assert top in CORE_STANDARD | CORE_LIBRARIES, f"{name} imports {target}"


@pytest.mark.parametrize(("name", "tree"), CORE, ids=[name for name, _ in CORE])
def test_the_core_asks_no_clock_chance_or_file(name: str, tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            assert called not in IMPURE_CALLS, f"{name} line {node.lineno} calls {called}"


def test_no_module_is_longer_than_400_lines() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): count
        for package in ("contracts", "ledger", "api", "scripts", "tests")
        for path in (ROOT / package).rglob("*.*")
        if path.suffix in (".py", ".sol")
        and "node_modules" not in path.parts
        and (count := len(path.read_text().splitlines())) > 400
    }
    assert long == {}

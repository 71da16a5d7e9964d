"""Row: a document as cells under a header that names members by their path, and back.

A column is named as a problem names its place, such as ``items[0].hsCode``, so the field of a refusal is a column. An
empty cell is an absent member. Every value is text but of the members that the published schemas give as integers or
booleans, and of those only what is spelt exactly so: anything else stays text, and validation says what it should be.
Nothing is trimmed, converted or guessed; how cells stand in a file is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ledger.core.documents.shape import shown, spell
from ledger.core.problems import Problem
from ledger.core.strictjson import DEFAULT, MAX_REPORTED

INTEGERS: Final = frozenset(
    {
        "count",
        "invoiceRefs",
        "item",
        "maxUses",
        "parentItem",
        "sequence",
        "size",
        "tolerancePct",
        "totalPackages",
    }
)
"""Members that are integers, or arrays of integers, wherever they occur in the published schemas."""

BOOLEANS: Final = frozenset({"bulk", "given"})
"""Members that are booleans wherever they occur in the published schemas."""

MOST_COLUMNS: Final = 10_000

_STEP: Final = re.compile(r"(?:^|\.)([A-Za-z][A-Za-z0-9_]*)|\[(0|[1-9][0-9]{0,3})\]")
_INTEGER: Final = re.compile(r"0|-?[1-9][0-9]{0,14}")
_Steps = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """An object or array that columns lie in; each child is another part, or a column with how its cells are read."""

    path: str
    is_array: bool
    children: list[tuple[str | int, _Part | None, int, Callable[[str], object] | None]]

    def read(self, cells: Sequence[str], problems: list[Problem]) -> Any:
        """Return the value of a row; empty when none of its cells has one."""
        found: dict[str | int, object] = {}
        for step, part, place, convert in self.children:
            if part is None:
                if cell := cells[place]:
                    found[step] = cell if convert is None else convert(cell)
            elif value := part.read(cells, problems):
                found[step] = value
        if not self.is_array:
            return found
        missing = next((place for place, step in enumerate(found) if step != place), None)
        if missing is not None and len(problems) < MAX_REPORTED:
            wanted = f"a value, since {self.path}[{list(found)[missing]}] has one"
            problems.append(Problem(f"{self.path}[{missing}]", "", wanted, code="ELEMENT_MISSING"))
        return list(found.values())


@dataclass(frozen=True, slots=True)
class Header:
    """Columns in their order."""

    names: tuple[str, ...]
    _root: _Part

    def read(self, cells: Sequence[str]) -> tuple[dict[str, Any], list[Problem]]:
        """Return the document of a row that has as many cells as there are columns, and what keeps it from being one.

        That is an array whose elements do not follow each other: closing the gap would give places another name than
        the columns have.
        """
        problems: list[Problem] = []
        return self._root.read(cells, problems), problems


def read_header(cells: Sequence[str]) -> Header | list[Problem]:
    """Return the columns that a header names, or everything that is wrong with it."""
    if len(cells) > MOST_COLUMNS:
        return [
            Problem("header", str(len(cells)), f"at most {MOST_COLUMNS} columns", code="TOO_MANY_COLUMNS")
        ]
    problems: list[Problem] = []
    columns: list[_Steps] = []
    kinds: dict[_Steps, tuple[str, str]] = {}
    for place, name in enumerate(cells, start=1):
        steps = _steps(name)
        columns.append(steps)
        if (problem := _misplaced(name, steps, kinds)) is not None and len(problems) < MAX_REPORTED:
            expectation, code = problem
            problems.append(Problem(f"header, column {place}", shown(name), expectation, code=code))
    return problems or Header(tuple(cells), _part(list(enumerate(columns)), ()))


def flatten(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the cells of a document by column; members that are null or empty have none, as they say nothing."""
    return {spell(steps): text for steps, text in _leaves(document, ())}


def _misplaced(name: str, steps: _Steps, kinds: dict[_Steps, tuple[str, str]]) -> tuple[str, str] | None:
    """Return what was expected of a column and the rule's code, or None; what its parts are goes to ``kinds``."""
    if not steps:
        return (
            "the path of a member such as exporter.name or items[0].hsCode, columns parted by commas",
            "COLUMN_UNKNOWN",
        )
    if len(steps) > DEFAULT.depth:
        return f"at most {DEFAULT.depth} levels", "TOO_DEEP"
    if kinds.get(steps, ("", ""))[0] == "value":
        return "each column once", "COLUMN_REPEATED"
    for length in range(1, len(steps) + 1):
        kind = "value" if length == len(steps) else "array" if isinstance(steps[length], int) else "object"
        known, other = kinds.setdefault(steps[:length], (kind, name))
        if known != kind:
            return f"{spell(steps[:length])} as {_AN[known]}, as in column {other}", "COLUMN_CONTRADICTS"
    return None


_AN: Final = {"value": "a value", "array": "an array", "object": "an object"}


def _steps(name: str) -> _Steps:
    """Return a path taken apart; empty when it is not spelt as problems spell it."""
    steps: list[str | int] = []
    at = 0
    while found := _STEP.match(name, at):
        member, index = found.groups()
        steps.append(member if index is None else int(index))
        at = found.end()
    whole = at == len(name) and steps and isinstance(steps[0], str) and spell(steps) == name
    return tuple(steps) if whole else ()


def _part(columns: Sequence[tuple[int, _Steps]], steps: _Steps) -> _Part:
    """Return the part at ``steps`` with the columns (place, steps) that lie in it; the header bounds its depth."""
    inside: dict[str | int, list[tuple[int, _Steps]]] = {}
    for place, column in columns:
        inside.setdefault(column[len(steps)], []).append((place, column))
    is_array = any(isinstance(step, int) for step in inside)
    children: list[tuple[str | int, _Part | None, int, Callable[[str], object] | None]] = []
    for step in sorted(inside, key=int) if is_array else inside:
        place, column = inside[step][0]
        if len(column) == len(steps) + 1:
            children.append((step, None, place, _conversion(column)))
        else:
            children.append((step, _part(inside[step], (*steps, step)), 0, None))
    return _Part(spell(steps), is_array, children)


def _conversion(steps: _Steps) -> Callable[[str], object] | None:
    """Return how the cells of a column are read; None for text."""
    member = next(step for step in reversed(steps) if isinstance(step, str))
    return _integer if member in INTEGERS else _boolean if member in BOOLEANS else None


def _integer(cell: str) -> int | str:
    return int(cell) if _INTEGER.fullmatch(cell) else cell


def _boolean(cell: str) -> bool | str:
    return {"true": True, "false": False}.get(cell, cell)


def _leaves(node: Any, steps: _Steps) -> Iterator[tuple[_Steps, str]]:
    if isinstance(node, Mapping):
        for name, child in node.items():
            yield from _leaves(child, (*steps, name))
    elif isinstance(node, list | tuple):
        for index, child in enumerate(node):
            yield from _leaves(child, (*steps, index))
    elif isinstance(node, bool):
        yield steps, "true" if node else "false"
    elif node is not None and node != "":
        yield steps, str(node)

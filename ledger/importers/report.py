"""Report: what became of every leaf of a foreign document, and the collector that importers fill it with.

The one rule: a leaf of the source has exactly one row. What nobody asked for is reported as dropped, so an
importer cannot lose anything in silence. What the values mean is the importers' business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

_PLAIN_NAME: Final = re.compile(r"\w+")


class Outcome(StrEnum):
    """What became of a leaf: taken as it is, rewritten, taken with doubts, left out, or added by us."""

    MAPPED = "mapped"
    CONVERTED = "converted"
    WARNED = "warned"
    DROPPED = "dropped"
    DERIVED = "derived"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report.

    Args:
        source_path: leaf of the source, such as ``issuer.name``; empty for what was derived.
        target_path: member of our model; empty for what was dropped.
        value: the value in our model, or the source's where it was dropped.
        note: why, in a sentence part; empty when there is nothing to say.
    """

    source_path: str
    target_path: str
    outcome: Outcome
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The certificate in our shape, not yet validated, and a row for every leaf and every derivation."""

    certificate: dict[str, Any]
    rows: tuple[Row, ...]

    def count(self, outcome: Outcome) -> int:
        """Return how many rows came out so."""
        return sum(row.outcome is outcome for row in self.rows)


class Collector:
    """Hands out the leaves of a source by path and keeps one row for each."""

    def __init__(self, source: Mapping[str, Any]) -> None:
        self._leaves = dict(_leaves(source, ""))
        self._rows: dict[str, Row] = {}
        self._derived: list[Row] = []

    def text(self, path: str) -> str | None:
        """Return the leaf at ``path`` as text, or None when it is absent, empty or not a text or integer."""
        value = self._leaves.get(path)
        if isinstance(value, str):
            return value.strip() or None
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else None

    def value(self, path: str) -> Any:
        """Return the leaf at ``path`` as it is, or None."""
        return self._leaves.get(path)

    def put(self, path: str, target: str, outcome: Outcome, value: object, note: str = "") -> None:
        """Report what became of the leaf at ``path``; a second report on the same leaf is a bug."""
        if path not in self._leaves or path in self._rows:
            raise ValueError(f"{path} is not an unreported leaf")
        self._rows[path] = Row(path, target, outcome, str(value), note)

    def drop(self, path: str, note: str) -> None:
        """Report the leaf at ``path`` as left out, if it exists."""
        if path in self._leaves:
            self.put(path, "", Outcome.DROPPED, _short(self._leaves[path]), note)

    def derive(self, target: str, value: object, note: str) -> None:
        """Report a member that the source does not have."""
        self._derived.append(Row("", target, Outcome.DERIVED, str(value), note))

    def rows(self) -> tuple[Row, ...]:
        """Return the rows in the source's order, unreported leaves as dropped, then what was derived."""
        for path in self._leaves:
            if path not in self._rows:
                self.drop(path, "the model has no such member")
        return (*(self._rows[path] for path in self._leaves), *self._derived)


def _leaves(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield every leaf, empty objects and arrays too. The depth was bounded when the source was read."""
    if isinstance(node, Mapping) and node:
        for name, child in node.items():
            if not _PLAIN_NAME.fullmatch(name):
                yield from _leaves(child, f'{path}["{name}"]')
            else:
                yield from _leaves(child, f"{path}.{name}" if path else name)
    elif isinstance(node, list) and node:
        for index, child in enumerate(node):
            yield from _leaves(child, f"{path}[{index}]")
    else:
        yield path, node


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"

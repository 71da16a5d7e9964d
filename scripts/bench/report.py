"""The report: rows of figures, what they had to reach, and whether they did.

A row without a figure is a row that says why there is none; it never counts as met.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

NOT_INSTALLED = "peer not installed: make bench does"
_HEADINGS = ("what", "measured", "unit", "peer", "ratio", "target", "met")
_WIDEST = 72


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure has to reach: a bound that itself still counts, from above or from below."""

    bound: float
    lower_is_better: bool

    def is_met_by(self, measured: float) -> bool:
        """Return whether the figure is on the right side of the bound."""
        return measured <= self.bound if self.lower_is_better else measured >= self.bound

    def __str__(self) -> str:
        return f"{'<=' if self.lower_is_better else '>='} {figure(self.bound)}"


def at_most(bound: float) -> Target:
    """Return a target of at most ``bound``."""
    return Target(bound, lower_is_better=True)


def at_least(bound: float) -> Target:
    """Return a target of at least ``bound``."""
    return Target(bound, lower_is_better=False)


@dataclass(frozen=True, slots=True)
class Peer:
    """The same work done by somebody else's software, in the unit of the row."""

    name: str
    measured: float


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Args:
        measured: None when it could not be measured; ``note`` says why then.
        note: what one has to know to read the figure.
    """

    name: str
    measured: float | None
    unit: str
    target: Target | None = None
    peer: Peer | None = None
    lower_is_better: bool = True
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Return whether the target is reached; None without a target or without a figure."""
        if self.target is None or self.measured is None:
            return None
        return self.target.is_met_by(self.measured)

    @property
    def ratio(self) -> float | None:
        """Return how many times better than the peer it is: above 1 is better, below 1 worse."""
        if self.peer is None or not self.measured or not self.peer.measured:
            return None
        if self.lower_is_better:
            return self.peer.measured / self.measured
        return self.measured / self.peer.measured

    def shape(self) -> dict[str, object]:
        """Return the row for JSON."""
        target = self.target
        return {
            "name": self.name,
            "measured": self.measured,
            "unit": self.unit,
            "target": None if target is None else str(target),
            "met": self.met,
            "peer": None if self.peer is None else {"name": self.peer.name, "measured": self.peer.measured},
            "timesBetterThanPeer": self.ratio,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one section, and sentences about how they were measured.

    Args:
        load: load average when it began.
        others: share of the machine, 0 to 1, that processes of somebody else used meanwhile.
    """

    name: str
    rows: Sequence[Row]
    remarks: Sequence[str] = ()
    seconds: float = 0.0
    load: float = 0.0
    others: float = 0.0

    def shape(self) -> dict[str, object]:
        """Return the section for JSON."""
        return {
            "name": self.name,
            "seconds": round(self.seconds, 1),
            "loadAverageBefore": self.load,
            "shareOfOthers": round(self.others, 3),
            "rows": [row.shape() for row in self.rows],
            "remarks": list(self.remarks),
        }


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value below which ``percent`` of the values are."""
    return sorted(values)[len(values) * percent // 100]


def figure(value: float) -> str:
    """Return a number as people read it: three digits that matter, thousands apart."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"


def table(section: Section) -> str:
    """Return a section as a Markdown table with its remarks and notes below."""
    rows = [_HEADINGS, *(_cells(row) for row in section.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["| " + " | ".join(_pad(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    notes = [f"- {row.name}: {row.note}" for row in section.rows if row.note]
    remarks = [f"- {remark}" for remark in section.remarks]
    return "\n".join([*lines, *([""] if notes or remarks else []), *remarks, *notes])


def unmet(sections: Sequence[Section]) -> list[str]:
    """Return, one line each, what fell short of its target and what has a target but no figure."""
    found = []
    for section in sections:
        for row in section.rows:
            if row.target is None or row.met:
                continue
            got = "not measured" if row.measured is None else f"{figure(row.measured)} {row.unit}"
            found.append(f"{section.name}: {row.name}: {got}, target {row.target}")
    return found


def _cells(row: Row) -> tuple[str, ...]:
    peer = "" if row.peer is None else f"{row.peer.name}: {figure(row.peer.measured)}"
    return (
        row.name[:_WIDEST],
        "missing" if row.measured is None else figure(row.measured),
        row.unit,
        peer,
        "" if row.ratio is None else f"{row.ratio:.2f}",
        "" if row.target is None else str(row.target),
        {None: "" if row.target is None else "not measured", True: "yes", False: "NO"}[row.met],
    )


def _pad(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    right = {1, 4}
    return [
        cell.rjust(width) if column in right else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]

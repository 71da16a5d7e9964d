"""Console: calm output. Results go to standard output, progress to standard error, colour only to a terminal.

What comes from documents may contain control characters; ``show`` makes them visible, so that no certificate
can repaint the screen.
"""

from __future__ import annotations

import os
import sys
import time
import unicodedata
from collections.abc import Collection, Sequence
from types import TracebackType
from typing import Final, TextIO

GREEN: Final = "32"
YELLOW: Final = "33"
RED: Final = "31"
FAINT: Final = "2"
BOLD: Final = "1"
_HIDDEN: Final = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_WIDE: Final = {"W", "F"}
_REDRAW_SECONDS: Final = 0.1


def show(text: object) -> str:
    """Return ``text`` with everything that moves the cursor or hides made visible."""
    shown = str(text)
    if shown.isprintable():
        return shown
    return "".join(_escaped(sign) if unicodedata.category(sign) in _HIDDEN else sign for sign in shown)


def words(value: object) -> str:
    """Return a JSON value as a person reads it: no braces, no quotes, ``none`` for nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ([], {}):
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{show(name)} {words(child)}" for name, child in value.items())
    if isinstance(value, list):
        return "; ".join(map(words, value))
    return show(value)


def say(*lines: str) -> None:
    """Print lines to standard output; what its encoding lacks is escaped."""
    for line in lines:
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def say_json(value: object) -> None:
    """Print one JSON value on one line."""
    import orjson

    try:
        text = orjson.dumps(value).decode()
    except (orjson.JSONEncodeError, TypeError):
        import json

        text = json.dumps(value, default=str)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def coloured(text: str, colour: str) -> str:
    """Return ``text`` in ``colour`` when standard output is a terminal that wants it."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return text
    return f"\x1b[{colour}m{text}\x1b[0m"


def table(head: Sequence[str], rows: Sequence[Sequence[object]], numbers: Collection[str] = ()) -> list[str]:
    """Return the lines of a table; the last column is as long as it likes, those in ``numbers`` stand to the right."""
    cells = [[show(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)][:-1]
    lines = []
    for row in cells:
        padded = [
            " " * (width - _width(cell)) + cell if name in numbers else cell + " " * (width - _width(cell))
            for name, cell, width in zip(head, row[:-1], widths, strict=False)
        ]
        lines.append("  ".join([*padded, row[-1]]).rstrip())
    return [coloured(lines[0], BOLD), *lines[1:]]


class Progress:
    """A progress bar on standard error; silent when that is no terminal. ``total`` None: only counts."""

    def __init__(self, what: str, total: int | None, stream: TextIO | None = None) -> None:
        self._what = what
        self._total = total
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty()
        self._started = time.monotonic()
        self._drawn = 0.0
        self._done = 0

    def reach(self, done: int) -> None:
        """Say that ``done`` are done."""
        self._done = done
        now = time.monotonic()
        if self._shown and (now - self._drawn > _REDRAW_SECONDS or done == self._total):
            self._drawn = now
            self._draw(now)

    def clear(self) -> None:
        """Take the bar away, so that a result can be printed."""
        if self._shown and self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()

    def _draw(self, now: float) -> None:
        rate = self._done / max(now - self._started, 0.001)
        if self._total:
            filled = 30 * min(self._done, self._total) // self._total
            bar = f"[{'#' * filled}{'.' * (30 - filled)}] {self._done:,} of {self._total:,}"
        else:
            bar = f"{self._done:,}"
        self._stream.write(f"\r\x1b[K{self._what} {bar}  {rate:,.0f}/s")
        self._stream.flush()

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()


def _escaped(sign: str) -> str:
    return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in _WIDE else 1
        for sign in text
    )

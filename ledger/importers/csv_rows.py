"""CSV rows: a table of documents, one a row, under a header of member paths; read row by row, never as a whole.

The text is RFC 4180 in UTF-8, a byte order mark at its beginning allowed: commas, line ends CRLF or LF, quotes around a
whole cell and doubled inside it. What a row holds is in ``ledger.core.documents.row``. Python's own reader is not used:
it reads text with misplaced quotes in a way of its own, and does not say where the next row begins after an error.
The rule: a row that cannot be read is refused by itself, by its number, and no other is.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import Final

import orjson

from ledger.core.documents.row import Header, read_header
from ledger.core.documents.shape import shown
from ledger.core.problems import Input, Problem
from ledger.core.strictjson import DEFAULT
from ledger.errors import Rejected

MOST_ROW: Final = DEFAULT.size
"""Bytes of a row, as of a document."""

MOST_CELL: Final = 32_767
"""Characters of a cell, as in a spreadsheet."""

MOST_BLANK: Final = 10_000
"""Rows without any value in a table of bounded length."""

ReadLine = Callable[[int], bytes]
"""Returns the next line with its end, or of a longer one that many bytes; empty at the end, as files do."""

_CHUNK: Final = 1 << 20
_QUOTED: Final = re.compile(rb'[^"]*+(?:""[^"]*+)*+')
_WHOLE_CELLS: Final = re.compile(rb'(?:(?:"[^"]*+(?:""[^"]*+)*+"|[^",]*+),)*+')
_CELL: Final = re.compile(r'"([^"]*+(?:""[^"]*+)*+)"|([^",\r]*+)')


def read_rows(readline: ReadLine, name: str = "") -> Iterator[Input]:
    """Yield every row as (``name row 17``, JSON bytes), or with the reasons where it cannot be read.

    Row 1 is the first below the header. A row without any value is counted, but not yielded.

    Args:
        name: of the file, for the names of the rows; empty for none.

    Raises:
        Rejected: the header is wrong; everything that is.
    """
    place = f"{name} " if name else ""
    records = _records(readline)
    header = _header(records, place)
    for number, (line, record) in enumerate(records, start=1):
        if not _is_blank(record):
            yield f"{place}row {number}", _document(header, line, record)


def count_rows(readline: ReadLine, name: str = "", most: int | None = None) -> int:
    """Return how many rows ``read_rows`` will yield.

    Args:
        most: reading ends with a row more, and ``most + 1`` is returned; also after ``MOST_BLANK`` blank ones.

    Raises:
        Rejected: as ``read_rows``.
    """
    records = _records(readline)
    _header(records, f"{name} " if name else "")
    count = 0
    for number, (_, record) in enumerate(records, start=1):
        count += not _is_blank(record)
        if most is not None and (count > most or number - count > MOST_BLANK):
            return most + 1
    return count


def _is_blank(record: bytes) -> bool:
    return not record.removesuffix(b"\n").removesuffix(b"\r").strip(b",")


def _header(records: Iterator[tuple[int, bytes]], place: str) -> Header:
    _, record = next(records, (1, b""))
    if _is_blank(record.removeprefix(codecs.BOM_UTF8)):
        raise Rejected(
            [Problem(f"{place}header", "", "the paths of members, such as exporter.name", code="NO_HEADER")]
        )
    cells = _cells(record.removeprefix(codecs.BOM_UTF8))
    if isinstance(cells, tuple):
        column, value, wanted, code = cells
        where = f"{place}header, column {column}" if column else f"{place}header"
        raise Rejected([Problem(where, value, wanted, code=code)])
    header = read_header(cells)
    if isinstance(header, Header):
        return header
    raise Rejected([Problem(place + one.path, one.value, one.expectation, code=one.code) for one in header])


def _document(header: Header, line: int, record: bytes) -> bytes | tuple[Problem, ...]:
    """Return a row's document as JSON bytes, or what keeps it from being one; ``line`` is where the row begins."""
    cells, names = _cells(record), header.names
    if isinstance(cells, tuple):
        column, value, wanted, code = cells
        path = names[column - 1] if 0 < column <= len(names) else ""
        return (Problem(path, f"{value} in line {line}", wanted, code=code),)
    if len(cells) != len(names):
        missing = names[len(cells)] if len(cells) < len(names) else ""
        wanted = f"{len(names)} cells, one for each column of the header"
        return (
            Problem(
                missing,
                f"{len(cells)} cell{'s' * (len(cells) > 1)} in line {line}",
                wanted,
                code="CELLS_DIFFER",
            ),
        )
    if max(map(len, cells)) > MOST_CELL:
        return tuple(
            Problem(name, f"{len(cell)} characters", f"at most {MOST_CELL} characters", code="TOO_LONG")
            for name, cell in zip(names, cells, strict=True)
            if len(cell) > MOST_CELL
        )
    document, problems = header.read(cells)
    return tuple(problems) or orjson.dumps(document)


# --- text to cells ---------------------------------------------------------------------------------------------------


def _cells(record: bytes) -> list[str] | tuple[int, str, str, str]:
    """Return the cells of a record, or what is wrong: column (from 1, 0 for none), value, expectation and code."""
    if len(record) > MOST_ROW:
        return 0, f"more than {MOST_ROW} bytes", f"at most {MOST_ROW} bytes", "TOO_LARGE"
    try:
        text = record.decode()
    except UnicodeDecodeError as error:
        before = _cells(record[: error.start])
        column = before[0] if isinstance(before, tuple) else len(before)
        return column, error.reason, "UTF-8", "NOT_UTF8"
    text = text.removesuffix("\n").removesuffix("\r")
    if '"' not in text and "\r" not in text:
        return text.split(",")
    cells: list[str] = []
    at = 0
    while True:
        found = _CELL.match(text, at)
        assert found is not None  # it also matches nothing
        quoted, plain = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        at = found.end()
        if at == len(text):
            return cells
        if text[at] != ",":
            wanted = "quotes around a whole cell and doubled inside it, line ends only between quotes"
            return len(cells), shown(text[max(at - 10, 0) : at + 10]), wanted, "NOT_CSV"
        at += 1


def _records(readline: ReadLine) -> Iterator[tuple[int, bytes]]:
    """Yield the line where it begins and its bytes for every record; a long one is cut after ``MOST_ROW`` bytes."""
    line = 0
    while True:
        begin = line + 1
        record, inside = _line(readline, False)
        if not record:
            return
        line += 1
        parts, size = [record], len(record)
        while inside:
            more, inside = _line(readline, True)
            if not more:
                break
            line += 1
            if size <= MOST_ROW:
                parts.append(more)
                size += len(more)
        yield begin, b"".join(parts)


def _line(readline: ReadLine, inside: bool) -> tuple[bytes, bool]:
    """Return the next line, cut where it is too long, and whether its end is inside quotes."""
    line = readline(MOST_ROW + 1)
    if len(line) <= MOST_ROW or line.endswith(b"\n"):
        return line, _ends_inside(line, inside)
    quotes, more = line.count(b'"'), line
    while more and not more.endswith(b"\n"):
        more = readline(_CHUNK)
        quotes += more.count(b'"')
    return line, inside ^ (quotes % 2 == 1)


def _ends_inside(line: bytes, inside: bool) -> bool:
    """Tell whether the end of a line is inside quotes; after a misplaced one it is not, so that the next row counts."""
    at = 0
    if inside:
        at = _end_of_quoted(line, 0)
        if at == len(line):
            return True
        if not line.startswith(b",", at + 1):
            return False
        at += 2
    elif b'"' not in line:
        return False
    found = _WHOLE_CELLS.match(line, at)
    assert found is not None  # it also matches nothing
    at = found.end()
    return line.startswith(b'"', at) and _end_of_quoted(line, at + 1) == len(line)


def _end_of_quoted(line: bytes, at: int) -> int:
    found = _QUOTED.match(line, at)
    assert found is not None  # it also matches nothing
    return found.end()

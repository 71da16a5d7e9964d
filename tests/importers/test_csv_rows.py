"""CSV rows: read as RFC 4180 says and no other way; a row that cannot be read is refused alone, by its number."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.documents.row import flatten
from ledger.core.problems import Problem
from ledger.errors import Rejected
from ledger.importers.csv_rows import MOST_BLANK, MOST_CELL, MOST_ROW, count_rows, read_rows
from ledger.samples import certificates, issuers
from tests.certificates import the_reference

CELLS = st.text(st.sampled_from('ab",\n\r;é\t 1') | st.characters(exclude_categories=["Cs"]), max_size=12)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=6)
)


def a_table(rows: list[list[str]], **how: Any) -> bytes:
    """Return rows as another writer writes them."""
    out = io.StringIO(newline="")
    csv.writer(out, **how).writerows(rows)
    return out.getvalue().encode()


def read(data: bytes, name: str = "") -> dict[str, Any]:
    """Return by row the document, or the problems."""
    found = dict(read_rows(io.BytesIO(data).readline, name))
    assert count_rows(io.BytesIO(data).readline, name) == len(found)
    return {row: orjson.loads(one) if isinstance(one, bytes) else list(one) for row, one in found.items()}


def only(problems: list[Problem]) -> Problem:
    [problem] = problems
    return problem


WAYS = [(csv.QUOTE_MINIMAL, "\r\n"), (csv.QUOTE_ALL, "\r\n"), (csv.QUOTE_ALL, "\n")]


@given(TABLES, st.sampled_from(WAYS), st.booleans())
def test_what_another_writer_wrote_is_read_as_it_was(rows: list[list[str]], way: Any, mark: bool) -> None:
    quoting, line_end = way
    names = [f"texts[{place}].text" for place in range(len(rows[0]))]
    data = a_table([names, *rows], quoting=quoting, lineterminator=line_end)
    found = read(b"\xef\xbb\xbf" * mark + data)
    for number, row in enumerate(rows, start=1):
        cells = [cell or "absent" for cell in row]
        told = found.get(f"row {number}", {"texts": []})
        if "absent" in cells or isinstance(told, list):  # a gap in the array
            assert "" in row
        else:
            assert told == {"texts": [{"text": cell} for cell in cells]}


@given(st.lists(st.sampled_from(['"', ",", "\n", "\r\n", "a", "b", "é"]), max_size=30).map("".join))
def test_whatever_is_read_is_what_the_strict_reader_of_the_standard_library_reads(text: str) -> None:
    data = f"a,b\n{text}".encode()
    found = read(data)
    if any(isinstance(one, list) for one in found.values()):
        return
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    wanted = [{name: cell for name, cell in zip("ab", row, strict=True) if cell} for row in lines if any(row)]
    assert [one for one in found.values() if one] == wanted


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail_otherwise_than_by_a_rejection(data: bytes) -> None:
    for text in (data, b"a,b\n" + data):
        with suppress(Rejected):
            read(text)


def test_samples_in_one_table_are_read_as_they_were() -> None:
    documents = list(certificates(the_reference(), 5, 40, issuers()))
    rows = [flatten(document) for document in documents]
    names = list({name: None for row in rows for name in row})
    table = a_table([names, *([row.get(name, "") for name in names] for row in rows)])
    assert list(read(table).values()) == documents


def test_rows_are_counted_from_the_first_below_the_header_whatever_is_in_them() -> None:
    data = b'certificateNumber,remarks\r\nA,"two\r\nlines"\r\n\r\n,\r\nB,\r\n'
    found = read(data, "list.csv")
    assert found == {
        "list.csv row 1": {"certificateNumber": "A", "remarks": "two\r\nlines"},
        "list.csv row 4": {"certificateNumber": "B"},
    }


BAD = [
    (b"x", "b", "CELLS_DIFFER"),
    (b"x,y,z", "", "CELLS_DIFFER"),
    (b'x,5" pipe', "b", "NOT_CSV"),
    (b'"x"y,z', "a", "NOT_CSV"),
    (b'x,"y" ', "b", "NOT_CSV"),
    (b"x\ry,z", "a", "NOT_CSV"),
    (b"x,\xff", "b", "NOT_UTF8"),
    (b'"x,,,",\xff', "b", "NOT_UTF8"),
    (b"x," + b"y" * (MOST_CELL + 1), "b", "TOO_LONG"),
    (b'x,"' + b"y," * MOST_ROW + b'"', "", "TOO_LARGE"),
    (b'x,"' + (b"y" * 999 + b"\n") * (MOST_ROW // 999) + b'"', "", "TOO_LARGE"),
]


@pytest.mark.parametrize(("row", "column", "code"), BAD, ids=[f"{code} {row[:8]!r}" for row, _, code in BAD])
def test_a_row_that_cannot_be_read_is_refused_alone_by_row_and_column(
    row: bytes, column: str, code: str
) -> None:
    found = read(b"a,b\n1,2\n" + row + b"\n3,4\n")
    problem = only(found.pop("row 2"))
    assert (problem.path, problem.code) == (column, code)
    assert code == "TOO_LONG" or "in line 3" in problem.value
    assert problem.expectation
    assert found == {"row 1": {"a": "1", "b": "2"}, "row 3": {"a": "3", "b": "4"}}


def test_a_quote_that_is_never_closed_lets_nothing_after_it_pass_for_a_row() -> None:
    found = read(b'a,b\n1,2\n3,"4\n5,6\n7,8\n')
    assert only(found.pop("row 2")).code == "NOT_CSV"
    assert found == {"row 1": {"a": "1", "b": "2"}}


def test_after_an_unclosed_quote_reading_goes_on_behind_the_next_quote() -> None:
    found = read(b'a,b\n1,"2\n3,"4"\n5,6\n')
    assert only(found.pop("row 1")).code == "NOT_CSV"
    assert found == {"row 2": {"a": "5", "b": "6"}}


def test_an_array_with_a_gap_is_refused_alone() -> None:
    found = read(b"a[0],a[1]\n,y\nx,y\n")
    assert only(found["row 1"]).path == "a[0]"
    assert found["row 2"] == {"a": ["x", "y"]}


@pytest.mark.parametrize(
    ("header", "place", "code"),
    [
        (b"", "list.csv header", "NO_HEADER"),
        (b"\xef\xbb\xbf\r\n", "list.csv header", "NO_HEADER"),
        (b"a,a\n", "list.csv header, column 2", "COLUMN_REPEATED"),
        (b"a,b c\n", "list.csv header, column 2", "COLUMN_UNKNOWN"),
        (b"certificateNumber;issueDate\n", "list.csv header, column 1", "COLUMN_UNKNOWN"),
        (b'a,"b\n', "list.csv header, column 2", "NOT_CSV"),
        ("a,b".encode("utf-16"), "list.csv header, column 1", "NOT_UTF8"),
        (b"a," * MOST_ROW, "list.csv header", "TOO_LARGE"),
    ],
)
def test_a_header_that_names_no_members_is_rejected_by_column(header: bytes, place: str, code: str) -> None:
    for act in (count_rows, lambda readline, name: list(read_rows(readline, name))):
        with pytest.raises(Rejected) as caught:
            act(io.BytesIO(header + b"1,2\n" * bool(header)).readline, "list.csv")
        assert (caught.value.problems[0].path, caught.value.problems[0].code) == (place, code)


def test_rows_are_read_one_by_one_however_many_there_are() -> None:
    lines = iter([b"a,b\n", b"1,2\n", b"3,4\n"])
    asked = 0

    def endless() -> Iterator[bytes]:
        nonlocal asked
        for line in lines:
            asked += 1
            yield line
        raise AssertionError("more was read than was asked for")

    source = endless()
    rows = read_rows(lambda most: next(source))
    assert next(rows)[0] == "row 1"
    assert asked == 2
    assert next(rows)[0] == "row 2"
    assert asked == 3


@pytest.mark.parametrize(("row", "read"), [(b"A\n", 11), (b"\n", MOST_BLANK + 1)])
def test_counting_a_bounded_table_ends_where_it_has_too_many_rows(row: bytes, read: int) -> None:
    header = b"certificateNumber\n"
    table = io.BytesIO(header + row * 50_000)
    assert count_rows(table.readline, most=10) == 11
    assert table.tell() == len(header) + read * len(row)
    assert count_rows(io.BytesIO(header + row * 10).readline, most=10) == 10 * row.startswith(b"A")

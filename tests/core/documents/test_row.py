"""Rows: any document becomes cells and the same document again; what is not spelt exactly is told, never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.documents.row import BOOLEANS, INTEGERS, Header, flatten, read_header
from ledger.core.documents.shape import spell
from ledger.core.documents.validation import validate
from ledger.core.problems import Problem
from ledger.samples import certificates, issuers, shipped_others
from tests.certificates import a_certificate, the_reference

SCHEMAS = Path(__file__).parents[3] / "ledger" / "data" / "schemas"
NAMES = st.sampled_from(["hsCode", "exporter", "name", "a", "B_2"])
TEXTS = st.text(min_size=1, max_size=20)


def values(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    objects = st.dictionaries(NAMES, children, min_size=1, max_size=4)
    return objects | st.lists(children, min_size=1, max_size=4)


DOCUMENTS = st.dictionaries(NAMES, st.recursive(TEXTS, values, max_leaves=20), min_size=1, max_size=5)


def header(*names: str) -> Header:
    columns = read_header(names)
    assert isinstance(columns, Header)
    return columns


def wrong(*names: str) -> list[Problem]:
    problems = read_header(names)
    assert isinstance(problems, list)
    return problems


def there_and_back(document: dict[str, Any]) -> dict[str, Any]:
    row = flatten(document)
    found, problems = header(*row).read(list(row.values()))
    assert problems == []
    return found


@given(DOCUMENTS)
def test_any_document_made_a_row_and_read_back_is_the_same(document: dict[str, Any]) -> None:
    assert there_and_back(document) == document


def test_documents_of_every_kind_made_a_row_and_read_back_are_the_same() -> None:
    others = [document for _, document in shipped_others()]
    for document in [*certificates(the_reference(), 3, 60, issuers()), *others]:
        assert there_and_back(document) == document


@given(st.lists(DOCUMENTS, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_a_column_may_stand_anywhere_and_serve_every_row(
    documents: list[dict[str, Any]], chance: Any
) -> None:
    rows = [flatten(document) for document in documents]
    names = list({name: None for row in rows for name in row})
    chance.shuffle(names)
    columns = read_header(names)
    if not isinstance(columns, Header):  # one document has an object where another has a text
        assert {one.code for one in columns} == {"COLUMN_CONTRADICTS"}
        return
    for row, document in zip(rows, documents, strict=True):
        assert columns.read([row.get(name, "") for name in names]) == (document, [])


def test_null_and_empty_members_have_no_cell_since_they_say_nothing() -> None:
    assert flatten({"a": None, "b": [], "c": {}, "d": "", "e": "x", "f": 0}) == {"e": "x", "f": "0"}


def test_integers_and_booleans_are_those_of_the_published_schemas() -> None:
    found: dict[str, set[str]] = {}
    for name in ("origin-1", "licence-1", "aeo-1"):
        for member, kind in typed(orjson.loads((SCHEMAS / f"{name}.json").read_bytes())):
            found.setdefault(member, set()).add(kind)
    assert {name for name, kinds in found.items() if "integer" in kinds} == INTEGERS
    assert {name for name, kinds in found.items() if "boolean" in kinds} == BOOLEANS
    assert all(len(found[name]) == 1 for name in INTEGERS | BOOLEANS), (
        "a name has one type wherever it occurs"
    )


def typed(schema: Any, member: str = "") -> list[tuple[str, str]]:
    """Return the name and the type of every member that is no object; an array counts as its elements."""
    found: list[tuple[str, str]] = []
    if isinstance(schema, list):
        return [pair for one in schema for pair in typed(one, member)]
    if not isinstance(schema, dict):
        return found
    kind = schema.get("type")
    if member and kind in ("string", "integer", "number", "boolean"):
        found.append((member, kind))
    for keyword, child in schema.items():
        if keyword in ("properties", "$defs") and isinstance(child, dict):
            for name, one in child.items():
                found += typed(one, name if keyword == "properties" else "")
        elif keyword in ("items", "anyOf", "allOf", "oneOf", "prefixItems"):
            found += typed(child, member)
    return found


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("7", 7),
        ("0", 0),
        ("-1", -1),
        ("007", "007"),
        ("1.0", "1.0"),
        (" 1", " 1"),
        ("1,000", "1,000"),
        ("٣", "٣"),
    ],
)
def test_an_integer_is_read_only_as_it_is_written_in_json(cell: str, value: object) -> None:
    assert header("totalPackages").read([cell]) == ({"totalPackages": value}, [])


@pytest.mark.parametrize(("cell", "value"), [("true", True), ("false", False), ("TRUE", "TRUE"), ("1", "1")])
def test_a_boolean_is_true_or_false_and_nothing_else(cell: str, value: object) -> None:
    assert header("bulk").read([cell]) == ({"bulk": value}, [])


def test_every_other_value_is_text_with_its_zeros_and_spaces() -> None:
    columns = header("items[0].hsCode", "remarks", "invoices[0].number")
    read, _ = columns.read(["020110", " 1 ", "17"])
    assert read == {"items": [{"hsCode": "020110"}], "remarks": " 1 ", "invoices": [{"number": "17"}]}


def test_what_is_refused_of_a_row_is_named_as_its_column_is() -> None:
    row = flatten(a_certificate()) | {"items[0].hsCode": "999999", "items[0].packages[0].count": "many"}
    document, _ = header(*row).read(list(row.values()))
    problems = validate(orjson.dumps(document), the_reference())[1]
    told = {one.path: one.value for one in problems}
    assert (told["items[0].hsCode"], told["items[0].packages[0].count"]) == ("999999", "many")


def test_an_element_left_out_of_an_array_is_told_and_not_closed_up() -> None:
    columns = header("items[0].hsCode", "items[0].sequence", "items[1].hsCode", "items[2].hsCode")
    [problem] = columns.read(["", "", "030462", ""])[1]
    assert (problem.path, problem.code) == ("items[0]", "ELEMENT_MISSING")
    assert "items[1] has one" in problem.expectation


def test_elements_left_out_at_the_end_are_absent() -> None:
    columns = header("flags[0]", "flags[1]")
    assert columns.read(["DE_MINIMIS", ""]) == ({"flags": ["DE_MINIMIS"]}, [])
    assert columns.read(["", ""]) == ({}, [])


@pytest.mark.parametrize(
    "name",
    ["", " exporter", "exporter name", "exporter.", ".name", "a..b", "[0]", "a[]", "a[00]", "a[-1]", "a[0", "a[0]b",
     "a;b", "é", "a[10000]", "9a", "a\n"],
)  # fmt: skip
def test_a_column_that_is_not_spelt_as_problems_spell_a_path_is_told(name: str) -> None:
    [problem] = wrong("certificateNumber", name)
    assert (problem.path, problem.code) == ("header, column 2", "COLUMN_UNKNOWN")


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["a", "b", "a"], "COLUMN_REPEATED"),
        (["a.b", "a.b"], "COLUMN_REPEATED"),
        (["a", "a.b"], "COLUMN_CONTRADICTS"),
        (["a.b", "a"], "COLUMN_CONTRADICTS"),
        (["a[0]", "a.b"], "COLUMN_CONTRADICTS"),
        (["a[0].b", "a[0][1]"], "COLUMN_CONTRADICTS"),
        (["a" + ".a" * 16], "TOO_DEEP"),
        ([f"a[{place}]" for place in range(10_000)] + ["b"], "TOO_MANY_COLUMNS"),
    ],
)
def test_columns_that_cannot_stand_together_are_told(names: list[str], code: str) -> None:
    assert [one.code for one in wrong(*names)] == [code]


def test_everything_wrong_with_a_header_is_told_at_once() -> None:
    problems = wrong("a", "a", "b c", "a.d")
    assert [one.path for one in problems] == [f"header, column {place}" for place in (2, 3, 4)]


@given(st.lists(NAMES | st.integers(0, 9_999), max_size=6))
def test_every_path_into_a_document_is_a_column(steps: list[str | int]) -> None:
    assert header(spell(["exporter", *steps]))

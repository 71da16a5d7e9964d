"""Strict JSON: one text has one reading, or none."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.strictjson import (
    MAX_INTEGER,
    MAX_REPORTED,
    Limits,
    MalformedJson,
    canonical,
    check_text,
    check_texts,
    may_deceive,
    parse,
    parse_all,
)

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
PARSING = sorted((VECTORS / "jsontestsuite" / "test_parsing").iterdir())
JCS = sorted((VECTORS / "jcs" / "input").iterdir())
OUTSIDE_THE_PROFILE = {"FLOAT", "NEGATIVE_ZERO", "DUPLICATE_MEMBER"}


def beginning(*letters: str) -> list[Any]:
    return [pytest.param(file, id=file.stem) for file in PARSING if file.name.startswith(letters)]


def tried(read: Callable[[], Any]) -> tuple[Any, str]:
    """Return what was read and no code, or nothing and the code of the refusal."""
    try:
        return read(), ""
    except MalformedJson as malformed:
        return None, malformed.code


def code_of(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(MalformedJson) as malformed:
        parse(data, limits or Limits())
    return malformed.value.code


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.text(st.characters(codec="ascii"))
    | st.sampled_from(["é", "Việt Nam", "上海", "𐀀", "", '\x00\x1f"\\/']),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii")), inner, max_size=4)
    ),
    max_leaves=12,
)


# --- what is read -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", beginning("y_"))
def test_what_every_parser_must_read_is_read_alike_or_outside_the_profile(file: Path) -> None:
    data = file.read_bytes()
    value, code = tried(lambda: parse(data))
    assert code in OUTSIDE_THE_PROFILE or value == json.loads(data)


def test_most_of_what_every_parser_must_read_is_within_the_profile() -> None:
    must = [file.read_bytes() for file in PARSING if file.name.startswith("y_")]
    assert len(must) == 95
    assert sum(not tried(partial(parse, data))[1] for data in must) == 76


@pytest.mark.parametrize("file", beginning("n_", "i_"))
def test_what_is_no_json_and_what_parsers_disagree_on_is_refused(file: Path) -> None:
    with pytest.raises(MalformedJson):
        parse(file.read_bytes())


@given(values)
def test_what_is_written_is_read_back(value: Any) -> None:
    assert parse(canonical(value, Limits()), Limits()) == value


@given(values, st.sampled_from([None, 1, "\t"]))
def test_white_space_and_the_order_of_members_are_free(value: Any, indent: Any) -> None:
    spelt = json.dumps(value, indent=indent, ensure_ascii=indent == 1)
    assert parse(spelt.encode(), Limits()) == value


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_like_another_parser_does_or_refused(data: bytes) -> None:
    value, code = tried(lambda: parse(data))
    assert code or value == json.loads(data)


@given(st.lists(values, max_size=6))
def test_many_texts_are_read_as_each_by_itself(many: list[Any]) -> None:
    assert parse_all([canonical(value) for value in many]) == many


@pytest.mark.parametrize("texts", [[b"1],[2", b"3"], [b"1,2"], [b""], [b"1", b'{"a":1,"a":1}'], [b"[", b"]"]])
def test_texts_that_only_join_to_json_are_refused(texts: list[bytes]) -> None:
    with pytest.raises(MalformedJson):
        parse_all(texts)


# --- what is refused, and how -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a":1,"a":1}', "DUPLICATE_MEMBER"),
        (b'{"a":1,"\\u0061":2}', "DUPLICATE_MEMBER"),
        (b'[{"b":{"a":1,"c":0,"a":1}}]', "DUPLICATE_MEMBER"),
        (b"1.0", "FLOAT"),
        (b"[1e3]", "FLOAT"),
        (b"-0", "NEGATIVE_ZERO"),
        (b"9007199254740992", "INTEGER_TOO_LARGE"),
        (b"-9007199254740992", "INTEGER_TOO_LARGE"),
        (b"1" * 5_000, "INTEGER_TOO_LARGE"),
        (b"NaN", "NOT_JSON"),
        (b"[Infinity]", "NOT_JSON"),
        ('"e\u0301"'.encode(), "NOT_NFC"),
        (b'"e\\u0301"', "NOT_NFC"),
        ('{"\u00e9":1}'.encode(), "NAME_NOT_ASCII"),
        (b'{"\\u00e9":1}', "NAME_NOT_ASCII"),
        (b'"\\ud800"', "LONE_SURROGATE"),
        (b'{"\\ud800":1}', "NAME_NOT_ASCII"),
        (b'"\xed\xa0\x80"', "NOT_UTF8"),
        (b'"\xc0\x80"', "NOT_UTF8"),
        (b"\xef\xbb\xbf{}", "BYTE_ORDER_MARK"),
        ('"x"'.encode("utf-16"), "NOT_UTF8"),
        (b"", "NOT_JSON"),
        (b"{} {}", "NOT_JSON"),
        (b"{}\x00", "NOT_JSON"),
        (b'"a\nb"', "NOT_JSON"),
        (b"{'a':1}", "NOT_JSON"),
        (b'{"a":1,}', "NOT_JSON"),
    ],
)
def test_what_parsers_read_differently_is_refused_by_name(data: bytes, code: str) -> None:
    assert code_of(data) == code


@pytest.mark.parametrize("number", [MAX_INTEGER, -MAX_INTEGER, 0])
def test_integers_are_read_up_to_what_a_double_holds(number: int) -> None:
    assert parse(str(number).encode()) == number


def test_all_problems_are_told_at_once_with_their_places() -> None:
    with pytest.raises(MalformedJson) as malformed:
        parse(b'{"a":1.5,"b":[{"c":-0}],"a":2}')
    assert [(problem.path, problem.code) for problem in malformed.value.problems] == [
        ("a", "FLOAT"),
        ("b[0].c", "NEGATIVE_ZERO"),
        ("a", "DUPLICATE_MEMBER"),
    ]


def test_a_text_full_of_faults_tells_so_many_and_no_more() -> None:
    with pytest.raises(MalformedJson) as malformed:
        parse(b"[" + b",".join([b"1.5"] * 10_000) + b"]")
    assert len(malformed.value.problems) == MAX_REPORTED


# --- limits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "deep", [b"[" * 5_000 + b"]" * 5_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b"[" * 5_000]
)
def test_5000_levels_are_refused_for_their_depth(deep: bytes) -> None:
    assert code_of(deep) == "TOO_DEEP"


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_the_depth_is_counted_exactly(opening: bytes) -> None:
    closing = b"]" if opening == b"[" else b"}"
    last = Limits(depth=3)
    assert parse(opening * 3 + (b"" if opening == b"[" else b"1") + closing * 3, last) is not None
    assert code_of(opening * 4 + (b"" if opening == b"[" else b"1") + closing * 4, last) == "TOO_DEEP"


def test_brackets_within_text_are_no_levels() -> None:
    assert parse(b'"' + b"[" * 100 + b'\\"' + b"{" * 100 + b'"') == "[" * 100 + '"' + "{" * 100


def test_50_megabytes_are_refused_for_their_size() -> None:
    assert code_of(b'"' + b"x" * 50_000_000 + b'"') == "TOO_LARGE"


def test_the_size_is_counted_exactly() -> None:
    assert parse(b'"12345678"', Limits(size=10)) == "12345678"
    assert code_of(b'"123456789"', Limits(size=10)) == "TOO_LARGE"


# --- canonical form -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", JCS, ids=lambda file: file.stem)
def test_the_canonical_form_is_that_of_rfc_8785_or_the_value_is_outside_the_profile(file: Path) -> None:
    wanted = (VECTORS / "jcs" / "output" / file.name).read_bytes().rstrip(b"\n")
    found, code = tried(lambda: canonical(json.loads(file.read_bytes())))
    outside = {"structures": "FLOAT", "values": "FLOAT", "unicode": "NOT_NFC"}
    outside |= {"french": "NAME_NOT_ASCII", "weird": "NAME_NOT_ASCII"}
    assert (found, code) == ((None, outside[file.stem]) if file.stem in outside else (wanted, ""))


@given(values)
def test_the_canonical_form_is_that_of_another_implementation(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (1.5, "FLOAT"),
        (float("nan"), "FLOAT"),
        (2**53, "INTEGER_TOO_LARGE"),
        ({"é": 1}, "NAME_NOT_ASCII"),
        ({1: 1}, "NAME_NOT_ASCII"),
        ("e\u0301", "NOT_NFC"),
        ("\ud800", "LONE_SURROGATE"),
        ((1, 2), "NOT_JSON"),
        ({"a": b"x"}, "NOT_JSON"),
        ([[[[]]]], "TOO_DEEP"),
    ],
)
def test_a_value_outside_the_profile_is_not_written(value: Any, code: str) -> None:
    with pytest.raises(MalformedJson) as malformed:
        canonical(value, Limits(depth=3))
    assert malformed.value.code == code


# --- texts that deceive -------------------------------------------------------------------------------------------

UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("sign", UNSEEN)
def test_a_sign_that_cannot_be_seen_is_found_with_its_place(sign: str) -> None:
    text = f"12{sign}3"
    assert check_text(text) is not None
    assert f"U+{ord(sign):04X}" in (check_text(text) or "")
    assert "character 3" in (check_text(text) or "")
    assert may_deceive(canonical({"a": text}))
    [problem] = check_texts({"a": [text, "é"]})
    assert (problem.path, problem.code) == ("a[0]", "TEXT_NOT_AS_IT_LOOKS")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_is_called_honest_in_which_something_is_found(text: str) -> None:
    written, code = tried(lambda: canonical(text))
    if code or not may_deceive(written):
        assert (check_text(text) is None) == (not code)


@pytest.mark.parametrize("text", ["SAIGON", "CÔNG TY CỔ PHẦN", "上海示例贸易有限公司", "شركة", "नमूना", "0-1"])
def test_honest_texts_of_many_scripts_pass(text: str) -> None:
    assert check_text(text) is None

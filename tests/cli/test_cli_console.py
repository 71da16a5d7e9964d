"""Tables on the console."""

from __future__ import annotations

import pytest

from ledger.cli.console import table, words


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    lines = table(("unit", "free", "note"), [("TNE", "9", "x"), ("KGM", "12.5", "")], numbers=("free",))
    assert lines == ["unit  free  note", "TNE      9  x", "KGM   12.5"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "yes"), (False, "no"), (None, "none"), ([], "none"), ({}, "none"), (0, "0"), ("", ""), ("a\x1b", "a\\u001b"),
     ({"line": 1, "unit": "TNE"}, "line 1, unit TNE"), ([{"a": None}, {"a": [1, 2]}], "a none; a 1; 2")],
)  # fmt: skip
def test_values_are_told_without_braces_and_quotes(value: object, text: str) -> None:
    assert words(value) == text

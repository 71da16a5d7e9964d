"""Tables on the console."""

from __future__ import annotations

from ledger.cli.console import table


def test_numbers_stand_to_the_right_and_words_to_the_left() -> None:
    lines = table(("unit", "free", "note"), [("TNE", "9", "x"), ("KGM", "12.5", "")], numbers=("free",))
    assert lines == ["unit  free  note", "TNE      9  x", "KGM   12.5"]

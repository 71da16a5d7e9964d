from __future__ import annotations

import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from ledger.core.numbers import (
    MAX_LENGTH,
    UnusableNumber,
    fold_look_alikes,
    look_alikes,
    normalise,
    tag,
)

SPEC = Path(__file__).parents[2] / "docs" / "spec" / "number-tag.md"
KEY = bytes(range(32))
NORMALISED = st.text("OI1L0S5B8A-", min_size=1, max_size=30)


def examples() -> list[Any]:
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", SPEC.read_text(), re.DOTALL)]


@pytest.mark.parametrize("example", examples()[0], ids=lambda example: ascii(example["printed"]))
def test_the_published_examples_are_what_the_code_computes(example: dict[str, str]) -> None:
    assert normalise(example["printed"]) == example["normalised"]
    assert tag(KEY, 1, example["normalised"]).hex() == example["tag"]


def test_the_published_example_of_another_kind_is_what_the_code_computes() -> None:
    assert f"`{tag(KEY, 2, 'WBC208897').hex()}`" in SPEC.read_text()


@pytest.mark.parametrize("example", examples()[1], ids=lambda example: example["code"])
def test_the_published_refusals_are_refused_for_that_reason(example: dict[str, str]) -> None:
    with pytest.raises(UnusableNumber) as caught:
        normalise(example["printed"])
    assert caught.value.problem.code == example["code"]


def test_a_tag_is_the_hmac_of_the_kind_and_the_number() -> None:
    expected = hmac.new(KEY, b"\x01" + "SỐ12".encode(), hashlib.sha256).digest()
    assert tag(KEY, 1, "SỐ12") == expected


@pytest.mark.parametrize(("key", "kind"), [(b"short", 1), (KEY, 0), (KEY, 256)])
def test_a_tag_needs_a_whole_key_and_a_kind_of_one_byte(key: bytes, kind: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        tag(key, kind, "A")


@given(st.text(max_size=90))
def test_normalising_twice_is_normalising_once_and_garbage_is_refused_by_name(text: str) -> None:
    try:
        once = normalise(text)
    except UnusableNumber as error:
        event(error.problem.code)
        return
    assert normalise(once) == once
    assert 1 <= len(once) <= MAX_LENGTH


@given(st.text(st.characters(categories=["Zs", "Cc", "Cf", "Zl", "Zp"]), max_size=5), st.integers(0, 10))
def test_invisible_characters_anywhere_do_not_change_a_number(noise: str, place: int) -> None:
    number = "VN-CN24/02"
    assert normalise(number[:place] + noise + number[place:]) == number


@pytest.mark.parametrize("dash", "‐‑‒–—―−﹣－⁃˗")
def test_every_dash_is_the_same_dash(dash: str) -> None:
    assert normalise(f"A{dash}1") == "A-1"


def test_the_letter_o_and_the_digit_zero_stay_different_numbers() -> None:
    assert normalise("24/O2") != normalise("24/02")


def test_a_number_at_the_limit_is_taken_and_one_above_is_refused() -> None:
    assert normalise("7 " * MAX_LENGTH) == "7" * MAX_LENGTH
    with pytest.raises(UnusableNumber):
        normalise("7" * (MAX_LENGTH + 1))


def test_look_alikes_with_one_difference_come_first() -> None:
    assert list(look_alikes("O1"))[:3] == ["01", "OI", "OL"]


@given(NORMALISED)
def test_look_alikes_are_bounded_distinct_and_never_the_number_itself(number: str) -> None:
    found = list(look_alikes(number))
    assert len(found) <= 64
    assert len(set(found)) == len(found)
    assert number not in found


@given(NORMALISED)
def test_look_alikes_share_the_folded_form_and_length(number: str) -> None:
    for other in look_alikes(number):
        assert fold_look_alikes(other) == fold_look_alikes(number)
        assert len(other) == len(number)


def test_a_number_without_confusable_signs_has_no_look_alikes() -> None:
    assert list(look_alikes("VN-CN24/77")) == []

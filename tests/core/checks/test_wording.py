from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ledger.core.checks.wording import (
    amount_words,
    day_words,
    length_words,
    list_words,
    moment_words,
    offset_words,
    quantity_words,
    times_words,
)

MORNING = int(datetime(2024, 3, 4, 2, 0, tzinfo=UTC).timestamp())
CHINA = timedelta(hours=8)


@pytest.mark.parametrize(
    ("seconds", "offset", "words"),
    [
        (MORNING, None, "2024-03-04 02:00 UTC"),
        (MORNING + 3, timedelta(), "2024-03-04 02:00:03 UTC"),
        (MORNING, CHINA, "2024-03-04 10:00 UTC+8 (02:00 UTC)"),
        (MORNING - 3 * 3600, CHINA, "2024-03-04 07:00 UTC+8 (2024-03-03 23:00 UTC)"),
        (2**70, CHINA, f"second {2**70}"),
    ],
)
def test_a_moment_is_told_in_utc_and_by_the_askers_offset(
    seconds: int, offset: timedelta | None, words: str
) -> None:
    assert moment_words(seconds, offset) == words


def test_a_moment_of_the_same_day_is_told_by_its_clock_alone() -> None:
    near = datetime(2024, 3, 4, 2, 5, tzinfo=UTC)
    assert moment_words(MORNING, CHINA, near) == "10:00 UTC+8"
    assert moment_words(MORNING - 86_400, CHINA, near) == "2024-03-03 10:00 UTC+8 (02:00 UTC)"


def test_a_day_is_that_of_the_askers_offset() -> None:
    assert day_words(MORNING - 3 * 3600, CHINA) == "2024-03-04"
    assert day_words(MORNING - 3 * 3600) == "2024-03-03"
    assert day_words(2**70) == f"second {2**70}"


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (timedelta(), "UTC"),
        (CHINA, "UTC+8"),
        (timedelta(hours=-3, minutes=-30), "UTC-3:30"),
        (timedelta(hours=5, minutes=30), "UTC+5:30"),
    ],
)
def test_an_offset_is_told_with_its_sign(offset: timedelta, words: str) -> None:
    assert offset_words(offset) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (1_259, "20 minutes"),
        (7_199, "119 minutes"),
        (7_200, "2 hours"),
        (172_799, "47 hours"),
        (-172_800, "2 days"),
    ],
)
def test_a_length_of_time_is_told_in_whole_units(seconds: int, words: str) -> None:
    assert length_words(seconds) == words


@pytest.mark.parametrize(
    ("millionths", "unit", "words"),
    [
        (30_000_000, "TNE", "30 t"),
        (500_000, "KGM", "0.5 kg"),
        (1, "XBX", "0.000001 XBX"),
        (100_000_000, "C62", "100 pieces"),
    ],
)
def test_a_quantity_is_told_without_zeros_and_with_the_sign_of_its_unit(
    millionths: int, unit: str, words: str
) -> None:
    assert quantity_words(millionths, unit) == words


def test_an_amount_keeps_the_zeros_before_its_point() -> None:
    assert amount_words(Decimal("1200"), "KGM") == "1200 kg"
    assert amount_words(Decimal("1E+3"), "KGM") == "1000 kg"


def test_counts_and_lists_are_words() -> None:
    assert (times_words(1), times_words(3)) == ("once", "3 times")
    assert list_words("ab") == "a; b"
    assert list_words("abcde") == "a; b; c; and 2 more"

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.units import from_millionths, to_millionths
from tests.certificates import the_reference

UNITS = the_reference().units
QUANTITIES = st.from_regex(r"\A(0|[1-9][0-9]{0,15})(\.[0-9]{1,6})?\Z")


@pytest.mark.parametrize(
    ("value", "unit", "target", "expected"),
    [
        ("2500.5", "KGM", "TNE", "2.5005"),
        ("2.5005", "TNE", "KGM", "2500.5"),
        ("9999999999999999.999999", "TNE", "KGM", "9999999999999999999.999"),
        ("0.000001", "MGM", "KTN", "0.000000000000000001"),
        ("12", "DZN", "NMB", "144"),
    ],
)
def test_units_of_one_dimension_convert_exactly(value: str, unit: str, target: str, expected: str) -> None:
    assert UNITS.to_unit(value, unit, target) == Decimal(expected)


@pytest.mark.parametrize(
    ("unit", "target"), [("NMB", "KGM"), ("KGM", "NMB"), ("LTR", "KGM"), ("KGM", "USD"), ("USD", "EUR")]
)
def test_nothing_becomes_what_it_is_not(unit: str, target: str) -> None:
    assert UNITS.to_unit("1", unit, target) is None


def test_money_is_its_own_unit() -> None:
    assert UNITS.to_unit("12.50", "USD", "USD") == Decimal("12.50")


def test_a_result_that_cannot_be_written_down_is_none_and_not_rounded() -> None:
    assert UNITS.to_unit("1", "KGM", "LBR") is None
    assert UNITS.to_unit("45359.237", "KGM", "LBR") == 100_000


@pytest.mark.parametrize(
    "value", ["", "-1", "1,5", "1e3", "01", ".5", "5.", "1.0000001", "NaN", "Infinity", " 1", "٣", "1" * 17]
)
def test_what_is_no_quantity_converts_to_nothing(value: str) -> None:
    assert UNITS.to_unit(value, "KGM", "TNE") is None
    assert to_millionths(value) is None


@given(QUANTITIES)
def test_millionths_say_the_same_quantity(value: str) -> None:
    millionths = to_millionths(value)
    assert millionths is not None
    assert Decimal(from_millionths(millionths)) == Decimal(value)
    assert to_millionths(from_millionths(millionths)) == millionths


@given(QUANTITIES, st.sampled_from(["KGM", "TNE", "GRM", "DTN", "KTN"]))
def test_there_and_back_is_the_same_quantity(value: str, unit: str) -> None:
    there = UNITS.to_unit(value, unit, "MGM")
    assert there is not None
    back = UNITS.convert(there, "MGM", unit)
    assert back == Decimal(value)


@pytest.mark.parametrize(
    "value", [Decimal("0.0000001"), Decimal("1.2345678"), Decimal(-1), Decimal("NaN"), Decimal("Infinity")]
)
def test_what_is_not_in_whole_millionths_has_none(value: Decimal) -> None:
    assert to_millionths(value) is None


def test_a_converted_quantity_has_millionths_where_it_is_exact() -> None:
    converted = UNITS.to_unit("2500.5", "KGM", "TNE")
    assert converted is not None
    assert to_millionths(converted) == 2_500_500

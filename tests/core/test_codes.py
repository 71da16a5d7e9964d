from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.certificates import the_reference

UNITS = the_reference().units
CODES = sorted(UNITS.units)


def test_tonnes_convert_to_kilograms_exactly() -> None:
    assert UNITS.convert(Decimal("0.1"), "TNE", "KGM") == Decimal(100)


@pytest.mark.parametrize("unit", ["NMB", "LTR", "MTK", "PR"])
def test_kilograms_never_become_anything_but_a_mass(unit: str) -> None:
    assert UNITS.convert(Decimal(1), "KGM", unit) is None


def test_an_unknown_unit_converts_to_nothing() -> None:
    assert UNITS.convert(Decimal(1), "XXX", "KGM") is None
    assert UNITS.convert(Decimal(1), "KGM", "XXX") is None


@given(st.decimals(min_value=0, max_value=10**16, places=6), st.sampled_from(CODES))
def test_a_unit_converts_to_itself_unchanged(value: Decimal, unit: str) -> None:
    assert UNITS.convert(value, unit, unit) == value


@given(st.sampled_from(CODES), st.sampled_from(CODES))
def test_units_convert_just_when_their_dimensions_agree(one: str, other: str) -> None:
    same = UNITS.units[one].dimension == UNITS.units[other].dimension
    assert (UNITS.convert(Decimal(1), one, other) is not None) is same


def test_every_dimension_has_a_base_unit() -> None:
    dimensions = {unit.dimension for unit in UNITS.units.values()}
    assert {unit.dimension for unit in UNITS.units.values() if unit.factor == 1} == dimensions


@pytest.mark.parametrize(
    ("edition", "code", "known"),
    [
        ("HS2022", "030462", True),
        ("HS2022", "0304629099", True),
        ("HS2022", "030499", True),
        ("HS2022", "030400", False),
        ("HS2022", "770100", False),
        ("HS2017", "880310", True),
        ("HS2017", "880710", False),
        ("HS2012", "010199", True),
        ("HS2012", "980000", False),
    ],
)
def test_an_edition_knows_codes_as_deep_as_it_says(edition: str, code: str, known: bool) -> None:
    assert the_reference().hs[edition].knows(code) is known


def test_the_edition_of_2022_has_as_many_subheadings_as_the_nomenclature() -> None:
    codes = the_reference().hs["HS2022"].codes
    assert (len(codes), len({code[:4] for code in codes})) == (5612, 1228)


def test_the_edition_of_2017_has_as_many_headings_as_the_nomenclature() -> None:
    assert len(the_reference().hs["HS2017"].codes) == 1222


def test_a_code_list_tells_what_it_contains() -> None:
    assert "VN" in the_reference().countries
    assert "XX" not in the_reference().countries

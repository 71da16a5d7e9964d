from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.documents.declaration import validate_declaration
from tests.certificates import the_reference


def a_declaration(**changes: Any) -> dict[str, Any]:
    """Return a valid declaration with members replaced."""
    item = {
        "sequence": 1,
        "hsCode": "0304620010",
        "quantities": [{"kind": "NET_MASS", "value": "24000", "unit": "KGM"}],
        "originCountry": "VN",
        "certificateItem": 1,
    }
    return {
        "importDate": "2024-04-01",
        "country": "CN",
        "items": [item],
        "invoiceNumbers": ["EX-1"],
        **changes,
    }


def test_a_valid_declaration_has_no_problem() -> None:
    declaration, found = validate_declaration(orjson.dumps(a_declaration()), the_reference())
    assert found == []
    assert declaration is not None
    assert declaration.items[0].quantities[0].value == "24000"


def test_a_declaration_of_an_export_says_where_the_goods_go_and_to_whom() -> None:
    changes = {"destinationCountry": "JP", "endUser": {"name": "EXAMPLE TELECOM", "country": "JP"}}
    declaration, found = validate_declaration(a_declaration(**changes), the_reference())
    assert found == []
    assert declaration is not None
    assert declaration.end_user is not None
    assert (declaration.destination_country, declaration.end_user.name) == ("JP", "EXAMPLE TELECOM")


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"importDate": "2024-02-30"}, "importDate", "DATE_INVALID"),
        ({"country": "XX"}, "country", "COUNTRY_UNKNOWN"),
        ({"destinationCountry": "XX"}, "destinationCountry", "COUNTRY_UNKNOWN"),
        ({"exportCountry": "XX"}, "exportCountry", "COUNTRY_UNKNOWN"),
        ({"endUser": {"name": "A BUYER", "country": "XX"}}, "endUser.country", "COUNTRY_UNKNOWN"),
        ({"items": {}}, "items", "WRONG_TYPE"),
        ({"items": [{"sequence": 1, "hsCode": "1"}]}, "items[0].hsCode", "MALFORMED"),
        ({"items": [{"sequence": 1, "hsCode": "030462"}] * 2}, "items[1].sequence", "SEQUENCE_REPEATED"),
        (
            {
                "items": [
                    {
                        "sequence": 1,
                        "hsCode": "030462",
                        "quantities": [{"kind": "OTHER", "value": "1", "unit": "Q"}],
                    }
                ]
            },
            "items[0].quantities[0].unit",
            "UNIT_UNKNOWN",
        ),
        ({"surprise": 1}, "surprise", "UNKNOWN_MEMBER"),
    ],
)
def test_a_fault_is_named_by_place_and_rule(changes: dict[str, Any], path: str, code: str) -> None:
    declaration, found = validate_declaration(a_declaration(**changes), the_reference())
    assert declaration is None
    assert [(problem.path, problem.code) for problem in found] == [(path, code)]


@given(
    st.dictionaries(
        st.text(max_size=8), st.none() | st.integers() | st.text() | st.lists(st.text()), max_size=4
    )
)
def test_garbage_gives_problems_and_raises_nothing(value: dict[str, Any]) -> None:
    declaration, found = validate_declaration(value, the_reference())
    assert declaration is None
    assert found


def test_a_declaration_says_where_and_when_it_was_accepted() -> None:
    source = a_declaration(office="CN2200", acceptedAt="2024-04-01T10:05:00+08:00")
    declaration, found = validate_declaration(source, the_reference())
    assert found == []
    assert declaration is not None
    assert declaration.office == "CN2200"
    assert declaration.accepted_at == datetime(2024, 4, 1, 2, 5, tzinfo=UTC)


@pytest.mark.parametrize("time", ["2024-04-01T10:05:00", "2024-02-30T10:05:00Z", "today", "2024-04-01"])
def test_a_time_of_acceptance_without_an_offset_could_be_another_one_and_is_refused(time: str) -> None:
    declaration, found = validate_declaration(a_declaration(acceptedAt=time), the_reference())
    assert declaration is None
    assert [(problem.path, problem.code) for problem in found] == [("acceptedAt", "TIME_INVALID")]


def test_an_item_may_say_its_value_in_a_known_currency() -> None:
    for currency, codes in (("EUR", []), ("XXQ", ["CURRENCY_UNKNOWN"])):
        item = {"sequence": 1, "hsCode": "030462", "customsValue": {"amount": "10.50", "currency": currency}}
        _, found = validate_declaration(a_declaration(items=[item]), the_reference())
        assert [problem.code for problem in found] == codes

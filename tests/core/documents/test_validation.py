from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.documents.origin import Certificate
from ledger.core.documents.validation import validate
from ledger.core.problems import Severity
from tests.certificates import a_certificate, an_item, the_reference, with_item

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def problems(source: Any, today: date | None = None) -> dict[str, str]:
    """Return the codes of a source's problems by path."""
    return {problem.path: problem.code for problem in validate(source, the_reference(), today=today)[1]}


def errors(source: Any) -> dict[str, str]:
    found = validate(source, the_reference())[1]
    return {problem.path: problem.code for problem in found if problem.severity is Severity.ERROR}


def test_a_valid_certificate_has_no_problem() -> None:
    certificate, found = validate(orjson.dumps(a_certificate()), the_reference(), today=date(2024, 3, 4))
    assert certificate is not None
    assert found == []


def test_bytes_and_the_object_they_spell_are_judged_alike() -> None:
    document = with_item(hsCode="999999")
    assert problems(orjson.dumps(document)) == problems(document) == {"items[0].hsCode": "HS_CODE_UNKNOWN"}


def test_missing_last_day_and_destination_are_derived() -> None:
    certificate, found = validate(a_certificate(validUntil=None, destinationCountry=None), the_reference())
    assert isinstance(certificate, Certificate)
    assert found == []
    assert (certificate.valid_until, certificate.destination_country) == ("2025-03-03", "CN")


def test_everything_that_is_wrong_is_reported_at_once() -> None:
    spoilt = a_certificate(
        issueDate="2024-02-30",
        destinationCountry="XX",
        surprise=1,
        exporter={"name": 7},
        flags=["THIRD_PARTY_INVOICING"],
        items=[
            an_item(hsCode="770000"),
            an_item(quantities=[{"kind": "OTHER", "value": "1,5", "unit": "QQQ"}]),
        ],
    )
    assert errors(spoilt) == {
        "issueDate": "DATE_INVALID",
        "destinationCountry": "COUNTRY_UNKNOWN",
        "surprise": "UNKNOWN_MEMBER",
        "exporter.name": "WRONG_TYPE",
        "thirdPartyInvoicer": "THIRD_PARTY_INVOICER_MISSING",
        "items[0].hsCode": "HS_CODE_UNKNOWN",
        "items[1].sequence": "SEQUENCE_REPEATED",
        "items[1].quantities[0].value": "MALFORMED",
        "items[1].quantities[0].unit": "UNIT_UNKNOWN",
    }


def test_an_error_leaves_no_certificate_and_a_warning_does() -> None:
    assert validate(with_item(hsCode="770000"), the_reference())[0] is None
    certificate, found = validate(a_certificate(totalPackages=3), the_reference())
    assert certificate is not None
    assert [problem.severity for problem in found] == [Severity.WARNING]


def test_a_boolean_in_place_of_a_count_is_an_error() -> None:
    assert errors(a_certificate(totalPackages=False)) == {"totalPackages": "WRONG_TYPE"}


def test_a_validity_that_ended_is_a_warning_today() -> None:
    assert problems(a_certificate(), date(2026, 1, 1)) == {"validUntil": "ALREADY_EXPIRED"}


def test_the_east_may_be_a_day_ahead_and_not_two() -> None:
    assert problems(a_certificate(), date(2024, 3, 3)) == {}
    assert problems(a_certificate(), date(2024, 3, 2)) == {"issueDate": "ISSUED_IN_FUTURE"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "NOT_JSON"),
        (b"{", "NOT_JSON"),
        (b"[]", "WRONG_TYPE"),
        (b"null", "WRONG_TYPE"),
        (b'{"a":1,"a":2}', "DUPLICATE_MEMBER"),
        (b'{"a":1.5}', "FLOAT"),
        (b"[" * 5000, "TOO_DEEP"),
        (b'{"a":"' + b"x" * 1_100_000 + b'"}', "TOO_LARGE"),
        (b'{"a":"\xff"}', "NOT_JSON"),
    ],
)
def test_what_is_not_an_object_of_the_json_profile_is_refused_by_name(data: bytes, code: str) -> None:
    certificate, found = validate(data, the_reference())
    assert certificate is None
    assert code in {problem.code for problem in found} | {"NOT_JSON" if found[0].code == "NOT_UTF8" else ""}


@given(JSON)
@settings(max_examples=150)
def test_garbage_gives_problems_and_raises_nothing(value: Any) -> None:
    certificate, found = validate(value, the_reference())
    assert certificate is None
    assert found


@given(st.binary(max_size=200))
def test_garbage_bytes_give_problems_and_raise_nothing(data: bytes) -> None:
    certificate, found = validate(data, the_reference())
    assert certificate is None
    assert found


def paths_of(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    if isinstance(node, dict):
        found += [deep for name, child in node.items() for deep in paths_of(child, (*path, name))]
    elif isinstance(node, list):
        found += [deep for index, child in enumerate(node) for deep in paths_of(child, (*path, index))]
    return found


@given(st.sampled_from(paths_of(a_certificate())), JSON)
@settings(max_examples=300)
def test_a_certificate_with_any_one_member_spoilt_raises_nothing(
    path: tuple[str | int, ...], value: Any
) -> None:
    document: Any = a_certificate()
    node = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    certificate, found = validate(document, the_reference())
    assert (certificate is None) is any(problem.severity is Severity.ERROR for problem in found)


def test_a_hundred_and_twenty_items_in_long_thai_text_are_taken_whole() -> None:
    text = "ปลาแช่แข็ง " * 170
    items = [an_item(sequence=place + 1, description=text) for place in range(120)]
    certificate, found = validate(a_certificate(items=items, totalPackages=144_000), the_reference())
    assert isinstance(certificate, Certificate)
    assert found == []
    assert certificate.items[119].description == text

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.documents.validation import validate
from ledger.core.problems import Severity
from tests.certificates import the_reference
from tests.core.documents.test_licence_rules import JSON
from tests.licences import an_entry

AEOC = {"type": "AEOC", "authorisationDate": "2025-09-01"}


def problems(document: Any, today: date | None = None) -> dict[str, tuple[str, Severity]]:
    return {one.path: (one.code, one.severity) for one in validate(document, the_reference(), today=today)[1]}


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"country": "XX"}, "country", "COUNTRY_UNKNOWN"),
        ({"holder": {"name": "A", "country": "XX"}}, "holder.country", "COUNTRY_UNKNOWN"),
        ({"aliases": ["de aeof 000028"]}, "aliases[0]", "ALIAS_REPEATED"),
        ({"aliases": ["DE1", "DE 1"]}, "aliases[1]", "ALIAS_REPEATED"),
        ({"aliases": [" "]}, "aliases[0]", "NUMBER_EMPTY"),
        ({"certificateNumber": "\u200b"}, "certificateNumber", "NUMBER_EMPTY"),
        ({"types": [AEOC, AEOC]}, "types[1].type", "TYPE_REPEATED"),
        (
            {"types": [{**AEOC, "authorisationDate": "2025-02-30"}]},
            "types[0].authorisationDate",
            "DATE_INVALID",
        ),
        (
            {"types": [{**AEOC, "nextReassessment": "2025-09-01"}]},
            "types[0].nextReassessment",
            "REASSESSED_BEFORE",
        ),
        ({"consentToShare": {"given": True, "date": "2025-02-30"}}, "consentToShare.date", "DATE_INVALID"),
        ({"validUntil": "2020-01-01"}, "validUntil", "VALIDITY_ENDS_BEFORE_ISSUE"),
    ],
)
def test_what_an_entry_may_not_say_is_an_error_with_its_place(
    changes: dict[str, Any], path: str, code: str
) -> None:
    assert problems(an_entry(**changes))[path] == (code, Severity.ERROR)


def test_an_entry_without_consent_is_not_put_on_the_ledger_that_all_partners_read() -> None:
    assert problems(an_entry(consentToShare={"given": False})) == {
        "consentToShare.given": ("CONSENT_MISSING", Severity.ERROR)
    }


@pytest.mark.parametrize("day", ["2026-11-23", "2026-11-24"])
def test_a_type_may_be_granted_up_to_today_wherever_that_is(day: str) -> None:
    types = [{**AEOC, "authorisationDate": day}]
    assert problems(an_entry(types=types), date(2026, 11, 23)) == {}


def test_what_is_granted_or_consented_to_later_is_refused_today() -> None:
    types, consent = (
        [AEOC, {"type": "AEOS", "authorisationDate": "2026-11-25"}],
        {"given": True, "date": "2027-01-01"},
    )
    assert problems(an_entry(types=types, consentToShare=consent), date(2026, 11, 23)) == {
        "types[1].authorisationDate": ("AUTHORISED_IN_FUTURE", Severity.ERROR),
        "consentToShare.date": ("CONSENT_IN_FUTURE", Severity.ERROR),
    }
    assert problems(an_entry(types=types, consentToShare=consent)) == {}


@pytest.mark.parametrize("name", ["CUSTOMS-S", "海关", "AEO S", "", "AEOÉ"])
def test_a_type_has_a_name_of_at_most_eight_ascii_characters(name: str) -> None:
    found = validate(an_entry(types=[{**AEOC, "type": name}]), the_reference())[1]
    assert [(one.path, one.code, one.expectation) for one in found] == [
        ("types[0].type", "MALFORMED", "1 to 8 ASCII characters without spaces, such as AEOS")
    ]


def test_an_entry_of_tomorrow_is_refused_and_one_without_an_end_does_not_expire() -> None:
    assert problems(an_entry(issueDate="2026-11-25"), date(2026, 11, 23)) == {
        "issueDate": ("ISSUED_IN_FUTURE", Severity.ERROR)
    }
    assert problems(an_entry(), date(2199, 1, 1)) == {}


def test_everything_that_is_wrong_with_an_entry_is_reported_at_once() -> None:
    found = problems(an_entry(country="XX", types=[AEOC, AEOC], aliases=[""], programme="", status="VALID"))
    assert {"country", "types[1].type", "aliases[0]", "programme", "status"} <= found.keys()


@given(st.sampled_from(sorted(an_entry())), JSON)
def test_a_member_of_any_shape_is_a_problem_and_never_an_error(name: str, value: Any) -> None:
    found, all_problems = validate(orjson.dumps({**an_entry(), name: value}), the_reference())
    assert (found is None) is any(one.severity is Severity.ERROR for one in all_problems)

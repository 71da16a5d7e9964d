from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.profiles import (
    Period,
    Profile,
    UseKind,
    UsePolicy,
    Validity,
    choose,
    day_of,
    latest_day,
    valid_on,
    valid_until,
)
from tests.certificates import a_certificate, the_reference
from tests.licences import a_licence

DAYS = st.dates(date(1990, 1, 1), date(2200, 1, 1))


def profile(name: str) -> Profile:
    found = the_reference().profile(name, "2024-03-04")
    assert found is not None
    return found


def test_twelve_months_from_the_fourth_end_on_the_third() -> None:
    assert valid_until(profile("RCEP"), date(2024, 3, 4)) == date(2025, 3, 3)


def test_twelve_months_from_a_leap_day_end_on_the_last_of_february() -> None:
    assert valid_until(profile("RCEP"), date(2024, 2, 29)) == date(2025, 2, 28)


def test_a_retroactive_certificate_under_chafta_runs_from_the_shipment() -> None:
    until = valid_until(profile("CHAFTA"), date(2024, 6, 1), date(2024, 3, 4), retro=True)
    assert until == date(2025, 3, 3)


def test_an_ordinary_certificate_under_chafta_runs_from_the_issue() -> None:
    assert valid_until(profile("CHAFTA"), date(2024, 6, 1), date(2024, 3, 4)) == date(2025, 5, 31)


def test_a_retroactive_certificate_without_a_shipment_date_runs_from_the_issue() -> None:
    assert valid_until(profile("CHAFTA"), date(2024, 6, 1), None, retro=True) == date(2025, 5, 31)


def test_a_profile_without_a_validity_gives_no_last_day() -> None:
    assert valid_until(replace(profile("RCEP"), validity_months=None), date(2024, 6, 1)) is None


@given(DAYS)
def test_the_validity_of_twelve_months_lasts_about_a_year(issued: date) -> None:
    until = valid_until(profile("RCEP"), issued)
    assert until is not None
    assert timedelta(days=364) <= until - issued <= timedelta(days=366)


def test_the_end_of_the_calendar_is_not_passed() -> None:
    assert valid_until(profile("RCEP"), date.max) == date.max - timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "validity"),
    [
        (date(2024, 3, 3), Validity.NOT_YET),
        (date(2024, 3, 4), Validity.VALID),
        (date(2025, 3, 3), Validity.VALID),
        (date(2025, 3, 4), Validity.EXPIRED),
    ],
)
def test_both_ends_of_the_validity_belong_to_it(day: date, validity: Validity) -> None:
    answer = valid_on(profile("RCEP"), a_certificate(), day)
    assert answer.validity is validity
    assert bool(answer) is (validity is Validity.VALID)


def test_an_issuer_cannot_lengthen_the_agreements_validity() -> None:
    claims = a_certificate(validUntil="2034-03-03", transport=None)
    assert valid_on(profile("RCEP"), claims, date(2026, 1, 1)).last == date(2025, 3, 3)


def test_a_hidden_shipment_date_leaves_the_issuers_last_day() -> None:
    claims = a_certificate(validUntil="2025-01-01", flags=["ISSUED_RETROACTIVELY"], transport=None)
    assert valid_on(profile("CHAFTA"), claims, date(2024, 6, 1)).last == date(2025, 1, 1)


def test_claims_without_days_are_unknown_and_not_valid() -> None:
    assert valid_on(None, {}, date(2024, 6, 1)).validity is Validity.UNKNOWN
    assert not valid_on(None, {"issueDate": "2024-03-04"}, date(2024, 6, 1))


@pytest.mark.parametrize(
    ("agreement", "code"), [("NONPREF", 0), ("RCEP", 0x0100), ("CSFTA", 0x0100), ("KRIN", 0x0300)]
)
def test_use_policies_have_the_codes_of_the_contracts(agreement: str, code: int) -> None:
    assert profile(agreement).use.on_chain() == code


@given(st.integers(-10, 0x500))
def test_only_codes_that_the_contracts_accept_are_policies(code: int) -> None:
    accepted = code in (0, 0x0100) or 0x0201 <= code <= 0x02FF or 0x0300 <= code <= 0x03FF
    if accepted:
        assert UsePolicy.from_chain(code).on_chain() == code
    else:
        with pytest.raises(ValueError, match="use policy"):
            UsePolicy.from_chain(code)


def test_a_policy_of_up_to_n_uses_needs_n() -> None:
    assert UsePolicy(UseKind.UP_TO_N, 12).on_chain() == 0x020C
    with pytest.raises(ValueError, match="expected 1 to 255"):
        UsePolicy(UseKind.UP_TO_N)


@pytest.mark.parametrize(
    ("period", "end"),
    [
        (Period(3, "days"), date(2024, 3, 11)),
        (Period(1, "working days"), date(2024, 3, 11)),
        (Period(7, "working days"), date(2024, 3, 19)),
        (Period(12, "months"), date(2025, 3, 8)),
        (Period(0, "working days"), date(2024, 3, 8)),
    ],
)
def test_a_period_after_a_friday(period: Period, end: date) -> None:
    assert period.after(date(2024, 3, 8)) == end


@pytest.mark.parametrize("unit", ["days", "working days", "months"])
def test_no_period_passes_the_end_of_the_calendar(unit: str) -> None:
    assert Period(7, unit).after(date.max - timedelta(days=1)) == date.max


def test_the_version_in_force_on_the_day_is_chosen() -> None:
    first = profile("CNNZ")
    later = replace(first, version=2, effective_from=date(2030, 1, 1))
    assert choose([later, first], "CNNZ", "2029-12-31") is first
    assert choose([later, first], "CNNZ", "2030-01-01") is later
    assert choose([later, first], "CNNZ", "2001-01-01") is None


@pytest.mark.parametrize(
    "text", ["2024-02-30", "20240304", "2024-W10-1", "2024-3-4", "", None, 20240304, ["x"]]
)
def test_what_is_not_a_day_of_the_calendar_is_no_day(text: object) -> None:
    assert day_of(text) is None


# --- licences ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("issued", "last"), [(date(2026, 1, 1), 2026), (date(2026, 12, 31), 2026)])
def test_a_calendar_year_ends_on_its_last_day_and_may_carry_over_to_the_end_of_march(
    issued: date, last: int
) -> None:
    licence = profile("CN-IMPORT-MULTI")
    assert valid_until(licence, issued) == date(last, 12, 31)
    assert latest_day(licence, issued) == date(last + 1, 3, 31)


def test_the_calendar_year_is_that_in_which_the_validity_begins() -> None:
    licence = profile("CN-IMPORT-ONE")
    assert valid_until(licence, date(2026, 12, 20), first=date(2027, 1, 1)) == date(2027, 12, 31)


def test_without_a_carry_over_the_latest_day_is_the_last_one() -> None:
    licence = replace(profile("CN-IMPORT-ONE"), carry_over=None)
    assert latest_day(licence, date(2026, 5, 1)) == date(2026, 12, 31)
    assert latest_day(profile("RCEP"), date(2024, 3, 4)) == date(2025, 3, 3)


@pytest.mark.parametrize(
    ("stated", "day", "validity"),
    [
        ("2026-12-31", date(2026, 12, 31), Validity.VALID),
        ("2026-12-31", date(2027, 1, 1), Validity.EXPIRED),
        ("2027-03-31", date(2027, 3, 31), Validity.VALID),
        ("2027-03-31", date(2027, 4, 1), Validity.EXPIRED),
        ("2029-12-31", date(2027, 4, 1), Validity.EXPIRED),
        (None, date(2026, 12, 31), Validity.VALID),
        (None, date(2027, 1, 1), Validity.EXPIRED),
        ("2026-12-31", date(2026, 3, 1), Validity.NOT_YET),
    ],
)
def test_a_licence_of_a_calendar_year_is_judged_on_the_day_of_import(
    stated: str | None, day: date, validity: Validity
) -> None:
    licence = a_licence(validUntil=stated)
    assert valid_on(profile("CN-IMPORT-MULTI"), licence, day).validity is validity


@pytest.mark.parametrize(("name", "months"), [("CITES-EXPORT", 6), ("CITES-IMPORT", 12)])
def test_a_cites_permit_cannot_be_longer_than_its_profile_allows(name: str, months: int) -> None:
    permit = a_licence(issueDate="2026-06-01", validUntil="2030-01-01")
    last = valid_on(profile(name), permit, date(2026, 6, 1)).last
    assert last == (date(2026, 11, 30) if months == 6 else date(2027, 5, 31))


def test_the_last_year_of_the_calendar_carries_over_to_nowhere() -> None:
    assert latest_day(profile("CN-IMPORT-ONE"), date.max) == date(date.max.year, 12, 31)


@pytest.mark.parametrize(
    ("name", "kind", "tolerance", "on_remaining", "for_bulk", "most"),
    [
        ("CN-IMPORT-ONE", 2, 5, False, True, 1),
        ("CN-IMPORT-MULTI", 2, 5, True, True, 12),
        ("EU-AGRI", 2, 5, False, False, 0),
        ("CITES-EXPORT", 2, None, False, False, 1),
        ("RCEP", 1, None, False, False, 0),
    ],
)
def test_profiles_say_how_often_and_with_what_tolerance(
    name: str, kind: int, tolerance: int | None, on_remaining: bool, for_bulk: bool, most: int
) -> None:
    found = profile(name)
    assert (found.kind, found.use.n) == (kind, most)
    assert (found.tolerance, found.tolerance_on_remaining, found.tolerance_for_bulk) == (
        tolerance,
        on_remaining,
        for_bulk,
    )


def test_a_quantity_may_be_drawn_on_by_a_limited_number_of_declarations() -> None:
    assert UsePolicy(UseKind.QUANTITY, 12).on_chain() == 0x030C
    with pytest.raises(ValueError, match="expected 0 to 255"):
        UsePolicy(UseKind.QUANTITY, 256)
    with pytest.raises(ValueError, match="expected 0 to 0"):
        UsePolicy(UseKind.SINGLE, 1)


@pytest.mark.parametrize(
    ("first", "last"), [("2027-01-01", date(2027, 12, 31)), ("2035-01-01", date(2027, 12, 31))]
)
def test_a_licence_of_a_calendar_year_is_for_the_year_of_issue_or_the_next_one(
    first: str, last: date
) -> None:
    licence, begins = profile("CN-IMPORT-MULTI"), date.fromisoformat(first)
    assert valid_until(licence, date(2026, 12, 20), first=begins) == last
    assert latest_day(licence, date(2026, 12, 20), first=begins) == date(2028, 3, 31)


def test_a_licence_that_begins_years_after_its_issue_is_never_valid() -> None:
    licence = a_licence(validFrom="2035-01-01", validUntil="2035-12-31")
    days = [date(year, month, 1) for year in range(2026, 2037) for month in (1, 4, 12)]
    assert not any(valid_on(profile("CN-IMPORT-MULTI"), licence, day) for day in days)


def test_a_general_authorisation_without_a_last_day_holds_from_its_first_day_on() -> None:
    general, other = profile("DUAL-USE-GENERAL"), profile("DUAL-USE-GLOBAL")
    licence = {"issueDate": "2026-01-15"}
    assert valid_on(general, licence, date(2026, 1, 14)).validity is Validity.NOT_YET
    assert valid_on(general, licence, date(2096, 1, 1)).validity is Validity.VALID
    assert valid_on(other, licence, date(2026, 2, 1)).validity is Validity.UNKNOWN
    ended = {**licence, "validUntil": "2027-01-14"}
    assert valid_on(general, ended, date(2027, 1, 15)).validity is Validity.EXPIRED


@given(DAYS, DAYS, DAYS, DAYS)
def test_no_validity_leads_further_from_the_issue_than_the_year_after_it_and_its_carry_over(
    issued: date, first: date, last: date, day: date
) -> None:
    days = {"issueDate": issued.isoformat(), "validFrom": first.isoformat(), "validUntil": last.isoformat()}
    if valid_on(profile("CN-IMPORT-MULTI"), days, day):
        assert issued <= day <= date(issued.year + 2, 3, 31)

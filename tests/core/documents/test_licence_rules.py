from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.documents.licence import Licence
from ledger.core.documents.validation import validate
from ledger.core.problems import Severity
from tests.certificates import the_reference
from tests.licences import (
    CITES,
    DUAL_USE,
    EXTRACT,
    MULTI_SHIPMENT,
    ONE_SHIPMENT,
    a_document,
    a_licence,
    with_line,
)

Found = dict[str, tuple[str, Severity]]


def problems(document: Any, today: date | None = None) -> Found:
    return {one.path: (one.code, one.severity) for one in validate(document, the_reference(), today=today)[1]}


def licence(document: dict[str, Any]) -> Licence:
    found, all_problems = validate(document, the_reference())
    assert isinstance(found, Licence), all_problems
    return found


# --- what follows from the profile -----------------------------------------------------------------------------------


def test_a_chinese_licence_ends_with_its_calendar_year_unless_it_says_otherwise() -> None:
    assert licence(a_licence(validUntil=None)).valid_until == "2026-12-31"
    assert licence(a_licence(validUntil=None, validFrom="2027-01-01")).valid_until == "2027-12-31"


def test_a_licence_for_one_shipment_is_taken_for_that_by_its_profile() -> None:
    found = licence(a_document(ONE_SHIPMENT, usageMode=None))
    assert (found.usage_mode, found.max_uses) == ("ONE_SHIPMENT", None)


def test_a_licence_for_several_shipments_has_as_many_as_its_profile_allows() -> None:
    found = licence(a_licence(usageMode=None, maxUses=None))
    assert (found.usage_mode, found.max_uses) == ("MULTI_SHIPMENT", 12)


def test_bulk_has_the_tolerance_of_its_profile_and_other_goods_have_none() -> None:
    assert licence(a_licence(tolerancePct=None)).tolerance_pct == 5
    assert licence(a_licence(tolerancePct=None, bulk=None)).tolerance_pct is None
    assert licence(a_document(EXTRACT, tolerancePct=None)).tolerance_pct == 5


def test_an_import_licence_is_for_the_issuers_own_country_and_an_export_permit_for_the_consignees() -> None:
    assert licence(a_licence(destinationCountry=None)).destination_country == "CN"
    assert licence(a_document(CITES, destinationCountry=None)).destination_country == "SG"
    assert licence(a_document(DUAL_USE)).destination_country is None


def test_a_line_is_kept_in_what_it_states() -> None:
    assert licence(with_line(balanceKind=None)).items[0].balance_kind == "QUANTITY"
    assert licence(with_line(DUAL_USE, balanceKind=None)).items[0].balance_kind == "VALUE"


def test_a_general_authorisation_needs_no_last_day_and_other_dual_use_licences_do() -> None:
    assert problems(a_document(DUAL_USE, validUntil=None)) == {
        "validUntil": ("VALIDITY_MISSING", Severity.ERROR)
    }
    general = a_document(
        DUAL_USE, validUntil=None, profileCode="DUAL-USE-GENERAL", dualUse={"licenceType": "GENERAL"}
    )
    assert problems(general) == {}


# --- judged against the profile --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "path", "code"),
    [
        (a_licence(profileCode="NOBODY"), "profileCode", "PROFILE_UNKNOWN"),
        (a_licence(profileCode="RCEP"), "profileCode", "PROFILE_UNKNOWN"),
        (a_licence(issueDate="1999-01-01"), "issueDate", "PROFILE_NOT_IN_FORCE"),
        (a_licence(documentTypeCode="811"), "documentTypeCode", "PROFILE_TYPE_MISMATCH"),
        (a_licence(issuer={"id": "VN-MOIT", "country": "VN"}), "issuer.country", "NOT_A_PARTY"),
        (a_licence(maxUses=13), "maxUses", "USES_ABOVE_PROFILE"),
        (a_document(ONE_SHIPMENT, maxUses=2), "maxUses", "USES_FOR_ONE_SHIPMENT"),
        (a_document(ONE_SHIPMENT, usageMode="MULTI_SHIPMENT"), "usageMode", "USES_ABOVE_PROFILE"),
        (a_document(CITES, usageMode="MULTI_SHIPMENT"), "usageMode", "USES_ABOVE_PROFILE"),
        (a_licence(tolerancePct=6), "tolerancePct", "TOLERANCE_ABOVE_PROFILE"),
        (a_licence(bulk=None), "tolerancePct", "TOLERANCE_NOT_PROVIDED"),
        (a_licence(allowedOffices=["CN2200", "CN2200"]), "allowedOffices", "OFFICE_REPEATED"),
        (a_licence(cites=a_document(CITES)["cites"]), "cites", "PART_NOT_PROVIDED"),
        (a_document(CITES, cites=None), "cites", "PART_MISSING"),
        (a_document(CITES, profileCode="CITES-IMPORT"), "cites.permitType", "PART_TYPE_MISMATCH"),
        (a_document(CITES, destinationCountry=None, consignee=None), "destinationCountry", "DESTINATION_MISSING"),
        (a_document(DUAL_USE, dualUse={"licenceType": "INDIVIDUAL"}), "dualUse.licenceType", "PART_TYPE_MISMATCH"),
        (a_document(DUAL_USE, dualUse={"licenceType": "GLOBAL", "destinations": ["JP", "XX"]}),
         "dualUse.destinations[1]", "COUNTRY_UNKNOWN"),
        (with_line(DUAL_USE, itemCategory=None), "items[0].itemCategory", "ITEM_CATEGORY_MISSING"),
        (with_line(hsCode=None), "items[0].hsCode", "HS_CODE_MISSING"),
        (with_line(hsCode="9999999999"), "items[0].hsCode", "HS_CODE_UNKNOWN"),
        (with_line(sequence=2), "items[0].sequence", "SEQUENCE_NOT_PLACE"),
        (with_line(quantities=None), "items[0].quantities", "BALANCE_MISSING"),
        (with_line(balanceKind="VALUE"), "items[0].value", "BALANCE_MISSING"),
        (with_line(DUAL_USE, balanceKind="QUANTITY_AND_VALUE"), "items[0].quantities", "BALANCE_MISSING"),
        (with_line(balanceKind="QUANTITY_AND_VALUE"), "items[0].value", "BALANCE_MISSING"),
        (with_line(EXTRACT, balanceKind="QUANTITY_AND_VALUE"), "items[0].balanceKind", "TWO_LIMITS_NOT_PROVIDED"),
        (with_line(quantities=[{"kind": "NET_MASS", "value": "0", "unit": "TNE"}]), "items[0].quantities", "BALANCE_MISSING"),
        (with_line(quantities=[{"kind": "NET_MASS", "value": "9999999999999999", "unit": "TNE"}]),
         "items[0].quantities", "BALANCE_MISSING"),
        (with_line(quantities=[{"kind": "NET_MASS", "value": "4722366482869645", "unit": "TNE"}]),
         "items", "BALANCE_TOO_LARGE"),
        (with_line(quantities=[{"kind": "NET_MASS", "value": "5", "unit": "NMB"}]),
         "items[0].quantities[0].unit", "UNIT_DIMENSION"),
        (with_line(originCountry={"country": "XX"}), "items[0].originCountry.country", "COUNTRY_UNKNOWN"),
        (with_line(unitPrice={"amount": "1", "currency": "XXQ"}), "items[0].unitPrice.currency", "CURRENCY_UNKNOWN"),
    ],
)  # fmt: skip
def test_what_a_licence_may_not_say_is_an_error_with_its_place(
    document: dict[str, Any], path: str, code: str
) -> None:
    assert problems(document)[path] == (code, Severity.ERROR)


def test_an_individual_licence_names_its_end_user() -> None:
    document = a_document(DUAL_USE, profileCode="DUAL-USE-INDIVIDUAL", dualUse={"licenceType": "INDIVIDUAL"})
    assert problems(document) == {"endUser": ("END_USER_MISSING", Severity.ERROR)}
    assert problems({**document, "endUser": {"name": "EXAMPLE TELECOM", "country": "JP"}}) == {}


def test_a_validity_beyond_the_carry_over_is_a_warning() -> None:
    assert problems(a_licence(validUntil="2027-03-31")) == {}
    assert problems(a_licence(validUntil="2027-04-01")) == {
        "validUntil": ("VALIDITY_TOO_LONG", Severity.WARNING)
    }


def test_a_dual_use_licence_says_where_the_goods_may_go() -> None:
    document = a_document(DUAL_USE, profileCode="DUAL-USE-INDIVIDUAL", dualUse={"licenceType": "INDIVIDUAL"},
                          consignee={"name": "A DEALER", "country": "SG"})  # fmt: skip
    to_user = {**document, "endUser": {"name": "EXAMPLE TELECOM", "country": "JP"}}
    assert licence(to_user).destination_country == "JP"
    assert licence({**document, "endUser": {"name": "EXAMPLE TELECOM"}}).destination_country == "SG"
    unsaid = {**document, "endUser": {"name": "EXAMPLE TELECOM"}, "consignee": {"name": "A DEALER"}}
    assert problems(unsaid) == {"destinationCountry": ("DESTINATION_MISSING", Severity.ERROR)}


@pytest.mark.parametrize("destinations", [{}, {"destinations": []}])
def test_a_global_licence_names_the_countries_that_it_covers(destinations: dict[str, Any]) -> None:
    document = a_document(DUAL_USE, dualUse={"licenceType": "GLOBAL", **destinations})
    assert problems(document)["dualUse.destinations"] == ("DESTINATION_MISSING", Severity.ERROR)


def test_a_general_authorisation_needs_no_number_of_uses_and_no_quantity() -> None:
    line = {"sequence": 1, "itemCategory": "5A002", "description": "ENCRYPTING EQUIPMENT"}
    general = a_document(DUAL_USE, profileCode="DUAL-USE-GENERAL", dualUse={"licenceType": "GENERAL"},
                         items=[line], usageMode=None, maxUses=None)  # fmt: skip
    assert licence(general).max_uses is None
    limited = problems({**general, "maxUses": 5})
    assert limited["maxUses"] == ("USES_ABOVE_PROFILE", Severity.ERROR)


def test_a_licence_neither_begins_before_its_issue_nor_years_after_it() -> None:
    issued = a_licence()["issueDate"]
    early = problems(a_licence(validFrom="2025-12-01"))
    assert early["validFrom"] == ("VALID_BEFORE_ISSUE", Severity.ERROR), issued
    late = problems(a_licence(validFrom="2035-01-01", validUntil="2035-12-31"))
    assert late["validFrom"] == ("VALIDITY_STARTS_TOO_LATE", Severity.ERROR)
    assert problems(a_licence(validFrom="2027-01-01", validUntil="2027-12-31")) == {}


def test_a_cites_export_permit_runs_for_six_months_and_an_import_permit_for_twelve() -> None:
    assert licence(a_document(CITES, validUntil=None)).valid_until == "2026-11-30"
    assert problems(a_document(CITES, validUntil="2026-12-01")) == {
        "validUntil": ("VALIDITY_TOO_LONG", Severity.WARNING)
    }
    permit = {**a_document(CITES)["cites"], "permitType": "IMPORT"}
    imported = a_document(CITES, profileCode="CITES-IMPORT", cites=permit, validUntil=None)
    assert licence(imported).valid_until == "2027-05-31"


def test_everything_that_is_wrong_with_a_licence_is_reported_at_once() -> None:
    document = a_licence(maxUses=13, tolerancePct=50, validUntil="2026-02-30", usageMode="OFTEN", cites={})
    document["items"][1]["hsCode"] = "12"
    found = problems(document)
    assert {"maxUses", "tolerancePct", "validUntil", "usageMode", "cites", "items[1].hsCode"} <= found.keys()


# --- null ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("which", "path", "code"),
    [
        (CITES, "cites", "PART_MISSING"),
        (CITES, "items.0.specimen", "SPECIMEN_MISSING"),
        (DUAL_USE, "dualUse", "PART_MISSING"),
        (DUAL_USE, "items.0.itemCategory", "ITEM_CATEGORY_MISSING"),
        (DUAL_USE, "validUntil", "VALIDITY_MISSING"),
        (MULTI_SHIPMENT, "items.0.hsCode", "HS_CODE_MISSING"),
        (MULTI_SHIPMENT, "certificateNumber", "MISSING"),
    ],
)
def test_null_does_not_stand_for_what_must_be_said(which: str, path: str, code: str) -> None:
    document = a_document(which)
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner: Any = document
    for step in way:
        inner = inner[step]
    inner[last] = None
    place = path.replace(".0.", "[0].")
    assert problems(orjson.dumps(document))[place] == (code, Severity.ERROR)


def test_null_is_as_good_as_absence_where_nothing_must_be_said() -> None:
    document = a_licence(validUntil=None, usageMode=None)
    found = licence({**document, "validUntil": None, "usageMode": None, "cites": None, "endUse": None})
    assert found == licence(document)


# --- whatever the input ----------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 300) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = sorted(a_document(CITES) | a_document(DUAL_USE) | a_document(EXTRACT) | a_licence())
LINE_MEMBERS = sorted(a_document(CITES)["items"][0] | a_document(DUAL_USE)["items"][0])


@given(st.sampled_from([MULTI_SHIPMENT, CITES, DUAL_USE, EXTRACT]), st.sampled_from(MEMBERS), JSON)
def test_a_member_of_any_shape_is_a_problem_and_never_an_error(which: str, name: str, value: Any) -> None:
    document = {**a_document(which), name: value}
    found, all_problems = validate(orjson.dumps(document), the_reference())
    failed = any(one.severity is Severity.ERROR for one in all_problems)
    assert (found is None) is failed


@given(st.sampled_from([MULTI_SHIPMENT, CITES, DUAL_USE]), st.sampled_from(LINE_MEMBERS), JSON)
def test_a_member_of_a_line_of_any_shape_is_a_problem_and_never_an_error(
    which: str, name: str, value: Any
) -> None:
    document = a_document(which)
    document["items"][0][name] = value
    found, all_problems = validate(orjson.dumps(document), the_reference())
    assert (found is None) is any(one.severity is Severity.ERROR for one in all_problems)

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.documents.validation import validate
from ledger.core.problems import Severity
from tests.certificates import the_reference
from tests.core.documents.test_licence_rules import JSON, licence, problems
from tests.licences import CITES, a_document, with_line, with_specimen

ENDORSED: dict[str, Any] = {
    "date": "2026-06-10",
    "office": "AUDRW",
    "quantities": [{"item": 1, "value": "118", "unit": "NMB"}],
}


def with_permit(**changes: Any) -> dict[str, Any]:
    """Return a valid permit with members of its part ``cites`` replaced."""
    return a_document(CITES, cites={**a_document(CITES)["cites"], **changes})


def endorsed(**changes: Any) -> dict[str, Any]:
    """Return a valid permit that was endorsed at export, with members of the endorsement replaced."""
    return with_permit(exportEndorsement={**deepcopy(ENDORSED), **changes})


@pytest.mark.parametrize(
    ("document", "path", "code"),
    [
        (a_document(CITES, cites={"permitType": "EXPORT", "purposeCode": "X"}), "cites.purposeCode", "CITES_PURPOSE_UNKNOWN"),
        (with_specimen(sourceCode="K"), "items[0].specimen.sourceCode", "CITES_SOURCE_UNKNOWN"),
        (with_specimen(appendix="IV"), "items[0].specimen.appendix", "CITES_APPENDIX_UNKNOWN"),
        (with_specimen(sourceCode="I"), "items[0].specimen.secondSourceCode", "SECOND_SOURCE_MISSING"),
        (with_specimen(sourceCode="O", acquisitionDate="1970-05-01"), "items[0].specimen.secondSourceCode",
         "SECOND_SOURCE_MISSING"),
        (with_specimen(sourceCode="I", secondSourceCode="O"), "items[0].specimen.secondSourceCode", "SECOND_SOURCE_UNFOUNDED"),
        (with_specimen(secondSourceCode="C"), "items[0].specimen.secondSourceCode", "SECOND_SOURCE_UNFOUNDED"),
        (with_specimen(originPermit={"country": "XX"}), "items[0].specimen.originPermit.country", "COUNTRY_UNKNOWN"),
        (with_specimen(lastReExport={"country": "SG", "date": "2026-02-30"}),
         "items[0].specimen.lastReExport.date", "DATE_INVALID"),
        (with_line(CITES, specimen=None), "items[0].specimen", "SPECIMEN_MISSING"),
    ],
)  # fmt: skip
def test_a_permit_says_purpose_source_and_appendix_in_known_codes(
    document: dict[str, Any], path: str, code: str
) -> None:
    assert problems(document) == {path: (code, Severity.ERROR)}


def test_a_confiscated_specimen_with_a_second_source_is_fine() -> None:
    assert problems(with_specimen(sourceCode="I", secondSourceCode="W")) == {}


def test_a_re_export_without_the_permit_of_origin_is_a_warning() -> None:
    permit = {"permitType": "RE_EXPORT", "purposeCode": "T"}
    document = {**with_specimen(originPermit=None), "cites": permit}
    assert problems(document)["items[0].specimen.originPermit"] == ("ORIGIN_PERMIT_MISSING", Severity.WARNING)


def test_a_trade_term_that_is_not_known_here_is_a_warning() -> None:
    assert problems(with_specimen(tradeTerm="XYZ")) == {
        "items[0].specimen.tradeTerm": ("CITES_TERM_UNKNOWN", Severity.WARNING)
    }


# --- boxes 11a, 12 and 12b -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "path", "code", "severity"),
    [
        ({"annualQuota": {"exported": "501", "quota": "500"}}, "annualQuota.exported", "QUOTA_EXCEEDED", Severity.ERROR),
        ({"annualQuota": {"exported": "119", "quota": "500"}}, "annualQuota.exported", "EXPORTED_TOTAL_TOO_SMALL",
         Severity.WARNING),
        ({"originPermit": {"country": "AU", "date": "2026-06-02"}}, "originPermit.date", "LATER_THAN_ISSUE",
         Severity.ERROR),
        ({"lastReExport": {"country": "SG", "date": "2027-01-01"}}, "lastReExport.date", "LATER_THAN_ISSUE",
         Severity.ERROR),
        ({"acquisitionDate": "2026-06-02"}, "acquisitionDate", "LATER_THAN_ISSUE", Severity.ERROR),
        ({"acquisitionDate": "1971-02-29"}, "acquisitionDate", "DATE_INVALID", Severity.ERROR),
        ({"sourceCode": "D"}, "operationNumber", "OPERATION_NUMBER_MISSING", Severity.WARNING),
        ({"sourceCode": "O", "secondSourceCode": "W"}, "acquisitionDate", "ACQUISITION_DATE_MISSING", Severity.WARNING),
    ],
)  # fmt: skip
def test_what_a_permit_looks_back_on_has_its_place_and_its_day(
    changes: dict[str, Any], path: str, code: str, severity: Severity
) -> None:
    assert problems(with_specimen(**changes)) == {f"items[0].specimen.{path}": (code, severity)}


@pytest.mark.parametrize(
    "changes",
    [
        {"annualQuota": {"exported": "500", "quota": "500"}},
        {"annualQuota": {"exported": "120"}},
        {"originPermit": {"country": "AU", "number": "P-1", "date": "2026-06-01"}},
        {"sourceCode": "D", "operationNumber": "A-AU-501"},
        {"sourceCode": "O", "secondSourceCode": "W", "acquisitionDate": "1970-05-01"},
    ],
)
def test_quota_operation_and_acquisition_may_be_told(changes: dict[str, Any]) -> None:
    document = with_specimen(**changes)
    assert problems(document) == {}
    assert licence(document).to_dict()["items"][0]["specimen"] == document["items"][0]["specimen"]


# --- box 1 -----------------------------------------------------------------------------------------------------------


def test_another_permit_than_the_four_says_what_it_is() -> None:
    other = with_permit(permitType="OTHER", otherType="PRE-CONVENTION CERTIFICATE")
    assert problems(other) == {}
    assert problems(with_permit(permitType="OTHER"))["cites.otherType"] == (
        "OTHER_TYPE_MISSING",
        Severity.ERROR,
    )
    named = with_permit(otherType="PRE-CONVENTION CERTIFICATE")
    assert problems(named)["cites.otherType"] == ("OTHER_TYPE_UNFOUNDED", Severity.ERROR)


def test_a_certificate_that_goes_out_with_the_goods_does_not_get_the_year_of_an_import_permit() -> None:
    other = with_permit(permitType="OTHER", otherType="PRE-CONVENTION CERTIFICATE")
    found = problems({**other, "profileCode": "CITES-IMPORT"})
    assert found["cites.permitType"] == ("PART_TYPE_MISMATCH", Severity.ERROR)


# --- boxes 14 and 15 -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "path", "code"),
    [
        ({"date": "2026-05-31"}, "date", "ENDORSED_BEFORE_ISSUE"),
        ({"date": "2026-12-01"}, "date", "ENDORSED_AFTER_VALIDITY"),
        ({"date": "2026-11-25"}, "date", "ENDORSED_IN_FUTURE"),
        ({"date": "2026-06-31"}, "date", "DATE_INVALID"),
        ({"quantities": [{"item": 3, "value": "1", "unit": "NMB"}]}, "quantities[0].item", "ENDORSED_ITEM_UNKNOWN"),
        ({"quantities": [*ENDORSED["quantities"]] * 2}, "quantities[1].item", "ENDORSED_ITEM_REPEATED"),
        ({"quantities": [{"item": 1, "value": "120.1", "unit": "NMB"}]}, "quantities[0].value", "ENDORSED_ABOVE_PERMIT"),
        ({"quantities": [{"item": 2, "value": "35501", "unit": "GRM"}]}, "quantities[0].value", "ENDORSED_ABOVE_PERMIT"),
        ({"quantities": [{"item": 1, "value": "1", "unit": "KGM"}]}, "quantities[0].unit", "UNIT_DIMENSION"),
    ],
)  # fmt: skip
def test_an_endorsement_follows_the_issue_and_stays_within_the_permit(
    changes: dict[str, Any], path: str, code: str
) -> None:
    found = problems(endorsed(**changes), today=date(2026, 11, 23))
    assert found == {f"cites.exportEndorsement.{path}": (code, Severity.ERROR)}


@pytest.mark.parametrize("day", ["2026-06-01", "2026-11-23", "2026-11-24"])
def test_what_really_left_may_be_told_with_its_day(day: str) -> None:
    quantities = [*ENDORSED["quantities"], {"item": 2, "value": "35500", "unit": "GRM"}]
    document = endorsed(date=day, quantities=quantities)
    assert problems(document, today=date(2026, 11, 23)) == {}
    assert licence(document).to_dict()["cites"] == document["cites"]


def test_an_import_permit_has_no_export_endorsement() -> None:
    permit = {"permitType": "IMPORT", "purposeCode": "T", "exportEndorsement": ENDORSED}
    found = problems(a_document(CITES, profileCode="CITES-IMPORT", cites=permit))
    assert found["cites.exportEndorsement"] == ("ENDORSEMENT_NOT_PROVIDED", Severity.ERROR)


def test_an_export_permit_is_not_issued_after_the_goods_left() -> None:
    carriage = {"documentNumber": "AWB 618-12345675", "modeCode": "4", "departureDate": "2026-05-31"}
    found = problems(a_document(CITES, transport=carriage))
    assert found == {"issueDate": ("ISSUED_TOO_LATE", Severity.ERROR)}
    assert problems(a_document(CITES, transport={**carriage, "departureDate": "2026-06-01"})) == {}


# --- whatever the input ----------------------------------------------------------------------------------------------

PARTS = ["cites", "cites.exportEndorsement", "cites.exportEndorsement.date", "cites.exportEndorsement.quantities",
         "cites.exportEndorsement.quantities.0", "cites.exportEndorsement.quantities.0.item", "items.0.specimen",
         "cites.exportEndorsement.quantities.0.value", "items.0.specimen.annualQuota", "items.0.sequence",
         "items.0.specimen.annualQuota.exported", "items.0.specimen.originPermit", "items.0.quantities",
         "items.0.specimen.acquisitionDate", "cites.otherType", "cites.permitType", "transport"]  # fmt: skip


@given(st.sampled_from(PARTS), JSON)
def test_a_part_of_a_permit_of_any_shape_is_a_problem_and_never_an_error(path: str, value: Any) -> None:
    document = endorsed()
    document["items"][0]["specimen"] |= {"annualQuota": {"exported": "120", "quota": "500"}}
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inner: Any = document
    for step in way:
        inner = inner[step]
    inner[last] = value
    found, all_problems = validate(orjson.dumps(document), the_reference(), today=date(2026, 11, 23))
    assert (found is None) is any(one.severity is Severity.ERROR for one in all_problems)

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.documents.validation import validate
from ledger.core.problems import Severity
from tests.certificates import a_certificate, an_item, the_reference
from tests.licences import DUAL_USE, EXTRACT, a_document, a_licence

PARENT = {"relation": "EXTRACT_OF", "issuerId": "FR-FAM", "number": "FR-1"}
ORIGINAL = {
    "relation": "TRUE_COPY_OF",
    "issuerId": "VN-VCCI",
    "number": "VN-CN 24/02/00001",
    "date": "2024-03-01",
}
WORDS = (
    "CERTIFIED TRUE COPY of the original Certificate of Origin number VN-CN 24/02/00001 dated 1 March 2024"
)
FIRST = {"relation": "BACK_TO_BACK_OF", "issuerId": "TH-DFT", "number": "TH-1"}


def problems(document: Any) -> dict[str, tuple[str, Severity]]:
    return {one.path: (one.code, one.severity) for one in validate(document, the_reference())[1]}


def a_copy(original: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    copy = {"issueKind": "CERTIFIED_TRUE_COPY", "references": [original or ORIGINAL], "remarks": WORDS}
    return a_certificate(**{**copy, **changes})


def test_copies_extracts_and_back_to_back_certificates_are_fine() -> None:
    assert problems(a_copy()) == {}
    assert problems(a_document(EXTRACT)) == {}
    assert problems(a_certificate(flags=["BACK_TO_BACK"], references=[FIRST])) == {}


def test_a_true_copy_of_a_back_to_back_certificate_names_both() -> None:
    assert problems(a_copy(flags=["BACK_TO_BACK"], references=[ORIGINAL, FIRST])) == {}


@pytest.mark.parametrize(
    ("document", "path", "code"),
    [
        (a_document(EXTRACT, references=[PARENT, {**PARENT, "number": "FR-2"}]), "references[0].relation", "LINK_REPEATED"),
        (a_document(EXTRACT, references=[{**PARENT, "issuerId": "DE-BLE"}]), "references[0].issuerId", "LINK_OF_ANOTHER_ISSUER"),
        (a_document(EXTRACT, references=[]), "references", "REFERENCE_MISSING"),
        (a_document(EXTRACT, issueKind="ORIGINAL"), "issueKind", "ISSUE_KIND_DIFFERS"),
        (a_licence(issueKind="EXTRACT", references=[{**PARENT, "issuerId": "CN-MOFCOM"}]), "issueKind", "EXTRACT_NOT_PROVIDED"),
        (a_copy({**ORIGINAL, "issuerId": "CN-CCPIT"}), "references[0].issuerId", "LINK_OF_ANOTHER_ISSUER"),
        (a_certificate(references=[ORIGINAL]), "issueKind", "ISSUE_KIND_DIFFERS"),
        (a_certificate(items=[an_item(parentItem=1)]), "items[0].parentItem", "PARENT_ITEM_UNFOUNDED"),
    ],
)  # fmt: skip
def test_what_the_ledger_could_not_bind_is_an_error(document: dict[str, Any], path: str, code: str) -> None:
    assert problems(document)[path] == (code, Severity.ERROR)


def test_a_true_copy_says_of_which_day_its_original_is() -> None:
    undated = {name: value for name, value in ORIGINAL.items() if name != "date"}
    assert problems(a_copy(undated)) == {"references[0].date": ("COPY_UNDATED", Severity.WARNING)}


def of_australia(remarks: str | None, **original: Any) -> dict[str, Any]:
    """A certified true copy under ChAFTA, whose words are fixed."""
    of = {**ORIGINAL, "issuerId": "AU-ACCI", "number": "ACCI-1", **original}
    return a_copy(
        {name: value for name, value in of.items() if value is not None},
        agreementCode="CHAFTA",
        issuer={"id": "AU-ACCI", "country": "AU"},
        items=[an_item(originCountry={"country": "AU"})],
        remarks=remarks,
    )


@pytest.mark.parametrize(
    ("remarks", "said"),
    [
        ("CERTIFIED TRUE COPY of the original Certificate of Origin number ACCI-1 dated 2024-03-01", True),
        ("Shipped in part.\nCertified  true copy of the original\ncertificate of origin number ACCI-1 dated 1 March", True),
        ("CERTIFIED TRUE COPY of the original Certificate of Origin number ACCI-2 dated 2024-03-01", False),
        ("CERTIFIED TRUE COPY", False),
        ("DUPLICATE", False),
        (None, False),
    ],
)  # fmt: skip
def test_a_true_copy_bears_the_words_of_its_agreement(remarks: str | None, said: bool) -> None:
    found = validate(of_australia(remarks), the_reference())[1]
    assert (
        [one.code for one in found if one.code == "COPY_WORDS_MISSING"] == []
        if said
        else ["COPY_WORDS_MISSING"]
    )
    if not said:
        (missing,) = [one for one in found if one.code == "COPY_WORDS_MISSING"]
        words = "CERTIFIED TRUE COPY of the original Certificate of Origin number ACCI-1 dated 2024-03-01"
        assert missing.expectation == f'"{words}" under CHAFTA'
        assert missing.severity is Severity.WARNING


def test_fixed_words_with_a_blank_for_the_day_cannot_go_without_it() -> None:
    found = problems(of_australia(WORDS.replace("VN-CN 24/02/00001", "ACCI-1"), date=None))
    assert found["references[0].date"] == ("COPY_UNDATED", Severity.ERROR)


def of_korea(**changes: Any) -> dict[str, Any]:
    return a_certificate(
        agreementCode="KRIN",
        issuer={"id": "KR-KCCI", "country": "KR"},
        destinationCountry="IN",
        consignee={"name": "EXAMPLE", "country": "IN"},
        items=[an_item(originCountry={"country": "KR"})],
        validUntil=None,
        **changes,
    )


@pytest.mark.parametrize(("dated", "found"), [("2023-03-04", {}), ("2023-03-03", {"issueDate"})])
def test_a_true_copy_later_than_the_agreement_allows_is_a_warning(dated: str, found: set[str]) -> None:
    original = {**ORIGINAL, "issuerId": "KR-KCCI", "date": dated}
    document = of_korea(issueKind="CERTIFIED_TRUE_COPY", references=[original])
    assert problems(document).keys() == set(found)


def test_a_certificate_with_balances_has_at_most_as_many_lines_as_the_ledger_keeps() -> None:
    lines = [an_item(originCountry={"country": "KR"}, sequence=place + 1) for place in range(256)]
    document = {**of_korea(), "items": lines, "totalPackages": 1200 * 256}
    assert problems(document) == {"items": ("LINES_TOO_MANY", Severity.ERROR)}
    fitting = {**document, "items": lines[:255], "totalPackages": 1200 * 255}
    assert problems(fitting) == {}


def test_a_certificate_without_balances_has_any_number_of_lines() -> None:
    lines = [an_item(sequence=place + 1) for place in range(300)]
    assert problems(a_certificate(items=lines, totalPackages=1200 * 300)) == {}


def test_values_that_limit_count_among_the_lines_that_the_ledger_keeps() -> None:
    line = {**a_document(DUAL_USE)["items"][0], "balanceKind": "QUANTITY_AND_VALUE",
            "quantities": [{"kind": "SUPPLEMENTARY", "value": "9", "unit": "NMB"}]}  # fmt: skip
    lines = [{**line, "sequence": place + 1} for place in range(128)]
    assert problems(a_document(DUAL_USE, items=lines)) == {"items": ("LINES_TOO_MANY", Severity.ERROR)}
    assert problems(a_document(DUAL_USE, items=lines[:127])) == {}

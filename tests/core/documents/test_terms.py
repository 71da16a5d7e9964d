from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.balances import LARGEST
from ledger.core.documents.terms import (
    Parent,
    balance_of,
    grants_of,
    line_balance,
    parent_of,
    terms_of,
    use_policy_of,
    value_line,
)
from ledger.core.documents.validation import to_claims, validate
from ledger.core.opening import Grant, LineTerms, Relation
from tests.certificates import a_certificate, an_item, the_reference
from tests.core.documents.test_licence_rules import JSON
from tests.core.documents.test_lineage_rules import FIRST, ORIGINAL, a_copy, of_korea
from tests.licences import (
    CITES,
    DUAL_USE,
    EXTRACT,
    MULTI_SHIPMENT,
    ONE_OFFICE,
    ONE_SHIPMENT,
    a_document,
    a_licence,
    an_entry,
    with_line,
)

REFERENCE = the_reference()


def policy(document: dict[str, Any]) -> int:
    found = use_policy_of(document, REFERENCE)
    assert found is not None
    return found.on_chain()


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (a_certificate(), 0x0100),
        (of_korea(), 0x0300),
        (a_certificate(agreementCode=None, documentTypeCode="861"), 0x0000),
        (a_document(ONE_SHIPMENT), 0x0301),
        (a_document(MULTI_SHIPMENT), 0x030C),
        (a_document(ONE_OFFICE), 0x0306),
        (a_document(EXTRACT), 0x0300),
        (a_document(CITES), 0x0301),
        (a_document(DUAL_USE), 0x0300),
        (a_document(DUAL_USE, profileCode="DUAL-USE-GENERAL"), 0x0000),
        (an_entry(), 0x0000),
    ],
)
def test_the_use_policy_follows_from_profile_and_document(document: dict[str, Any], expected: int) -> None:
    assert policy(document) == expected


def test_a_document_whose_profile_is_not_known_has_no_use_policy() -> None:
    assert use_policy_of(a_certificate(agreementCode="NOBODY"), REFERENCE) is None
    assert use_policy_of(a_licence(profileCode="RCEP"), REFERENCE) is None
    assert use_policy_of(a_certificate(agreementCode="CITES-EXPORT"), REFERENCE) is None


def test_a_certificate_for_one_importation_has_no_terms() -> None:
    assert terms_of(a_certificate(), REFERENCE) is None
    assert parent_of(a_certificate()) is None


def test_a_certificate_that_is_used_by_quantity_has_a_balance_in_net_mass_for_its_destination() -> None:
    terms = terms_of(of_korea(), REFERENCE)
    assert terms is not None
    assert terms.lines == (LineTerms("KGM", 24_000_000_000),)
    assert (terms.economies, terms.offices, terms.tolerance) == (("IN",), (), 0)


def test_an_item_without_a_net_mass_is_kept_in_its_first_quantity() -> None:
    pieces = {"kind": "SUPPLEMENTARY", "value": "12.5", "unit": "NMB"}
    gross = {"kind": "GROSS_MASS", "value": "9", "unit": "KGM"}
    assert line_balance(an_item(quantities=[pieces, gross])) == ("NMB", 12_500_000)
    assert line_balance(an_item(quantities=[pieces, {**gross, "kind": "NET_MASS"}])) == ("KGM", 9_000_000)


def test_a_licence_says_how_much_of_what_where_and_by_whom() -> None:
    terms = terms_of(a_licence(), REFERENCE)
    assert terms is not None
    assert terms.lines == (LineTerms("TNE", 100_000_000), LineTerms("TNE", 2_500_500_000))
    assert (terms.tolerance, terms.on_remaining, terms.economies) == (5, True, ())
    office = terms_of(a_document(ONE_OFFICE), REFERENCE)
    assert office is not None
    assert (office.offices, office.tolerance) == (("CN2200",), 0)


def test_a_line_may_be_kept_in_value() -> None:
    terms = terms_of(a_document(DUAL_USE), REFERENCE)
    assert terms is not None
    assert terms.lines == (LineTerms("EUR", 2_500_000_000_000), LineTerms("NMB", 40_000_000))


BOTH = {
    "balanceKind": "QUANTITY_AND_VALUE",
    "quantities": [{"kind": "SUPPLEMENTARY", "value": "100", "unit": "NMB"}],
}


def test_where_quantity_and_value_limit_a_line_each_is_kept_and_values_follow_after_all_lines() -> None:
    terms = terms_of(with_line(DUAL_USE, **BOTH), REFERENCE)
    assert terms is not None
    assert terms.lines == (
        LineTerms("NMB", 100_000_000), LineTerms("NMB", 40_000_000), LineTerms("EUR", 2_500_000_000_000),
    )  # fmt: skip
    items = with_line(DUAL_USE, **BOTH)["items"]
    assert [value_line(items, place) for place in range(4)] == [None, 3, None, None]
    assert value_line([*items, items[0]], 3) == 5


def test_a_line_with_two_limits_needs_both_and_cannot_be_taken_from_another_licence() -> None:
    assert terms_of(with_line(DUAL_USE, **{**BOTH, "value": None}), REFERENCE) is None
    assert terms_of(with_line(EXTRACT, **BOTH, value={"amount": "1", "currency": "EUR"}), REFERENCE) is None


def test_a_value_that_limits_is_never_hidden() -> None:
    document, problems = validate(with_line(DUAL_USE, **BOTH), REFERENCE)
    assert document is not None, problems
    assert to_claims(document)["items"][0]["value"] == {"amount": "2500000.00", "currency": "EUR"}


def test_an_export_permit_is_used_by_the_importing_economy() -> None:
    terms = terms_of(a_document(CITES), REFERENCE)
    assert terms is not None
    assert terms.economies == ("SG",)


def test_a_general_authorisation_has_no_balance() -> None:
    assert terms_of(a_document(DUAL_USE, profileCode="DUAL-USE-GENERAL"), REFERENCE) is None


def test_an_extract_takes_from_the_named_line_of_its_parent_or_from_the_same_place() -> None:
    document = with_line(EXTRACT, parentItem=3)
    document["items"].append({**a_document(EXTRACT)["items"][0], "sequence": 2})
    del document["items"][1]["parentItem"]
    terms = terms_of(document, REFERENCE)
    assert terms is not None
    assert [line.parent_line for line in terms.lines] == [3, 2]
    assert parent_of(document) == Parent(Relation.EXTRACT, "FR-FAM", "FR-AGRIM-26-000024")


def test_a_back_to_back_certificate_has_terms_whatever_its_policy() -> None:
    document = a_certificate(flags=["BACK_TO_BACK"], references=[FIRST])
    terms = terms_of(document, REFERENCE)
    assert terms is not None
    assert terms.lines == (LineTerms("KGM", 24_000_000_000, 1),)
    assert policy(document) == 0x0100
    assert parent_of(document) == Parent(Relation.BACK_TO_BACK, "TH-DFT", "TH-1")


def test_a_true_copy_has_a_link_and_no_terms_of_its_own() -> None:
    assert terms_of(a_copy(), REFERENCE) is None
    original = {**ORIGINAL, "issuerId": "KR-KCCI"}
    copy = of_korea(issueKind="CERTIFIED_TRUE_COPY", references=[original, FIRST])
    assert terms_of(copy, REFERENCE) is None
    assert parent_of(copy) == Parent(Relation.TRUE_COPY, "KR-KCCI", ORIGINAL["number"])


def test_a_replacement_hangs_on_nothing() -> None:
    document = a_certificate(issueKind="REPLACEMENT", references=[{**ORIGINAL, "relation": "REPLACES"}])
    assert parent_of(document) is None


def test_a_balance_can_be_opened_later_for_a_certificate_without_terms() -> None:
    terms = balance_of(a_certificate(), REFERENCE)
    assert terms is not None
    assert (terms.lines, terms.economies) == ((LineTerms("KGM", 24_000_000_000),), ("CN",))


def test_the_types_of_an_entry_hold_from_the_first_second_of_their_day() -> None:
    assert grants_of(an_entry()) == (Grant("AEOC", 1_756_684_800), Grant("AEOS", 1_771_200_000))


@pytest.mark.parametrize("which", [ONE_SHIPMENT, MULTI_SHIPMENT, ONE_OFFICE, EXTRACT, CITES, DUAL_USE])
def test_terms_follow_from_what_can_never_be_hidden(which: str) -> None:
    document, _ = validate(a_document(which), REFERENCE)
    assert document is not None
    shown = to_claims(document)
    del shown["holder"]
    for item in shown["items"]:
        del item["particulars"]
    assert terms_of(shown, REFERENCE) == terms_of(a_document(which), REFERENCE)


@given(st.sampled_from(sorted(a_licence())), JSON, st.sampled_from(sorted(a_licence()["items"][0])), JSON)
def test_claims_of_strangers_give_terms_that_fit_or_none(
    name: str, value: Any, of_line: str, other: Any
) -> None:
    document = with_line(**{of_line: other})
    document[name] = value
    parent_of(document)
    grants_of(document)
    terms = balance_of(document, REFERENCE)
    if terms is not None:
        assert all(0 < line.authorised <= LARGEST for line in terms.lines)
        assert 0 <= terms.tolerance <= 100

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.core.verdict import Outcome, Verdict, Word
from tests.certificates import a_certificate, an_item
from tests.journals import DAY, START
from tests.questions import FRESH, Presented, a_licence, a_token, code_is_found, message_of, outcome

ITEM = {"sequence": 1, "hsCode": "0304620000", "originCountry": "VN",
        "quantities": [{"kind": "NET_MASS", "value": "24", "unit": "TNE"}]}  # fmt: skip


def two_items() -> Presented:
    items = [an_item(), an_item(sequence=2, hsCode="030463")]
    return Presented(token=a_token(a_certificate(**FRESH, items=items))).anchor()


def test_a_declaration_that_agrees_is_accepted_in_other_units_too() -> None:
    verdict = Presented().anchor().declared(items=[ITEM]).verdict()
    assert verdict.word is Word.ACCEPT
    assert outcome(verdict, "DATA") is Outcome.PASS


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ({"hsCode": "03028900"}, "R15"),
        ({"originCountry": "TH"}, "R18"),
        ({"quantities": [{"kind": "NET_MASS", "value": "24000.001", "unit": "KGM"}]}, "R16"),
        ({"quantities": [{"kind": "NET_MASS", "value": "5", "unit": "NAR"}]}, "R14"),
        ({"certificateItem": 7}, "X25"),
    ],
)
def test_one_item_in_doubt_does_not_delay_the_others(spoilt: dict[str, object], code: str) -> None:
    second = {**ITEM, "sequence": 2, "hsCode": "03046300", **spoilt}
    verdict = two_items().declared(items=[ITEM, second]).verdict()
    assert code_is_found(verdict, code, "DATA")
    assert [(item.sequence, item.word) for item in verdict.items] == [(1, Word.ACCEPT), (2, Word.REFER)]
    assert verdict.word is Word.ACCEPT_WITH_REMARKS


CO_LTD = {**FRESH, "consignee": {"name": "Shanghai Example Trading Co., Ltd.", "country": "CN"}}


@pytest.mark.parametrize(
    ("declared", "word"),
    [
        ("Shanghai Example Trading Co., Ltd.", Word.ACCEPT),
        ("SHANGHAI EXAMPLE TRADING CO LTD", Word.ACCEPT_WITH_REMARKS),
        ("\uff33hanghai  Example Trading Co.,Ltd", Word.ACCEPT_WITH_REMARKS),
        ("Ningbo Example Trading Co., Ltd.", Word.REFER),
    ],
)
def test_a_consignee_that_is_only_written_otherwise_is_minor(declared: str, word: Word) -> None:
    shown = Presented(token=a_token(a_certificate(**CO_LTD))).anchor()
    verdict = shown.declared(items=[ITEM], consignee=declared).verdict()
    assert verdict.word is word
    assert code_is_found(verdict, "X55", "DATA") == (word is not Word.ACCEPT)
    assert "Shanghai" not in str(verdict.checks)


@pytest.mark.parametrize("consignee", [None, "Co., Ltd.", {"name": "To Order", "country": "CN"}, {"name": 7}])
def test_a_consignee_that_the_document_does_not_name_is_not_compared(consignee: Any) -> None:
    shown = Presented(token=a_token(claims={"consignee": consignee})).anchor()
    verdict = shown.declared(items=[ITEM], consignee="Ningbo Example Trading Co., Ltd.").verdict()
    assert not code_is_found(verdict, "X55", "DATA")


def test_when_every_item_is_in_doubt_so_is_the_document() -> None:
    verdict = Presented().anchor().declared(items=[{**ITEM, "hsCode": "999999"}]).verdict()
    assert verdict.word is Word.REFER


def test_quantities_that_claim_one_item_are_added_up() -> None:
    half = {**ITEM, "certificateItem": 1, "quantities": [{"kind": "NET_MASS", "value": "13", "unit": "TNE"}]}
    verdict = Presented().anchor().declared(items=[half, {**half, "sequence": 2}]).verdict()
    assert code_is_found(verdict, "R16", "DATA")


def test_net_and_gross_mass_are_not_added_up_against_the_one_mass_that_is_certified() -> None:
    certified = an_item(quantities=[{"kind": "GROSS_MASS", "value": "26400", "unit": "KGM"}])
    masses = [{"kind": "NET_MASS", "value": "24000", "unit": "KGM"},
              {"kind": "GROSS_MASS", "value": "26400", "unit": "KGM"}]  # fmt: skip
    presented = Presented(token=a_token(a_certificate(**FRESH, items=[certified]))).anchor()
    assert presented.declared(items=[{**ITEM, "quantities": masses}]).verdict().word is Word.ACCEPT


def test_a_further_unit_that_is_not_certified_does_not_stand_in_the_way_of_one_that_is() -> None:
    quantities = [*ITEM["quantities"], {"kind": "SUPPLEMENTARY", "value": "9", "unit": "NAR"}]  # type: ignore[misc]
    verdict = Presented().anchor().declared(items=[{**ITEM, "quantities": quantities}]).verdict()
    assert verdict.word is Word.ACCEPT


def test_a_certificate_for_another_destination_is_referred() -> None:
    assert Presented().anchor().declared(country="AU").verdict().word is Word.REFER


def test_an_origin_that_is_not_declared_is_no_agreement_and_told() -> None:
    item = {name: value for name, value in ITEM.items() if name != "originCountry"}
    verdict = Presented().anchor().declared(items=[item]).verdict()
    assert verdict.word is Word.ACCEPT_WITH_REMARKS
    assert outcome(verdict, "DATA") is Outcome.WARN
    assert message_of(verdict, "X51") == "Item 1: no country of origin is declared, so none was compared."


@pytest.mark.parametrize(
    ("declared", "differs"), [("WO", False), ("wo ", False), ("RVC 40%", True), ("PE", True)]
)
def test_another_origin_criterion_than_the_certified_one_is_referred(declared: str, differs: bool) -> None:
    verdict = Presented().anchor().declared(items=[{**ITEM, "originCriterion": declared}]).verdict()
    assert code_is_found(verdict, "R17", "DATA") is differs
    assert verdict.word is (Word.REFER if differs else Word.ACCEPT)


def test_a_percentage_beside_the_criterion_is_not_compared() -> None:
    item = an_item(originCriterion={"code": "RVC", "percent": "45"})
    presented = Presented(token=a_token(a_certificate(**FRESH, items=[item]))).anchor()
    verdict = presented.declared(items=[{**ITEM, "originCriterion": "RVC 40%"}]).verdict()
    assert not code_is_found(verdict, "R17", "DATA")


def test_that_no_criterion_is_declared_is_told_once_and_stands_in_nobodys_way() -> None:
    verdict = two_items().declared(items=[ITEM, {**ITEM, "sequence": 2, "hsCode": "030463"}]).verdict()
    assert verdict.word is Word.ACCEPT
    assert verdict.codes().count("X51") == 1
    assert message_of(verdict, "X51") == "Not declared, so not compared: origin criterion, invoices."


def test_a_declaration_without_items_compares_nothing_and_says_so() -> None:
    verdict = Presented().anchor().declared(invoiceNumbers=["EX-2026-0107"]).verdict()
    assert outcome(verdict, "DATA") is Outcome.NOT_CHECKED
    assert message_of(verdict, "X51") == "Not declared, so not compared: items."


# --- licences --------------------------------------------------------------------------------------------------------


def under(presented: Presented, **item: Any) -> Verdict:
    """The verdict on a declaration in Viet Nam of 40 t of frozen fish from Norway."""
    quantities = [{"kind": "NET_MASS", "value": "40", "unit": "TNE"}]
    declared = {"sequence": 1, "hsCode": "03046200", "quantities": quantities, "originCountry": "NO", **item}
    return presented.declared(country="VN", items=[declared]).verdict()


def test_a_declaration_under_a_licence_is_accepted() -> None:
    verdict = under(a_licence())
    assert verdict.word is Word.ACCEPT
    assert len(verdict.checks) == 6


@pytest.mark.parametrize(
    ("licensed", "declared", "agrees"),
    [
        ("0304", "03046200", True),
        ("03046200", "030462", True),
        ("03046210", "03046290", False),
        ("0303", "03046200", False),
        (None, "03046200", True),
    ],
)
def test_codes_of_a_licence_are_compared_on_all_the_digits_that_both_give(
    licensed: str | None, declared: str, agrees: bool
) -> None:
    verdict = under(a_licence(line={"hsCode": licensed}), hsCode=declared)
    assert code_is_found(verdict, "R15", "DATA") is not agrees


def test_an_origin_that_the_licence_does_not_say_is_not_compared() -> None:
    assert under(a_licence(line={"originCountry": None})).word is Word.ACCEPT
    assert code_is_found(under(a_licence(), originCountry="IS"), "R18", "DATA")


def test_a_declaration_where_the_licence_cannot_be_drawn_on_is_referred() -> None:
    declared = a_licence().declared(country="CN")
    assert code_is_found(declared.verdict(), "X26", "DATA")


def test_a_licence_that_is_asked_about_as_a_certificate_is_referred() -> None:
    presented = a_licence()
    presented.asked = {"kind": 1}
    assert code_is_found(presented.verdict(), "X28", "INTEGRITY")


def a_permit(**changes: Any) -> Presented:
    """A CITES export permit of Viet Nam that Chinese customs is shown."""
    cites = {"permitType": "EXPORT", "purposeCode": "T"}
    permit = a_licence(
        0x0301,
        626,
        "CN",
        documentTypeCode="626",
        profileCode="CITES-EXPORT",
        usageMode="ONE_SHIPMENT",
        cites=cites,
        destinationCountry="CN",
        validUntil="2026-06-30",
        **changes,
    )
    return permit.used(authorised=100, economies=("CN",))


def test_a_permit_without_the_export_endorsement_is_referred() -> None:
    verdict = a_permit().verdict()
    assert verdict.word is Word.REFER
    assert message_of(verdict, "R36") == "No export endorsement of the actual quantities is on the ledger."


def test_the_exporting_customs_is_not_asked_for_its_own_endorsement() -> None:
    presented = a_permit()
    presented.asked = {"kind": 2, "economy": "VN"}
    assert not code_is_found(presented.verdict(), "R36", "DATA")


def endorsed(presented: Presented, actual: int) -> Presented:
    """The permit as customs endorsed it at export."""
    presented.used(authorised=actual, economies=("CN",))
    presented.facts["usage"] = replace(presented.facts["usage"], endorsed_at=START + DAY)
    return presented


def test_an_endorsed_permit_is_accepted_and_its_actual_quantity_counts() -> None:
    assert endorsed(a_permit(), 90).verdict().word is Word.ACCEPT
    items = [
        {
            "sequence": 1,
            "hsCode": "030462",
            "quantities": [{"kind": "NET_MASS", "value": "95", "unit": "TNE"}],
        }
    ]
    verdict = endorsed(a_permit(), 90).declared(items=items).verdict()
    assert message_of(verdict, "R16") == "Item 1: declared 95 t, endorsed at export 90 t."
    assert message_of(verdict, "R12") == "Requested 95 t, free 90 t."


def test_what_was_counted_at_export_has_no_tolerance() -> None:
    declared = endorsed(a_permit(tolerancePct=10), 90).declared(items=ninety_five_tonnes())
    assert message_of(declared.verdict(), "R16") == "Item 1: declared 95 t, endorsed at export 90 t."


def ninety_five_tonnes() -> list[dict[str, Any]]:
    quantities = [{"kind": "NET_MASS", "value": "95", "unit": "TNE"}]
    return [{"sequence": 1, "hsCode": "030462", "originCountry": "NO", "quantities": quantities}]


def test_a_permit_was_not_endorsed_yet_at_a_time_before_its_endorsement() -> None:
    presented = endorsed(a_permit(), 90)
    presented.as_of = datetime.fromtimestamp(START + DAY - 3 * 3600, UTC)
    verdict = presented.declared(items=ninety_five_tonnes()).verdict()
    assert verdict.word is not Word.ACCEPT
    assert message_of(verdict, "R36") == (
        "At 2026-01-01 21:00 UTC no export endorsement was on the ledger; "
        "it was endorsed 3 hours later, 2026-01-02 00:00 UTC."
    )
    assert not code_is_found(verdict, "R16", "DATA"), "what was endorsed later does not bound it then"


@pytest.mark.parametrize(
    ("licence", "declared", "told"),
    [
        ({"issueDate": "2026-01-03"}, {}, "before the issue on 2026-01-03"),
        ({"issueDate": "2026-01-02"}, {}, ""),
        ({}, {"importDate": "2025-12-31"}, "after the import on 2025-12-31"),
        ({}, {"importDate": "2026-01-01"}, ""),
    ],
)
def test_an_endorsement_lies_between_the_issue_and_the_import_by_any_calendar(
    licence: dict[str, str], declared: dict[str, str], told: str
) -> None:
    message = message_of(endorsed(a_permit(**licence), 90).declared(**declared).verdict(), "R36")
    assert told in message
    assert bool(message) is bool(told)


# --- waiver ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "applies"), [(["150", "50"], True), (["150", "50.01"], False), (["150", None], False)]
)
def test_an_amount_up_to_the_waiver_is_told_and_changes_nothing(
    values: list[str | None], applies: bool
) -> None:
    items = [
        {**ITEM, "sequence": place, "certificateItem": 1,
         "quantities": [{"kind": "NET_MASS", "value": "5", "unit": "TNE"}],
         **({} if value is None else {"customsValue": {"amount": value, "currency": "USD"}})}
        for place, value in enumerate(values, start=1)
    ]  # fmt: skip
    verdict = Presented().anchor().declared(items=items).verdict()
    assert verdict.word is Word.ACCEPT
    told = "The agreement asks for no certificate up to 200 USD; 200 USD are declared."
    assert (message_of(verdict, "X48") == told) is applies


def test_under_china_new_zealand_a_small_amount_needs_a_declaration_instead() -> None:
    items = [{**ITEM, "quantities": [], "customsValue": {"amount": "900", "currency": "USD"}}]
    presented = Presented(token=a_token(claims={"agreementCode": "CNNZ"})).anchor().declared(items=items)
    assert message_of(presented.verdict(), "X48") == (
        "The agreement asks for a declaration of origin instead of a certificate up to 1000 USD; "
        "900 USD are declared."
    )

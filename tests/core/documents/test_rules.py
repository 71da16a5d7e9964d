from __future__ import annotations

import json
from functools import partial
from typing import Any
from unicodedata import normalize

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.documents.rules import Findings, check_texts, texts_are_plain
from ledger.core.documents.validation import validate
from ledger.core.problems import Severity
from tests.certificates import a_certificate, an_item, the_reference, with_item

ERROR, WARNING = Severity.ERROR, Severity.WARNING
KGM = {"value": "5", "unit": "KGM"}
CHAPTER = {"relation": "REPLACES", "issuerId": "VN-VCCI", "number": "VN-CN 24/02/00100"}


def quantities(*entries: dict[str, str]) -> dict[str, Any]:
    return with_item(quantities=list(entries))


@pytest.mark.parametrize(
    ("document", "path", "code", "severity"),
    [
        (with_item(hsCode="770100"), "items[0].hsCode", "HS_CODE_UNKNOWN", ERROR),
        (a_certificate(hsEdition="HS1999"), "hsEdition", "HS_EDITION_UNKNOWN", ERROR),
        (a_certificate(destinationCountry="ZZ"), "destinationCountry", "COUNTRY_UNKNOWN", ERROR),
        (
            with_item(originCountry={"country": "XX"}),
            "items[0].originCountry.country",
            "COUNTRY_UNKNOWN",
            ERROR,
        ),
        (
            with_item(originCriterion={"code": "RVC"}, fob={"amount": "1", "currency": "XYZ"}),
            "items[0].fob.currency",
            "CURRENCY_UNKNOWN",
            ERROR,
        ),
        (
            with_item(packages=[{"count": 1200, "typeCode": "QQ"}]),
            "items[0].packages[0].typeCode",
            "PACKAGE_UNKNOWN",
            WARNING,
        ),
        (
            quantities({"kind": "OTHER", "value": "5", "unit": "QQQ"}),
            "items[0].quantities[0].unit",
            "UNIT_UNKNOWN",
            ERROR,
        ),
        (
            quantities({"kind": "NET_MASS", "value": "5", "unit": "NMB"}),
            "items[0].quantities[0].unit",
            "UNIT_DIMENSION",
            ERROR,
        ),
        (
            quantities({"kind": "NET_MASS", "value": "0.00", "unit": "KGM"}),
            "items[0].quantities[0].value",
            "QUANTITY_ZERO",
            ERROR,
        ),
        (
            quantities({"kind": "NET_MASS", **KGM}, {"kind": "GROSS_MASS", "value": "0.004", "unit": "TNE"}),
            "items[0].quantities",
            "NET_ABOVE_GROSS",
            WARNING,
        ),
        (
            a_certificate(items=[an_item(), an_item()], totalPackages=2400),
            "items[1].sequence",
            "SEQUENCE_REPEATED",
            ERROR,
        ),
        (with_item(invoiceRefs=[0, 1]), "items[0].invoiceRefs[1]", "INVOICE_REF_UNKNOWN", ERROR),
        (a_certificate(totalPackages=6), "totalPackages", "PACKAGES_TOTAL_DIFFERS", WARNING),
        (a_certificate(certificateNumber=" \u2003 "), "certificateNumber", "NUMBER_EMPTY", ERROR),
        (a_certificate(certificateNumber="9" * 71), "certificateNumber", "NUMBER_TOO_LONG", ERROR),
        (
            a_certificate(flags=["THIRD_PARTY_INVOICING"]),
            "thirdPartyInvoicer",
            "THIRD_PARTY_INVOICER_MISSING",
            ERROR,
        ),
        (
            a_certificate(thirdPartyInvoicer={"name": "X", "country": "SG"}),
            "flags",
            "THIRD_PARTY_FLAG_MISSING",
            WARNING,
        ),
        (
            a_certificate(invoices=[{"number": "1", "issuerCountry": "HK"}]),
            "invoices[0].issuerCountry",
            "THIRD_PARTY_FLAG_MISSING",
            WARNING,
        ),
        (a_certificate(flags=["ACCUMULATION", "ACCUMULATION"]), "flags", "FLAG_REPEATED", ERROR),
        (a_certificate(flags=["BACK_TO_BACK"]), "references", "REFERENCE_MISSING", ERROR),
        (a_certificate(issueKind="REPLACEMENT"), "references", "REFERENCE_MISSING", ERROR),
        (
            a_certificate(issueKind="CERTIFIED_TRUE_COPY", references=[CHAPTER]),
            "references",
            "REFERENCE_MISSING",
            ERROR,
        ),
        (
            a_certificate(references=[{**CHAPTER, "number": "vn-cn24/02/00123"}]),
            "references[0].number",
            "REFERENCE_TO_ITSELF",
            ERROR,
        ),
        (a_certificate(producer=[{}]), "producer[0].name", "PRODUCER_UNNAMED", ERROR),
        (
            a_certificate(producer=[{"disclosure": "CONFIDENTIAL", "name": "X"}]),
            "producer[0].name",
            "PRODUCER_NAMED",
            WARNING,
        ),
        (a_certificate(transport={"loading": "QQSGN"}), "transport.loading", "LOCATION_UNKNOWN", WARNING),
        (a_certificate(transport={"modeCode": "99"}), "transport.modeCode", "MODE_UNKNOWN", ERROR),
        (a_certificate(certificateNumber="VN\ue000"), "certificateNumber", "NUMBER_UNUSABLE", ERROR),
        (
            a_certificate(references=[{**CHAPTER, "date": "2024-03-05"}]),
            "references[0].date",
            "REFERENCE_AFTER_ISSUE",
            WARNING,
        ),
    ],
)
def test_each_rule_names_the_place_and_how_bad_it_is(
    document: dict[str, Any], path: str, code: str, severity: Severity
) -> None:
    found = [
        (problem.path, problem.code, problem.severity) for problem in validate(document, the_reference())[1]
    ]
    assert found == [(path, code, severity)]


def test_a_replacement_that_names_what_it_replaces_is_fine() -> None:
    document = a_certificate(issueKind="REPLACEMENT", references=[CHAPTER])
    assert validate(document, the_reference())[1] == []


def test_the_same_number_of_another_issuer_is_not_the_certificate_itself() -> None:
    other = {**CHAPTER, "issuerId": "TH-DFT", "number": "VN-CN 24/02/00123"}
    assert validate(a_certificate(references=[other]), the_reference())[1] == []


@pytest.mark.parametrize(
    "sign", ["\u202e", "\u200b", "\u2066", "\ufeff", "\u200f", "\u00ad", "\x07", "\x7f", "\x85"]
)
def test_text_with_an_invisible_character_is_an_error(sign: str) -> None:
    document = a_certificate(remarks=f"all{sign}good")
    found = validate(document, the_reference())[1]
    assert [(problem.path, problem.code) for problem in found] == [("remarks", "TEXT_INVISIBLE")]


def test_an_invisible_character_behind_a_json_escape_is_an_error() -> None:
    data = orjson.dumps(a_certificate(remarks="X")).replace(b'"X"', b'"a\\u202eb"')
    assert [problem.code for problem in validate(data, the_reference())[1]] == ["TEXT_INVISIBLE"]


def test_text_that_is_not_in_normal_form_c_is_an_error() -> None:
    data = orjson.dumps(a_certificate(remarks="Cafe\u0301"))
    assert [problem.code for problem in validate(data, the_reference())[1]] == ["NOT_NFC"]


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(partial(normalize, "NFC")),
    st.booleans(),
)
def test_the_quick_look_at_texts_never_misses_what_the_long_one_finds(text: str, escaped: bool) -> None:
    findings = Findings()
    check_texts({"a": text}, findings)
    raw = json.dumps({"a": text}, ensure_ascii=escaped, indent=1).encode()
    assert not (texts_are_plain(raw) and findings.problems)


@pytest.mark.parametrize(
    "text", ["CÀ PHÊ", "ยางแท่ง", "上海", "견본", "عينة", "मसाला", 'two\nlines "quoted" \\']
)
def test_text_of_every_script_is_fine(text: str) -> None:
    assert validate(a_certificate(remarks=text), the_reference())[1] == []

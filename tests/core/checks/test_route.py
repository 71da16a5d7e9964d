from __future__ import annotations

from typing import Any

import pytest

from ledger.core.verdict import Verdict, Word
from tests.questions import Presented, a_licence, a_token, code_is_found, message_of

DUAL_USE = {"licenceType": "GLOBAL", "destinations": ["KR", "JP"]}


def exported(declared: dict[str, Any], **licence: Any) -> Verdict:
    """The verdict on a declaration in Viet Nam of goods that leave under a dual-use licence of Viet Nam."""
    changes = {"documentTypeCode": "811", "profileCode": "DUAL-USE-GLOBAL", "dualUse": DUAL_USE}
    licence = {**changes, "destinationCountry": None, **licence}
    return a_licence(document_type=811, **licence).declared(country="VN", **declared).verdict()


@pytest.mark.parametrize(("goes_to", "word"), [("KR", Word.ACCEPT), ("JP", Word.ACCEPT), ("CN", Word.REFER)])
def test_goods_go_to_a_country_that_the_dual_use_licence_names(goes_to: str, word: Word) -> None:
    verdict = exported({"destinationCountry": goes_to})
    assert verdict.word is word
    expected = "It is for KR, JP, the goods go to CN." if word is Word.REFER else ""
    assert message_of(verdict, "X26") == expected


def test_dual_use_goods_of_which_nobody_says_where_they_go_are_referred() -> None:
    verdict = exported({})
    assert verdict.word is Word.REFER
    assert message_of(verdict, "X51") == (
        "No country that the goods go to is declared, so it was not compared with KR, JP."
    )


def test_a_single_destination_is_compared_where_no_list_names_several() -> None:
    alone: dict[str, Any] = {"dualUse": {"licenceType": "INDIVIDUAL"}, "destinationCountry": "KR"}
    assert code_is_found(exported({"destinationCountry": "CN"}, **alone), "X26", "DATA")
    assert not code_is_found(exported({"destinationCountry": "KR"}, **alone), "X26", "DATA")


def test_an_export_licence_for_other_goods_tells_that_no_destination_is_declared() -> None:
    other: dict[str, Any] = {"dualUse": None, "profileCode": "LICENCE", "destinationCountry": "KR"}
    verdict = exported({}, **other)
    assert verdict.word is Word.ACCEPT_WITH_REMARKS
    assert code_is_found(verdict, "X51", "DATA")


@pytest.mark.parametrize(
    ("declared", "code", "word"),
    [
        ({"exportCountry": "NO"}, None, Word.ACCEPT),
        ({"exportCountry": "IS"}, "X53", Word.REFER),
        ({}, "X51", Word.ACCEPT_WITH_REMARKS),
    ],
)
def test_an_import_licence_is_held_against_the_country_of_export(
    declared: dict[str, str], code: str | None, word: Word
) -> None:
    verdict = a_licence(exportCountry="NO").declared(country="VN", **declared).verdict()
    assert verdict.word is word
    assert code is None or code_is_found(verdict, code, "DATA")


def test_goods_that_leave_the_licences_own_country_are_exported_from_it() -> None:
    assert exported({"destinationCountry": "KR"}, exportCountry="VN").word is Word.ACCEPT
    assert code_is_found(exported({"destinationCountry": "KR"}, exportCountry="TH"), "X53", "DATA")


SEOUL = {"name": "Seoul Example Machines Co., Ltd.", "country": "KR"}


@pytest.mark.parametrize(
    ("licensed", "declared", "code"),
    [
        (SEOUL, {**SEOUL, "name": "SEOUL EXAMPLE MACHINES CO LTD"}, None),
        (SEOUL, {**SEOUL, "name": "Busan Example Machines"}, "X53"),
        (SEOUL, {**SEOUL, "country": "JP"}, "X53"),
        ({**SEOUL, "id": "1"}, {**SEOUL, "id": "2"}, "X53"),
        ({**SEOUL, "id": "1"}, {"name": "by another name", "id": "1"}, None),
        (SEOUL, None, "X51"),
        (None, SEOUL, "X51"),
        (None, None, None),
    ],
)
def test_the_end_user_is_the_licences_own(
    licensed: dict[str, str] | None, declared: dict[str, str] | None, code: str | None
) -> None:
    asked: dict[str, Any] = {} if declared is None else {"endUser": declared}
    verdict = exported({"destinationCountry": "KR", **asked}, endUser=licensed)
    told = [one.code for check in verdict.checks for one in check.findings if "end user" in one.message]
    assert told == ([] if code is None else [code])
    words = {None: Word.ACCEPT, "X51": Word.ACCEPT_WITH_REMARKS, "X53": Word.REFER}
    assert verdict.word is words[code]


@pytest.mark.parametrize(("sent_from", "found"), [("VN", False), ("TH", False), ("DE", True)])
def test_goods_from_a_country_that_is_no_party_are_referred_for_direct_consignment(
    sent_from: str, found: bool
) -> None:
    verdict = Presented().anchor().declared(exportCountry=sent_from).verdict()
    assert code_is_found(verdict, "R19", "DATA") is found
    assert verdict.word is (Word.REFER if found else Word.ACCEPT)


def test_without_parties_there_is_no_rule_on_consignment() -> None:
    presented = Presented(token=a_token(claims={"agreementCode": "NONPREF"})).anchor()
    assert not code_is_found(presented.declared(exportCountry="DE").verdict(), "R19", "DATA")

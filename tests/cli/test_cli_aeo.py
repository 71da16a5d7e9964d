"""``tradeseal aeo`` and ``tradeseal agreement``: acts as the use cases get them, lists as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledger.core.verdict import Word
from ledger.service.aeo_answers import (
    AeoAction,
    AeoRequest,
    AgreementAction,
    AgreementRequest,
    CoverRequest,
)
from tests.cli.command import Command
from tests.fakes.face_ledger import FaceLedger

T = "2027-01-01T08:00:00+08:00"
THEN = datetime(2027, 1, 1, tzinfo=UTC)
CODE = "VNAEO0301234567"
PROPOSE = ("agreement", "propose", "CN-GACC", "--cover", f"VN-CUSTOMS,AEOS,{T}")
COVER = CoverRequest("VN-CUSTOMS", "AEOS", THEN)

ACTS: list[tuple[str, AeoRequest]] = [
    (f"grant {CODE} --type AEOS --effective-from {T}",
     AeoRequest(AeoAction.GRANT, CODE, "AEOS", effective_from=THEN)),
    (f"suspend {CODE} --type AEOS --reason R34 --effective-from {T}",
     AeoRequest(AeoAction.SUSPEND, CODE, "AEOS", reason=34, effective_from=THEN)),
    (f"reinstate {CODE} --type AEOS --reason R99", AeoRequest(AeoAction.REINSTATE, CODE, "AEOS", reason=99)),
    (f"revoke {CODE} --type AEOC --reason R99", AeoRequest(AeoAction.REVOKE, CODE, "AEOC", reason=99)),
    (f"cancel {CODE} --type AEOC --reason R99", AeoRequest(AeoAction.CANCEL, CODE, "AEOC", reason=99)),
    (f"alias add {CODE} VN-7", AeoRequest(AeoAction.ADD_ALIAS, CODE, alias="VN-7")),
    (f"alias remove {CODE} VN-7", AeoRequest(AeoAction.REMOVE_ALIAS, CODE, alias="VN-7")),
]  # fmt: skip
CHANGES: list[tuple[str, AgreementRequest]] = [
    ("consent 1", AgreementRequest(AgreementAction.CONSENT, 1)),
    ("decline 1", AgreementRequest(AgreementAction.DECLINE, 1)),
    (f"suspend 1 --of VN-CUSTOMS --type AEOS --reason R33 --effective-from {T}",
     AgreementRequest(AgreementAction.SUSPEND, 1, home="VN-CUSTOMS", type="AEOS", reason=33, effective_from=THEN)),
    ("lift 1 --of VN-CUSTOMS --type AEOS --reason R99",
     AgreementRequest(AgreementAction.LIFT, 1, home="VN-CUSTOMS", type="AEOS", reason=99)),
    ("terminate 1 --of VN-CUSTOMS --type AEOS --reason R33",
     AgreementRequest(AgreementAction.TERMINATE, 1, home="VN-CUSTOMS", type="AEOS", reason=33)),
]  # fmt: skip


@pytest.mark.parametrize(("line", "request_"), ACTS, ids=[line for line, _ in ACTS])
def test_a_command_becomes_an_act_on_an_entry(
    line: str, request_: AeoRequest, command: Command, ledger: FaceLedger
) -> None:
    assert command("aeo", *line.split()).code == 0
    assert ledger.aeos.requests == [request_]


def test_every_act_on_an_entry_has_a_command() -> None:
    assert {request_.action for _, request_ in ACTS} == set(AeoAction)


@pytest.mark.parametrize(("line", "request_"), CHANGES, ids=[line for line, _ in CHANGES])
def test_a_command_becomes_a_change_of_an_agreement(
    line: str, request_: AgreementRequest, command: Command, ledger: FaceLedger
) -> None:
    command(*PROPOSE)
    assert command("agreement", *line.split(), "--json").lines()[0]["act"] == line.partition(" ")[0]
    assert ledger.aeos.requests[1:] == [request_]


def test_every_act_on_an_agreement_has_a_command() -> None:
    assert {request_.action for _, request_ in CHANGES} == set(AgreementAction) - {AgreementAction.PROPOSE}


def test_a_proposal_covers_types_in_both_directions(command: Command, ledger: FaceLedger) -> None:
    later = "2027-02-01T00:00:00Z"
    assert command(*PROPOSE, "--cover", f"CN-GACC,AEOC,{later},{T}").code == 0
    both = CoverRequest("CN-GACC", "AEOC", datetime(2027, 2, 1, tzinfo=UTC), THEN)
    [asked] = ledger.aeos.requests
    assert asked == AgreementRequest(AgreementAction.PROPOSE, partner="CN-GACC", covers=(COVER, both))


def test_a_list_of_agreements_tells_who_recognises_whom_from_when(command: Command) -> None:
    command(*PROPOSE)
    command("agreement", "consent", "1")
    out = command("agreement", "list").out
    for text in (
        "1  VN-CUSTOMS and CN-GACC  consented at",
        "recognised by",
        "2027-01-01T00:00:00Z",
        "1 agreements",
    ):
        assert text in out
    [answer] = command("agreement", "list", "--json").lines()
    assert answer["agreements"][0]["covers"][0]["benefitsFrom"] == "2027-01-01T00:00:00Z"


@pytest.mark.parametrize(("word", "code"), [(Word.ACCEPT, 0), (Word.REJECT, 1), (Word.REFER, 2)])
def test_an_aeo_code_gets_a_verdict_with_its_exit_code(
    word: Word, code: int, command: Command, ledger: FaceLedger
) -> None:
    ledger.word = word
    line = ("aeo", "show", CODE, "--partner", "CN-GACC", "--type", "AEOS", "--at", T, "--purpose", "risk")
    answer = command(*line)
    assert (answer.code, answer.out.startswith(word.value)) == (code, True)
    [asked] = ledger.requests
    assert (asked.kind, asked.number, asked.partner, asked.aeo_type, asked.as_of) == (
        3,
        CODE,
        "CN-GACC",
        "AEOS",
        THEN,
    )
    assert ledger.askers[0].purpose == "risk"


def test_who_keeps_the_entry_can_be_said(command: Command, ledger: FaceLedger) -> None:
    command("aeo", "show", CODE, "--of", "AU-ABF")
    command(*RELY, "--of", "AU-ABF")
    assert [one.issuer for one in ledger.requests] == ["AU-ABF"] * 2


def test_a_final_type_exits_1_with_the_rule(command: Command) -> None:
    command("aeo", "revoke", CODE, "--type", "AEOS", "--reason", "R34")
    answer = command("aeo", "reinstate", CODE, "--type", "AEOS", "--reason", "R34")
    assert (answer.code, "AeoTransitionInvalid" in answer.err) == (1, True)


RELY = (
    "aeo",
    "rely",
    CODE,
    "--type",
    "AEOS",
    "--office",
    "CN2202",
    "--declaration",
    "2202 2026 1",
    "--at",
    T,
)


def test_a_reliance_is_noted_with_its_verdict(command: Command, ledger: FaceLedger) -> None:
    answer = command(*RELY, "--partner", "CN-GACC", "--purpose", "import clearance")
    assert (answer.code, answer.out.startswith("ACCEPT")) == (0, True)
    assert "noted at 2026-11-23T09:30:00Z as " in answer.out
    [known] = ledger.aeos.reliances.values()
    assert (known.declaration, known.office, known.accepted_at) == ("2202 2026 1", "CN2202", THEN)
    assert (ledger.requests[0].partner, ledger.askers[0].purpose) == ("CN-GACC", "import clearance")
    [printed] = command(*RELY, "--json").lines()
    assert (printed["noted"], printed["relianceId"]) == (True, known.reliance_id)


@pytest.mark.parametrize(("word", "code"), [(Word.REJECT, 1), (Word.REFER, 2), (Word.CANNOT_VERIFY_NOW, 3)])
def test_a_reliance_that_does_not_pass_exits_with_its_verdict(
    word: Word, code: int, command: Command, ledger: FaceLedger
) -> None:
    ledger.word = word
    answer = command(*RELY)
    assert (answer.code, answer.out.splitlines()[-1]) == (code, "not noted")
    assert ledger.aeos.reliances == {}


@pytest.mark.parametrize(
    "line",
    ["aeo rely 1 --type AEOS",
     "aeo suspend 1 --type AEOS", "aeo grant 1", "aeo alias add 1", "agreement suspend 1", "agreement consent x",
     "agreement propose CN-GACC", "aeo show"],
)  # fmt: skip
def test_an_act_that_says_too_little_exits_4(line: str, command: Command, ledger: FaceLedger) -> None:
    assert command(*line.split()).code == 4
    assert ledger.aeos.requests == []

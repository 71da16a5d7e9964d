"""AEO codes and agreements over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from api.aeo_models import AgreementsAnswer, RelianceReport
from ledger.core.verdict import Word
from ledger.service.aeo_answers import AeoAction, AeoRequest, AgreementAction, CoverRequest
from tests.fakes.face_ledger import FaceLedger

CODE = "VNAEO0301234567"
THEN = datetime(2027, 1, 1, tzinfo=UTC)
T = "2027-01-01T08:00:00+08:00"
COVER = {"home": "VN-CUSTOMS", "type": "AEOS", "benefitsFrom": T}
PROPOSAL = {"partner": "CN-GACC", "covers": [COVER]}


@pytest.mark.parametrize("word", Word)
def test_an_aeo_code_gets_a_verdict_for_a_partner_a_type_and_a_time(
    word: Word, client: TestClient, ledger: FaceLedger
) -> None:
    ledger.word = word
    query = {"code": CODE, "partner": "CN-GACC", "type": "AEOS", "at": T, "purpose": "risk analysis"}
    answer = client.get("/v1/aeo", params=query)
    assert (answer.status_code, answer.json()["verdict"]) == (200, word.value)
    [asked] = ledger.requests
    assert (asked.kind, asked.number, asked.partner, asked.aeo_type, asked.as_of) == (
        3,
        CODE,
        "CN-GACC",
        "AEOS",
        THEN,
    )
    assert ledger.askers[0].purpose == "risk analysis"


def test_an_aeo_code_is_all_that_is_needed(client: TestClient, ledger: FaceLedger) -> None:
    assert client.get("/v1/aeo", params={"code": CODE}).status_code == 200
    assert (ledger.requests[0].partner, ledger.requests[0].as_of) == (None, None)


def test_who_keeps_the_entry_can_be_said(client: TestClient, ledger: FaceLedger) -> None:
    client.get("/v1/aeo", params={"code": CODE, "home": "AU-ABF"})
    answer = client.post("/v1/aeo/reliances", json={**RELIANCE, "home": "AU-ABF"})
    assert ([one.issuer for one in ledger.requests], answer.json()["home"]) == (["AU-ABF"] * 2, "AU-ABF")


@pytest.mark.parametrize("query", [{}, {"code": ""}, {"code": "x" * 101}, {"code": "1", "type": "x" * 9},
                                   {"code": "1", "at": "10:00"}, {"code": "1", "Type": "AEOS"}])  # fmt: skip
def test_a_code_that_is_none_is_422(query: dict[str, str], client: TestClient) -> None:
    assert client.get("/v1/aeo", params=query).status_code == 422


ACTS: list[tuple[dict[str, Any], AeoRequest]] = [
    (
        {"action": "grant", "type": "AEOS", "effectiveFrom": T},
        AeoRequest(AeoAction.GRANT, CODE, "AEOS", effective_from=THEN),
    ),
    (
        {"action": "suspend", "type": "AEOS", "reason": "R34"},
        AeoRequest(AeoAction.SUSPEND, CODE, "AEOS", reason=34),
    ),
    (
        {"action": "revoke", "type": "AEOC", "reason": "R99"},
        AeoRequest(AeoAction.REVOKE, CODE, "AEOC", reason=99),
    ),
    ({"action": "add-alias", "alias": "VN-7"}, AeoRequest(AeoAction.ADD_ALIAS, CODE, alias="VN-7")),
    ({"action": "remove-alias", "alias": "VN-7"}, AeoRequest(AeoAction.REMOVE_ALIAS, CODE, alias="VN-7")),
]


@pytest.mark.parametrize(("sent", "request_"), ACTS, ids=lambda one: getattr(one, "action", ""))
def test_an_act_on_an_entry_reaches_the_ledger(
    sent: Any, request_: AeoRequest, client: TestClient, ledger: FaceLedger
) -> None:
    assert client.post("/v1/aeo", json={"code": CODE, **sent}).json()["act"] == sent["action"]
    assert ledger.aeos.requests == [request_]


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ({"action": "grant"}, "type"),
        ({"action": "grant", "type": "AEOS", "alias": "x"}, "alias"),
        ({"action": "grant", "type": "AEOS", "reason": "R34"}, "reason"),
        ({"action": "add-alias"}, "alias"),
        ({"action": "add-alias", "alias": "x", "type": "AEOS"}, "type"),
        ({"action": "suspend", "type": "AEOS", "reason": "34"}, "reason"),
        ({"action": "suspend", "type": "AEOS", "reason": "R34", "effectiveFrom": "10:00"}, "effectiveFrom"),
        ({"action": "reinstate", "type": "AEOS"}, "reason"),
        ({"action": "lift", "type": "AEOS"}, "action"),
    ],
)
def test_an_act_that_says_too_little_or_too_much_is_422(
    sent: Any, path: str, client: TestClient, ledger: FaceLedger
) -> None:
    answer = client.post("/v1/aeo", json={"code": CODE, **sent})
    assert (answer.status_code, [one["path"] for one in answer.json()["problems"]]) == (422, [path])
    assert ledger.aeos.requests == []


def test_a_final_type_stays_final_with_409(client: TestClient) -> None:
    revoke = {"action": "revoke", "code": CODE, "type": "AEOS", "reason": "R34"}
    client.post("/v1/aeo", json=revoke)
    answer = client.post("/v1/aeo", json={**revoke, "action": "reinstate"})
    assert (answer.status_code, answer.json()["refusal"]) == (409, "AeoTransitionInvalid")


def test_an_agreement_is_proposed_consented_to_and_suspended(client: TestClient, ledger: FaceLedger) -> None:
    assert client.post("/v1/agreements", json=PROPOSAL).status_code == 200
    assert client.patch("/v1/agreements/1", json={"action": "consent"}).status_code == 200
    suspend = {"action": "suspend", "home": "VN-CUSTOMS", "type": "AEOS", "reason": "R33", "effectiveFrom": T}
    assert client.patch("/v1/agreements/1", json=suspend).status_code == 200
    [agreement] = client.get("/v1/agreements").json()["agreements"]
    assert (agreement["state"], agreement["covers"][0]["recognition"]) == ("consented", "suspended")
    last = ledger.aeos.requests[-1]
    assert (last.action, last.reason, last.effective_from) == (AgreementAction.SUSPEND, 33, THEN)


def test_a_cover_without_a_start_of_data_exchange_is_as_it_was_sent(
    client: TestClient, ledger: FaceLedger
) -> None:
    client.post("/v1/agreements", json=PROPOSAL)
    assert ledger.aeos.requests[0].covers == (CoverRequest("VN-CUSTOMS", "AEOS", THEN),)  # type: ignore[union-attr]


def test_the_list_of_agreements_is_what_the_description_says(client: TestClient) -> None:
    client.post("/v1/agreements", json=PROPOSAL)
    answer = client.get("/v1/agreements").json()
    assert AgreementsAnswer.model_validate(answer, by_alias=True).model_dump(by_alias=True) == answer


@pytest.mark.parametrize(
    "sent",
    [{}, {**PROPOSAL, "covers": []}, {**PROPOSAL, "covers": [COVER] * 17}, {**PROPOSAL, "covers": [{}]},
     {**PROPOSAL, "partner": 1}, {**PROPOSAL, "covers": [{**COVER, "benefitsFrom": "soon"}]}],
)  # fmt: skip
def test_a_proposal_that_cannot_be_read_is_422(sent: Any, client: TestClient) -> None:
    assert client.post("/v1/agreements", content=orjson.dumps(sent)).status_code == 422


@pytest.mark.parametrize("number", ["0", "-1", "x", "1" * 16, "１", "7"])
def test_a_number_that_no_agreement_has_is_422(number: str, client: TestClient) -> None:
    assert client.patch(f"/v1/agreements/{number}", json={"action": "consent"}).status_code == 422


@pytest.mark.parametrize(
    ("sent", "path"),
    [({"action": "consent", "home": "VN-CUSTOMS"}, "home"), ({"action": "lift", "home": "VN-CUSTOMS", "reason": "R99"}, "type"),
     ({"action": "lift", "home": "VN-CUSTOMS", "type": "AEOS"}, "reason"),
     ({"action": "propose"}, "action")],
)  # fmt: skip
def test_a_change_of_an_agreement_takes_nothing_that_it_would_ignore(
    sent: Any, path: str, client: TestClient
) -> None:
    answer = client.patch("/v1/agreements/1", json=sent)
    assert [one["path"] for one in answer.json()["problems"]] == [path]


# --- reliances --------------------------------------------------------------------------------------------------

RELIANCE = {"code": CODE, "type": "AEOS", "office": "CN2202", "declaration": "2202 2026 1", "acceptedAt": T}


def test_a_reliance_is_what_the_description_says(client: TestClient, ledger: FaceLedger) -> None:
    answer = client.post("/v1/aeo/reliances", json={**RELIANCE, "partner": "CN-GACC"}).json()
    assert RelianceReport.model_validate(answer, by_alias=True).model_dump(by_alias=True) == answer
    assert (answer["noted"], answer["partner"], answer["verdict"]["verdict"]) == (True, "CN-GACC", "ACCEPT")
    [asked] = ledger.requests
    assert (asked.number, asked.aeo_type, asked.partner, asked.as_of) == (CODE, "AEOS", "CN-GACC", THEN)


@pytest.mark.parametrize("word", [Word.REJECT, Word.REFER, Word.CANNOT_VERIFY_NOW])
def test_what_does_not_pass_is_a_verdict_and_may_be_asked_again_with_the_same_key(
    word: Word, client: TestClient, ledger: FaceLedger
) -> None:
    ledger.word, key = word, {"Idempotency-Key": f"rely-{word.value}"}
    first = client.post("/v1/aeo/reliances", json=RELIANCE, headers=key)
    assert (first.status_code, first.json()["noted"], first.json()["relianceId"]) == (200, False, None)
    assert first.json()["verdict"]["verdict"] == word.value
    ledger.word = Word.ACCEPT
    assert client.post("/v1/aeo/reliances", json=RELIANCE, headers=key).json()["noted"]
    ledger.word = word
    assert client.post("/v1/aeo/reliances", json=RELIANCE, headers=key).json()["noted"]


def test_another_time_for_what_was_noted_is_422_by_name(client: TestClient) -> None:
    client.post("/v1/aeo/reliances", json=RELIANCE)
    other = client.post("/v1/aeo/reliances", json={**RELIANCE, "acceptedAt": "2027-01-01T00:00:01Z"})
    assert (other.status_code, [one["path"] for one in other.json()["problems"]]) == (422, ["acceptedAt"])


@pytest.mark.parametrize("name", ["code", "type", "office", "declaration", "acceptedAt"])
def test_a_reliance_needs_all_but_the_partner(name: str, client: TestClient, ledger: FaceLedger) -> None:
    sent = {member: value for member, value in RELIANCE.items() if member != name}
    answer = client.post("/v1/aeo/reliances", json=sent)
    assert (answer.status_code, [one["path"] for one in answer.json()["problems"]]) == (422, [name])
    assert ledger.aeos.reliances == {}

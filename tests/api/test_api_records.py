"""Records of every kind over HTTP: status and history by kind, replacement, confirmation, questions about kinds."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.models import IssueItem
from ledger.service.answers import IssueOutcome, IssueResult
from tests.certificates import a_certificate
from tests.fakes.face_ledger import FaceLedger

RECORD = {"issuer": "VN-VCCI", "number": "GL 2026/0042"}
REVOKE = {**RECORD, "action": "revoke", "reason": "R24"}
KEY = "0x" + "ab" * 32


def test_a_licence_is_revoked_without_touching_the_certificate_of_the_same_number(client: TestClient) -> None:
    assert client.post("/v1/status", json={**REVOKE, "kind": "licence"}).status_code == 200
    assert client.post("/v1/status", json={**REVOKE, "kind": "licence"}).status_code == 409
    assert client.post("/v1/status", json=REVOKE).status_code == 200


@pytest.mark.parametrize("kind", ["origin", "licence", "aeo"])
def test_history_and_verification_take_every_kind(kind: str, client: TestClient, ledger: FaceLedger) -> None:
    assert client.get("/v1/history", params={**RECORD, "kind": kind}).status_code == 200
    more = {"kind": kind, "partner": "CN-GACC", "type": "AEOS", "office": "CNSHA"}
    client.get("/v1/verify", params={**RECORD, **more})
    client.post("/v1/verify", json={**RECORD, **more})
    number = {"origin": 1, "licence": 2, "aeo": 3}[kind]
    assert [(one.kind, one.partner, one.aeo_type, one.office) for one in ledger.requests] == [
        (number, "CN-GACC", "AEOS", "CNSHA")
    ] * 2


@pytest.mark.parametrize("path", ["/v1/history", "/v1/verify", "/v1/balance"])
def test_a_kind_that_is_none_is_422(path: str, client: TestClient) -> None:
    answer = client.get(path, params={**RECORD, "kind": "visa"})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "KIND_UNKNOWN")


def test_a_replacement_is_refused_like_a_single_certificate(client: TestClient) -> None:
    sent = {"number": "VN-CN 24/02/00001", "reason": "R26", "document": a_certificate()}
    answer = client.post("/v1/replacements", json=sent)
    assert (answer.status_code, answer.json()["outcome"]) == (200, "anchored")
    assert IssueItem.model_validate(answer.json(), by_alias=True).model_dump(by_alias=True) == answer.json()
    again = client.post("/v1/replacements", json={**sent, "document": a_certificate(issueDate="2024-03-05")})
    assert (again.status_code, again.json()["code"]) == (409, "REFUSED")
    wrong = client.post("/v1/replacements", json={**sent, "document": a_certificate(issueDate="4 March")})
    assert (wrong.status_code, wrong.json()["problems"][0]["path"]) == (422, "issueDate")


def test_a_replacement_that_waits_for_the_chain_is_202_and_is_not_kept(
    client: TestClient, ledger: FaceLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = {"number": "VN-CN 24/02/00001", "reason": "R26", "document": a_certificate()}
    pending = IssueResult("document", "1", IssueOutcome.PENDING, bytes(32), reason="the node did not answer")
    headers = {"Idempotency-Key": "replacement-1"}
    with monkeypatch.context() as first:
        first.setattr(ledger, "replace", lambda number, reason, source: pending)
        assert client.post("/v1/replacements", json=sent, headers=headers).status_code == 202
    assert client.post("/v1/replacements", json=sent, headers=headers).json()["outcome"] == "anchored"


def test_records_are_confirmed_by_number_or_all_of_a_key(client: TestClient, ledger: FaceLedger) -> None:
    by_number = client.post("/v1/confirmations", json={"numbers": ["1", "2"], "kind": "licence"})
    by_key = client.post("/v1/confirmations", json={"key": KEY})
    assert ledger.confirmed == [(("1", "2"), 2), (b"\xab" * 32, 1)]
    assert [len(one.json()["receipts"]) for one in (by_number, by_key)] == [1, 2]


@pytest.mark.parametrize(
    "sent",
    [{}, {"numbers": []}, {"numbers": ["1"], "key": KEY}, {"key": "0x12"}, {"numbers": ["1"] * 21}, {"numbers": [1]}],
)  # fmt: skip
def test_a_confirmation_of_nothing_or_of_two_things_is_422(
    sent: Any, client: TestClient, ledger: FaceLedger
) -> None:
    assert client.post("/v1/confirmations", json=sent).status_code == 422
    assert ledger.confirmed == []

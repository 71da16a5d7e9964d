"""Every error is one report of one table, and nothing secret leaves with it."""

from __future__ import annotations

import logging

import pytest
from starlette.testclient import TestClient

from api.errors import PROBLEM_JSON, TABLE
from ledger.core.problems import Problem
from ledger.errors import Refused, Rejected, Unavailable
from tests.fakes.face_ledger import FaceLedger

ERRORS = [
    (
        Rejected([Problem("issuer", "XX", "a member"), Problem("number", "", "a number")]),
        422,
        "INPUT_REJECTED",
    ),
    (Refused("RegistryNotPermitted", "not permitted", {"kind": 1, "member": b"\x01"}), 409, "REFUSED"),
    (Unavailable("the node did not answer"), 503, "UNAVAILABLE"),
    (RuntimeError("passphrase=hunter2"), 500, "INTERNAL"),
]


@pytest.mark.parametrize(("error", "status", "code"), ERRORS)
def test_an_error_of_the_ledger_has_its_status_and_code(
    error: Exception, status: int, code: str, ledger: FaceLedger, client: TestClient
) -> None:
    ledger.raises = error
    answer = client.get("/v1/members")
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM_JSON)
    report = answer.json()
    assert (report["status"], report["code"], report["trace"]) == (
        status,
        code,
        answer.headers["X-Request-Id"],
    )


def test_all_problems_of_an_input_are_reported_together(ledger: FaceLedger, client: TestClient) -> None:
    ledger.raises = ERRORS[0][0]
    problems = client.get("/v1/members").json()["problems"]
    assert [(one["path"], one["expectation"]) for one in problems] == [
        ("issuer", "a member"),
        ("number", "a number"),
    ]


def test_a_refusal_carries_the_contracts_error_and_arguments(ledger: FaceLedger, client: TestClient) -> None:
    ledger.raises = ERRORS[1][0]
    report = client.get("/v1/members").json()
    assert (report["refusal"], report["arguments"]) == ("RegistryNotPermitted", {"kind": 1, "member": "0x01"})


def test_an_outage_says_when_to_come_back(ledger: FaceLedger, client: TestClient) -> None:
    ledger.raises = ERRORS[2][0]
    assert int(client.get("/v1/members").headers["Retry-After"]) > 0


def test_an_unforeseen_error_tells_its_message_to_nobody(
    ledger: FaceLedger, client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    ledger.raises = ERRORS[3][0]
    with caplog.at_level(logging.DEBUG):
        answer = client.get("/v1/members")
    assert "hunter2" not in answer.text + caplog.text
    assert "RuntimeError" in caplog.text
    assert answer.json()["trace"] in caplog.text


def test_unknown_paths_and_methods_get_the_same_kind_of_report(client: TestClient) -> None:
    reports = [client.get("/v1/nothing").json(), client.delete("/v1/verify").json()]
    assert [one["code"] for one in reports] == ["NOT_FOUND", "METHOD_NOT_ALLOWED"]


def test_readiness_hides_what_is_wrong_from_strangers(ledger: FaceLedger, client: TestClient) -> None:
    ledger.chain_answers = False
    answer = client.get("/readyz", headers={"Authorization": ""})
    assert answer.status_code == 503
    assert answer.json() == {"ready": False, "parts": {"store": "ok", "chain": "not ok"}}


def test_every_code_has_a_status_and_a_title() -> None:
    assert all(400 <= status < 600 and title for status, title in TABLE.values())

"""Verdicts over HTTP: always 200, as described; a question that is none is an error."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from api.models import VerdictAnswer
from ledger.core.verdict import Word
from tests.fakes.face_ledger import FaceLedger

QUESTION = {"issuer": "VN-VCCI", "number": "VN-CN 24/02/00123"}


@pytest.mark.parametrize("word", Word)
def test_a_verdict_is_200_whatever_it_says(word: Word, ledger: FaceLedger, client: TestClient) -> None:
    ledger.word = word
    for answer in (client.get("/v1/verify", params=QUESTION), client.post("/v1/verify", json=QUESTION)):
        assert (answer.status_code, answer.json()["verdict"]) == (200, word.value)


def test_a_stopped_chain_is_a_verdict_and_no_error(ledger: FaceLedger, client: TestClient) -> None:
    ledger.chain_answers = False
    answer = client.get("/v1/verify", params=QUESTION)
    assert (answer.status_code, answer.json()["verdict"]) == (200, "CANNOT_VERIFY_NOW")


def test_a_verdict_is_what_the_description_says(client: TestClient) -> None:
    answer = client.get("/v1/verify", params=QUESTION).json()
    assert VerdictAnswer.model_validate(answer, by_alias=True).model_dump(by_alias=True) == answer


def test_the_whole_question_reaches_the_ledger(ledger: FaceLedger, client: TestClient) -> None:
    more = {"secondKey": "INV 1", "asOf": "2026-01-01T08:00:00+08:00"}
    client.get("/v1/verify", params={**QUESTION, **more})
    client.post(
        "/v1/verify", json={**QUESTION, **more, "document": "a.b.c~", "declaration": {"country": "CN"}}
    )
    by_number, by_body = ledger.requests
    assert by_number.second_key == by_body.second_key == "INV 1"
    assert by_number.as_of == by_body.as_of == datetime(2026, 1, 1, tzinfo=UTC)
    assert (by_body.document, by_body.declaration) == (b"a.b.c~", b'{"country":"CN"}')


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"issuer": "VN-VCCI"}, "PARAMETER_MISSING"),
        ({**QUESTION, "asof": "2026-01-01T00:00:00Z"}, "PARAMETER_UNKNOWN"),
        ({**QUESTION, "asOf": "2026-01-01"}, "TIME_INVALID"),
        ({**QUESTION, "asOf": ""}, "PARAMETER_EMPTY"),
        ({**QUESTION, "number": ["1", "2"]}, "PARAMETER_REPEATED"),
        ({**QUESTION, "number": "1" * 201}, "PARAMETER_TOO_LONG"),
        ({**QUESTION, "number": "1\x00"}, "TEXT_UNREADABLE"),
    ],
)
def test_a_query_that_asks_something_else_than_meant_is_422(
    query: Any, code: str, client: TestClient
) -> None:
    answer = client.get("/v1/verify", params=query)
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "QUESTION_MISSING"),
        ({"issuer": "VN-VCCI"}, "QUESTION_MISSING"),
        ({**QUESTION, "asof": "2026"}, "MEMBER_UNKNOWN"),
        ({**QUESTION, "number": 1}, "MEMBER_INVALID"),
        ({**QUESTION, "declaration": []}, "MEMBER_INVALID"),
        ({**QUESTION, "asOf": "yesterday"}, "TIME_INVALID"),
    ],
)
def test_a_body_that_asks_nothing_is_422(body: Any, code: str, client: TestClient) -> None:
    answer = client.post("/v1/verify", content=orjson.dumps(body))
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, code)


def test_text_from_outside_is_never_html(client: TestClient) -> None:
    answer = client.get("/v1/verify", params={**QUESTION, "number": "<script>"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("body", [{"document": "x" * 60_000}, {"document": "é.b.c~"}])
def test_a_document_that_no_issuer_hands_out_is_too_large_or_a_verdict(body: Any, client: TestClient) -> None:
    assert client.post("/v1/verify", content=orjson.dumps(body)).status_code in (200, 413)

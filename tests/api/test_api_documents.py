"""Documents over HTTP: one or many, again with the same key, too large, not JSON."""

from __future__ import annotations

from typing import Any

import anyio
import orjson
import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from api.errors import FaceError
from api.queries import read_bytes
from ledger.samples import write_table
from tests.certificates import a_certificate
from tests.fakes.face_ledger import FaceLedger

TABLE = {"Content-Type": "text/csv"}


def certificates(count: int) -> list[dict[str, Any]]:
    return [a_certificate(certificateNumber=f"VN-CN 24/02/{place:05}") for place in range(count)]


def outcomes(answer: Any) -> list[str]:
    return [one["outcome"] for one in answer.json()["results"]]


@pytest.mark.parametrize("wrap", [lambda many: many, lambda many: {"documents": many}])
def test_a_batch_is_answered_certificate_by_certificate(wrap: Any, client: TestClient) -> None:
    many = [*certificates(2), a_certificate(issueDate="4 March")]
    answer = client.post("/v1/documents", json=wrap(many))
    assert answer.status_code == 200
    assert outcomes(answer) == ["anchored", "anchored", "refused"]
    assert answer.json()["results"][2]["problems"][0]["path"] == "issueDate"


def test_a_single_certificate_is_answered_alone(client: TestClient) -> None:
    answer = client.post("/v1/documents", json=a_certificate())
    assert (answer.status_code, outcomes(answer)) == (200, ["anchored"])


def test_a_single_certificate_with_errors_is_422_with_all_of_them(client: TestClient) -> None:
    answer = client.post("/v1/documents", json=a_certificate(issueDate="4 March", destinationCountry="ZZ"))
    assert answer.status_code == 422
    assert {"issueDate", "destinationCountry"} <= {one["path"] for one in answer.json()["problems"]}


def test_a_single_certificate_whose_number_is_taken_is_409(client: TestClient) -> None:
    client.post("/v1/documents", json=a_certificate())
    answer = client.post("/v1/documents", json=a_certificate(issueDate="2024-03-05"))
    assert (answer.status_code, answer.json()["code"]) == (409, "REFUSED")


def test_a_single_certificate_that_waits_for_the_chain_is_202(ledger: FaceLedger, client: TestClient) -> None:
    ledger.chain_answers = False
    answer = client.post("/v1/documents", json=a_certificate())
    assert (answer.status_code, outcomes(answer)) == (202, ["pending"])


def test_a_sealed_document_can_be_fetched_by_its_id(client: TestClient) -> None:
    document_id = client.post("/v1/documents", json=a_certificate()).json()["results"][0]["documentId"]
    assert client.get(f"/v1/documents/{document_id}").json()["sealed"].startswith("sealed~")


@pytest.mark.parametrize(
    ("document_id", "status"), [("0x" + "00" * 32, 404), ("1", 422), ("0x" + "0G" * 32, 422)]
)
def test_an_unknown_id_is_404_and_a_malformed_one_422(
    document_id: str, status: int, client: TestClient
) -> None:
    assert client.get(f"/v1/documents/{document_id}").status_code == status


def test_the_same_key_and_body_get_the_same_answer(client: TestClient) -> None:
    headers = {"Idempotency-Key": "order-17"}
    first, second = (client.post("/v1/documents", json=a_certificate(), headers=headers) for _ in range(2))
    assert (first.content, first.status_code) == (second.content, second.status_code)
    assert second.headers["Idempotency-Replayed"] == "true"


def test_the_same_key_with_another_body_is_422(client: TestClient) -> None:
    headers = {"Idempotency-Key": "order-17"}
    client.post("/v1/documents", json=a_certificate(), headers=headers)
    answer = client.post("/v1/documents", json=certificates(1), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "KEY_REUSED")


def test_a_pending_answer_is_not_kept(ledger: FaceLedger, client: TestClient) -> None:
    headers = {"Idempotency-Key": "order-17"}
    ledger.chain_answers = False
    client.post("/v1/documents", json=a_certificate(), headers=headers)
    ledger.chain_answers = True
    assert outcomes(client.post("/v1/documents", json=a_certificate(), headers=headers)) == ["anchored"]


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_that_is_none_is_a_bad_request(key: str, client: TestClient) -> None:
    answer = client.post("/v1/documents", json=a_certificate(), headers={"Idempotency-Key": key})
    assert answer.status_code == 400


def test_a_body_over_the_limit_is_413(client: TestClient) -> None:
    assert client.post("/v1/documents", content=b"[" + b" " * 300_000 + b"]").status_code == 413


def test_a_body_without_a_length_is_refused_while_it_arrives() -> None:
    received = 0

    async def receive() -> dict[str, object]:
        nonlocal received
        received += 1
        return {"type": "http.request", "body": b" " * 10_000, "more_body": True}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(FaceError, match="longer than 50000 bytes"):
        anyio.run(read_bytes, request, 50_000)
    assert received == 6


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"documents":[],"documents":[]}', "DUPLICATE_MEMBER"),
        (b'{"documents":[1.5]}', "FLOAT"),
        (b"[" * 5_000 + b"]" * 5_000, "TOO_DEEP"),
        ('["e\u0301"]'.encode(), "NOT_NFC"),
        (b'["\xff"]', "NOT_UTF8"),
        (b"{", "NOT_JSON"),
        (b"", "NOT_JSON"),
    ],
)
def test_json_with_more_than_one_reading_is_400_and_names_why(
    body: bytes, code: str, client: TestClient
) -> None:
    answer = client.post("/v1/documents", content=body)
    assert answer.status_code == 400
    assert code in [one["code"] for one in answer.json()["problems"]]


@pytest.mark.parametrize(
    "body", [[], 1, "x", None, {"documents": 1}, {"documents": []}, [1], {"documents": [], "x": 1}]
)
def test_a_body_that_holds_no_certificates_is_422(body: Any, client: TestClient) -> None:
    assert client.post("/v1/documents", content=orjson.dumps(body)).status_code == 422


def test_too_many_certificates_are_422(client: TestClient) -> None:
    answer = client.post("/v1/documents", content=orjson.dumps([{}] * 21))
    assert answer.json()["problems"][0]["code"] == "TOO_MANY_DOCUMENTS"


def test_another_content_type_or_encoding_is_415(client: TestClient) -> None:
    for headers in ({"Content-Type": "text/xml"}, {"Content-Encoding": "gzip"}):
        assert client.post("/v1/documents", content=b"[]", headers=headers).status_code == 415


def test_a_dry_run_reports_every_problem_and_stores_nothing(client: TestClient) -> None:
    answer = client.post("/v1/validate", json=[a_certificate(), a_certificate(issueDate="4 March")])
    assert [one["valid"] for one in answer.json()["results"]] == [True, False]
    assert outcomes(client.post("/v1/documents", json=a_certificate())) == ["anchored"]


def test_a_table_is_answered_row_by_row(client: TestClient) -> None:
    many = [*certificates(2), a_certificate(issueDate="4 March"), *certificates(1)]
    for content_type in ("text/csv", "text/csv; charset=utf-8; header=present"):
        answer = client.post(
            "/v1/documents", content=write_table(many), headers={"Content-Type": content_type}
        )
        assert answer.status_code == 200
    assert outcomes(answer) == ["already_anchored", "already_anchored", "refused", "already_anchored"]
    assert [one["source"] for one in answer.json()["results"]] == ["row 1", "row 2", "row 3", "row 4"]
    assert answer.json()["results"][2]["problems"][0]["path"] == "issueDate"


def test_a_table_with_one_row_is_a_batch_too(client: TestClient) -> None:
    answer = client.post("/v1/documents", content=write_table([a_certificate(issueDate="x")]), headers=TABLE)
    assert (answer.status_code, outcomes(answer)) == (200, ["refused"])


def test_a_row_that_cannot_be_read_is_refused_alone(client: TestClient) -> None:
    body = write_table(certificates(1)) + b"stray\r\n"
    for path, wanted in (("/v1/documents", ["anchored", "refused"]), ("/v1/validate", [True, False])):
        results = client.post(path, content=body, headers=TABLE).json()["results"]
        assert [one.get("outcome", one.get("valid")) for one in results] == wanted
        [problem] = results[1]["problems"]
        assert problem["code"] == "CELLS_DIFFER"
        assert problem["value"] == "1 cell in line 3"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "NO_HEADER"),
        (b"a b\n1\n", "COLUMN_UNKNOWN"),
        (b"a,a\n1,2\n", "COLUMN_REPEATED"),
        (b"certificateNumber\n", "DOCUMENTS_MISSING"),
        (b"certificateNumber\n" + b"1\n" * 21, "TOO_MANY_DOCUMENTS"),
        (b"certificateNumber\n" + b"\n" * 21, "DOCUMENTS_MISSING"),
    ],
)
def test_a_table_without_certificates_is_422_and_names_why(
    body: bytes, code: str, client: TestClient
) -> None:
    for path in ("/v1/documents", "/v1/validate"):
        answer = client.post(path, content=body, headers=TABLE)
        assert answer.status_code == 422
        assert [one["code"] for one in answer.json()["problems"]] == [code]


def test_a_table_over_the_limit_is_413_and_one_without_a_key_401(client: TestClient) -> None:
    assert client.post("/v1/documents", content=b"a\n" * 150_000, headers=TABLE).status_code == 413
    client.headers.pop("Authorization")
    assert client.post("/v1/documents", content=b"a\n", headers=TABLE).status_code == 401


def test_a_table_under_the_same_key_is_answered_as_before_and_the_same_bytes_as_json_are_another_request(
    client: TestClient,
) -> None:
    headers = {**TABLE, "Idempotency-Key": "order-17"}
    body = write_table([*certificates(1), a_certificate(issueDate="x")])
    first, second = (client.post("/v1/documents", content=body, headers=headers) for _ in range(2))
    assert (first.content, second.headers["Idempotency-Replayed"]) == (second.content, "true")
    other = client.post("/v1/documents", content=body, headers={"Idempotency-Key": "order-17"})
    assert (other.status_code, other.json()["code"]) == (422, "KEY_REUSED")


def test_other_routes_take_no_table(client: TestClient) -> None:
    assert client.post("/v1/replacements", content=b"a\n1\n", headers=TABLE).status_code == 415


def test_the_description_says_where_a_table_is_taken(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    taking = {
        path
        for path, methods in paths.items()
        for one in methods.values()
        if "text/csv" in one.get("requestBody", {}).get("content", {})
    }
    assert taking == {"/v1/documents", "/v1/validate"}

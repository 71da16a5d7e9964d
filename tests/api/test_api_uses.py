"""Uses and balances over HTTP: what is written, what is told, and how a refusal reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from api.use_models import BalanceReport, ReservationsAnswer, UseReport
from ledger.errors import Refused
from ledger.service.use_answers import UseAction
from tests.fakes.face_ledger import FaceLedger

AsRole = Callable[[str], TestClient]
LICENCE = {"kind": "licence", "issuer": "VN-VCCI", "number": "GL 2026/0042"}
CERTIFICATE = {"issuer": "VN-VCCI", "number": "VN-CN 24/02/00123"}
AT = {"office": "CNSHA", "declaration": "2230 2026 0001"}
TEN = {"line": 1, "quantity": "10", "unit": "TNE"}


def body(action: str, **more: Any) -> dict[str, Any]:
    return {"action": action, **LICENCE, **AT, **TEN, **more}


def without(taken: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in taken.items() if key != name}


def free(client: TestClient) -> str:
    return str(client.get("/v1/balance", params=LICENCE).json()["lines"][0]["free"])


def test_a_reservation_that_is_consumed_gives_the_difference_back(client: TestClient) -> None:
    reserved = client.post("/v1/uses", json=body("reserve")).json()
    assert (reserved["state"], reserved["free"]) == ("reserved", "90")
    consumed = client.patch(
        f"/v1/uses/{reserved['useId']}", json={"action": "consume", "quantity": "7.5", "unit": "TNE"}
    ).json()
    assert (consumed["state"], consumed["consumed"], free(client)) == ("consumed", "7.5", "92.5")


def test_a_released_reservation_is_free_again(client: TestClient) -> None:
    use_id = client.post("/v1/uses", json=body("reserve")).json()["useId"]
    assert client.patch(f"/v1/uses/{use_id}", json={"action": "release"}).json()["state"] == "released"
    assert free(client) == "100"


def test_a_correction_has_a_sign_a_reason_and_a_number(client: TestClient, ledger: FaceLedger) -> None:
    use_id = client.post("/v1/uses", json=body("consume")).json()["useId"]
    change = {"action": "correct", "quantity": "-2.5", "unit": "TNE", "reason": "R16", "correction": 1}
    assert client.patch(f"/v1/uses/{use_id}", json=change).json()["consumed"] == "7.5"
    asked = ledger.uses.requests[-1]
    assert (asked.action, asked.reason, asked.correction) == (UseAction.CORRECT, 16, 1)


def test_the_whole_use_reaches_the_ledger(client: TestClient, ledger: FaceLedger) -> None:
    client.post("/v1/uses", json=body("enter", item=3, happenedAt="2026-11-22T17:00:00+08:00"))
    [asked] = ledger.uses.requests
    assert (asked.kind, asked.office, asked.declaration, asked.item) == (2, "CNSHA", "2230 2026 0001", 3)
    assert (asked.line, asked.quantity, asked.unit) == (1, "10", "TNE")
    assert asked.happened_at == datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_a_late_entry_that_breaks_a_limit_stands_and_is_marked(client: TestClient) -> None:
    answer = client.post("/v1/uses", json=body("enter", quantity="130", happenedAt="2026-11-22T09:00:00Z"))
    assert (answer.status_code, answer.json()["conflict"]) == (200, True)
    balance = client.get("/v1/balance", params=LICENCE).json()
    assert (balance["overdrawn"], balance["lines"][0]["overdrawn"]) == (True, True)


@pytest.mark.parametrize(
    ("first", "second", "refusal", "reason"),
    [
        (
            body("reserve", quantity="70"),
            body("reserve", quantity="50", office="CNTAO"),
            "UseBalanceExceeded",
            "R12",
        ),
        (
            {"action": "consume", **CERTIFICATE, **AT},
            {"action": "consume", **CERTIFICATE, **AT, "office": "CNTAO"},
            "UseLimitReached",
            "R11",
        ),
        (body("reserve"), body("reserve", office="CLOSED"), "UseOfficeNotAllowed", "R13"),
    ],
)
def test_what_the_rules_forbid_is_409_with_its_reason_code(
    first: Any, second: Any, refusal: str, reason: str, client: TestClient
) -> None:
    assert client.post("/v1/uses", json=first).status_code == 200
    answer = client.post("/v1/uses", json=second)
    report = answer.json()
    assert (answer.status_code, report["code"]) == (409, "REFUSED")
    assert (report["refusal"], report["reason"]) == (refusal, reason)
    assert report["detail"].startswith(f"{reason}: ")


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        (Refused("X", "R12: more than is left"), "R12"),
        (Refused("X", "no", {"reason": "R13"}), "R13"),
        (Refused("X", "X05: it was cancelled"), "X05"),
        (Refused("X", "see R12: no"), None),
        (Refused("X", "no", {"reason": 13}), None),
    ],
)
def test_a_reason_code_is_told_where_the_refusal_has_one(
    refusal: Refused, reason: str | None, ledger: FaceLedger, client: TestClient
) -> None:
    ledger.raises = refusal
    assert client.post("/v1/uses", json=body("reserve")).json().get("reason") == reason


def test_an_answer_is_what_the_description_says(client: TestClient) -> None:
    written = client.post("/v1/uses", json=body("consume")).json()
    balance = client.get("/v1/balance", params=LICENCE).json()
    for model, answer in ((UseReport, written), (BalanceReport, balance)):
        assert model.model_validate(answer, by_alias=True).model_dump(by_alias=True) == answer


def test_a_use_that_this_gateway_did_not_write_is_404(client: TestClient) -> None:
    answer = client.patch(f"/v1/uses/{'0' * 32}", json={"action": "release"})
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("use_id", ["1", "0x" + "0" * 32, "G" * 32, "A" * 32])
def test_what_cannot_be_the_id_of_a_use_is_422(use_id: str, client: TestClient) -> None:
    answer = client.patch(f"/v1/uses/{use_id}", json={"action": "release"})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "USE_ID_INVALID")


@pytest.mark.parametrize(
    ("sent", "path", "code"),
    [
        (body("release"), "action", "MEMBER_INVALID"),
        (body("enter"), "happenedAt", "MEMBER_MISSING"),
        (body("reserve", happenedAt="2026-11-22T09:00:00Z"), "happenedAt", "MEMBER_UNKNOWN"),
        (body("enter", happenedAt="yesterday"), "happenedAt", "TIME_INVALID"),
        (body("reserve", quantity=10), "quantity", "MEMBER_INVALID"),
        (body("reserve", quantity="ten"), "quantity", "QUANTITY_INVALID"),
        (body("reserve", unit="NMB"), "unit", "UNIT_MISMATCH"),
        (body("reserve", item=-1), "item", "MEMBER_INVALID"),
        (body("reserve", line=True), "line", "MEMBER_INVALID"),
        (body("reserve", line=256), "line", "MEMBER_INVALID"),
        (body("reserve", kind="visa"), "kind", "MEMBER_INVALID"),
        (body("reserve", office="x" * 18), "office", "MEMBER_INVALID"),
        (without(body("reserve"), "declaration"), "declaration", "MEMBER_MISSING"),
    ],
)
def test_a_use_that_says_something_else_than_meant_is_422(
    sent: Any, path: str, code: str, client: TestClient
) -> None:
    answer = client.post("/v1/uses", content=orjson.dumps(sent))
    problems = [(one["path"], one["code"]) for one in answer.json()["problems"]]
    assert (answer.status_code, problems) == (422, [(path, code)])


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ({"action": "release", "quantity": "1"}, "quantity"),
        ({"action": "consume", "reason": "R16"}, "reason"),
        ({"action": "correct", "quantity": "1"}, "reason"),
        ({"action": "reserve"}, "action"),
    ],
)
def test_a_change_of_a_use_takes_nothing_that_it_would_ignore(
    sent: Any, path: str, client: TestClient
) -> None:
    answer = client.patch(f"/v1/uses/{'0' * 32}", json=sent)
    assert (answer.status_code, [one["path"] for one in answer.json()["problems"]]) == (422, [path])


def test_the_same_key_writes_once_and_the_same_body_on_another_use_is_another_request(
    client: TestClient, ledger: FaceLedger
) -> None:
    headers = {"Idempotency-Key": "declaration-17"}
    first, second = (client.post("/v1/uses", json=body("reserve"), headers=headers) for _ in range(2))
    assert first.content == second.content
    assert len(ledger.uses.requests) == 1
    other = client.patch(f"/v1/uses/{'0' * 32}", json=body("reserve"), headers=headers)
    assert other.json()["code"] == "KEY_REUSED"


def test_a_refused_use_may_be_tried_again_with_the_same_key(client: TestClient) -> None:
    headers = {"Idempotency-Key": "declaration-17"}
    other = client.post("/v1/uses", json=body("reserve", quantity="95", office="CNTAO")).json()["useId"]
    assert client.post("/v1/uses", json=body("reserve"), headers=headers).status_code == 409
    client.patch(f"/v1/uses/{other}", json={"action": "release"})
    assert client.post("/v1/uses", json=body("reserve"), headers=headers).status_code == 200


def test_a_stopped_chain_is_503_and_writes_nothing(client: TestClient, ledger: FaceLedger) -> None:
    ledger.chain_answers = False
    assert client.post("/v1/uses", json=body("reserve")).status_code == 503
    assert client.get("/v1/balance", params=LICENCE).status_code == 503
    ledger.chain_answers = True
    assert free(client) == "100"


def test_a_certificate_has_no_lines_until_its_balance_is_opened(client: TestClient) -> None:
    assert client.get("/v1/balance", params=CERTIFICATE).json()["lines"] == []
    assert client.post("/v1/balances", json=CERTIFICATE).json()["act"] == "open-balance"
    assert client.get("/v1/balance", params=CERTIFICATE).json()["lines"][0]["authorised"] == "100"


def test_an_endorsement_names_a_quantity_for_every_line(client: TestClient) -> None:
    permit = {**LICENCE, "office": "VNSGN"}
    del permit["kind"]
    endorsed = client.post("/v1/endorsements", json={**permit, "actual": [{"quantity": "40", "unit": "NMB"}]})
    assert endorsed.status_code == 200
    assert client.get("/v1/balance", params=LICENCE).json()["endorsed"] is True
    both = [{"quantity": "40", "unit": "NMB"}] * 2
    assert client.post("/v1/endorsements", json={**permit, "actual": both}).status_code == 409
    assert client.post("/v1/endorsements", json={**permit, "actual": []}).status_code == 422


def test_a_declarations_number_is_told_to_customs_only_by_those_who_may_ask(as_role: AsRole) -> None:
    assert as_role("customs").post("/v1/uses", json=body("reserve")).status_code == 200
    assert as_role("customs").get("/v1/balance", params=LICENCE).status_code == 200
    assert as_role("verifier").get("/v1/balance", params=LICENCE).status_code == 403
    assert as_role("issuer").post("/v1/uses", json=body("reserve")).status_code == 403


def test_open_reservations_are_listed_until_they_are_settled(client: TestClient) -> None:
    ids = [
        client.post("/v1/uses", json=body("reserve", declaration=name)).json()["useId"]
        for name in ("1", "2", "3")
    ]
    client.patch(f"/v1/uses/{ids[0]}", json={"action": "consume"})
    client.patch(f"/v1/uses/{ids[1]}", json={"action": "release"})
    found = client.get("/v1/reservations").json()
    assert ReservationsAnswer.model_validate(found).count == 1
    [told] = found["reservations"]
    assert (told["useId"], told["kind"], told["reserved"], told["unit"]) == (ids[2], "licence", "10", "TNE")


def test_reservations_are_asked_for_by_their_age_and_a_few_at_a_time(client: TestClient) -> None:
    for name in ("1", "2"):
        client.post("/v1/uses", json=body("reserve", declaration=name))
    few = client.get("/v1/reservations", params={"limit": "1"}).json()
    assert (few["count"], len(few["reservations"]), few["next"]) == (2, 1, 1)
    rest = client.get("/v1/reservations", params={"limit": "1", "first": str(few["next"])}).json()
    assert ([one["journalIndex"] for one in rest["reservations"]], rest["next"]) == ([1], None)
    old = client.get("/v1/reservations", params={"before": "2020-01-01T00:00:00Z"}).json()
    assert old == {"count": 0, "reservations": [], "journalSize": 8, "next": None}


@pytest.mark.parametrize(
    "wrong", [{"limit": "0"}, {"limit": "1001"}, {"first": "-1"}, {"before": "yesterday"}, {"state": "x"}]
)
def test_a_wrong_question_about_reservations_names_its_parameter(
    wrong: dict[str, str], client: TestClient
) -> None:
    refused = client.get("/v1/reservations", params=wrong)
    assert refused.status_code == 422
    assert refused.json()["problems"][0]["path"] == next(iter(wrong))

"""Keys, members and proposals over HTTP: what reaches the consortium, and what never does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.governance_models import KeysAnswer, MembersAnswer, ProposalsAnswer
from api.proposals import NEEDED
from ledger.core import jose
from ledger.core.jose import Algorithm
from ledger.core.members import RetirementReason
from ledger.errors import Refused
from ledger.keys.signer import SoftwareSigner, generate
from ledger.service.governance import ACTS
from tests.fakes.face_ledger import ACCOUNT, FaceLedger

THEN = datetime(2027, 1, 1, tzinfo=UTC)
T = "2027-01-01T08:00:00+08:00"
ADDRESS = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
KEY = "0x" + "ab" * 32
PUBLIC = SoftwareSigner(generate(Algorithm.ES256)).public_key

ACTED: list[tuple[str, str, dict[str, Any], str, dict[str, object]]] = [
    ("POST", "/v1/keys", {}, "register-key", {}),
    ("POST", "/v1/keys", {"publicKey": jose.jwk(PUBLIC), "effectiveFrom": T}, "register-key",
     {"public_key": PUBLIC, "effective_from": THEN}),
    ("PATCH", f"/v1/keys/{KEY}", {"action": "retire"}, "retire-key", {"key": b"\xab" * 32}),
    ("PATCH", f"/v1/keys/{KEY}", {"action": "retire", "retiredAt": T, "reason": "superseded"}, "retire-key",
     {"key": b"\xab" * 32, "retired_at": THEN, "retirement_reason": "superseded"}),
    ("PATCH", f"/v1/keys/{KEY}", {"action": "compromise", "compromisedSince": T}, "report-compromise",
     {"key": b"\xab" * 32, "compromised_since": THEN}),
    ("POST", "/v1/proposals",
     {"action": "admit-member", "code": "SG-CUSTOMS", "economy": "SG", "roles": ["customs"], "controller": ADDRESS},
     "propose-admit-member",
     {"code": "SG-CUSTOMS", "economy": "SG", "roles": ["customs"], "controller": ACCOUNT}),
    ("POST", "/v1/proposals", {"action": "set-roles", "code": "VN-VCCI", "roles": ["licences"]},
     "propose-set-roles", {"code": "VN-VCCI", "roles": ["licences"]}),
    ("POST", "/v1/proposals", {"action": "suspend-member", "code": "VN-VCCI", "reason": "R99", "expiresAt": T},
     "propose-suspend-member", {"code": "VN-VCCI", "reason": 99, "expires_at": THEN}),
    ("POST", "/v1/proposals", {"action": "reinstate-member", "code": "VN-VCCI"}, "propose-reinstate-member",
     {"code": "VN-VCCI"}),
    ("POST", "/v1/proposals", {"action": "expel-member", "code": "VN-VCCI"}, "propose-expel-member",
     {"code": "VN-VCCI"}),
    ("POST", "/v1/proposals", {"action": "replace-controller", "code": "VN-VCCI", "controller": ADDRESS},
     "propose-replace-controller", {"code": "VN-VCCI", "controller": ACCOUNT}),
    ("POST", "/v1/proposals", {"action": "admit-registry", "registry": ADDRESS.lower(), "kind": "licence"},
     "propose-admit-registry", {"registry": ACCOUNT, "kind": 2}),
    ("POST", "/v1/proposals", {"action": "retire-registry", "registry": ADDRESS}, "propose-retire-registry",
     {"registry": ACCOUNT}),
    ("PATCH", "/v1/proposals/3", {"action": "approve"}, "vote", {"proposal": 3, "approves": True}),
    ("PATCH", "/v1/proposals/3", {"action": "withdraw"}, "vote", {"proposal": 3, "approves": False}),
    ("PATCH", "/v1/proposals/3", {"action": "execute"}, "execute", {"proposal": 3}),
    ("POST", "/v1/operators", {"action": "add", "operator": ADDRESS}, "add-operator", {"operator": ACCOUNT}),
    ("POST", "/v1/operators", {"action": "remove", "operator": ADDRESS}, "remove-operator", {"operator": ACCOUNT}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body", "name", "arguments"), ACTED, ids=[f"{one[3]} {len(one[2])}" for one in ACTED]
)
def test_a_request_becomes_an_act_of_the_consortium(
    method: str,
    path: str,
    body: dict[str, Any],
    name: str,
    arguments: dict[str, object],
    client: TestClient,
    ledger: FaceLedger,
) -> None:
    answer = client.request(method, path, json=body)
    assert (answer.status_code, answer.json()["act"]) == (200, name), answer.text
    assert ledger.acts == [(name, arguments)]


def test_every_act_but_those_that_end_the_gateways_say_has_a_route() -> None:
    assert {name for _, _, _, name, _ in ACTED} == set(ACTS) - {"set-controller", "leave"}
    assert {f"propose-{action}" for action in NEEDED} == {one for one in ACTS if one.startswith("propose-")}


WRONG: list[tuple[str, str, dict[str, Any], set[str]]] = [
    ("POST", "/v1/proposals", {"action": "admit-member"}, {"code", "economy", "roles", "controller"}),
    ("POST", "/v1/proposals", {"action": "set-roles", "code": "VN-VCCI", "roles": ["customs"], "reason": "R99"},
     {"reason"}),
    ("POST", "/v1/proposals", {"action": "leave"}, {"action"}),
    ("POST", "/v1/proposals", {"action": "retire-registry", "registry": "0x" + "zz" * 20}, {"registry"}),
    ("POST", "/v1/proposals",
     {"action": "replace-controller", "code": "VN-VCCI", "controller": ADDRESS.swapcase().replace("0X", "0x")},
     {"controller"}),
    ("POST", "/v1/proposals", {"action": "expel-member", "code": "VN-VCCI", "expiresAt": "tomorrow"}, {"expiresAt"}),
    ("PATCH", "/v1/proposals/none", {"action": "approve"}, {"number"}),
    ("PATCH", "/v1/proposals/0", {"action": "approve"}, {"number"}),
    ("PATCH", "/v1/proposals/1", {"action": "veto"}, {"action"}),
    ("PATCH", f"/v1/keys/{KEY}", {"action": "compromise"}, {"compromisedSince"}),
    ("PATCH", f"/v1/keys/{KEY}", {"action": "retire", "compromisedSince": T}, {"compromisedSince"}),
    ("PATCH", f"/v1/keys/{KEY}", {"action": "retire", "reason": "key-compromise"}, {"reason"}),
    ("PATCH", f"/v1/keys/{KEY}", {"action": "compromise", "compromisedSince": T, "reason": "superseded"}, {"reason"}),
    ("PATCH", "/v1/keys/ours", {"action": "retire"}, {"id"}),
    ("POST", "/v1/keys", {"publicKey": {"kty": "oct"}}, {"publicKey.kty"}),
    ("POST", "/v1/operators", {"action": "add", "operator": ADDRESS, "member": "VN-VCCI"}, {"member"}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "places"), WRONG)
def test_what_cannot_be_meant_is_422_with_all_places_and_reaches_nobody(
    method: str, path: str, body: dict[str, Any], places: set[str], client: TestClient, ledger: FaceLedger
) -> None:
    answer = client.request(method, path, json=body)
    assert answer.status_code == 422, answer.text
    assert {one["path"] for one in answer.json()["problems"]} == places
    assert not ledger.acts


def test_a_private_key_that_was_sent_is_refused_and_not_repeated(
    client: TestClient, ledger: FaceLedger
) -> None:
    answer = client.post("/v1/keys", json={"publicKey": {**jose.jwk(PUBLIC), "d": "c2VjcmV0LXNlY3JldA"}})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "PRIVATE_KEY_SENT")
    assert "c2VjcmV0" not in answer.text
    assert not ledger.acts


@pytest.mark.parametrize("role", ["verifier", "customs", "auditor", "issuer"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/keys"), ("PATCH", f"/v1/keys/{KEY}"), ("POST", "/v1/proposals"),
     ("PATCH", "/v1/proposals/1"), ("POST", "/v1/operators")],
)  # fmt: skip
def test_only_administrators_act_for_the_controller(
    method: str, path: str, role: str, as_role: Callable[[str], TestClient], ledger: FaceLedger
) -> None:
    assert as_role(role).request(method, path, json={}).status_code == 403
    assert not ledger.acts


def test_a_repetition_with_the_same_key_proposes_once(client: TestClient, ledger: FaceLedger) -> None:
    body, headers = {"action": "expel-member", "code": "VN-VCCI"}, {"Idempotency-Key": "decision-7"}
    first, again = (client.post("/v1/proposals", json=body, headers=headers) for _ in range(2))
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (first.json(), len(ledger.acts)) == (again.json(), 1)


def test_what_the_rules_forbid_is_409_with_the_rule(client: TestClient, ledger: FaceLedger) -> None:
    ledger.raises = Refused("ConsortiumTooFewApprovals", "not enough approve yet", {"approvals": 2})
    answer = client.patch("/v1/proposals/1", json={"action": "execute"})
    assert (answer.status_code, answer.json()["refusal"]) == (409, "ConsortiumTooFewApprovals")


@pytest.mark.parametrize(
    ("path", "model"),
    [("/v1/keys", KeysAnswer), ("/v1/members", MembersAnswer), ("/v1/proposals", ProposalsAnswer)],
)
def test_an_answer_is_what_its_description_says(path: str, model: Any, client: TestClient) -> None:
    answer = client.get(path).json()
    assert model.model_validate(answer, by_alias=True).model_dump(by_alias=True) == answer


@pytest.mark.parametrize("reason", RetirementReason)
def test_a_key_may_be_retired_for_every_reason_there_is(
    reason: RetirementReason, client: TestClient, ledger: FaceLedger
) -> None:
    answer = client.patch(f"/v1/keys/{KEY}", json={"action": "retire", "reason": reason.words})
    assert (answer.status_code, ledger.acts[0][1]["retirement_reason"]) == (200, reason.words)


def test_keys_are_told_with_the_member_that_holds_them(client: TestClient) -> None:
    [key] = client.get("/v1/keys").json()["keys"]
    assert (key["member"], key["key"], key["algorithm"]) == ("VN-VCCI", KEY, "ES256")

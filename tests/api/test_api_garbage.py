"""Whatever arrives, the gateway answers with something that it meant to answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from api.app import routes_of
from api.gateway import Route
from api.models import StatusBody, VerifyBody
from tests.fakes.face_ledger import FaceLedger

TAKING = [route for route in routes_of() if route.body is not None]
GETS = [route.path for route in routes_of() if route.method == "GET" and "{" not in route.path]
NAMES = [
    "document", "declaration", "issuer", "number", "secondKey", "asOf", "action", "reason", "effectiveFrom",
    "documents",
    "from", "limit", "purpose", "items", "kind", "office", "declaration", "item", "line", "quantity", "unit", "happenedAt",
    "correction", "numbers", "key", "actual", "code", "type", "alias", "at", "partner", "covers", "home", "benefitsFrom",
    "first",
]  # fmt: skip
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text()
    | st.sampled_from(
        [
            "VN-VCCI",
            "VN-CN 24/02/00123",
            "revoke",
            "R24",
            "2026-11-23T09:30:00Z",
            "9999-12-31T23:59:59-23:59",
            "a.b.c~",
            "reserve",
            "consume",
            "enter",
            "correct",
            "suspend",
            "grant",
            "consent",
            "licence",
            "CNSHA",
            "TNE",
            "-2.5",
            "1e999",
            "NaN",
            "0x" + "ab" * 32,
        ]
    )
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=6)
    ),
    max_leaves=12,
)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def spelt(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):
        return repr(value).encode("utf-8", "surrogatepass")


def spelt_path(route: Route) -> str:
    return route.path.replace("{id}", "0" * 32).replace("{number}", "1")


@pytest.mark.parametrize("route", TAKING, ids=lambda one: f"{one.method} {one.path}")
@quick
@given(body=st.binary(max_size=200) | values.map(spelt))
def test_no_body_makes_the_gateway_fail(route: Route, body: bytes, client: TestClient) -> None:
    assert client.request(route.method, spelt_path(route), content=body).status_code < 500


# A body that is whole but for one member: what a client gets wrong in practice.
WHOLE: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/v1/uses", {"action": "enter", "kind": "licence", "issuer": "VN-VCCI", "number": "1", "office": "CNSHA",
                          "declaration": "1", "item": 1, "line": 1, "quantity": "10", "unit": "TNE",
                          "happenedAt": "2026-11-22T09:00:00Z"}),
    ("PATCH", "/v1/uses/{id}", {"action": "correct", "quantity": "-1", "unit": "TNE", "reason": "R16", "correction": 1}),
    ("POST", "/v1/balances", {"issuer": "VN-VCCI", "number": "1"}),
    ("POST", "/v1/endorsements", {"issuer": "VN-VCCI", "number": "1", "office": "VNSGN",
                                  "actual": [{"quantity": "1", "unit": "NMB"}]}),
    ("POST", "/v1/replacements", {"number": "1", "reason": "R26", "document": {}}),
    ("POST", "/v1/confirmations", {"numbers": ["1"], "kind": "licence"}),
    ("POST", "/v1/aeo", {"action": "suspend", "code": "1", "type": "AEOS", "reason": "R34",
                         "effectiveFrom": "2026-11-22T09:00:00Z"}),
    ("POST", "/v1/aeo/reliances", {"code": "1", "type": "AEOS", "office": "CN2202", "declaration": "1",
                                   "acceptedAt": "2026-11-22T09:00:00Z", "partner": "CN-GACC"}),
    ("POST", "/v1/agreements", {"partner": "CN-GACC", "covers": [
        {"home": "VN-CUSTOMS", "type": "AEOS", "benefitsFrom": "2026-11-22T09:00:00Z"}]}),
    ("PATCH", "/v1/agreements/{number}", {"action": "lift", "home": "VN-CUSTOMS", "type": "AEOS", "reason": "R33",
                                          "effectiveFrom": "2026-11-22T09:00:00Z"}),
    ("POST", "/v1/keys", {"publicKey": {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
                          "effectiveFrom": "2026-11-22T09:00:00Z"}),
    ("PATCH", "/v1/keys/{id}", {"action": "compromise", "compromisedSince": "2026-11-22T09:00:00Z"}),
    ("POST", "/v1/proposals", {"action": "admit-member", "code": "SG-CUSTOMS", "economy": "SG", "roles": ["customs"],
                               "controller": "0x" + "11" * 20, "expiresAt": "2026-11-22T09:00:00Z"}),
    ("PATCH", "/v1/proposals/{number}", {"action": "approve"}),
    ("POST", "/v1/operators", {"action": "add", "operator": "0x" + "11" * 20}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "whole"), WHOLE, ids=[f"{one[0]} {one[1]}" for one in WHOLE])
@quick
@given(data=st.data(), spoilt=values)
def test_one_spoilt_member_is_a_problem_or_harmless(
    method: str,
    path: str,
    whole: dict[str, Any],
    data: st.DataObject,
    spoilt: Any,
    ledger: FaceLedger,
    client: TestClient,
) -> None:
    use = WHOLE[0][2] | {"action": "consume"}
    del use["happenedAt"]
    use_id = client.post("/v1/uses", json=use).json().get("useId", "0" * 32)
    name = data.draw(st.sampled_from(sorted(whole)))
    named = "ab" * 32 if path.startswith("/v1/keys") else use_id
    address = path.replace("{id}", named).replace("{number}", "1")
    answer = client.request(method, address, content=spelt(whole | {name: spoilt}))
    assert answer.status_code in (200, 400, 404, 409, 422)


def test_every_body_of_the_interface_is_spoilt_here() -> None:
    before = {"/v1/documents", "/v1/validate", "/v1/verify", "/v1/status"}
    assert {(route.method, route.path) for route in TAKING if route.path not in before} == {
        (method, path) for method, path, _ in WHOLE
    }


@pytest.mark.parametrize("route", TAKING, ids=lambda one: f"{one.method} {one.path}")
def test_no_body_may_be_too_large_or_too_deep(route: Route, client: TestClient) -> None:
    deep = b"[" * 30 + b"]" * 30
    assert client.request(route.method, spelt_path(route), content=deep).status_code == 400
    large = b'"' + b"x" * 250_000 + b'"'
    assert client.request(route.method, spelt_path(route), content=large).status_code == 413


@pytest.mark.parametrize("path", GETS)
@quick
@given(query=st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), st.text(max_size=40), max_size=5))
def test_no_query_makes_the_gateway_fail(path: str, query: dict[str, str], client: TestClient) -> None:
    printable = {
        key.encode("utf-8", "replace"): value.encode("utf-8", "replace") for key, value in query.items()
    }
    assert client.get(path, params=printable).status_code < 500  # type: ignore[arg-type]


@quick
@given(name=st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=30))
def test_no_name_of_a_thing_makes_the_gateway_fail(name: str, as_role: Callable[[str], TestClient]) -> None:
    from urllib.parse import quote

    client = as_role("issuer")
    for path in ("/v1/schemas/", "/v1/documents/"):
        assert client.get(path + quote(name, safe="")).status_code in (200, 404, 405, 422)
    customs = as_role("administrator")
    for path, action in (("/v1/uses/", "release"), ("/v1/agreements/", "consent")):
        answer = customs.patch(path + quote(name, safe=""), json={"action": action})
        assert answer.status_code in (200, 404, 405, 409, 422)


@quick
@given(raw=st.binary(max_size=60))
def test_no_raw_query_string_or_header_makes_the_gateway_fail(raw: bytes, client: TestClient) -> None:
    from urllib.parse import quote_from_bytes

    assert client.get("/v1/verify?" + quote_from_bytes(raw, safe="=&%")).status_code < 500


@quick
@given(
    body=st.fixed_dictionaries(
        {}, optional=dict.fromkeys([*StatusBody.model_fields, *VerifyBody.model_fields], leaves)
    )
)
def test_wrong_types_in_known_members_are_problems_not_failures(
    body: dict[str, Any], client: TestClient
) -> None:
    from pydantic.alias_generators import to_camel

    sent = spelt({to_camel(name): value for name, value in body.items()})
    assert client.post("/v1/status", content=sent).status_code in (200, 400, 409, 422)
    assert client.post("/v1/verify", content=sent).status_code in (200, 400, 422)

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
from api.models import StatusBody, VerifyBody

POSTS = [route.path for route in routes_of() if route.method == "POST"]
GETS = [route.path for route in routes_of() if route.method == "GET" and "{" not in route.path]
NAMES = [
    "document", "declaration", "issuer", "number", "secondKey", "asOf", "action", "reason", "effectiveFrom",
    "documents",
    "from", "limit", "purpose", "items",
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


@pytest.mark.parametrize("path", POSTS)
@quick
@given(body=st.binary(max_size=200) | values.map(spelt))
def test_no_body_makes_the_gateway_fail(path: str, body: bytes, client: TestClient) -> None:
    assert client.post(path, content=body).status_code < 500


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
def test_no_name_of_a_schema_or_document_makes_the_gateway_fail(
    name: str, as_role: Callable[[str], TestClient]
) -> None:
    from urllib.parse import quote

    client = as_role("issuer")
    for path in ("/v1/schemas/", "/v1/documents/"):
        assert client.get(path + quote(name, safe="")).status_code in (200, 404, 405, 422)


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

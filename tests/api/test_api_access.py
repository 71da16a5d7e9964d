"""Who may call what, and how often."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from api.access import GRANTS, Bucket, Keyring, Scope
from api.app import create_app, routes_of
from api.errors import FaceError
from api.gateway import Gateway, Route
from ledger.service.answers import AskerRole
from ledger.store import Store
from ledger.store.access import ApiKey

AsRole = Callable[[str], TestClient]
PUBLIC_PATHS = {"/healthz", "/readyz", "/openapi.json", "/v1/schemas", "/v1/schemas/{name}"}
CLOSED = [route for route in routes_of() if route.scope is not None]


CUSTOMS_SCOPES = "verify validate members use balance aeo alerts history"


def path_of(route: Route) -> str:
    return route.path.replace("{id}", "0x" + "00" * 32).replace("{name}", "x").replace("{number}", "1")


def test_every_route_is_declared_and_only_the_listed_ones_are_public(gateway: Gateway) -> None:
    app = create_app(gateway)
    declared = {(route.method, route.path): route for route in app.state.routes}
    for route in app.routes:
        assert isinstance(route, APIRoute), f"{route} was not declared"
        assert route.methods is not None
        for method in route.methods:
            public = declared[(method, route.path)].scope is None
            assert public == (route.path in PUBLIC_PATHS), route.path


@pytest.mark.parametrize("route", CLOSED, ids=lambda one: f"{one.method} {one.path}")
def test_a_closed_route_answers_401_without_a_key(route: Route, as_role: AsRole) -> None:
    answer = as_role("").request(route.method, path_of(route))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("role", [role for role in AskerRole if role is not AskerRole.PUBLIC])
@pytest.mark.parametrize("route", CLOSED, ids=lambda one: f"{one.method} {one.path}")
def test_a_role_reaches_exactly_the_routes_that_it_is_granted(
    route: Route, role: AskerRole, as_role: AsRole
) -> None:
    answer = as_role(role.value).request(route.method, path_of(route))
    assert (answer.status_code == 403) == (route.scope not in GRANTS[role])


def test_customs_write_uses_but_issue_and_agree_nothing() -> None:
    assert {scope.value for scope in GRANTS[AskerRole.CUSTOMS]} == set(CUSTOMS_SCOPES.split())


def test_only_customs_and_administrators_write_uses() -> None:
    assert {role for role in AskerRole if Scope.USE in GRANTS[role]} == {
        AskerRole.CUSTOMS,
        AskerRole.ADMINISTRATOR,
    }


@pytest.mark.parametrize("role", [role for role in AskerRole if role is not AskerRole.PUBLIC])
def test_only_customs_and_administrators_note_reliances(role: AskerRole, as_role: AsRole) -> None:
    answer = as_role(role.value).post("/v1/aeo/reliances", json={})
    may = role in (AskerRole.CUSTOMS, AskerRole.ADMINISTRATOR)
    assert answer.status_code == (422 if may else 403)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer ts_unknown"},
        {"Authorization": "Basic dHM6dHM="},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer administrator"},
        {"X-Api-Key": "ts_" + "x" * 300},
        {"X-Api-Key": "ts_issuer", "Authorization": "Bearer ts_verifier"},
    ],
)
def test_what_is_no_key_of_ours_is_401(headers: dict[str, str], as_role: AsRole) -> None:
    assert as_role("").get("/v1/members", headers=headers).status_code == 401


def test_the_key_may_come_in_its_own_header(as_role: AsRole) -> None:
    assert as_role("").get("/v1/members", headers={"X-Api-Key": "ts_verifier"}).status_code == 200


def test_a_switched_off_key_is_refused_once_it_is_forgotten(own_store: Store) -> None:
    now = [0.0]
    keyring = Keyring(own_store.api_keys, lambda: now[0])
    keyring.admit(keyring.look_up("ts_verifier"), Scope.VERIFY)
    own_store.api_keys.disable("verifier")
    now[0] = 6.0
    assert keyring.remembered("ts_verifier") is None
    with pytest.raises(FaceError) as caught:
        keyring.admit(keyring.look_up("ts_verifier"), Scope.VERIFY)
    assert caught.value.code == "UNAUTHENTICATED"


def test_scopes_of_a_key_narrow_its_role_but_never_widen_it(own_store: Store) -> None:
    own_store.api_keys.add("ts_narrow", ApiKey("narrow", "verifier", ("members", "issue"), 0, False, 1))
    keyring = Keyring(own_store.api_keys)
    assert keyring.look_up("ts_narrow").scopes == {Scope.MEMBERS}


def test_more_requests_than_the_rate_get_429_with_the_time_to_wait(own_store: Store, as_role: AsRole) -> None:
    own_store.api_keys.add("ts_slow", ApiKey("slow", "verifier", (), 2, False, 1))
    client = as_role("slow")
    answers = [client.get("/v1/members") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 30


def test_a_bucket_refills_at_its_rate_and_holds_no_more_than_a_minute() -> None:
    bucket = Bucket(60, 0.0)
    assert [bucket.take(0.0) for _ in range(61)][-1] == pytest.approx(1.0)
    assert bucket.take(1.0) == 0.0
    assert [bucket.take(1_000.0) for _ in range(61)].count(0.0) == 60


def test_no_key_text_is_in_the_database(own_store: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = "ts_" + "Zq7" * 14
    own_store.api_keys.add(secret, ApiKey("kept", "verifier", (), 0, False, 1))
    own_store.check()
    folder = own_store._database._file.parent  # type: ignore[union-attr]
    assert all(secret.encode() not in file.read_bytes() for file in folder.iterdir())


def test_the_purpose_of_a_look_up_reaches_the_ledger(ledger: object, as_role: AsRole) -> None:
    # The purpose is read before the ledger is asked, whatever it answers.
    as_role("verifier").get(
        "/v1/verify", params={"issuer": "VN-VCCI", "number": "1", "purpose": "import clearance"}
    )
    assert [(one.name, one.purpose) for one in ledger.askers] == [("verifier", "import clearance")]  # type: ignore[attr-defined]


def test_a_purpose_that_cannot_be_logged_is_a_bad_request(as_role: AsRole) -> None:
    query = {"issuer": "VN-VCCI", "number": "1"}
    answer = as_role("verifier").get("/v1/verify", params=query, headers={"X-Purpose": "x" * 201})
    assert answer.status_code == 400

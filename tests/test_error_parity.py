"""Errors mean the same everywhere: each command ends with the exit code of the table, each route with its status."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from api.access import Keyring
from api.app import create_app, routes_of
from api.gateway import Gateway, Route
from api.idempotency import Answers
from api.metrics import Metrics
from ledger.cli.parser import build_parser
from ledger.core.problems import Problem
from ledger.errors import Refused, Rejected, Unavailable
from ledger.store import open_store
from ledger.store.access import ApiKey
from tests.certificates import a_certificate
from tests.cli.command import Command, a_command
from tests.fakes.face_ledger import FaceLedger
from tests.test_parity import alone, commands

KEY, ADDRESS, T = "0x" + "ab" * 32, "0x" + "11" * 20, "2027-01-01T08:00:00+08:00"
RECORD = "--issuer VN-VCCI --number N1"
USE = f"{RECORD} --office CN2202 --declaration D1"
OF_AEO = "AEO1 --type AEOS"
OF_AGREEMENT = "1 --of VN-CUSTOMS --type AEOS --reason R33"
LINES: dict[str, str] = {
    "issue": "CERTIFICATE", "replace": "CERTIFICATE --number N0 --reason R26",
    "verify": RECORD, "alerts": "", "history": RECORD,
    "revoke": f"{RECORD} --reason R24", "suspend": f"{RECORD} --reason R25",
    "reinstate": f"{RECORD} --reason R99", "cancel": f"{RECORD} --reason R99",
    "use reserve": USE, "use consume": USE, "use release": USE, "use correct": f"{USE} --reason R16",
    "use enter": f"{USE} --happened-at {T}", "use reservations": "",
    "balance show": RECORD, "balance open": RECORD, "endorse": f"{RECORD} --office VNSGN --actual 40:NMB",
    "aeo show": "AEO1", "aeo grant": OF_AEO, "aeo suspend": f"{OF_AEO} --reason R34",
    "aeo reinstate": f"{OF_AEO} --reason R34", "aeo revoke": f"{OF_AEO} --reason R34",
    "aeo cancel": f"{OF_AEO} --reason R34", "aeo alias add": "AEO1 AEO2", "aeo alias remove": "AEO1 AEO2",
    "aeo rely": f"{OF_AEO} --office CN2202 --declaration D1 --at {T}",
    "agreement list": "", "agreement propose": f"CN-GACC --cover VN-CUSTOMS,AEOS,{T}",
    "agreement consent": "1", "agreement decline": "1", "agreement suspend": OF_AGREEMENT,
    "agreement lift": OF_AGREEMENT, "agreement terminate": OF_AGREEMENT,
    "key list": "", "key register": "", "key retire": KEY, "key compromise": f"{KEY} --since {T}",
    "key reconfirm": "N1", "member list": "",
    "member admit": f"SG-CUSTOMS --economy SG --roles customs --controller {ADDRESS}",
    "member set-roles": "VN-VCCI --roles licences", "member suspend": "VN-VCCI", "member reinstate": "VN-VCCI",
    "member expel": "VN-VCCI", "member replace-controller": f"VN-VCCI --controller {ADDRESS}",
    "member operator add": ADDRESS, "member operator remove": ADDRESS,
    "member set-controller": f"--controller {ADDRESS}", "member leave": "--yes",
    "proposal list": "", "proposal vote": "1", "proposal execute": "1",
    "proposal admit-registry": ADDRESS, "proposal retire-registry": ADDRESS, "rebuild": "",
}  # fmt: skip
# What asks no use case of the ledger: it works on files, on the store's keys, or on the gateway itself.
OTHERS = {"validate", "import", "disclose", "key create", "key tag export", "key tag import", "demo", "found", "init", "serve",
          "node up", "node down", "node status", "apikey create", "apikey list", "apikey disable"}  # fmt: skip

ERRORS: list[tuple[Exception, int, int, str]] = [
    (Rejected([Problem("number", "N1", "another one", code="NUMBER_INVALID")]), 4, 422, "INPUT_REJECTED"),
    (Refused("RegistryMoonTooFull", "the moon is full", {"moon": 1}), 1, 409, "REFUSED"),
    (Unavailable("the node did not answer"), 3, 503, "UNAVAILABLE"),
    (RuntimeError("secret"), 70, 500, "INTERNAL"),
]


@pytest.fixture(scope="module")
def ledger() -> FaceLedger:
    return FaceLedger()


@pytest.fixture
def command(ledger: FaceLedger, capsys: pytest.CaptureFixture[str]) -> Command:
    return a_command(ledger, capsys)


def test_every_command_is_tried_or_named() -> None:
    assert sorted({*LINES, *OTHERS}) == sorted(commands(build_parser()))
    assert alone("command")


@pytest.mark.parametrize(
    ("error", "code"), [(one[0], one[1]) for one in ERRORS], ids=[one[3] for one in ERRORS]
)
@pytest.mark.parametrize("name", LINES)
def test_a_command_ends_with_the_exit_code_of_its_error(
    name: str, error: Exception, code: int, command: Command, ledger: FaceLedger, tmp_path: Path
) -> None:
    certificate = tmp_path / "certificate.json"
    certificate.write_bytes(orjson.dumps(a_certificate()))
    ledger.raises = error
    line = [str(certificate) if word == "CERTIFICATE" else word for word in LINES[name].split()]
    ran = command(*name.split(), *line)
    assert ran.code == code, ran.err
    assert ran.err.startswith("tradeseal: ")
    assert "secret" not in ran.err


@pytest.mark.parametrize("name", LINES)
def test_a_commands_help_says_how_it_ends_when_the_chain_is_away(name: str, command: Command) -> None:
    told = command(*name.split(), "--help").out.partition("exit codes: ")[2]
    assert not told or "3" in told.split()


BODIES: dict[str, dict[str, Any]] = {
    "POST /v1/documents": a_certificate(), "POST /v1/validate": a_certificate(),
    "POST /v1/verify": {"issuer": "VN-VCCI", "number": "N1"},
    "POST /v1/status": {"issuer": "VN-VCCI", "number": "N1", "action": "revoke", "reason": "R24"},
    "POST /v1/replacements": {"number": "N0", "reason": "R26", "document": {}},
    "POST /v1/confirmations": {"numbers": ["N1"]},
    "POST /v1/uses": {"action": "reserve", "issuer": "VN-VCCI", "number": "N1", "office": "CN2202", "declaration": "D1"},
    "PATCH /v1/uses/{id}": {"action": "release"},
    "POST /v1/balances": {"issuer": "VN-VCCI", "number": "N1"},
    "POST /v1/endorsements": {"issuer": "VN-VCCI", "number": "N1", "office": "VNSGN",
                              "actual": [{"quantity": "1", "unit": "NMB"}]},
    "POST /v1/aeo": {"action": "grant", "code": "AEO1", "type": "AEOS"},
    "POST /v1/aeo/reliances": {"code": "AEO1", "type": "AEOS", "office": "CN2202", "declaration": "D1", "acceptedAt": T},
    "POST /v1/agreements": {"partner": "CN-GACC", "covers": [{"home": "VN-CUSTOMS", "type": "AEOS", "benefitsFrom": T}]},
    "PATCH /v1/agreements/{number}": {"action": "consent"},
    "POST /v1/operators": {"action": "add", "operator": ADDRESS},
    "POST /v1/proposals": {"action": "expel-member", "code": "VN-VCCI"},
    "PATCH /v1/proposals/{number}": {"action": "approve"},
    "POST /v1/keys": {}, "PATCH /v1/keys/{id}": {"action": "retire"},
}  # fmt: skip
QUERIES: dict[str, dict[str, str]] = {
    "GET /v1/verify": {"issuer": "VN-VCCI", "number": "N1"}, "GET /v1/history": {"issuer": "VN-VCCI", "number": "N1"},
    "GET /v1/balance": {"issuer": "VN-VCCI", "number": "N1"}, "GET /v1/aeo": {"code": "AEO1"},
}  # fmt: skip
# What asks no use case: descriptions, and counters of this process. Health tells what fails and does not fail itself.
SILENT = {"/healthz", "/readyz", "/metrics", "/v1/schemas", "/v1/schemas/{name}"}
ASKING = [route for route in routes_of() if route.path not in SILENT]


@pytest.fixture(scope="module")
def client(ledger: FaceLedger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('gateway')}/gateway.db") as store:
        store.api_keys.add("ts_all", ApiKey("all", "administrator", (), 0, False, 1))
        gateway = Gateway(ledger, Keyring(store.api_keys), Answers(store.idempotency), Metrics())
        headers = {"Authorization": "Bearer ts_all"}
        yield TestClient(create_app(gateway), headers=headers, raise_server_exceptions=False)


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def test_every_route_with_a_body_has_one_here() -> None:
    assert {name_of(route) for route in routes_of() if route.body is not None} == set(BODIES)


@pytest.mark.parametrize(
    ("error", "status", "code"), [(one[0], *one[2:]) for one in ERRORS], ids=[one[3] for one in ERRORS]
)
@pytest.mark.parametrize("route", ASKING, ids=name_of)
def test_a_route_answers_with_the_status_and_code_of_its_error(
    route: Route, error: Exception, status: int, code: str, client: TestClient, ledger: FaceLedger
) -> None:
    ledger.raises = error
    name, path = name_of(route), route.path.replace("{number}", "1")
    path = path.replace("{id}", "ab" * (16 if path.startswith("/v1/uses") else 32))
    answer = client.request(route.method, path, json=BODIES.get(name), params=QUERIES.get(name))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["trace"]
    assert "secret" not in answer.text

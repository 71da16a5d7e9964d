"""The guide ``docs/api.md``: its examples run, its tables are those of the code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
import uvicorn

from api.access import GRANTS, Scope
from api.app import create_app, describe, routes_of
from api.errors import TABLE
from api.gateway import Gateway
from ledger.service.answers import AskerRole
from tests.certificates import a_certificate

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
EXAMPLES = re.findall(r"```bash\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def served(gateway: Gateway) -> Iterator[str]:
    server = uvicorn.Server(uvicorn.Config(create_app(gateway), port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.mark.skipif(shutil.which("curl") is None, reason="NOT TESTED: curl is not installed")
def test_every_example_runs_in_the_order_of_the_page(served: str, tmp_path: Path) -> None:
    (tmp_path / "certificate.json").write_bytes(orjson.dumps(a_certificate()))
    environment = {"PATH": os.environ["PATH"], "URL": served, "KEY": "ts_administrator"}
    assert len(EXAMPLES) >= 4
    for example in EXAMPLES:
        ran = subprocess.run(
            ["bash", "-ec", example], cwd=tmp_path, env=environment, capture_output=True, check=False
        )
        assert ran.returncode == 0, f"{example}\n{ran.stderr.decode()}"


def test_the_table_of_errors_is_complete() -> None:
    rows = re.findall(r"^\| (\d{3}) \| (.*?) \|", GUIDE, re.MULTILINE)
    documented = {(int(status), code) for status, codes in rows for code in re.findall(r"`([A-Z_]+)`", codes)}
    assert documented == {(status, code) for code, (status, _) in TABLE.items()}


def test_the_table_of_scopes_is_that_of_the_code() -> None:
    roles = [role for role in AskerRole if role is not AskerRole.PUBLIC]
    rows = re.findall(r"^\| `([a-z]+)` \|[^|]*\|(.*)\|$", GUIDE, re.MULTILINE)
    documented = {Scope(name): [cell.strip() == "✓" for cell in cells.split("|")] for name, cells in rows}
    assert documented == {scope: [scope in GRANTS[role] for role in roles] for scope in Scope}


def test_every_route_is_in_the_description_with_access_answers_and_errors(gateway: Gateway) -> None:
    document = describe(create_app(gateway))
    for route in routes_of():
        operation = document["paths"][route.path][route.method.lower()]
        assert operation["summary"] == route.summary
        assert bool(operation["security"]) == (route.scope is not None)
        assert {"200", "500"} <= set(operation["responses"])
        assert ("requestBody" in operation) == (route.method in ("POST", "PATCH"))


def test_every_operation_has_a_name_of_its_own(gateway: Gateway) -> None:
    paths = describe(create_app(gateway))["paths"]
    names = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(names) == len(set(names)) == len(routes_of()) + 1


def test_every_reference_of_the_description_leads_somewhere(gateway: Gateway) -> None:
    document = describe(create_app(gateway))
    references = set(re.findall(r'"#/components/schemas/([^"]+)"', orjson.dumps(document).decode()))
    assert references
    assert references <= document["components"]["schemas"].keys()

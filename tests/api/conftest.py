"""A gateway over a ledger in memory and a real store, with one API key per role."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.access import Keyring
from api.app import create_app
from api.gateway import Gateway, Limits
from api.idempotency import Answers
from api.metrics import Metrics
from ledger.store import Store, open_store
from ledger.store.access import ApiKey
from tests.fakes.face_ledger import FaceLedger

ROLES = ("verifier", "customs", "auditor", "issuer", "administrator")


@pytest.fixture
def own_store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path}/gateway.db") as store:
        for role in ROLES:
            store.api_keys.add(f"ts_{role}", ApiKey(role, role, (), 0, False, 1))
        yield store


@pytest.fixture
def ledger() -> FaceLedger:
    return FaceLedger()


@pytest.fixture
def gateway(ledger: FaceLedger, own_store: Store) -> Gateway:
    limits = Limits(batch_bytes=200_000, body_bytes=50_000, documents=20, journal_page=50)
    return Gateway(ledger, Keyring(own_store.api_keys), Answers(own_store.idempotency), Metrics(), limits)


@pytest.fixture
def as_role(gateway: Gateway) -> Callable[[str], TestClient]:
    app = create_app(gateway)

    def client(role: str) -> TestClient:
        headers = {"Authorization": f"Bearer ts_{role}"} if role else {}
        return TestClient(app, headers=headers, raise_server_exceptions=False)

    return client


@pytest.fixture
def client(as_role: Callable[[str], TestClient]) -> TestClient:
    return as_role("administrator")

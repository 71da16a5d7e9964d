"""What many tests share: stores, each test once on SQLite and once on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from ledger.store import Store, open_store
from tests.consortium import Consortium, a_consortium
from tests.postgres import Postgres, PostgresMissing, a_postgres

# How fast a machine makes examples says nothing of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    try:
        with a_postgres() as server:
            yield server
    except PostgresMissing as error:
        pytest.skip(f"NOT TESTED ON POSTGRESQL: {error}")


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Names a new, empty database each time it is called."""
    if request.param == "sqlite":
        numbers = count()
        return lambda: f"sqlite:///{tmp_path}/store{next(numbers)}.db"
    server: Postgres = request.getfixturevalue("postgres")
    return server.fresh_url


@pytest.fixture
def store_url(fresh_urls: Callable[[], str]) -> str:
    return fresh_urls()


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with open_store(store_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def consortium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Consortium]:
    with a_consortium(tmp_path_factory.mktemp("consortium")) as found:
        yield found

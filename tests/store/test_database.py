"""The database: migrations, transactions, locks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

import ledger.store.migrations
from ledger.errors import Rejected, Unavailable
from ledger.store import Store, open_store
from ledger.store.database import REVISION, Database
from ledger.store.schema import metadata


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # SQLite's own text of them is compared below
def test_migrations_build_exactly_the_tables_of_the_schema(store_url: str) -> None:
    database = Database(store_url)
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


def test_migrations_build_the_same_indexes_on_sqlite_as_the_schema(tmp_path: Path) -> None:
    migrated, made = Database(f"sqlite:///{tmp_path}/a.db"), create_engine(f"sqlite:///{tmp_path}/b.db")
    metadata.create_all(made)
    asked = text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name")
    with migrated.reading() as left, made.connect() as right:
        found = left.execute(asked).all()
        assert "entries_by_document" in [name for name, _ in found]
        assert found == right.execute(asked).all()
    made.dispose()
    migrated.close()


def test_the_newest_migration_is_the_revision_that_the_code_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(ledger.store.migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


def test_opening_a_store_again_keeps_what_is_in_it(store_url: str) -> None:
    with open_store(store_url) as first:
        first.idempotency.begin("a", "k", b"r", 1)
    with open_store(store_url) as second:
        assert second.idempotency.begin("a", "k", b"r", 1) is not None


def test_several_new_stores_can_be_opened_at_once(fresh_urls: Callable[[], str]) -> None:
    with ThreadPoolExecutor(6) as threads:
        stores = list(threads.map(open_store, [fresh_urls() for _ in range(6)]))
    for store in stores:
        assert store.idempotency.begin("a", "k", b"r", 1) is None
        store.close()


def test_a_store_written_by_a_newer_version_is_left_alone(store_url: str) -> None:
    database = Database(store_url)
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(Rejected, match="STORE_TOO_NEW"):
        open_store(store_url)


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:secret@h/d", "sqlite+nothing:///x"])
def test_a_url_that_names_no_known_database_is_rejected_without_its_password(url: str) -> None:
    with pytest.raises(Rejected, match=r"store\.url") as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_unavailable_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear customs office, " * 100)
    with pytest.raises(Unavailable):
        open_store(f"sqlite:///{path}")
    assert path.read_text().startswith("Dear")


def test_a_new_sqlite_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/deep/store.db").close()
    assert (tmp_path / "deep" / "store.db").stat().st_mode & 0o077 == 0


def test_a_transaction_that_fails_leaves_nothing_behind(store: Store) -> None:
    def fail_after_writing() -> None:
        with store.writing() as connection:
            connection.execute(text("INSERT INTO second_keys (document, value) VALUES (1, 'x')"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_writing()
    with store.writing() as connection:
        assert connection.execute(text("SELECT count(*) FROM second_keys")).scalar() == 0


def test_a_lock_is_held_by_one_at_a_time_and_comes_back(store_url: str) -> None:
    with open_store(store_url) as one, open_store(store_url) as other:
        with one.lock("lane") as first, other.lock("lane") as second, other.lock("another lane") as third:
            assert (first, second, third) == (True, False, True)
        with other.lock("lane") as again:
            assert again


def test_waiting_for_a_lock_gets_it_when_the_holder_is_done(store: Store) -> None:
    entered, leave, got = threading.Event(), threading.Event(), []

    def hold() -> None:
        with store.lock("lane"):
            entered.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(10)
    waiter = threading.Thread(target=lambda: got.append(_try(store)))
    waiter.start()
    leave.set()
    holder.join()
    waiter.join()
    assert got == [True]


def _try(store: Store) -> bool:
    with store.lock("lane", wait_seconds=10) as held:
        return held


def test_a_store_in_memory_serves_threads_in_turn() -> None:
    with open_store("sqlite://") as store:
        threads = [
            threading.Thread(target=store.idempotency.begin, args=("a", str(i), b"", 1)) for i in range(20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(store.idempotency.begin("a", str(i), b"", 1) for i in range(20))


def test_a_database_that_is_locked_for_too_long_is_unavailable_and_nothing_is_lost(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with open_store(url) as holder, open_store(url, busy_seconds=0.05) as waiting:
        with holder.writing() as connection:
            connection.execute(text("INSERT INTO second_keys (document, value) VALUES (1, 'x')"))
            with pytest.raises(Unavailable, match="locked"):
                waiting.idempotency.begin("a", "k", b"", 1)
        assert waiting.idempotency.begin("a", "k", b"", 1) is None


def test_a_full_disk_is_unavailable_and_what_was_there_stays(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store:
        store.idempotency.begin("a", "k", b"", 1)
        with store.writing() as connection:
            pages = connection.execute(text("PRAGMA page_count")).scalar()
            connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        with pytest.raises(Unavailable, match="full"):
            store.idempotency.finish("a", "k", 200, bytes(5_000_000))
        kept = store.idempotency.begin("a", "k", b"", 1)
        assert kept is not None
        assert kept.response is None


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_a_store_of_the_first_revision_keeps_its_journal_and_learns_the_owners(store_url: str) -> None:
    row = "(0, 0, 32, 'VN-VCCI', :subject, 17, :entry)"
    database = Database(store_url)
    config = Config()
    config.set_main_option("script_location", str(Path(ledger.store.migrations.__file__).parent))
    with database.writing() as connection:
        for name in metadata.tables:
            connection.execute(text(f"DROP TABLE {name}"))
        connection.execute(text("DROP TABLE alembic_version"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        asked = text(
            f"INSERT INTO entries (position, event, type, member, subject, time, entry) VALUES {row}"
        )
        connection.execute(asked, {"subject": b"\x01" * 32, "entry": b"\x02" * 40})
    database.close()
    reopened = Database(store_url)
    with reopened.reading() as connection:
        assert connection.execute(text("SELECT position, member, owner FROM entries")).all() == [
            (0, "VN-VCCI", "VN-VCCI")
        ]
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    reopened.close()

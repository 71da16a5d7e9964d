"""Which reservations are open: kept with the entries, taken back with them, and found without reading what was settled."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text, update

import ledger.store.migrations
from ledger.core import acts
from ledger.store import Store, open_store
from ledger.store.database import Database
from ledger.store.journal import Step
from ledger.store.schema import metadata, reservations
from tests.journals import AU, CN, AJournal, a_place, some_terms
from tests.service.test_knowledge import read_on

EVER = 2**62


@pytest.fixture
def journal() -> AJournal:
    made = AJournal.complete()
    made.issue("L", *some_terms("L", 100_000_000))
    return made


def reserve(journal: AJournal, *declarations: str, member: str = AU) -> None:
    for name in declarations:
        journal.write(member, acts.UseReserved(a_place("L", name), 1_000_000))


def open_at(store: Store, member: str = AU, before: int = EVER, first: int = 0, limit: int = 9) -> list[int]:
    return [one.index for one in store.journal.open_reservations(member, before, first, limit)[2]]


def test_a_reservation_is_open_until_it_is_consumed_released_or_entered(
    store: Store, journal: AJournal
) -> None:
    start = len(journal.entries)
    reserve(journal, "A", "B", "C", "D")
    journal.write(AU, acts.UseConsumed(a_place("L", "A"), 900_000))
    read_on(store, journal)
    journal.write(AU, acts.UseReleased(a_place("L", "B"), 1_000_000))
    journal.write(AU, acts.UseEntered(a_place("L", "C"), 1_000_000, journal.time - 60, False))
    read_on(store, journal)
    assert open_at(store) == [start + 3]
    assert store.journal.open_reservations(AU, EVER, 0, 9)[1] == 1


def test_pages_follow_each_other_and_the_count_is_of_all(store: Store, journal: AJournal) -> None:
    start = len(journal.entries)
    reserve(journal, *"ABCDE")
    read_on(store, journal)
    assert open_at(store, limit=2) == [start, start + 1]
    assert open_at(store, first=start + 2, limit=2) == [start + 2, start + 3]
    assert store.journal.open_reservations(AU, EVER, start + 4, 2)[1] == 5
    third = journal.entries[start + 2].time
    assert open_at(store, before=third) == [start, start + 1]


def test_another_members_reservation_for_the_same_place_is_its_own(store: Store, journal: AJournal) -> None:
    reserve(journal, "A")
    reserve(journal, "A", member=CN)
    journal.write(CN, acts.UseReleased(a_place("L", "A"), 1_000_000))
    read_on(store, journal)
    assert (len(open_at(store)), open_at(store, CN)) == (1, [])


def test_what_is_undone_is_open_again_and_what_it_reserved_is_gone(store: Store, journal: AJournal) -> None:
    start = len(journal.entries)
    reserve(journal, "A")
    size = len(journal.entries)
    journal.write(AU, acts.UseReleased(a_place("L", "A"), 1_000_000))
    reserve(journal, "B")
    read_on(store, journal)
    assert open_at(store) == [start + 2]
    with store.writing() as connection:
        store.journal.forget_in(connection, size)
    assert open_at(store) == [start]


def test_a_rebuilt_cache_has_them_and_names_the_one_that_was_changed(store: Store, journal: AJournal) -> None:
    reserve(journal, "A", "B")
    with open_store("sqlite://") as scratch:
        for one in (store, scratch):
            read_on(one, journal)
            with one.writing() as connection:
                size = len(journal.entries)
                one.journal.add_step_in(connection, Step(size, bytes(32), 1, size, bytes(32), b""))
        assert store.journal.differences(scratch.journal) == []
        with store.writing() as connection:
            connection.execute(update(reservations).values(settled=0))
        assert len(store.journal.differences(scratch.journal)) == 2
        with store.writing() as connection:
            store.journal.replace_in(connection, scratch.journal)
        assert len(open_at(store)) == 2


def test_open_ones_are_found_by_their_index_and_not_among_the_settled(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/store.db") as store, store.writing() as connection:
        plan = connection.execute(
            text(
                "EXPLAIN QUERY PLAN SELECT position FROM reservations "
                "WHERE settled IS NULL AND member = 'AU-ABF' AND position >= 0 ORDER BY position LIMIT 9"
            )
        )
        assert "reservations_open" in str(plan.all())


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_a_store_of_the_revision_before_learns_them_from_its_entries(
    store_url: str, journal: AJournal
) -> None:
    start = len(journal.entries)
    reserve(journal, "A", "B")
    journal.write(AU, acts.UseReleased(a_place("L", "A"), 1_000_000))
    with open_store(store_url) as store:
        read_on(store, journal)
        whole = open_at(store)
    database = Database(store_url)
    config = Config()
    config.set_main_option("script_location", str(Path(ledger.store.migrations.__file__).parent))
    with database.writing() as connection:
        kept = connection.execute(text("SELECT * FROM entries")).mappings().all()
        events = connection.execute(text("SELECT * FROM events")).mappings().all()
        for name in (*metadata.tables, "alembic_version"):
            connection.execute(text(f"DROP TABLE {name}"))
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for table, rows in (("entries", kept), ("events", events)):
            columns = metadata.tables[table].columns.keys()
            names, values = ", ".join(f'"{one}"' for one in columns), ", ".join(f":{one}" for one in columns)
            connection.execute(
                text(f"INSERT INTO {table} ({names}) VALUES ({values})"), [dict(row) for row in rows]
            )
    database.close()
    with open_store(store_url) as store:
        assert open_at(store) == whole == [start + 1]

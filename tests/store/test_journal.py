"""The cached journal: what is stored comes back whole, in order, with its place on the chain."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update
from sqlalchemy.event import listen

from ledger.store import Store, open_store
from ledger.store.journal import EntryRow, EventRow, Step
from ledger.store.schema import entries, steps

EVENTS = 4


def event(number: int) -> EventRow:
    return EventRow(number * 3, 3, 10 + number, bytes([number]) * 32, 0, bytes([0x40 + number]) * 32)


def entry(index: int, **spoilt: object) -> EntryRow:
    first = index // 3 * 3
    kind = 1 if index < 3 else 0x20
    values = {
        "index": index,
        "event": first,
        "type": kind,
        "member": "VN-VCCI",
        "owner": "VN-VCCI",
        "time": 1_700_000_000 + index,
    }
    return EntryRow(**{**values, "subject": bytes([index % 5]) * 32, "entry": bytes([index]) * 40, **spoilt})  # type: ignore[arg-type]


def fill(store: Store) -> None:
    with store.writing() as connection:
        rows = [event(number) for number in range(EVENTS)]
        store.journal.add_in(connection, rows, [entry(index) for index in range(3 * EVENTS)])
        for number in range(EVENTS):
            store.journal.add_step_in(connection, step(number))


def step(number: int) -> Step:
    return Step(10 + number, bytes([number]) * 32, 1_700_000_000, 3 * number + 3, b"r" * 32, b"f")


def test_entries_about_a_subject_come_oldest_first_with_block_and_transaction(store: Store) -> None:
    fill(store)
    found = store.journal.entries_about("VN-VCCI", b"\x01" * 32)
    assert [one.index for one in found] == [1, 6, 11]
    assert (found[1].entry, found[1].block_number, found[1].transaction) == (b"\x06" * 40, 12, b"\x42" * 32)
    assert found[1].block_digest == b"\x02" * 32
    assert store.journal.entries_about("VN-VCCI", b"\x01" * 32, first=6) == found[1:]


def test_entries_of_another_member_about_the_same_subject_are_not_mixed_in(store: Store) -> None:
    fill(store)
    assert store.journal.entries_about("VN-MOIT", b"\x01" * 32) == []


def test_entries_about_any_of_several_subjects_come_by_owner_and_subject_with_the_head(store: Store) -> None:
    assert store.journal.head_and_entries_about_any([bytes(32)]) == (None, {})
    fill(store)
    with store.writing() as connection:
        other = entry(12, owner="VN-MOIT", subject=b"\x01" * 32)
        store.journal.add_in(connection, [event(4)], [other, entry(13), entry(14)])
    places = [b"\x01" * 32, b"\x04" * 32, b"\x07" * 32]
    head, found = store.journal.head_and_entries_about_any(places)
    assert head == store.journal.head()
    assert {key: [one.index for one in about] for key, about in found.items()} == {
        ("VN-VCCI", places[0]): [1, 6, 11],
        ("VN-MOIT", places[0]): [12],
        ("VN-VCCI", places[1]): [4, 9, 14],
    }
    assert found["VN-VCCI", places[0]] == store.journal.entries_about("VN-VCCI", places[0])
    assert store.journal.head_and_entries_about_any([b"\x07" * 32]) == (head, {})


def test_what_customs_wrote_about_a_record_is_found_with_its_owner(store: Store) -> None:
    fill(store)
    with store.writing() as connection:
        use = entry(12, type=0x35, member="CN-GACC", subject=b"\x01" * 32)
        store.journal.add_in(connection, [event(4)], [use, entry(13, type=0x35), entry(14, type=0x39)])
    assert [one.index for one in store.journal.entries_about("VN-VCCI", b"\x01" * 32)] == [1, 6, 11, 12]
    assert store.journal.entries_about("CN-GACC", b"\x01" * 32) == []
    assert [one.index for one in store.journal.entries_of_uses("CN-GACC")] == [12]
    assert [one.index for one in store.journal.entries_of_uses("VN-VCCI")] == [13]
    assert store.journal.entries_of_uses("CN-GACC", first=13) == []


def test_entries_are_found_by_their_types_owner_and_member(store: Store) -> None:
    fill(store)
    with store.writing() as connection:
        rows = [entry(12, type=0x44, owner="AU-ABF"), entry(13, type=0x47, member="AU-ABF"), entry(14)]
        store.journal.add_in(connection, [event(4)], rows)

    def found(first: int, last: int, **asked: object) -> list[int]:
        return [one.index for one in store.journal.entries_of_types(first, last, **asked)]  # type: ignore[arg-type]

    assert found(0x44, 0x47) == [12, 13]
    assert (
        found(0x45, 0x47) == found(0x44, 0x47, member="AU-ABF") == found(0x44, 0x47, first_index=13) == [13]
    )
    assert found(0x44, 0x47, owner="AU-ABF") == [12]
    assert found(0x20, 0x47, first_index=2, limit=4) == [3, 4, 5, 6]


@pytest.mark.parametrize(
    ("first", "last", "index"),
    [
        (0x00, 0x1F, "governance"),
        (0x09, 0x0B, "governance"),
        (0x44, 0x47, "agreements"),
        (0x34, 0x38, "uses"),
    ],
)
def test_rare_types_have_an_index_of_their_own(first: int, last: int, index: str) -> None:
    with open_store("sqlite://") as store:
        fill(store)
        asked: list[str] = []
        engine = store.journal._database.engine
        listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        store.journal.entries_of_types(first, last, member="CN-GACC")
        store.journal.governance_entries()
        store.journal.entries_of_uses("CN-GACC")
        with store.writing() as connection:
            plans = [
                str(
                    connection.exec_driver_sql(
                        f"EXPLAIN QUERY PLAN {one}", ("CN-GACC",) * one.count("?")
                    ).all()
                )
                for one in asked
                if one.startswith("SELECT")
            ]
    assert f"entries_of_{index}" in plans[0]
    assert "entries_of_governance" in plans[1]
    assert "entries_of_uses" in plans[2]


def test_entries_about_a_subject_are_found_by_it_and_not_by_reading_on() -> None:
    with open_store("sqlite://") as store:
        fill(store)
        asked: list[str] = []
        listen(store.journal._database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
        store.journal.entries_about("VN-VCCI", b"\x01" * 32, first=6)
        [statement] = [one for one in asked if one.startswith("SELECT")]
        with store.writing() as connection:
            values = ("VN-VCCI",) * statement.count("?")
            plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
    assert "entries_by_subject" in plan


def test_only_as_many_steps_are_read_as_are_asked_for() -> None:
    with open_store("sqlite://") as store:
        fill(store)
        asked: list[tuple[object, ...]] = []
        listen(store.journal._database.engine, "before_cursor_execute", lambda *given: asked.append(given[3]))
        assert next(store.journal.steps()) == step(3)
        [values] = [one for one in asked if one]
        assert 1 in values


def test_governance_is_told_apart_from_records(store: Store) -> None:
    fill(store)
    assert [one.index for one in store.journal.governance_entries()] == [0, 1, 2]
    assert [one.index for one in store.journal.governance_entries(first=2)] == [2]


def test_a_range_and_a_stream_give_the_journals_order(store: Store) -> None:
    fill(store)
    assert [one.index for one in store.journal.entries(4, 3)] == [4, 5, 6]
    assert [one.index for one in store.journal.stream()] == list(range(12))
    assert [one.index for one in store.journal.stream(9)] == [9, 10, 11]


def test_the_newest_step_is_the_head(store: Store) -> None:
    assert store.journal.head() is None
    assert store.journal.size() == 0
    fill(store)
    assert store.journal.head() == step(3)
    assert list(store.journal.steps()) == [step(3), step(2), step(1), step(0)]


def test_forgetting_takes_entries_events_and_steps_from_an_index_on(store: Store) -> None:
    fill(store)
    with store.writing() as connection:
        store.journal.forget_in(connection, 6)
    assert [one.index for one in store.journal.stream()] == list(range(6))
    assert store.journal.head() == step(1)


def test_a_cache_equals_its_copy_and_every_spoilt_row_is_named(store: Store) -> None:
    fill(store)
    with open_store("sqlite://") as other:
        with other.writing() as connection:
            other.journal.replace_in(connection, store.journal)
        assert store.journal.differences(other.journal) == []
        assert other.journal.head() == store.journal.head()
        with other.writing() as connection:
            other.journal.forget_in(connection, 9)
            other.journal.add_in(connection, [event(3)], [entry(9, entry=b"?"), entry(11)])
            other.journal.add_step_in(connection, step(3))
        assert store.journal.differences(other.journal) == [
            "entries 9: the cache holds other bytes than the chain",
            "entries 10: not on the chain",
        ]
        assert other.journal.differences(store.journal)[1] == "entries 10: missing in the cache"


def test_what_one_has_read_further_is_no_difference_and_a_row_that_nobody_read_is_one(store: Store) -> None:
    fill(store)
    with open_store("sqlite://") as behind:
        with behind.writing() as connection:
            behind.journal.replace_in(connection, store.journal)
            behind.journal.forget_in(connection, 9)
        assert behind.journal.differences(store.journal) == store.journal.differences(behind.journal) == []
        with behind.writing() as connection:
            behind.journal.add_in(connection, [], [entry(20)])
        assert behind.journal.differences(store.journal) == ["entries 20: not on the chain"]


def test_a_last_entry_that_is_missing_and_another_tree_are_named(store: Store) -> None:
    fill(store)
    with open_store("sqlite://") as spoilt:
        with spoilt.writing() as connection:
            spoilt.journal.replace_in(connection, store.journal)
            connection.execute(delete(entries).where(entries.c.position == 11))
            connection.execute(update(steps).values(root=b"?" * 32))
        assert spoilt.journal.differences(store.journal) == [
            "entries 11: missing in the cache",
            "steps 13: the cache holds another tree than the chain",
        ]


def test_a_cache_that_was_replaced_goes_on_counting_its_steps(store: Store) -> None:
    fill(store)
    with open_store("sqlite://") as other:
        fill(other)
        for _ in range(2):
            before = store.journal.head()
            with store.writing() as connection:
                store.journal.replace_in(connection, other.journal)
            after = store.journal.head()
            assert before is not None
            assert after == before
            assert after.number > before.number
            assert list(store.journal.steps()) == list(other.journal.steps())

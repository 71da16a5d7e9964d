"""Open reservations: what is listed of the journal, with no more reading than there are records."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.event import listen

from ledger.core import acts
from ledger.service.knowledge import Knowledge
from ledger.service.open_reservations import OpenReservations
from ledger.store import Store
from ledger.store.journal import Step
from tests.journals import AU, LICENCES, AJournal, a_digest, a_place, some_terms
from tests.service.test_knowledge import read_on


@pytest.fixture
def journal() -> AJournal:
    made = AJournal.complete()
    made.issue("L", *some_terms("L", 100_000_000))
    return made


def reserve(journal: AJournal, *declarations: str) -> None:
    for name in declarations:
        journal.write(AU, acts.UseReserved(a_place("L", name), 1_000_000))


def told(store: Store, journal: AJournal, limit: int = 100) -> Any:
    """What Australian customs are told once the journal was read."""
    read_on(store, journal)
    size = len(journal.entries)
    with store.writing() as connection:
        store.journal.add_step_in(connection, Step(size, bytes(32), journal.time, size, bytes(32), b""))
    parts: Any = SimpleNamespace(
        store=store,
        knowledge=Knowledge(store),
        settings=SimpleNamespace(member=SimpleNamespace(code=AU)),
        manifest=SimpleNamespace(registries=[SimpleNamespace(address=LICENCES, kind=2)]),
    )
    return OpenReservations(parts).read(None, 0, limit)


def test_only_what_is_neither_consumed_nor_released_is_told_the_oldest_first(
    store: Store, journal: AJournal
) -> None:
    reserve(journal, "A", "B", "C", "D")
    journal.write(AU, acts.UseConsumed(a_place("L", "A"), 900_000))
    journal.write(AU, acts.UseReleased(a_place("L", "C"), 1_000_000))
    found = told(store, journal)
    assert [one.reserved for one in found.reservations] == ["1", "1"]
    assert [one.journal_index for one in found.reservations] == sorted(
        one.index
        for one in journal.entries
        if isinstance(one.act, acts.UseReserved)
        and one.act.place.declaration in (a_digest("B"), a_digest("D"))
    )
    assert (found.count, found.journal_size) == (2, len(journal.entries))


def test_a_page_says_where_the_next_one_begins(store: Store, journal: AJournal) -> None:
    reserve(journal, "A", "B", "C")
    first = told(store, journal, limit=2)
    assert (first.count, first.next) == (3, first.reservations[1].journal_index + 1)
    assert told(store, journal, limit=3).next is None


def test_more_reservations_on_one_record_are_no_more_questions_to_the_store(
    store: Store, journal: AJournal
) -> None:
    asked: list[str] = []
    listen(store.journal._database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    questions = []
    for declarations in ("A", "BCDEFGHIJKLMNOPQRSTUVWXYZ"):
        reserve(journal, *declarations)
        read_on(store, journal)
        asked.clear()
        assert told(store, journal).count == len(journal.entries) - journal_before(journal)
        questions.append(len([one for one in asked if one.startswith("SELECT")]))
    assert questions[0] == questions[1]


def journal_before(journal: AJournal) -> int:
    """How many entries came before the first reservation."""
    return next(one.index for one in journal.entries if isinstance(one.act, acts.UseReserved))

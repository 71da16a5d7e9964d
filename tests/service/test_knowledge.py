"""What the cache adds up to, on a real chain: complete, and never changed under somebody who reads it."""

from __future__ import annotations

from ledger.core import acts
from ledger.service.knowledge import Knowledge
from ledger.store import Store
from ledger.store.journal import EntryRow, EventRow, Step
from ledger.sync import converge
from ledger.wiring import open_ledger
from tests.consortium import Consortium
from tests.gateways import CUSTOMS, ISSUER
from tests.journals import AEO, AU, CN, AJournal, tag_of


def test_what_was_handed_out_does_not_change_when_the_consortium_does(
    consortium: Consortium, store: Store
) -> None:
    knowledge, chain_id = Knowledge(store), consortium.node.chain_id
    converge(consortium.chain(), store, chain_id=chain_id)
    before = knowledge.consortium()
    proposals = len(before.proposals)
    assert knowledge.consortium() is before
    with open_ledger(consortium.settings(CUSTOMS)) as customs:
        customs.act("propose-suspend-member", {"code": "AU-ACCI"})
    converge(consortium.chain(), store, chain_id=chain_id)
    after = knowledge.consortium()
    assert (len(before.proposals), len(after.proposals)) == (proposals, proposals + 1)
    assert after.members[ISSUER] == before.members[ISSUER]


def test_a_store_that_has_read_nothing_knows_nobody(store: Store) -> None:
    assert Knowledge(store).consortium().members == {}


def test_a_record_whose_number_was_an_alias_before_is_found(store: Store) -> None:
    journal = AJournal.complete()
    journal.issue("T", member=AU, kind=3, policy=0)
    journal.write(AU, acts.AliasAdded(tag_of("A"), tag_of("T")), kind=3)
    assert story(store, journal, "A") == tag_of("T")
    journal.write(AU, acts.AliasRemoved(tag_of("A"), tag_of("T")), kind=3)
    assert story(store, journal, "A") is None
    journal.issue("A", member=AU, kind=3, policy=0)
    assert story(store, journal, "A") == tag_of("A")


def story(store: Store, journal: AJournal, number: str) -> bytes | None:
    """Return the tag of the record that is told under a number, once the journal was read so far."""
    read_on(store, journal)
    record = Knowledge(store).story(AU, AEO, tag_of(number), len(journal.entries)).record
    return None if record is None else record.tag


def read_on(store: Store, journal: AJournal) -> None:
    """Read the rest of a journal into the cache."""
    new = journal.entries[len(store.journal.entries(0, len(journal.entries))) :]
    events = [EventRow(one.index, 1, one.index, bytes(32), 0, bytes(32)) for one in new]
    rows = [
        EntryRow(one.index, one.index, one.type, one.member, one.owner, one.subject, one.time, one.raw)
        for one in new
    ]
    with store.writing() as connection:
        store.journal.add_in(connection, events, rows)


def test_agreements_are_told_as_of_each_step_and_anew_after_a_reorganisation(store: Store) -> None:
    knowledge, journal = Knowledge(store), AJournal.complete()
    journal.write(AU, acts.AgreementProposed(1, CN, AU, "AEOS", 9, 10), kind=3)
    proposed = a_step(store, journal)
    assert knowledge.agreements(proposed).covers(AU, CN) == ()
    journal.write(CN, acts.AgreementConsented(1), kind=3)
    consented = a_step(store, journal)
    assert [len(knowledge.agreements(one).covers(AU, CN)) for one in (consented, proposed, consented)] == [
        1,
        0,
        1,
    ]
    assert knowledge.agreements(consented) is knowledge.agreements(consented)
    other = AJournal.complete()
    other.write(AU, acts.AgreementProposed(1, CN, AU, "AEOC", 9, 10), kind=3)
    other.write(CN, acts.AgreementConsented(1), kind=3)
    with store.writing() as connection:
        store.journal.forget_all_in(connection)
    told = knowledge.agreements(a_step(store, other))
    assert [cover.name for cover in told.covers(AU, CN)] == ["AEOC"]


def a_step(store: Store, journal: AJournal) -> Step:
    """Read the rest of a journal into the cache; return the step."""
    read_on(store, journal)
    with store.writing() as connection:
        size = len(journal.entries)
        store.journal.add_step_in(connection, Step(size, bytes(32), journal.time, size, bytes(32), b""))
    step = store.journal.head()
    assert step is not None
    return step

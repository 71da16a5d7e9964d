"""The own reliances: kept as they were noted, and found by what they rest on."""

from __future__ import annotations

from dataclasses import replace

from ledger.store import Store
from ledger.store.reliances import KnownReliance

RELIANCE = KnownReliance(
    reliance_id="0123456789abcdef0123456789abcdef",
    declaration="220220261000000001",
    office="CN2202",
    code="AUAEO 0301234567",
    home="AU-ABF",
    tag=b"\x01" * 32,
    partner="CN-GACC",
    type="AEOS",
    accepted_at=1_000,
    noted_at=1_001,
    journal_size=17,
    verdict='{"verdict":"ACCEPT"}',
)
OTHER = replace(RELIANCE, reliance_id="f" * 32, tag=b"\x02" * 32, type="AEOC", accepted_at=2_000)


def note(store: Store, *reliances: KnownReliance) -> None:
    with store.writing() as connection:
        for one in reliances:
            store.reliances.note_in(connection, one)


def test_a_reliance_is_found_by_its_id_as_it_was_noted(store: Store) -> None:
    assert not store.reliances.exist()
    note(store, RELIANCE)
    assert store.reliances.exist()
    assert store.reliances.find(RELIANCE.reliance_id) == RELIANCE
    assert store.reliances.find("0" * 32) is None


def test_noting_again_changes_nothing(store: Store) -> None:
    note(store, RELIANCE, replace(RELIANCE, accepted_at=9, verdict="{}"))
    assert store.reliances.find(RELIANCE.reliance_id) == RELIANCE


def test_reliances_are_found_by_the_entry_that_they_rest_on(store: Store) -> None:
    note(store, RELIANCE, OTHER)
    assert store.reliances.on_entries([("AU-ABF", RELIANCE.tag), ("VN-CUSTOMS", OTHER.tag)]) == [RELIANCE]
    many = [("AU-ABF", number.to_bytes(32)) for number in range(1_000)]
    assert store.reliances.on_entries([*many, ("AU-ABF", RELIANCE.tag), ("AU-ABF", OTHER.tag)] * 2) != []
    found = store.reliances.on_entries([("AU-ABF", RELIANCE.tag), *many, ("AU-ABF", OTHER.tag)])
    assert {one.reliance_id for one in found} == {RELIANCE.reliance_id, OTHER.reliance_id}
    assert store.reliances.on_entries([]) == []


def test_reliances_are_found_by_the_recognition_that_they_rest_on_from_a_time_on(store: Store) -> None:
    later = replace(RELIANCE, reliance_id="a" * 32, accepted_at=1_500)
    note(store, RELIANCE, OTHER, later)
    asked = ("AU-ABF", "CN-GACC", "AEOS")
    assert store.reliances.on_recognition(*asked, since=1_500) == [later]
    assert len(store.reliances.on_recognition(*asked, since=1_000)) == 2
    assert store.reliances.on_recognition("AU-ABF", "VN-CUSTOMS", "AEOS", since=0) == []


def test_dropping_the_cache_keeps_reliances(store: Store) -> None:
    note(store, RELIANCE)
    with store.writing() as connection:
        store.journal.forget_all_in(connection)
    assert store.reliances.find(RELIANCE.reliance_id) == RELIANCE

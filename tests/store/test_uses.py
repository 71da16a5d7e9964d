"""The own uses: what a commitment on the chain stands for, kept here alone."""

from __future__ import annotations

from dataclasses import replace

from ledger.store import Store
from ledger.store.uses import KnownUse

USE = KnownUse(
    use_id="0123456789abcdef0123456789abcdef",
    kind=2,
    issuer="CN-MOFCOM",
    number="2026-L-1",
    tag=b"\x01" * 32,
    office="CN2202",
    declaration="220220261000000001",
    commitment=b"\x02" * 32,
    item=3,
    created_at=17,
)


def remember(store: Store, *uses: KnownUse) -> None:
    with store.writing() as connection:
        for use in uses:
            store.uses.remember_in(connection, use)


def test_a_use_is_found_by_its_id_as_it_was_written(store: Store) -> None:
    remember(store, USE)
    assert store.uses.find(USE.use_id) == USE
    assert store.uses.find("f" * 32) is None


def test_remembering_again_changes_nothing(store: Store) -> None:
    remember(store, USE, replace(USE, office="CN3104", created_at=99))
    assert store.uses.find(USE.use_id) == USE


def test_uses_are_found_by_the_commitment_that_the_chain_has(store: Store) -> None:
    item = replace(USE, use_id="a" * 32, item=4, created_at=18)
    other = replace(USE, use_id="b" * 32, commitment=b"\x03" * 32)
    remember(store, item, USE, other)
    found = store.uses.by_commitments([USE.commitment, other.commitment, bytes(32)])
    assert found == {USE.commitment: [USE, item], other.commitment: [other]}
    assert store.uses.by_commitments([]) == {}

"""The own documents: one number once, through all their states."""

from __future__ import annotations

import pytest

from ledger.errors import Unavailable
from ledger.store import Store
from ledger.store.documents import DocumentState, PreparedDocument, StoredDocument
from tests.builders import a_prepared_document


def add(store: Store, *documents: PreparedDocument) -> dict[bytes, StoredDocument]:
    with store.writing() as connection:
        return store.documents.add_in(connection, documents, 17)


def test_a_document_is_found_by_its_id_and_by_its_number(store: Store) -> None:
    document = a_prepared_document()
    assert add(store, document) == {}
    found = store.documents.find(document.document_id)
    assert found is not None
    assert (found.state, found.number, found.created_at) == (DocumentState.PREPARED, document.number, 17)
    assert store.documents.sealed(document.document_id) == document.sealed
    assert store.documents.by_tags(1, "VN-VCCI", [document.tag, bytes(32)]) == {document.tag: found}
    assert store.documents.by_ids([document.document_id, bytes(32)]) == {document.document_id: found}


def test_what_is_not_there_is_none(store: Store) -> None:
    assert store.documents.find(bytes(32)) is None
    assert store.documents.sealed(bytes(32)) is None


def test_a_number_is_held_by_the_first_and_the_second_learns_by_whom(store: Store) -> None:
    first, second = a_prepared_document(), a_prepared_document(document_id=b"\x03" * 32)
    add(store, first)
    holders = add(store, second, a_prepared_document("another"))
    assert holders[second.tag].document_id == first.document_id
    assert store.documents.find(second.document_id) is None
    assert store.documents.counts() == {DocumentState.PREPARED: 2}


def test_a_refused_document_makes_room_and_an_anchored_one_never(store: Store) -> None:
    first, second = a_prepared_document(), a_prepared_document(document_id=b"\x03" * 32)
    add(store, first)
    with store.writing() as connection:
        store.documents.refuse_in(connection, [first.document_id], "ConsortiumNotActive", "suspended")
    assert add(store, second) == {}
    assert store.documents.sealed(first.document_id) is None
    with store.writing() as connection:
        store.documents.anchored_in(connection, {second.document_id: (5, 1_700_000_000)})
        store.documents.refuse_in(connection, [second.document_id], "X", "too late")
    found = store.documents.find(second.document_id)
    assert found is not None
    assert (found.state, found.journal_index, found.reason) == (DocumentState.ANCHORED, 5, "")


def test_many_documents_are_stored_and_read_in_one_go(store: Store) -> None:
    documents = [a_prepared_document(f"N{number}") for number in range(1_234)]
    add(store, *documents)
    found = store.documents.by_ids([one.document_id for one in documents])
    assert {one.number for one in found.values()} == {f"N{number}" for number in range(1_234)}
    assert [store.documents.sealed(one.document_id) for one in documents[::300]] == [
        one.sealed for one in documents[::300]
    ]


def test_two_documents_cannot_share_an_id(store: Store) -> None:
    add(store, a_prepared_document())
    with pytest.raises(Unavailable):
        add(store, a_prepared_document("another", document_id=a_prepared_document().document_id))
    assert store.documents.counts() == {DocumentState.PREPARED: 1}


def test_a_second_key_leads_to_numbers_of_the_same_member_only(store: Store) -> None:
    add(store, a_prepared_document("A"), a_prepared_document("B", member="VN-MOIT"))
    assert store.documents.numbers_with_second_key(1, "VN-VCCI", "INV-1") == ["A"]
    assert store.documents.numbers_with_second_key(1, "VN-VCCI", "INV-2") == []


def test_the_second_keys_of_an_own_document_are_known_and_of_a_strangers_are_not(store: Store) -> None:
    own = a_prepared_document("A")
    add(store, own, a_prepared_document("B", document_id=b"\x03" * 32, second_keys=()))
    assert store.documents.second_keys_of(own.document_id) == frozenset(own.second_keys)
    assert store.documents.second_keys_of(b"\x03" * 32) == frozenset()
    assert store.documents.second_keys_of(bytes(32)) is None

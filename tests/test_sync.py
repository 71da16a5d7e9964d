"""Sync against a chain that grows, lies, falls behind and changes its mind."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import delete, update

from ledger.chain.port import Appended
from ledger.errors import Unavailable
from ledger.keys.account import TransactionAccount
from ledger.store import Store, open_store
from ledger.store.documents import DocumentState
from ledger.store.schema import entries, steps
from ledger.sync import JournalMismatch, Progress, converge, rebuild
from tests.builders import a_prepared_document
from tests.fakes.small_chain import CHAIN_ID, REGISTRY, SmallChain, anchor_call

ACCOUNT = TransactionAccount(b"\x11" * 32)
MEMBER = "VN-VCCI"


def anchor(chain: SmallChain, *numbers: int) -> None:
    calldata = anchor_call(MEMBER, 861, 256, b"\x09" * 32, [(tag_of(n), document_of(n)) for n in numbers])
    nonce = chain.next_nonce(ACCOUNT.address)
    chain.send(ACCOUNT.sign(chain_id=CHAIN_ID, nonce=nonce, to=REGISTRY, calldata=calldata, gas=50_000).raw)


def tag_of(number: int) -> bytes:
    return b"\x01" + number.to_bytes(31, "big")


def document_of(number: int) -> bytes:
    return b"\x02" + number.to_bytes(31, "big")


def step(chain: SmallChain, store: Store) -> Progress:
    return converge(chain, store, chain_id=CHAIN_ID, log_range=3)


def test_what_the_chain_says_is_in_the_store_with_its_block_and_transaction(store: Store) -> None:
    chain = SmallChain()
    anchor(chain, 1, 2)
    anchor(chain, 3)
    assert step(chain, store).added == 3
    (found,) = store.journal.entries_about(MEMBER, tag_of(3))
    event = chain.appended(0, 10)[1]
    assert (found.index, found.entry[-32:]) == (2, document_of(3))
    assert (found.block_number, found.block_digest) == (event.block_number, event.block_digest)
    assert found.transaction == event.transaction


def test_converging_again_adds_nothing(store: Store) -> None:
    chain = SmallChain()
    anchor(chain, 1)
    first = step(chain, store)
    assert step(chain, store) == Progress(
        0, 0, 1, first.root, first.block_number, first.block_digest, first.block_time
    )


def test_growing_in_steps_gives_the_same_cache_as_reading_at_once(store: Store) -> None:
    chain = SmallChain()
    for number in range(20):
        anchor(chain, number, 100 + number)
        if number % 3 == 0:
            step(chain, store)
    step(chain, store)
    with open_store("sqlite://") as other:
        step(chain, other)
        assert list(store.journal.stream()) == list(other.journal.stream())
        assert store.journal.head() == other.journal.head()


def test_empty_blocks_move_the_tip_without_piling_up_steps(store: Store) -> None:
    chain = SmallChain()
    anchor(chain, 1)
    for _ in range(5):
        chain.mine()
        step(chain, store)
    assert len(list(store.journal.steps())) == 1
    assert step(chain, store).block_number == chain.head().number


def test_a_root_that_is_not_the_contracts_stores_nothing_and_names_both(store: Store) -> None:
    chain = SmallChain()
    anchor(chain, 1)
    chain.lying_root = True
    with pytest.raises(JournalMismatch, match=f"0x{'00' * 32}"):
        step(chain, store)
    assert store.journal.head() is None
    assert store.journal.entries(0, 10) == []


class WithholdingChain(SmallChain):
    """Leaves one event out of what it answers."""

    def appended(self, first_block: int, last_block: int) -> Sequence[Appended]:
        return [event for event in super().appended(first_block, last_block) if event.first != 1]


def test_a_withheld_event_is_noticed(store: Store) -> None:
    chain = WithholdingChain()
    for number in range(3):
        anchor(chain, number)
    with pytest.raises(JournalMismatch, match="from index 2, expected 1"):
        step(chain, store)
    assert store.journal.head() is None


def test_a_withheld_last_event_is_noticed_by_the_contracts_size(store: Store) -> None:
    chain = WithholdingChain()
    anchor(chain, 0)
    anchor(chain, 1)
    with pytest.raises(JournalMismatch, match=r"make 1 entries .* answers 2 entries"):
        step(chain, store)


class GrowingChain(SmallChain):
    """Gets a new entry while it is being read, a few times."""

    more = 3

    def appended(self, first_block: int, last_block: int) -> Sequence[Appended]:
        found = super().appended(first_block, last_block)
        if self.more:
            self.more -= 1
            anchor(self, 1_000 + self.more)
        return found


def test_a_chain_that_moves_on_meanwhile_is_read_to_the_point_that_was_checked(store: Store) -> None:
    chain = GrowingChain()
    anchor(chain, 1)
    progress = step(chain, store)
    assert progress.size == 4
    assert progress.root == chain.journal_head().root


@pytest.mark.parametrize("keep", [False, True])
def test_a_reorganisation_undoes_whole_steps_and_reads_the_new_branch(store: Store, keep: bool) -> None:
    chain = SmallChain()
    for number in range(6):
        anchor(chain, number)
        step(chain, store)
    chain.reorganise(3, keep=keep)
    progress = step(chain, store)
    assert progress.undone == 3
    assert progress.size == (6 if keep else 3)
    assert {one.block_digest for one in store.journal.stream()} == {
        event.block_digest for event in chain.appended(0, 99)
    }


def test_a_reorganisation_below_everything_starts_from_nothing(store: Store) -> None:
    chain = SmallChain()
    anchor(chain, 1)
    step(chain, store)
    chain.reorganise(2)
    assert step(chain, store).size == 0


def test_own_documents_are_anchored_by_the_event_and_taken_back_by_a_reorganisation(store: Store) -> None:
    chain = SmallChain()
    document = a_prepared_document(tag=tag_of(1), document_id=document_of(1))
    with store.writing() as connection:
        store.documents.add_in(connection, [document], 1)
    anchor(chain, 7, 1)
    step(chain, store)
    found = store.documents.find(document_of(1))
    assert found is not None
    assert (found.state, found.journal_index) == (DocumentState.ANCHORED, 1)
    chain.reorganise(1)
    step(chain, store)
    again = store.documents.find(document_of(1))
    assert again is not None
    assert (again.state, again.journal_index) == (DocumentState.SENT, None)


def test_a_node_that_lags_behind_the_cache_is_unavailable_and_undoes_nothing(store: Store) -> None:
    chain = SmallChain()
    anchor(chain, 1)
    step(chain, store)
    with pytest.raises(Unavailable, match="the node is at block 0, the cache has read to block 1"):
        step(SmallChain(), store)
    assert store.journal.size() == 1


def test_a_node_on_another_chain_is_refused(store: Store) -> None:
    chain = SmallChain()
    chain.id = 1
    with pytest.raises(Unavailable, match="on chain 1, expected chain 7040"):
        step(chain, store)


def test_rebuilding_a_sound_cache_finds_no_difference(store: Store) -> None:
    chain = SmallChain()
    for number in range(4):
        anchor(chain, number)
    step(chain, store)
    before = list(store.journal.stream())
    with open_store("sqlite://") as scratch:
        assert rebuild(chain, store, scratch, chain_id=CHAIN_ID) == []
    assert list(store.journal.stream()) == before


def test_rebuilding_names_every_spoilt_entry_and_mends_it(store: Store) -> None:
    chain = SmallChain()
    for number in range(4):
        anchor(chain, number)
    step(chain, store)
    before = list(store.journal.stream())
    with store.writing() as connection:
        connection.execute(update(entries).where(entries.c.position == 2).values(entry=b"x"))
        connection.execute(delete(entries).where(entries.c.position == 1))
    with open_store("sqlite://") as scratch:
        differences = rebuild(chain, store, scratch, chain_id=CHAIN_ID)
    assert differences == [
        "entries 1: missing in the cache",
        "entries 2: the cache holds other bytes than the chain",
    ]
    assert list(store.journal.stream()) == before


def test_a_damaged_cache_says_so_and_is_mended_by_rebuilding(store: Store) -> None:
    chain = SmallChain()
    anchor(chain, 1)
    step(chain, store)
    with store.writing() as connection:
        connection.execute(update(steps).values(frontier=b"torn"))
    anchor(chain, 2)
    with pytest.raises(Unavailable, match="tradeseal rebuild"):
        step(chain, store)
    with open_store("sqlite://") as scratch:
        rebuild(chain, store, scratch, chain_id=CHAIN_ID)
    assert step(chain, store).size == 2

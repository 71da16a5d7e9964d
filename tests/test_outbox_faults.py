"""The outbox when something breaks: every act exactly once all the same."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.managers import BaseManager
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import Unavailable
from ledger.store import Store, open_store
from ledger.store.documents import DocumentState
from ledger.sync import converge
from tests.fakes.faults import FaultyChain, When, killed, no_answer
from tests.fakes.small_chain import CHAIN_ID, SmallChain
from tests.outboxes import ACCOUNT, NUMBERS, an_outbox, intend, nothing, settle, states


def _calls(store: Store) -> int:
    """Count the outside calls of one undisturbed run."""
    counting = FaultyChain(SmallChain(), -1, "before", no_answer)
    intend(counting, store, NUMBERS)
    settle(counting, store)
    return counting.calls


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_outage_at_any_call_loses_and_doubles_nothing(tmp_path: Path, when: When) -> None:
    with open_store("sqlite://") as counted:
        calls = _calls(counted)
    for at in range(calls):
        chain = SmallChain()
        faulty = FaultyChain(chain, at, when, no_answer)
        with open_store("sqlite://") as store:
            intend(chain, store, NUMBERS)
            with suppress(Unavailable):
                settle(faulty, store)
            settle(chain, store)
            assert store.documents.counts() == {DocumentState.ANCHORED: 7}, at
        assert (chain.records(), chain.journal_head().size) == (7, 7), at
        assert chain.next_nonce(ACCOUNT.address) == 3, at


class _Chains(BaseManager):
    """Serves chains from a process of its own, which survives the one that is killed."""


_Chains.register("chain", SmallChain)


def _live_and_die(url: str, chain: Any, at: int, when: When) -> int:
    """Issue in a child process that is killed at call ``at``; return the signal that ended it, 0 if none did."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException), open_store(url) as store:
            faulty = FaultyChain(chain, at, when, killed)
            intend(faulty, store, NUMBERS)
            settle(faulty, store)
        os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("when", ["before", "after"])
def test_kill_9_at_any_call_anchors_every_document_exactly_once(
    fresh_urls: Callable[[], str], when: When
) -> None:
    with open_store("sqlite://") as counted:
        calls = _calls(counted)
    with _Chains() as manager:
        for at in range(0, calls, 1 if "sqlite" in fresh_urls() else 5):
            chain, url = manager.chain(), fresh_urls()  # type: ignore[attr-defined]
            assert _live_and_die(url, chain, at, when) == signal.SIGKILL, at
            with open_store(url) as store:
                intend(chain, store, NUMBERS)
                settle(chain, store)
                assert store.documents.counts() == {DocumentState.ANCHORED: 7}, at
                sizes = (chain.records(), chain.journal_head().size, chain.next_nonce(ACCOUNT.address))
                assert sizes == (7, 7, 3), at


def test_a_transaction_that_the_node_forgot_is_sent_again_as_it_was(store: Store) -> None:
    chain = SmallChain(automine=False)
    intend(chain, store, NUMBERS[:1])
    an_outbox(chain, store).step()
    chain.pool.clear()
    chain.automine = True
    settle(chain, store)
    assert chain.sent[0] == chain.sent[1]
    assert states(store) == {DocumentState.ANCHORED}


@pytest.mark.parametrize("seen", [False, True])
def test_a_transaction_that_a_reorganisation_took_back_is_sent_again(store: Store, seen: bool) -> None:
    chain = SmallChain()
    intend(chain, store, NUMBERS)
    an_outbox(chain, store).settle(5.0)
    if seen:
        converge(chain, store, chain_id=CHAIN_ID)
    chain.reorganise(2)
    converge(chain, store, chain_id=CHAIN_ID)
    settle(chain, store)
    assert store.documents.counts() == {DocumentState.ANCHORED: 7}
    assert (chain.records(), chain.next_nonce(ACCOUNT.address)) == (7, 3)


def test_what_was_read_from_the_chain_before_its_receipt_is_sent_again_too(store: Store) -> None:
    chain = SmallChain()
    intend(chain, store, NUMBERS[:3])
    an_outbox(chain, store).step()
    converge(chain, store, chain_id=CHAIN_ID)
    assert an_outbox(chain, store).settle(5.0).mined == 0
    chain.reorganise(1)
    converge(chain, store, chain_id=CHAIN_ID)
    settle(chain, store)
    assert (store.documents.counts(), chain.records()) == ({DocumentState.ANCHORED: 3}, 3)


def test_a_nonce_that_a_stranger_took_is_replaced_and_nothing_is_anchored_twice(store: Store) -> None:
    chain = SmallChain(automine=False)
    intend(chain, store, NUMBERS)
    an_outbox(chain, store).step()
    chain.pool.clear()
    stranger = ACCOUNT.sign(chain_id=CHAIN_ID, nonce=0, to=b"\x77" * 20, calldata=b"other life", gas=1)
    chain.send(stranger.raw)
    chain.mine()
    chain.automine = True
    settle(chain, store)
    assert store.documents.counts() == {DocumentState.ANCHORED: 7}
    assert chain.next_nonce(ACCOUNT.address) == 4


def test_a_restored_backup_goes_on_after_the_nonces_of_its_lost_life(store_url: str, tmp_path: Path) -> None:
    chain = SmallChain()
    with open_store(store_url) as lost_life:
        intend(chain, lost_life, NUMBERS[:4])
        settle(chain, lost_life)
    with open_store(f"sqlite:///{tmp_path}/restored.db") as restored:
        intend(chain, restored, NUMBERS)
        settle(chain, restored)
        assert restored.documents.counts() == {DocumentState.ANCHORED: 7}
    assert (chain.records(), chain.journal_head().size) == (7, 7)


def test_a_gap_of_nonces_that_nobody_remembers_is_closed(store: Store) -> None:
    chain = SmallChain()
    outbox = an_outbox(chain, store)
    row = outbox.intend(nothing())
    signed = ACCOUNT.sign(chain_id=CHAIN_ID, nonce=2, to=b"\x77" * 20, calldata=b"hello", gas=50_000)
    with store.writing() as connection:
        store.outgoing.sign_in(connection, row, 2, signed.raw, signed.digest)
    outbox.settle(5.0)
    assert chain.next_nonce(ACCOUNT.address) == 3

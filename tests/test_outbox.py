"""The outbox: every act exactly once, whatever breaks in between."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.managers import BaseManager
from pathlib import Path
from typing import Any

import pytest

from ledger.batches import Batches
from ledger.chain.port import Chain
from ledger.errors import Refused, Unavailable
from ledger.keys.account import TransactionAccount
from ledger.outbox import Act, Outbox
from ledger.store import Store, open_store
from ledger.store.documents import DocumentState
from ledger.store.outgoing import OutboxState
from ledger.sync import converge
from tests.builders import a_prepared_document
from tests.fakes.faults import FaultyChain, When, killed, no_answer
from tests.fakes.small_chain import CHAIN_ID, REGISTRY, SmallChain, anchor_call

ACCOUNT = TransactionAccount(b"\x11" * 32)
NUMBERS = [f"VN-CN 24/{n:04}" for n in range(7)]


def an_outbox(chain: Chain, store: Store, *, in_flight: int = 8) -> Outbox:
    batches = Batches(chain, store, anchor_call, most=3)
    return Outbox(
        chain,
        store,
        ACCOUNT,
        chain_id=CHAIN_ID,
        clock=lambda: 1_700_000_000,
        consequences=batches,
        in_flight=in_flight,
    )


def intend(chain: Chain, store: Store, numbers: list[str], **spoilt: Any) -> None:
    """Store the documents whose number is free and intend to anchor them, as issuance does."""
    prepared = [a_prepared_document(number, **spoilt) for number in numbers]
    with store.writing() as connection:
        holders = store.documents.add_in(connection, prepared, 1)
        ids = [one.document_id for one in prepared if one.tag not in holders]
        stored = store.documents.by_ids_in(connection, ids)
        Batches(chain, store, anchor_call, most=3).intend_in(
            connection, an_outbox(chain, store), list(stored.values())
        )


def settle(chain: Chain, store: Store) -> None:
    an_outbox(chain, store).settle(5.0)
    converge(chain, store, chain_id=CHAIN_ID)


def states(store: Store) -> set[DocumentState]:
    return set(store.documents.counts())


def nothing(_: int = 0) -> Act:
    return Act(b"\x77" * 20, b"hello", "say hello")


# --- the ordinary way --------------------------------------------------------------------------------------------


def test_documents_are_anchored_in_batches_and_their_places_noted(store: Store) -> None:
    chain = SmallChain()
    intend(chain, store, NUMBERS)
    settle(chain, store)
    assert states(store) == {DocumentState.ANCHORED}
    assert len(chain.sent) == 3
    assert chain.records() == 7


def test_an_act_is_stored_with_its_signature_before_the_node_hears_of_it(store: Store) -> None:
    seen: list[list[bytes | None]] = []

    class WatchingChain(SmallChain):
        def send(self, raw: bytes) -> None:
            rows = store.outgoing.in_state(ACCOUNT.address, OutboxState.SIGNED)
            seen.append([row.raw for row in rows])
            super().send(raw)

    chain = WatchingChain()
    an_outbox(chain, store).carry_out(nothing())
    assert seen == [chain.sent]


def test_carrying_out_an_act_answers_with_its_place(store: Store) -> None:
    row = an_outbox(SmallChain(), store).carry_out(nothing())
    assert (row.state, row.nonce, row.block_number) == (OutboxState.MINED, 0, 1)


def test_an_act_that_the_rules_forbid_is_refused_and_uses_up_no_nonce(store: Store) -> None:
    chain = SmallChain()
    with pytest.raises(Refused) as caught:
        an_outbox(chain, store).carry_out(Act(REGISTRY, b"?", "nonsense"))
    assert caught.value.code == "UnknownCall"
    assert an_outbox(chain, store).carry_out(nothing()).nonce == 0


def test_no_more_transactions_than_allowed_are_in_flight(store: Store) -> None:
    chain = SmallChain(automine=False)
    outbox = an_outbox(chain, store, in_flight=2)
    for _ in range(5):
        outbox.intend(nothing())
    lane = outbox.step()
    assert (lane.waiting, lane.in_flight, len(chain.pool)) == (3, 2, 2)


def test_what_waits_for_a_transaction_in_flight_is_not_refused_too_early(store: Store) -> None:
    class OrderedChain(SmallChain):
        def simulate(self, account: bytes, to: bytes, calldata: bytes) -> int:
            if calldata == b"second" and self.next_nonce(account) == 0:
                raise Refused("RegistryRecordUnknown", "no such record")
            return 50_000

    chain = OrderedChain(automine=False)
    outbox = an_outbox(chain, store)
    outbox.intend(Act(b"\x77" * 20, b"first", "anchor"))
    second = outbox.intend(Act(b"\x77" * 20, b"second", "revoke"))
    assert outbox.step().waiting == 1
    chain.mine()
    outbox.step()
    chain.mine()
    outbox.step()
    latest = store.outgoing.latest(second)
    assert latest is not None
    assert latest.state is OutboxState.MINED


def test_an_act_that_follows_another_waits_until_that_is_mined(store: Store) -> None:
    chain = SmallChain(automine=False)
    outbox = an_outbox(chain, store)
    with store.writing() as connection:
        first = outbox.intend_in(connection, nothing())
        outbox.intend_in(connection, nothing(), after=first)
        outbox.intend_in(connection, nothing())
    assert (outbox.step().waiting, len(chain.pool)) == (1, 2)
    chain.mine()
    assert (outbox.step().waiting, len(chain.pool)) == (0, 1)


# --- refusals ----------------------------------------------------------------------------------------------------


def test_taken_numbers_do_not_sink_the_rest_of_their_batch(store: Store) -> None:
    chain = SmallChain()
    with open_store("sqlite://") as somebody_else:
        for number in (NUMBERS[1], NUMBERS[2]):
            intend(chain, somebody_else, [number], document_id=number.encode().ljust(32, b"\0"))
        settle(chain, somebody_else)
    intend(chain, store, NUMBERS)
    settle(chain, store)
    assert store.documents.counts() == {DocumentState.ANCHORED: 5, DocumentState.REFUSED: 2}
    refused = store.documents.find(a_prepared_document(NUMBERS[1]).document_id)
    assert refused is not None
    assert refused.reason_code == "RegistryNumberTaken"


def test_what_follows_a_refused_act_is_refused_with_it_and_never_sent(store: Store) -> None:
    chain = SmallChain()
    outbox = an_outbox(chain, store)
    with store.writing() as connection:
        first = outbox.intend_in(connection, Act(REGISTRY, b"?", "nonsense"))
        second = outbox.intend_in(connection, nothing(), after=first)
        third = outbox.intend_in(connection, nothing(), after=second)
    outbox.settle(5.0)
    rows = [store.outgoing.find(row) for row in (first, second, third)]
    assert [row and (row.state, row.reason_code) for row in rows] == [
        (OutboxState.REFUSED, "UnknownCall")
    ] * 3
    assert chain.sent == []


def test_what_follows_an_act_follows_the_one_that_takes_its_place(store: Store) -> None:
    chain = SmallChain(automine=False)
    outbox = an_outbox(chain, store)
    with store.writing() as connection:
        first = outbox.intend_in(connection, nothing())
        second = outbox.intend_in(connection, nothing(), after=first)
    outbox.step()
    chain.pool.clear()
    chain.send(ACCOUNT.sign(chain_id=CHAIN_ID, nonce=0, to=b"\x77" * 20, calldata=b"x", gas=1).raw)
    chain.mine()
    chain.automine = True
    outbox.settle(5.0)
    again, follower = store.outgoing.latest(first), store.outgoing.find(second)
    assert again is not None
    assert follower is not None
    assert (follower.after, again.nonce, follower.nonce) == (again.id, 1, 2)


def test_a_refusal_keeps_what_the_contract_said_of_it(store: Store) -> None:
    said = {"member": "CN-MOFCOM", "tag": b"\x01" * 32, "line": 1, "free": "30", "limit": 2**80}

    class RefusingChain(SmallChain):
        def simulate(self, account: bytes, to: bytes, calldata: bytes) -> int:
            raise Refused("UseBalanceExceeded", "more was asked than is left", said)

    with pytest.raises(Refused, match="more was asked") as caught:
        an_outbox(RefusingChain(), store).carry_out(nothing())
    assert (caught.value.code, caught.value.arguments) == ("UseBalanceExceeded", said)


def test_a_batch_that_reverts_although_its_trial_passed_is_tried_again_and_split(store: Store) -> None:
    chain = SmallChain(automine=False)
    intend(chain, store, NUMBERS[:3])
    outbox = an_outbox(chain, store)
    outbox.step()
    stranger = TransactionAccount(b"\x22" * 32)
    taken = [(a_prepared_document(NUMBERS[0]).tag, b"\x05" * 32)]
    call = anchor_call("VN-VCCI", 861, 256, b"\x09" * 32, taken)
    mine, chain.pool = chain.pool, []
    chain.send(stranger.sign(chain_id=CHAIN_ID, nonce=0, to=REGISTRY, calldata=call, gas=1).raw)
    chain.mine()
    chain.pool, chain.automine = mine, True
    chain.mine()
    settle(chain, store)
    assert store.documents.counts() == {DocumentState.ANCHORED: 2, DocumentState.REFUSED: 1}


def test_a_suspended_member_learns_why_for_every_document(store: Store) -> None:
    chain = SmallChain()
    chain.suspended = True
    intend(chain, store, NUMBERS)
    settle(chain, store)
    assert states(store) == {DocumentState.REFUSED}
    assert chain.sent == []


def test_a_refused_number_can_be_issued_again_once_the_reason_is_gone(store: Store) -> None:
    chain = SmallChain()
    chain.suspended = True
    intend(chain, store, NUMBERS)
    settle(chain, store)
    chain.suspended = False
    intend(chain, store, NUMBERS)
    settle(chain, store)
    assert store.documents.counts() == {DocumentState.ANCHORED: 7}


# --- faults ------------------------------------------------------------------------------------------------------


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


# --- two workers -------------------------------------------------------------------------------------------------


def test_only_one_worker_drives_a_lane_and_the_other_says_so(store_url: str) -> None:
    chain = SmallChain()
    with open_store(store_url) as one, open_store(store_url) as other:
        intend(chain, one, NUMBERS)
        with one.lock(f"lane-{ACCOUNT.address.hex()}"):
            lane = an_outbox(chain, other).step()
        assert (lane.busy, lane.waiting) == (True, 3)
        assert chain.sent == []


def test_two_workers_at_once_anchor_everything_once(store_url: str) -> None:
    chain = SmallChain()
    with open_store(store_url) as one, open_store(store_url) as other:
        workers = [
            threading.Thread(target=_work, args=(chain, store, NUMBERS)) for store in (one, other, one, other)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert one.documents.counts() == {DocumentState.ANCHORED: 7}
    assert (chain.records(), len(set(chain.sent))) == (7, chain.next_nonce(ACCOUNT.address))


def _work(chain: SmallChain, store: Store, numbers: list[str]) -> None:
    intend(chain, store, numbers)
    settle(chain, store)

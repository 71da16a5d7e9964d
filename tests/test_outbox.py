"""The outbox: every act exactly once, whatever breaks in between."""

from __future__ import annotations

import threading

import pytest

from ledger.errors import Refused
from ledger.keys.account import TransactionAccount
from ledger.outbox import Act
from ledger.store import Store, open_store
from ledger.store.documents import DocumentState
from ledger.store.outgoing import OutboxState
from tests.builders import a_prepared_document
from tests.fakes.small_chain import CHAIN_ID, REGISTRY, SmallChain, anchor_call
from tests.outboxes import ACCOUNT, NUMBERS, an_outbox, intend, nothing, settle, states

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

"""The chain port: the same promises kept by the small chain of the tests and by a real node with the real contracts."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ledger.chain import abi
from ledger.chain.port import Chain
from ledger.core.acts import RecordAnchored
from ledger.core.entries import entries_of
from ledger.core.merkle import Frontier, leaf_digest
from ledger.errors import Refused, Unavailable
from ledger.keys.account import SignedTransaction, TransactionAccount
from tests.consortium import Consortium
from tests.fakes.small_chain import CHAIN_ID, REGISTRY, SmallChain, anchor_call

MEMBER = "VN-VCCI"


@dataclass
class Setting:
    chain: Chain
    chain_id: int
    registry: bytes
    account: TransactionAccount
    call: Callable[[list[tuple[bytes, bytes]]], bytes]

    def signed(self, *anchors: tuple[bytes, bytes]) -> SignedTransaction:
        return self.account.sign(
            chain_id=self.chain_id,
            nonce=self.chain.next_nonce(self.account.address),
            to=self.registry,
            calldata=self.call(list(anchors)),
            gas=2_000_000,
        )

    def anchor(self, *anchors: tuple[bytes, bytes]) -> SignedTransaction:
        signed = self.signed(*anchors)
        self.chain.send(signed.raw)
        return signed


def a_pair() -> tuple[bytes, bytes]:
    return os.urandom(32), os.urandom(32)


@pytest.fixture(params=["small chain", "real node"])
def setting(request: pytest.FixtureRequest) -> Setting:
    if request.param == "small chain":
        account = TransactionAccount(os.urandom(32))
        return Setting(
            SmallChain(),
            CHAIN_ID,
            REGISTRY,
            account,
            lambda pairs: anchor_call(MEMBER, 861, 256, bytes(32), pairs),
        )
    found: Consortium = request.getfixturevalue("consortium")
    key = found.document_key(MEMBER)
    return Setting(
        found.chain(),
        found.node.chain_id,
        found.manifest.registry(1),
        found.operator(MEMBER),
        lambda pairs: abi.anchor(MEMBER, 861, 256, key, pairs),
    )


def test_the_chain_says_which_one_it_is(setting: Setting) -> None:
    assert setting.chain.chain_id() == setting.chain_id


def test_blocks_follow_one_another(setting: Setting) -> None:
    setting.anchor(a_pair())
    head = setting.chain.head()
    before = setting.chain.block(head.number - 1)
    assert setting.chain.block(head.number) == head
    assert before is not None
    assert before.digest == head.parent
    assert before.time <= head.time
    assert setting.chain.block(head.number + 1_000_000) is None


def test_a_transaction_has_a_receipt_once_it_is_mined_and_none_before(setting: Setting) -> None:
    signed = setting.signed(a_pair())
    assert setting.chain.receipt(signed.digest) is None
    setting.chain.send(signed.raw)
    receipt = setting.chain.receipt(signed.digest)
    assert receipt is not None
    assert receipt.succeeded
    block = setting.chain.block(receipt.block_number)
    assert block is not None
    assert block.digest == receipt.block_digest


def test_sending_the_same_transaction_again_is_not_an_error_and_does_nothing(setting: Setting) -> None:
    signed = setting.anchor(a_pair())
    size = setting.chain.journal_head().size
    setting.chain.send(signed.raw)
    assert setting.chain.journal_head().size == size


def test_transactions_sent_together_are_all_mined_and_each_is_answered(setting: Setting) -> None:
    late, first = setting.signed(a_pair()), setting.signed(a_pair())
    second = setting.account.sign(
        chain_id=setting.chain_id,
        nonce=setting.chain.next_nonce(setting.account.address) + 1,
        to=setting.registry,
        calldata=setting.call([a_pair()]),
        gas=2_000_000,
    )
    assert list(setting.chain.send_all([first.raw, second.raw])) == [None, None]
    assert None not in (setting.chain.receipt(first.digest), setting.chain.receipt(second.digest))
    answers = setting.chain.send_all([late.raw, second.raw])
    assert [answer and answer.code for answer in answers] == ["NODE_NONCE_TOO_LOW", None]


def test_another_transaction_under_a_used_nonce_is_refused_by_name(setting: Setting) -> None:
    late = setting.signed(a_pair())
    setting.anchor(a_pair())
    with pytest.raises(Refused) as refused:
        setting.chain.send(late.raw)
    assert refused.value.code == "NODE_NONCE_TOO_LOW"


def test_the_nonce_counts_mined_transactions(setting: Setting) -> None:
    before = setting.chain.next_nonce(setting.account.address)
    setting.anchor(a_pair())
    assert setting.chain.next_nonce(setting.account.address) == before + 1


def test_events_give_back_what_was_anchored_in_order(setting: Setting) -> None:
    pairs = [a_pair(), a_pair(), a_pair()]
    setting.anchor(*pairs)
    head = setting.chain.head().number
    (event,) = setting.chain.appended(head, head)
    acts = [entry.act for entry in entries_of(event, setting.chain_id)]
    assert [(act.tag, act.document_id) for act in acts if isinstance(act, RecordAnchored)] == pairs
    assert event.author == setting.registry
    assert event.first + event.count == setting.chain.journal_head().size


def test_the_events_from_the_start_have_the_contracts_own_root(setting: Setting) -> None:
    setting.anchor(a_pair(), a_pair())
    frontier = Frontier()
    for event in setting.chain.appended(0, setting.chain.head().number):
        frontier = frontier.extend(leaf_digest(entry.raw) for entry in entries_of(event, setting.chain_id))
    head = setting.chain.journal_head()
    assert (frontier.size, frontier.root()) == (head.size, head.root)


def test_a_look_shows_records_and_their_absence_at_one_block(setting: Setting) -> None:
    (tag, document_id), (absent, _) = a_pair(), a_pair()
    setting.anchor((tag, document_id))
    look = setting.chain.look(setting.registry, MEMBER, [tag, absent])
    assert look.records[0].commitment == document_id[:22]
    assert (look.records[0].status, look.records[1].status) == (1, 0)
    assert look.records[0].anchored_at == look.time
    assert look.head == setting.chain.journal_head()
    assert look.block_number == setting.chain.head().number


def test_a_trial_says_what_the_contract_would_refuse_and_changes_nothing(setting: Setting) -> None:
    tag, document_id = a_pair()
    setting.anchor((tag, document_id))
    size = setting.chain.journal_head().size
    with pytest.raises(Refused) as refused:
        setting.chain.simulate(
            setting.account.address, setting.registry, setting.call([(tag, os.urandom(32))])
        )
    assert refused.value.code == "RegistryNumberTaken"
    assert refused.value.arguments["tag"] == tag
    assert setting.chain.simulate(setting.account.address, setting.registry, setting.call([a_pair()])) > 0
    assert setting.chain.journal_head().size == size


def test_a_node_on_another_chain_is_not_believed(consortium: Consortium) -> None:
    from ledger.chain.node_chain import NodeChain

    chain = NodeChain(consortium.node.url, chain_id=1, journal=consortium.manifest.journal)
    with pytest.raises(Unavailable, match="is on chain 648001, expected chain 1"):
        chain.head()


def test_a_node_that_does_not_answer_is_unavailable_and_nothing_else() -> None:
    from ledger.chain.node_chain import NodeChain

    chain = NodeChain("http://127.0.0.1:9", chain_id=1, journal=bytes(20), timeout=1)
    for ask in (
        chain.head,
        chain.journal_head,
        lambda: chain.receipt(bytes(32)),
        lambda: chain.send(b"\x01"),
    ):
        with pytest.raises(Unavailable):
            ask()


def test_an_address_without_the_contract_is_unavailable_not_absent(consortium: Consortium) -> None:
    with pytest.raises(Unavailable, match="no registry answers"):
        consortium.chain().look(b"\x99" * 20, MEMBER, [bytes(32)])


def test_what_is_no_transaction_is_refused_by_the_node(consortium: Consortium) -> None:
    with pytest.raises(Refused) as refused:
        consortium.chain().send(b"\x01")
    assert refused.value.code == "NODE_REFUSED"

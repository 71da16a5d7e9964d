"""Outboxes over a small chain, as issuance uses them."""

from __future__ import annotations

from typing import Any

from ledger.batches import Batches
from ledger.chain.port import Chain
from ledger.keys.account import TransactionAccount
from ledger.outbox import Act, Outbox
from ledger.store import Store
from ledger.store.documents import DocumentState
from ledger.sync import converge
from tests.builders import a_prepared_document
from tests.fakes.small_chain import CHAIN_ID, anchor_call

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

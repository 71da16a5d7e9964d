"""Issuance against the real contracts on a real node: what the small chain promises, they keep."""

from __future__ import annotations

from typing import Any

import orjson

from ledger.batches import Batches
from ledger.chain import abi
from ledger.issuance import Issued, Issuer, IssuingBody, Outcome
from ledger.outbox import Outbox
from ledger.store import Store, open_store
from ledger.sync import converge, rebuild
from ledger.wiring import open_signer
from tests.certificates import a_certificate, the_reference
from tests.consortium import Consortium

MEMBER = "VN-VCCI"
NOW = 1_710_000_000


def issue(
    consortium: Consortium, store: Store, certificates: list[dict[str, Any]], **options: Any
) -> list[Issued]:
    chain = consortium.chain()
    batches = Batches(chain, store, abi.anchor)
    account, chain_id = consortium.operator(MEMBER), consortium.node.chain_id
    outbox = Outbox(chain, store, account, chain_id=chain_id, clock=lambda: NOW, consequences=batches)
    signer = open_signer(consortium.settings(MEMBER))
    assert signer is not None
    issuer = Issuer(
        store,
        outbox,
        batches,
        IssuingBody(MEMBER, b"\x07" * 32, signer, consortium.manifest.by_kind, chain_id),
        the_reference(),
        converge=lambda: converge(chain, store, chain_id=chain_id),
        clock=lambda: NOW,
        **options,
    )
    return list(issuer.issue((f"{line}", orjson.dumps(one)) for line, one in enumerate(certificates)))


def numbered(consortium: Consortium, count: int) -> list[dict[str, Any]]:
    return [a_certificate(certificateNumber=f"VN-NODE {next(consortium.numbers)}") for _ in range(count)]


def outcomes(results: list[Issued]) -> set[Outcome]:
    return {result.outcome for result in results}


def test_batches_reach_the_contracts_and_a_second_run_adds_nothing(
    consortium: Consortium, store: Store
) -> None:
    certificates = numbered(consortium, 120)
    first = issue(consortium, store, certificates, chunk=50, workers=2)
    size = consortium.chain().journal_head().size
    again = issue(consortium, store, certificates, chunk=50, workers=0)
    assert (outcomes(first), outcomes(again)) == ({Outcome.ANCHORED}, {Outcome.ALREADY_ANCHORED})
    assert [one.journal_index for one in again] == [one.journal_index for one in first]
    assert consortium.chain().journal_head().size == size


def test_the_contract_names_the_taken_number_and_the_rest_is_anchored(
    consortium: Consortium, store: Store
) -> None:
    certificates = numbered(consortium, 5)
    with open_store("sqlite://") as other_gateway:
        issue(consortium, other_gateway, certificates[1:3])
    results = issue(consortium, store, certificates)
    assert [one.outcome is Outcome.ANCHORED for one in results] == [True, False, False, True, True]
    assert [problem.code for problem in results[1].problems if problem.severity == "error"] == [
        "NUMBER_ALREADY_ANCHORED"
    ]


def test_the_cache_of_a_real_chain_is_rebuilt_without_a_difference(
    consortium: Consortium, store: Store
) -> None:
    issue(consortium, store, numbered(consortium, 3))
    with open_store("sqlite://") as scratch:
        assert rebuild(consortium.chain(), store, scratch, chain_id=consortium.node.chain_id) == []
    head = store.journal.head()
    assert head is not None
    assert (head.size, head.root) == (store.journal.size(), consortium.chain().journal_head().root)

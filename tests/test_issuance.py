"""Issuance: one result for each certificate, and nothing anchored twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
import pytest

from ledger.batches import Batches
from ledger.chain.port import Chain
from ledger.core import envelope
from ledger.core.jose import Algorithm
from ledger.core.strictjson import Limits
from ledger.errors import Unavailable
from ledger.issuance import Issued, Issuer, IssuingBody, Outcome
from ledger.keys.account import TransactionAccount
from ledger.keys.signer import SoftwareSigner, generate
from ledger.outbox import Outbox
from ledger.store import Store, open_store
from ledger.sync import converge
from tests.certificates import a_certificate, the_reference
from tests.fakes.faults import FaultyChain, no_answer
from tests.fakes.small_chain import CHAIN_ID, REGISTRY, SmallChain, anchor_call

ACCOUNT = TransactionAccount(b"\x11" * 32)
SIGNER = SoftwareSigner(generate(Algorithm.ES256))
BODY = IssuingBody("VN-VCCI", b"\x07" * 32, SIGNER, {1: REGISTRY}, CHAIN_ID)
NOW = 1_710_000_000


def an_issuer(chain: Chain, store: Store, **options: Any) -> Issuer:
    batches = Batches(chain, store, anchor_call)
    outbox = Outbox(chain, store, ACCOUNT, chain_id=CHAIN_ID, clock=lambda: NOW, consequences=batches)
    return Issuer(
        store,
        outbox,
        batches,
        BODY,
        the_reference(),
        converge=lambda: converge(chain, store, chain_id=CHAIN_ID),
        clock=lambda: NOW,
        **{"chunk": 4, "patience_seconds": 5.0, "workers": 0, **options},
    )


def sources(*certificates: dict[str, Any]) -> Iterable[tuple[str, bytes]]:
    return [(f"batch.jsonl:{line}", orjson.dumps(one)) for line, one in enumerate(certificates, 1)]


def numbered(*numbers: int, **changes: Any) -> list[dict[str, Any]]:
    return [a_certificate(certificateNumber=f"VN-CN 24/02/{n:05}", **changes) for n in numbers]


def issue(chain: Chain, store: Store, certificates: list[dict[str, Any]], **options: Any) -> list[Issued]:
    return list(an_issuer(chain, store, **options).issue(sources(*certificates)))


def outcomes(results: Iterable[Issued]) -> list[Outcome]:
    return [result.outcome for result in results]


def codes(result: Issued) -> list[str]:
    return [problem.code for problem in result.problems if problem.severity == "error"]


def test_every_certificate_gets_its_document_and_its_place_in_the_journal_in_order(store: Store) -> None:
    results = issue(SmallChain(), store, numbered(*range(10)))
    assert outcomes(results) == [Outcome.ANCHORED] * 10
    assert [result.journal_index for result in results] == list(range(10))
    assert [result.number for result in results] == [f"VN-CN 24/02/{n:05}" for n in range(10)]


def test_what_is_stored_opens_and_verifies_and_is_what_was_anchored(store: Store) -> None:
    (result,) = issue(SmallChain(), store, numbered(1))
    assert result.document_id is not None
    sealed = store.documents.sealed(result.document_id)
    assert sealed is not None
    opened = envelope.open_envelope(sealed)
    assert opened.document_id == result.document_id
    assert envelope.verify_signature(opened, SIGNER.public_key)
    assert opened.subject["exporter"]["name"] == "SAIGON EXAMPLE SEAFOOD JSC"


def test_the_same_file_again_anchors_nothing_twice(store: Store) -> None:
    chain = SmallChain()
    first = issue(chain, store, numbered(*range(6)))
    again = issue(chain, store, numbered(*range(6)))
    assert outcomes(again) == [Outcome.ALREADY_ANCHORED] * 6
    assert [one.document_id for one in again] == [one.document_id for one in first]
    assert chain.journal_head().size == 6


def test_another_certificate_under_an_anchored_number_is_refused_and_told_since_when(store: Store) -> None:
    chain = SmallChain()
    issue(chain, store, numbered(1))
    (result,) = issue(chain, store, numbered(1, totalPackages=7))
    assert (result.outcome, codes(result)) == (Outcome.REFUSED, ["NUMBER_ALREADY_ANCHORED"])
    assert result.reason == (
        "Number exists with different content, which was anchored on 2023-11-14T22:13:21Z. "
        "To correct it issue a replacement or a corrected copy."
    )


def test_a_number_written_differently_is_the_same_number(store: Store) -> None:
    chain = SmallChain()
    issue(chain, store, [a_certificate(certificateNumber="VN-CN 24/02/00001")])
    (result,) = issue(chain, store, [a_certificate(certificateNumber="vn–cn24/02/00001")])
    assert codes(result) == ["NUMBER_ALREADY_ANCHORED"]


def test_twins_in_one_file_are_anchored_once_and_rivals_refused(store: Store) -> None:
    chain = SmallChain()
    results = issue(chain, store, [*numbered(1), *numbered(1), *numbered(1, totalPackages=7)])
    assert outcomes(results) == [Outcome.ANCHORED, Outcome.ANCHORED, Outcome.REFUSED]
    assert results[0].document_id == results[1].document_id
    assert chain.journal_head().size == 1


def test_a_number_that_another_gateway_of_the_member_took_is_refused_alone(store: Store) -> None:
    chain = SmallChain()
    with open_store("sqlite://") as other_gateway:
        issue(chain, other_gateway, numbered(2))
    results = issue(chain, store, numbered(1, 2, 3))
    assert outcomes(results) == [Outcome.ANCHORED, Outcome.REFUSED, Outcome.ANCHORED]
    assert codes(results[1]) == ["NUMBER_ALREADY_ANCHORED"]
    assert "in block 1" in results[1].reason


def test_bad_certificates_say_what_is_wrong_and_do_not_hold_up_the_others(store: Store) -> None:
    wrong = a_certificate(certificateNumber="VN-CN 24/02/77777", destinationCountry="XX")
    results = list(an_issuer(SmallChain(), store).issue([*sources(wrong, *numbered(1)), ("torn", b'{"a":')]))
    assert outcomes(results) == [Outcome.REFUSED, Outcome.ANCHORED, Outcome.REFUSED]
    assert any(problem.path == "destinationCountry" for problem in results[0].problems)
    assert results[2].source == "torn"


def test_a_certificate_of_another_body_is_refused(store: Store) -> None:
    (result,) = issue(SmallChain(), store, [a_certificate(issuer={"id": "VN-MOIT", "country": "VN"})])
    assert codes(result) == ["ISSUER_NOT_OURS"]


def test_a_document_above_the_limit_is_refused_unread(store: Store) -> None:
    (result,) = issue(SmallChain(), store, numbered(1), limits=Limits(size=100))
    assert codes(result) == ["TOO_LARGE"]


def test_a_suspended_member_is_told_the_contracts_reason_for_each(store: Store) -> None:
    chain = SmallChain()
    chain.suspended = True
    results = issue(chain, store, numbered(1, 2))
    assert outcomes(results) == [Outcome.REFUSED] * 2
    assert codes(results[0]) == ["R23"]
    assert results[0].reason == "R23: This body is suspended or has left, so it cannot issue now."
    chain.suspended = False
    assert outcomes(issue(chain, store, numbered(1, 2))) == [Outcome.ANCHORED] * 2


def test_with_the_chain_away_nothing_is_read(store: Store) -> None:
    def untouched() -> Iterable[tuple[str, bytes]]:
        raise AssertionError("read")
        yield

    with pytest.raises(Unavailable):
        list(an_issuer(FaultyChain(SmallChain(), 0, "before", no_answer), store).issue(untouched()))


def test_a_chain_that_stands_still_leaves_pending_results_and_the_next_run_finishes_them(
    store: Store,
) -> None:
    chain = SmallChain(automine=False)
    results = issue(chain, store, numbered(*range(6)), patience_seconds=0.05)
    assert outcomes(results) == [Outcome.PENDING] * 6
    assert "stored, not anchored yet" in results[0].reason
    chain.automine = True
    chain.mine()
    again = issue(chain, store, numbered(*range(6)))
    assert outcomes(again) == [Outcome.ALREADY_ANCHORED] * 6
    assert [one.document_id for one in again] == [one.document_id for one in results]


def test_certificates_of_different_type_and_policy_go_in_batches_of_their_own(store: Store) -> None:
    chain = SmallChain()
    plain = a_certificate(certificateNumber="VN-1", documentTypeCode="861", agreementCode=None)
    plain["items"][0].pop("originCriterion", None)
    results = issue(chain, store, [*numbered(1), plain, *numbered(2)])
    assert outcomes(results) == [Outcome.ANCHORED] * 3, results
    assert len({event.head for event in chain.appended(0, 99)}) == 2


def test_the_officers_second_key_leads_back_to_the_number(store: Store) -> None:
    issue(SmallChain(), store, numbered(1))
    found = store.documents.numbers_with_second_key(1, "VN-VCCI", "EX-2024-0107")
    assert found == ["VN-CN 24/02/00001"]
    assert store.documents.numbers_with_second_key(1, "VN-VCCI", "2024-03-04") == found


def test_progress_counts_every_result(store: Store) -> None:
    told: list[int] = []
    list(an_issuer(SmallChain(), store).issue(sources(*numbered(*range(10))), told.append))
    assert told[-1] == 10
    assert told == sorted(told)


def test_sources_are_read_as_they_are_needed() -> None:
    read = 0

    def lines() -> Iterable[tuple[str, bytes]]:
        nonlocal read
        for number in range(200):
            read += 1
            yield from sources(*numbered(number))

    with open_store("sqlite://") as store:
        results = iter(an_issuer(SmallChain(), store).issue(lines()))
        next(results)
        assert read < 200


def test_worker_processes_give_the_same_results_in_the_same_order(store: Store) -> None:
    wrong = a_certificate(destinationCountry="XX")
    results = issue(SmallChain(), store, [*numbered(*range(9)), wrong], workers=2)
    assert outcomes(results) == [Outcome.ANCHORED] * 9 + [Outcome.REFUSED]
    assert [result.journal_index for result in results[:9]] == list(range(9))
    assert results[9].source == "batch.jsonl:10"

"""Issuance of licences, AEO entries, copies and replacements: what goes by itself, what follows, and what a crash leaves."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
import pytest

from ledger.batches import Batches
from ledger.chain.port import Chain
from ledger.chain.rules import has_artifact
from ledger.core import acts, numbers
from ledger.core.acts import EntryType
from ledger.core.entries import Entry, decode
from ledger.core.jose import Algorithm
from ledger.errors import Refused, Unavailable
from ledger.issuance import Issued, Issuer, IssuingBody, Outcome
from ledger.keys.account import TransactionAccount
from ledger.keys.signer import SoftwareSigner, generate
from ledger.outbox import Outbox
from ledger.store import Store, open_store
from ledger.store.documents import DocumentState
from ledger.sync import converge
from tests.certificates import a_certificate, the_reference
from tests.fakes.faults import FaultyChain, When, no_answer
from tests.fakes.small_chain import CHAIN_ID, REGISTRIES, SmallChain, anchor_call
from tests.licences import EXTRACT, a_document, a_licence, an_entry

ACCOUNT = TransactionAccount(b"\x11" * 32)
SIGNER = SoftwareSigner(generate(Algorithm.ES256))
TAG_KEY, FOREIGN_KEY = b"\x07" * 32, b"\x08" * 32
NOW = 1_780_000_000
AEO = pytest.mark.skipif(not has_artifact("AeoRegistry"), reason="NOT TESTED: there is no AeoRegistry yet")

Document = dict[str, Any]


def an_issuer(chain: Chain, store: Store, member: str, **options: Any) -> Issuer:
    batches = Batches(chain, store, anchor_call)
    outbox = Outbox(chain, store, ACCOUNT, chain_id=CHAIN_ID, clock=lambda: NOW, consequences=batches)
    body = IssuingBody(member, TAG_KEY, SIGNER, REGISTRIES, CHAIN_ID, {"AU-ACCI": FOREIGN_KEY}.get)
    return Issuer(
        store,
        outbox,
        batches,
        body,
        the_reference(),
        converge=lambda: converge(chain, store, chain_id=CHAIN_ID),
        clock=lambda: NOW,
        **{"patience_seconds": 2.0, "workers": 0, **options},
    )


def issue(chain: Chain, store: Store, *documents: Document, **options: Any) -> list[Issued]:
    sources = [(f"{place}", orjson.dumps(one)) for place, one in enumerate(documents)]
    return list(an_issuer(chain, store, documents[0]["issuer"]["id"], **options).issue(sources))


def replace(chain: Chain, store: Store, old: str, new: Document) -> Issued:
    issuer = an_issuer(chain, store, new["issuer"]["id"])
    return issuer.replace(tag_of(1, old), 14, ("new", orjson.dumps(new)))


def tag_of(kind: int, number: str, key: bytes = TAG_KEY) -> bytes:
    return numbers.tag(key, kind, numbers.normalise(number))


def a_copy(of: Document, number: str, **changes: Any) -> Document:
    reference = {"relation": "TRUE_COPY_OF", "number": of["certificateNumber"], "date": of["issueDate"]}
    references = [{**reference, "issuerId": of["issuer"]["id"], **changes}]
    return {**of, "certificateNumber": number, "issueKind": "CERTIFIED_TRUE_COPY", "references": references}


def licence_and_extract() -> list[Document]:
    extract = a_document(EXTRACT)
    [reference] = [one for one in extract["references"] if one["relation"] == "EXTRACT_OF"]
    items = [
        {name: value for name, value in item.items() if name != "parentItem"} for item in extract["items"]
    ]
    whole = a_document(EXTRACT, references=None, issueKind="ORIGINAL", items=items)
    return [{**whole, "certificateNumber": reference["number"]}, extract]


def entries(store: Store) -> list[Entry]:
    return [decode(one.entry, one.index) for one in store.journal.stream()]


def types(store: Store) -> list[EntryType]:
    return [entry.type for entry in entries(store)]


def codes(result: Issued) -> list[str]:
    return [problem.code for problem in result.problems if problem.severity == "error"]


# --- terms and links ------------------------------------------------------------------------------------------------


def test_a_licence_is_anchored_by_itself_with_its_lines(store: Store) -> None:
    chain, licence = SmallChain(), a_licence()
    (result,) = issue(chain, store, licence)
    assert result.outcome is Outcome.ANCHORED, result
    found = types(store)
    assert found[:2] == [EntryType.RECORD_ANCHORED, EntryType.TERMS_SET]
    assert found[2:] == [EntryType.LINE_AUTHORISED] * len(licence["items"])
    assert {entry.contract for entry in entries(store)} == {REGISTRIES[2]}
    assert entries(store)[0].subject == tag_of(2, licence["certificateNumber"])


def test_a_licence_again_is_recognised_and_another_under_its_number_refused(store: Store) -> None:
    chain = SmallChain()
    issue(chain, store, a_licence())
    size = chain.journal_head().size
    (again,) = issue(chain, store, a_licence())
    (other,) = issue(chain, store, a_licence(remarks="something else"))
    assert again.outcome is Outcome.ALREADY_ANCHORED
    assert codes(other) == ["NUMBER_ALREADY_ANCHORED"]
    assert chain.journal_head().size == size


def test_the_same_number_of_another_kind_is_another_number(store: Store) -> None:
    chain, licence = SmallChain(), a_licence()
    certificate = a_certificate(
        certificateNumber=licence["certificateNumber"],
        issuer={"id": licence["issuer"]["id"], "country": "CN"},
    )
    results = issue(chain, store, licence, certificate)
    assert chain.records() == sum(one.outcome is Outcome.ANCHORED for one in results) == 2, results


def test_a_true_copy_hangs_on_its_original_of_the_same_file(store: Store) -> None:
    original = a_certificate()
    results = issue(SmallChain(), store, a_copy(original, "VN-COPY 1"), original)
    assert [one.outcome for one in results] == [Outcome.ANCHORED] * 2, results
    link = next(entry.act for entry in entries(store) if isinstance(entry.act, acts.RecordLinked))
    assert (link.relation, link.parent_member) == (1, "VN-VCCI")
    assert link.parent_tag == tag_of(1, original["certificateNumber"])


def test_a_copy_of_nothing_is_refused_alone_and_points_at_its_reference(store: Store) -> None:
    original = a_certificate()
    orphan = a_copy(a_certificate(certificateNumber="VN-NOBODY 9"), "VN-COPY 2")
    results = issue(SmallChain(), store, original, orphan)
    assert results[0].outcome is Outcome.ANCHORED
    assert codes(results[1]) == ["R21"]
    assert [problem.path for problem in results[1].problems if problem.severity == "error"] == ["references"]
    assert store.documents.counts() == {DocumentState.ANCHORED: 1, DocumentState.REFUSED: 1}


def test_an_extract_takes_its_lines_from_its_licence(store: Store) -> None:
    results = issue(SmallChain(), store, *licence_and_extract())
    assert [one.outcome for one in results] == [Outcome.ANCHORED] * 2, results
    assert EntryType.RECORD_LINKED in types(store)


def test_a_document_that_hangs_on_one_whose_tag_key_is_not_here_is_refused_before_the_chain(
    store: Store,
) -> None:
    chain = SmallChain()
    number = {"relation": "BACK_TO_BACK_OF", "issuerId": "NZ-ICC", "number": "NZ 1", "date": "2024-01-02"}
    child = a_certificate(references=[number])
    for result in issue(chain, store, child, child):
        assert result.outcome is Outcome.REFUSED
        assert "TAG_KEY_MISSING" in codes(result), result
    assert chain.sent == []
    assert store.documents.counts() == {}


# --- replacements ---------------------------------------------------------------------------------------------------


def test_a_replacement_takes_the_place_of_the_old_record_in_one_step(store: Store) -> None:
    chain, old = SmallChain(), a_certificate()
    issue(chain, store, old)
    sent = len(chain.sent)
    result = replace(chain, store, old["certificateNumber"], a_certificate(certificateNumber="VN-NEW 1"))
    assert result.outcome is Outcome.ANCHORED, result
    assert types(store)[-2:] == [EntryType.RECORD_ANCHORED, EntryType.RECORD_REPLACED]
    assert len(chain.sent) == sent + 1
    again = replace(chain, store, old["certificateNumber"], a_certificate(certificateNumber="VN-NEW 1"))
    assert (again.outcome, len(chain.sent)) == (Outcome.ALREADY_ANCHORED, sent + 1)


def test_what_was_issued_beside_the_old_record_does_not_replace_it(store: Store) -> None:
    chain, old, new = SmallChain(), a_certificate(), a_certificate(certificateNumber="VN-NEW 2")
    issue(chain, store, old, new)
    result = replace(chain, store, old["certificateNumber"], new)
    assert codes(result) == ["NUMBER_ALREADY_ANCHORED"]
    assert "by itself" in result.reason


def test_a_record_that_is_not_there_cannot_be_replaced(store: Store) -> None:
    result = replace(SmallChain(), store, "VN-NOBODY", a_certificate())
    assert codes(result) == ["R07"]


def test_a_bad_replacement_says_what_is_wrong_with_it(store: Store) -> None:
    result = replace(SmallChain(), store, "VN-1", a_certificate(destinationCountry="XX"))
    assert result.outcome is Outcome.REFUSED
    assert "destinationCountry" in [problem.path for problem in result.problems]


# --- AEO entries ----------------------------------------------------------------------------------------------------


@AEO
def test_types_and_aliases_follow_the_entry_that_was_anchored(store: Store) -> None:
    chain, entry = SmallChain(), an_entry()
    (result,) = issue(chain, store, entry)
    assert (result.outcome, result.reason) == (Outcome.ANCHORED, "")
    assert types(store) == [
        EntryType.RECORD_ANCHORED,
        *[EntryType.TYPE_GRANTED] * len(entry["types"]),
        *[EntryType.ALIAS_ADDED] * len(entry["aliases"]),
    ]
    assert len(chain.sent) == 2 + len(entry["aliases"])


@AEO
def test_an_entry_again_grants_nothing_twice(store: Store) -> None:
    chain = SmallChain()
    issue(chain, store, an_entry())
    sent = len(chain.sent)
    (again,) = issue(chain, store, an_entry())
    assert (again.outcome, len(chain.sent)) == (Outcome.ALREADY_ANCHORED, sent)


@AEO
def test_nothing_is_granted_to_another_entry_under_the_same_code(store: Store) -> None:
    chain = SmallChain()
    with open_store("sqlite://") as other_gateway:
        issue(chain, other_gateway, an_entry(types=an_entry()["types"][:1]))
    size = chain.journal_head().size
    (result,) = issue(chain, store, an_entry())
    assert codes(result) == ["NUMBER_ALREADY_ANCHORED"]
    assert chain.journal_head().size == size


class ForgetfulChain(SmallChain):
    """Refuses every grant until told otherwise."""

    refusing = True

    def simulate(self, account: bytes, to: bytes, calldata: bytes) -> int:
        from ledger.chain.abi import selector

        if self.refusing and calldata[:4] == selector("grantTypes(bytes32,bytes32,(bytes8,uint64)[])"):
            raise Refused("AeoTypeInvalid", "the type is not known here")
        return super().simulate(account, to, calldata)


@AEO
def test_a_grant_that_is_refused_is_told_and_tried_again_when_the_entry_is_issued_again(store: Store) -> None:
    chain = ForgetfulChain()
    (result,) = issue(chain, store, an_entry())
    assert (result.outcome, codes(result)) == (Outcome.ANCHORED, ["AeoTypeInvalid"])
    assert result.reason.startswith("anchored, but granting types by ")
    chain.refusing = False
    (again,) = issue(chain, store, an_entry())
    assert (again.outcome, codes(again)) == (Outcome.ANCHORED, [])
    assert types(store).count(EntryType.TYPE_GRANTED) == len(an_entry()["types"])


# --- faults ---------------------------------------------------------------------------------------------------------


def entry_alone() -> list[Document]:
    return [an_entry()]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("make", [licence_and_extract, pytest.param(entry_alone, marks=AEO)])
def test_an_outage_at_any_call_loses_and_doubles_nothing(
    make: Callable[[], list[Document]], when: When
) -> None:
    documents = make()
    with open_store("sqlite://") as store:
        counting = FaultyChain(whole := SmallChain(), -1, "before", no_answer)
        issue(counting, store, *documents)
        wanted = types(store)
    for at in range(counting.calls):
        chain = SmallChain()
        with open_store("sqlite://") as store:
            with suppress(Unavailable):
                issue(FaultyChain(chain, at, when, no_answer), store, *documents, patience_seconds=0.0)
            results = issue(chain, store, *documents)
            assert {one.outcome for one in results} <= {Outcome.ANCHORED, Outcome.ALREADY_ANCHORED}, at
            assert types(store) == wanted, at
        assert chain.next_nonce(ACCOUNT.address) == whole.next_nonce(ACCOUNT.address), at


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_outage_at_any_call_of_a_replacement_replaces_once(when: When) -> None:
    old, new = a_certificate(), a_certificate(certificateNumber="VN-NEW 3")

    def calls() -> int:
        chain = SmallChain()
        with open_store("sqlite://") as store:
            issue(chain, store, old)
            counting = FaultyChain(chain, -1, "before", no_answer)
            replace(counting, store, old["certificateNumber"], new)
        return counting.calls

    for at in range(calls()):
        chain = SmallChain()
        with open_store("sqlite://") as store:
            issue(chain, store, old)
            with suppress(Unavailable):
                replace(FaultyChain(chain, at, when, no_answer), store, old["certificateNumber"], new)
            result = replace(chain, store, old["certificateNumber"], new)
            assert result.outcome in (Outcome.ANCHORED, Outcome.ALREADY_ANCHORED), at
            assert types(store).count(EntryType.RECORD_REPLACED) == 1, at
            assert chain.records() == 2, at

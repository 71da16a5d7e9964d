"""Issuance against the real contracts on a real node: what the small chain promises, they keep."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ledger.batches import Batches
from ledger.chain import abi, use_calls
from ledger.chain.deploy import act
from ledger.chain.rules import has_artifact
from ledger.chain.use_calls import Amount, UseId
from ledger.core import acts, numbers
from ledger.core.entries import decode
from ledger.demo.documents import built_on, todays_aeo, todays_licence
from ledger.issuance import Issued, Issuer, IssuingBody, Outcome
from ledger.outbox import Outbox
from ledger.store import Store, open_store
from ledger.sync import converge, rebuild
from ledger.wiring import open_signer
from tests.certificates import a_certificate, the_reference
from tests.consortium import Consortium

MEMBER, AUTHORITY, CUSTOMS, HOME, BUILDER = "VN-VCCI", "CN-MOFCOM", "CN-GACC", "AU-ABF", "SG-CUSTOMS"
TAG_KEY = b"\x07" * 32
NOW = int(datetime.now(UTC).timestamp())
TODAY = datetime.fromtimestamp(NOW, UTC).date()
DIVISIBLE: dict[str, Any] = {
    "profileCode": "LICENCE",
    "destinationCountry": "CN",
    "maxUses": None,
    "validUntil": f"{TODAY.year}-12-31",
}

Document = dict[str, Any]


def an_issuer(consortium: Consortium, store: Store, member: str, **options: Any) -> Issuer:
    chain = consortium.chain()
    batches = Batches(chain, store, abi.anchor)
    account, chain_id = consortium.operator(member), consortium.node.chain_id
    outbox = Outbox(chain, store, account, chain_id=chain_id, clock=lambda: NOW, consequences=batches)
    signer = open_signer(consortium.settings(member))
    return Issuer(
        store,
        outbox,
        batches,
        IssuingBody(member, TAG_KEY, signer, consortium.manifest.by_kind, chain_id, lambda _: TAG_KEY),
        the_reference(),
        converge=lambda: converge(chain, store, chain_id=chain_id),
        clock=lambda: NOW,
        **options,
    )


def issue(consortium: Consortium, store: Store, documents: list[Document], **options: Any) -> list[Issued]:
    issuer = an_issuer(consortium, store, documents[0]["issuer"]["id"], **options)
    return list(issuer.issue((f"{line}", orjson.dumps(one)) for line, one in enumerate(documents)))


def replace(consortium: Consortium, store: Store, old: Document, new: Document, kind: int = 1) -> Issued:
    issuer = an_issuer(consortium, store, new["issuer"]["id"])
    return issuer.replace(tag_of(kind, old), 14, ("new", orjson.dumps(new)))


def numbered(consortium: Consortium, count: int) -> list[Document]:
    return [a_certificate(certificateNumber=f"VN-NODE {next(consortium.numbers)}") for _ in range(count)]


def a_licence(consortium: Consortium, tonnes: str = "100", **changes: Any) -> Document:
    licence = todays_licence(TODAY, f"NODE-{next(consortium.numbers)}", tonnes, **changes)
    return {name: value for name, value in licence.items() if value is not None}


def an_extract(consortium: Consortium, whole: Document, tonnes: str) -> Document:
    reference = {
        "relation": "EXTRACT_OF",
        "issuerId": AUTHORITY,
        "number": whole["certificateNumber"],
        "date": whole["issueDate"],
    }
    return a_licence(consortium, tonnes, **DIVISIBLE, issueKind="EXTRACT", references=[reference])


def tag_of(kind: int, document: Document) -> bytes:
    return numbers.tag(TAG_KEY, kind, numbers.normalise(document["certificateNumber"]))


def line(consortium: Consortium, kind: int, document: Document) -> use_calls.LineSlot:
    """Return the first line of a record as the contract keeps it."""
    question = use_calls.line_of(document["issuer"]["id"], tag_of(kind, document), 1)
    return use_calls.read_line(consortium.chain().ask_contract(consortium.manifest.registry(kind), question))


def reserve(consortium: Consortium, document: Document, tonnes: int) -> None:
    amount = Amount(1, "TNE", tonnes * 10**6)
    use = UseId("CN2202", next(consortium.numbers).to_bytes(32, "big"))
    call = use_calls.reserve(CUSTOMS, AUTHORITY, tag_of(2, document), use, amount)
    registry, chain_id = consortium.manifest.registry(2), consortium.node.chain_id
    act(consortium.chain(), consortium.operator(CUSTOMS), chain_id, registry, call)


def outcomes(results: list[Issued]) -> set[Outcome]:
    return {result.outcome for result in results}


def codes(result: Issued) -> list[str]:
    return [problem.code for problem in result.problems if problem.severity == "error"]


# --- in batches -----------------------------------------------------------------------------------------------------


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
    assert codes(results[1]) == ["NUMBER_ALREADY_ANCHORED"]


def test_the_cache_of_a_real_chain_is_rebuilt_without_a_difference(
    consortium: Consortium, store: Store
) -> None:
    licence = a_licence(consortium)
    issue(consortium, store, numbered(consortium, 3))
    issue(consortium, store, [licence])
    reserve(consortium, licence, 30)
    converge(consortium.chain(), store, chain_id=consortium.node.chain_id)
    with open_store("sqlite://") as scratch:
        assert rebuild(consortium.chain(), store, scratch, chain_id=consortium.node.chain_id) == []
    head = store.journal.head()
    assert head is not None
    assert (head.size, head.root) == (store.journal.size(), consortium.chain().journal_head().root)


# --- one by one -----------------------------------------------------------------------------------------------------


def test_a_licence_opens_its_lines_and_a_second_run_adds_nothing(
    consortium: Consortium, store: Store
) -> None:
    licence = a_licence(consortium, "100.5")
    (first,) = issue(consortium, store, [licence])
    size = consortium.chain().journal_head().size
    (again,) = issue(consortium, store, [licence])
    assert (first.outcome, again.outcome) == (Outcome.ANCHORED, Outcome.ALREADY_ANCHORED)
    assert line(consortium, 2, licence) == use_calls.LineSlot("TNE", 0, 100_500_000, 0, 0)
    assert consortium.chain().journal_head().size == size


def test_what_customs_wrote_is_found_with_the_issuers_record(consortium: Consortium, store: Store) -> None:
    licence = a_licence(consortium)
    issue(consortium, store, [licence])
    reserve(consortium, licence, 30)
    converge(consortium.chain(), store, chain_id=consortium.node.chain_id)
    about = store.journal.entries_about(AUTHORITY, tag_of(2, licence))
    [use] = [entry for one in about if isinstance((entry := decode(one.entry)).act, acts.UseReserved)]
    assert use.member == CUSTOMS
    own = store.journal.entries_of_uses(CUSTOMS)
    assert own[-1].entry == use.raw


def test_extracts_take_from_their_licence_until_nothing_is_left(consortium: Consortium, store: Store) -> None:
    whole = a_licence(consortium, **DIVISIBLE)
    small, large = an_extract(consortium, whole, "60"), an_extract(consortium, whole, "41")
    results = issue(consortium, store, [whole, small, large])
    assert [one.outcome for one in results[:2]] == [Outcome.ANCHORED] * 2, results
    assert results[2].outcome is Outcome.REFUSED
    [problem] = [problem for problem in results[2].problems if problem.severity == "error"]
    assert (problem.path, problem.code, problem.value) == ("items", "R22", "41"), problem
    assert results[2].reason == (
        "R22: More is certified, 41 with the tolerance, than line 1 of what it builds on has left, 40."
    )
    assert line(consortium, 2, whole).consumed == 60_000_000


def test_a_copy_and_its_original_are_anchored_in_one_run(consortium: Consortium, store: Store) -> None:
    [original, other] = numbered(consortium, 2)
    reference = {"relation": "TRUE_COPY_OF", "issuerId": MEMBER, "number": original["certificateNumber"]}
    copied = {
        **original,
        "certificateNumber": other["certificateNumber"],
        "issueKind": "CERTIFIED_TRUE_COPY",
        "references": [{**reference, "date": original["issueDate"]}],
    }
    assert outcomes(issue(consortium, store, [copied, original])) == {Outcome.ANCHORED}
    assert outcomes(issue(consortium, store, [copied, original])) == {Outcome.ALREADY_ANCHORED}


def test_a_certificate_built_on_one_without_a_balance_is_refused_and_says_so(
    consortium: Consortium, store: Store
) -> None:
    [parent] = numbered(consortium, 1)
    issue(consortium, store, [parent])
    child = built_on(parent, f"SG-NODE {next(consortium.numbers)}", TODAY)
    (result,) = issue(consortium, store, [child])
    assert result.outcome is Outcome.REFUSED
    assert {"R13", "R21"} & set(codes(result)), result


def test_a_replacement_ends_the_old_record_and_repeating_it_does_nothing(
    consortium: Consortium, store: Store
) -> None:
    old, new = a_licence(consortium), a_licence(consortium)
    issue(consortium, store, [old])
    first = replace(consortium, store, old, new, kind=2)
    size = consortium.chain().journal_head().size
    again = replace(consortium, store, old, new, kind=2)
    assert (first.outcome, again.outcome) == (Outcome.ANCHORED, Outcome.ALREADY_ANCHORED), first
    tags = [tag_of(2, old), tag_of(2, new)]
    seen = consortium.chain().look(consortium.manifest.registry(2), AUTHORITY, tags)
    assert [one.status for one in seen.records] == [5, 1]
    assert seen.head.size == size


def test_a_record_that_was_used_is_not_replaced(consortium: Consortium, store: Store) -> None:
    old = a_licence(consortium)
    issue(consortium, store, [old])
    reserve(consortium, old, 1)
    result = replace(consortium, store, old, a_licence(consortium), kind=2)
    assert codes(result) == ["R11"]
    assert "has been used" in result.reason


@pytest.mark.skipif(not has_artifact("AeoRegistry"), reason="NOT TESTED: there is no AeoRegistry yet")
def test_an_aeo_entry_has_its_types_and_aliases_and_a_second_run_adds_nothing(
    consortium: Consortium, store: Store
) -> None:
    number = next(consortium.numbers)
    entry = todays_aeo(TODAY, f"AEOAU{number:010}", "AEOC", "AEOS", aliases=[f"AU{number:012}"])
    (first,) = issue(consortium, store, [entry])
    size = consortium.chain().journal_head().size
    (again,) = issue(consortium, store, [entry])
    assert (first.outcome, again.outcome, first.reason) == (Outcome.ANCHORED, Outcome.ALREADY_ANCHORED, "")
    granted = [
        found.name
        for one in store.journal.entries_about(HOME, tag_of(3, entry))
        if isinstance(found := decode(one.entry).act, acts.TypeGranted)
    ]
    assert granted == ["AEOC", "AEOS"]
    assert consortium.chain().journal_head().size == size

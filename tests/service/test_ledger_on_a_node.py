"""The use cases as an integrator has them: ``open_ledger`` on a real node, nothing replaced."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.core.verdict import Concerns, Word
from ledger.errors import Rejected
from ledger.service.answers import IssueOutcome
from ledger.service.ledger import Ledger
from ledger.store import open_store
from ledger.wiring import open_ledger
from tests.certificates import a_foreign_certificate
from tests.consortium import Consortium
from tests.gateways import CUSTOMS, ISSUER, a_fresh_certificate, altered, ask, issued, names, sealed

SUBJECT = "credentialSubject"


@pytest.fixture(scope="module")
def issuer(consortium: Consortium) -> Iterator[Ledger]:
    with open_ledger(consortium.settings(ISSUER)) as ledger:
        yield ledger


@pytest.fixture(scope="module")
def customs(consortium: Consortium) -> Iterator[Ledger]:
    with open_ledger(consortium.settings(CUSTOMS)) as ledger:
        yield ledger


@pytest.fixture
def stranger(consortium: Consortium, tmp_path: Path) -> Iterator[Ledger]:
    """A customs office that no issuing body has given its tag key to."""
    with open_ledger(consortium.settings("AU-ABF", TRADESEAL_KEYS_TAG_KEYS=str(tmp_path))) as ledger:
        yield ledger


def codes(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Rejected) as rejected:
        act()
    return [problem.code for problem in rejected.value.problems]


# --- issuing --------------------------------------------------------------------------------------------------


def test_a_taken_number_is_refused_with_the_reason_and_the_first_certificate_stays(
    consortium: Consortium, issuer: Ledger, customs: Ledger
) -> None:
    certificate = a_fresh_certificate(consortium)
    document = sealed(issuer, certificate)
    other = {**certificate, "exporter": {**certificate["exporter"], "name": "ANOTHER EXPORTER LTD"}}
    [refused] = issued(issuer, other)
    assert (refused.outcome, refused.document_id) == (IssueOutcome.REFUSED, None)
    assert "NUMBER_ALREADY_ANCHORED" in [problem.code for problem in refused.problems]
    assert "different content, which was anchored on 20" in refused.reason
    assert sealed(issuer, certificate) == document
    assert ask(customs, document=document).word is Word.ACCEPT


def test_two_gateways_of_one_body_that_issue_the_same_at_once_anchor_it_once(
    consortium: Consortium, issuer: Ledger
) -> None:
    certificates = [a_fresh_certificate(consortium) for _ in range(20)]
    before = issuer.head().size
    with open_ledger(consortium.settings(ISSUER)) as second, ThreadPoolExecutor(2) as threads:
        runs = list(threads.map(lambda ledger: issued(ledger, *certificates), (issuer, second)))
    places = [[result.journal_index for result in run] for run in runs]
    assert places[0] == places[1]
    assert None not in places[0]
    assert issuer.head().size == before + 20


def test_what_was_issued_is_held_after_a_restart(consortium: Consortium, issuer: Ledger) -> None:
    [result] = issued(issuer, a_fresh_certificate(consortium))
    assert result.document_id is not None
    with open_ledger(consortium.settings(ISSUER)) as restarted:
        held = restarted.document(result.document_id)
    assert held is not None
    assert (held.issuer, held.number, held.journal_index) == (ISSUER, result.number, result.journal_index)
    assert issuer.document(bytes(32)) is None


def test_a_foreign_certificate_is_imported_issued_late_and_good_on_its_day_of_import(
    consortium: Consortium, customs: Ledger
) -> None:
    declaration = {
        "importDate": "2020-07-01",
        "acceptedAt": "2020-07-01T09:00:00+08:00",
        "country": "CN",
        "items": [],
    }
    with open_ledger(consortium.settings("AU-ACCI")) as australia:
        imported = australia.import_foreign("edi3", orjson.dumps(a_foreign_certificate())).certificate
        document = sealed(australia, {**imported, "certificateNumber": f"AU-TEST {next(consortium.numbers)}"})
    then = ask(customs, document=document, declaration=orjson.dumps(declaration))
    assert then.word is Word.ACCEPT_WITH_REMARKS
    assert names(then) & {"LATE_ANCHORED", "ANCHORED_AFTER_VALIDITY"}
    now = ask(customs, document=document)
    assert (now.word, "EXPIRED_AT_IMPORT_DATE" in names(now)) == (Word.REJECT, True)


def test_a_question_without_a_time_is_about_the_day_that_the_offices_have(
    consortium: Consortium, issuer: Ledger, tmp_path: Path
) -> None:
    number = issued(issuer, a_fresh_certificate(consortium))[0].number
    there = {"TRADESEAL_MEMBER_UTC_OFFSET": "+08:00", "TRADESEAL_STORE_URL": f"sqlite:///{tmp_path}/there.db"}
    with open_ledger(consortium.settings(CUSTOMS, **there)) as customs:
        verdict = ask(customs, issuer=ISSUER, number=number)
    assert verdict.as_of.utcoffset() == timedelta(hours=8)


# --- looking up -----------------------------------------------------------------------------------------------


def test_a_number_that_looks_alike_is_suggested_to_who_knows_a_second_key(
    consortium: Consortium, issuer: Ledger
) -> None:
    certificate = a_fresh_certificate(consortium, invoices=[{"number": "INV-77"}])
    for item in certificate["items"]:
        item["invoiceRefs"] = [0]
    [result] = issued(issuer, certificate)
    mistyped = {"issuer": ISSUER, "number": result.number.replace("0", "O")}
    found = ask(issuer, **mistyped, second_key="inv-77")
    assert (found.word, found.record) == (Word.REFER, None)
    assert [
        finding.message
        for check in found.checks
        for finding in check.findings
        if finding.name == "LOOK_ALIKE" and result.number in finding.message
    ]
    for question in (mistyped, {**mistyped, "second_key": "INV-78"}):
        assert "LOOK_ALIKE" not in names(ask(issuer, **question))


def test_without_the_issuers_tag_key_documents_can_be_judged_and_numbers_cannot(
    consortium: Consortium, issuer: Ledger, stranger: Ledger, tmp_path: Path
) -> None:
    certificate = a_fresh_certificate(consortium)
    document = sealed(issuer, certificate)
    question = {"issuer": ISSUER, "number": certificate["certificateNumber"]}
    assert ask(stranger, document=document).word is Word.ACCEPT
    assert ask(stranger, document=altered(document)).word is Word.REJECT
    unknown = ask(stranger, **question)
    assert (unknown.word, unknown.record) == (Word.REFER, None)
    assert "TAG_NOT_CHECKED" in names(unknown)
    assert "NUMBER_NOT_FOUND" not in names(unknown)
    assert codes(lambda: stranger.history(**question)) == ["TAG_KEY_MISSING"]
    issuer.export_tag_key(tmp_path / "parcel")
    assert stranger.import_tag_key(tmp_path / "parcel") == ISSUER
    assert ask(stranger, **question).word is Word.ACCEPT


def test_a_number_that_was_never_issued_is_referred_with_what_to_do_next(
    consortium: Consortium, issuer: Ledger, customs: Ledger
) -> None:
    number = a_fresh_certificate(consortium)["certificateNumber"]
    verdict = ask(customs, issuer=ISSUER, number=number)
    assert (verdict.word, verdict.concerns) == (Word.REFER, Concerns.RECORD)
    assert "NUMBER_NOT_FOUND" in names(verdict)
    assert verdict.next


def test_a_copy_may_hide_more_and_more_and_never_what_a_verdict_needs(
    consortium: Consortium, issuer: Ledger, customs: Ledger
) -> None:
    document = sealed(issuer, a_fresh_certificate(consortium))
    less = customs.disclose(document, ["consignee"])
    least = customs.disclose(less, ["exporter"])
    assert len(document) > len(less) > len(least)
    assert ask(customs, document=least).word is Word.ACCEPT
    assert codes(lambda: customs.disclose(document, ["certificateNumber"])) == ["MUST_STAY_VISIBLE"]
    assert codes(lambda: customs.disclose(document, ["nothing.of.this"])) != []


@pytest.mark.parametrize(
    "value", [None, "", 7, "9" * 5_000, [{}], {"a": "b"}], ids=lambda value: str(value)[:5]
)
def test_whatever_is_altered_in_a_document_it_is_rejected(
    value: object, consortium: Consortium, issuer: Ledger, customs: Ledger
) -> None:
    document = sealed(issuer, a_fresh_certificate(consortium))
    seen: list[tuple[str, ...]] = []
    altered(document, lambda claims: seen.extend([(name,) for name in claims]))
    altered(document, lambda claims: seen.extend([(SUBJECT, name) for name in claims[SUBJECT]]))

    def replace(claims: dict[str, Any], path: tuple[str, ...]) -> None:
        target = claims if len(path) == 1 else claims[SUBJECT]
        target[path[-1]] = value

    words = {
        path: ask(customs, document=altered(document, partial(replace, path=path))).word for path in seen
    }
    assert len(words) > 15
    assert [path for path, word in words.items() if word is not Word.REJECT] == []


def test_a_certificate_passed_off_as_a_licence_is_still_rejected(
    consortium: Consortium, issuer: Ledger, customs: Ledger
) -> None:
    document = sealed(issuer, a_fresh_certificate(consortium))
    disguised = altered(document, lambda claims: claims[SUBJECT].update(documentTypeCode="911"))
    assert ask(customs, document=disguised).word is Word.REJECT


def test_a_document_is_of_its_own_kind_whoever_says_otherwise(
    consortium: Consortium, issuer: Ledger, customs: Ledger
) -> None:
    document = sealed(issuer, a_fresh_certificate(consortium))
    assert ask(customs, document=document, kind=1).word is Word.ACCEPT
    assert codes(lambda: ask(customs, document=document, kind=2)) == ["KIND_DIFFERS"]


def test_everything_wrong_with_a_question_is_told_at_once(customs: Ledger) -> None:
    assert set(codes(lambda: ask(customs, issuer="X", declaration=b"{", kind=9))) >= {
        "QUESTION_INCOMPLETE",
        "KIND_UNKNOWN",
        "NOT_JSON",
    }
    assert codes(lambda: ask(customs, issuer="X", number="\u202e")) != []


@pytest.mark.parametrize("issuer", ["VN–VCCI", "A" * 33, "VN VCCI", "VN\0", "\u202e", "\udcff"])
def test_an_issuer_that_cannot_be_a_member_is_not_asked_about(customs: Ledger, issuer: str) -> None:
    assert codes(lambda: ask(customs, issuer=issuer, number="1")) == ["ISSUER_INVALID"]


def test_a_time_without_its_offset_is_not_guessed_at(customs: Ledger) -> None:
    assert codes(lambda: ask(customs, issuer=ISSUER, number="1", as_of=datetime(2026, 1, 1))) == [
        "TIME_INVALID"
    ]


def test_a_look_up_is_logged_with_who_asked_and_what_for(consortium: Consortium) -> None:
    number = a_fresh_certificate(consortium)["certificateNumber"]
    settings = consortium.settings("auditor")
    with open_ledger(settings) as auditor:
        verdict = ask(auditor, issuer=ISSUER, number=number)
    with open_store(settings.store.url) as store:
        [line] = store.lookups.latest(1)
    assert (line.trace, line.verdict, line.number) == (verdict.trace_id, "REFER", number)
    assert (line.asker, line.role, line.purpose) == ("office 12", "verifier", "import clearance")


def test_many_threads_share_one_ledger(consortium: Consortium, issuer: Ledger) -> None:
    certificates = [a_fresh_certificate(consortium) for _ in range(4)]
    documents = [sealed(issuer, one) for one in certificates]
    start = threading.Barrier(8)

    def judge(place: int) -> list[Word]:
        start.wait(10)
        question = {"issuer": ISSUER, "number": certificates[place % 4]["certificateNumber"]}
        return [ask(issuer, **question).word, ask(issuer, document=documents[place % 4]).word]

    with ThreadPoolExecutor(8) as threads:
        assert {word for words in threads.map(judge, range(8)) for word in words} == {Word.ACCEPT}

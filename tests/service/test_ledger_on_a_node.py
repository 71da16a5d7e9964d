"""The use cases as an integrator has them: ``open_ledger`` on a real node, nothing replaced."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest

from ledger.core.verdict import Concerns, Word
from ledger.errors import Rejected
from ledger.service.answers import IssueOutcome, StatusAction
from ledger.service.ledger import Ledger
from ledger.store import open_store
from ledger.wiring import open_ledger
from tests.certificates import a_foreign_certificate
from tests.consortium import Consortium
from tests.gateways import CUSTOMS, ISSUER, a_fresh_certificate, altered, ask, issued, names, sealed


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
    assert "held by another certificate, which was anchored on 20" in refused.reason
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
    declaration = {"importDate": "2020-07-01", "country": "CN", "items": []}
    with open_ledger(consortium.settings("AU-ACCI")) as australia:
        imported = australia.import_foreign("edi3", orjson.dumps(a_foreign_certificate())).certificate
        document = sealed(australia, {**imported, "certificateNumber": f"AU-TEST {next(consortium.numbers)}"})
    then = ask(customs, document=document, declaration=orjson.dumps(declaration))
    assert then.word is Word.ACCEPT_WITH_REMARKS
    assert names(then) & {"LATE_ANCHORED", "ANCHORED_AFTER_VALIDITY"}
    now = ask(customs, document=document)
    assert (now.word, "EXPIRED_AT_IMPORT_DATE" in names(now)) == (Word.REJECT, True)


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


def test_everything_wrong_with_a_question_is_told_at_once(customs: Ledger) -> None:
    assert set(codes(lambda: ask(customs, issuer="X", declaration=b"{", kind=9))) >= {
        "QUESTION_INCOMPLETE",
        "KIND_UNKNOWN",
        "NOT_JSON",
    }
    assert codes(lambda: ask(customs, issuer="X", number="\u202e")) != []


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


# --- reading --------------------------------------------------------------------------------------------------


def test_the_journal_is_read_in_pages_without_a_gap(consortium: Consortium, issuer: Ledger) -> None:
    issued(issuer, a_fresh_certificate(consortium))
    head = issuer.head()
    assert head.cached_size == head.size
    pages = [issuer.journal(first, 7) for first in range(0, head.size + 7, 7)]
    lines = [line for page in pages for line in page]
    assert [line.index for line in lines] == list(range(head.size))
    assert (lines[0].act, lines[-1].act, lines[-1].member) == ("MemberAdmitted", "RecordAnchored", ISSUER)
    assert list(issuer.journal(head.size, 10)) == []


def test_the_history_is_what_the_chain_says_and_names_the_operator(
    consortium: Consortium, issuer: Ledger
) -> None:
    [result] = issued(issuer, a_fresh_certificate(consortium))
    issuer.change_status(ISSUER, result.number, StatusAction.SUSPEND, 25)
    with open_ledger(consortium.settings("auditor")) as auditor:
        history = auditor.history(ISSUER, result.number)
        assert auditor.history(ISSUER, "VN-CN 99/99/99998").lines == ()
    operator = consortium.operator(ISSUER).address
    assert [(line.act, line.operator) for line in history.lines] == [
        ("RecordAnchored", operator),
        ("StatusChanged", operator),
    ]
    assert history.lines[0].index == result.journal_index
    assert history.lines[0].time == result.anchored_at


def test_members_are_told_with_roles_standing_and_keys(consortium: Consortium, customs: Ledger) -> None:
    members = {str(one["code"]): one for one in customs.members()}
    body = members[ISSUER]
    assert (body["economy"], body["standing"]) == ("VN", "active")
    assert body["roles"] == ["non-preferential-origin", "preferential-origin"]
    keys = body["keys"]
    assert isinstance(keys, list)
    assert [key["key"] for key in keys] == [consortium.document_key(ISSUER)]
    assert "administration" in str(members[CUSTOMS]["roles"])


def test_a_gateway_says_whether_it_can_answer(consortium: Consortium, tmp_path: Path) -> None:
    with open_ledger(consortium.settings("auditor")) as auditor:
        assert auditor.health().ready
    elsewhere = {
        "TRADESEAL_CHAIN_URL": "http://127.0.0.1:9",
        "TRADESEAL_STORE_URL": f"sqlite:///{tmp_path}/x.db",
    }
    with open_ledger(consortium.settings("auditor", **elsewhere)) as auditor:
        health = auditor.health()
    assert (health.ready, health.parts["store"]) == (False, "ok")
    assert "did not answer" in health.parts["chain"]


def test_who_has_no_keys_only_reads(consortium: Consortium) -> None:
    certificate = a_fresh_certificate(consortium)
    with open_ledger(consortium.settings("auditor")) as auditor:
        assert codes(lambda: issued(auditor, certificate)) == ["NO_DOCUMENT_SIGNER"]
        assert codes(lambda: auditor.act("vote", {"proposal": 1, "approves": True})) == ["NO_MEMBER"]
        assert codes(
            lambda: auditor.change_status(ISSUER, certificate["certificateNumber"], StatusAction.REVOKE, 24)
        ) == ["NOT_OUR_RECORD"]
        assert "TAG_KEY_UNKNOWN" in codes(lambda: auditor.export_tag_key(Path("/nowhere")))

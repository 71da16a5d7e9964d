"""What a gateway tells of the journal, of records and members, and of itself, on a real node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.errors import Rejected
from ledger.service.answers import StatusAction
from ledger.service.ledger import Ledger
from ledger.wiring import open_ledger
from tests.consortium import Consortium
from tests.gateways import CUSTOMS, ISSUER, a_fresh_certificate, issued


@pytest.fixture(scope="module")
def issuer(consortium: Consortium) -> Iterator[Ledger]:
    with open_ledger(consortium.settings(ISSUER)) as ledger:
        yield ledger


@pytest.fixture(scope="module")
def customs(consortium: Consortium) -> Iterator[Ledger]:
    with open_ledger(consortium.settings(CUSTOMS)) as ledger:
        yield ledger


def codes(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Rejected) as rejected:
        act()
    return [problem.code for problem in rejected.value.problems]


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

"""Issuing bodies and their keys on a real node: who may anchor when, and what a verdict says of it afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.core.verdict import Verdict, Word
from ledger.errors import Refused, Rejected
from ledger.home import DOCUMENT_KEY, OPERATOR, PASSPHRASE
from ledger.keys.account import open_account
from ledger.keys.files import read_passphrase
from ledger.keys.keystore import create_keystore
from ledger.service.answers import IssueOutcome, StatusAction
from ledger.settings import read_settings
from ledger.wiring import open_ledger, open_signer
from tests.consortium import Consortium
from tests.gateways import (
    CUSTOMS,
    a_fresh_certificate,
    a_new_body,
    ask,
    decide,
    issued,
    names,
    sealed,
    wait_until,
)

SECOND = timedelta(seconds=1)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def issue_one(consortium: Consortium, home: Path) -> bytes:
    with open_ledger(read_settings(home, {})) as ledger:
        return sealed(ledger, a_fresh_certificate(consortium, home.name))


def judged(consortium: Consortium, document: bytes) -> Verdict:
    with open_ledger(consortium.settings(CUSTOMS)) as customs:
        return ask(customs, document=document)


def refusal(consortium: Consortium, home: Path) -> list[str]:
    """Return the codes for which a certificate of the body is refused."""
    with open_ledger(read_settings(home, {})) as ledger:
        [result] = issued(ledger, a_fresh_certificate(consortium, home.name))
    assert result.outcome is IssueOutcome.REFUSED, result
    assert result.reason
    return [problem.code for problem in result.problems if problem.severity == "error"]


def test_a_suspended_body_cannot_anchor_and_can_still_revoke(consortium: Consortium) -> None:
    home = a_new_body(consortium, "VN-BODY-SUSPENDED")
    good, bad = (a_fresh_certificate(consortium, home.name) for _ in range(2))
    with open_ledger(read_settings(home, {})) as ledger:
        documents = [sealed(ledger, one) for one in (good, bad)]
        decide(consortium, "propose-suspend-member", code=home.name, reason=99)
        assert refusal(consortium, home) == ["R23"]
        ledger.change_status(home.name, bad["certificateNumber"], StatusAction.REVOKE, 24)
        with pytest.raises(Refused, match="R24: The record is revoked, which is final"):
            ledger.change_status(home.name, bad["certificateNumber"], StatusAction.REINSTATE, 99)
    verdicts = [judged(consortium, document) for document in documents]
    assert [verdict.word for verdict in verdicts] == [Word.ACCEPT_WITH_REMARKS, Word.REJECT]
    assert "ISSUER_STANDING_LATER" in names(verdicts[0])


def test_a_certificate_refused_for_the_bodys_standing_can_be_issued_afterwards(
    consortium: Consortium,
) -> None:
    home = a_new_body(consortium, "VN-BODY-RETRY", key=False)
    certificate = a_fresh_certificate(consortium, home.name)
    with open_ledger(read_settings(home, {})) as ledger:
        [refused] = issued(ledger, certificate)
        assert refused.outcome is IssueOutcome.REFUSED
        assert "R02" in [problem.code for problem in refused.problems]
        ledger.act("register-key", {})
        assert issued(ledger, certificate)[0].outcome is IssueOutcome.ANCHORED


def test_a_key_that_was_not_effective_yet_is_referred_for_good(consortium: Consortium) -> None:
    home = a_new_body(consortium, "VN-BODY-EARLY", key=False)
    with open_ledger(read_settings(home, {})) as ledger:
        begins = now() + 3 * SECOND
        ledger.act("register-key", {"effective_from": begins})
        certificate = a_fresh_certificate(consortium, home.name)
        early = sealed(ledger, certificate)
        wait_until(begins)
        late = sealed(ledger, a_fresh_certificate(consortium, home.name))
        line = ledger.history(home.name, certificate["certificateNumber"]).lines[0]
    assert line.time < begins, "the machine was too slow for this test"
    verdict = judged(consortium, early)
    assert (verdict.word, "SIGNER_NOT_EFFECTIVE_YET" in names(verdict)) == (Word.REFER, True)
    assert judged(consortium, late).word is Word.ACCEPT


def test_what_a_key_signed_before_it_was_retired_stays_good(consortium: Consortium) -> None:
    home = a_new_body(consortium, "VN-BODY-RETIRED")
    document = issue_one(consortium, home)
    with open_ledger(read_settings(home, {})) as ledger:
        anchored_at = ledger.journal(ledger.head().size - 1, 1)[0].time
        wait_until(anchored_at + SECOND)
        key = open_signer(read_settings(home, {})).thumbprint
        receipt = ledger.act("retire-key", {"key": key, "retirement_reason": "superseded"})
        assert receipt.journal_index is not None
        assert ledger.journal(receipt.journal_index, 1)[0].details["reason"] == "superseded"
        [refused] = issued(ledger, a_fresh_certificate(consortium, home.name))
    assert [one.code for one in refused.problems if one.severity == "error"] == ["R05"]
    assert f"R05: The document key is retired since {datetime.now(UTC):%Y-%m-%d}" in refused.reason
    verdict = judged(consortium, document)
    assert (verdict.word, "KEY_RETIRED_LATER" in names(verdict)) == (Word.ACCEPT_WITH_REMARKS, True)


def test_a_stolen_key_puts_all_in_doubt_until_the_body_confirms_each(consortium: Consortium) -> None:
    home = a_new_body(consortium, "VN-BODY-STOLEN")
    with open_ledger(read_settings(home, {})) as ledger:
        certificate = a_fresh_certificate(consortium, home.name)
        document = sealed(ledger, certificate)
        anchored_at = ledger.journal(ledger.head().size - 1, 1)[0].time
        key = open_signer(read_settings(home, {})).thumbprint
        ledger.act("report-compromise", {"key": key, "compromised_since": anchored_at})
        reported = judged(consortium, document)
        assert (reported.word, "KEY_COMPROMISED" in names(reported)) == (Word.REFER, True)
        for action in (StatusAction.SUSPEND, StatusAction.REINSTATE):
            ledger.change_status(home.name, certificate["certificateNumber"], action, 99)
        assert judged(consortium, document).word is Word.REFER
        ledger.confirm_all(key)
        with pytest.raises(Rejected, match="NOTHING_TO_CONFIRM"):
            ledger.confirm_all(key)
    confirmed = judged(consortium, document)
    assert (confirmed.word, "CONFIRMED_AGAIN" in names(confirmed)) == (Word.ACCEPT_WITH_REMARKS, True)


def test_the_key_of_another_body_cannot_seal_for_this_one(consortium: Consortium) -> None:
    owner, thief = (a_new_body(consortium, code, key=False) for code in ("VN-BODY-OWNER", "VN-BODY-THIEF"))
    (thief / DOCUMENT_KEY).unlink()
    stolen = create_keystore(thief / DOCUMENT_KEY, read_passphrase(thief / PASSPHRASE), scrypt_n=2**13)
    with open_ledger(read_settings(owner, {})) as ledger:
        ledger.act("register-key", {"public_key": stolen.public_key})
    assert refusal(consortium, thief) == ["R02"]


def test_a_body_issues_only_what_it_is_registered_for_and_by_its_operator(consortium: Consortium) -> None:
    home = a_new_body(consortium, "VN-BODY-NARROW")
    decide(consortium, "propose-set-roles", code=home.name, roles=["non-preferential-origin"])
    assert refusal(consortium, home) == ["R23"]
    operator = open_account(home / OPERATOR, read_passphrase(home / PASSPHRASE)).address
    with open_ledger(read_settings(home, {})) as ledger:
        ledger.act("remove-operator", {"operator": operator})
    assert refusal(consortium, home) == ["ConsortiumNotOperator"]

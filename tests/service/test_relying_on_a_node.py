"""Noting reliances on AEOs, and what is told of them later, on a real node."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.demo.documents import todays_aeo
from ledger.errors import Rejected
from ledger.service.aeo_answers import (
    AeoAction,
    AeoRequest,
    AgreementAction,
    AgreementRequest,
    CoverRequest,
    RelianceRequest,
)
from ledger.service.answers import StatusAction
from ledger.service.ledger import Ledger
from ledger.service.use_answers import Alert
from ledger.wiring import open_ledger
from tests.consortium import Consortium
from tests.gateways import CUSTOMS, OFFICER, issued, sealed, wait_until

HOME, TYPE = "AU-ABF", "RELY"
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def home(consortium: Consortium) -> Iterator[Ledger]:
    with open_ledger(consortium.settings(HOME)) as ledger:
        yield ledger


@pytest.fixture(scope="module")
def customs(consortium: Consortium, home: Ledger) -> Iterator[Ledger]:
    """Chinese customs, who recognise the Australian type since a year."""
    cover = CoverRequest(HOME, TYPE, datetime.now(UTC) - timedelta(days=365))
    home.agreement_act(AgreementRequest(AgreementAction.PROPOSE, partner=CUSTOMS, covers=(cover,)))
    with open_ledger(consortium.settings(CUSTOMS)) as ledger:
        ledger.converge()
        number = ledger.agreements()[-1].agreement
        ledger.agreement_act(AgreementRequest(AgreementAction.CONSENT, agreement=number))
        yield ledger


def an_entry(home: Ledger) -> str:
    """Enter an operator with the type; return its code."""
    [result] = issued(
        home, todays_aeo(datetime.now(UTC).date(), f"AEOAU{secrets.randbelow(10**10):010}", TYPE)
    )
    return result.number


def a_request(code: str, accepted: datetime | None = None, **changes: Any) -> RelianceRequest:
    accepted = accepted or datetime.now(UTC) - MINUTE
    declaration = secrets.token_hex(9).upper()
    return replace(RelianceRequest(code, TYPE, "CN2202", declaration, accepted), **changes)


def suspended(home: Ledger, code: str, since: datetime | None = None) -> None:
    home.aeo_act(AeoRequest(AeoAction.SUSPEND, code, TYPE, reason=34, effective_from=since))


def about(customs: Ledger, reliance_id: str | None) -> list[Alert]:
    return [one for one in customs.alerts() if one.reliance_id == reliance_id]


def problems(act: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as rejected:
        act()
    return [(problem.path, problem.code) for problem in rejected.value.problems]


def test_what_passes_is_noted_with_its_verdict(home: Ledger, customs: Ledger) -> None:
    request = a_request(an_entry(home))
    answer = customs.rely(request, OFFICER)
    assert (answer.noted, answer.home, answer.partner) == (True, HOME, CUSTOMS)
    assert str(answer.verdict["verdict"]).startswith("ACCEPT")
    assert answer.journal_size == customs.head().size
    assert answer.accepted_at == request.accepted_at.replace(microsecond=0)


def test_noting_again_gives_the_first_answer_again_however_it_is_written(
    home: Ledger, customs: Ledger
) -> None:
    request = a_request(an_entry(home))
    first = customs.rely(request, OFFICER)
    suspended(home, request.code, request.accepted_at - MINUTE)
    spaced = replace(request, code=f"{request.code[:5]} {request.code[5:].lower()}", partner=CUSTOMS)
    spaced = replace(spaced, declaration=f" {request.declaration[:9]}  {request.declaration[9:]}")
    assert customs.rely(request, OFFICER) == customs.rely(spaced, OFFICER) == first


def test_noting_at_once_from_two_desks_keeps_one_note(home: Ledger, customs: Ledger) -> None:
    request = a_request(an_entry(home))
    with ThreadPoolExecutor(4) as desks:
        answers = list(desks.map(lambda _: customs.rely(request, OFFICER), range(4)))
    assert all(answer == answers[0] for answer in answers)


def test_other_values_for_what_was_noted_are_rejected_by_name(home: Ledger, customs: Ledger) -> None:
    request = a_request(an_entry(home))
    customs.rely(request, OFFICER)
    other = replace(request, accepted_at=request.accepted_at - MINUTE, partner=HOME)
    told = problems(lambda: customs.rely(other, OFFICER))
    assert told == [("acceptedAt", "RELIANCE_DIFFERS"), ("partner", "RELIANCE_DIFFERS")]


def test_another_office_declaration_or_type_is_a_reliance_of_its_own(home: Ledger, customs: Ledger) -> None:
    request = a_request(an_entry(home))
    others = [request, replace(request, office="CN3104"), a_request(request.code)]
    assert len({customs.rely(one, OFFICER).reliance_id for one in others}) == 3


def test_what_does_not_pass_is_a_verdict_and_nothing_is_noted(home: Ledger, customs: Ledger) -> None:
    request = a_request(an_entry(home))
    suspended(home, request.code, request.accepted_at - MINUTE)
    refused = customs.rely(request, OFFICER)
    assert (refused.noted, refused.reliance_id, refused.verdict["verdict"]) == (False, None, "REJECT")
    unknown = customs.rely(a_request("AEOAU-NOBODY"), OFFICER)
    assert (unknown.noted, unknown.verdict["verdict"]) == (False, "REFER")
    assert customs.rely(replace(request, type="NOTYPE"), OFFICER).verdict["verdict"] == "REJECT"


def test_without_the_chain_nothing_is_noted_and_nothing_is_called_false(
    home: Ledger, customs: Ledger, consortium: Consortium
) -> None:
    request = a_request(an_entry(home))
    customs.converge()
    with open_ledger(consortium.settings(CUSTOMS, TRADESEAL_CHAIN_URL="http://127.0.0.1:9")) as alone:
        answer = alone.rely(request, OFFICER)
    assert (answer.noted, answer.verdict["verdict"]) == (False, "CANNOT_VERIFY_NOW")
    assert customs.rely(request, OFFICER).noted


def test_everything_that_is_wrong_is_told_at_once(customs: Ledger, consortium: Consortium) -> None:
    wrong = RelianceRequest("", "TOOLONGTYPE", "", "", datetime.now(UTC) + 6 * MINUTE, "P Q", "H H")
    found = problems(lambda: customs.rely(wrong, OFFICER))
    expected = ["office", "type", "partner", "home", "code", "declaration", "acceptedAt"]
    assert [path for path, _ in found] == expected
    naive = a_request("AEOAU1", datetime(2026, 1, 1))
    assert problems(lambda: customs.rely(naive, OFFICER)) == [("acceptedAt", "TIME_INVALID")]
    with open_ledger(consortium.settings("auditor")) as auditor:
        assert ("member.code", "NO_MEMBER") in problems(lambda: auditor.rely(a_request("AEOAU1"), OFFICER))


def test_a_change_after_the_acceptance_is_no_alert_and_one_before_is(home: Ledger, customs: Ledger) -> None:
    code, now = an_entry(home), datetime.now(UTC)
    early, late = (customs.rely(a_request(code, now - minutes * MINUTE), OFFICER) for minutes in (9, 3))
    first = customs.head().size
    suspended(home, code, now - 5 * MINUTE)
    [alert] = about(customs, late.reliance_id)
    assert (alert.code, alert.declaration, alert.use_id) == ("R34", late.declaration, None)
    assert alert.journal_index == first
    assert about(customs, early.reliance_id) == []
    assert customs.alerts(first + 1) == []


def test_the_fall_of_the_whole_entry_lists_what_was_accepted_after_it(home: Ledger, customs: Ledger) -> None:
    code = an_entry(home)
    fell = datetime.now(UTC) + timedelta(seconds=1)
    wait_until(fell + timedelta(seconds=1))
    noted = customs.rely(a_request(code, fell + timedelta(seconds=1)), OFFICER)
    home.change_status(HOME, code, StatusAction.SUSPEND, 34, fell, kind=3)
    [alert] = about(customs, noted.reliance_id)
    assert (alert.code, alert.cause, "(the whole entry)" in alert.message) == ("R34", "StatusChanged", True)


def test_rebuilding_the_cache_keeps_reliances_and_their_alerts(home: Ledger, customs: Ledger) -> None:
    request = a_request(an_entry(home))
    noted = customs.rely(request, OFFICER)
    suspended(home, request.code, request.accepted_at - MINUTE)
    before = about(customs, noted.reliance_id)
    customs.rebuild()
    assert customs.rely(request, OFFICER) == noted
    assert about(customs, noted.reliance_id) == before != []


def test_a_code_that_two_administrations_keep_is_not_guessed(
    home: Ledger, customs: Ledger, consortium: Consortium
) -> None:
    code = an_entry(home)
    with open_ledger(consortium.settings(CUSTOMS)) as other:
        sealed(other, todays_aeo(datetime.now(UTC).date(), code, TYPE, home=CUSTOMS))
    request = a_request(code)
    assert problems(lambda: customs.rely(request, OFFICER)) == [("code", "CODE_AMBIGUOUS")]
    with pytest.raises(Rejected, match=f"{HOME} and {CUSTOMS} keep such an entry"):
        customs.aeo(code, CUSTOMS, TYPE, None, OFFICER)
    assert customs.rely(replace(request, home=HOME), OFFICER).home == HOME
    assert customs.aeo(code, CUSTOMS, TYPE, None, OFFICER, home=HOME)
    assert customs.rely(replace(request, home=CUSTOMS), OFFICER).home == CUSTOMS


def test_a_keeper_whose_tag_key_is_not_here_is_told_by_name(customs: Ledger) -> None:
    told = problems(lambda: customs.aeo("AEOAU1", None, None, None, OFFICER, home="NOBODY\n"))
    assert told == [("home", "TAG_KEY_MISSING")]

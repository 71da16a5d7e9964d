"""Scenarios C: keys that end, keys that are stolen, bodies that are suspended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.core.jose import thumbprint
from ledger.service.answers import IssueResult
from ledger.service.ledger import Ledger
from ledger.settings import read_settings
from ledger.wiring import open_ledger, open_signer
from tests.gateways import a_new_body, decide, issued, wait_until
from tests.scenarios.test_d_use import a_use
from tests.scenarios.world import SHANGHAI, Body, World, findings

SECOND = timedelta(seconds=1)


def a_body(world: World, code: str) -> tuple[Ledger, bytes]:
    """Admit an issuing body; return its ledger, open for the whole session, and its document key's thumbprint."""
    home = a_new_body(world.consortium, code)
    settings = read_settings(home, {})
    ledger = world.stack.enter_context(open_ledger(settings))
    return ledger, thumbprint(open_signer(settings).public_key)


def certificates(world: World, code: str, count: int) -> list[dict[str, Any]]:
    return [world.certificate(issuer={"id": code, "country": "VN"}) for _ in range(count)]


def verdict_on(world: World, code: str, result: IssueResult) -> Body:
    return world.china.get("/v1/verify", issuer=code, number=result.number)


def test_14_a_key_that_was_retired_since_is_a_remark(world: World) -> None:
    code = "VN-RETIRED"
    body, key = a_body(world, code)
    [result] = issued(body, *certificates(world, code, 1))
    assert result.anchored_at is not None
    wait_until(result.anchored_at + 2 * SECOND)
    body.act("retire-key", {"key": key})
    wait_until(datetime.now(UTC) + 2 * SECOND)
    verdict = verdict_on(world, code, result)
    assert verdict["verdict"] == "ACCEPT_WITH_REMARKS"
    assert "valid at anchoring" in findings(verdict)["X07"]


def test_16_a_stolen_key_refers_forty_until_the_body_confirms_them(world: World) -> None:
    code = "VN-STOLEN"
    body, key = a_body(world, code)
    results = issued(body, *certificates(world, code, 40))
    numbers = [one.number for one in results]
    used = [
        world.china.post("/v1/uses", **a_use(number, SHANGHAI, "consume", issuer=code))["useId"]
        for number in numbers[:6]
    ]
    first = world.china.get("/v1/alerts")["next"]
    since = results[0].anchored_at
    body.act("report-compromise", {"key": key, "compromised_since": since})
    before = [verdict_on(world, code, one) for one in results]
    # The six that were used would be told as used, too: they are asked about by their own offices' alerts.
    assert {one["verdict"] for one in before[6:]} == {"REFER"}
    assert "confirming again" in findings(before[10])["X06"]
    alerts = world.china.get("/v1/alerts", first=first)["alerts"]
    assert sorted(one["useId"] for one in alerts if one["code"] == "X06") == sorted(used)
    body.confirm(numbers[:37])
    for number in numbers[37:]:
        from ledger.service.answers import StatusAction

        body.change_status(code, number, StatusAction.REVOKE, 24)
    after = [verdict_on(world, code, one) for one in results]
    assert [one["verdict"] for one in after[6:37]] == ["ACCEPT_WITH_REMARKS"] * 31
    assert [("R24" in findings(one), one["verdict"]) for one in after[37:]] == [(True, "REJECT")] * 3


def test_17_a_suspended_body_anchors_nothing_and_its_older_certificates_stay(world: World) -> None:
    code = "VN-SUSPENDED"
    body, _ = a_body(world, code)
    [older] = issued(body, *certificates(world, code, 1))
    decide(world.consortium, "propose-suspend-member", code=code, reason=23)
    [refused] = issued(body, *certificates(world, code, 1))
    assert refused.outcome.value == "refused"
    assert "ConsortiumNotActive" in str(refused.problems)
    verdict = verdict_on(world, code, older)
    assert (verdict["verdict"], "X10" in findings(verdict)) == ("ACCEPT_WITH_REMARKS", True)
    decide(world.consortium, "propose-reinstate-member", code=code, reason=99)
    [again] = issued(body, *certificates(world, code, 1))
    assert again.outcome.value == "anchored"


def test_17_an_administration_alone_cannot_suspend_another_economys_body(world: World) -> None:
    from ledger.errors import Refused

    code = "VN-ALONE"
    a_body(world, code)
    with open_ledger(world.consortium.settings("AU-ABF")) as administration:
        administration.act("propose-suspend-member", {"code": code, "reason": 23})
        proposal = administration.proposals()[-1]["proposal"]
        with pytest.raises(Refused, match="ConsortiumTooFewApprovals"):
            administration.act("execute", {"proposal": proposal})

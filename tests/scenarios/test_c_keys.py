"""Scenarios C: keys that end, keys that are stolen, bodies that are suspended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ledger.demo.sample import ADMINISTRATIONS
from ledger.errors import Refused
from ledger.wiring import open_ledger
from tests.gateways import a_new_body, decide, wait_until
from tests.scenarios.test_d_use import a_use
from tests.scenarios.world import SHANGHAI, Body, World, findings, iso, now

SECOND = timedelta(seconds=1)


def certificates(world: World, code: str, count: int = 1) -> list[Body]:
    return [world.certificate(issuer={"id": code, "country": "VN"}) for _ in range(count)]


def its_key(world: World, code: str, action: str, **more: object) -> None:
    """Have a body do something with its own document key."""
    key = world.consortium.document_key(code).hex()
    world.at(code).patch(f"/v1/keys/{key}", action=action, **more)


def verdict_on(world: World, code: str, certificate: Body, declaration: str | None = None) -> Body:
    """Ask as China customs; a certificate that is used is asked about with the declaration that used it."""
    asked: Body = {"issuer": code, "number": certificate["certificateNumber"]}
    if declaration is not None:
        asked["declaration"] = {
            "declarationRef": declaration, "importDate": now().date().isoformat(), "country": "CN",
            "office": SHANGHAI,
        }  # fmt: skip
    return world.china.post("/v1/verify", **asked)


def test_14_a_key_that_was_retired_since_is_a_remark(world: World) -> None:
    code = "VN-RETIRED"
    a_new_body(world.consortium, code)
    [certificate] = certificates(world, code)
    [result] = world.at(code).issue(certificate)
    anchored = datetime.fromisoformat(result["anchoredAt"])
    wait_until(anchored + 2 * SECOND)
    its_key(world, code, "retire", reason="superseded")
    wait_until(datetime.now(UTC) + 2 * SECOND)
    verdict = verdict_on(world, code, certificate)
    assert verdict["verdict"] == "ACCEPT_WITH_REMARKS"
    told = findings(verdict)["X07"]
    [key] = next(one["keys"] for one in world.china.get("/v1/members")["members"] if one["code"] == code)
    retired = datetime.fromisoformat(key["retiredAt"])
    assert told.startswith(f"Signed with a key valid at anchoring ({anchored:%Y-%m-%d %H:%M}")
    assert f"), retired {retired:%Y-%m-%d %H:%M}" in told
    assert told.endswith(" (superseded).")
    assert key["retirementReason"] == "superseded"
    [refused] = world.at(code).issue(*certificates(world, code))
    assert refused["outcome"] == "refused"


def test_16_a_stolen_key_refers_forty_until_the_body_confirms_them(world: World) -> None:
    code = "VN-STOLEN"
    a_new_body(world.consortium, code)
    body, forty = world.at(code), certificates(world, code, 40)
    assert {one["outcome"] for one in body.issue(*forty)} == {"anchored"}
    numbers = [str(one["certificateNumber"]) for one in forty]
    requests = [a_use(number, SHANGHAI, "consume", issuer=code) for number in numbers[:6]]
    used = [world.china.post("/v1/uses", **request)["useId"] for request in requests]
    declared = [request["declaration"] for request in requests] + [None] * 34
    first = world.china.get("/v1/alerts")["next"]

    def asked() -> list[Body]:
        return [
            verdict_on(world, code, one, declaration)
            for one, declaration in zip(forty, declared, strict=True)
        ]

    since = now() - timedelta(days=14)
    its_key(world, code, "compromise", compromisedSince=iso(since))
    before = asked()
    assert [one["verdict"] for one in before] == ["REFER"] * 40
    between = f"between {since:%Y-%m-%d} and {now():%Y-%m-%d}"
    assert {findings(one)["X06"] for one in before} == {
        f"The issuer is confirming again what was signed {between}."
    }
    alerts = world.china.get("/v1/alerts", first=first)["alerts"]
    assert [(one["code"], one["office"]) for one in alerts] == [("X06", SHANGHAI)] * 6
    assert sorted(one["useId"] for one in alerts) == sorted(used)

    body.post("/v1/confirmations", numbers=numbers[:37])
    for number in numbers[37:]:
        body.post("/v1/status", issuer=code, number=number, action="revoke", reason="R24")
    after = asked()
    assert [one["verdict"] for one in after] == ["ACCEPT_WITH_REMARKS"] * 37 + ["REJECT"] * 3
    assert all("confirmed this certificate again on" in findings(one)["X32"] for one in after[:37])
    assert all(findings(one)["R24"].startswith("The issuer revoked it from ") for one in after[37:])
    since_then = alerts[-1]["journalIndex"] + 1
    settled = world.china.get("/v1/alerts", first=since_then)["alerts"]
    assert [(one["code"], one["cause"]) for one in settled] == [("X32", "RecordConfirmed")] * 6
    assert sorted(one["useId"] for one in settled) == sorted(used)


def test_17_a_suspended_body_anchors_nothing_and_its_older_certificates_stay(world: World) -> None:
    code = "VN-SUSPENDED"
    a_new_body(world.consortium, code)
    body, (older, newer) = world.at(code), certificates(world, code, 2)
    [anchored] = body.issue(older)
    decide(world.consortium, "propose-suspend-member", code=code, reason=23)
    [refused] = body.issue(newer)
    assert (refused["outcome"], refused["journalIndex"]) == ("refused", None)
    assert refused["reason"] == "R23: This body is suspended or has left, so it cannot issue now."
    assert [one["code"] for one in refused["problems"]] == ["R23"]
    assert "R07" in findings(verdict_on(world, code, newer))
    verdict = verdict_on(world, code, older)
    assert verdict["verdict"] == "ACCEPT_WITH_REMARKS"
    assert findings(verdict)["X10"] == f"{code} was active at anchoring and is suspended now."

    decide(world.consortium, "propose-reinstate-member", code=code, reason=99)
    [again] = body.issue(newer)
    assert again["outcome"] == "anchored", again
    assert [verdict_on(world, code, one)["verdict"] for one in (older, newer)] == ["ACCEPT", "ACCEPT"]
    first, last = int(anchored["journalIndex"]), int(again["journalIndex"])
    lines = body.get("/v1/journal", **{"from": first, "limit": last - first + 1})["lines"]
    assert [one["index"] for one in lines] == [*range(first, last + 1)]
    ours = [(one["act"], one["index"]) for one in lines if one["member"] == code]
    assert ours == [("RecordAnchored", first), ("RecordAnchored", last)]


def test_17_an_administration_alone_cannot_suspend_another_economys_body(world: World) -> None:
    code = "VN-ALONE"
    a_new_body(world.consortium, code)
    [certificate] = certificates(world, code)
    with open_ledger(world.consortium.settings("AU-ABF")) as administration:
        administration.act("propose-suspend-member", {"code": code, "reason": 23})
        proposal = administration.proposals()[-1]["proposal"]
        with pytest.raises(Refused, match="ConsortiumTooFewApprovals"):
            administration.act("execute", {"proposal": proposal})
    world.at(code).anchored(certificate)
    assert verdict_on(world, code, certificate)["verdict"] == "ACCEPT"


def test_17_bodies_are_suspended_by_vote_over_http(world: World) -> None:
    code = "VN-REMOTE"
    a_new_body(world.consortium, code)
    assert world.at(code).refused("/v1/keys")["refusal"] == "ConsortiumKeyKnown"
    first, *others = map(world.at, ADMINISTRATIONS)
    first.post("/v1/proposals", action="suspend-member", code=code, reason="R23")
    number = first.get("/v1/proposals")["proposals"][-1]["proposal"]
    early = first.refused(f"/v1/proposals/{number}", "PATCH", action="execute")
    assert early["refusal"] == "ConsortiumTooFewApprovals"
    for administration in others:
        administration.patch(f"/v1/proposals/{number}", action="approve")
    first.patch(f"/v1/proposals/{number}", action="execute")
    standing = {one["code"]: one["standing"] for one in first.get("/v1/members")["members"]}
    assert standing[code] == "suspended"
    refused = world.at(code).refused("/v1/keys")
    assert refused["refusal"] == "ConsortiumNotActive"

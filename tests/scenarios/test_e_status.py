"""Scenarios E: what the issuer says after a certificate was handed out, and who is told."""

from __future__ import annotations

from datetime import timedelta

from tests.gateways import wait_until
from tests.scenarios.test_d_use import a_use
from tests.scenarios.world import SHANGHAI, World, findings, iso, now


def test_28_a_replaced_certificate_is_rejected_and_the_new_one_accepted(world: World) -> None:
    old = world.viet_nam.anchored(world.certificate())
    new = world.certificate(
        issueKind="REPLACEMENT", references=[{"relation": "REPLACES", "issuerId": "VN-VCCI", "number": old}]
    )
    result = world.viet_nam.post("/v1/replacements", number=old, reason="R01", document=new)
    assert result["outcome"] == "anchored", result
    verdict = world.china.get("/v1/verify", issuer="VN-VCCI", number=old)
    assert verdict["verdict"] == "REJECT"
    assert "Replaced on" in findings(verdict)["R26"]
    assert "new certificate" in findings(verdict)["R26"]
    accepted = world.china.get("/v1/verify", issuer="VN-VCCI", number=new["certificateNumber"])
    assert accepted["verdict"] == "ACCEPT"


def test_28_what_was_used_cannot_be_replaced(world: World) -> None:
    old = world.viet_nam.anchored(world.certificate())
    world.china.post("/v1/uses", **a_use(old, SHANGHAI, "consume"))
    new = world.certificate(
        issueKind="REPLACEMENT", references=[{"relation": "REPLACES", "issuerId": "VN-VCCI", "number": old}]
    )
    body = {"number": old, "reason": "R01", "document": new}
    response = world.viet_nam.client.post("/v1/replacements", json=body)
    assert (response.status_code, response.json()["outcome"]) == (422, "refused")
    assert "the record has been used" in response.json()["reason"]
    assert world.china.get("/v1/history", issuer="VN-VCCI", number=old)["lines"][-1]["act"] == "UseConsumed"


def test_30_a_revocation_after_release_leaves_the_use_and_tells_the_office(world: World) -> None:
    number = world.viet_nam.anchored(world.certificate())
    used = world.china.post("/v1/uses", **a_use(number, SHANGHAI, "consume"))
    first = world.china.get("/v1/alerts")["next"]
    world.viet_nam.post("/v1/status", issuer="VN-VCCI", number=number, action="revoke", reason="R24")
    alerts = world.china.get("/v1/alerts", first=first)["alerts"]
    [alert] = [one for one in alerts if one["useId"] == used["useId"]]
    assert (alert["code"], alert["office"], alert["state"]) == ("R24", SHANGHAI, "consumed")
    verdict = world.china.get("/v1/verify", issuer="VN-VCCI", number=number)
    assert verdict["verdict"] == "REJECT"
    assert "R24" in findings(verdict)
    balance = world.china.get("/v1/balance", issuer="VN-VCCI", number=number)
    assert [one["state"] for one in balance["uses"]] == ["consumed"]


def test_32_a_suspension_counts_only_while_it_lasted(world: World) -> None:
    [result] = world.viet_nam.issue(world.certificate())
    number = str(result["number"])
    start = now().replace(microsecond=0) + timedelta(seconds=1)
    place = {"issuer": "VN-VCCI", "number": number}
    wait_until(start + timedelta(seconds=2))
    world.viet_nam.post(
        "/v1/status", **place, action="suspend", reason="R25", effectiveFrom=iso(start + timedelta(seconds=1))
    )
    wait_until(start + timedelta(seconds=4))
    world.viet_nam.post("/v1/status", **place, action="reinstate", reason="R99")
    words = [
        world.china.get("/v1/verify", **place, asOf=iso(start + timedelta(seconds=after)))["verdict"]
        for after in (0, 1)
    ]
    assert words == ["ACCEPT_WITH_REMARKS", "REFER"]
    assert world.china.get("/v1/verify", **place)["verdict"] == "ACCEPT_WITH_REMARKS"

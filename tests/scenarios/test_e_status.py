"""Scenarios E: what the issuer says after a certificate was handed out, and who is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.gateways import wait_until
from tests.scenarios.test_d_use import a_use
from tests.scenarios.world import SHANGHAI, World, findings, iso, now, outcome


def test_28_a_replaced_certificate_is_rejected_and_the_new_one_accepted(world: World) -> None:
    old = world.viet_nam.anchored(world.certificate())
    new = world.certificate(
        issueKind="REPLACEMENT", references=[{"relation": "REPLACES", "issuerId": "VN-VCCI", "number": old}]
    )
    result = world.viet_nam.post("/v1/replacements", number=old, reason="R01", document=new)
    assert result["outcome"] == "anchored", result
    verdict = world.china.get("/v1/verify", issuer="VN-VCCI", number=old)
    assert (verdict["verdict"], outcome(verdict, "STATUS")) == ("REJECT", "FAIL")
    day = world.china.get("/v1/history", issuer="VN-VCCI", number=old)["lines"][-1]["time"][:10]
    assert findings(verdict)["R26"] == (
        f"Replaced on {day} by a new certificate of the same issuer. Ask the importer for it."
    )
    assert verdict["next"] == ["Ask the importer for the new certificate."]
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
    assert (response.status_code, response.json()["outcome"]) == (409, "refused")
    assert response.json()["detail"].startswith("R11: It has been used")
    assert world.china.get("/v1/history", issuer="VN-VCCI", number=old)["lines"][-1]["act"] == "UseConsumed"


def test_30_a_revocation_after_release_leaves_the_use_and_tells_the_office(world: World) -> None:
    number = world.viet_nam.anchored(world.certificate())
    place = {"issuer": "VN-VCCI", "number": number}
    used = world.china.post("/v1/uses", **a_use(number, SHANGHAI, "consume"))
    before = world.china.get("/v1/balance", **place)["uses"]
    first = world.china.get("/v1/alerts")["next"]
    wait_until(datetime.fromisoformat(before[0]["since"]) + timedelta(seconds=2))
    world.viet_nam.post("/v1/status", **place, action="revoke", reason="R24")
    [alert] = world.china.get("/v1/alerts", first=first)["alerts"]
    assert (alert["useId"], alert["code"]) == (used["useId"], "R24")
    assert (alert["office"], alert["state"], alert["usedAt"]) == (SHANGHAI, "consumed", before[0]["since"])
    assert alert["message"].startswith("The issuer revoked it from ")
    assert alert["message"].endswith(" while valid.")
    verdict = world.china.get("/v1/verify", **place)
    assert verdict["verdict"] == "REJECT"
    told = findings(verdict)["R24"]
    revoked, when = (datetime.fromisoformat(alert[name]) for name in ("effectiveFrom", "usedAt"))
    assert told.startswith(f"The issuer revoked it from {revoked:%Y-%m-%d %H:%M}")
    assert f"; used {when:%Y-%m-%d %H:%M}" in told
    assert told.endswith(" while valid.")
    assert world.china.get("/v1/balance", **place)["uses"] == before


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
    asked = [
        world.china.get("/v1/verify", **place, asOf=iso(start + timedelta(seconds=after))) for after in (0, 1)
    ] + [world.china.get("/v1/verify", **place)]
    assert [one["verdict"] for one in asked] == ["ACCEPT_WITH_REMARKS", "REFER", "ACCEPT_WITH_REMARKS"]
    before, during, after = asked
    assert outcome(before, "STATUS") == "WARN"
    assert "X17" in findings(before)
    assert findings(before).keys().isdisjoint({"R25", "X18"})
    assert findings(during)["R25"].startswith("The issuer suspended it from ")
    assert "X18" not in findings(during)
    assert findings(after)["X18"].startswith("It had been suspended and was reinstated from ")
    assert "R25" not in findings(after)

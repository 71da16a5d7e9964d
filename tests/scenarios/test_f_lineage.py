"""Scenarios F: certificates that build on others, and copies that share their original's use."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from decimal import Decimal

from ledger.demo.documents import built_on
from tests.scenarios.test_d_use import a_use
from tests.scenarios.world import NINGBO, SHANGHAI, Body, World, findings, outcome


def a_parent(world: World) -> Body:
    """Issue a certificate for Singapore and open its balance, so that Singapore can build on it."""
    parent = world.certificate(destinationCountry="SG")
    world.viet_nam.anchored(parent)
    world.viet_nam.post("/v1/balances", issuer="VN-VCCI", number=parent["certificateNumber"])
    return parent


def a_child(parent: Body, **changes: object) -> Body:
    number = f"SG-{secrets.token_hex(4).upper()}"
    return {**built_on(parent, number, datetime.now(UTC).date()), **changes}


def half(certificate: Body) -> Body:
    """Return the certificate for half of its goods."""
    items = [
        {
            **item,
            "quantities": [{**one, "value": f"{Decimal(one['value']) / 2:f}"} for one in item["quantities"]],
        }
        for item in certificate["items"]
    ]
    return {**certificate, "items": items}


def test_33_a_revoked_parent_refers_the_child_and_alerts_who_used_it(world: World) -> None:
    parent = a_parent(world)
    child = half(a_child(parent))
    world.singapore.anchored(child)
    sealed = world.singapore.sealed(half(a_child(parent)))
    verdict = world.china.post("/v1/verify", document=sealed)
    assert verdict["verdict"].startswith("ACCEPT"), findings(verdict)
    use = a_use(str(child["certificateNumber"]), SHANGHAI, "consume", issuer="SG-CUSTOMS", line=1)
    quantity = child["items"][0]["quantities"][0]
    used = world.china.post("/v1/uses", **use, quantity=quantity["value"], unit=quantity["unit"])
    first = world.china.get("/v1/alerts")["next"]
    place = {"issuer": "VN-VCCI", "number": parent["certificateNumber"]}
    world.viet_nam.post("/v1/status", **place, action="revoke", reason="R24")
    verdict = world.china.post("/v1/verify", document=sealed)
    assert (verdict["verdict"], outcome(verdict, "LINEAGE")) == ("REFER", "FAIL")
    revoked = world.china.get("/v1/history", **place)["lines"][-1]["time"][:10]
    assert findings(verdict)["R21"].startswith(
        f"The certificate {place['number']} of VN-VCCI, on which it builds, was revoked on {revoked}"
    )
    assert verdict["next"] == ["Ask SG-CUSTOMS whether it stands by its own certificate."]
    alerts = world.china.get("/v1/alerts", first=first)["alerts"]
    assert [(one["code"], one["useId"], one["office"]) for one in alerts] == [
        ("R21", used["useId"], SHANGHAI)
    ]


def test_33_only_the_childs_own_issuer_turns_a_child_in_doubt_into_a_rejection(world: World) -> None:
    parent = a_parent(world)
    child = a_child(parent)
    sealed = world.singapore.sealed(child)
    place = {"issuer": "VN-VCCI", "number": parent["certificateNumber"]}
    world.viet_nam.post("/v1/status", **place, action="revoke", reason="R24")
    assert world.china.post("/v1/verify", document=sealed)["verdict"] == "REFER"
    own = {"issuer": "SG-CUSTOMS", "number": child["certificateNumber"]}
    refused = world.viet_nam.client.post("/v1/status", json={**own, "action": "revoke", "reason": "R24"})
    assert refused.status_code == 422
    world.singapore.post("/v1/status", **own, action="revoke", reason="R24")
    verdict = world.china.post("/v1/verify", document=sealed)
    assert verdict["verdict"] == "REJECT"
    assert {"R21", "R24"} <= findings(verdict).keys()


def test_children_never_have_more_than_their_parent(world: World) -> None:
    parent = a_parent(world)
    world.singapore.anchored(a_child(parent))
    [second] = world.singapore.issue(a_child(parent))
    assert second["outcome"] == "refused"
    assert second["reason"].startswith("R22: ")
    assert "has left, 0." in second["reason"]


def a_copy_of(original: Body, number: str) -> Body:
    """Return a certified true copy under a number of its own."""
    first = original["certificateNumber"]
    reference = {
        "relation": "TRUE_COPY_OF",
        "issuerId": "VN-VCCI",
        "number": first,
        "date": original["issueDate"],
    }
    remark = f"CERTIFIED TRUE COPY of the original Certificate of Origin number {first} dated {original['issueDate']}"
    changes = {"issueKind": "CERTIFIED_TRUE_COPY", "references": [reference], "remarks": remark}
    return {**original, **changes, "certificateNumber": number}


def test_a_certified_true_copy_shares_the_use_of_its_original_both_ways(world: World) -> None:
    original = world.certificate()
    number = world.viet_nam.anchored(original)
    copied = world.viet_nam.anchored(a_copy_of(original, world.certificate()["certificateNumber"]))
    world.china.post("/v1/uses", **a_use(copied, SHANGHAI, "consume"))
    verdict = world.china.get("/v1/verify", issuer="VN-VCCI", number=number)
    assert (verdict["verdict"], SHANGHAI in findings(verdict)["R11"]) == ("REJECT", True)
    assert world.china.refused("/v1/uses", **a_use(number, NINGBO, "consume"))["reason"] == "R11"


def test_a_revoked_copy_is_told_to_who_was_shown_it_and_to_nobody_who_saw_the_original(world: World) -> None:
    for is_shown in (True, False):
        original = world.certificate()
        number = world.viet_nam.anchored(original)
        copied = world.viet_nam.anchored(a_copy_of(original, world.certificate()["certificateNumber"]))
        used = world.china.post("/v1/uses", **a_use(copied if is_shown else number, SHANGHAI, "consume"))
        since = world.china.get("/v1/alerts")["next"]
        world.viet_nam.post("/v1/status", issuer="VN-VCCI", number=copied, action="revoke", reason="R24")
        alerts = world.china.get("/v1/alerts", first=since)["alerts"]
        assert [(one["code"], one["useId"]) for one in alerts] == [("R24", used["useId"])] * is_shown

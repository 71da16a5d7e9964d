"""Scenario 33 with several children and offices: who is told when a certificate falls that others build on."""

from __future__ import annotations

from tests.scenarios.test_d_use import a_use
from tests.scenarios.test_f_lineage import a_child, a_parent, half
from tests.scenarios.world import NINGBO, SHANGHAI, Body, Office, World


def used_at(world: World, child: Body, office: str) -> Body:
    quantity = child["items"][0]["quantities"][0]
    use = a_use(str(child["certificateNumber"]), office, "consume", issuer="SG-CUSTOMS", line=1)
    return world.china.post("/v1/uses", **use, quantity=quantity["value"], unit=quantity["unit"])


def told(office: Office, first: int) -> list[Body]:
    alerts: list[Body] = office.get("/v1/alerts", first=first)["alerts"]
    return alerts


def test_33_each_office_that_used_a_child_and_the_childrens_issuer_are_told(world: World) -> None:
    parent = a_parent(world)
    children = [half(a_child(parent)), half(a_child(parent))]
    used = {}
    for child, office in zip(children, (SHANGHAI, NINGBO), strict=True):
        world.singapore.anchored(child)
        used[used_at(world, child, office)["useId"]] = office
    place = {"issuer": "VN-VCCI", "number": parent["certificateNumber"]}
    since = world.singapore.get("/v1/alerts")["next"], world.china.get("/v1/alerts")["next"]

    world.viet_nam.post("/v1/status", **place, action="suspend", reason="R25")
    issuers = told(world.singapore, since[0])
    assert sorted(one["number"] for one in issuers) == sorted(one["certificateNumber"] for one in children)
    assert {(one["code"], one["state"], one["useId"], one["office"]) for one in issuers} == {
        ("R21", "issued", None, None)
    }
    assert all("certificate of VN-VCCI" in one["message"] for one in issuers)
    offices = told(world.china, since[1])
    assert {one["useId"]: one["office"] for one in offices} == used
    assert {one["code"] for one in offices} == {"R21"}
    assert told(world.viet_nam, since[0]) == [], "who suspended it knows"

    later = issuers[0]["journalIndex"] + 1
    number = children[0]["certificateNumber"]
    world.singapore.post("/v1/status", issuer="SG-CUSTOMS", number=number, action="revoke", reason="R24")
    world.viet_nam.post("/v1/status", **place, action="reinstate", reason="R99")
    [closed] = told(world.singapore, later)
    assert (closed["number"], closed["code"]) == (children[1]["certificateNumber"], "X18")
    lifted = [one for one in told(world.china, later) if one["code"] == "X18"]
    assert {one["useId"] for one in lifted} == set(used)

"""What fell while an office could not reach the chain: told to it when it writes down what it had done."""

from __future__ import annotations

from datetime import timedelta

from tests.scenarios.test_d_use import a_use
from tests.scenarios.world import NINGBO, World, iso, now


def test_a_use_of_an_outage_is_alerted_by_its_late_entry_when_the_certificate_fell_in_between(
    world: World,
) -> None:
    number = world.viet_nam.anchored(world.certificate())
    world.viet_nam.post("/v1/status", issuer="VN-VCCI", number=number, action="revoke", reason="R24")
    since = world.china.get("/v1/alerts")["next"]
    happened = iso(now() - timedelta(hours=2))
    late = world.china.post("/v1/uses", **a_use(number, NINGBO, "enter", happenedAt=happened))
    [alert] = [one for one in world.china.get("/v1/alerts", first=since)["alerts"] if one["code"] == "R24"]
    assert (alert["useId"], alert["cause"]) == (late["useId"], "UseEntered")
    assert "while valid" in alert["message"]
    again = world.china.get("/v1/alerts", first=alert["journalIndex"] + 1)["alerts"]
    assert late["useId"] not in [one["useId"] for one in again]

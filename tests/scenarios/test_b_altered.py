"""Scenario 10 at two gateways: the issuer's, which holds the certificate, and one that has only the ledger."""

from __future__ import annotations

from tests.gateways import altered
from tests.scenarios.world import Office, World


def at_first_item(office: Office, document: str) -> list[str]:
    verdict = office.post("/v1/verify", document=document)
    assert verdict["verdict"] == "REJECT"
    assert all(item["findings"] for item in verdict["items"]), "every item says why"
    return [one["message"] for one in verdict["items"][0]["findings"]]


def test_10_the_issuers_gateway_tells_which_item_was_altered_and_another_one_that_it_cannot(
    world: World,
) -> None:
    document = altered(world.viet_nam.sealed(world.certificate()).encode()).decode()
    assert any("does not match the anchored value" in one for one in at_first_item(world.viet_nam, document))
    assert any("cannot be told here" in one for one in at_first_item(world.china, document))

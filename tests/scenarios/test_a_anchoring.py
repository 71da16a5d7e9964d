"""Scenarios A: what an issuing body meets when it anchors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ledger.service.answers import IssueOutcome
from ledger.wiring import open_ledger
from tests.gateways import a_new_body, issued
from tests.scenarios.licences import a_licence
from tests.scenarios.world import Body, World, findings


def test_1_an_ordinary_certificate_is_anchored_and_accepted_at_once(world: World) -> None:
    certificate = world.certificate()
    checked = world.viet_nam.post("/v1/validate", **certificate)
    assert checked["results"][0]["problems"] == []
    [result] = world.viet_nam.issue(certificate)
    assert result["outcome"] == "anchored"
    assert result["journalIndex"] is not None
    verdict = world.china.get("/v1/verify", issuer="VN-VCCI", number=result["number"])
    assert verdict["verdict"] == "ACCEPT"


def test_2_of_two_hundred_certificates_three_are_refused_and_the_others_anchored_once(world: World) -> None:
    certificates = [world.certificate() for _ in range(200)]
    certificates[16]["items"][0]["hsCode"] = "999999"
    certificates[59]["flags"] = ["THIRD_PARTY_INVOICING"]
    certificates[142]["validUntil"] = "2020-01-01"
    results = world.viet_nam.issue(*certificates)
    assert _tally(results) == {"anchored": 197, "refused": 3}
    told = {place: results[place]["problems"] for place in (16, 59, 142)}
    assert "items[0].hsCode" in {one["path"] for one in told[16]}
    assert "thirdPartyInvoicer" in {one["path"] for one in told[59]}
    assert "validUntil" in {one["path"] for one in told[142]}
    assert _tally(world.viet_nam.issue(*certificates)) == {"already_anchored": 197, "refused": 3}


def test_3_a_number_with_other_content_is_refused_with_the_day_of_the_first(world: World) -> None:
    certificate = world.certificate()
    world.viet_nam.anchored(certificate)
    other = {**certificate, "totalPackages": None, "remarks": "another weight"}
    [result] = world.viet_nam.issue({name: value for name, value in other.items() if value is not None})
    assert result["outcome"] == "refused"
    assert {one["code"] for one in result["problems"] if one["severity"] == "error"} == {
        "NUMBER_ALREADY_ANCHORED"
    }
    assert f"{datetime.now(UTC):%Y-%m-%d}" in result["reason"]


def test_4_a_body_that_is_not_entitled_is_refused_by_the_chain(world: World) -> None:
    permit = a_licence(
        issuer={"id": "VN-VCCI", "country": "VN"}, profileCode="LICENCE", validUntil="2099-12-31"
    )
    [result] = world.viet_nam.issue(permit)
    assert result["outcome"] == "refused"
    assert "ConsortiumRoleMissing" in str(result["problems"])


def test_6_a_signer_that_is_not_effective_yet_is_referred_and_not_called_forged(world: World) -> None:
    code = "VN-EARLY"
    effective = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
    home = a_new_body(world.consortium, code, key_from=effective)
    from ledger.settings import read_settings

    with open_ledger(read_settings(home, {})) as body:
        certificate = world.certificate(issuer={"id": code, "country": "VN"})
        [result] = issued(body, certificate)
    assert result.outcome is IssueOutcome.ANCHORED, result.reason
    verdict = world.china.get("/v1/verify", issuer=code, number=result.number)
    assert verdict["verdict"] == "REFER"
    assert f"effective {effective:%Y-%m-%d}" in findings(verdict)["R03"]


def _tally(results: list[Body]) -> dict[str, int]:
    outcomes = [str(one["outcome"]) for one in results]
    return {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}

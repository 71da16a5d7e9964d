"""Scenarios A: what an issuing body meets when it anchors."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta

from ledger.samples import write_table
from tests.gateways import a_new_body
from tests.scenarios.licences import a_sample
from tests.scenarios.members import member
from tests.scenarios.world import Body, World, findings


def test_1_an_ordinary_certificate_is_anchored_and_accepted_at_once(world: World) -> None:
    certificate = world.certificate()
    asked = {"issuer": "VN-VCCI", "number": certificate["certificateNumber"]}
    checked = world.viet_nam.post("/v1/validate", **certificate)
    assert checked["results"][0]["problems"] == []
    assert "R07" in findings(world.china.get("/v1/verify", **asked)), "a dry run anchors nothing"
    [result] = world.viet_nam.issue(certificate)
    assert result["outcome"] == "anchored"
    assert result["journalIndex"] is not None
    [line] = world.china.get("/v1/history", **asked)["lines"]
    assert (line["act"], line["member"]) == ("RecordAnchored", "VN-VCCI")
    assert (line["index"], line["time"]) == (result["journalIndex"], result["anchoredAt"])
    assert line["blockNumber"] > 0
    assert world.china.get("/v1/verify", **asked)["verdict"] == "ACCEPT"


def test_2_of_two_hundred_certificates_three_are_refused_and_the_others_anchored_once(world: World) -> None:
    certificates = [world.certificate() for _ in range(200)]
    certificates[16]["items"][0]["hsCode"] = "999999"
    certificates[59]["flags"] = ["THIRD_PARTY_INVOICING"]
    certificates[142]["validUntil"] = "2020-01-01"
    table = write_table(certificates)
    results = world.viet_nam.issue_table(table)
    assert _tally(results) == {"anchored": 197, "refused": 3}
    refused = [place for place, one in enumerate(results, start=1) if one["outcome"] == "refused"]
    assert refused == [17, 60, 143]
    assert [results[row - 1]["source"] for row in refused] == ["row 17", "row 60", "row 143"]
    told = {row: {one["path"]: one for one in results[row - 1]["problems"]} for row in refused}
    assert told[17]["items[0].hsCode"]["value"] == "999999"
    assert {"items[0].hsCode", "thirdPartyInvoicer", "validUntil"} & told[60].keys() == {"thirdPartyInvoicer"}
    assert told[143]["validUntil"]["value"] == "2020-01-01"
    assert {"items[0].hsCode", "validUntil"} <= set(table.decode().splitlines()[0].split(","))
    for row, path in ((17, "items[0].hsCode"), (60, "thirdPartyInvoicer"), (143, "validUntil")):
        assert told[row][path]["expectation"]
        assert told[row][path]["code"].isupper()
        assert path in results[row - 1]["reason"]
    size = world.viet_nam.get("/v1/journal/head")["size"]
    again = world.viet_nam.issue_table(table)
    assert _tally(again) == {"already_anchored": 197, "refused": 3}
    assert [one["journalIndex"] for one in again] == [one["journalIndex"] for one in results]
    assert world.viet_nam.get("/v1/journal/head")["size"] == size


def test_3_a_number_with_another_weight_is_refused_with_the_day_of_the_first(world: World) -> None:
    certificate = world.certificate()
    asked = {"issuer": "VN-VCCI", "number": world.viet_nam.anchored(certificate)}
    before = world.china.get("/v1/verify", **asked)["record"]
    other = deepcopy(certificate)
    weight = other["items"][0]["quantities"][0]
    weight["value"] = "9" + weight["value"]
    [result] = world.viet_nam.issue(other)
    assert result["outcome"] == "refused"
    assert {one["code"] for one in result["problems"] if one["severity"] == "error"} == {
        "NUMBER_ALREADY_ANCHORED"
    }
    assert before["anchoredAt"][:10] in result["reason"]
    assert "issue a replacement or a corrected copy" in result["reason"]
    assert world.china.get("/v1/verify", **asked)["record"] == before


def test_4_a_chamber_that_anchors_a_cites_permit_is_refused_by_the_chain(world: World) -> None:
    chamber = member(world, "AU-CHAMBER", "non-preferential-origin")
    permit = a_sample("25", issuer={"id": "AU-CHAMBER", "country": "AU"}, destinationCountry="CN")
    checked = chamber.post("/v1/validate", **permit)
    assert [one for one in checked["results"][0]["problems"] if one["severity"] == "error"] == []
    [result] = chamber.issue(permit)
    assert (result["outcome"], result["journalIndex"]) == ("refused", None)
    assert result["reason"] == "R23: This body is not registered to issue type 626 for country AU."
    assert [one["code"] for one in result["problems"] if one["severity"] == "error"] == ["R23"]
    assert result["refusal"] == "ConsortiumRoleMissing"
    alone = chamber.client.post("/v1/documents", json=permit)
    assert (alone.status_code, alone.json()["code"], alone.json()["detail"]) == (
        409,
        "REFUSED",
        result["reason"],
    )
    number = permit["certificateNumber"]
    verdict = world.china.get("/v1/verify", issuer="AU-CHAMBER", number=number, kind="licence")
    assert (verdict["verdict"], "R07" in findings(verdict)) == ("REFER", True)


def test_6_a_signer_that_is_not_effective_yet_is_referred_and_not_called_forged(world: World) -> None:
    code = "KR-EARLY"
    effective = datetime.now(UTC).replace(microsecond=0) + timedelta(days=11)
    a_new_body(world.consortium, code, key_from=effective)
    [key] = next(one["keys"] for one in world.china.get("/v1/members")["members"] if one["code"] == code)
    number = world.at(code).anchored(a_sample("13", issuer={"id": code, "country": "KR"}))
    verdict = world.china.get("/v1/verify", issuer=code, number=number)
    assert verdict["verdict"] == "REFER"
    told = findings(verdict)["R03"]
    assert told.startswith(f"Signer notified {key['notifiedAt'][:10]} ")
    assert f", effective {effective:%Y-%m-%d} " in told
    assert "forged" not in str(verdict).lower()


def _tally(results: list[Body]) -> dict[str, int]:
    outcomes = [str(one["outcome"]) for one in results]
    return {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}

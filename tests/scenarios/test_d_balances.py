"""Scenarios D, the rules behind them: balances that several draw on, over-draw, share out and endorse."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.scenarios.licences import a_french_licence, a_licence, a_sample, an_extract_of
from tests.scenarios.members import member
from tests.scenarios.test_d_use import a_use, declaration, of_licence
from tests.scenarios.world import NINGBO, SHANGHAI, Body, Office, World, findings, iso, now

MUMBAI, DELHI = "INBOM4", "INDEL4"


def an_item_of(quantity: str, **changes: object) -> Body:
    item = {
        "sequence": 1,
        "hsCode": "100199",
        "quantities": [{"kind": "NET_MASS", "value": quantity, "unit": "TNE"}],
    }
    return {**item, **changes}


def entry(number: str, office: str, quantity: str, **more: object) -> Body:
    """Return the request for a use that happened while the chain could not be reached."""
    return of_licence(number, office, quantity, action="enter") | {
        "happenedAt": iso(now() - timedelta(hours=2)),
        **more,
    }


def lines(customs: Office, number: str, issuer: str = "CN-MOFCOM", kind: str = "licence") -> list[Body]:
    found: list[Body] = customs.get("/v1/balance", issuer=issuer, number=number, kind=kind)["lines"]
    return found


def test_27_kr_in_one_shipment_in_two_entries_of_60_and_40_is_accepted_and_then_exhausted(
    world: World,
) -> None:
    india = member(world, "IN-CUSTOMS", "customs", partners=())
    korea = member(world, "KR-KCCI", "preferential-origin", partners=("IN-CUSTOMS",))
    certificate = a_sample("12")
    [item] = certificate["items"]
    item["quantities"] = [{"kind": "NET_MASS", "value": "100", "unit": "TNE"}]
    number = korea.anchored(certificate)
    for office, tonnes in ((MUMBAI, "60"), (DELHI, "40")):
        ref = declaration()
        declared = {
            "declarationRef": ref, "importDate": now().date().isoformat(), "country": "IN", "office": office,
            "items": [an_item_of(tonnes, hsCode="210690", originCountry="KR")],
        }  # fmt: skip
        verdict = india.post("/v1/verify", issuer="KR-KCCI", number=number, declaration=declared)
        assert verdict["verdict"] == "ACCEPT", findings(verdict)
        body = a_use(number, office, "consume", issuer="KR-KCCI", item=1, line=1, quantity=tonnes, unit="TNE")
        india.post("/v1/uses", **{**body, "declaration": ref})
    more = a_use(number, MUMBAI, "consume", issuer="KR-KCCI", item=1, line=1, quantity="1", unit="TNE")
    report = india.refused("/v1/uses", **more)
    assert (report["reason"], "free 0 t" in report["detail"]) == ("R12", True)
    verdict = india.get("/v1/verify", issuer="KR-KCCI", number=number)
    assert (verdict["verdict"], "Used up" in findings(verdict)["R11"]) == ("REJECT", True)


def test_27_cn_sg_with_the_same_pattern_the_second_entry_is_already_used(world: World) -> None:
    certificate = a_sample("14")
    [item] = certificate["items"][:1]
    item["quantities"] = [{"kind": "NET_MASS", "value": "100", "unit": "TNE"}]
    number = world.singapore.anchored({**certificate, "items": [item]})

    def verdict_on(office: str, tonnes: str) -> tuple[Body, Body]:
        use = a_use(number, office, "consume", issuer="SG-CUSTOMS")
        declared = {
            "declarationRef": use["declaration"], "importDate": now().date().isoformat(), "country": "CN",
            "office": office, "items": [an_item_of(tonnes, hsCode=item["hsCode"])],
        }  # fmt: skip
        asked = {"issuer": "SG-CUSTOMS", "number": number, "declaration": declared}
        return world.china.post("/v1/verify", **asked), use

    first, use = verdict_on(SHANGHAI, "60")
    assert first["verdict"] == "ACCEPT", findings(first)
    world.china.post("/v1/uses", **use)
    second, use = verdict_on(NINGBO, "40")
    assert (second["verdict"], f"office {SHANGHAI}" in findings(second)["R11"]) == ("REJECT", True)
    report = world.china.refused("/v1/uses", **use)
    assert (report["reason"], SHANGHAI in report["detail"]) == ("R11", True)


def test_a_licence_for_one_office_is_drawn_on_nowhere_else(world: World) -> None:
    number = world.licences.anchored(a_licence(allowedOffices=[SHANGHAI]))
    report = world.china.refused("/v1/uses", **of_licence(number, NINGBO, "10"))
    assert (report["reason"], SHANGHAI in report["detail"]) == ("R13", True)
    assert world.china.post("/v1/uses", **of_licence(number, SHANGHAI, "10"))["state"] == "reserved"


def test_a_licence_for_two_uses_is_not_used_a_third_time(world: World) -> None:
    number = world.licences.anchored(a_licence(maxUses=2))
    for office in (SHANGHAI, NINGBO):
        world.china.post("/v1/uses", **of_licence(number, office, "10", action="consume"))
    report = world.china.refused("/v1/uses", **of_licence(number, SHANGHAI, "10"))
    assert report["reason"] == "R11"
    assert "2" in report["detail"]


def test_the_last_lot_of_bulk_goods_may_exceed_what_remains_by_the_tolerance(world: World) -> None:
    bulk = a_licence(tonnes="100", tolerancePct=5, bulk=True)
    number = world.licences.anchored(bulk)
    world.china.post("/v1/uses", **of_licence(number, SHANGHAI, "80", action="consume"))
    report = world.china.refused("/v1/uses", **of_licence(number, NINGBO, "21.000001", action="consume"))
    assert (report["reason"], "free 20 t" in report["detail"]) == ("R12", True)
    assert (
        world.china.post("/v1/uses", **of_licence(number, NINGBO, "21", action="consume"))["consumed"] == "21"
    )


def test_a_use_during_an_outage_always_stands_and_the_licence_is_then_told_as_overdrawn(world: World) -> None:
    number = world.licences.anchored(a_licence(tonnes="100"))
    first = world.china.post("/v1/uses", **of_licence(number, SHANGHAI, "70", action="consume"))
    since = world.china.get("/v1/alerts")["next"]
    late = world.china.post("/v1/uses", **entry(number, NINGBO, "50"))
    assert (late["state"], late["conflict"], late["consumed"]) == ("consumed", True, "50")
    balance = world.china.get("/v1/balance", issuer="CN-MOFCOM", number=number, kind="licence")
    [line] = balance["lines"]
    assert (balance["overdrawn"], line["consumed"], line["free"]) == (True, "120", "0")
    verdict = world.china.get("/v1/verify", issuer="CN-MOFCOM", number=number, kind="licence")
    assert "120 t were used of 100 t" in findings(verdict)["X39"]
    [alert] = world.china.get("/v1/alerts", first=since)["alerts"]
    assert (alert["useId"], "Nobody's use is undone" in alert["message"]) == (first["useId"], True)


def test_a_late_entry_within_the_balance_is_no_conflict(world: World) -> None:
    number = world.licences.anchored(a_licence(tonnes="100"))
    assert world.china.post("/v1/uses", **entry(number, NINGBO, "50"))["conflict"] is False


def test_a_late_entry_may_be_repeated_but_not_told_of_another_time(world: World) -> None:
    body = entry(world.licences.anchored(a_licence(tonnes="100")), NINGBO, "50")
    first = world.china.post("/v1/uses", **body)
    assert world.china.post("/v1/uses", **body)["useId"] == first["useId"]
    other = world.china.refused("/v1/uses", **{**body, "happenedAt": iso(now() - timedelta(hours=9))})
    assert (other["refusal"], "stands otherwise" in other["detail"]) == ("UseDiffers", True)


def test_a_certificate_used_twice_during_an_outage_is_overdrawn_until_one_use_is_taken_back(
    world: World,
) -> None:
    number = world.viet_nam.anchored(world.certificate())
    first = world.china.post("/v1/uses", **a_use(number, SHANGHAI, "consume"))
    since = world.china.get("/v1/alerts")["next"]
    happened = iso(now() - timedelta(hours=2))
    late = world.china.post("/v1/uses", **a_use(number, NINGBO, "enter", happenedAt=happened))
    assert late["conflict"] is True
    assert world.china.get("/v1/balance", issuer="VN-VCCI", number=number)["overdrawn"] is True
    [alert] = world.china.get("/v1/alerts", first=since)["alerts"]
    assert (alert["useId"], "2 declarations used it, 1 may" in alert["message"]) == (first["useId"], True)
    world.china.patch(f"/v1/uses/{late['useId']}", action="correct", reason="R16")
    assert world.china.get("/v1/balance", issuer="VN-VCCI", number=number)["overdrawn"] is False
    assert world.china.get("/v1/alerts", first=since)["alerts"] == []


def test_extracts_of_a_licence_share_it_out_and_never_exceed_it(world: World) -> None:
    france = member(world, "FR-FAM", "licences", partners=())
    douane = member(world, "FR-DOUANE", "customs", partners=("FR-FAM",))
    whole = a_french_licence("100000")
    number = france.anchored(whole)
    child = france.anchored(an_extract_of(whole, "60000"))
    [refused] = france.issue(an_extract_of(whole, "40000.5"))
    assert refused["outcome"] == "refused"
    # The first one holds its tolerance of 5 % too, which is part of that of the whole.
    assert refused["reason"].startswith("R22: More is certified, 42000.525 with the tolerance, than line 1")
    assert "has left, 37000." in refused["reason"], refused["reason"]
    assert lines(douane, number, "FR-FAM")[0]["free"] == "37000"
    france.anchored(an_extract_of(whole, "40000"))
    assert douane.post("/v1/uses", **of_extract(child, "60"))["free"] == "0"
    assert lines(douane, number, "FR-FAM")[0]["free"] == "0"


def test_33_what_builds_on_an_extract_of_a_revoked_licence_is_told_to_who_used_it(world: World) -> None:
    france = member(world, "FR-FAM", "licences", partners=())
    douane = member(world, "FR-DOUANE", "customs", partners=("FR-FAM",))
    whole = a_french_licence("100000")
    extract = an_extract_of(whole, "60000")
    number, child = (france.anchored(one) for one in (whole, extract))
    used = douane.post("/v1/uses", **of_extract(child, "5"))
    since = douane.get("/v1/alerts")["next"]
    france.post("/v1/status", issuer="FR-FAM", number=number, kind="licence", action="revoke", reason="R24")
    refused = douane.refused("/v1/uses", **of_extract(child, "1") | {"declaration": "another"})
    assert refused["refusal"] == "UseRecordNotValid"
    assert refused["detail"] == (
        "R24: The licence that it is an extract of is revoked; nothing new can be taken from it."
    )
    [alert] = douane.get("/v1/alerts", first=since)["alerts"]
    assert (alert["code"], alert["useId"]) == ("R21", used["useId"])


def of_extract(number: str, tonnes: str) -> Body:
    """Return the request to use an extract of a French licence at Paris."""
    more = {"issuer": "FR-FAM", "kind": "licence", "item": 1, "line": 1}
    return a_use(number, "FRPAR", "consume", **more, quantity=tonnes, unit="TNE")


def test_a_cites_permit_is_referred_until_the_exporting_customs_endorsed_what_left(world: World) -> None:
    authority = member(world, "AU-DCCEEW", "licences", partners=("CN-GACC", "AU-ABF"))
    skins, _ = a_sample("25")["items"]
    permit = a_sample("25", destinationCountry="CN", items=[skins])
    sealed = authority.sealed(permit)
    number = str(permit["certificateNumber"])
    before = world.china.post("/v1/verify", document=sealed)
    assert (before["verdict"], "export endorsement" in findings(before)["R36"]) == ("REFER", True)
    actual = [{"quantity": "100", "unit": "NMB"}]
    world.at("AU-ABF").post(
        "/v1/endorsements", issuer="AU-DCCEEW", number=number, office="AUSYD", actual=actual
    )
    after = world.china.post("/v1/verify", document=sealed)
    assert after["verdict"].startswith("ACCEPT"), findings(after)
    more = a_use(
        number,
        SHANGHAI,
        "consume",
        issuer="AU-DCCEEW",
        kind="licence",
        item=1,
        line=1,
        quantity="101",
        unit="NMB",
    )
    report = world.china.refused("/v1/uses", **more)
    assert (report["reason"], "free 100" in report["detail"]) == ("R12", True)
    world.china.post("/v1/uses", **{**more, "quantity": "100"})


def test_only_the_importing_economys_customs_writes_its_use(world: World) -> None:
    number = world.licences.anchored(a_licence())
    body = {**of_licence(number, "AUSYD", "10")}
    report = world.at("AU-ABF").client.post("/v1/uses", json=body)
    assert report.status_code == 409, report.text
    assert "CN" in report.json()["detail"]


def test_a_correction_never_takes_more_than_was_written_off_and_says_so(world: World) -> None:
    number = world.licences.anchored(a_licence(tonnes="100"))
    used = world.china.post("/v1/uses", **of_licence(number, SHANGHAI, "30", action="consume"))
    path = f"/v1/uses/{used['useId']}"
    refused = world.china.client.patch(
        path, json={"action": "correct", "quantity": "-30.5", "unit": "TNE", "reason": "R16"}
    )
    assert refused.status_code in (409, 422), refused.text
    back = world.china.patch(path, action="correct", quantity="-30", unit="TNE", reason="R16")
    assert (back["state"], back["free"]) == ("released", "100")
    assert Decimal(lines(world.china, number)[0]["consumed"]) == 0

"""Scenarios B: what a customs officer is told of a number or a document."""

from __future__ import annotations

import base64
import re
from decimal import Decimal

import orjson

from tests.gateways import altered
from tests.scenarios.world import SHANGHAI, SIX_CHECKS, Body, World, findings, now, outcome


def a_declaration(certificate: Body, **changes: object) -> Body:
    """Return a declaration that agrees with the certificate in everything."""
    items = [
        {
            "sequence": item["sequence"],
            "certificateItem": item["sequence"],
            "hsCode": item["hsCode"],
            "quantities": item["quantities"],
            "originCountry": item["originCountry"]["country"],
        }
        for item in certificate["items"]
    ]
    invoices = [one["number"] for one in certificate.get("invoices", ())]
    return {
        "importDate": now().date().isoformat(),
        "country": "CN",
        "items": items,
        "invoiceNumbers": invoices,
        **changes,
    }


def test_7_a_clean_look_up_passes_and_tells_the_remaining_use(world: World) -> None:
    certificate = world.certificate()
    number = world.viet_nam.anchored(certificate)
    invoice = certificate["invoices"][0]["number"]
    verdict = world.china.get("/v1/verify", issuer="VN-VCCI", number=number, secondKey=invoice)
    assert (verdict["verdict"], outcome(verdict, "USAGE")) == ("ACCEPT", "PASS")
    assert findings(verdict)["X38"] == "Remaining use: 1 of 1."
    sealed = world.viet_nam.sealed(certificate)
    asked = {"document": sealed, "declaration": a_declaration(certificate)}
    whole = world.china.post("/v1/verify", **asked, secondKey=invoice)
    assert {one["check"]: one["outcome"] for one in whole["checks"]} == dict.fromkeys(SIX_CHECKS, "PASS")
    assert (whole["verdict"], findings(whole)["X38"]) == ("ACCEPT", "Remaining use: 1 of 1.")
    assert whole["next"] == []


def test_8_a_slip_of_o_for_zero_is_suggested_only_with_the_right_invoice_number(world: World) -> None:
    certificate = world.certificate()
    certificate["invoices"][0]["number"] = f"EX-{certificate['certificateNumber'][-6:]}"
    number = world.viet_nam.anchored(certificate)
    slip = number.replace("0", "O", 1)
    invoice = certificate["invoices"][0]["number"]
    alone = world.viet_nam.get("/v1/verify", issuer="VN-VCCI", number=slip)
    assert (alone["verdict"], "X12" in findings(alone)) == ("REFER", False)
    assert "R07" in findings(alone)
    assert number not in str(alone)
    other = world.viet_nam.get("/v1/verify", issuer="VN-VCCI", number=slip, secondKey="EX-OTHER-1")
    assert (other["verdict"], number in str(other)) == ("REFER", False)
    helped = world.viet_nam.get("/v1/verify", issuer="VN-VCCI", number=slip, secondKey=invoice)
    assert (helped["verdict"], number in findings(helped).get("X12", "")) == ("REFER", True)
    assert f"Compare the document with the number {number}." in helped["next"]
    assert helped["record"] is None, "nothing is accepted in the place of what was typed"


def test_8_customs_is_told_the_look_alike_that_was_anchored_on_the_day_of_issue(world: World) -> None:
    certificate = world.certificate(issueDate=now().date().isoformat())
    number = world.viet_nam.anchored(certificate)
    slip = number.replace("0", "O", 1)

    def told(**more: str) -> dict[str, str]:
        verdict = world.china.get("/v1/verify", issuer="VN-VCCI", number=slip, **more)
        assert verdict["verdict"] == "REFER"
        assert "R07" in findings(verdict)
        return findings(verdict)

    assert "X12" not in told()
    assert number.replace(" ", "") in told(secondKey=certificate["issueDate"])["X12"]
    assert "X12" not in told(secondKey="2020-01-01")
    assert "X12" not in told(secondKey=certificate["invoices"][0]["number"])


def test_10_an_altered_weight_is_rejected_as_not_what_was_anchored(world: World) -> None:
    certificate = world.certificate()
    weight = certificate["items"][0]["quantities"][0]
    certificate["items"][0]["quantities"] = [
        {**weight, "kind": "NET_MASS", "value": "24137.125", "unit": "KGM"}
    ]
    sealed = world.viet_nam.sealed(certificate)

    def more(claims: Body) -> None:
        claims["credentialSubject"]["items"][0]["quantities"][0]["value"] = "42000"

    verdict = world.china.post("/v1/verify", document=altered(sealed.encode(), more).decode())
    assert (verdict["verdict"], outcome(verdict, "INTEGRITY")) == ("REJECT", "FAIL")
    assert "R06" in findings(verdict)
    assert "Ask the issuing body for its copy." in verdict["next"]
    assert "24137.125" not in str(verdict)
    assert world.china.post("/v1/verify", document=sealed)["verdict"] == "ACCEPT"


def test_11_what_is_not_on_the_ledger_yet_is_referred_and_accepted_after_its_arrival(world: World) -> None:
    certificate = world.certificate()
    asked = {"issuer": "VN-VCCI", "number": certificate["certificateNumber"]}
    before = world.china.get("/v1/verify", **asked)
    assert before["verdict"] == "REFER"
    told = findings(before)["R07"]
    assert told.startswith("Not on the ledger as of ")
    assert told.endswith(". This does not mean that it is false.")
    assert re.search(r"\d{2}:\d{2}(:\d{2})? UTC", told)
    assert "Ask again later, or ask the issuing body." in before["next"]
    assert {one["outcome"] for one in before["checks"]}.isdisjoint({"FAIL"})
    assert "forged" not in str(before).lower().replace("never forged", "")
    world.viet_nam.anchored(certificate)
    assert world.china.get("/v1/verify", **asked)["verdict"] == "ACCEPT"


def test_12_one_wrong_item_is_referred_and_does_not_delay_the_others(world: World) -> None:
    certificate = world.certificate(items=two_items(world))
    sealed = world.viet_nam.sealed(certificate)
    declared = a_declaration(certificate)
    declared["items"][1]["hsCode"] = "030463"
    verdict = world.china.post("/v1/verify", document=sealed, declaration=declared)
    assert [one["verdict"] for one in verdict["items"]] == ["ACCEPT", "REFER"]
    assert verdict["verdict"] == "ACCEPT_WITH_REMARKS"
    [data] = [one for one in verdict["checks"] if one["check"] == "DATA"]
    [wrong] = [one for one in data["findings"] if one["item"] is not None]
    assert (wrong["code"], wrong["item"]) == ("R15", 2)
    assert wrong["message"] == "Item 2: declared 030463, certified 030462."


def two_items(world: World) -> list[Body]:
    """Return the items of a certificate with two of them, the second one of pangasius fillets."""
    [first, *_] = world.certificate()["items"]
    return [{**first, "sequence": 1}, {**first, "sequence": 2, "hsCode": "030462"}]


def test_13_a_minor_discrepancy_is_a_remark_and_never_a_rejection(world: World) -> None:
    certificate = world.certificate()
    sealed = world.viet_nam.sealed(certificate)
    declared = a_declaration(certificate, invoiceNumbers=["EX-OTHER-1"])
    verdict = world.china.post("/v1/verify", document=sealed, declaration=declared)
    assert verdict["verdict"] == "ACCEPT_WITH_REMARKS", findings(verdict)
    assert findings(verdict)["X35"] == "No declared invoice is on the certificate."
    name = "SHANGHAI EXAMPLE TRADING CO., LTD."
    certificate = world.certificate(consignee={"name": name, "country": "CN"})
    sealed = world.viet_nam.sealed(certificate)
    for consignee, word in ((name, "ACCEPT"), (name.replace("CO., LTD.", "CO LTD"), "ACCEPT_WITH_REMARKS")):
        declared = a_declaration(certificate, consignee=consignee)
        verdict = world.china.post("/v1/verify", document=sealed, declaration=declared)
        assert verdict["verdict"] == word, findings(verdict)
    assert findings(verdict)["X55"] == "The consignee is not written as on the certificate."


def test_more_than_certified_is_told_by_item_and_less_is_fine(world: World) -> None:
    certificate = world.certificate()
    sealed = world.viet_nam.sealed(certificate)
    less, more = a_declaration(certificate), a_declaration(certificate)
    for declared, factor in ((less, "0.5"), (more, "2")):
        for item in declared["items"][:1]:
            item["quantities"] = [
                {**one, "value": f"{Decimal(one['value']) * Decimal(factor):f}"} for one in item["quantities"]
            ]
    assert world.china.post("/v1/verify", document=sealed, declaration=less)["verdict"].startswith("ACCEPT")
    verdict = world.china.post("/v1/verify", document=sealed, declaration=more)
    assert "R16" in findings(verdict)
    assert verdict["items"][0]["verdict"] == "REFER"


def test_nothing_commercial_is_in_the_answer_to_a_number(world: World) -> None:
    certificate = world.certificate()
    number = world.viet_nam.anchored(certificate)
    text = str(world.china.get("/v1/verify", issuer="VN-VCCI", number=number, office=SHANGHAI))
    names = [certificate["exporter"]["name"], certificate["consignee"]["name"]]
    assert not any(name in text for name in names)
    payload = world.viet_nam.sealed(certificate).split(".")[1]
    assert names[0] not in str(orjson.loads(base64.urlsafe_b64decode(payload + "==")))

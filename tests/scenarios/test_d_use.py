"""Scenarios D: use and balances, as customs offices meet them."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from tests.scenarios.licences import a_licence
from tests.scenarios.world import NINGBO, SHANGHAI, Body, World, findings, iso, now, outcome


def declaration() -> str:
    return secrets.token_hex(9).upper()


def a_use(number: str, office: str, action: str = "reserve", **more: object) -> Body:
    return {
        "action": action,
        "issuer": "VN-VCCI",
        "number": number,
        "office": office,
        "declaration": declaration(),
        **more,
    }


def of_licence(number: str, office: str, quantity: str, unit: str = "TNE", action: str = "reserve") -> Body:
    more = {"kind": "licence", "line": 1, "item": 1, "quantity": quantity, "unit": unit}
    return {**a_use(number, office, action), "issuer": "CN-MOFCOM", **more}


def test_18_the_same_certificate_in_two_ports_is_used_once(world: World) -> None:
    number = world.viet_nam.anchored(world.certificate())
    used = world.china.post("/v1/uses", **a_use(number, SHANGHAI, "consume"))
    assert used["state"] == "consumed"
    verdict = world.china.get("/v1/verify", issuer="VN-VCCI", number=number, office=NINGBO)
    assert (verdict["verdict"], outcome(verdict, "USAGE")) == ("REJECT", "FAIL")
    said = findings(verdict)["R11"]
    assert SHANGHAI in said
    assert str(used["useId"]) in said
    report = world.china.refused("/v1/uses", **a_use(number, NINGBO, "consume"))
    assert (report["reason"], SHANGHAI in report["detail"]) == ("R11", True)


def test_19_of_two_offices_that_over_draw_at_once_exactly_one_succeeds(world: World) -> None:
    number = world.licences.anchored(a_licence(tonnes="100"))
    asked = [of_licence(number, SHANGHAI, "70"), of_licence(number, NINGBO, "50")]
    with ThreadPoolExecutor(2) as offices:
        answers = list(offices.map(lambda body: world.china.client.post("/v1/uses", json=body), asked))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200, 409]
    refusal = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refusal["reason"] == "R12"
    balance = world.china.get("/v1/balance", issuer="CN-MOFCOM", number=number, kind="licence")
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    assert balance["lines"][0]["reserved"] == won["reserved"]
    assert f"free {balance['lines'][0]['free']} t" in refusal["detail"]


def test_23_units_of_another_kind_are_referred_and_tonnes_are_kilograms(world: World) -> None:
    number = world.licences.anchored(a_licence(tonnes="100"))
    done = world.china.post("/v1/uses", **of_licence(number, SHANGHAI, "2500.5", "KGM"))
    assert (done["reserved"], done["unit"], done["free"]) == ("2.5005", "TNE", "97.4995")
    refused = world.china.client.post("/v1/uses", json=of_licence(number, SHANGHAI, "10", "NMB"))
    assert refused.status_code == 422
    assert "R14" in refused.text
    pieces = [{"kind": "OTHER", "value": "10", "unit": "NMB"}]
    asked = {
        "importDate": now().date().isoformat(),
        "country": "CN",
        "items": [{"sequence": 1, "hsCode": "100199", "quantities": pieces}],
    }
    verdict = world.china.post(
        "/v1/verify", issuer="CN-MOFCOM", number=number, kind="licence", declaration=asked
    )
    assert (verdict["verdict"], "R14" in findings(verdict)) == ("REFER", True), findings(verdict)


def test_24_a_withdrawn_declaration_gives_its_reservation_back(world: World) -> None:
    number = world.licences.anchored(a_licence(tonnes="100"))
    held = world.china.post("/v1/uses", **of_licence(number, SHANGHAI, "30"))
    assert held["free"] == "70"
    given_back = world.china.patch(f"/v1/uses/{held['useId']}", action="release")
    assert (given_back["state"], given_back["free"]) == ("released", "100")
    history = world.china.get("/v1/history", issuer="CN-MOFCOM", number=number, kind="licence")
    assert [line["act"] for line in history["lines"]][-2:] == ["UseReserved", "UseReleased"]


def test_a_reservation_that_stays_open_is_told_to_its_own_customs_and_never_freed(world: World) -> None:
    number = world.licences.anchored(a_licence(tonnes="100"))
    before = world.china.get("/v1/reservations")["count"]
    body = of_licence(number, SHANGHAI, "30")
    held = world.china.post("/v1/uses", **body)
    settled = world.china.post("/v1/uses", **of_licence(number, NINGBO, "20"))
    world.china.patch(f"/v1/uses/{settled['useId']}", action="consume")
    found = world.china.get("/v1/reservations", limit="1000")
    assert found["count"] == before + 1
    told = found["reservations"][-1]
    assert (told["useId"], told["number"], told["declaration"]) == (
        held["useId"],
        number,
        body["declaration"],
    )
    assert (told["reserved"], told["unit"], told["office"]) == ("30", "TNE", body["office"])
    earlier = world.china.get("/v1/reservations", before=told["since"], limit="1000")["reservations"]
    assert held["useId"] not in {one["useId"] for one in earlier}
    later = world.china.get("/v1/reservations", before=iso(now() + timedelta(days=1)), limit="1000")
    assert later["count"] == found["count"]
    assert held["useId"] not in {
        one["useId"] for one in world.licences.get("/v1/reservations")["reservations"]
    }
    world.china.patch(f"/v1/uses/{held['useId']}", action="release")
    assert world.china.get("/v1/reservations")["count"] == before


def test_27_how_often_a_certificate_may_be_used_is_its_agreements_rule(world: World) -> None:
    single = world.viet_nam.anchored(world.certificate())
    world.china.post("/v1/uses", **a_use(single, SHANGHAI, "consume"))
    assert world.china.refused("/v1/uses", **a_use(single, SHANGHAI, "consume"))["reason"] == "R11"
    shared = world.licences.anchored(a_licence(tonnes="100"))
    for tonnes in ("60", "40"):
        world.china.post("/v1/uses", **of_licence(shared, SHANGHAI, tonnes, action="consume"))
    assert world.china.refused("/v1/uses", **of_licence(shared, NINGBO, "1"))["reason"] == "R12"


def test_a_use_that_is_written_twice_counts_once(world: World) -> None:
    number = world.licences.anchored(a_licence(tonnes="100"))
    body = of_licence(number, SHANGHAI, "30")
    first, again = world.china.post("/v1/uses", **body), world.china.post("/v1/uses", **body)
    assert (first["useId"], first["free"]) == (again["useId"], again["free"])
    assert again["receipt"] is None


def test_more_than_was_reserved_goes_by_the_tolerance_and_the_rest_is_free_again(world: World) -> None:
    number = world.licences.anchored(a_licence(tonnes="100"))
    held = world.china.post("/v1/uses", **of_licence(number, SHANGHAI, "30"))
    taken = world.china.patch(f"/v1/uses/{held['useId']}", action="consume", quantity="28.75", unit="TNE")
    assert (taken["consumed"], taken["free"]) == ("28.75", "71.25")
    fixed = world.china.patch(
        f"/v1/uses/{held['useId']}", action="correct", quantity="-0.75", unit="TNE", reason="R16"
    )
    assert (fixed["consumed"], fixed["free"]) == ("28", "72")

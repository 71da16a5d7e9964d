"""Scenarios D: use and balances, as customs offices meet them."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

from tests.scenarios.licences import a_licence, a_sample
from tests.scenarios.world import NINGBO, SHANGHAI, Body, World, an_office, findings, iso, now, outcome

CHINA = timezone(timedelta(hours=8))


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
    certificate = world.certificate()
    number = world.viet_nam.anchored(certificate)
    request = a_use(number, SHANGHAI, "consume")
    used = world.china.post("/v1/uses", **request)
    assert used["state"] == "consumed"
    asked = {"issuer": "VN-VCCI", "number": number, "office": NINGBO}
    verdict = world.ningbo.get(
        "/v1/verify", **asked, asOf=(now() + timedelta(minutes=1)).astimezone(CHINA).isoformat()
    )
    assert (verdict["verdict"], outcome(verdict, "USAGE")) == ("REJECT", "FAIL"), findings(verdict)
    [use] = world.ningbo.get("/v1/balance", issuer="VN-VCCI", number=number)["uses"]
    at = datetime.fromisoformat(use["since"]).astimezone(CHINA)
    assert findings(verdict)["R11"].startswith(f"Already used: CN office {SHANGHAI}, {at:%Y-%m-%d %H:%M}")
    assert " UTC+8 " in findings(verdict)["R11"]
    assert findings(verdict)["R11"].endswith(f", usage id {used['useId']}.")
    report = world.ningbo.refused("/v1/uses", **a_use(number, NINGBO, "consume"))
    assert (report["reason"], SHANGHAI in report["detail"]) == ("R11", True)
    assert str(used["useId"]) in report["detail"]
    for told in (str(verdict), str(report)):
        assert certificate["exporter"]["name"] not in told
        assert certificate["consignee"]["name"] not in told
        assert str(request["declaration"]) not in told


def test_a_gateway_that_has_read_nothing_yet_asks_as_its_own_customs(world: World, tmp_path: Path) -> None:
    number = world.viet_nam.anchored(world.certificate())
    world.china.post("/v1/uses", **a_use(number, SHANGHAI, "consume"))
    empty = {"TRADESEAL_STORE_URL": f"sqlite:///{tmp_path}/new.db"}
    with an_office(world.consortium.folder / "CN-GACC", empty) as office:
        verdict = office.get("/v1/verify", issuer="VN-VCCI", number=number)
    assert (verdict["verdict"], "R11" in findings(verdict)) == ("REJECT", True), findings(verdict)


def test_19_of_two_offices_that_over_draw_at_once_exactly_one_succeeds(world: World) -> None:
    number = world.licences.anchored(a_licence(tonnes="100"))
    asked = [
        (world.china, of_licence(number, SHANGHAI, "70")),
        (world.ningbo, of_licence(number, NINGBO, "50")),
    ]
    with ThreadPoolExecutor(2) as offices:
        answers = list(offices.map(lambda one: one[0].client.post("/v1/uses", json=one[1]), asked))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200, 409]
    refusal = next(answer.json() for answer in answers if answer.status_code == 409)
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    taken = Decimal(won["reserved"])
    assert refusal["reason"] == "R12"
    wanted, free = {70: (50, 30), 50: (70, 50)}[int(taken)]
    assert refusal["detail"].startswith(
        f"R12: Requested {wanted} t, free {free} t ({taken} t reserved by another office at "
    )
    for customs in (world.china, world.ningbo):
        [line] = customs.get("/v1/balance", issuer="CN-MOFCOM", number=number, kind="licence")["lines"]
        assert (Decimal(line["reserved"]), Decimal(line["free"])) == (taken, 100 - taken)
    fitting = of_licence(number, NINGBO, str(free))
    assert world.ningbo.post("/v1/uses", **fitting)["free"] == "0"


def test_23_units_of_another_kind_are_referred_and_tonnes_are_kilograms(world: World) -> None:
    number = world.licences.anchored(a_licence(tonnes="100"))
    done = world.china.post("/v1/uses", **of_licence(number, SHANGHAI, "2500.5", "KGM"))
    assert (done["reserved"], done["unit"], done["free"]) == ("2.5005", "TNE", "97.4995")
    [lifts] = a_sample("21")["items"]
    pieces = world.licences.anchored(a_sample("21", items=[lifts]))
    refused = world.china.client.post("/v1/uses", json=of_licence(pieces, SHANGHAI, "1200", "KGM"))
    assert refused.status_code == 422
    assert "R14" in refused.text
    kilograms = [{"kind": "NET_MASS", "value": "1200", "unit": "KGM"}]
    asked = {
        "importDate": now().date().isoformat(),
        "country": "CN",
        "items": [{"sequence": 1, "hsCode": lifts["hsCode"], "quantities": kilograms}],
    }
    verdict = world.china.post(
        "/v1/verify", issuer="CN-MOFCOM", number=pieces, kind="licence", declaration=asked
    )
    assert verdict["verdict"] == "REFER", findings(verdict)
    assert findings(verdict)["R14"] == (
        "Item 1: declared in KGM, the balance of line 1 is kept in NMB; nothing is converted between the two."
    )
    [line] = world.china.get("/v1/balance", issuer="CN-MOFCOM", number=pieces, kind="licence")["lines"]
    assert (line["unit"], line["free"]) == ("NMB", "12")


def test_24_a_withdrawn_declaration_gives_its_reservation_back(world: World) -> None:
    number = world.licences.anchored(a_licence(tonnes="100"))
    held = world.china.post("/v1/uses", **of_licence(number, SHANGHAI, "30"))
    assert held["free"] == "70"
    given_back = world.china.patch(f"/v1/uses/{held['useId']}", action="release")
    assert (given_back["state"], given_back["free"]) == ("released", "100")
    history = world.china.get("/v1/history", issuer="CN-MOFCOM", number=number, kind="licence")
    assert [line["act"] for line in history["lines"]][-2:] == ["UseReserved", "UseReleased"]
    quantities = [line["details"]["quantity"] for line in history["lines"][-2:]]
    assert quantities == [30_000_000, 30_000_000]


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

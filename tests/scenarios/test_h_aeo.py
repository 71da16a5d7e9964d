"""Scenarios H: AEO entries, mutual recognition, and declarations that relied on them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache

from tests.scenarios.licences import an_aeo
from tests.scenarios.test_d_use import a_use, declaration
from tests.scenarios.world import SHANGHAI, AeoQuestion, Body, World, findings, iso, now, outcome

CHINA = timezone(timedelta(hours=8))
YEAR_AGO = timedelta(days=-300)


def clock(text: str, days: int = 0) -> datetime:
    """Return a clock time in China, so many days after today."""
    return datetime.combine(today() + timedelta(days=days), time.fromisoformat(text), CHINA)


@cache
def today() -> date:
    """Return the day in China on which the tests began, also if they go on after midnight."""
    return now().astimezone(CHINA).date()


def of_australia(world: World, name: str) -> AeoQuestion:
    """Return the question about a new Australian AEO of a type that China recognises since long."""
    world.recognised("AU-ABF", "CN-GACC", name, now() + YEAR_AGO)
    return AeoQuestion(world.australia.anchored(an_aeo(name)), "CN-GACC", name)


def test_41_a_declaration_after_the_suspension_is_refused_with_its_time(world: World) -> None:
    asked = of_australia(world, "H41-A")
    assert world.china.aeo(asked)["verdict"] == "ACCEPT"
    world.australia.change_aeo("suspend", asked, effectiveFrom=clock("10:00", days=1).isoformat())
    verdict = world.china.aeo(asked, clock("10:05", days=1))
    assert (verdict["verdict"], outcome(verdict, "RECOGNITION")) == ("REJECT", "FAIL")
    assert findings(verdict)["R34"] == "AEO status suspended from 10:00 (UTC+8): type H41-A."


def test_41_a_declaration_accepted_before_keeps_its_benefits_with_a_remark(world: World) -> None:
    asked = of_australia(world, "H41-B")
    world.australia.change_aeo("suspend", asked, effectiveFrom=clock("10:00", days=1).isoformat())
    verdict = world.china.declared(asked, clock("09:55", days=1))
    assert verdict["verdict"] == "ACCEPT_WITH_REMARKS"
    assert findings(verdict)["X45"] == (
        "AEO status suspended from 10:00 (UTC+8), 5 minutes after the declaration was accepted: type H41-B. "
        "A procedure begun before keeps its benefits."
    )
    assert "5 minutes later" in findings(world.china.aeo(asked, clock("09:55", days=1)))["X17"]


def test_41_a_suspension_recorded_later_than_its_effect_says_both_times(world: World) -> None:
    asked = of_australia(world, "H41-C")
    world.australia.change_aeo("suspend", asked, effectiveFrom=clock("10:00", days=-1).isoformat())
    verdict = world.china.declared(asked, clock("10:05", days=-1))
    told = findings(verdict)["R34"]
    assert verdict["verdict"] == "REJECT"
    assert told.startswith("AEO status suspended from 10:00 (UTC+8), recorded at ")
    assert told.endswith(" UTC) with effect from 10:00 UTC+8: type H41-C.")


def test_43_a_type_that_the_partner_does_not_recognise_is_refused_by_its_name(world: World) -> None:
    world.recognised("VN-CUSTOMS", "AU-ABF", "AEOS", now() + YEAR_AGO)
    code = world.at("VN-CUSTOMS").anchored(an_aeo("AEOC", "AEOS", home="VN-CUSTOMS"))
    verdict = world.australia.aeo(AeoQuestion(code, "AU-ABF", "AEOC"))
    assert verdict["verdict"] == "REJECT"
    assert findings(verdict)["R35"] == "AU-ABF recognises AEOS of VN-CUSTOMS, not AEOC."
    assert world.australia.aeo(AeoQuestion(code, "AU-ABF", "AEOS"))["verdict"] == "ACCEPT"


def test_43_benefits_that_start_next_month_are_refused_with_the_date(world: World) -> None:
    begins = clock("00:00", days=31)
    world.recognised("AU-ABF", "CN-GACC", "H43", begins)
    code = world.australia.anchored(an_aeo("H43"))
    verdict = world.china.aeo(AeoQuestion(code, "CN-GACC", "H43"), clock("23:00"))
    assert verdict["verdict"] == "REJECT"
    assert findings(verdict)["R33"].startswith(
        f"CN-GACC recognises H43 of AU-ABF only from {begins:%Y-%m-%d} 00:00 UTC+8 "
    )
    assert world.china.aeo(AeoQuestion(code, "CN-GACC", "H43"), begins)["verdict"].startswith("ACCEPT")


def test_without_an_agreement_nobody_is_recognised(world: World) -> None:
    code = world.at("VN-CUSTOMS").anchored(an_aeo("AEOS", home="VN-CUSTOMS"))
    verdict = world.china.aeo(AeoQuestion(code, "CN-GACC", "AEOS"))
    assert findings(verdict)["R33"] == (
        "There is no agreement by which CN-GACC recognises AEOs of VN-CUSTOMS."
    )


def test_another_form_of_the_code_finds_the_entry_until_it_is_taken_away(world: World) -> None:
    asked = of_australia(world, "ALIAS")
    other = AeoQuestion(f"AU{asked.code[-9:]}X", "CN-GACC", "ALIAS")
    world.australia.post("/v1/aeo", action="add-alias", code=asked.code, alias=other.code)
    verdict = world.china.aeo(other)
    assert verdict["verdict"] == "ACCEPT", findings(verdict)
    again = [
        world.australia.post("/v1/aeo", action="add-alias", code=asked.code, alias=other.code) for _ in "12"
    ]
    assert again[0]["journalIndex"] == again[1]["journalIndex"]
    world.australia.change_aeo("suspend", other)
    assert "R34" in findings(world.china.aeo(asked))
    world.australia.post("/v1/aeo", action="remove-alias", code=asked.code, alias=other.code)
    assert "R07" in findings(world.china.aeo(other))


def test_types_are_suspended_apart_and_lifting_restores_from_its_time(world: World) -> None:
    for name in ("AEOC", "AEOS"):
        world.recognised("AU-ABF", "CN-GACC", name, now() + YEAR_AGO)
    code = world.australia.anchored(an_aeo("AEOC", "AEOS"))
    customs, safety = (AeoQuestion(code, "CN-GACC", name) for name in ("AEOC", "AEOS"))
    world.australia.change_aeo("suspend", customs, effectiveFrom=clock("10:00", days=1).isoformat())
    assert world.china.aeo(customs, clock("10:05", days=1))["verdict"] == "REJECT"
    assert world.china.aeo(safety, clock("10:05", days=1))["verdict"] == "ACCEPT"
    world.australia.change_aeo("reinstate", customs, effectiveFrom=clock("11:00", days=1).isoformat())
    words = [world.china.aeo(customs, clock(hour, days=1))["verdict"] for hour in ("10:59", "11:00")]
    assert words == ["REJECT", "ACCEPT"]


def test_a_suspended_entry_suspends_every_type(world: World) -> None:
    asked = of_australia(world, "WHOLE")
    place = {"issuer": "AU-ABF", "number": asked.code, "kind": "aeo"}
    world.australia.post("/v1/status", **place, action="suspend", reason="R34")
    assert findings(world.china.aeo(asked))["R34"].endswith(": the whole entry.")


def test_an_agreement_is_lifted_only_by_who_suspended_it_and_ends_for_good(world: World) -> None:
    asked = of_australia(world, "PACT")
    number = world.recognised("AU-ABF", "CN-GACC", "PACT", now() + YEAR_AGO)
    cover = {"home": "AU-ABF", "type": "PACT", "reason": "R33"}
    path = f"/v1/agreements/{number}"
    world.china.patch(path, action="suspend", **cover)
    assert "suspended from" in findings(world.china.aeo(asked))["R33"]
    told = world.australia.refused(path, "PATCH", action="lift", **cover)
    assert told["detail"] == (
        "Recognition of PACT of AU-ABF is not suspended by us; only the party that suspended it can lift that."
    )
    world.china.patch(path, action="lift", **cover)
    assert world.china.aeo(asked)["verdict"] == "ACCEPT"
    world.australia.patch(path, action="terminate", **cover)
    assert "terminated from" in findings(world.china.aeo(asked))["R33"]
    told = world.china.refused(path, "PATCH", action="lift", **cover)
    assert "terminated" in told["detail"]


def test_an_administration_cannot_touch_anothers_entry(world: World) -> None:
    asked = of_australia(world, "FOREIGN")
    body = {"action": "suspend", "code": asked.code, "type": "FOREIGN", "reason": "R34"}
    answer = world.china.client.post("/v1/aeo", json=body)
    assert answer.status_code == 422
    assert "AEO entry of CN-GACC" in answer.text
    place = {"issuer": "AU-ABF", "number": asked.code, "kind": "aeo"}
    answer = world.china.client.post("/v1/status", json={**place, "action": "suspend", "reason": "R34"})
    assert (answer.status_code, "AU-ABF" in answer.text) == (422, True)
    assert world.china.aeo(asked)["verdict"] == "ACCEPT"


def test_what_the_entry_does_not_allow_is_refused_in_words(world: World) -> None:
    asked = of_australia(world, "WORDS")
    other = AeoQuestion(asked.code, "CN-GACC", "NOTYPE")
    assert "NOTYPE" in world.australia.refused("/v1/aeo", **other.change("suspend"))["detail"]
    assert "granted" in world.australia.refused("/v1/aeo", **asked.change("grant", reason=None))["detail"]
    assert "valid" in world.australia.refused("/v1/aeo", **asked.change("reinstate"))["detail"]
    world.australia.change_aeo("revoke", asked)
    assert "revoked" in world.australia.refused("/v1/aeo", **asked.change("reinstate"))["detail"]


def test_an_entry_is_verified_by_its_number_like_any_record(world: World) -> None:
    asked = of_australia(world, "VERIFY")
    verdict = world.china.get("/v1/verify", issuer="AU-ABF", number=asked.code, kind="aeo", type="VERIFY")
    assert verdict["verdict"] == "ACCEPT"
    assert {one["check"] for one in verdict["checks"]} >= {"STATUS", "RECOGNITION"}


# --- declarations that relied on an AEO ---------------------------------------------------------------------


def rely(world: World, asked: AeoQuestion, accepted: datetime, **more: object) -> Body:
    """Have an office of China note that a declaration is treated as an AEO's."""
    body = {"code": asked.code, "type": asked.type, "office": SHANGHAI, "declaration": declaration()}
    return world.china.post("/v1/aeo/reliances", **{**body, "acceptedAt": accepted.isoformat(), **more})


def listed(world: World, reliance: Body, first: int = 0) -> list[Body]:
    """Return the alerts about one reliance."""
    alerts = world.china.get("/v1/alerts", first=first)["alerts"]
    return [one for one in alerts if one["relianceId"] == reliance["relianceId"]]


def test_41_a_suspension_recorded_later_lists_what_was_treated_as_an_aeo_for_review(world: World) -> None:
    asked = of_australia(world, "H41-D")
    ten = (now() - timedelta(minutes=10)).astimezone(CHINA).replace(second=0, microsecond=0)
    before, after = (rely(world, asked, ten + timedelta(minutes=minute)) for minute in (-5, 5))
    assert (before["noted"], after["noted"]) == (True, True)
    world.australia.change_aeo("suspend", asked, effectiveFrom=ten.isoformat())
    [alert] = listed(world, after)
    assert (alert["code"], alert["cause"], alert["office"]) == ("R34", "TypeChanged", SHANGHAI)
    assert (alert["state"], alert["declaration"], alert["number"]) == (
        "relied on",
        after["declaration"],
        asked.code,
    )
    assert alert["message"].startswith(f"AEO status suspended from {ten.astimezone(UTC):%Y-%m-%d %H:%M} UTC ")
    assert alert["message"].endswith("UTC. Listed for review.")
    assert "not rewritten" in alert["whatNext"]
    assert listed(world, before) == []
    assert listed(world, after, first=alert["journalIndex"] + 1) == []


def test_41_what_was_noted_is_not_rewritten_by_the_suspension(world: World) -> None:
    asked = of_australia(world, "H41-E")
    accepted = now() - timedelta(minutes=5)
    noted = rely(world, asked, accepted)
    world.australia.change_aeo("suspend", asked, effectiveFrom=iso(accepted - timedelta(minutes=5)))
    assert rely(world, asked, accepted, declaration=noted["declaration"]) == noted
    refused = rely(world, asked, accepted)
    assert (refused["noted"], refused["relianceId"], refused["verdict"]["verdict"]) == (False, None, "REJECT")
    assert "R34" in findings(refused["verdict"])
    assert listed(world, noted) != []


def test_recognition_that_was_suspended_for_the_time_of_the_acceptance_lists_it_and_its_lifting_closes(
    world: World,
) -> None:
    asked = of_australia(world, "H41-F")
    number = world.recognised("AU-ABF", "CN-GACC", "H41-F", now() + YEAR_AGO)
    noted = rely(world, asked, now() - timedelta(minutes=5))
    cover = {"home": "AU-ABF", "type": "H41-F", "reason": "R33"}
    since = [iso(now() - timedelta(minutes=minutes)) for minutes in (10, 8)]
    world.china.patch(f"/v1/agreements/{number}", action="suspend", **cover, effectiveFrom=since[0])
    world.china.patch(f"/v1/agreements/{number}", action="lift", **cover, effectiveFrom=since[1])
    alerts = listed(world, noted)
    assert [(one["code"], one["cause"]) for one in alerts] == [
        ("R33", "RecognitionChanged"),
        ("X18", "RecognitionChanged"),
    ]
    assert alerts[0]["message"].startswith("Recognition of H41-F of AU-ABF by CN-GACC suspended from ")


def test_an_entry_is_relied_on_and_not_written_off(world: World) -> None:
    asked = of_australia(world, "H41-G")
    use = {**a_use(asked.code, SHANGHAI, "consume", issuer="AU-ABF"), "kind": "aeo"}
    response = world.china.client.post("/v1/uses", json=use)
    assert (response.status_code, "KIND_UNKNOWN" in response.text) == (422, True)
    assert "POST /v1/aeo/reliances" in response.text
    assert "tradeseal aeo rely" in response.text

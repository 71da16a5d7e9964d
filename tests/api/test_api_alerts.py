"""Alerts over HTTP: whoever asks from where the last answer ended misses none and gets none twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from api.use_models import AlertsAnswer
from ledger.service.use_answers import Alert
from tests.fakes.face_ledger import FaceLedger

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def an_alert(index: int, place: int = 0) -> Alert:
    return Alert(
        f"{index}-{place}", "StatusChanged", index, "R24", "It was revoked.", "Recover the duty.", 1, "VN-VCCI",
        "VN-CN 24/02/00123", bytes(32), NOW, NOW, "0" * 32, "CNSHA", NOW, "consumed", "2230 2026 0001",
    )  # fmt: skip


def test_alerts_are_what_the_description_says(client: TestClient, ledger: FaceLedger) -> None:
    ledger.uses.alerts = [an_alert(5)]
    answer = client.get("/v1/alerts").json()
    assert AlertsAnswer.model_validate(answer, by_alias=True).model_dump(by_alias=True) == answer
    assert (answer["alerts"][0]["whatNext"], answer["next"]) == ("Recover the duty.", 6)


def test_an_alert_about_an_own_certificate_names_no_use_and_no_office(
    client: TestClient, ledger: FaceLedger
) -> None:
    ledger.uses.alerts = [replace(an_alert(5), use_id=None, office=None, declaration=None, state="issued")]
    [told] = client.get("/v1/alerts").json()["alerts"]
    assert (told["useId"], told["relianceId"], told["office"], told["state"]) == (None, None, None, "issued")


def test_an_alert_about_a_reliance_names_it_and_no_use(client: TestClient, ledger: FaceLedger) -> None:
    ledger.uses.alerts = [replace(an_alert(5), use_id=None, reliance_id="a" * 32, state="relied on")]
    answer = client.get("/v1/alerts").json()
    assert AlertsAnswer.model_validate(answer, by_alias=True).model_dump(by_alias=True) == answer
    assert (answer["alerts"][0]["useId"], answer["alerts"][0]["relianceId"]) == (None, "a" * 32)


def test_without_alerts_the_next_question_is_the_same(client: TestClient) -> None:
    assert client.get("/v1/alerts", params={"first": 3}).json() == {"first": 3, "alerts": [], "next": 3}


def test_the_alerts_of_one_entry_stay_together_whatever_the_limit(
    client: TestClient, ledger: FaceLedger
) -> None:
    ledger.uses.alerts = [an_alert(5), *(an_alert(6, place) for place in range(40))]
    first = client.get("/v1/alerts", params={"limit": 10}).json()
    second = client.get("/v1/alerts", params={"limit": 10, "first": first["next"]}).json()
    assert [len(one["alerts"]) for one in (first, second)] == [1, 40]


@pytest.mark.parametrize("query", [{"first": "-1"}, {"limit": "0"}, {"limit": "51"}, {"from": "1"}])
def test_a_page_that_makes_no_sense_is_422(query: dict[str, str], client: TestClient) -> None:
    assert client.get("/v1/alerts", params=query).status_code == 422

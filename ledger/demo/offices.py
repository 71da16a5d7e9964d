"""Offices: the second part of the journey, what happens to certificates, licences and AEO entries after they were issued.

As in ``journey`` everything goes through the gateways' HTTP API, and what is printed is what they answered.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ledger.demo.answers import fetched, results, tally, word
from ledger.demo.client import GatewayClient, GatewayError
from ledger.demo.steps import Recorder

SHANGHAI, NINGBO = "CN2202", "CN3104"
_STOLEN, _USED, _GENUINE = 40, 6, 37


@dataclass(frozen=True, slots=True)
class Offices:
    """What this part plays on.

    Args:
        certificates: certificates of the Vietnamese body that nobody has issued yet: one to be used, one for Singapore to
            build on, and 40.
        licence: an import licence over 100 tonnes. aeo: an entry of the Australian administration with the type AEOS.
        child: Singapore's certificate for the Vietnamese one.
        report_key: reports the Vietnamese body's document key as stolen since a time (ISO 8601), as its controller does.
        replay: lets the auditor replay the chain; whether the same came out.
    """

    viet_nam: GatewayClient
    china: GatewayClient
    singapore: GatewayClient
    licensing: GatewayClient
    australia: GatewayClient
    certificates: Sequence[dict[str, object]]
    licence: dict[str, object]
    aeo: dict[str, object]
    child: dict[str, object]
    report_key: Callable[[str], None]
    replay: Callable[[], bool]


def visit(stage: Offices, recorder: Recorder) -> None:
    """Walk this part; every step ends up in ``recorder``.

    Raises:
        JourneyStopped: a step could not be carried out.
    """
    _Visit(stage, recorder).visit()


class _Visit:
    def __init__(self, stage: Offices, recorder: Recorder) -> None:
        self._stage = stage
        self._run = recorder.run
        self._suspended_at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
        self._child = ""
        self._first_alert = 0
        self._used: dict[str, str] = {}

    def visit(self) -> None:
        self._run("Shanghai writes off a certificate", "consumed", self._shanghai)
        self._run("Ningbo is shown the same certificate", "REJECT R11", self._ningbo)
        self._run("two offices draw 70 t and 50 t on 100 t in the same second", "1 of 2, R12", self._overdraw)
        self._run("China and Australia agree to recognise each other's AEOs", "consented", self._agree)
        self._run("an Australian AEO is suspended half an hour ago", "suspended", self._suspend)
        self._run("a declaration of five minutes before", "ACCEPT_WITH_REMARKS", lambda: self._declare(-5))
        self._run("a declaration of five minutes after", "REJECT R34", lambda: self._declare(5))
        self._run("Singapore builds a certificate on a Vietnamese one", "1 anchored", self._build)
        self._run(
            "Viet Nam revokes the Vietnamese one; Shanghai is shown the other", "REFER R21", self._fallen
        )
        self._run(f"a key is stolen with {_STOLEN} certificates, {_USED} of them used", "REFER", self._steal)
        self._run("the offices that used some are told", f"{_USED} alerts X06", self._told)
        kept = f"{_GENUINE} accepted, {_STOLEN - _GENUINE} rejected"
        self._run(f"Viet Nam confirms {_GENUINE} and revokes the others", kept, self._confirm)
        self._run(
            "the auditor replays all of it", "equal", lambda: "equal" if self._stage.replay() else "different"
        )

    # --- use ---------------------------------------------------------------------------------------------------

    def _shanghai(self) -> str:
        self._stage.viet_nam.post("/v1/documents", {"documents": [self._stage.certificates[0]]})
        return str(self._consume(self._number(0), _a_declaration())["state"])

    def _ningbo(self) -> str:
        asked = {"issuer": "VN-VCCI", "number": self._number(0), "office": NINGBO}
        verdict = self._stage.china.get("/v1/verify", asked)
        return f"{word(verdict)} {_code(verdict, 'USAGE')}"

    def _consume(self, number: str, declaration: str) -> dict[str, object]:
        body = {"action": "consume", "issuer": "VN-VCCI", "number": number, "office": SHANGHAI}
        return self._stage.china.post("/v1/uses", {**body, "declaration": declaration})

    def _overdraw(self) -> str:
        self._stage.licensing.post("/v1/documents", {"documents": [self._stage.licence]})
        with ThreadPoolExecutor(2) as offices:
            tried = list(offices.map(self._reserve, (SHANGHAI, NINGBO), ("70", "50")))
        refused = [one for one in tried if one != "reserved"]
        return f"{tried.count('reserved')} of 2, {', '.join(refused)}"

    def _reserve(self, office: str, tonnes: str) -> str:
        body = {
            "action": "reserve",
            "kind": "licence",
            "issuer": "CN-MOFCOM",
            "number": self._stage.licence["certificateNumber"],
            "office": office,
            "declaration": _a_declaration(),
            "item": 1,
            "line": 1,
            "quantity": tonnes,
            "unit": "TNE",
        }
        try:
            return str(self._stage.china.post("/v1/uses", body)["state"])
        except GatewayError as error:
            return "R12" if "R12" in str(error) else str(error)

    # --- AEO ---------------------------------------------------------------------------------------------------

    def _agree(self) -> str:
        since = _iso(self._suspended_at - timedelta(days=400))
        covers = [{"home": home, "type": "AEOS", "benefitsFrom": since} for home in ("CN-GACC", "AU-ABF")]
        proposed = {"partner": "CN-GACC", "covers": covers}
        self._stage.australia.post("/v1/agreements", proposed)
        number = self._last_agreement()["agreement"]
        self._stage.china.patch(f"/v1/agreements/{number}", {"action": "consent"})
        return str(self._last_agreement()["state"])

    def _last_agreement(self) -> dict[str, object]:
        return results(self._stage.china.get("/v1/agreements"), "agreements")[-1]

    def _suspend(self) -> str:
        self._stage.australia.post("/v1/documents", {"documents": [self._stage.aeo]})
        body = {
            "action": "suspend",
            "code": self._stage.aeo["certificateNumber"],
            "type": "AEOS",
            "reason": "R99",
            "effectiveFrom": _iso(self._suspended_at),
        }
        self._stage.australia.post("/v1/aeo", body)
        return "suspended"

    def _declare(self, minutes: int) -> str:
        at = _iso(self._suspended_at + timedelta(minutes=minutes))
        asked = {
            "code": str(self._stage.aeo["certificateNumber"]),
            "partner": "CN-GACC",
            "type": "AEOS",
            "at": at,
        }
        verdict = self._stage.china.get("/v1/aeo", asked)
        found = _code(verdict, "RECOGNITION")
        return word(verdict) if word(verdict) != "REJECT" else f"REJECT {found}"

    # --- lineage -----------------------------------------------------------------------------------------------

    def _build(self) -> str:
        parent = self._stage.certificates[1]
        self._stage.viet_nam.post("/v1/documents", {"documents": [parent]})
        self._stage.viet_nam.post("/v1/balances", self._place(1))
        answer = self._stage.singapore.post("/v1/documents", {"documents": [self._stage.child]})
        self._child = fetched(self._stage.singapore, answer)
        return tally(answer)

    def _fallen(self) -> str:
        self._stage.viet_nam.post("/v1/status", {**self._place(1), "action": "revoke", "reason": "R24"})
        verdict = self._stage.china.post("/v1/verify", {"document": self._child})
        return f"{word(verdict)} {_code(verdict, 'LINEAGE')}"

    # --- keys --------------------------------------------------------------------------------------------------

    def _steal(self) -> str:
        stolen = self._stolen()
        issued = self._stage.viet_nam.post("/v1/documents", {"documents": stolen})
        since = min(str(one["anchoredAt"]) for one in results(issued))
        for one in stolen[:_USED]:
            self._used[_number_of(one)] = _a_declaration()
            self._consume(_number_of(one), self._used[_number_of(one)])
        self._first_alert = int(str(self._stage.china.get("/v1/alerts")["next"]))
        self._stage.report_key(since)
        return self._word_of(stolen[-1])

    def _told(self) -> str:
        page = self._stage.china.get("/v1/alerts", {"first": str(self._first_alert)})
        alerts = results(page, "alerts")
        return f"{len(alerts)} alerts {', '.join(sorted({str(one['code']) for one in alerts}))}"

    def _confirm(self) -> str:
        stolen = self._stolen()
        numbers = [_number_of(one) for one in stolen]
        self._stage.viet_nam.post("/v1/confirmations", {"numbers": numbers[:_GENUINE]})
        for number in numbers[_GENUINE:]:
            body = {"issuer": "VN-VCCI", "number": number, "action": "revoke", "reason": "R24"}
            self._stage.viet_nam.post("/v1/status", body)
        words = [self._word_of(one) for one in stolen]
        accepted = sum(one.startswith("ACCEPT") for one in words)
        return f"{accepted} accepted, {words.count('REJECT')} rejected"

    def _stolen(self) -> list[dict[str, object]]:
        return list(self._stage.certificates[2 : 2 + _STOLEN])

    def _word_of(self, certificate: dict[str, object]) -> str:
        number = _number_of(certificate)
        asked: dict[str, object] = {"issuer": "VN-VCCI", "number": number}
        if number in self._used:
            # A certificate that is used counts as used, except for the declaration that used it.
            today = datetime.now(UTC).date().isoformat()
            declared = {
                "declarationRef": self._used[number],
                "importDate": today,
                "country": "CN",
                "office": SHANGHAI,
            }
            asked["declaration"] = declared
        return word(self._stage.china.post("/v1/verify", asked))

    def _number(self, place: int) -> str:
        return _number_of(self._stage.certificates[place])

    def _place(self, place: int) -> dict[str, str]:
        return {"issuer": "VN-VCCI", "number": self._number(place)}


def _code(verdict: dict[str, object], name: str) -> str:
    checks = verdict["checks"]
    assert isinstance(checks, list)
    check = next(one for one in checks if one["check"] == name)
    return str(check["findings"][0]["code"]) if check["findings"] else str(check["outcome"])


def _number_of(certificate: dict[str, object]) -> str:
    return str(certificate["certificateNumber"])


def _a_declaration() -> str:
    return secrets.token_hex(9).upper()


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")

"""Offices: the second part of the journey, what happens to certificates, licences and AEO entries after they were issued.

As in ``journey`` everything goes through the gateways' HTTP API, and what is printed is what they answered.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from decimal import Decimal

from ledger.demo.answers import fetched, results, tally, word
from ledger.demo.client import GatewayClient, GatewayError
from ledger.demo.steps import Recorder

SHANGHAI, NINGBO = "CN2202", "CN3104"
_STOLEN, _USED, _GENUINE = 40, 6, 37
_CHINA = timezone(timedelta(hours=8))


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
        self._ten = ten_oclock(datetime.now(_CHINA))
        self._child = ""
        self._child_declaration = _a_declaration()
        self._reserved: list[str] = []
        self._refusals: list[str] = []
        self._accepted: dict[str, str] = {}
        self._first_alert = 0
        self._used: dict[str, str] = {}

    def visit(self) -> None:
        self._run("the same certificate at two ports: Shanghai writes it off", "consumed", self._shanghai)
        self._run("the same certificate at two ports: Ningbo asks about it", "REJECT R11", self._ningbo)
        self._run("the same certificate at two ports: Ningbo writes it off too", "refused, R11", self._twice)
        self._run("two offices draw 70 t and 50 t on 100 t in the same second", "1 of 2, R12", self._overdraw)
        self._run("the balance, and what the loser was told of it", "adds up to 100 t", self._balance)
        self._run("China and Australia agree to recognise each other's AEOs", "consented", self._agree)
        self._run("Shanghai treats declarations of 09:55 and 10:05 as an AEO's", "2 noted", self._rely)
        self._run("Australia suspends the AEO from 10:00, and records it later", "suspended", self._suspend)
        kept, refused = "ACCEPT_WITH_REMARKS X45", "REJECT R34"
        self._run("the declaration that was accepted at 09:55", kept, lambda: self._declare("09:55"))
        self._run("the declaration that was accepted at 10:05", refused, lambda: self._declare("10:05"))
        self._run("what is listed for review", "10:05, R34", self._reviewed)
        self._run("Singapore builds a certificate on a Vietnamese one", "1 anchored", self._build)
        self._run("Shanghai writes Singapore's certificate off", "consumed", self._use_child)
        self._run(
            "Viet Nam revokes the Vietnamese one; Singapore's is asked about", "REFER R21", self._fallen
        )
        self._run("the office that used Singapore's is told", "1 alert R21", self._told)
        referred = f"{_STOLEN} of {_STOLEN} REFER"
        self._run(f"a key is stolen with {_STOLEN} certificates, {_USED} of them used", referred, self._steal)
        self._run("the offices that used some are told", f"{_USED} alerts X06", self._told)
        kept = f"{_GENUINE} accepted, {_STOLEN - _GENUINE} rejected"
        self._run(f"Viet Nam confirms {_GENUINE} and revokes the others", kept, self._confirm)
        self._run("the offices are told that theirs were confirmed", f"{_USED} alerts X32", self._told)
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

    def _twice(self) -> str:
        try:
            return str(self._consume(self._number(0), _a_declaration(), office=NINGBO)["state"])
        except GatewayError as error:
            return f"refused, {_reason(error)}"

    def _consume(self, number: str, declaration: str, office: str = SHANGHAI) -> dict[str, object]:
        body = {"action": "consume", "issuer": "VN-VCCI", "number": number, "office": office}
        return self._stage.china.post("/v1/uses", {**body, "declaration": declaration})

    def _overdraw(self) -> str:
        self._stage.licensing.post("/v1/documents", {"documents": [self._stage.licence]})
        with ThreadPoolExecutor(2) as offices:
            tried = list(offices.map(self._reserve, (SHANGHAI, NINGBO), ("70", "50")))
        refused = [one for one in tried if one != "reserved"]
        return f"{tried.count('reserved')} of 2, {', '.join(refused)}"

    def _balance(self) -> str:
        number = str(self._stage.licence["certificateNumber"])
        asked = {"kind": "licence", "issuer": "CN-MOFCOM", "number": number}
        [line] = results(self._stage.china.get("/v1/balance", asked), "lines")
        reserved, free = str(line["reserved"]), str(line["free"])
        told = [f"free {free} t ({reserved} t reserved by another office" in one for one in self._refusals]
        if self._reserved != [reserved] or told != [True]:
            return f"{reserved} t reserved, {free} t free, told: {'; '.join(self._refusals)}"
        return f"adds up to {Decimal(reserved) + Decimal(free)} t"

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
            answer = self._stage.china.post("/v1/uses", body)
        except GatewayError as error:
            self._refusals.append(str(error))
            return _reason(error)
        self._reserved.append(str(answer["reserved"]))
        return str(answer["state"])

    # --- AEO ---------------------------------------------------------------------------------------------------

    def _agree(self) -> str:
        since = _iso(self._ten - timedelta(days=400))
        covers = [{"home": home, "type": "AEOS", "benefitsFrom": since} for home in ("CN-GACC", "AU-ABF")]
        proposed = {"partner": "CN-GACC", "covers": covers}
        self._stage.australia.post("/v1/agreements", proposed)
        number = self._last_agreement()["agreement"]
        self._stage.china.patch(f"/v1/agreements/{number}", {"action": "consent"})
        return str(self._last_agreement()["state"])

    def _last_agreement(self) -> dict[str, object]:
        return results(self._stage.china.get("/v1/agreements"), "agreements")[-1]

    def _rely(self) -> str:
        self._stage.australia.post("/v1/documents", {"documents": [self._stage.aeo]})
        noted = 0
        for clock in ("09:55", "10:05"):
            body = {
                "code": self._stage.aeo["certificateNumber"],
                "type": "AEOS",
                "office": SHANGHAI,
                "declaration": _a_declaration(),
                "acceptedAt": _iso(self._at(clock)),
            }
            reliance = self._stage.china.post("/v1/aeo/reliances", body)
            noted += reliance["noted"] is True
            self._accepted[str(reliance["relianceId"])] = clock
        return f"{noted} noted"

    def _suspend(self) -> str:
        self._remember_alerts()
        body = {
            "action": "suspend",
            "code": self._stage.aeo["certificateNumber"],
            "type": "AEOS",
            "reason": "R99",
            "effectiveFrom": _iso(self._ten),
        }
        self._stage.australia.post("/v1/aeo", body)
        return "suspended"

    def _declare(self, clock: str) -> str:
        at = self._at(clock)
        declaration = {"importDate": at.date().isoformat(), "country": "CN", "acceptedAt": _iso(at)}
        asked = {"kind": "aeo", "issuer": "AU-ABF", "type": "AEOS", "declaration": declaration}
        verdict = self._stage.china.post(
            "/v1/verify", {**asked, "number": self._stage.aeo["certificateNumber"]}
        )
        found = _codes(verdict, "RECOGNITION")
        return f"{word(verdict)} {next((one for one in ('R34', 'X45') if one in found), ', '.join(found))}"

    def _reviewed(self) -> str:
        return "; ".join(
            f"{self._accepted[str(one['relianceId'])]}, {one['code']}" for one in self._new_alerts()
        )

    def _at(self, clock: str) -> datetime:
        """Return a time of the day of the suspension, by the clock in China."""
        return datetime.combine(self._ten.date(), time.fromisoformat(clock), _CHINA)

    def _remember_alerts(self) -> None:
        self._first_alert = int(str(self._stage.china.get("/v1/alerts")["next"]))

    def _new_alerts(self) -> list[dict[str, object]]:
        """Return China's alerts since the last ``_remember_alerts``."""
        return results(self._stage.china.get("/v1/alerts", {"first": str(self._first_alert)}), "alerts")

    # --- lineage -----------------------------------------------------------------------------------------------

    def _build(self) -> str:
        parent = self._stage.certificates[1]
        self._stage.viet_nam.post("/v1/documents", {"documents": [parent]})
        self._stage.viet_nam.post("/v1/balances", self._place(1))
        answer = self._stage.singapore.post("/v1/documents", {"documents": [self._stage.child]})
        self._child = fetched(self._stage.singapore, answer)
        return tally(answer)

    def _use_child(self) -> str:
        goods = results(self._stage.child, "items")[0]
        quantity = results(goods, "quantities")[0]
        use = {
            "action": "consume",
            "issuer": "SG-CUSTOMS",
            "number": _number_of(self._stage.child),
            "office": SHANGHAI,
            "declaration": self._child_declaration,
            "line": 1,
            "quantity": quantity["value"],
            "unit": quantity["unit"],
        }
        return str(self._stage.china.post("/v1/uses", use)["state"])

    def _fallen(self) -> str:
        self._remember_alerts()
        self._stage.viet_nam.post("/v1/status", {**self._place(1), "action": "revoke", "reason": "R24"})
        asked = {"document": self._child, "declaration": _declared(self._child_declaration)}
        verdict = self._stage.china.post("/v1/verify", asked)
        return f"{word(verdict)} {_code(verdict, 'LINEAGE')}"

    def _told(self) -> str:
        alerts = self._new_alerts()
        codes = ", ".join(sorted({str(one["code"]) for one in alerts}))
        return f"{len(alerts)} alert{'' if len(alerts) == 1 else 's'} {codes}"

    # --- keys --------------------------------------------------------------------------------------------------

    def _steal(self) -> str:
        stolen = self._stolen()
        issued = self._stage.viet_nam.post("/v1/documents", {"documents": stolen})
        since = min(str(one["anchoredAt"]) for one in results(issued))
        for one in stolen[:_USED]:
            self._used[_number_of(one)] = _a_declaration()
            self._consume(_number_of(one), self._used[_number_of(one)])
        self._remember_alerts()
        self._stage.report_key(since)
        words = [self._word_of(one) for one in stolen]
        return f"{words.count('REFER')} of {len(words)} REFER"

    def _confirm(self) -> str:
        stolen = self._stolen()
        numbers = [_number_of(one) for one in stolen]
        self._remember_alerts()
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
            asked["declaration"] = _declared(self._used[number])
        return word(self._stage.china.post("/v1/verify", asked))

    def _number(self, place: int) -> str:
        return _number_of(self._stage.certificates[place])

    def _place(self, place: int) -> dict[str, str]:
        return {"issuer": "VN-VCCI", "number": self._number(place)}


def _code(verdict: dict[str, object], name: str) -> str:
    """Return the first code that a check found, or its outcome when it found nothing."""
    return [*_codes(verdict, name), *(str(one["outcome"]) for one in _checks(verdict, name))][0]


def _codes(verdict: dict[str, object], name: str) -> list[str]:
    return [str(one["code"]) for check in _checks(verdict, name) for one in results(check, "findings")]


def _checks(verdict: dict[str, object], name: str) -> list[dict[str, object]]:
    return [one for one in results(verdict, "checks") if one["check"] == name]


def _number_of(certificate: dict[str, object]) -> str:
    return str(certificate["certificateNumber"])


def _a_declaration() -> str:
    return secrets.token_hex(9).upper()


def _declared(declaration: str) -> dict[str, object]:
    """Return what Shanghai says of a declaration when it asks about what that declaration used."""
    today = datetime.now(UTC).date().isoformat()
    return {"declarationRef": declaration, "importDate": today, "country": "CN", "office": SHANGHAI}


def _reason(error: GatewayError) -> str:
    """Return the reason code of a refusal, or all of an error that has none."""
    found = re.search(r'"reason": ?"([RX][0-9]{2})"', str(error))
    return str(error) if found is None else found[1]


def ten_oclock(now: datetime) -> datetime:
    """Return the last ten o'clock that is more than ten minutes over, by the clock of ``now``."""
    ten = now.replace(hour=10, minute=0, second=0, microsecond=0)
    return ten if now - ten > timedelta(minutes=10) else ten - timedelta(days=1)


def _iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")

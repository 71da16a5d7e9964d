"""The journey: one certificate's life between two issuing bodies, a customs office and an auditor.

Everything goes through the gateways' HTTP API, as it would in life; what is printed is what they answered. The
expectations are written here, the judging is not.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass

from ledger.core.envelope import redact
from ledger.demo.answers import results, tally, word
from ledger.demo.client import GatewayClient, GatewayError
from ledger.demo.steps import Recorder
from ledger.importers.edi3 import import_edi3
from ledger.service.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Stage:
    """What the journey plays on.

    Args:
        certificates: certificates of the Vietnamese body as JSON objects, issued today, numbers all different.
        foreign: an Australian certificate in the edi3 shape.
        audit: the auditor's own ledger.
        stop_chain: takes the embedded chain down. start_chain: brings it up again.
    """

    viet_nam: GatewayClient
    australia: GatewayClient
    china: GatewayClient
    audit: Ledger
    certificates: list[dict[str, object]]
    foreign: bytes
    stop_chain: Callable[[], None]
    start_chain: Callable[[], None]


def travel(stage: Stage, recorder: Recorder) -> None:
    """Walk the whole journey; every step ends up in ``recorder``.

    Raises:
        JourneyStopped: a step could not be carried out.
    """
    _Journey(stage, recorder).travel()


class _Journey:
    def __init__(self, stage: Stage, recorder: Recorder) -> None:
        self._stage = stage
        self._run = recorder.run
        self._sealed: dict[str, str] = {}

    def travel(self) -> None:
        count = len(self._stage.certificates)
        self._run("Viet Nam's issuing body issues certificates", f"{count} anchored", self._issue)
        self._run("the same certificates are sent again", f"{count} already_anchored", self._issue)
        self._run("China customs types a number", "ACCEPT", lambda: self._by_number(0))
        self._run(
            "China customs receives the document", "ACCEPT", lambda: self._by_document(self._document(0))
        )
        self._run("the exporter hides the consignee and the first description", "ACCEPT", self._redacted)
        self._run("somebody alters the quantity", "REJECT", lambda: self._by_document(self._altered(0)))
        self._run(
            "Australia's issuing body imports a foreign document and issues it", "anchored", self._foreign
        )
        self._run(
            "China customs judges it as of its import in 2020", "ACCEPT_WITH_REMARKS", self._foreign_verdict
        )
        self._run(
            "Viet Nam suspends a certificate", "REFER", lambda: self._status_then_verdict(1, "suspend", "R25")
        )
        self._run(
            "Viet Nam reinstates it",
            "ACCEPT_WITH_REMARKS",
            lambda: self._status_then_verdict(1, "reinstate", "R99"),
        )
        self._run(
            "Viet Nam revokes a certificate", "REJECT", lambda: self._status_then_verdict(2, "revoke", "R24")
        )
        self._run("China customs types a number that was never issued", "REFER", self._unknown)
        self._run("another body tries to change it", "refused", self._stranger)
        self._run(
            "the auditor reads the revoked record's history", "RecordAnchored, StatusChanged", self._history
        )
        self._run("the auditor replays the whole chain", "equal", self._replay)
        self._run("the node stops", "CANNOT_VERIFY_NOW, integrity PASS", self._node_stopped)
        self._run("the node starts again", "ACCEPT", self._node_started)

    def _issue(self) -> str:
        answer = self._stage.viet_nam.post("/v1/documents", {"documents": self._stage.certificates})
        return tally(answer)

    def _by_number(self, place: int) -> str:
        return word(self._stage.china.get("/v1/verify", self._question(place)))

    def _by_document(self, document: str, declaration: object = None) -> str:
        body: dict[str, object] = {"document": document}
        if declaration is not None:
            body["declaration"] = declaration
        return word(self._stage.china.post("/v1/verify", body))

    def _redacted(self) -> str:
        return self._by_document(
            redact(self._document(0).encode(), ["consignee", "items[0].particulars"]).decode()
        )

    def _altered(self, place: int) -> str:
        header, payload, rest = self._document(place).split(".", 2)
        claims = json.loads(_from_base64(payload))
        quantity = claims["credentialSubject"]["items"][0]["quantities"][0]
        quantity["value"] = "9" + str(quantity["value"])
        return f"{header}.{_to_base64(json.dumps(claims, sort_keys=True, separators=(',', ':')).encode())}.{rest}"

    def _foreign(self) -> str:
        report = import_edi3(self._stage.foreign, issuer="AU-ACCI")
        answer = self._stage.australia.post("/v1/documents", {"documents": [report.certificate]})
        issued = results(answer)
        self._sealed["foreign"] = self._fetch(self._stage.australia, str(issued[0]["documentId"]))
        return str(issued[0]["outcome"])

    def _foreign_verdict(self) -> str:
        return self._by_document(
            self._sealed["foreign"],
            {
                "importDate": "2020-07-01",
                "acceptedAt": "2020-07-01T09:00:00+08:00",
                "country": "CN",
                "items": [],
            },
        )

    def _status_then_verdict(self, place: int, action: str, reason: str) -> str:
        question = self._question(place)
        self._stage.viet_nam.post("/v1/status", {**question, "action": action, "reason": reason})
        return self._by_number(place)

    def _unknown(self) -> str:
        return word(self._stage.china.get("/v1/verify", {"issuer": "VN-VCCI", "number": "VN-CN 99/99/99999"}))

    def _stranger(self) -> str:
        try:
            self._stage.australia.post(
                "/v1/status", {**self._question(0), "action": "revoke", "reason": "R24"}
            )
        except GatewayError:
            return "refused"
        return "accepted"

    def _history(self) -> str:
        history = self._stage.audit.history("VN-VCCI", self._number(2))
        return ", ".join(line.act for line in history.lines)

    def _replay(self) -> str:
        report = self._stage.audit.rebuild()
        return "equal" if report.equal and report.entries else f"{report.entries} entries, different"

    def _node_stopped(self) -> str:
        self._stage.stop_chain()
        verdict = self._stage.china.post("/v1/verify", {"document": self._document(0)})
        return f"{word(verdict)}, integrity {_check(verdict, 'INTEGRITY')}"

    def _node_started(self) -> str:
        self._stage.start_chain()
        return self._by_document(self._document(0))

    def _question(self, place: int) -> dict[str, str]:
        return {"issuer": "VN-VCCI", "number": self._number(place)}

    def _number(self, place: int) -> str:
        return str(self._stage.certificates[place]["certificateNumber"])

    def _document(self, place: int) -> str:
        number = self._number(place)
        if number not in self._sealed:
            answer = self._stage.viet_nam.post(
                "/v1/documents", {"documents": [self._stage.certificates[place]]}
            )
            self._sealed[number] = self._fetch(self._stage.viet_nam, str(results(answer)[0]["documentId"]))
        return self._sealed[number]

    @staticmethod
    def _fetch(gateway: GatewayClient, document_id: str) -> str:
        return str(gateway.get(f"/v1/documents/{document_id}")["sealed"])


def _check(verdict: dict[str, object], name: str) -> str:
    checks = verdict["checks"]
    assert isinstance(checks, list)
    return next(str(check["outcome"]) for check in checks if check["check"] == name)


def _from_base64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _to_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

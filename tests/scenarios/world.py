"""The world of the scenarios: gateways of several members over HTTP, on one real node.

Every call goes through the interface as a declaration system or a back office would make it; nothing reaches around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from starlette.testclient import TestClient

from api.access import Keyring
from api.app import create_app
from api.gateway import Gateway, Limits
from api.idempotency import Answers
from api.metrics import Metrics
from ledger.settings import read_settings
from ledger.store import open_store
from ledger.store.access import ApiKey
from ledger.wiring import open_ledger
from scripts.overdraw import SECOND, second_home
from tests.consortium import Consortium
from tests.gateways import a_fresh_certificate

SHANGHAI, NINGBO = "CN2202", "CN3104"
SIX_CHECKS = ("INTEGRITY", "ISSUER", "STATUS", "USAGE", "DATA", "LINEAGE")
Body = dict[str, Any]


@dataclass(frozen=True)
class AeoQuestion:
    """An AEO code, who should recognise it, and for what."""

    code: str
    partner: str
    type: str

    def change(self, action: str, **more: object) -> Body:
        """Return the body of an act on the type."""
        body = {"action": action, "code": self.code, "type": self.type, "reason": "R34", **more}
        return {name: value for name, value in body.items() if value is not None}


@dataclass(frozen=True)
class Office:
    """One gateway as its callers see it; the role of the key is an administrator's, access has tests of its own."""

    client: TestClient

    def get(self, path: str, /, **query: object) -> Body:
        return self._answer(self.client.get(path, params={name: str(one) for name, one in query.items()}))

    def post(self, path: str, /, **body: object) -> Body:
        return self._answer(self.client.post(path, json=body))

    def patch(self, path: str, /, **body: object) -> Body:
        return self._answer(self.client.patch(path, json=body))

    def refused(self, path: str, method: str = "POST", /, **body: object) -> Body:
        """Ask for what is refused and return the problem report."""
        response = self.client.request(method, path, json=body)
        assert response.status_code == 409, response.text
        report: Body = response.json()
        return report

    def issue(self, *documents: Body) -> list[Body]:
        results: list[Body] = self.post("/v1/documents", documents=list(documents))["results"]
        return results

    def issue_table(self, table: bytes) -> list[Body]:
        """Issue the certificates of a CSV file."""
        response = self.client.post("/v1/documents", content=table, headers={"Content-Type": "text/csv"})
        results: list[Body] = self._answer(response)["results"]
        return results

    def anchored(self, document: Body) -> str:
        """Issue a document and return its number."""
        [result] = self.issue(document)
        assert result["outcome"] == "anchored", result
        return str(result["number"])

    def sealed(self, document: Body) -> str:
        """Issue a document and return it as it is handed out."""
        [result] = self.issue(document)
        assert result["outcome"] in ("anchored", "already_anchored"), result
        return str(self.get(f"/v1/documents/{result['documentId']}")["sealed"])

    # --- AEO -----------------------------------------------------------------------------------------------

    def aeo(self, asked: AeoQuestion, at: datetime | None = None) -> Body:
        """Ask what an AEO code is worth at a moment of one's own clock, or now."""
        more = {} if at is None else {"at": at.isoformat()}
        return self.get("/v1/aeo", code=asked.code, partner=asked.partner, type=asked.type, **more)

    def declared(self, asked: AeoQuestion, accepted: datetime, home: str = "AU-ABF") -> Body:
        """Ask now about an AEO of a declaration that was accepted at a moment of one's own clock."""
        declaration = {
            "importDate": accepted.date().isoformat(),
            "country": asked.partner[:2],
            "acceptedAt": accepted.isoformat(),
        }
        question = {"issuer": home, "number": asked.code, "kind": "aeo", "type": asked.type}
        return self.post("/v1/verify", **question, declaration=declaration)

    def change_aeo(self, action: str, asked: AeoQuestion, **more: object) -> Body:
        return self.post("/v1/aeo", **asked.change(action, **more))

    @staticmethod
    def _answer(response: Any) -> Body:
        assert response.status_code in (200, 202), response.text
        answer: Body = response.json()
        return answer


@contextmanager
def an_office(home: Path, environment: Mapping[str, str] = MappingProxyType({})) -> Iterator[Office]:
    """Open the gateway in the folder ``home``; settings in ``environment`` go before its own."""
    settings, key = read_settings(home, environment), f"ts_{home.name}_scenarios"
    with open_store(settings.store.url) as store, open_ledger(settings) as ledger:
        store.api_keys.add(key, ApiKey("scenarios", "administrator", (), 0, False, 1))
        gateway = Gateway(ledger, Keyring(store.api_keys), Answers(store.idempotency), Metrics(), Limits())
        with TestClient(create_app(gateway), headers={"Authorization": f"Bearer {key}"}) as client:
            yield Office(client)


@dataclass
class World:
    """Opens a gateway for each member that is asked for, once."""

    consortium: Consortium
    stack: ExitStack
    offices: dict[str, Office] = field(default_factory=dict)
    agreements: dict[tuple[str, str, str], int] = field(default_factory=dict)

    def at(self, member: str) -> Office:
        if member not in self.offices:
            home = self.consortium.folder / member
            self.offices[member] = self.stack.enter_context(an_office(home))
        return self.offices[member]

    @property
    def viet_nam(self) -> Office:
        return self.at("VN-VCCI")

    @property
    def china(self) -> Office:
        return self.at("CN-GACC")

    @property
    def ningbo(self) -> Office:
        """Another gateway of China customs, with an account and a store of its own."""
        if not (self.consortium.folder / SECOND).exists():
            second_home(self.consortium.folder, self.consortium.node)
        return self.at(SECOND)

    @property
    def licences(self) -> Office:
        return self.at("CN-MOFCOM")

    @property
    def singapore(self) -> Office:
        return self.at("SG-CUSTOMS")

    @property
    def australia(self) -> Office:
        return self.at("AU-ABF")

    def recognised(self, home: str, partner: str, name: str, since: datetime) -> int:
        """Have two administrations agree that ``partner`` recognises a type, once; return the agreement's number."""
        if (home, partner, name) not in self.agreements:
            cover = {"home": home, "type": name, "benefitsFrom": iso(since)}
            self.at(home).post("/v1/agreements", partner=partner, covers=[cover])
            number = self.at(partner).get("/v1/agreements")["agreements"][-1]["agreement"]
            self.at(partner).patch(f"/v1/agreements/{number}", action="consent")
            self.agreements[home, partner, name] = number
        return self.agreements[home, partner, name]

    def certificate(self, **changes: Any) -> Body:
        """Return a certificate of today that nobody has issued yet."""
        return a_fresh_certificate(self.consortium, **changes)


@contextmanager
def a_world(consortium: Consortium) -> Iterator[World]:
    with ExitStack() as stack:
        yield World(consortium, stack)


def findings(verdict: Body) -> dict[str, str]:
    """Return everything that was found: code and message."""
    return {one["code"]: one["message"] for check in verdict["checks"] for one in check["findings"]}


def outcome(verdict: Body, check: str) -> str:
    return next(str(one["outcome"]) for one in verdict["checks"] if one["check"] == check)


def now() -> datetime:
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")

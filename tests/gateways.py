"""Gateways of the sample consortium: certificates of today, and bodies that a test may suspend or give other keys."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from ledger.chain.acts import call
from ledger.chain.deploy import act
from ledger.core import strictjson
from ledger.core.verdict import Verdict
from ledger.demo.sample import ADMINISTRATIONS, todays_certificates
from ledger.home import CONTROLLER, MANIFEST, PASSPHRASE, TAG_KEYS, make_home
from ledger.keys.account import TransactionAccount, open_account
from ledger.keys.files import read_passphrase
from ledger.keys.tags import TagKeys
from ledger.service.answers import Asker, AskerRole, IssueResult, VerifyRequest
from ledger.service.ledger import Ledger
from ledger.settings import read_settings
from ledger.wiring import open_ledger
from tests.consortium import Consortium

ISSUER = "VN-VCCI"
CUSTOMS = "CN-GACC"
OFFICER = Asker("office 12", AskerRole.VERIFIER, "import clearance")


@cache
def _todays() -> dict[str, Any]:
    return todays_certificates(1, datetime.now(UTC).date())[0]


def a_fresh_certificate(consortium: Consortium, member: str = ISSUER, **changes: Any) -> dict[str, Any]:
    """Return a certificate of today with a number of its own, and top-level members replaced."""
    certificate = deepcopy(_todays())
    certificate["issuer"]["id"] = member
    return {**certificate, "certificateNumber": f"VN-CN 26/{next(consortium.numbers):06}", **changes}


def issued(ledger: Ledger, *certificates: dict[str, Any]) -> list[IssueResult]:
    return list(ledger.issue((f"{place}", orjson.dumps(one)) for place, one in enumerate(certificates)))


def sealed(ledger: Ledger, certificate: dict[str, Any]) -> bytes:
    """Issue a certificate and return its sealed document."""
    [result] = issued(ledger, certificate)
    assert result.document_id is not None, result.reason
    held = ledger.document(result.document_id)
    assert held is not None
    return held.sealed


def ask(ledger: Ledger, **question: Any) -> Verdict:
    return ledger.verify(VerifyRequest(**question), OFFICER)


def names(verdict: Verdict) -> set[str]:
    """Return the names of everything that was found."""
    return {finding.name for check in verdict.checks for finding in check.findings}


def altered(document: bytes, alter: Callable[[dict[str, Any]], None] | None = None) -> bytes:
    """Return the document with other claims, as somebody without the key would make it; by default more goods."""
    header, payload, rest = document.decode().split(".", 2)
    claims = orjson.loads(base64.urlsafe_b64decode(payload + "=="))
    (alter or _more_goods)(claims)
    spoilt = base64.urlsafe_b64encode(strictjson.canonical(claims)).rstrip(b"=").decode()
    return f"{header}.{spoilt}.{rest}".encode()


def _more_goods(claims: dict[str, Any]) -> None:
    quantity = claims["credentialSubject"]["items"][0]["quantities"][0]
    quantity["value"] = "9" + quantity["value"]


def wait_until(moment: datetime) -> None:
    """Wait for a second of the chain's clock to begin; its blocks have whole seconds."""
    time.sleep(max(0.0, moment.timestamp() - time.time() + 0.01))


# --- the consortium's acts ------------------------------------------------------------------------------------


def decide(consortium: Consortium, name: str, **arguments: object) -> None:
    """Have one administration propose an act, the others approve it, and carry it out."""
    first, *others = ADMINISTRATIONS
    chain = consortium.chain()
    with open_ledger(consortium.settings(first)) as proposer:
        proposer.act(name, arguments)
        proposal = proposer.proposals()[-1]["proposal"]
        for other in others:
            vote = call("Consortium", "vote", other, proposal, True)
            manifest = consortium.manifest
            act(chain, _controller(consortium.folder / other), manifest.chain_id, manifest.consortium, vote)
        proposer.act("execute", {"proposal": proposal})


@cache
def _controller(home: Path) -> TransactionAccount:
    return open_account(home / CONTROLLER, read_passphrase(home / PASSPHRASE))


_ORIGIN = ("preferential-origin", "non-preferential-origin")


def a_new_body(
    consortium: Consortium,
    code: str,
    *,
    key: bool = True,
    key_from: datetime | None = None,
    roles: Sequence[str] = _ORIGIN,
    partners: Sequence[str] = (CUSTOMS,),
) -> Path:
    """Admit a member with an operator and its own gateway; return its home.

    ``code`` begins with its economy's. ``key``: whether its document key is registered, with
    effect from ``key_from`` or else at once. ``partners`` get its tag key, and it theirs.
    """
    home = consortium.folder / code
    made = make_home(
        home, member=code, roles=("issuer",), url=consortium.node.url, chain_id=consortium.node.chain_id,
        manifest=consortium.manifest.to_json(), scrypt_n=2**13,
    )  # fmt: skip
    assert made.controller is not None
    assert made.operator is not None
    admitted = {"code": code, "economy": code[:2], "roles": [*roles], "controller": made.controller}
    decide(consortium, "propose-admit-member", **admitted)
    for giver, taker in [(code, partner) for partner in partners] + [(partner, code) for partner in partners]:
        parcel = consortium.folder / f"{giver}-{taker}.parcel"
        TagKeys(consortium.folder / giver / TAG_KEYS).export_to(giver, parcel)
        TagKeys(consortium.folder / taker / TAG_KEYS).import_from(parcel)
    with open_ledger(read_settings(home, {})) as ledger:
        ledger.act("add-operator", {"operator": made.operator})
        if key:
            ledger.act("register-key", {} if key_from is None else {"effective_from": key_from})
    assert (home / MANIFEST).is_file()
    return home

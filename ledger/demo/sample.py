"""The sample consortium: administrations, issuing bodies, their keys and gateways, on one embedded chain.

Demo keys are made at set-up; their files open fast because nothing depends on them.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ledger.chain.acts import call
from ledger.chain.deploy import Founder, act, deploy_consortium
from ledger.chain.manifest import Manifest
from ledger.chain.node_chain import NodeChain
from ledger.demo.client import GatewayClient
from ledger.home import CONTROLLER, MANIFEST, PASSPHRASE, NewHome, make_home
from ledger.keys.account import TransactionAccount, open_account
from ledger.keys.files import read_passphrase
from ledger.keys.tags import TagKeys
from ledger.node.control import NodeAddress
from ledger.reference import read_reference
from ledger.samples import certificates
from ledger.settings import PREFIX, read_settings
from ledger.store import open_store
from ledger.store.access import ApiKey
from ledger.wiring import open_signer

ADMINISTRATIONS = {"CN-GACC": "CN", "VN-CUSTOMS": "VN", "AU-ABF": "AU"}
ISSUING_BODIES = {"VN-VCCI": "VN", "AU-ACCI": "AU", "SG-CUSTOMS": "SG", "CN-MOFCOM": "CN"}
AUDITOR = "auditor"
GATEWAYS = {
    "CN-GACC": "administrator",
    "VN-VCCI": "issuer",
    "AU-ACCI": "issuer",
    "SG-CUSTOMS": "issuer",
    "CN-MOFCOM": "issuer",
    "AU-ABF": "administrator",
}
_ADMINISTRATION_ROLES = 1 | 16
_ISSUES_ORIGIN, _ISSUES_LICENCES = 2 | 4, 8
_SCRYPT_N = 2**13
_PROPOSAL_SECONDS = 86_400
_DAY = 10


@dataclass(frozen=True, slots=True)
class Gateway:
    """A running gateway of the sample consortium, with the key that its first caller uses."""

    member: str
    client: GatewayClient
    process: subprocess.Popen[bytes]


def make_consortium(
    folder: Path,
    node: NodeAddress,
    announce: Callable[[str], None],
    founded: Callable[[], None] = lambda: None,
) -> Manifest:
    """Found the consortium and make the homes of all its members and of the auditor below ``folder``.

    ``founded`` is called as soon as gateways can be started, before the votes.

    Raises:
        Refused, Unavailable: the chain did not take it.
    """
    made = {code: _home(folder, node, code, roles) for code, roles in _homes().items()}
    announce("administrations found the consortium")
    bosses = {code: _controller(folder / code) for code in (*ADMINISTRATIONS, *ISSUING_BODIES)}
    deployer = TransactionAccount(os.urandom(32))
    chain = NodeChain(node.url, chain_id=node.chain_id, journal=bytes(20))
    founders = [
        Founder(code, economy, _ADMINISTRATION_ROLES, bosses[code].address)
        for code, economy in ADMINISTRATIONS.items()
    ]
    manifest = deploy_consortium(chain, deployer, node.chain_id, founders)
    for one in made.values():
        (one.path / MANIFEST).write_text(manifest.to_json())
    _share_tag_keys(folder)
    founded()
    assembly = _Assembly(chain, manifest, {code: bosses[code] for code in ADMINISTRATIONS})
    for code in ADMINISTRATIONS:
        _equip(chain, manifest, made[code], code, bosses[code])
    announce("they admit the registries and the issuing bodies by vote")
    for registry in manifest.registries:
        assembly.decide("admitRegistry", "0x" + registry.address.hex(), registry.kind)
    for code, economy in ISSUING_BODIES.items():
        roles = _ISSUES_LICENCES if code == "CN-MOFCOM" else _ISSUES_ORIGIN
        assembly.decide("admitMember", code, economy, roles, "0x" + bosses[code].address.hex())
        _equip(chain, manifest, made[code], code, bosses[code])
    return manifest


def start_gateway(folder: Path, member: str) -> Gateway:
    """Start the gateway of ``member`` in the background, with an API key for its first caller; not ready yet."""
    home = folder / member
    secret = f"ts_{secrets.token_urlsafe(32)}"
    with open_store(read_settings(home, {}).store.url) as store:
        store.api_keys.add(
            secret, ApiKey("demo", GATEWAYS.get(member, "customs"), (), 0, False, int(time.time()))
        )
    port = _free_port()
    with (home / "gateway.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "ledger.cli", "--home", str(home), "serve", "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=_own_environment(),
        )
    return Gateway(member, GatewayClient("127.0.0.1", port, secret), process)


def todays_certificates(count: int, today: date) -> list[dict[str, Any]]:
    """Return plain certificates of the Vietnamese body that were issued today."""
    found = []
    for certificate in certificates(
        read_reference(), today.toordinal() % 1_000, 40 * count, ("VN-VCCI",), today
    ):
        plain = (
            certificate["issueKind"] == "ORIGINAL"
            and not certificate.get("flags")
            and len(certificate["items"]) < 8
        )
        if plain and not certificate.get("references") and certificate.get("destinationCountry") == "CN":
            found.append(_moved(certificate, today))
        if len(found) == count:
            break
    return found


def _moved(certificate: dict[str, Any], today: date) -> dict[str, Any]:
    """Return the certificate with all its days moved so that it was issued today."""
    shift = today - date.fromisoformat(certificate["issueDate"])

    def move(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: move(inner) for name, inner in value.items() if name != "validUntil"}
        if isinstance(value, list):
            return [move(inner) for inner in value]
        if isinstance(value, str) and len(value) == _DAY and value[4] == value[7] == "-":
            return (date.fromisoformat(value) + shift).isoformat()
        return value

    moved: dict[str, Any] = move(certificate)
    return moved


class _Assembly:
    """The administrations deciding together."""

    def __init__(self, chain: NodeChain, manifest: Manifest, bosses: dict[str, TransactionAccount]) -> None:
        self._chain = chain
        self._manifest = manifest
        self._bosses = bosses
        self._decided = 0

    def decide(self, function: str, *arguments: Any) -> None:
        """Propose, approve by everybody, carry out."""
        self._decided += 1
        (first, boss), *others = self._bosses.items()
        expires = self._chain.head().time + int(timedelta(seconds=_PROPOSAL_SECONDS).total_seconds())
        self._act(boss, "propose", first, call("Consortium", function, *arguments), expires)
        for code, other in others:
            self._act(other, "vote", code, self._decided, True)
        self._act(boss, "execute", first, self._decided)

    def _act(self, boss: TransactionAccount, function: str, *arguments: Any) -> None:
        calldata = call("Consortium", function, *arguments)
        act(self._chain, boss, self._manifest.chain_id, self._manifest.consortium, calldata)


def _homes() -> dict[str, tuple[str, ...]]:
    homes: dict[str, tuple[str, ...]] = dict.fromkeys(ADMINISTRATIONS, ("administration", "customs"))
    homes.update(dict.fromkeys(ISSUING_BODIES, ("issuer",)))
    homes[AUDITOR] = ("auditor",)
    return homes


def _home(folder: Path, node: NodeAddress, code: str, roles: tuple[str, ...]) -> NewHome:
    return make_home(
        folder / code,
        member="" if code == AUDITOR else code,
        roles=roles,
        url=node.url,
        chain_id=node.chain_id,
        manifest=None,
        controller=code != AUDITOR,
        scrypt_n=_SCRYPT_N,
    )


def _controller(home: Path) -> TransactionAccount:
    return open_account(home / CONTROLLER, read_passphrase(home / PASSPHRASE))


def _equip(chain: NodeChain, manifest: Manifest, home: NewHome, code: str, boss: TransactionAccount) -> None:
    """Have a member's controller name its gateway's account and its document key."""
    assert home.operator is not None
    public = open_signer(read_settings(home.path, {})).public_key
    assert home.key is not None
    for calldata in (
        call("Consortium", "addOperator", code, "0x" + home.operator.hex()),
        call("Consortium", "registerKey", code, home.key, int(public.algorithm), public.raw, 0),
    ):
        act(chain, boss, manifest.chain_id, manifest.consortium, calldata)


def _share_tag_keys(folder: Path) -> None:
    """Hand tag keys to customs, to the auditor and to the body that builds on others' certificates, by a safe way."""
    for code in (*ISSUING_BODIES, *ADMINISTRATIONS):
        for partner in (*ADMINISTRATIONS, AUDITOR, "SG-CUSTOMS"):
            if partner == code:
                continue
            parcel = folder / f"{code}-for-{partner}.json"
            TagKeys(folder / code / "tag-keys").export_to(code, parcel)
            TagKeys(folder / partner / "tag-keys").import_from(parcel)
            parcel.unlink()


def _own_environment() -> dict[str, str]:
    """Return our environment without settings: those of another gateway are not meant for the demo's."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port

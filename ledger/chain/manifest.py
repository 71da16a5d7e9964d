"""The deployment manifest: which contracts make up one consortium, as a file that members exchange.

A gateway trusts the addresses in it, so taking one over is a decision; ``check`` only says whether the code on the
chain is the code that we compile.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ledger.chain.rules import artifact, has_artifact
from ledger.core.problems import Problem
from ledger.errors import Rejected

KINDS: Final = {1: "OriginRegistry", 2: "LicenceRegistry", 3: "AeoRegistry"}
NAMES: Final = {1: "origin", 2: "licences", 3: "AEO"}


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry of the consortium: kind 1 origin, 2 licences, 3 AEO; address of 20 bytes."""

    kind: int
    address: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """Addresses are 20 bytes; ``first_block`` is where the journal was deployed."""

    chain_id: int
    consortium: bytes
    journal: bytes
    registries: tuple[Registry, ...]
    first_block: int

    def registry(self, kind: int) -> bytes:
        """Return the address of the registry of ``kind``.

        Raises:
            Rejected: the consortium has none; an older one has one for origin only.
        """
        for registry in self.registries:
            if registry.kind == kind:
                return registry.address
        kept = ", ".join(NAMES.get(one.kind, str(one.kind)) for one in self.registries) or "nothing"
        wanted = f"a kind that this consortium keeps a registry for: {kept}"
        raise Rejected([Problem("kind", NAMES.get(kind, str(kind)), wanted, code="KIND_UNKNOWN")])

    @property
    def by_kind(self) -> dict[int, bytes]:
        """Return the addresses of the registries by kind."""
        return {one.kind: one.address for one in reversed(self.registries)}

    def to_json(self) -> str:
        """Return the manifest as its file's text."""
        return json.dumps(
            {
                "chainId": self.chain_id,
                "consortium": "0x" + self.consortium.hex(),
                "journal": "0x" + self.journal.hex(),
                "registries": [
                    {"kind": one.kind, "address": "0x" + one.address.hex()} for one in self.registries
                ],
                "firstBlock": self.first_block,
                "codeDigest": code_digest(),
            },
            indent=1,
        )


def code_digest() -> str:
    """Return SHA-256 over the creation code of the contracts that this version deploys, in hexadecimal."""
    digest = hashlib.sha256()
    for name in ("Consortium", *filter(has_artifact, KINDS.values())):
        digest.update(bytes.fromhex(artifact(name)["bytecode"][2:]))
    return digest.hexdigest()


def read_manifest(path: Path) -> Manifest:
    """Read a manifest file.

    Raises:
        Rejected: it cannot be read, or members are missing or malformed; names all of them.
    """
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Rejected(
            [Problem(str(path), str(error)[:80], "a deployment manifest", code="MANIFEST_UNREADABLE")]
        ) from error
    problems: list[Problem] = []

    def number(value: Any, place: str) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        problems.append(Problem(place, str(value)[:80], "a whole number", code="MANIFEST_INVALID"))
        return 0

    def address(value: Any, place: str) -> bytes:
        try:
            data = bytes.fromhex(str(value).removeprefix("0x"))
        except ValueError:
            data = b""
        if len(data) != 20:
            problems.append(
                Problem(place, str(value)[:80], "20 bytes in hexadecimal", code="MANIFEST_INVALID")
            )
        return data

    if not isinstance(found, dict):
        found = {}
    registries = found.get("registries")
    manifest = Manifest(
        number(found.get("chainId"), "chainId"),
        address(found.get("consortium"), "consortium"),
        address(found.get("journal"), "journal"),
        tuple(
            Registry(
                number(one.get("kind"), f"registries[{at}].kind"),
                address(one.get("address"), f"registries[{at}].address"),
            )
            for at, one in enumerate(registries if isinstance(registries, list) else [])
            if isinstance(one, dict)
        ),
        number(found.get("firstBlock"), "firstBlock"),
    )
    if problems:
        raise Rejected(problems)
    return manifest

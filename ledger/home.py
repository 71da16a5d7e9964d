"""Home: make the folder of a gateway: settings, keys, and the passphrase file that opens them.

Everything secret is made here at set-up and never leaves the folder by itself; the folder is for its owner only.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from ledger.core.problems import Problem
from ledger.errors import Rejected
from ledger.keys.account import create_account
from ledger.keys.files import write_secret_file
from ledger.keys.keystore import create_keystore
from ledger.keys.tags import TagKeys
from ledger.settings import FILE_NAME

DOCUMENT_KEY = "document-key.json"
OPERATOR = "account.json"
CONTROLLER = "controller.json"
PASSPHRASE = "passphrase"  # noqa: S105 - a file's name
TAG_KEYS = "tag-keys"
MANIFEST = "deployment.json"


@dataclass(frozen=True, slots=True)
class NewHome:
    """What was made; addresses are 20 bytes, ``key`` is the document key's thumbprint, None where none was made."""

    path: Path
    operator: bytes | None
    controller: bytes | None
    key: bytes | None


def make_home(
    home: Path,
    *,
    member: str,
    roles: tuple[str, ...],
    url: str,
    chain_id: int,
    manifest: str | None,
    port: int = 8080,
    controller: bool = True,
    scrypt_n: int | None = None,
) -> NewHome:
    """Make the folder ``home`` of a gateway.

    A gateway that issues certificates, or AEO entries as an administration, gets a document key and a tag key; one that
    also writes use as customs gets an account; any member's may get a controller account.

    Args:
        roles: names of ``ledger.settings.ROLES``.
        manifest: text of the deployment manifest, None when it comes later.
        scrypt_n: cost of opening the key files; None for the usual one.

    Raises:
        Rejected: there is a gateway already.
    """
    if (home / FILE_NAME).exists():
        raise Rejected([Problem("home", str(home), "a folder without a gateway", code="HOME_IN_USE")])
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    passphrase = secrets.token_urlsafe(24)
    write_secret_file(home / PASSPHRASE, passphrase.encode() + b"\n")
    cost = 2**17 if scrypt_n is None else scrypt_n
    operator = key = boss = None
    if {"issuer", "administration", "customs"} & set(roles):
        operator = create_account(home / OPERATOR, passphrase, scrypt_n=cost).address
    if {"issuer", "administration"} & set(roles):
        key = create_keystore(home / DOCUMENT_KEY, passphrase, scrypt_n=cost).thumbprint
        (home / TAG_KEYS).mkdir(mode=0o700, exist_ok=True)
        TagKeys(home / TAG_KEYS).create(member)
    if controller:
        boss = create_account(home / CONTROLLER, passphrase, scrypt_n=cost).address
    if manifest is not None:
        (home / MANIFEST).write_text(manifest)
    lines = [
        "[member]",
        f"code = {json.dumps(member)}",
        f"roles = {json.dumps(list(roles))}",
        "",
        "[chain]",
        f"url = {json.dumps(url)}",
        f"chain_id = {chain_id}",
        f'manifest = "{MANIFEST}"',
        "",
        "[keys]",
        f'document_signer = "keystore:{DOCUMENT_KEY}"' if key is not None else 'document_signer = ""',
        f'controller = "{CONTROLLER}"' if controller else 'controller = ""',
        "",
        "[api]",
        f"port = {port}",
        "",
    ]
    # Last: a folder without this file is not a gateway. What an interrupted set-up left in it is never overwritten.
    (home / FILE_NAME).write_text("\n".join(lines))
    return NewHome(home, operator, boss, key)

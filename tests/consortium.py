"""A real consortium on a real node, made once for all tests of a process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from ledger.chain.manifest import Manifest, read_manifest
from ledger.chain.node_chain import NodeChain
from ledger.demo.sample import make_consortium
from ledger.home import MANIFEST, OPERATOR, PASSPHRASE
from ledger.keys.account import TransactionAccount, open_account
from ledger.keys.files import read_passphrase
from ledger.node.control import NodeAddress, down, up
from ledger.settings import Settings, read_settings


@dataclass(frozen=True, slots=True)
class Consortium:
    """``folder`` has a home for each member and the auditor; ``numbers`` never gives the same number twice."""

    folder: Path
    node: NodeAddress
    manifest: Manifest
    numbers: Iterator[int]

    def settings(self, member: str, **environment: str) -> Settings:
        return read_settings(self.folder / member, environment)

    def chain(self) -> NodeChain:
        return NodeChain(self.node.url, chain_id=self.node.chain_id, journal=self.manifest.journal)

    def operator(self, member: str) -> TransactionAccount:
        home = self.folder / member
        return open_account(home / OPERATOR, read_passphrase(home / PASSPHRASE))

    def document_key(self, member: str) -> bytes:
        from ledger.wiring import open_signer

        return open_signer(self.settings(member)).thumbprint


@contextmanager
def a_consortium(folder: Path) -> Iterator[Consortium]:
    """Start a node in ``folder``, found the sample consortium there, and stop the node at the end."""
    node = up(folder / "node", 0)
    try:
        make_consortium(folder, node, lambda _: None)
        yield Consortium(folder, node, read_manifest(folder / "auditor" / MANIFEST), count(1))
    finally:
        down(folder / "node")

"""World: the sample consortium on a chain of its own, in a folder that is thrown away."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.chain.manifest import Manifest
from ledger.demo.sample import make_consortium
from ledger.node.control import NodeAddress, down, up
from ledger.settings import Settings, read_settings

ISSUER = "VN-VCCI"
VERIFIER = "CN-GACC"
LICENSER = "CN-MOFCOM"
PARTNER = "AU-ABF"
CONNECTIONS = (1, 8, 16)


@dataclass(frozen=True, slots=True)
class World:
    """``folder`` has a home for each member."""

    folder: Path
    node: NodeAddress
    manifest: Manifest

    def settings(self, member: str) -> Settings:
        """Return the settings of a member's gateway."""
        return read_settings(self.folder / member, {})


@contextmanager
def a_world() -> Iterator[World]:
    """Start a chain, found the sample consortium on it, and stop and delete everything at the end."""
    with tempfile.TemporaryDirectory(prefix="tradeseal-bench-") as name:
        folder = Path(name)
        node = up(folder / "node", 0)
        try:
            yield World(folder, node, make_consortium(folder, node, lambda _: None))
        finally:
            down(folder / "node")

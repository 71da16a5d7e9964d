"""Scale: how much of everything one run measures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PEERS = Path(__file__).resolve().parent / "peers"


@dataclass(frozen=True, slots=True)
class Scale:
    """Counts; the defaults are those of the published figures.

    Args:
        certificates: issued end to end.
        records: in the index when look-ups are measured.
        asked: different numbers that are asked for.
        requests: look-ups per number of connections.
        uses: reserved and consumed per number of connections, on one line and again on records of their own.
        operators: AEO entries with a granted type when AEO look-ups are measured.
        rounds: in which a licence is over-drawn by two offices at once.
        documents: sealed and verified one by one.
        peer_batch: documents that the peer wraps as one batch (its time grows with the square).
        leaves: of the tree whose inclusion proofs are made.
        entries: replayed.
        starts: of the command, the best of which counts.
        peers: folder with the peers' scripts, and the peers themselves where they are installed.
    """

    certificates: int = 100_000
    records: int = 1_000_000
    asked: int = 20_000
    requests: int = 8_000
    uses: int = 400
    operators: int = 10_000
    rounds: int = 1_000
    documents: int = 200
    peer_batch: int = 2_000
    leaves: int = 20_000
    entries: int = 200_000
    starts: int = 10
    peers: Path = PEERS


FULL = Scale()
QUICK = Scale(
    certificates=5_000,
    records=50_000,
    asked=5_000,
    requests=2_000,
    uses=100,
    operators=2_000,
    rounds=50,
    documents=100,
    peer_batch=500,
    leaves=5_000,
    entries=40_000,
    starts=5,
)

"""Documents: processor time to seal and to verify one certificate, beside OpenAttestation; and batch proofs.

Both sides work on the same certificates in this run, on one core, best of five rounds. They do not do the same work: the
remarks say where.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from statistics import mean
from typing import Any

import orjson

from ledger.core.documents.origin import HIDDEN_BY_DEFAULT
from ledger.core.envelope import open_envelope, verify_signature
from ledger.core.merkle import Tree, climb, leaf_digest
from scripts.bench import peer
from scripts.bench.certificates import FINE, of_five_items
from scripts.bench.paper import Desk, Paper
from scripts.bench.report import Peer, Row, Section, at_least, at_most
from scripts.bench.scale import Scale

_ROUNDS = 5
_SEAL_MS, _SEAL_TIMES = 0.25, 7
_VERIFY_MS, _VERIFY_TIMES = 0.40, 3
_PROOF_SECONDS = 1.0
_REMARKS = (
    "Seal: from the claims of a valid certificate to the signed document: profile checks, a salt and a digest for each hidden "
    "member, ES256 signature. OpenAttestation's wrap checks its schema, salts and hashes every field, and signs nothing.",
    "Verify offline: open it (all framing, digest and profile checks) and check the ES256 signature. OpenAttestation's "
    "verifySignature hashes every field again; there is no signature in it to check.",
    "Batch proofs: tree and all inclusion proofs over as many digests on both sides, without wrapping.",
)


def measure(scale: Scale) -> Section:
    """Return milliseconds of processor time per document, and seconds for the batch proofs."""
    certificates = of_five_items(scale.documents)
    desk = Desk()
    papers = [desk.paper(certificate) for certificate in certificates]
    theirs, missing = _peer(certificates, scale)
    name = str(theirs.get("peer", ""))
    wrap = Peer(f"{name} wrap", theirs["wrapCpuMs"]) if theirs else None
    checked = Peer(f"{name} verify", theirs["verifyCpuMs"]) if theirs else None
    fine, default = _Frames(desk, papers, FINE), _Frames(desk, papers, HIDDEN_BY_DEFAULT)
    rows = [
        *_compared(f"seal, {fine.hidden:.0f} hidden", fine.seal_ms, wrap, _SEAL_MS, _SEAL_TIMES, missing),
        Row(f"seal, {default.hidden:.0f} hidden (the default)", default.seal_ms, "ms", peer=wrap),
        Row("of which ES256 signature", _per_paper(papers, lambda one: desk.sign(one.token)), "ms"),
        Row("check JSON and seal, default", _per_paper(papers, lambda one: desk.issue(one.data)), "ms"),
        *_compared(
            f"verify, {fine.hidden:.0f} hidden", fine.verify_ms, checked, _VERIFY_MS, _VERIFY_TIMES, missing
        ),
        Row(f"verify, {default.hidden:.0f} hidden (the default)", default.verify_ms, "ms", peer=checked),
        Row("of which ES256 signature", _signature_ms(desk, papers), "ms"),
        Row("verify and judge against known facts", _per_paper(papers, desk.judge), "ms"),
        _proofs(scale, theirs),
    ]
    if theirs:
        rows.append(
            Row(f"peer only: wrapDocuments of {scale.peer_batch:,}", theirs["batchSeconds"], "s", note=name)
        )
    return Section("documents", rows, (*_REMARKS, missing) if missing else _REMARKS)


class _Frames:
    """Sealing and verifying the same certificates with one choice of hidden members; milliseconds."""

    def __init__(self, desk: Desk, papers: Sequence[Paper], frame: Sequence[str]) -> None:
        tokens = [desk.seal(paper, frame) for paper in papers]
        self.hidden = mean(len(open_envelope(token).disclosures) for token in tokens)
        self.seal_ms = _per_paper(papers, lambda paper: desk.seal(paper, frame))
        self.verify_ms = _cpu_ms(lambda: [desk.check(token) for token in tokens], len(tokens))


def _compared(
    name: str, measured: float, compared: Peer | None, most_ms: float, least_times: float, missing: str
) -> list[Row]:
    """Return the row of a figure with its own target, and the row of how many times faster than the peer it is."""
    row = Row(name, measured, "ms", at_most(most_ms), compared)
    times = Row(f"{name}: times faster", row.ratio, "times", at_least(least_times), note=missing)
    return [row, times]


def _proofs(scale: Scale, theirs: Mapping[str, Any]) -> Row:
    digests = [sha256(str(number).encode()).digest() for number in range(scale.leaves)]
    began = time.perf_counter()
    tree = Tree(map(leaf_digest, digests))
    paths = [tree.inclusion_path(index) for index in range(scale.leaves)]
    seconds = time.perf_counter() - began
    for index in (0, scale.leaves // 3, scale.leaves - 1):
        if climb(leaf_digest(digests[index]), index, scale.leaves, paths[index]) != tree.root():
            raise RuntimeError(f"proof {index} does not lead to the root")
    compared = Peer(f"{theirs['peer']}", theirs["proofSeconds"]) if theirs else None
    return Row(f"tree and proofs of {scale.leaves:,} leaves", seconds, "s", at_most(_PROOF_SECONDS), compared)


def _peer(certificates: Sequence[dict[str, Any]], scale: Scale) -> tuple[dict[str, Any], str]:
    """Return the peer's figures, or none and why there are none."""
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        file.write(b"\n".join(map(orjson.dumps, certificates)))
        file.flush()
        try:
            return peer.run(scale.peers, "openattestation.cjs", file.name, scale.peer_batch, scale.leaves), ""
        except peer.NoPeer as error:
            return {}, str(error)


def _signature_ms(desk: Desk, papers: Sequence[Paper]) -> float:
    opened = [open_envelope(paper.token) for paper in papers]
    return _cpu_ms(lambda: [verify_signature(one, desk.public_key) for one in opened], len(opened))


def _per_paper(papers: Sequence[Paper], work: Callable[[Paper], object]) -> float:
    return _cpu_ms(lambda: [work(paper) for paper in papers], len(papers))


def _cpu_ms(work: Callable[[], object], count: int) -> float:
    """Return milliseconds of processor time per one of ``count``, best of some rounds."""
    best = float("inf")
    for _ in range(_ROUNDS):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best / count * 1_000

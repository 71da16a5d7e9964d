"""Documents: processor time to seal and to verify one certificate, beside OpenAttestation; and batch proofs.

Both sides work on the same certificates in this run, on one core, best of 40 rounds. They do not do the same work: the
remarks say where.
"""

from __future__ import annotations

import gc
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

_ROUNDS = 40
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
    fine = [desk.seal(paper, FINE) for paper in papers]
    default = [paper.token for paper in papers]
    opened = [open_envelope(token) for token in default]
    hidden = [
        round(mean(len(open_envelope(token).disclosures) for token in tokens)) for tokens in (fine, default)
    ]
    ms = _cpu_ms(
        {
            "seal fine": lambda: [desk.seal(paper, FINE) for paper in papers],
            "seal default": lambda: [desk.seal(paper, HIDDEN_BY_DEFAULT) for paper in papers],
            "sign": lambda: [desk.sign(paper.token) for paper in papers],
            "issue": lambda: [desk.issue(paper.data) for paper in papers],
            "verify fine": lambda: [desk.check(token) for token in fine],
            "verify default": lambda: [desk.check(token) for token in default],
            "check signature": lambda: [verify_signature(one, desk.public_key) for one in opened],
            "judge": lambda: _each(desk.judge, papers),
        },
        len(papers),
    )
    rows = [
        *_compared(f"seal, {hidden[0]} hidden", ms["seal fine"], wrap, _SEAL_MS, _SEAL_TIMES, missing),
        Row(f"seal, {hidden[1]} hidden (the default)", ms["seal default"], "ms", peer=wrap),
        Row("of which ES256 signature", ms["sign"], "ms"),
        Row("check JSON and seal, default", ms["issue"], "ms"),
        *_compared(
            f"verify, {hidden[0]} hidden", ms["verify fine"], checked, _VERIFY_MS, _VERIFY_TIMES, missing
        ),
        Row(f"verify, {hidden[1]} hidden (the default)", ms["verify default"], "ms", peer=checked),
        Row("of which ES256 signature", ms["check signature"], "ms"),
        Row("verify and judge against known facts", ms["judge"], "ms"),
        _proofs(scale, theirs),
    ]
    if theirs:
        rows.append(
            Row(f"peer only: wrapDocuments of {scale.peer_batch:,}", theirs["batchSeconds"], "s", note=name)
        )
    return Section("documents", rows, (*_REMARKS, missing) if missing else _REMARKS)


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


def _each(work: Callable[[Paper], object], papers: Sequence[Paper]) -> None:
    for paper in papers:
        work(paper)


def _cpu_ms(works: Mapping[str, Callable[[], object]], count: int) -> dict[str, float]:
    """Return milliseconds of processor time per one of ``count``, best of some rounds.

    The works take turns: whatever slows the machine for some seconds slows one round of each, and not all rounds of one.
    """
    best = dict.fromkeys(works, float("inf"))
    gc.collect()
    gc.freeze()  # as `tradeseal serve` does: what is loaded for good is not searched for garbage while it works
    for _ in range(_ROUNDS):
        for name, work in works.items():
            began = time.process_time()
            work()
            best[name] = min(best[name], time.process_time() - began)
    return {name: seconds / count * 1_000 for name, seconds in best.items()}

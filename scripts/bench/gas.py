"""Gas: what recording one certificate costs, ours and the peers', on the same throw-away node."""

from __future__ import annotations

from scripts.bench import peer
from scripts.bench.report import Peer, Row, Section, at_most
from scripts.bench.scale import Scale
from scripts.gas import BATCHES, CONTRACTS, TARGETS, Measurement, load_all
from scripts.private_node import ANVIL, private_node

_PEERS = {
    "documentStoreBulkIssue": "OpenAttestation bulkIssue",
    "easMultiTimestamp": "EAS multiTimestamp",
    "easMultiAttest": "EAS multiAttest",
}
_REMARKS = (
    "Ours writes a record of its own for each certificate (number once per issuer, status, use policy), checks the issuer's "
    "authority and key, and appends to the RFC 6962 journal. A batch is up to 500 in one transaction.",
    "OpenAttestation bulkIssue and EAS multiTimestamp write one word for each digest: no number, no authority, no log. "
    "EAS multiAttest keeps a record for each; it takes 100 in one transaction, so 500 are five.",
    "Below are the acts that are transactions by themselves, in the order in which they were measured; anchorOne anchors a "
    "record with a balance or with a parent.",
)


def measure(scale: Scale) -> Section:
    """Return gas per certificate for batches of 1, 10, 100 and 500, then of every act; nothing depends on the machine."""
    with private_node(ANVIL) as node:
        ours = Measurement(node, load_all(CONTRACTS)).run()
        missing, theirs = "", {}
        try:
            theirs = peer.run(scale.peers, "gas.cjs", node.url)["gasPerCertificate"]
        except peer.NoPeer as error:
            missing = str(error)
    rows = []
    for size in BATCHES:
        gas = float(ours[f"anchor {size}, per certificate"])
        target = at_most(TARGETS[size]) if size in TARGETS else None
        for key, name in _PEERS.items():
            found = theirs.get(str(size), {}).get(key)
            compared = None if found is None else Peer(name, found)
            rows.append(Row(f"record, batch of {size}", gas, "gas", target, compared))
            target = None
            if missing:
                break
    batches = {f"anchor {size}, per certificate" for size in BATCHES}
    rows += [Row(act, float(gas), "gas") for act, gas in ours.items() if act not in batches]
    return Section("gas", rows, (*_REMARKS, missing) if missing else _REMARKS)

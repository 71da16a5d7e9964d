"""Over-draw: a licence that two offices of one customs administration draw too much on at once, again and again.

What happens in a round is in ``scripts.overdraw``; anything but exactly one winner each round is no figure but a failure of
the product, and the section says so.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from scripts.bench.report import Row, Section, at_most
from scripts.bench.scale import Scale
from scripts.overdraw import TRIES, Tally, gateways, over_draw


def measure(scale: Scale) -> Section:
    """Return how many rounds each office won, how many had another outcome than one winner, and rounds per second."""
    with tempfile.TemporaryDirectory(prefix="tradeseal-overdraw-") as folder, gateways(Path(folder)) as ours:
        return told(over_draw(ours, scale.rounds))


def told(tally: Tally) -> Section:
    """Return the section about what came out."""
    rows = [
        Row("rounds", tally.rounds, "rounds", lower_is_better=False),
        *(
            Row(f"won by {office}, which asks for {tonnes} t", tally.winners[office], "rounds")
            for _, office, tonnes in TRIES
        ),
        Row("both won", tally.both, "rounds", at_most(0)),
        Row("neither won", tally.neither, "rounds", at_most(0)),
        Row("losers that were not told R12 and what is free", tally.misinformed, "rounds", at_most(0)),
        Row("balances that did not add up", len(tally.faults), "balances", at_most(0)),
        Row("speed", tally.rounds / tally.seconds, "rounds/s", lower_is_better=False),
    ]
    remarks = (
        "Each round: both gateways, each with a process and an account of its own, are asked at the same moment for 70 t and "
        "for 50 t of 100 t; then both are asked for the balance, and the winner gives back what it reserved.",
        *tally.faults[:5],
    )
    return Section("overdraw", rows, remarks)

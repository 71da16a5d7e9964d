"""Answers: what the journey reads out of the gateways' answers."""

from __future__ import annotations

from ledger.demo.client import GatewayClient

Answer = dict[str, object]


def results(answer: Answer, name: str = "results") -> list[Answer]:
    """Return the objects of the array ``name``."""
    found = answer[name]
    assert isinstance(found, list)
    return found


def tally(answer: Answer) -> str:
    """Return how many documents came out how, such as ``6 anchored``."""
    outcomes = [str(result["outcome"]) for result in results(answer)]
    return ", ".join(f"{outcomes.count(word)} {word}" for word in sorted(set(outcomes)))


def word(verdict: Answer) -> str:
    """Return what a verdict says."""
    return str(verdict["verdict"])


def fetched(gateway: GatewayClient, answer: Answer) -> str:
    """Return the first sealed document that ``gateway`` issued by ``answer``."""
    return str(gateway.get(f"/v1/documents/{results(answer)[0]['documentId']}")["sealed"])

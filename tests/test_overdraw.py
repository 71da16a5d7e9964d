"""Over-drawing a licence at once, by the script that repeats it: on real gateways, and on ones that do it wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ledger.demo.client import GatewayClient, GatewayError
from scripts.overdraw import AUTHORITY, CUSTOMS, SECOND, TRIES, gateways, over_draw

ROUNDS = 20


@pytest.mark.slow
def test_of_two_gateways_that_over_draw_at_once_exactly_one_wins_each_time(tmp_path: Path) -> None:
    with gateways(tmp_path) as ours:
        tally = over_draw(ours, ROUNDS)
    assert (tally.rounds, tally.both, tally.neither) == (ROUNDS, 0, 0)
    assert sum(tally.winners.values()) == ROUNDS
    assert set(tally.winners) <= {office for _, office, _ in TRIES}
    assert (dict(tally.refusals), tally.misinformed) == ({"R12": ROUNDS}, 0)
    assert tally.faults == []
    assert tally.passed


class Careless(GatewayClient):
    """A gateway that grants ``grants`` reservations and refuses the others with ``refusal``."""

    def __init__(self, grants: int, refusal: str = "") -> None:
        super().__init__("nowhere", 0, "")
        self.grants, self.refusal, self.taken = grants, refusal, Decimal(0)

    def post(self, path: str, body: Any) -> dict[str, object]:
        if path == "/v1/uses":
            if not self.grants:
                raise GatewayError(self.refusal)
            self.grants -= 1
            self.taken += Decimal(body["quantity"])
        return {"useId": "0" * 32}

    def patch(self, path: str, body: object) -> dict[str, object]:
        return {}

    def get(self, path: str, query: object = None) -> dict[str, object]:
        return {"lines": [{"reserved": f"{self.taken}", "free": f"{100 - self.taken}"}]}


def all_at(gateway: Careless) -> dict[str, GatewayClient]:
    return dict.fromkeys((CUSTOMS, SECOND, AUTHORITY), gateway)


@pytest.mark.parametrize(("grants", "outcome"), [(2, (1, 0)), (0, (0, 1))])
def test_a_gateway_where_both_win_or_neither_does_not_pass(grants: int, outcome: tuple[int, int]) -> None:
    tally = over_draw(all_at(Careless(grants)), 1)
    assert (tally.both, tally.neither) == outcome
    assert not tally.passed


@pytest.mark.parametrize("refusal", ['{"reason":"R12","detail":"free 99 t"}', "503: ask again"])
def test_a_loser_that_is_not_told_what_is_free_does_not_pass(refusal: str) -> None:
    tally = over_draw(all_at(Careless(1, refusal)), 1)
    assert (sum(tally.winners.values()), tally.misinformed, tally.faults) == (1, 1, [])
    assert not tally.passed


def test_a_balance_that_does_not_add_up_is_told_and_does_not_pass() -> None:
    gateway = Careless(1, '"reason":"R12" free 30 t free 50 t')
    gateway.taken = Decimal(5)
    tally = over_draw(all_at(gateway), 1)
    assert (tally.misinformed, len(tally.faults)) == (0, 2)
    assert "round 1: reserved" in tally.faults[0]
    assert not tally.passed

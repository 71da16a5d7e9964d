"""Over-draws a licence again and again by two offices at once, and counts who won.

python -m scripts.overdraw [--rounds 1000]

Two gateway processes of one customs administration, each with its own account, ask at the same moment for 70 t and 50 t of
a licence over 100 t. The rule: exactly one wins each round, the loser is told what is free, and after every round the
balance on the chain is what the winners took. The winner then gives its reservation back. Exit code 1 if anything differs.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from ledger.demo.client import GatewayClient, GatewayError
from ledger.demo.documents import todays_licence
from ledger.demo.sample import Gateway, make_consortium, start_gateway
from ledger.home import MANIFEST, TAG_KEYS, make_home
from ledger.node.control import NodeAddress, down, up
from ledger.settings import read_settings
from ledger.wiring import open_ledger

CUSTOMS, SECOND, AUTHORITY = "CN-GACC", "CN-GACC-2", "CN-MOFCOM"
_READY_SECONDS = 60.0
_AUTHORISED = Decimal(100)
_TRIES = ((CUSTOMS, "CN2202", "70"), (SECOND, "CN3104", "50"))


@dataclass
class Tally:
    """What came out: ``winners`` by office, ``faults`` in words."""

    rounds: int = 0
    winners: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0


def main() -> int:
    """Run the rounds and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tradeseal-overdraw-") as folder, _gateways(Path(folder)) as ours:
        tally = over_draw(ours, options.rounds)
    both = tally.rounds - sum(tally.winners.values())
    print(f"rounds                     {tally.rounds}")
    for _, office, tonnes in _TRIES:
        print(f"won by {office} with {tonnes} t    {tally.winners[office]}")
    print(f"rounds without one winner  {both}")
    print(f"refusals                   {', '.join(f'{n} {code}' for code, n in tally.refusals.items())}")
    print(f"balances that did not add up  {len(tally.faults)}")
    print(f"seconds                    {tally.seconds:.1f} ({tally.rounds / tally.seconds:.1f} rounds/s)")
    for fault in tally.faults[:20]:
        print(f"  {fault}", file=sys.stderr)
    return 1 if tally.faults or both else 0


def over_draw(clients: dict[str, GatewayClient], rounds: int) -> Tally:
    """Have both offices try at once, ``rounds`` times."""
    licence = todays_licence(datetime.now(UTC).date(), secrets.token_hex(4).upper())
    clients[AUTHORITY].post("/v1/documents", {"documents": [licence]})
    number = str(licence["certificateNumber"])
    tally, began = Tally(), time.monotonic()
    for turn in range(rounds):
        _round(clients, number, tally)
        if sys.stderr.isatty() or (turn + 1) % 100 == 0:
            print(f"\r{turn + 1} of {rounds} rounds", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    tally.seconds = time.monotonic() - began
    return tally


def _round(clients: dict[str, GatewayClient], number: str, tally: Tally) -> None:
    answers: dict[str, dict[str, object] | str] = {}
    barrier = threading.Barrier(len(_TRIES))

    def attempt(member: str, office: str, tonnes: str) -> None:
        barrier.wait()
        answers[office] = _reserve(clients[member], number, office, tonnes)

    threads = [threading.Thread(target=attempt, args=one) for one in _TRIES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [one for one in _TRIES if isinstance(answers[one[1]], dict)]
    refused = [str(answers[office]) for _, office, _ in _TRIES if isinstance(answers[office], str)]
    tally.rounds += 1
    tally.refusals.update(refused)
    asked = {"issuer": AUTHORITY, "number": number, "kind": "licence"}
    for client in (clients[CUSTOMS], clients[SECOND]):
        _check(client.get("/v1/balance", asked), sum(Decimal(tonnes) for _, _, tonnes in won), tally)
    if len(won) == 1:
        tally.winners[won[0][1]] += 1
    for member, office, _ in won:
        answer = answers[office]
        assert isinstance(answer, dict)
        clients[member].patch(f"/v1/uses/{answer['useId']}", {"action": "release"})


def _check(balance: dict[str, object], taken: Decimal | int, tally: Tally) -> None:
    lines = balance["lines"]
    assert isinstance(lines, list)
    [line] = lines
    reserved, free = Decimal(line["reserved"]), Decimal(line["free"])
    if (reserved, free) != (taken, _AUTHORISED - taken):
        tally.faults.append(f"round {tally.rounds}: reserved {reserved}, free {free}, expected {taken} taken")


def _reserve(client: GatewayClient, number: str, office: str, tonnes: str) -> dict[str, object] | str:
    body = {
        "action": "reserve",
        "kind": "licence",
        "issuer": AUTHORITY,
        "number": number,
        "office": office,
        "declaration": secrets.token_hex(9).upper(),
        "item": 1,
        "line": 1,
        "quantity": tonnes,
        "unit": "TNE",
    }
    try:
        return client.post("/v1/uses", body)
    except GatewayError as error:
        return "R12" if '"reason":"R12"' in str(error).replace(" ", "") else str(error)


@contextmanager
def _gateways(folder: Path) -> Iterator[dict[str, GatewayClient]]:
    node = up(folder / "node", 0)
    started: list[Gateway] = []
    try:
        make_consortium(folder, node, lambda what: print(f"… {what}", file=sys.stderr, flush=True))
        _second_home(folder, node)
        started += [start_gateway(folder, member) for member in (CUSTOMS, SECOND, AUTHORITY)]
        for gateway in started:
            gateway.client.wait_until_ready(_READY_SECONDS)
        yield {gateway.member: gateway.client for gateway in started}
    finally:
        for gateway in started:
            gateway.process.terminate()
        for gateway in started:
            gateway.process.wait(timeout=30)
        down(folder / "node")


def _second_home(folder: Path, node: NodeAddress) -> None:
    """Make another gateway of the same customs administration: its own account and store, the same tag keys."""
    made = make_home(
        folder / SECOND,
        member=CUSTOMS,
        roles=("customs",),
        url=node.url,
        chain_id=node.chain_id,
        manifest=(folder / CUSTOMS / MANIFEST).read_text(),
        controller=False,
        scrypt_n=2**13,
    )
    shutil.copytree(folder / CUSTOMS / TAG_KEYS, folder / SECOND / TAG_KEYS, dirs_exist_ok=True)
    with open_ledger(read_settings(folder / CUSTOMS, {})) as ledger:
        ledger.act("add-operator", {"operator": made.operator})


if __name__ == "__main__":
    sys.exit(main())

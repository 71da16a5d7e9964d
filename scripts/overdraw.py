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
TRIES = ((CUSTOMS, "CN2202", "70"), (SECOND, "CN3104", "50"))


@dataclass
class Tally:
    """What came out: ``winners`` by office of the rounds with one winner, ``faults`` in words.

    ``misinformed`` counts losers that were not told R12 with what is free.
    """

    rounds: int = 0
    both: int = 0
    neither: int = 0
    misinformed: int = 0
    winners: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Return whether there were rounds, each with one winner and an informed loser, and every balance added up."""
        return self.rounds > 0 and not (self.faults or self.both or self.neither or self.misinformed)


def main() -> int:
    """Run the rounds and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tradeseal-overdraw-") as folder, gateways(Path(folder)) as ours:
        tally = over_draw(ours, options.rounds)
    print(f"rounds                     {tally.rounds}")
    for _, office, tonnes in TRIES:
        print(f"won by {office} with {tonnes} t    {tally.winners[office]}")
    print(f"won by both                {tally.both}")
    print(f"won by neither             {tally.neither}")
    print(f"refusals                   {', '.join(f'{n} {code}' for code, n in tally.refusals.items())}")
    print(f"losers not told what is free  {tally.misinformed}")
    print(f"balances that did not add up  {len(tally.faults)}")
    print(f"seconds                    {tally.seconds:.1f} ({tally.rounds / tally.seconds:.1f} rounds/s)")
    for fault in tally.faults[:20]:
        print(f"  {fault}", file=sys.stderr)
    return 0 if tally.passed else 1


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
    barrier = threading.Barrier(len(TRIES))

    def attempt(member: str, office: str, tonnes: str) -> None:
        barrier.wait()
        answers[office] = _reserve(clients[member], number, office, tonnes)

    threads = [threading.Thread(target=attempt, args=one) for one in TRIES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [one for one in TRIES if isinstance(answers[one[1]], dict)]
    taken = sum(Decimal(tonnes) for _, _, tonnes in won)
    tally.rounds += 1
    _note_refusals([one for one in answers.values() if isinstance(one, str)], _AUTHORISED - taken, tally)
    asked = {"issuer": AUTHORITY, "number": number, "kind": "licence"}
    for client in (clients[CUSTOMS], clients[SECOND]):
        _check(client.get("/v1/balance", asked), taken, tally)
    if len(won) == 1:
        tally.winners[won[0][1]] += 1
    tally.both += len(won) == len(TRIES)
    tally.neither += not won
    for member, office, _ in won:
        answer = answers[office]
        assert isinstance(answer, dict)
        clients[member].patch(f"/v1/uses/{answer['useId']}", {"action": "release"})


def _note_refusals(refusals: list[str], free: Decimal, tally: Tally) -> None:
    for words in refusals:
        told = '"reason":"R12"' in words.replace(" ", "")
        tally.refusals["R12" if told else words] += 1
        tally.misinformed += not (told and f"free {free} t" in words)


def _check(balance: dict[str, object], taken: Decimal | int, tally: Tally) -> None:
    lines = balance["lines"]
    assert isinstance(lines, list)
    [line] = lines
    reserved, free = Decimal(line["reserved"]), Decimal(line["free"])
    if (reserved, free) != (taken, _AUTHORISED - taken):
        tally.faults.append(f"round {tally.rounds}: reserved {reserved}, free {free}, expected {taken} taken")


def _reserve(client: GatewayClient, number: str, office: str, tonnes: str) -> dict[str, object] | str:
    """Return the answer, or in words why there is none."""
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
    except (GatewayError, OSError) as error:
        return str(error)


@contextmanager
def gateways(folder: Path) -> Iterator[dict[str, GatewayClient]]:
    """Found the sample consortium in ``folder`` and start both customs gateways and the licensing authority's."""
    node = up(folder / "node", 0)
    started: list[Gateway] = []
    try:
        make_consortium(folder, node, lambda what: print(f"… {what}", file=sys.stderr, flush=True))
        second_home(folder, node)
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


def second_home(folder: Path, node: NodeAddress) -> None:
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

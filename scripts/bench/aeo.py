"""AEO: look-ups of operators that another administration recognises, and what asking the contract for recognition costs.

Operators are anchored and granted a type on the chain; one agreement is in force, and is then suspended and lifted again and
again, to see whether an answer costs more the more often that was done.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from random import Random

from ledger.chain import aeo_calls
from ledger.core.aeo import Recognition
from ledger.core.opening import Grant
from ledger.service.aeo_answers import AgreementAction, AgreementRequest, CoverRequest
from ledger.wiring import open_ledger
from scripts.bench.gateway import a_gateway
from scripts.bench.index import Shelf, fill
from scripts.bench.lookups import MODES, look_up
from scripts.bench.report import Row, Section
from scripts.bench.scale import Scale
from scripts.bench.sending import Sender
from scripts.bench.world import CONNECTIONS, PARTNER, VERIFIER, World, a_world

_TYPE = "BENCH"  # no agreement of a consortium that is there covers it
_REASON = 24
_SINCE = 1_767_225_601  # a second after the embedded chain's first block, so that it is past on every chain
_GAS = 1_000_000
_CHANGES = (1, 100, 1_000)
_MOMENTS = 25
_ASKED = 200
# Look-ups by a gateway that has read all changes are slow, so there are fewer.
_FEWER = 8


def _code(serial: int) -> str:
    return f"AUAEO{serial:08d}"


OPERATORS = Shelf(PARTNER, 3, 879, 0, _code)


def measure(scale: Scale) -> Section:
    """Return look-ups per second and latencies, and gas and time of asking the contract."""
    with a_world() as world:
        return measure_in(world, scale)


def measure_in(world: World, scale: Scale, changes: tuple[int, ...] = _CHANGES) -> Section:
    """As ``measure``, in a consortium that is there and has no agreement between the two yet."""
    _authorise(world, scale.operators)
    agreement = _agree(world)
    serials = Random(1).sample(range(scale.operators), min(scale.asked, scale.operators))
    targets = [f"/v1/aeo?code={_code(serial)}&partner={VERIFIER}&type={_TYPE}" for serial in serials]
    with open_ledger(world.settings(VERIFIER)) as ledger:
        ledger.converge()
    rows = []
    for mode, environment in MODES.items():
        with a_gateway(world, VERIFIER, environment) as gateway:
            for connections in CONNECTIONS:
                rows += look_up(mode, gateway, targets, connections, scale.requests)
    recognition = _Recognition(world, agreement)
    for before, after in pairwise((1, *changes)):
        recognition.change(after - before)
        rows += recognition.rows(after)
    if not recognition.in_force:
        recognition.change(1)
    with a_gateway(world, VERIFIER, MODES["proved each time"]) as gateway:
        mode = f"proved each time, {recognition.number:,} changes"
        rows += look_up(mode, gateway, targets, 1, -(-scale.requests // _FEWER))
    remarks = (
        f"{scale.operators:,} AEO entries of one administration, each with one type granted by a transaction of its own, one "
        f"agreement in force; {len(targets):,} codes are asked for at random, {scale.requests:,} times at each number of "
        "connections, all kept open. Every answer has to be ACCEPT.",
        "Changes: how often recognition of the type came into force, was suspended or was lifted. Gas is what eth_estimateGas "
        f"answers for recognisedAt as a transaction, the highest of {_MOMENTS} moments; time is that of an eth_call to the "
        f"embedded node from Python, median of {_ASKED}.",
        f"The last look-ups, {-(-scale.requests // _FEWER):,}, are those of a gateway that has read all changes; it keeps the "
        "agreements folded until they change.",
    )
    return Section("aeo", rows, remarks)


def _authorise(world: World, count: int) -> None:
    fill(world, count, shelf=OPERATORS)
    calls = (
        aeo_calls.grant_types(PARTNER, tag, [Grant(_TYPE, _SINCE)])
        for tag in OPERATORS.tags(world, range(count))
    )
    Sender(world, PARTNER).append(world.manifest.registry(OPERATORS.kind), calls, count, _GAS)


def _agree(world: World) -> int:
    """Have the two administrations agree, with effect from the past, and return the agreement's number."""
    cover = CoverRequest(PARTNER, _TYPE, datetime.fromtimestamp(_SINCE, UTC))
    with open_ledger(world.settings(PARTNER)) as ledger:
        ledger.agreement_act(AgreementRequest(AgreementAction.PROPOSE, partner=VERIFIER, covers=(cover,)))
        number = ledger.agreements()[-1].agreement
    with open_ledger(world.settings(VERIFIER)) as ledger:
        ledger.agreement_act(AgreementRequest(AgreementAction.CONSENT, agreement=number))
    return number


class _Recognition:
    """The recognition of one type under one agreement; ``number`` is how many changes of it there are, the first in force."""

    def __init__(self, world: World, agreement: int) -> None:
        self._agreement, self.number = agreement, 1
        self._sender = Sender(world, PARTNER)
        self._registry = world.manifest.registry(OPERATORS.kind)

    @property
    def in_force(self) -> bool:
        """Return whether the last change brought it into force."""
        return self.number % 2 == 1

    def change(self, times: int) -> None:
        """Suspend and lift in turn, each a second after the last, beginning a second after it came into force."""
        self._sender.append(self._registry, self._calls(times), times, _GAS)

    def rows(self, changes: int) -> list[Row]:
        """Return the gas and the time of the question at some moments between the first change and after the last."""
        last = self.number
        moments = [_SINCE + last * place // (_MOMENTS - 1) for place in range(_MOMENTS)]
        questions = [aeo_calls.recognised_at(PARTNER, VERIFIER, _TYPE, moment) for moment in moments]
        chain = self._sender.chain
        gas = max(chain.simulate(self._sender.address, self._registry, question) for question in questions)
        times = []
        for place in range(_ASKED):
            began = time.perf_counter()
            answer = chain.ask_contract(self._registry, questions[place % _MOMENTS])
            times.append(time.perf_counter() - began)
            second = moments[place % _MOMENTS] - _SINCE
            if aeo_calls.read_recognised(answer) is not (min(second, last - 1) % 2 == 0):
                raise RuntimeError(f"second {second} of {last} changes is not what was written")
        name = f"recognisedAt, {changes:,} change{'s' * (changes > 1)}"
        return [
            Row(f"{name}: gas", gas, "gas"),
            Row(f"{name}: time", sorted(times)[_ASKED // 2] * 1_000, "ms"),
        ]

    def _calls(self, times: int) -> Iterator[bytes]:
        for _ in range(times):
            state = Recognition.SUSPENDED if self.in_force else Recognition.IN_FORCE
            yield aeo_calls.change_recognition(
                PARTNER, self._agreement, PARTNER, _TYPE, int(state), _REASON, _SINCE + self.number
            )
            self.number += 1

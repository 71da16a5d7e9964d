"""Walks: random acts one after the other on a consortium of its own, on any node that makes blocks at once.

The same seed tries the same acts as long as the contracts answer the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ledger.core import acts
from tests import acts_of_aeo, acts_of_records, acts_of_use
from tests.acts import Attempt, AWorld, Written
from tests.acts_over_http import gateways

_DRAWS = 30
_OF_RECORDS = (
    acts.RecordAnchored,
    acts.StatusChanged,
    acts.RecordReplaced,
    acts.RecordConfirmed,
)
_OF_USE = (
    acts.RecordLinked,
    acts.TermsSet,
    acts.LineAuthorised,
    acts.LineGranted,
    acts.LineReturned,
    acts.UseReserved,
    acts.UseConsumed,
    acts.UseReleased,
    acts.UseCorrected,
    acts.UseEntered,
)
_OF_GOVERNANCE = (
    acts.RolesChanged,
    acts.MemberSuspended,
    acts.MemberReinstated,
    acts.OperatorRemoved,
    acts.KeyRetired,
    acts.KeyCompromised,
)
_OF_AEO = (
    acts.TypeGranted,
    acts.TypeChanged,
    acts.AliasAdded,
    acts.AliasRemoved,
    acts.AgreementProposed,
    acts.AgreementConsented,
    acts.AgreementDeclined,
    acts.RecognitionChanged,
)
MUST: Final[frozenset[Written]] = frozenset(
    [
        *((0, one) for one in _OF_GOVERNANCE),
        *((1, one) for one in (*_OF_RECORDS, *_OF_USE)),
        *((2, one) for one in (*_OF_RECORDS, *_OF_USE, acts.ExportEndorsed)),
        *((3, one) for one in (*_OF_RECORDS, *_OF_AEO)),
    ]
)
"""What every walk writes at least once. Uses and balances of AEO entries are not among it: they are only tried."""


def an_attempt(world: AWorld) -> Attempt | None:
    """Return something that somebody might try now, or None when there is nothing yet to try it on.

    Mostly it is rather something that writes what was not written yet, and rather something that can be.
    """
    lacking = MUST - world.done.keys()
    if not lacking or world.chance(0.4):
        return any_attempt(world)
    several = [any_attempt(world) for _ in range(_DRAWS)]
    new = [one for one in several if one is not None and world.would_write(one) & lacking]
    return next((one for one in new if world.is_possible(one)), several[0])


def any_attempt(world: AWorld) -> Attempt | None:
    kind = world.random.choice((1, 1, 2, 2, 3, 3, 3))
    if kind == 3 and len(world.replay.registers.types) > 1 and world.chance(0.7):
        return acts_of_aeo.an_attempt(world)
    if kind == 3 and world.chance(0.5):
        return world.random.choice((acts_of_records.anchor(world, kind), acts_of_aeo.grant_types(world)))
    several = acts_of_records.ATTEMPTS if world.chance(0.45) else acts_of_use.ATTEMPTS
    return world.random.choice(several)(world, kind)


def walked(url: str, chain_id: int, seed: int, steps: int, folder: Path) -> AWorld:
    """Found a consortium, let its members try ``steps`` acts and upset its governance now and then.

    Some members have gateways, whose homes are made in ``folder``, and ask these for a share of their acts.
    While something of ``MUST`` is lacking the walk goes on, up to three times as far.

    Raises:
        Difference: contracts and fold do not agree. JournalContradiction: the fold stopped at what they wrote.
    """
    world = AWorld.founded(url, chain_id, seed)
    with gateways(world, url, folder) as world.face:
        for step in range(3 * steps):
            if step >= steps and world.done.keys() >= MUST:
                break
            attempt = an_attempt(world)
            if attempt is not None:
                world.step(attempt)
            if world.chance(0.15 if world.is_any_upset else 0.04):
                world.govern()
    return world

"""Walks: random acts one after the other on a consortium of its own, on any node that makes blocks at once.

The same seed tries the same acts as long as the contracts answer the same.
"""

from __future__ import annotations

from tests import acts_of_aeo, acts_of_records, acts_of_use
from tests.acts import Attempt, AWorld


def an_attempt(world: AWorld) -> Attempt | None:
    """Return something that somebody might try now, or None when there is nothing yet to try it on."""
    kind = world.random.choice((1, 1, 2, 2, 3, 3))
    if kind == 3 and len(world.replay.registers.types) > 1 and world.chance(0.7):
        return world.random.choice(acts_of_aeo.ATTEMPTS)(world)
    if kind == 3 and world.chance(0.5):
        return world.random.choice((acts_of_records.anchor(world, kind), acts_of_aeo.grant_types(world)))
    several = acts_of_records.ATTEMPTS if world.chance(0.45) else acts_of_use.ATTEMPTS
    return world.random.choice(several)(world, kind)


def walked(url: str, chain_id: int, seed: int, steps: int) -> AWorld:
    """Found a consortium, let its members try ``steps`` acts and upset its governance now and then.

    Raises:
        Difference: contracts and fold do not agree. JournalContradiction: the fold stopped at what they wrote.
    """
    world = AWorld.founded(url, chain_id, seed)
    for _ in range(steps):
        attempt = an_attempt(world)
        if attempt is not None:
            world.step(attempt)
        if world.chance(0.15 if world.is_any_upset else 0.02):
            world.govern()
    return world

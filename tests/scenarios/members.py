"""Members that a scenario needs beside the sample consortium's."""

from __future__ import annotations

from tests.gateways import a_new_body
from tests.scenarios.world import Office, World


def member(world: World, code: str, *roles: str, partners: tuple[str, ...] = ("CN-GACC",)) -> Office:
    """Return the gateway of a member, admitted by vote the first time."""
    if not (world.consortium.folder / code).exists():
        a_new_body(
            world.consortium,
            code,
            key="customs" not in roles or len(roles) > 1,
            roles=roles,
            partners=partners,
        )
    return world.at(code)

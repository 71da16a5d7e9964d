"""Acts of AEO: types of authorisation, aliases, agreements, as administrations might try them."""

from __future__ import annotations

from ledger.core import acts
from ledger.core.aeo import Recognition
from ledger.core.records import Status
from tests.acts import VN_CUSTOMS, Attempt, AWorld
from tests.acts_of_records import a_tag
from tests.journals import AU, CN, NZ, VCCI

ADMINISTRATIONS = (CN, AU, NZ, VN_CUSTOMS)
NAMES = ("AEOC", "AEOS")
LATEST = 253_402_300_799


def an_administration(world: AWorld) -> str:
    return world.random.choice(ADMINISTRATIONS) if world.chance(0.97) else VCCI


def a_time(world: AWorld, last: int = 0) -> int:
    offsets = (0, 0, -9_000, -500, 500, 9_000)
    if world.chance(0.05):
        return world.random.choice((0, LATEST, LATEST + 1))
    if last and world.chance(0.5):
        return max(0, last + world.random.choice((-1, 0, 0, 1, 40)))
    return world.now + world.random.choice(offsets)


def grant_types(world: AWorld) -> Attempt:
    member = an_administration(world)
    tag = a_tag(world, 3, member)
    names = world.random.sample(NAMES, world.random.choice((1, 1, 2)))
    grants = [(name, a_time(world)) for name in names]
    said = tuple(acts.TypeGranted(tag, *grant) for grant in grants)
    return Attempt(3, member, "grantTypes", (member, tag, grants), said)


def change_type(world: AWorld) -> Attempt:
    member, name = an_administration(world), world.random.choice(NAMES)
    tag = a_tag(world, 3, member)
    types = world.replay.registers.types
    granted = [key for key in types if key[1] == member and types[key]]
    if granted and world.chance(0.8):
        tag = world.random.choice(granted[-4:])[2]
        name = world.random.choice([*types[world.registry(3), member, tag]])
    known = types.get((world.registry(3), member, tag), {}).get(name)
    last = 0 if known is None else known.changes[-1].effective_from
    at, status = a_time(world, last), world.random.choice((1, 2, 3, 4))
    if known is not None and world.chance(0.7):
        status = 2 if known.changes[-1].status is Status.VALID else 1
    reason = 24 if world.chance(0.9) else 0
    # Asked for 0 it takes effect now, or with the grant.
    said = None if at == 0 else (acts.TypeChanged(tag, name, status, reason, at),)
    return Attempt(3, member, "changeType", (member, tag, name, status, reason, at), said)


def add_alias(world: AWorld) -> Attempt:
    member = an_administration(world)
    tag, aliases = a_tag(world, 3, member), [*world.replay.registers.aliases]
    alias = world.new_tag(3)
    if world.chance(0.2):
        alias = world.random.choice((bytes(32), a_tag(world, 3, member)))
    elif aliases and world.chance(0.2):
        alias = world.random.choice(aliases)[2]
    return Attempt(3, member, "addAlias", (member, tag, alias), (acts.AliasAdded(alias, tag),))


def remove_alias(world: AWorld) -> Attempt:
    aliases = world.replay.registers.aliases
    member, alias, tag = an_administration(world), world.tag(3, "NO-ALIAS"), bytes(32)
    if aliases and world.chance(0.9):
        _, member, alias = place = world.random.choice([*aliases])
        tag = aliases[place] if world.chance(0.8) else a_tag(world, 3, member)
    return Attempt(3, member, "removeAlias", (member, tag, alias), (acts.AliasRemoved(alias, tag),))


def propose(world: AWorld) -> Attempt:
    random, member, partner = world.random, an_administration(world), an_administration(world)
    if partner == member and world.chance(0.8):
        partner = next(one for one in ADMINISTRATIONS if one != member)
    number = len(world.replay.registers.agreements.get(world.registry(3), {})) + 1
    covers = []
    for _ in range(random.choice((1, 2, 2, 3))):
        benefits = a_time(world)
        exchange = benefits - random.choice((0, 0, 60)) if benefits and world.chance(0.95) else benefits + 1
        home = random.choice((member, partner)) if world.chance(0.97) else VCCI
        covers.append((home, random.choice(NAMES), exchange, benefits))
    said = tuple(acts.AgreementProposed(number, partner, *cover) for cover in covers)
    return Attempt(3, member, "proposeAgreement", (member, partner, covers), said)


def an_agreement(world: AWorld, *, consented: bool) -> int:
    known = world.replay.registers.agreements.get(world.registry(3), {})
    wanted = [
        number
        for number, one in known.items()
        if (one.consented_at is not None) == consented and one.declined_at is None
    ]
    if wanted and world.chance(0.9):
        return world.random.choice(wanted[-5:])
    return world.random.randint(1, len(known) + 1)


def a_party(world: AWorld, number: int, *, partner_only: bool = False) -> str:
    agreement = world.replay.registers.agreements.get(world.registry(3), {}).get(number)
    if agreement is None or world.chance(0.05):
        return an_administration(world)
    return (
        agreement.partner
        if partner_only and world.chance(0.9)
        else world.random.choice((agreement.proposer, agreement.partner))
    )


def consent(world: AWorld) -> Attempt:
    number = an_agreement(world, consented=False)
    member = a_party(world, number, partner_only=True)
    return Attempt(3, member, "consent", (member, number), (acts.AgreementConsented(number),))


def decline(world: AWorld) -> Attempt:
    number = an_agreement(world, consented=False)
    member = a_party(world, number)
    return Attempt(3, member, "decline", (member, number), (acts.AgreementDeclined(number),))


def change_recognition(world: AWorld) -> Attempt:
    number = an_agreement(world, consented=True)
    member = a_party(world, number)
    agreement = world.replay.registers.agreements.get(world.registry(3), {}).get(number)
    home, name, last, to = member, world.random.choice(NAMES), 0, world.random.choice((1, 2, 3))
    if agreement is not None and world.chance(0.95):
        cover = world.random.choice(agreement.covers)
        home, name = cover.home, cover.name
        last = cover.changes[-1].effective_from if cover.changes else 0
        if world.chance(0.8):
            to = 2 if cover.stance_at(member, world.now) is Recognition.IN_FORCE else 1
    at, reason = a_time(world, last), 24 if world.chance(0.9) else 0
    said = None if at == 0 else (acts.RecognitionChanged(number, home, name, to, reason, at),)
    return Attempt(3, member, "changeRecognition", (member, number, home, name, to, reason, at), said)


def an_attempt(world: AWorld) -> Attempt:
    """Return an act on an entry or an agreement; mostly one for which there is something."""
    agreements = world.replay.registers.agreements.get(world.registry(3), {}).values()
    several = [grant_types, grant_types, change_type, change_type, change_type, add_alias]
    if world.replay.registers.aliases or world.chance(0.2):
        several += [remove_alias]
    waits = any(one.consented_at is None and one.declined_at is None for one in agreements)
    if not waits or world.chance(0.2):
        several += [propose, propose, propose]
    if waits or world.chance(0.1):
        several += [consent, consent, consent, decline, decline]
    if any(one.consented_at is not None for one in agreements) or world.chance(0.1):
        several += [change_recognition] * 5
    return world.random.choice(several)(world)

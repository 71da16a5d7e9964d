"""Acts of records: anchoring, links, terms, status, as somebody might try them; some of it cannot be."""

from __future__ import annotations

from ledger.core import acts
from ledger.core.balances import LARGEST, ceiling
from ledger.core.opening import Relation
from ledger.core.records import RecordState, Status
from tests.acts import ACCI, ECONOMIES, MEMBERS, OFFICES, SOON, Attempt, AWorld
from tests.journals import AU, CN, NZ, VCCI

ISSUERS = {1: (VCCI, VCCI, ACCI), 2: (VCCI, VCCI, ACCI), 3: (CN, AU, NZ)}
TYPES = {1: (861, 864, 864, 954), 2: (811, 911, 911, 626), 3: (879,)}
UNITS = ("KGM", "TNE")
NOTHING = bytes(32)
LINK = (0, NOTHING, NOTHING)
NO_TERMS: tuple[object, ...] = (0, False, (), (), ())


def a_record(
    world: AWorld, kind: int, *, member: str | None = None, open_only: bool = False
) -> RecordState | None:
    """Return one of the records of a kind, rather a young one, rather a valid one."""
    found = [
        record
        for record in world.replay.records.values()
        if record.registry == world.registry(kind) and member in (None, record.member)
    ]
    if open_only:
        terms = [
            one
            for one in found
            if (world.registry(kind), one.member, one.root_tag) in world.replay.registers.books
            and one.status is Status.VALID
        ]
        found = terms or found
    valid = [record for record in found if record.status is Status.VALID]
    found = valid if valid and world.chance(0.8) else found
    return world.random.choice(found[-12:]) if found else None


def a_tag(world: AWorld, kind: int, member: str) -> bytes:
    record = a_record(world, kind, member=member) if world.chance(0.95) else None
    return world.tag(kind, "UNKNOWN") if record is None else record.tag


def an_issuer(world: AWorld, kind: int) -> str:
    return world.random.choice(ISSUERS[kind] if world.chance(0.97) else MEMBERS)


def its_tag(world: AWorld, kind: int) -> tuple[str, bytes]:
    """Return member and tag of a record, rather of one that is there."""
    record = a_record(world, kind)
    children = [
        one for one in world.replay.records.values() if one.link and one.registry == world.registry(kind)
    ]
    if children and world.chance(0.2):
        record = world.random.choice(children[-6:])
    if record is None or world.chance(0.05):
        member = an_issuer(world, kind)
        return member, a_tag(world, kind, member)
    return record.member, record.tag


def anchor(world: AWorld, kind: int) -> Attempt:
    member, document_type = an_issuer(world, kind), world.random.choice(TYPES[kind])
    if world.chance(0.03):
        document_type = world.random.choice((879, 864, 911, 999))
    policy, key = a_policy(world, kind, plain=0.9), world.key(member)
    anchors = [an_anchor(world, kind, member) for _ in range(world.random.choice((1, 1, 2, 3)))]
    said = tuple(acts.RecordAnchored(document_type, policy, key, *one) for one in anchors)
    return Attempt(kind, member, "anchor", (member, document_type, policy, key, anchors), said)


def an_anchor(world: AWorld, kind: int, member: str) -> tuple[bytes, bytes]:
    tag = world.new_tag(kind) if world.chance(0.9) else a_tag(world, kind, member)
    if world.chance(0.02):
        tag = NOTHING
    elif kind == 3 and world.chance(0.1) and world.replay.registers.aliases:
        tag = world.random.choice([alias for _, _, alias in world.replay.registers.aliases])
    return tag, world.digest(f"document {tag.hex()} {int(world.chance(0.05))}")


def a_policy(world: AWorld, kind: int, plain: float) -> int:
    """Return a policy, with the chance ``plain`` one that needs no terms."""
    if kind == 3 and world.chance(0.95):
        return 0
    if world.chance(plain):
        return world.random.choice((0x0000, 0x0100, 0x0202)) if kind == 1 else 0
    return world.random.choice((0x0300, 0x0302, 0x0100, 0x0203))


def anchor_one(world: AWorld, kind: int) -> Attempt:
    return issuing(world, kind, an_issuer(world, kind))


def replace(world: AWorld, kind: int) -> Attempt:
    member, old = its_tag(world, kind)
    return issuing(world, kind, member, old)


def issuing(world: AWorld, kind: int, member: str, old: bytes | None = None) -> Attempt:
    """Return ``anchorOne``, or ``replace`` of ``old``."""
    (tag, document), document_type = an_anchor(world, kind, member), world.random.choice(TYPES[kind])
    policy, key = a_policy(world, kind, plain=0.3), world.key(member)
    link, parent = a_link(world, kind, member)
    wants_terms = link[0] > Relation.TRUE_COPY or (link[0] == 0 and kind != 3)
    terms = some_terms(world, parent) if world.chance(0.9 if wants_terms else 0.03) else NO_TERMS
    said: list[acts.Act] | None = [acts.RecordAnchored(document_type, policy, key, tag, document)]
    assert said is not None
    if old is not None:
        reason = world.random.choice((0, 24, 24, 24))
        said += [acts.RecordReplaced(old, tag, reason), *returned(world, kind, member, old)]
    if link[0]:
        said.append(acts.RecordLinked(tag, link[0], link[1], link[2]))
    opened = opening(world, member, tag, terms, link)
    issue = (document_type, policy, key, (tag, document), link, terms)
    every = None if opened is None else (*said, *opened)
    if old is None:
        return Attempt(kind, member, "anchorOne", (member, issue), every)
    return Attempt(kind, member, "replace", (member, old, reason, issue), every)


def a_link(world: AWorld, kind: int, member: str) -> tuple[tuple[int, str, bytes], RecordState | None]:
    if (kind == 3 and world.chance(0.97)) or world.chance(0.3):
        return (0, "", NOTHING), None
    wrong = {1: Relation.EXTRACT, 2: Relation.BACK_TO_BACK}.get(kind)
    relation = world.random.choice([one for one in Relation if one is not wrong or world.chance(0.1)])
    whose = None if relation is Relation.BACK_TO_BACK or world.chance(0.05) else member
    parent = a_record(world, kind, member=whose, open_only=True)
    books = world.replay.registers.books
    drawn = [
        record
        for key, record in world.replay.records.items()
        if key in books and books[key].lines and key[0] == world.registry(kind) and whose in (None, key[1])
    ]
    if relation is Relation.EXTRACT and world.chance(0.9):
        drawn = [record for record in drawn if record.link is None and not record.use_limit]
    if relation is not Relation.TRUE_COPY and drawn and world.chance(0.8):
        parent = world.random.choice(drawn[-6:])
    if parent is None:
        return (0, "", NOTHING), None
    return (int(relation), parent.member, parent.tag), parent


def some_terms(world: AWorld, parent: RecordState | None) -> tuple[object, ...]:
    random = world.random
    above = None
    if parent is not None:
        above = world.replay.registers.books.get((parent.registry, parent.member, parent.tag))
    tolerance = random.choice((0, 5, 10, 33, 100)) if above is None else random.choice((0, 0, 5, 10))
    allowed = (
        ECONOMIES if above is None or above.terms is None or world.chance(0.1) else above.terms.economies
    )
    economies = tuple(random.sample(allowed, random.randint(0, len(allowed))))
    offices = tuple(random.sample(OFFICES, random.choice((0, 0, 0, 1, 2))))
    if above is not None and above.terms is not None and above.terms.offices and world.chance(0.8):
        offices = (random.choice(above.terms.offices),)
    if world.chance(0.03):
        offices = (OFFICES[0], OFFICES[0])
    lines = []
    for _ in range(random.choice((1, 1, 2, 3))):
        parent_line, unit, quantity = 0, random.choice(UNITS), random.choice((1, 10, 99, 1_000, 7_777))
        if above is not None and above.lines:
            parent_line = random.choice([*above.lines])
            line = above.lines[parent_line]
            unit = line.unit if world.chance(0.97) else random.choice(UNITS)
            quantity = random.choice(
                (1, line.free // 4, line.free // 4, line.free // 2, line.free, line.free + 1)
            )
        if world.chance(0.01):
            quantity = random.choice((0, 2**72 - 1))
        lines.append((unit, parent_line, quantity))
    return tolerance, world.chance(0.4), economies, offices, tuple(lines)


def opening(
    world: AWorld, member: str, tag: bytes, terms: tuple[object, ...], link: tuple[int, str, bytes]
) -> list[acts.Act] | None:
    """Return the entries of terms; None when a line of theirs is wrong in a way that entries do not tell."""
    tolerance, on_remaining, economies, offices, lines = terms
    if not lines:
        return []
    is_child = link[0] > Relation.TRUE_COPY
    if any(bool(parent_line) != is_child for _, parent_line, _ in lines):  # type: ignore[attr-defined]
        return None
    assert isinstance(tolerance, int)
    if is_child and any(ceiling(quantity, tolerance) > LARGEST for _, _, quantity in lines):  # type: ignore[attr-defined]
        return None
    who = economies or (world.replay.consortium.members[member].economy,)
    said: list[acts.Act] = [acts.TermsSet(tag, tolerance, on_remaining, who, offices)]  # type: ignore[arg-type]
    numbered = list(enumerate(lines, start=1))  # type: ignore[arg-type, var-annotated]
    if is_child:
        said += [
            acts.LineGranted(link[1], link[2], member, tag, parent_line, number, ceiling(quantity, tolerance))
            for number, (_, parent_line, quantity) in numbered
        ]
    return said + [
        acts.LineAuthorised(tag, number, unit, quantity) for number, (unit, _, quantity) in numbered
    ]


def returned(world: AWorld, kind: int, member: str, tag: bytes) -> list[acts.Act]:
    """Return what a child gives back when it ends."""
    registers = world.replay.registers
    record = registers.records.get((world.registry(kind), member, tag))
    if record is None or record.link is None or record.link.relation is Relation.TRUE_COPY:
        return []
    link = record.link
    granted = registers.books[record.registry, link.parent_member, link.parent_tag].children[member, tag]
    return [
        acts.LineReturned(link.parent_member, link.parent_tag, member, tag, line, number, quantity)
        for line, number, quantity in granted.lines
    ]


def set_terms(world: AWorld, kind: int) -> Attempt:
    (member, tag), terms = its_tag(world, kind), some_terms(world, None)
    opened = opening(world, member, tag, terms, LINK)  # type: ignore[arg-type]
    return Attempt(kind, member, "setTerms", (member, tag, terms), None if opened is None else tuple(opened))


def change_status(world: AWorld, kind: int) -> Attempt:
    member, tag = its_tag(world, kind)
    status, reason = (
        world.random.choice((1, 1, 1, 2, 2, 2, 3, 4, 4, 5)),
        world.random.choice((0, 24, 25, 99, 99)),
    )
    at = world.now + world.random.choice((0, 0, 0, 0, -1, -SOON, SOON))
    said: list[acts.Act] = [acts.StatusChanged(tag, status, reason, at)]
    if status == Status.CANCELLED:
        said += returned(world, kind, member, tag)
    return Attempt(kind, member, "changeStatus", (member, tag, status, reason, at), tuple(said))


def withdraw(world: AWorld, kind: int) -> Attempt | None:
    """Cancel a record that took from another one and is not over, rather a young one."""
    found = [
        one
        for one in world.replay.records.values()
        if one.registry == world.registry(kind)
        and one.link is not None
        and one.link.relation is not Relation.TRUE_COPY
        and one.status in (Status.VALID, Status.SUSPENDED)
    ]
    if not found:
        return None
    record, reason = world.random.choice(found[-6:]), world.random.choice((0, 24, 24))
    at = world.now
    said = [
        acts.StatusChanged(record.tag, Status.CANCELLED, reason, at),
        *returned(world, kind, record.member, record.tag),
    ]
    arguments = (record.member, record.tag, int(Status.CANCELLED), reason, at)
    return Attempt(kind, record.member, "changeStatus", arguments, tuple(said))


def confirm(world: AWorld, kind: int) -> Attempt:
    member, _ = its_tag(world, kind)
    tags = [a_tag(world, kind, member) for _ in range(world.random.randint(1, 3))]
    return Attempt(kind, member, "confirm", (member, tags), tuple(map(acts.RecordConfirmed, tags)))


ATTEMPTS = (
    anchor, anchor, *[anchor_one] * 5, replace, replace, set_terms, change_status, change_status, change_status, withdraw,
    confirm,
)  # fmt: skip

"""Acts of use: what customs might try, right up to what a balance holds and one beyond."""

from __future__ import annotations

from ledger.core import acts
from ledger.core.acts import UsePlace
from ledger.core.balances import ceiling, most
from ledger.core.records import RecordState
from ledger.core.uses import UseBook, UseRecord, UseState
from tests.acts import AU_CUSTOMS, OFFICES, VN_CUSTOMS, Attempt, AWorld
from tests.acts_of_records import a_record
from tests.journals import AU, CN, NZ, VCCI

CUSTOMS = (CN, AU, NZ, AU_CUSTOMS, AU_CUSTOMS, VN_CUSTOMS, VN_CUSTOMS)


class Draft:
    """A use that is tried: on what, by whom, in which place of which declaration."""

    def __init__(self, world: AWorld, kind: int, known: float, state: UseState = UseState.RESERVED) -> None:
        """Take a use that is there with the chance ``known``, rather one in ``state``; else perhaps a new one."""
        self.world, self.kind, self.random = world, kind, world.random
        self.record = a_record(world, kind, open_only=world.chance(0.6))
        self.customs = world.random.choice(CUSTOMS) if world.chance(0.98) else VCCI
        self.office = world.random.choice(OFFICES)
        number = world.random.randint(0, 3)
        self.item = world.random.randint(0, 2)
        self.use: UseRecord | None = None
        self.declaration = world.declaration(self.customs, self.office, number)
        if self.record is None:
            return
        if self.book.terms is not None and world.chance(0.7):
            economies = self.book.terms.economies
            self.customs = world.random.choice([one for one in CUSTOMS if one[:2] in economies])
            self.declaration = world.declaration(self.customs, self.office, number)
        if world.chance(known):
            self._take_known(state)
        self.use = self.book.uses.get((self.customs, self.office, self.declaration, self.item))

    def _take_known(self, state: UseState) -> None:
        registers, registry = self.world.replay.registers, self.world.registry(self.kind)
        wanted = None if self.world.chance(0.1) else state
        found = [
            (key, use)
            for key, book in registers.books.items()
            if key[0] == registry
            for use in book.uses.values()
            if wanted in (None, use.state)
        ]
        if found:
            key, use = self.random.choice(found[-20:])
            self.record = registers.records[
                registry, use.place.owner, self.random.choice((key[2], use.place.presented))
            ]
            self.customs, self.office = use.customs, use.place.office
            self.declaration, self.item = use.place.declaration, use.place.item

    @property
    def known(self) -> RecordState:
        assert self.record is not None
        return self.record

    @property
    def book(self) -> UseBook:
        root = (self.known.registry, self.known.member, self.known.root_tag)
        return self.world.replay.registers.books.get(root) or UseBook()

    def place(self, line: int) -> UsePlace:
        root, shown = self.known.root_tag, self.known.tag
        return UsePlace(self.known.member, root, shown, self.office, self.declaration, self.item, line)

    def amount(self) -> tuple[int, str, int]:
        """Return line, unit and quantity."""
        book, random = self.book, self.random
        if not book.lines or self.world.chance(0.02):
            return (0, "", 0) if self.world.chance(0.97) else (1, "KGM", 1)
        number = (
            self.use.place.line
            if self.use is not None and self.world.chance(0.9)
            else random.choice([*book.lines])
        )
        line = book.lines.get(number) or next(iter(book.lines.values()))
        assert book.terms is not None
        held = 0 if self.use is None else self.use.reserved
        free = most(
            line.authorised, line.taken - held, book.terms.tolerance, on_remaining=book.terms.on_remaining
        )
        own = self.use.quantity if self.use is not None else free // 2
        several: tuple[int, ...] = (0, 1, free // 3, free, free + 1, free * 2 + 1, own)
        if held and self.world.chance(0.5):
            several = (held, held, held + 1, ceiling(held, book.terms.tolerance))
        unit = line.unit if self.world.chance(0.98) else "LTR"
        return number, unit, random.choice(several)

    def attempt(self, function: str, said: acts.Act | None, *rest: object) -> Attempt:
        use_id = (self.office, self.declaration, self.item)
        arguments = (self.customs, self.known.member, self.known.tag, use_id, *rest)
        return Attempt(self.kind, self.customs, function, arguments, None if said is None else (said,))


def reserve(world: AWorld, kind: int) -> Attempt | None:
    draft = Draft(world, kind, 0.1)
    if draft.record is None:
        return None
    line, unit, quantity = draft.amount()
    said = acts.UseReserved(draft.place(line), quantity) if told(draft, line, unit) else None
    return draft.attempt("reserve", said, (line, unit, quantity))


def consume(world: AWorld, kind: int) -> Attempt | None:
    draft = Draft(world, kind, 0.6)
    if draft.record is None:
        return None
    line, unit, quantity = draft.amount()
    said = acts.UseConsumed(draft.place(line), quantity) if told(draft, line, unit) else None
    return draft.attempt("consume", said, (line, unit, quantity))


def told(draft: Draft, line: int, unit: str) -> bool:
    """Return whether an entry would tell what is wrong: it does not have the unit."""
    known = draft.book.lines.get(line)
    return unit == ("" if known is None else known.unit)


def release(world: AWorld, kind: int) -> Attempt | None:
    draft = Draft(world, kind, 0.8)
    if draft.record is None:
        return None
    use = draft.use
    place = draft.place(0 if use is None else use.place.line)
    return draft.attempt("release", acts.UseReleased(place, 0 if use is None else use.reserved))


def correct(world: AWorld, kind: int) -> Attempt | None:
    draft = Draft(world, kind, 0.9, UseState.CONSUMED)
    if draft.record is None:
        return None
    use, random = draft.use, world.random
    done = 0 if use is None else use.corrections
    number = random.choice((done, *[done + 1] * 8, done + 2))
    falls, quantity = world.chance(0.6), 0
    if use is not None and use.place.line:
        quantity = random.choice((0, 1, use.consumed // 2, use.consumed, use.consumed + 1, draft.amount()[2]))
        if number == use.corrections and world.chance(0.5):
            falls, quantity = use.last_fell, use.last_change
    reason = random.choice((0, 24))
    place = draft.place(0 if use is None else use.place.line)
    said = acts.UseCorrected(place, number, falls, quantity, reason)
    return draft.attempt("correct", said, number, falls, quantity, reason)


def enter(world: AWorld, kind: int) -> Attempt | None:
    draft = Draft(world, kind, 0.3)
    if draft.record is None:
        return None
    line, unit, quantity = draft.amount()
    at = world.now + world.random.choice((0, -1, -9_000, -9_000, 9_000))
    if world.chance(0.02):
        at = 0
    if world.chance(0.01):
        quantity = 2**72 - 1
    said = (
        acts.UseEntered(draft.place(line), quantity, max(0, at), False) if told(draft, line, unit) else None
    )
    return draft.attempt("enter", said, (line, unit, quantity), at)


def endorse(world: AWorld, kind: int) -> Attempt | None:
    draft = Draft(world, kind, 0)
    if kind != 2 or draft.record is None:
        return None
    home = world.replay.consortium.members[draft.known.member].economy
    if world.chance(0.8):
        draft.customs = {"AU": AU_CUSTOMS, "VN": VN_CUSTOMS}.get(home, NZ)
    lines = draft.book.lines.values()
    actual = [world.random.choice((one.authorised, one.authorised, one.taken)) for one in lines]
    if actual and world.chance(0.2):
        actual[-1] = max(0, actual[-1] + world.random.choice((-1, 1)))
    owner, tag, root = draft.known.member, draft.known.tag, draft.known.root_tag
    said = [acts.ExportEndorsed(owner, root, draft.office, place, one) for place, one in enumerate(actual, 1)]
    # The entry does not have the certificate that was shown, only its root.
    every = tuple(said) if said and tag == root else None
    return Attempt(kind, draft.customs, "endorse", (draft.customs, owner, tag, draft.office, actual), every)


ATTEMPTS = (
    reserve,
    reserve,
    reserve,
    consume,
    consume,
    consume,
    release,
    correct,
    correct,
    enter,
    enter,
    endorse,
)

"""Acts at random: what many members try on a real consortium, possible or not, each followed into the fold of the journal.

``AWorld.step`` tries one act. Whatever the contracts do, the fold must do the same: what they write folds, and what they
refuse, or pass over because it was done before, the fold refuses. What is tried is made in ``acts_of_records``,
``acts_of_use`` and ``acts_of_aeo``; ``acts_over_http`` says some of it to gateways.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from hashlib import sha256
from random import Random
from typing import Any, Protocol

from ledger.chain.acts import call, read
from ledger.chain.deploy import Founder, act, deploy_consortium
from ledger.chain.manifest import KINDS, Manifest
from ledger.chain.node_chain import NodeChain
from ledger.core import acts
from ledger.core.calls import call_of
from ledger.core.entries import Entry, decode, encode, entries_of
from ledger.core.layouts import MalformedEntry
from ledger.core.members import MemberState, Standing
from ledger.core.numbers import tag as tag_of
from ledger.core.state import JournalContradiction, Replay
from ledger.errors import Refused
from ledger.keys.account import TransactionAccount
from tests.journals import AU, CN, NZ, VCCI, a_public_key, thumbprint_of

ACCI, AU_CUSTOMS, VN_CUSTOMS = "AU-ACCI", "AU-DIBP", "VN-GDVC"
Written = tuple[int, type[acts.Act]]
"""Kind of the registry that wrote an entry, and what the entry says."""
ROLES = {CN: 17, AU: 17, NZ: 17, VCCI: 14, ACCI: 12, AU_CUSTOMS: 16, VN_CUSTOMS: 17}
MEMBERS = tuple(ROLES)
ECONOMIES = ("AU", "CN", "NZ", "VN")
OFFICES = ("AUSYD", "AUMEL", "VNSGN")
SOON = 9_000
OVER_THE_FACE = 0.4
TAG_KEY = sha256(b"tag key").digest()


def account_of(name: str) -> TransactionAccount:
    return TransactionAccount(sha256(name.encode()).digest())


def controller(member: str) -> TransactionAccount:
    return account_of("controller " + member)


def operator(member: str) -> TransactionAccount:
    return account_of("operator " + member)


@dataclass(frozen=True)
class Attempt:
    """A transaction, and the entries that it would write; None where they could not tell what is wrong with it."""

    kind: int
    member: str
    function: str
    arguments: tuple[object, ...]
    acts: tuple[acts.Act, ...] | None = None


class Face(Protocol):
    """Another way than a transaction for members to act."""

    def carry_out(self, attempt: Attempt) -> bool:
        """Do it, unless this cannot be asked for; raise ``Refused`` where it is refused."""

    def commitment(self, customs: str, office: str, number: int) -> bytes | None:
        """Return what stands for a declaration of a member that has this way, None for others."""


class Difference(AssertionError):
    """The contracts and the fold do not agree."""


@dataclass
class AWorld:
    """A consortium with all registries.

    ``done``, ``refused`` and ``repeated`` count what happened: entries by kind of registry (0: the consortium) and act,
    refusals by error, repetitions by function. ``upsets`` are still to come before one comes again; ``spelled`` has the number
    of every tag. ``face`` is taken now and then in the place of a transaction; ``asked`` counts that by function and outcome.
    """

    chain: NodeChain
    manifest: Manifest
    random: Random
    replay: Replay
    entries: list[Entry] = field(default_factory=list)
    done: Counter[Written] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    repeated: Counter[str] = field(default_factory=Counter)
    keys: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MEMBERS, 1))
    numbers: int = 0
    upsets: list[int] = field(default_factory=list)
    spelled: dict[bytes, str] = field(default_factory=dict)
    read_to: int = -1
    face: Face | None = None
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def founded(cls, url: str, chain_id: int, seed: int) -> AWorld:
        """Deploy a consortium in which every member has an operator and a key, and admit its registries."""
        founders = [Founder(code, code[:2], ROLES[code], controller(code).address) for code in (CN, AU, NZ)]
        nowhere = NodeChain(url, chain_id=chain_id, journal=bytes(20))
        first = nowhere.head().number
        manifest = deploy_consortium(nowhere, account_of(f"deployer {seed}"), chain_id, founders)
        chain = NodeChain(url, chain_id=chain_id, journal=manifest.journal)
        world = cls(chain, manifest, Random(seed), Replay(chain_id), read_to=first)
        world.catch_up()
        for one in manifest.registries:
            world.decide(acts.RegistryAdmitted(one.address, one.kind))
        for code in MEMBERS:
            if code not in (CN, AU, NZ):
                account = controller(code).address
                world.decide(acts.MemberAdmitted(code, code[:2], ROLES[code], account))
            world.control(code, "addOperator", operator(code).address)
            world.register_key(code)
        return world

    # --- what is known ------------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        return self.chain.head().time

    def registry(self, kind: int) -> bytes:
        return next(one.address for one in self.manifest.registries if one.kind == kind)

    def kind_of(self, contract: bytes) -> int:
        """Return the kind of a registry, 0 for the consortium."""
        return next((one.kind for one in self.manifest.registries if one.address == contract), 0)

    def ask(self, registry: bytes, function: str, *arguments: object) -> tuple[Any, ...]:
        """Return what a registry answers."""
        name = KINDS[self.kind_of(registry)]
        return tuple(
            read(name, function, self.chain.ask_contract(registry, call(name, function, *arguments)))
        )

    def key(self, member: str) -> bytes:
        return thumbprint_of(member, self.keys[member])

    def digest(self, text: str) -> bytes:
        return sha256(text.encode()).digest()

    def declaration(self, customs: str, office: str, number: int) -> bytes:
        """Return what stands for one of the few declarations of an office."""
        known = None if self.face is None else self.face.commitment(customs, office, number)
        return self.digest(f"declaration {number}") if known is None else known

    def new_tag(self, kind: int) -> bytes:
        self.numbers += 1
        return self.tag(kind, f"N{self.numbers}")

    def tag(self, kind: int, number: str) -> bytes:
        """Return the tag of a number and remember it; all members share one tag key."""
        tag = tag_of(TAG_KEY, kind, number)
        self.spelled[tag] = number
        return tag

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    # --- governance ---------------------------------------------------------------------------------------------------

    def control(self, member: str, function: str, *arguments: object) -> None:
        calldata = call("Consortium", function, member, *arguments)
        act(self.chain, controller(member), self.manifest.chain_id, self.manifest.consortium, calldata)
        self.catch_up()

    def register_key(self, member: str) -> None:
        public = a_public_key(member, self.keys[member])
        self.control(member, "registerKey", self.key(member), 1, public.raw, 0)

    def decide(self, decided: acts.Act) -> None:
        """Let all active administrations vote for it."""
        voters = sorted(self.replay.consortium.administrations) or [AU, CN, NZ]
        number = len(self.replay.consortium.proposals) + 1
        self.control(voters[0], "propose", call_of(decided), self.now + SOON)
        for code in voters[1:]:
            self.control(code, "vote", number, True)
        self.control(voters[-1], "execute", number)

    def govern(self) -> None:
        """Let something happen among the members, once what happened before was put right again."""
        state = next((one for one in self.replay.consortium.members.values() if self.is_upset(one)), None)
        try:
            if state is None:
                self.upset(self.random.choice(MEMBERS))
            elif state.standing is Standing.SUSPENDED:
                self.decide(acts.MemberReinstated(state.code, 0))
            elif operator(state.code).address not in state.operators:
                self.control(state.code, "addOperator", operator(state.code).address)
            elif state.roles != ROLES[state.code]:
                self.decide(acts.RolesChanged(state.code, ROLES[state.code]))
            else:
                self.keys[state.code] += 1
                self.register_key(state.code)
        except Refused as refusal:
            self.refused[refusal.code] += 1

    @property
    def is_any_upset(self) -> bool:
        return any(map(self.is_upset, self.replay.consortium.members.values()))

    def is_upset(self, member: MemberState) -> bool:
        wrong = (
            member.standing is not Standing.ACTIVE
            or operator(member.code).address not in member.operators
            or member.roles != ROLES[member.code]
        )
        return wrong or member.keys[self.key(member.code)].retired_at is not None

    def upset(self, member: str) -> None:
        if not self.upsets:
            self.upsets = self.random.sample(range(5), 5)
        match self.upsets.pop():
            case 0:
                self.decide(acts.MemberSuspended(member, 28))
            case 1:
                self.decide(acts.RolesChanged(member, self.random.choice((1, 2, 4, 8, 16))))
            case 2:
                self.control(member, "removeOperator", operator(member).address)
            case 3:
                self.control(member, "retireKey", self.key(member), self.now + 1, 4)
            case _:
                self.control(member, "reportCompromise", self.key(member), self.now - 60)

    # --- trying -------------------------------------------------------------------------------------------------------

    def step(self, attempt: Attempt) -> None:
        """Try something: what is written must fold, and what is refused or passed over must not.

        Raises:
            Difference: contracts and fold do not agree.
        """
        who = attempt.member if self.chance(0.97) else self.random.choice(MEMBERS)
        size = self.replay.size
        try:
            self._carry_out(attempt, who)
        except Refused as refusal:
            self.refused[refusal.code] += 1
            self._require_refusal(attempt, who, f"refused with {refusal}")
            return
        before = copied(self.replay)
        self.catch_up()
        if self.replay.size == size:
            self.repeated[attempt.function] += 1
            self._require_refusal(attempt, who, "passed over")
            return
        written = self.entries[size:]
        if attempt.acts is not None and len(written) == len(attempt.acts):
            said = tuple(one.act for one in written)
            if said not in readings(attempt.acts):
                raise Difference(f"{attempt} wrote {said}")
        for spoilt in spoilings(written):
            if folds(copied(before), spoilt):
                raise Difference(f"the fold takes {spoilt} in place of {written}")

    def _carry_out(self, attempt: Attempt, who: str) -> None:
        if self.face is not None and who == attempt.member and self.chance(OVER_THE_FACE):
            try:
                is_done = self.face.carry_out(attempt)
            except Refused:
                self.asked[attempt.function, "refused"] += 1
                raise
            if is_done:
                self.asked[attempt.function, "done"] += 1
                return
        calldata = call(KINDS[attempt.kind], attempt.function, *attempt.arguments)
        act(self.chain, operator(who), self.manifest.chain_id, self.registry(attempt.kind), calldata)

    def would_write(self, attempt: Attempt) -> set[Written]:
        """Return kind and act of the entries that an attempt would write, as far as it knows them."""
        return {(attempt.kind, type(act)) for act in attempt.acts or ()}

    def is_possible(self, attempt: Attempt) -> bool:
        """Return whether the fold would take what an attempt would write now."""
        known = attempt.acts
        return known is not None and self._folds(attempt, attempt.member, known, self.now + 1)

    def catch_up(self) -> None:
        head = self.chain.head().number
        for event in self.chain.appended(self.read_to + 1, head):
            for entry in entries_of(event, self.manifest.chain_id):
                self.replay.fold(entry)
                self.entries.append(entry)
                self.done[self.kind_of(entry.contract), type(entry.act)] += 1
        self.read_to = head

    def _require_refusal(self, attempt: Attempt, who: str, how: str) -> None:
        if attempt.acts is None:
            return
        # The block of a transaction that was refused would have been one of the next seconds.
        for reading in readings(attempt.acts):
            if all(self._folds(attempt, who, reading, time) for time in (self.now, self.now + 5)):
                raise Difference(f"{attempt} was {how}, and the fold takes {reading}")

    def _folds(self, attempt: Attempt, who: str, said: tuple[acts.Act, ...], time: int) -> bool:
        chain_id, registry, account = (
            self.manifest.chain_id,
            self.registry(attempt.kind),
            operator(who).address,
        )
        try:
            raws = [encode(chain_id, registry, time, attempt.member, account, one) for one in said]
        except MalformedEntry:
            return False  # no entry can say so
        return folds(
            copied(self.replay), [decode(raw, self.replay.size + place) for place, raw in enumerate(raws)]
        )


def readings(said: tuple[acts.Act, ...]) -> list[tuple[acts.Act, ...]]:
    """Return what the entries may be: whether a late entry is a conflict, the contract says."""
    first = said[0]
    if not isinstance(first, acts.UseEntered):
        return [said]
    return [(replace(first, conflict=conflict),) for conflict in (False, True)]


def folds(replay: Replay, entries: list[Entry]) -> bool:
    """Return whether the fold takes the entries; the replay must not be used any more."""
    try:
        replay.fold_all(entries)
    except JournalContradiction:
        return False
    return not (replay.registers.course is not None and replay.registers.course.is_incomplete)


def copied(replay: Replay) -> Replay:
    """Return a copy that goes its own way; what never changes is shared."""
    registers = replay.registers
    shared: list[object] = [*registers.records.values()]
    for book in registers.books.values():
        shared += [*book.uses.values(), *book.lines.values(), *book.children.values()]
    for types in registers.types.values():
        shared += types.values()
    for agreements in registers.agreements.values():
        shared += agreements.values()
    for member in replay.consortium.members.values():
        shared += [*member.keys, *member.spans]
    return deepcopy(replay, {id(one): one for one in shared})


def spoilings(written: list[Entry]) -> Iterator[list[Entry]]:
    """Yield what is one thing different from the entries of a call, and impossible."""
    last = written[-1]
    match last.act:
        case acts.UseEntered():
            yield [with_act(last, replace(last.act, conflict=not last.act.conflict))]
        case acts.UseReleased():
            yield [with_act(last, replace(last.act, quantity=last.act.quantity + 1))]
        case acts.LineAuthorised() if any(isinstance(one.act, acts.LineGranted) for one in written):
            yield written[:-1]
            yield [*written[:-1], with_act(last, replace(last.act, quantity=last.act.quantity + 1))]
        case acts.ExportEndorsed() if len(written) > 1:
            yield written[:-1]
            yield reindexed([*written[1:], written[0]])
        case acts.LineReturned():
            yield written[:-1]
            yield [*written[:-1], with_act(last, replace(last.act, quantity=last.act.quantity + 1))]
    if not isinstance(last.act, acts.RecordConfirmed):
        yield [written[0], *reindexed(written, 1)]


def with_act(entry: Entry, said: acts.Act) -> Entry:
    raw = encode(entry.chain_id, entry.contract, entry.time, entry.member, entry.operator, said)
    return decode(raw, entry.index)


def reindexed(entries: list[Entry], by: int = 0) -> list[Entry]:
    first = min(one.index for one in entries) + by
    return [replace(one, index=first + place) for place, one in enumerate(entries)]

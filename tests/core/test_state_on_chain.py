"""The fold against the contracts: what they write folds to what they store, and what they refuse the fold refuses."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any

import pytest

from ledger.chain import abi
from ledger.chain.acts import call, read
from ledger.chain.deploy import Founder, act, deploy_consortium
from ledger.chain.manifest import Manifest
from ledger.chain.node_chain import NodeChain
from ledger.core import acts
from ledger.core.calls import call_of
from ledger.core.entries import decode, encode, entries_of
from ledger.core.merkle import Frontier
from ledger.core.state import JournalContradiction, Replay, Standing
from ledger.errors import Refused
from ledger.keys.account import TransactionAccount
from ledger.node.control import down, up
from tests.journals import AU, CN, NZ, VCCI, a_public_key, thumbprint_of

ACCI = "AU-ACCI"
ADMINISTRATIONS, BODIES = (CN, AU, NZ), (VCCI, ACCI)
MEMBERS = (*ADMINISTRATIONS, *BODIES)
STEPS = 120
STANDINGS = {Standing.ACTIVE: 1, Standing.SUSPENDED: 2, Standing.LEFT: 3}


def account_of(name: str) -> TransactionAccount:
    return TransactionAccount(sha256(name.encode()).digest())


def controller(member: str) -> TransactionAccount:
    return account_of("controller " + member)


def operator(member: str) -> TransactionAccount:
    return account_of("operator " + member)


@dataclass(frozen=True)
class Attempt:
    """A transaction, and the entries that it would have written."""

    account: TransactionAccount
    to: bytes
    calldata: bytes
    member: str
    acts: tuple[acts.Act, ...]


@dataclass
class Walk:
    """A random walk through what members try; some of it is impossible."""

    chain: NodeChain
    manifest: Manifest
    random: Random
    replay: Replay
    proposed: list[acts.Act] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    read_to: int = -1
    waiting: list[Attempt] = field(default_factory=list)
    wanted: acts.Act = field(default_factory=lambda: acts.Executed(0))

    @property
    def registry(self) -> bytes:
        return self.manifest.registries[0].address

    def own(self, function: str, member: str, *arguments: object, said: acts.Act) -> Attempt:
        who = member if self.random.random() < 0.95 else self.random.choice(MEMBERS)
        calldata = call("Consortium", function, member, *arguments)
        return Attempt(controller(who), self.manifest.consortium, calldata, member, (said,))

    def vote(self, member: str, proposal: int, *, approves: bool) -> Attempt:
        return self.own("vote", member, proposal, approves, said=acts.Voted(proposal, approves))

    def execute(self, member: str, proposal: int) -> Attempt:
        one = self.own("execute", member, proposal, said=acts.Executed(proposal))
        carried_out = self.proposed[proposal - 1 : proposal]
        return Attempt(one.account, one.to, one.calldata, member, (*one.acts, *carried_out))

    def decided(self) -> acts.Act:
        """Return something that a vote may decide."""
        member, account = self.random.choice(MEMBERS), controller(self.random.choice(MEMBERS)).address
        known: list[acts.Act] = [
            acts.MemberAdmitted(member, member[:2], 4, account),
            acts.RolesChanged(member, self.random.choice((1, 2, 4, 6, 17))),
            acts.MemberSuspended(member, 24),
            acts.MemberReinstated(member, 0),
            acts.ControllerChanged(member, account),
            acts.RegistryAdmitted(self.registry, 1),
        ]
        return self.random.choice(known)

    def attempt(self) -> Attempt:
        """Return something that somebody might try now."""
        random, now = self.random, self.chain.head().time
        if self.waiting and random.random() < 0.7:
            return self.waiting.pop(0)
        member = random.choice(random.choice((ADMINISTRATIONS, BODIES, BODIES, MEMBERS)))
        number = random.choice((1, 1, 2))
        key, public = thumbprint_of(member, number), a_public_key(member, number)
        tag = sha256(bytes([random.randint(0, 4)])).digest()
        match random.randint(0, 14):
            case 0 | 1:
                member, self.wanted = random.choice((CN, CN, VCCI)), self.decided()
                wanted = call_of(self.wanted) or b""
                said = acts.Proposed(len(self.proposed) + 1, now + 9_000, wanted)
                return self.own("propose", member, wanted, said.expires_at, said=said)
            case 2:
                proposal = random.randint(max(1, len(self.proposed) - 1), len(self.proposed) + 1)
                return self.vote(member, proposal, approves=random.random() < 0.5)
            case 3:
                return self.execute(member, random.randint(1, len(self.proposed) + 1))
            case 4:
                account = operator(member).address
                if random.random() < 0.6:
                    return self.own("addOperator", member, account, said=acts.OperatorAdded(member, account))
                return self.own("removeOperator", member, account, said=acts.OperatorRemoved(member, account))
            case 5:
                registered = acts.KeyRegistered(key, 1, now + 5_000, public.raw)
                return self.own("registerKey", member, key, 1, public.raw, now + 5_000, said=registered)
            case 6:
                return self.an_end(member, key, now)
            case 7 | 8 | 9 | 10:
                return self.anchor(member, key, tag)
            case _:
                status, reason = random.randint(1, 5), random.choice((0, 24, 25))
                at = random.choice((now, now, now + 9_000))
                calldata = abi.change_status(member, tag, status, reason, at)
                changed = acts.StatusChanged(tag, status, reason, at)
                return Attempt(operator(member), self.registry, calldata, member, (changed,))

    def an_end(self, member: str, key: bytes, now: int) -> Attempt:
        match self.random.randint(0, 6):
            case 0 | 1 | 2:
                since = self.random.choice((now - 9, now - 9_000, now + 9_000))
                return self.own("reportCompromise", member, key, since, said=acts.KeyCompromised(key, since))
            case 3 | 4 | 5:
                at, reason = now + self.random.choice((50, 9_000)), self.random.choice((0, 4, 65_535))
                return self.own("retireKey", member, key, at, reason, said=acts.KeyRetired(key, at, reason))
            case _:
                return self.own("resign", member, said=acts.MemberLeft(member, 0))

    def anchor(self, member: str, key: bytes, tag: bytes) -> Attempt:
        document_type = self.random.choice((861, 864, 864, 864))
        document_id = sha256(tag + bytes([self.random.randint(0, 1)])).digest()
        calldata = abi.anchor(member, document_type, 0x0100, key, [(tag, document_id)])
        anchored = acts.RecordAnchored(document_type, 0x0100, key, tag, document_id)
        return Attempt(operator(member), self.registry, calldata, member, (anchored,))

    def step(self) -> None:
        """Try something: what is done must fold, and what is refused must not."""
        one = self.attempt()
        try:
            act(self.chain, one.account, self.manifest.chain_id, one.to, one.calldata)
        except Refused as refusal:
            self.refused[refusal.code] += 1
            if not self.is_refused_by_the_fold(one):
                pytest.fail(f"only the contracts refuse {one.acts} of {one.member}: {refusal}")
            return
        said = one.acts[0]
        if isinstance(said, acts.Proposed):
            self.proposed.append(self.wanted)
            votes = [self.vote(code, said.proposal, approves=True) for code in ADMINISTRATIONS]
            self.waiting += [*votes, self.execute(self.random.choice(ADMINISTRATIONS), said.proposal)]
        self.catch_up()

    def is_refused_by_the_fold(self, one: Attempt) -> bool:
        state, time = deepcopy(self.replay), self.chain.head().time
        for said in one.acts:
            registry = isinstance(said, acts.RecordAnchored | acts.StatusChanged)
            contract = self.registry if registry else self.manifest.consortium
            raw = encode(self.manifest.chain_id, contract, time, one.member, one.account.address, said)
            try:
                state.fold(decode(raw, state.size))
            except JournalContradiction:
                return True
        return False

    def catch_up(self) -> None:
        head = self.chain.head().number
        for event in self.chain.appended(self.read_to + 1, head):
            for entry in entries_of(event, self.manifest.chain_id):
                self.replay.fold(entry)
                self.done[entry.type.name] += 1
        self.read_to = head


@pytest.fixture(scope="module")
def chain_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    home = tmp_path_factory.mktemp("chain")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = up(home, port)
    try:
        yield address.url, address.chain_id
    finally:
        down(home)


def a_walk(url: str, chain_id: int, seed: int) -> Walk:
    founders = [Founder(code, code[:2], 17, controller(code).address) for code in (CN, AU, NZ)]
    nowhere = NodeChain(url, chain_id=chain_id, journal=bytes(20))
    first = nowhere.head().number
    manifest = deploy_consortium(nowhere, account_of(f"deployer {seed}"), chain_id, founders)
    chain = NodeChain(url, chain_id=chain_id, journal=manifest.journal)
    walk = Walk(chain, manifest, Random(seed), Replay(chain_id), read_to=first)
    walk.catch_up()
    bodies = [acts.MemberAdmitted(code, code[:2], 4, controller(code).address) for code in BODIES]
    ready: list[acts.Act] = [acts.RegistryAdmitted(walk.registry, 1), *bodies]
    for number, decided in enumerate(ready, start=1):
        expires = chain.head().time + 9_000
        for member, calldata in (
            (CN, call("Consortium", "propose", CN, call_of(decided), expires)),
            (AU, call("Consortium", "vote", AU, number, True)),
            (NZ, call("Consortium", "vote", NZ, number, True)),
            (NZ, call("Consortium", "execute", NZ, number)),
        ):
            act(chain, controller(member), chain_id, manifest.consortium, calldata)
        walk.proposed.append(decided)
    for code in BODIES:
        for calldata in (
            call("Consortium", "addOperator", code, operator(code).address),
            call("Consortium", "registerKey", code, thumbprint_of(code), 1, a_public_key(code).raw, 0),
        ):
            act(chain, controller(code), chain_id, manifest.consortium, calldata)
    walk.catch_up()
    return walk


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_what_members_do_on_a_real_chain_folds_to_what_the_contracts_store(
    chain_url: tuple[str, int], seed: int
) -> None:
    walk = a_walk(*chain_url, seed)
    for _ in range(STEPS):
        walk.step()
    assert len(walk.done) > 8
    assert len(walk.refused) > 8
    assert_same_as_stored(walk)


def assert_same_as_stored(walk: Walk) -> None:
    chain, replay, consortium = walk.chain, walk.replay, walk.manifest.consortium

    def ask(function: str, *arguments: object) -> tuple[Any, ...]:
        answer = chain.ask_contract(consortium, call("Consortium", function, *arguments))
        return tuple(read("Consortium", function, answer))

    frontier = Frontier()
    for event in chain.appended(0, chain.head().number):
        frontier = frontier.extend(entry.leaf for entry in entries_of(event, walk.manifest.chain_id))
    head = chain.journal_head()
    assert (head.size, head.root) == (replay.size, frontier.root()) == (frontier.size, frontier.root())

    for code in MEMBERS:
        ((economy, roles, standing, account, _),) = ask("memberOf", code)
        member = replay.consortium.members.get(code)
        if member is None:
            assert standing == 0
            continue
        assert (economy.decode(), roles, account) == (
            member.economy,
            member.roles,
            "0x" + member.controller.hex(),
        )
        assert standing == STANDINGS[member.standing]
        for other in MEMBERS:
            address = operator(other).address
            assert ask("isOperator", code, address) == (address in member.operators,)
        for number in (1, 2):
            key = thumbprint_of(code, number)
            known = member.keys.get(key)
            times = (
                (0, 0, 0, 0, 0)
                if known is None
                else (
                    known.notified_at,
                    known.effective_from,
                    known.retired_at or 0,
                    known.compromised_since or 0,
                    known.algorithm,
                )
            )
            assert ask("documentKey", code, key) == (times,)
        tags = [sha256(bytes([place])).digest() for place in range(5)]
        for tag, slot in zip(tags, chain.look(walk.registry, code, tags).records, strict=True):
            record = replay.records.get((walk.registry, code, tag))
            assert slot.status == (0 if record is None else record.status)
            if record is not None:
                assert (slot.commitment, slot.anchored_at) == (record.document_id[:22], record.anchored_at)
    assert ask("activeAdministrations") == (len(replay.consortium.administrations),)
    for number, proposal in replay.consortium.proposals.items():
        ((expires, executed, approvals, wanted),) = ask("proposalOf", number)
        assert (expires, executed, wanted) == (proposal.expires_at, proposal.executed, proposal.call)
        assert approvals.bit_count() == len(proposal.approvals)

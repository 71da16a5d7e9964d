"""A node that is down, slow, broken or lying: never ACCEPT, never "not issued", and all is well once it is honest."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger.core.verdict import CheckName, Outcome, Verdict, Word
from ledger.errors import Unavailable
from ledger.service.ledger import Ledger
from ledger.wiring import open_ledger
from tests.consortium import Consortium
from tests.fakes.spoilt_node import SpoiltNode, a_spoilt_node
from tests.gateways import CUSTOMS, ISSUER, a_fresh_certificate, altered, ask, names, sealed

WORD = 64  # hexadecimal digits
ROOT, COMMITMENT, STATUS = 4, 7, 9  # words in the answer of a registry's ``look``
Disturb = Callable[[SpoiltNode], None]


@dataclass(frozen=True)
class World:
    """A certificate that customs' cache has read about, and the file of that cache."""

    document: bytes
    number: str
    cache: Path
    issuer: Ledger


@pytest.fixture(scope="module")
def world(consortium: Consortium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    cache = tmp_path_factory.mktemp("cache") / "customs.db"
    certificate = a_fresh_certificate(consortium)
    with open_ledger(consortium.settings(ISSUER)) as issuer:
        document = sealed(issuer, certificate)
        with open_ledger(consortium.settings(CUSTOMS, TRADESEAL_STORE_URL=f"sqlite:///{cache}")) as customs:
            assert ask(customs, document=document).word is Word.ACCEPT
        yield World(document, certificate["certificateNumber"], cache, issuer)


@pytest.fixture
def node(consortium: Consortium) -> Iterator[SpoiltNode]:
    with a_spoilt_node(consortium.node.url) as found:
        yield found


def open_customs(consortium: Consortium, node: SpoiltNode, cache: Path) -> Ledger:
    return open_ledger(
        consortium.settings(
            CUSTOMS,
            TRADESEAL_STORE_URL=f"sqlite:///{cache}",
            TRADESEAL_CHAIN_URL=node.url,
            TRADESEAL_CHAIN_TIMEOUT="1",
        )
    )


@pytest.fixture
def customs(consortium: Consortium, world: World, node: SpoiltNode, tmp_path: Path) -> Iterator[Ledger]:
    """A gateway that has read the certificate's record before, and now depends on the spoilt node."""
    shutil.copy(world.cache, tmp_path / "warm.db")
    with open_customs(consortium, node, tmp_path / "warm.db") as ledger:
        yield ledger


@pytest.fixture
def newcomer(consortium: Consortium, node: SpoiltNode, tmp_path: Path) -> Iterator[Ledger]:
    """A gateway that has read nothing yet."""
    with open_customs(consortium, node, tmp_path / "cold.db") as ledger:
        yield ledger


def assert_nothing_is_claimed(verdict: Verdict) -> None:
    assert verdict.word is Word.CANNOT_VERIFY_NOW
    assert names(verdict).isdisjoint({"NUMBER_NOT_FOUND", "LOOK_ALIKE", "NOT_ANCHORED_THEN"})
    assert "Ask again when the ledger answers." in verdict.next


def integrity(verdict: Verdict) -> Outcome:
    return verdict.check(CheckName.INTEGRITY).outcome


# --- nodes that do not answer -----------------------------------------------------------------------------------


def body(content: bytes, status: int = 200) -> Disturb:
    def disturb(node: SpoiltNode) -> None:
        node.body, node.status = content, status

    return disturb


def result(text: bytes) -> Disturb:
    return body(b'{"jsonrpc":"2.0","id":1,"result":' + text + b"}")


def on(method: str, answer: Any) -> Disturb:
    """Answer one method with ``answer``, or with what it makes of the true result."""

    def spoil(asked: str, _params: list[Any], truth: Any) -> Any:
        if asked != method:
            return truth
        return answer(truth) if callable(answer) else answer

    return lambda node: setattr(node, "spoil", spoil)


def cut_off(node: SpoiltNode) -> None:
    node.cut = True


SILENT: dict[str, Disturb] = {
    "nothing": body(b""),
    "text": body(b"<html>502 Bad Gateway</html>", 502),
    "not JSON": body(b'{"result": '),
    "not UTF-8": body(b"\xff\xfe{}"),
    "endless nesting": body(b"[" * 100_000),
    "a list": body(b"[]"),
    "a number": body(b"7"),
    "no result": body(b'{"jsonrpc":"2.0","id":1}'),
    "null": result(b"null"),
    "a list as result": result(b"[]"),
    "an empty quantity": result(b'"0x"'),
    "no hexadecimal": result(b'"0xzz"'),
    "an error": body(b'{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"internal"}}'),
    "an error that is text": body(b'{"jsonrpc":"2.0","id":1,"error":"busy"}'),
    "a broken revert": body(b'{"jsonrpc":"2.0","id":1,"error":{"code":3,"message":"x","data":"0xzz"}}'),
    "half an answer": cut_off,
    "another chain": on("eth_chainId", "0x1"),
    "no contract": on("eth_call", "0x"),
    "a short answer of the contract": on("eth_call", lambda truth: truth[:-WORD]),
}


@pytest.mark.parametrize("disturb", SILENT.values(), ids=SILENT)
def test_a_node_without_a_usable_answer_leaves_what_is_known_and_claims_nothing(
    disturb: Disturb, world: World, node: SpoiltNode, customs: Ledger, newcomer: Ledger
) -> None:
    disturb(node)
    known = ask(customs, document=world.document)
    assert_nothing_is_claimed(known)
    assert integrity(known) is Outcome.PASS
    assert_nothing_is_claimed(ask(customs, issuer=ISSUER, number=world.number))
    assert_nothing_is_claimed(ask(customs, issuer=ISSUER, number="VN-CN 99/99/99999"))
    assert ask(customs, document=altered(world.document)).word is Word.REJECT
    assert_nothing_is_claimed(ask(newcomer, document=world.document))
    node.heal()
    assert ask(customs, document=world.document).word is Word.ACCEPT
    assert ask(newcomer, document=world.document).word is Word.ACCEPT


def test_a_node_that_does_not_answer_in_time_is_not_waited_for(
    world: World, node: SpoiltNode, customs: Ledger
) -> None:
    node.silent = True
    verdict = ask(customs, document=world.document)
    assert_nothing_is_claimed(verdict)
    assert integrity(verdict) is Outcome.PASS
    node.heal()
    assert ask(customs, document=world.document).word is Word.ACCEPT


def test_a_node_that_is_down_leaves_what_is_known(world: World, node: SpoiltNode, customs: Ledger) -> None:
    node.close()
    verdict = ask(customs, document=world.document)
    assert_nothing_is_claimed(verdict)
    assert (integrity(verdict), verdict.check(CheckName.ISSUER).outcome) == (Outcome.PASS, Outcome.PASS)
    assert not customs.health().ready
    assert {str(one["code"]) for one in customs.members()} >= {ISSUER, CUSTOMS}
    for ask_the_chain in (customs.head, lambda: customs.history(ISSUER, world.number), customs.rebuild):
        with pytest.raises(Unavailable):
            ask_the_chain()
    assert len(customs.journal(0, 1_000)) > 0


# --- nodes that lie ---------------------------------------------------------------------------------------------


def word(place: int, value: int) -> Callable[[str], str]:
    """Replace one word of what a contract answers."""

    def spoil(truth: str) -> str:
        start = 2 + place * WORD
        if len(truth) < start + WORD:
            return truth
        return truth[:start] + f"{value:0{WORD}x}" + truth[start + WORD :]

    return spoil


LIES = {
    "another root": word(ROOT, 1),
    "another document": word(COMMITMENT, 1),
    "it is revoked": word(STATUS, 3),
    "there is none": word(STATUS, 0),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_node_that_contradicts_the_journal_is_not_believed(
    lie: Callable[[str], str], world: World, node: SpoiltNode, customs: Ledger
) -> None:
    on("eth_call", lie)(node)
    assert_nothing_is_claimed(ask(customs, document=world.document))
    assert_nothing_is_claimed(ask(customs, issuer=ISSUER, number=world.number))
    node.heal()
    assert ask(customs, document=world.document).word is Word.ACCEPT


def test_a_record_that_only_the_node_knows_of_is_not_believed(
    world: World, node: SpoiltNode, customs: Ledger
) -> None:
    on("eth_call", word(STATUS, 1))(node)
    assert_nothing_is_claimed(ask(customs, issuer=ISSUER, number="VN-CN 99/99/99999"))


def flipped(text: str, place: int) -> str:
    digit = "0" if text[place] != "0" else "1"
    return text[:place] + digit + text[place + 1 :]


EVENTS: dict[str, Callable[[list[Any]], Any]] = {
    "left out": lambda logs: [],
    "another entry": lambda logs: [{**log, "data": flipped(log["data"], -WORD)} for log in logs],
    "another number of entries": lambda logs: [{**log, "data": flipped(log["data"], 2 + 2 * WORD - 1)} for log in logs],
    "too short": lambda logs: [{**log, "data": log["data"][: len(log["data"]) // 2]} for log in logs],
    "told twice": lambda logs: [*logs, *logs],
    "of another contract": lambda logs: [{**log, "address": "0x" + "11" * 20} for log in logs],
    "removed again": lambda logs: [{**log, "removed": True} for log in logs],
    "without topics": lambda logs: [{**log, "topics": []} for log in logs],
    "no list": lambda logs: {},
    "a list of nothing": lambda logs: [None for _ in logs],
}  # fmt: skip


@pytest.mark.parametrize("spoil", EVENTS.values(), ids=EVENTS)
def test_an_event_that_is_not_what_the_contract_counted_is_not_stored(
    spoil: Callable[[list[Any]], Any],
    world: World,
    consortium: Consortium,
    node: SpoiltNode,
    customs: Ledger,
    newcomer: Ledger,
) -> None:
    certificate = a_fresh_certificate(consortium)
    document = sealed(world.issuer, certificate)
    known = len(customs.journal(0, 10_000))
    on("eth_getLogs", spoil)(node)
    for ledger in (customs, newcomer):
        assert_nothing_is_claimed(ask(ledger, document=document))
        assert_nothing_is_claimed(ask(ledger, issuer=ISSUER, number=certificate["certificateNumber"]))
        with pytest.raises(Unavailable):
            ledger.converge()
    assert (len(customs.journal(0, 10_000)), len(newcomer.journal(0, 10_000))) == (known, 0)
    node.heal()
    for ledger in (customs, newcomer):
        assert ask(ledger, document=document).word is Word.ACCEPT


def test_a_history_that_the_chain_tells_otherwise_is_not_told(
    world: World, node: SpoiltNode, customs: Ledger
) -> None:
    customs.converge()
    on("eth_getLogs", EVENTS["another entry"])(node)
    with pytest.raises(Unavailable, match="tradeseal rebuild"):
        customs.history(ISSUER, world.number)
    node.heal()
    assert [line.act for line in customs.history(ISSUER, world.number).lines] == ["RecordAnchored"]

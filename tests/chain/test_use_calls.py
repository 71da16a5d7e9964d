"""Calls about use against the types that the contracts' interface files name, and their answers."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import decode, encode

from ledger.chain import use_calls
from ledger.chain.abi import selector
from ledger.chain.use_calls import Amount, Issue, LineSlot, UseId, UseSlot
from ledger.core.opening import LineTerms, Link, Relation, Terms

TAG, KEY, DOCUMENT, OLD, COMMITMENT = (bytes([place]) * 32 for place in range(1, 6))
MEMBER, CUSTOMS = "CN-MOFCOM", "CN-GACC"
USE = UseId("CN2202", COMMITMENT, 3)
_USE = "(bytes17,bytes32,uint16)"
_AMOUNT = "(uint16,bytes3,uint72)"
_LINK = "(uint8,bytes32,bytes32)"
_TERMS = "(uint8,bool,bytes2[],bytes17[],(bytes3,uint16,uint72)[])"
_ISSUE = f"(uint16,uint16,bytes32,(bytes32,bytes32),{_LINK},{_TERMS})"


def said(call: bytes, function: str, *types: str) -> list[Any]:
    """Return the arguments of a call, texts without their zeros."""
    assert call[:4] == selector(f"{function}({','.join(types)})")
    return [_plain(value) for value in decode(types, call[4:])]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    text = value.rstrip(b"\0") if isinstance(value, bytes) else b""
    return text.decode() if text.isalnum() or b"-" in text else value


def test_a_record_without_terms_and_link_has_empty_ones() -> None:
    call = use_calls.anchor_one(MEMBER, Issue(861, 256, KEY, TAG, DOCUMENT))
    member, issue = said(call, "anchorOne", "bytes32", _ISSUE)
    assert member == MEMBER
    assert issue == (861, 256, KEY, (TAG, DOCUMENT), (0, bytes(32), bytes(32)), (0, False, (), (), ()))


def test_terms_and_link_are_told_in_the_order_of_the_interface() -> None:
    terms = Terms((LineTerms("TNE", 100_000_000, 2),), 5, True, ("CN", "SG"), ("CN2202",))
    issue = Issue(911, 0x300, KEY, TAG, DOCUMENT, Link(Relation.EXTRACT, MEMBER, OLD), terms)
    told = said(use_calls.replace(MEMBER, OLD, 14, issue), "replace", "bytes32", "bytes32", "uint16", _ISSUE)
    spelt = (5, True, ("CN", "SG"), ("CN2202",), (("TNE", 2, 100_000_000),))
    assert told == [MEMBER, OLD, 14, (911, 0x300, KEY, (TAG, DOCUMENT), (3, MEMBER, OLD), spelt)]
    assert said(use_calls.set_terms(MEMBER, TAG, terms), "setTerms", "bytes32", "bytes32", _TERMS)[2] == spelt


@pytest.mark.parametrize(("name", "spell"), [("reserve", use_calls.reserve), ("consume", use_calls.consume)])
def test_what_customs_takes_names_customs_record_use_and_amount(name: str, spell: Any) -> None:
    call = spell(CUSTOMS, MEMBER, TAG, USE, Amount(1, "TNE", 5))
    told = said(call, name, "bytes32", "bytes32", "bytes32", _USE, _AMOUNT)
    assert told == [CUSTOMS, MEMBER, TAG, ("CN2202", COMMITMENT, 3), (1, "TNE", 5)]
    nothing = said(spell(CUSTOMS, MEMBER, TAG, USE), name, "bytes32", "bytes32", "bytes32", _USE, _AMOUNT)
    assert nothing[-1] == (0, bytes(3), 0)


def test_what_follows_a_use_says_how_it_changes() -> None:
    use = ("bytes32", "bytes32", "bytes32", _USE)
    assert said(use_calls.release(CUSTOMS, MEMBER, TAG, USE), "release", *use)[2] == TAG
    call = use_calls.correct(CUSTOMS, MEMBER, TAG, USE, number=2, falls=True, quantity=7, reason=21)
    assert said(call, "correct", *use, "uint8", "bool", "uint72", "uint16")[4:] == [2, True, 7, 21]
    call = use_calls.enter(CUSTOMS, MEMBER, TAG, USE, Amount(1, "TNE", 5), happened_at=9)
    assert said(call, "enter", *use, _AMOUNT, "uint64")[4:] == [(1, "TNE", 5), 9]
    call = use_calls.endorse(CUSTOMS, MEMBER, TAG, "CN2202", [3, 4])
    told = said(call, "endorse", "bytes32", "bytes32", "bytes32", "bytes17", "uint72[]")
    assert told == [CUSTOMS, MEMBER, TAG, "CN2202", (3, 4)]


def test_records_are_confirmed_together() -> None:
    call = use_calls.confirm(MEMBER, [TAG, OLD])
    assert said(call, "confirm", "bytes32", "bytes32[]") == [MEMBER, (TAG, OLD)]


def test_a_line_and_a_use_are_read_as_the_contract_keeps_them() -> None:
    line = encode(["(bytes3,uint16,uint72,uint72,uint72)"], [(b"TNE", 2, 100, 30, 20)])
    assert use_calls.read_line(line) == LineSlot("TNE", 2, 100, 30, 20)
    assert use_calls.read_line(bytes(5 * 32)) == LineSlot("", 0, 0, 0, 0)
    use = encode(["(uint8,uint16,uint72,uint72,uint8,bool,uint72)"], [(2, 1, 0, 20, 1, True, 5)])
    assert use_calls.read_use(use) == UseSlot(2, 1, 0, 20, 1, last_fell=True, last_change=5)
    assert said(use_calls.line_of(MEMBER, TAG, 1), "lineOf", "bytes32", "bytes32", "uint16")[2] == 1
    told = said(use_calls.use_of(CUSTOMS, MEMBER, TAG, USE), "useOf", "bytes32", "bytes32", "bytes32", _USE)
    assert told[0] == CUSTOMS


@pytest.mark.parametrize("answer", [b"", bytes(31), bytes(4 * 32)])
def test_an_answer_that_does_not_fit_is_an_error(answer: bytes) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        use_calls.read_line(answer)
    with pytest.raises(ValueError, match="do not fit"):
        use_calls.read_use(answer)


def test_a_code_that_does_not_fit_is_an_error_before_anything_is_sent() -> None:
    with pytest.raises(ValueError, match="bytes17"):
        use_calls.release(CUSTOMS, MEMBER, TAG, UseId("O" * 18, COMMITMENT))
    with pytest.raises(ValueError, match="72 bits"):
        use_calls.reserve(CUSTOMS, MEMBER, TAG, USE, Amount(1, "TNE", 2**72))

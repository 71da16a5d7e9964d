"""Calldata and answers of the hot calls, spelt by hand.

The layouts are fixed by the Solidity ABI and few; a per-call contract object costs 72 microseconds for each certificate of a
batch, these a fraction of one. A property test holds them to ``eth_abi``. Rare acts go through ``ledger.chain.acts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from ledger.chain.port import JournalHead, Look, RecordSlot

WORD: Final = 32


class MalformedAnswer(ValueError):
    """The bytes are not what the contract's interface promises."""


@cache
def selector(signature: str) -> bytes:
    """Return the first four bytes of Keccak-256 of a function's or error's signature."""
    return topic(signature)[:4]


@cache
def topic(signature: str) -> bytes:
    """Return Keccak-256 of an event's signature."""
    from eth_hash.auto import keccak

    return bytes(keccak(signature.encode()))


APPENDED: Final = "Appended(uint256,address,uint64,uint32,bytes,bytes)"


def _word(value: int) -> bytes:
    return value.to_bytes(WORD, "big")


def _code(member: str) -> bytes:
    return member.encode("ascii").ljust(WORD, b"\0")


def anchor(
    member: str, document_type: int, use_policy: int, key: bytes, anchors: Sequence[tuple[bytes, bytes]]
) -> bytes:
    """Return the call of ``anchor``; ``anchors`` are (number tag, document id), 32 bytes each."""
    head = (
        _code(member) + _word(document_type) + _word(use_policy) + key + _word(5 * WORD) + _word(len(anchors))
    )
    body = b"".join([part for pair in anchors for part in pair])
    if len(body) != 2 * WORD * len(anchors) or len(key) != WORD:
        raise ValueError("key, tags and document ids are 32 bytes each")
    return selector("anchor(bytes32,uint16,uint16,bytes32,(bytes32,bytes32)[])") + head + body


def change_status(member: str, tag: bytes, status: int, reason: int, effective_from: int) -> bytes:
    """Return the call of ``changeStatus``; ``effective_from`` in seconds, 0 for now."""
    call = selector("changeStatus(bytes32,bytes32,uint8,uint16,uint64)")
    return call + _code(member) + tag + _word(status) + _word(reason) + _word(effective_from)


def look(member: str, tags: Sequence[bytes]) -> bytes:
    """Return the call of ``look``."""
    call = selector("look(bytes32,bytes32[])")
    return call + _code(member) + _word(2 * WORD) + _word(len(tags)) + b"".join(tags)


def head() -> bytes:
    """Return the call of the journal's ``head``."""
    return selector("head()")


def read_head(answer: bytes) -> JournalHead:
    """Read the answer of ``head``.

    Raises:
        MalformedAnswer: wrong length.
    """
    if len(answer) != 2 * WORD:
        raise MalformedAnswer(f"head answered {len(answer)} bytes, expected {2 * WORD}")
    return JournalHead(int.from_bytes(answer[:WORD], "big"), answer[WORD:])


def read_look(answer: bytes, count: int) -> Look:
    """Read the answer of ``look`` for ``count`` tags.

    Raises:
        MalformedAnswer: wrong length or offsets.
    """
    words = [answer[start : start + WORD] for start in range(0, len(answer), WORD)]
    if len(answer) != WORD * (7 + 5 * count) or _number(words[0]) != WORD or _number(words[5]) != 5 * WORD:
        raise MalformedAnswer(
            f"look answered {len(answer)} bytes, expected {WORD * (7 + 5 * count)} for {count} tags"
        )
    if _number(words[6]) != count:
        raise MalformedAnswer(f"look answered {_number(words[6])} records, expected {count}")
    records = tuple(
        RecordSlot(
            words[at][:22],
            _number(words[at + 1]),
            _number(words[at + 2]),
            _number(words[at + 3]),
            _number(words[at + 4]),
        )
        for at in range(7, len(words), 5)
    )
    return Look(_number(words[1]), _number(words[2]), JournalHead(_number(words[3]), words[4]), records)


def read_appended(topics: Sequence[bytes], data: bytes) -> tuple[int, bytes, int, int, bytes, bytes]:
    """Read an ``Appended`` event; return first, author, time, count, head, tails.

    Raises:
        MalformedAnswer: another event, or offsets and lengths that do not fit.
    """
    if len(topics) != 3 or topics[0] != topic(APPENDED):
        raise MalformedAnswer("the event is not the journal's Appended")
    time, count = _number(data[:WORD]), _number(data[WORD : 2 * WORD])
    return (
        _number(topics[1]),
        topics[2][12:],
        time,
        count,
        _bytes(data, 2 * WORD),
        _bytes(data, 3 * WORD),
    )


def _number(word: bytes) -> int:
    return int.from_bytes(word, "big")


def _bytes(data: bytes, at: int) -> bytes:
    offset = _number(data[at : at + WORD])
    length = _number(data[offset : offset + WORD])
    found = data[offset + WORD : offset + WORD + length]
    if len(found) != length or offset < 4 * WORD:
        raise MalformedAnswer(f"{length} bytes at {offset} do not fit into {len(data)}")
    return found

"""Strict JSON: one text has one reading, or none.

The profile is what every JSON parser agrees on: UTF-8 without a byte order mark, no member twice, ASCII member names,
strings in NFC without lone surrogates, integers of a magnitude below 2^53, no floats, no exponents, no ``-0``.
The one rule: a text is accepted when two parsers agree on it and the exact reader finds no fault. The fast way in is
only a proof that the exact reader need not look: what serialises back to the same bytes has no member twice.

Nothing is repaired or normalised here, and nothing is known of documents: see ``envelope``.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from ledger.core.problems import Problem

MAX_INTEGER: Final = 2**53 - 1
MAX_REPORTED: Final = 50


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a text is looked at.

    Args:
        size: bytes of the whole text.
        depth: levels of arrays and objects; ``[[]]`` has two.
        disclosures: disclosures of one sealed document.
    """

    size: int = 1_048_576
    depth: int = 16
    disclosures: int = 4_096


DEFAULT: Final = Limits()


class MalformedJson(ValueError):
    """The text is not JSON of the profile; ``problems`` lists what is wrong, in reading order.

    ``code``, ``path`` (a member path, or ``offset 17``), ``what`` and ``expected`` are those of the first problem.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        self.code, self.path, self.what, self.expected = (
            first.code,
            first.path,
            first.value,
            first.expectation,
        )
        super().__init__(
            "; ".join(f"{p.path or 'text'}: {p.value}, expected {p.expectation}" for p in self.problems)
        )


def parse(data: bytes, limits: Limits = DEFAULT) -> Any:
    """Return the value that ``data`` spells.

    Raises:
        MalformedJson: the text is outside the profile or over the limits; all its problems, at most 50.
    """
    if len(data) > limits.size:
        raise _malformed("TOO_LARGE", "", f"{len(data)} bytes", f"at most {limits.size} bytes")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        _read_exactly(data, limits)  # says more than "not JSON" where it can
        raise _malformed("NOT_JSON", f"offset {error.pos}", error.msg, "JSON (RFC 8259)") from None
    if _is_plain(value, limits.depth) and orjson.dumps(value) == data and _is_nfc(data):
        return value
    return _read_exactly(data, limits)


def parse_all(texts: Sequence[bytes], limits: Limits = DEFAULT) -> list[Any]:
    """Return the value of every text; the same as calling ``parse`` for each, and faster for many small ones.

    Raises:
        MalformedJson: the first text that is malformed.
    """
    joined = b"[" + b",".join(texts) + b"]"
    if len(joined) <= limits.size:
        try:
            values = orjson.loads(joined)
        except orjson.JSONDecodeError:
            values = []
        # Each text is compared by itself, since "1],[2" and "3" would also join to something well formed.
        if (
            len(values) == len(texts)
            and _is_plain(values, limits.depth + 1)
            and all(map(bytes.__eq__, map(orjson.dumps, values), texts))
            and _is_nfc(joined)
        ):
            return values  # type: ignore[no-any-return]
    return [parse(text, limits) for text in texts]


def canonical(value: Any, limits: Limits = DEFAULT) -> bytes:
    """Return the RFC 8785 bytes of a value of the profile (members sorted, no spaces).

    Raises:
        MalformedJson: the value is outside the profile, or deeper than the limits allow.
    """
    if _is_plain(value, limits.depth):
        try:
            text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:
            text = b""  # a lone surrogate; found by name below
        if text and _is_nfc(text):
            return text
    problems = list(_faults(value, limits.depth))
    if problems:
        raise MalformedJson(problems)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


_UNSEEN: Final = re.compile("[\u202a-\u202e\u2066-\u2069\u200b-\u200d\u2060\ufeff]")
# The same in UTF-8: two patterns, since one that begins with a fixed byte is found almost at once.
_UNSEEN_BYTES: Final = re.compile(rb"\xe2(?:\x80[\x8b-\x8d\xaa-\xae]|\x81[\xa0\xa6-\xa9])")
_BYTE_ORDER_MARK: Final = re.compile(rb"\xef\xbb\xbf")


def check_text(text: str) -> str | None:
    """Return what makes ``text`` read differently from what it holds, or None.

    That is a bidirectional control, a zero-width character, or a spelling that is not NFC. Documents with such texts
    are not issued; a verifier does not look for them, since it must judge the bytes that were sealed.
    """
    if text.isascii():
        return None
    if found := _UNSEEN.search(text):
        sign = found.group()
        return f"U+{ord(sign):04X} {unicodedata.name(sign, 'unnamed')} at character {found.start() + 1}"
    if not unicodedata.is_normalized("NFC", text):
        return "text that is not in Unicode normal form C"
    return None


def may_deceive(text: bytes) -> bool:
    """Tell whether a text that ``canonical`` returned may hold a string in which ``check_text`` finds something."""
    return not text.isascii() and bool(_UNSEEN_BYTES.search(text) or _BYTE_ORDER_MARK.search(text))


def check_texts(value: Any) -> list[Problem]:
    """Return what ``check_text`` finds in every text of a value, by path; for values that are about to be issued."""
    problems: list[Problem] = []
    stack: list[tuple[Any, str]] = [(value, "")]
    while stack and len(problems) < MAX_REPORTED:
        node, path = stack.pop()
        if isinstance(node, dict):
            stack.extend((child, f"{path}.{name}" if path else str(name)) for name, child in node.items())
        elif isinstance(node, list):
            stack.extend((child, f"{path}[{index}]") for index, child in enumerate(node))
        elif isinstance(node, str) and (found := check_text(node)):
            _add(problems, "TEXT_NOT_AS_IT_LOOKS", path, found, "text that reads as it is stored")
    return problems


# --- the fast way: prove that nothing can be wrong -------------------------------------------------------------------


def _is_plain(value: Any, depth: int) -> bool:
    """Tell whether only types, integers, member names and levels of the profile occur; texts are not looked into."""
    level: list[Any] = [[value]]
    for _ in range(depth + 1):
        deeper = []
        for node in level:
            if type(node) is dict:
                for name in node:
                    if type(name) is not str or not name.isascii():
                        return False
                children: Any = node.values()
            else:
                children = node
            for child in children:
                kind = type(child)
                if kind is str or child is None or kind is bool:
                    continue
                if kind is dict or kind is list:
                    deeper.append(child)
                elif kind is not int or not -MAX_INTEGER <= child <= MAX_INTEGER:
                    return False
        if not deeper:
            return True
        level = deeper
    return False


def _is_nfc(text: bytes) -> bool:
    """Tell whether a text that the serialiser wrote has only NFC strings; False may also mean "look closer".

    NFC is closed under taking substrings (UAX 15), the serialiser escapes nothing beyond ASCII, and no quote,
    backslash or control character composes with what follows it, so the whole text may be tested at once.
    """
    return text.isascii() or unicodedata.is_normalized("NFC", text.decode())


# --- the exact way: read every sign and name every fault -------------------------------------------------------------


class _Members(list[tuple[str, Any]]):
    """The members of an object as written, repetitions included."""


@dataclass(frozen=True, slots=True)
class _Number:
    """A number that the profile does not have, as written."""

    text: str
    code: str
    expected: str


_TOKEN: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)


def _read_exactly(data: bytes, limits: Limits) -> Any:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed("NOT_UTF8", f"offset {error.start}", error.reason, "UTF-8") from None
    if text.startswith("\ufeff"):
        raise _malformed("BYTE_ORDER_MARK", "offset 0", "a byte order mark", "none")
    _check_depth(text, limits.depth)
    try:
        tree = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _malformed("NOT_JSON", f"offset {error.pos}", error.msg, "JSON (RFC 8259)") from None
    problems: list[Problem] = []
    value = _plain(tree, "", problems)
    if problems:
        raise MalformedJson(problems)
    return value


def _check_depth(text: str, allowed: int) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        sign = token.group()
        if sign in "[{":
            depth += 1
            if depth > allowed:
                raise _malformed(
                    "TOO_DEEP", f"offset {token.start()}", f"level {depth}", f"at most {allowed} levels"
                )
        elif sign in "]}":
            depth -= 1


def _plain(node: Any, path: str, problems: list[Problem]) -> Any:
    """Return ``node`` as plain values; what is outside the profile goes to ``problems``. Depth is already bounded."""
    if isinstance(node, _Members):
        members: dict[str, Any] = {}
        for name, child in node:
            place = f"{path}.{name}" if path else name
            _check_name(name, place, problems)
            if name in members:
                _add(problems, "DUPLICATE_MEMBER", place, "the member twice", "each member once")
            members[name] = _plain(child, place, problems)
        return members
    if isinstance(node, list):
        return [_plain(child, f"{path}[{index}]", problems) for index, child in enumerate(node)]
    if isinstance(node, str):
        _check_string(node, path, problems)
    elif isinstance(node, _Number):
        _add(problems, node.code, path, node.text[:40], node.expected)
    return node


def _faults(value: Any, depth: int) -> Iterator[Problem]:
    """Yield what keeps a Python value out of the profile."""
    problems: list[Problem] = []
    stack: list[tuple[Any, str, int]] = [(value, "", 0)]
    while stack and len(problems) < MAX_REPORTED:
        node, path, level = stack.pop()
        if type(node) in (dict, list) and level == depth:
            _add(problems, "TOO_DEEP", path, f"level {level + 1}", f"at most {depth} levels")
        elif type(node) is dict:
            for name, child in node.items():
                place = f"{path}.{name}" if path else str(name)
                _check_name(name, place, problems)
                stack.append((child, place, level + 1))
        elif type(node) is list:
            stack.extend((child, f"{path}[{index}]", level + 1) for index, child in enumerate(node))
        elif type(node) is str:
            _check_string(node, path, problems)
        elif type(node) is int:
            if abs(node) > MAX_INTEGER:
                _add(problems, "INTEGER_TOO_LARGE", path, f"a number of {node.bit_length()} bits", _SMALL)
        elif node is not None and type(node) is not bool:
            code = "FLOAT" if type(node) is float else "NOT_JSON"
            _add(
                problems,
                code,
                path,
                f"a {type(node).__name__}",
                "text, integer, boolean, null, array or object",
            )
    yield from problems


def _check_name(name: Any, place: str, problems: list[Problem]) -> None:
    if not isinstance(name, str) or not name.isascii():
        shown = ascii(place)[1:-1]
        _add(problems, "NAME_NOT_ASCII", shown, f"member name {name!a}", "member names in ASCII")


def _check_string(text: str, path: str, problems: list[Problem]) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        _add(problems, "LONE_SURROGATE", path, f"U+{ord(text[error.start]):04X}", "surrogates only in pairs")
        return
    if not unicodedata.is_normalized("NFC", text):
        _add(problems, "NOT_NFC", path, ascii(text[:40])[1:-1], "text in Unicode normal form C")


_SMALL: Final = "an integer between -(2^53-1) and 2^53-1"
_NO_FLOAT: Final = 'an integer, or a decimal as text such as "12.50"'


def _integer(text: str) -> int | _Number:
    if text == "-0":
        return _Number(text, "NEGATIVE_ZERO", "0")
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        return _Number(text, "INTEGER_TOO_LARGE", _SMALL)
    return int(text)


def _float(text: str) -> _Number:
    return _Number(text, "FLOAT", _NO_FLOAT)


def _constant(text: str) -> _Number:
    return _Number(text, "NOT_JSON", "a JSON number")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_Members, parse_int=_integer, parse_float=_float, parse_constant=_constant
)


def _add(problems: list[Problem], code: str, path: str, what: str, expected: str) -> None:
    if len(problems) < MAX_REPORTED:
        problems.append(Problem(path, what, expected, code=code))


def _malformed(code: str, path: str, what: str, expected: str) -> MalformedJson:
    return MalformedJson([Problem(path, what, expected, code=code)])

"""Layouts: the pieces that entries are spelt of: texts, codes and fixed layouts. Section 3 of ``docs/spec/journal.md``."""

from __future__ import annotations

import re
from collections.abc import Callable
from struct import Struct
from typing import Any, Final

from ledger.core.acts import Act

CODE: Final = re.compile(rb"[!-~]{1,32}\x00*")
ROLES: Final = 1 | 2 | 4 | 8 | 16

Reader = Callable[[bytes], tuple[bytes, Act]]
"""Reads an entry's detail; returns its subject, 32 bytes, and the act."""

Speller = Callable[[Any], bytes]
"""Spells an act as an entry's detail."""


class MalformedEntry(ValueError):
    """The bytes are not an entry; the message says what is and what was expected."""


def code_bytes(code: str) -> bytes:
    """Return a member's code as 32 bytes, padded with zeros.

    Raises:
        MalformedEntry: not 1 to 32 printable ASCII characters.
    """
    data = code.encode("ascii", "replace")
    if not CODE.fullmatch(data) or not code.isascii():
        raise MalformedEntry(f"member code is {code[:40]!r}, expected 1 to 32 printable ASCII characters")
    return data.ljust(32, b"\0")


def text(data: bytes, what: str) -> str:
    """Return ASCII text that was padded with zeros at its end; else MalformedEntry."""
    if not CODE.fullmatch(data):
        raise MalformedEntry(f"{what} is {data.hex()}, expected printable ASCII followed by zeros")
    return data.rstrip(b"\0").decode("ascii")


def known(value: int, values: Any, what: str) -> int:
    """Return a code that is one of ``values``; else MalformedEntry."""
    if value not in values:
        raise MalformedEntry(f"{what} is {value}, expected one of the specification's")
    return value


def unpack(layout: Struct, detail: bytes) -> tuple[Any, ...]:
    """Return the members of a detail of exactly that layout; else MalformedEntry."""
    if len(detail) != layout.size:
        raise MalformedEntry(f"detail is {len(detail)} bytes, expected {layout.size}")
    return layout.unpack(detail)


def economy(data: bytes) -> str:
    """Return an ISO 3166-1 alpha-2 code; else MalformedEntry."""
    if not (data.isalpha() and data.isupper() and data.isascii()):
        raise MalformedEntry(f"economy is {data!r}, expected two letters")
    return data.decode("ascii")


def roles(value: int) -> int:
    """Return a set of roles as bits; else MalformedEntry."""
    if value & ~ROLES:
        raise MalformedEntry(f"roles are {value:#x}, expected bits of {ROLES:#x}")
    return value

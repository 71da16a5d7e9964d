"""Numbers: how a certificate's printed number becomes the tag under which the chain knows it.

The one rule: two spellings that a person would call the same number have one normalised form, and two that a
person could tell apart never do. Look-alikes (O and 0) are different numbers: they may be suggested, never
accepted. The algorithm is published in ``docs/spec/number-tag.md``. Who may hold a tag key is not decided
here: see ``ledger.keys``.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterator
from itertools import combinations, islice, product
from typing import Final

from ledger.core.problems import Problem

MAX_LENGTH: Final = 70
"""Characters of a normalised number (WCO element D014 is an..70)."""

TAG_KEY_LENGTH: Final = 32

_INVISIBLE: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})
_NOT_TEXT: Final = {
    "Cs": "a lone surrogate",
    "Co": "a private-use character",
    "Cn": "an unassigned code point",
}
# Default-ignorable characters whose category alone would keep them: joiners, fillers and variation selectors.
_IGNORABLE: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | {
    chr(c) for c in range(0xFE00, 0xFE10)
}
_DASHES: Final = frozenset(
    "\u2212\u2043\u02d7"
)  # minus, hyphen bullet and modifier minus are not in category Pd
_PLAIN: Final = re.compile(r"[0-9A-Z./()_,:;+*&#-]{1,70}", re.ASCII)
_ROUNDS: Final = 4

_LOOK_ALIKES: Final = ("0O", "1IL", "5S", "8B")
_ALTERNATIVES: Final = {sign: group.replace(sign, "") for group in _LOOK_ALIKES for sign in group}
_FOLD: Final = str.maketrans({sign: group[0] for group in _LOOK_ALIKES for sign in group})


class UnusableNumber(ValueError):
    """The text cannot be a certificate number; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def normalise(text: str) -> str:
    """Return the normalised form of a number as printed: 1 to 70 characters, without spaces, in upper case.

    NFKC, then spaces, controls and invisible characters out, every dash to ``-``, upper case; repeated until
    nothing changes, so normalising twice is normalising once.

    Raises:
        UnusableNumber: nothing or more than 70 characters are left, or a character has no settled meaning
            (unassigned, private use, lone surrogate).
    """
    # What an ASCII number loses below is its spaces and its lower case.
    plain = text.replace(" ", "").upper() if text.isascii() else ""
    if _PLAIN.fullmatch(plain):
        return plain
    now = text
    for _ in range(_ROUNDS):
        before, now = now, _step(now)
        if now == before:
            return _measured(now, text)
    raise UnusableNumber(_problem(text, "a text whose upper-case form is stable", "NUMBER_UNUSABLE"))


def tag(tag_key: bytes, kind: int, normalised: str) -> bytes:
    """Return the 32-byte number tag: HMAC-SHA-256 under ``tag_key`` of the kind byte and the number in UTF-8.

    Args:
        tag_key: 32 secret bytes of the issuing body, shared with partner customs.
        kind: kind of document, 1 to 255 (1 origin, 2 licence, 3 AEO).
        normalised: a number as ``normalise`` returns it.
    """
    if len(tag_key) != TAG_KEY_LENGTH:
        raise ValueError(f"tag key is {len(tag_key)} bytes, expected {TAG_KEY_LENGTH}")
    if not 1 <= kind <= 255:
        raise ValueError(f"kind is {kind}, expected 1 to 255")
    return hmac.digest(tag_key, bytes([kind]) + normalised.encode(), "sha256")


def declaration_commitment(key: bytes, office: str, normalised: str) -> bytes:
    """Return the 32 bytes that stand for a declaration of an office: HMAC-SHA-256 under the customs member's own key.

    Args:
        key: 32 secret bytes that never leave the customs member.
        office: 1 to 17 characters. normalised: the declaration's number as ``normalise`` returns it.
    """
    if len(key) != TAG_KEY_LENGTH:
        raise ValueError(f"declaration key is {len(key)} bytes, expected {TAG_KEY_LENGTH}")
    return hmac.digest(key, office.encode() + b"\0" + normalised.encode(), "sha256")


def look_alikes(normalised: str, limit: int = 64) -> Iterator[str]:
    """Yield numbers that differ only in O/0, I/1/L, S/5 or B/8; fewest differences first, at most ``limit``.

    They are candidates for a suggestion when a second key matches too. Accepting one would let a guess
    through.
    """
    return islice(_substituted(normalised), limit)


def fold_look_alikes(normalised: str) -> str:
    """Return the form that all look-alikes of a number share; for suggestions, never an identity."""
    return normalised.translate(_FOLD)


def _step(text: str) -> str:
    signs = []
    for sign in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(sign)
        if category in _NOT_TEXT:
            expectation = f"a number without {_NOT_TEXT[category]} (U+{ord(sign):04X})"
            raise UnusableNumber(_problem(text, expectation, "NUMBER_UNUSABLE"))
        if category in _INVISIBLE or sign in _IGNORABLE:
            continue
        signs.append("-" if category == "Pd" or sign in _DASHES else sign)
    return unicodedata.normalize("NFKC", "".join(signs).upper())


def _measured(normalised: str, text: str) -> str:
    if not normalised:
        raise UnusableNumber(_problem(text, "at least one visible character", "NUMBER_EMPTY"))
    if len(normalised) > MAX_LENGTH:
        expectation = f"at most {MAX_LENGTH} characters without spaces, not {len(normalised)}"
        raise UnusableNumber(_problem(text, expectation, "NUMBER_TOO_LONG"))
    return normalised


def _problem(text: str, expectation: str, code: str) -> Problem:
    return Problem("certificateNumber", ascii(text[:80])[1:-1], expectation, code=code)


def _substituted(normalised: str) -> Iterator[str]:
    places = [place for place, sign in enumerate(normalised) if sign in _ALTERNATIVES]
    for count in range(1, len(places) + 1):
        for chosen in combinations(places, count):
            for signs in product(*(_ALTERNATIVES[normalised[place]] for place in chosen)):
                text = list(normalised)
                for place, sign in zip(chosen, signs, strict=True):
                    text[place] = sign
                yield "".join(text)

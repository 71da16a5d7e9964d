"""Selective disclosure: hide members of a JSON value behind salted digests, and put disclosed ones back.

This is the processing of RFC 9901 (sections 4.2 and 7.1) for SHA-256, and nothing else: no JOSE header, no signature, no
profile of ours beyond the strict reading of JSON. The one rule: every disclosure is used exactly once, or all is refused.

What may be hidden, and what the members mean, is not known here: see ``envelope``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import orjson

from ledger.core.jose import (
    BASE64URL_ALPHABET,
    decode_checked_base64url,
    encode_base64url,
    encode_digests,
    is_base64url,
)
from ledger.core.strictjson import DEFAULT, Limits, MalformedJson, parse_all

DIGESTS: Final = "_sd"
ELEMENT: Final = "..."
DIGEST_ALGORITHM: Final = "_sd_alg"
RESERVED: Final = frozenset({DIGESTS, ELEMENT, DIGEST_ALGORITHM})
SALT_BYTES: Final = 16
_SALT_SIGNS: Final = 22  # 128 bits in base64url
_DIGEST_SIGNS: Final = 43

Path = tuple[str | int, ...]
"""Member names and array indices (from 0) from the root of a value."""


class MalformedDisclosure(ValueError):
    """The disclosures do not fit the value; ``code`` is the stable name of the rule that is broken."""

    def __init__(self, code: str, what: str, expected: str) -> None:
        self.code, self.what, self.expected = code, what, expected
        super().__init__(f"{what}, expected {expected}")


class Disclosed(NamedTuple):
    """A member, or an element of an array, that was behind a digest and is back in its place."""

    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What ``restore`` found.

    Args:
        disclosed: what was put back, outer before inner.
        withheld: for every digest without a disclosure (or decoy), the path of the object or array that holds it.
    """

    disclosed: tuple[Disclosed, ...]
    withheld: tuple[Path, ...]


Contents = tuple[str | None, Any]
"""Member name (None for an element of an array) and value of a disclosure."""


def digest_of(disclosure: bytes) -> str:
    """Return the base64url digest of an encoded disclosure (RFC 9901 section 4.2.3)."""
    return digests_of([disclosure])[0]


def digests_of(disclosures: Iterable[bytes]) -> list[str]:
    """Return the digests of encoded disclosures, in their order."""
    return encode_digests([hashlib.sha256(disclosure).digest() for disclosure in disclosures])


def read_disclosures(encoded: Sequence[bytes], limits: Limits = DEFAULT) -> dict[str, Contents]:
    """Return the contents of encoded disclosures by their digests.

    Raises:
        MalformedDisclosure: too many, not base64url, not an array of the profile of two or three, the same one twice,
            a salt under 128 bits or used twice, a reserved member name.
    """
    if len(encoded) > limits.disclosures:
        raise MalformedDisclosure(
            "TOO_MANY_DISCLOSURES", f"{len(encoded)} disclosures", f"at most {limits.disclosures}"
        )
    try:
        values = parse_all(_decoded(encoded), limits)
    except MalformedJson as error:
        raise MalformedDisclosure(
            "DISCLOSURE_JSON", f"in a disclosure {error}", "JSON of the profile"
        ) from None
    contents = [_contents(value, number) for number, value in enumerate(values, 1)]
    found = dict(zip(digests_of(encoded), contents, strict=True))
    salts = {value[0] for value in values}
    if len(found) != len(encoded):
        raise MalformedDisclosure("DISCLOSURE_TWICE", "the same disclosure more than once", "each one once")
    if len(salts) != len(encoded):
        raise MalformedDisclosure("SALT_TWICE", "two disclosures with one salt", "a fresh salt for each")
    return found


def restore(payload: dict[str, Any], contents: Mapping[str, Contents], limits: Limits = DEFAULT) -> Restored:
    """Put what ``contents`` discloses into its places in ``payload``, in place, and drop all digests.

    ``_sd_alg`` at the root is left for the caller to judge.

    Raises:
        MalformedDisclosure: what RFC 9901 section 7.1 says must be rejected, or more levels than the limits allow.
    """
    work = _Restoration(dict(contents), limits.depth)
    work.visit_object(payload, (), 1)
    if work.unused:
        raise MalformedDisclosure(
            "DISCLOSURE_UNREFERENCED", f"{len(work.unused)} disclosures that no digest refers to", "none"
        )
    return Restored(tuple(work.disclosed), tuple(work.withheld))


class Frame:
    """Which members of an object get hidden: patterns such as ``exporter`` or ``items[*].fob``.

    A pattern names members by dots and all elements of an array by ``[*]``; what a value lacks is not an error.
    A pattern may lie within another one: ``exporter`` and ``exporter.name`` nest the disclosures.
    """

    __slots__ = ("_root", "patterns")

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(patterns)
        self._root = _Fold(hidden=False, inner={})
        for pattern in self.patterns:
            fold = self._root
            for step in split_pattern(pattern):
                fold = fold.inner.setdefault(step, _Fold(hidden=False, inner={}))
            fold.hidden = True

    def apply(
        self, value: dict[str, Any], salts: Callable[[int], bytes]
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Return a copy of ``value`` with digests in place of the hidden members, and the encoded disclosures.

        Args:
            salts: called once per hidden member with 16; must return that many fresh random bytes, or more.

        Raises:
            MalformedDisclosure: a reserved member name, a short or repeated salt, an array where the frame has an
                object or the other way round.
        """
        folding = _Folding(salts)
        folded = folding.fold(value, self._root)
        if len(set(folding.salts)) != len(folding.salts):
            raise MalformedDisclosure("SALT_TWICE", "a salt used twice", "a fresh salt for each disclosure")
        return folded, folding.disclosures


def split_pattern(pattern: str) -> tuple[str, ...]:
    """Return the steps of ``a[*].b`` as ``("a", "[*]", "b")``; ``a[2]`` gives ``("a", "2")``.

    Raises:
        MalformedDisclosure: not a path, or a path to a reserved name.
    """
    steps: list[str] = []
    for part in pattern.split("."):
        name, *indices = part.split("[")
        steps.append(name)
        for index in indices:
            inner = index[:-1]
            if index[-1:] != "]" or not (inner == "*" or (inner.isascii() and inner.isdigit())):
                raise MalformedDisclosure("NOT_A_PATH", repr(pattern), "a path such as items[*].fob")
            steps.append("[*]" if inner == "*" else inner)
        if not name or name in RESERVED:
            raise MalformedDisclosure("NOT_A_PATH", repr(pattern), "a path such as items[*].fob")
    return tuple(steps)


def spell(path: Path) -> str:
    """Return a path as people write it: ``items[2].fob``."""
    text = ""
    for step in path:
        text += f"[{step}]" if type(step) is int else f".{step}" if text else str(step)
    return text


# --- reading ---------------------------------------------------------------------------------------------------------


def _decoded(encoded: Sequence[bytes]) -> list[bytes]:
    known = not b"".join(encoded).translate(None, BASE64URL_ALPHABET)  # one look at all of them
    texts = []
    for number, part in enumerate(encoded, 1):
        text = decode_checked_base64url(part) if known or is_base64url(part) else None
        if not text:
            raise MalformedDisclosure(
                "DISCLOSURE_ENCODING", f"disclosure {number}", "canonical base64url without padding"
            )
        texts.append(text)
    return texts


def _contents(value: Any, number: int) -> Contents:
    if type(value) is not list or len(value) not in (2, 3):
        raise MalformedDisclosure(
            "DISCLOSURE_SHAPE", f"disclosure {number}", "[salt, name, value] or [salt, value]"
        )
    salt = value[0]
    if type(salt) is not str or len(salt) < _SALT_SIGNS or not is_base64url(salt.encode()):
        raise MalformedDisclosure(
            "SALT_SHORT", f"the salt of disclosure {number}", "at least 128 bits in base64url"
        )
    if len(value) == 2:
        return None, value[1]
    name = value[1]
    if type(name) is not str or not name.isascii():
        raise MalformedDisclosure("DISCLOSURE_SHAPE", f"the name of disclosure {number}", "ASCII text")
    if name in RESERVED:
        raise MalformedDisclosure(
            "DISCLOSURE_NAME", f"disclosure {number} is named {name}", "no reserved name"
        )
    return name, value[2]


class _Restoration:
    """One walk over a payload; recursion is bounded by ``depth`` levels."""

    __slots__ = ("depth", "disclosed", "seen", "unused", "withheld")

    def __init__(self, unused: dict[str, Contents], depth: int) -> None:
        self.unused = unused
        self.depth = depth
        self.seen: set[str] = set()
        self.disclosed: list[Disclosed] = []
        self.withheld: list[Path] = []

    def visit_object(self, node: dict[str, Any], path: Path, level: int) -> None:
        if level > self.depth:
            raise self._too_deep(path)
        if ELEMENT in node:
            raise MalformedDisclosure("DIGEST_PLACE", f"a member ... at {spell(path) or 'the root'}", "none")
        digests = node.pop(DIGESTS, None)
        for name, child in node.items():
            if type(child) is dict:
                self.visit_object(child, (*path, name), level + 1)
            elif type(child) is list:
                self._visit_array(child, (*path, name), level + 1)
        if digests is None:
            return
        if type(digests) is not list or not digests:
            raise MalformedDisclosure(
                "DIGEST_SHAPE", f"_sd at {spell(path) or 'the root'}", "an array of digests"
            )
        for digest in digests:
            contents = self._take(digest, path)
            if contents is None:
                continue
            name_or_none, value = contents
            if name_or_none is None:
                raise MalformedDisclosure(
                    "DISCLOSURE_SHAPE", f"an element in {spell(path)}", "[salt, name, value]"
                )
            if name_or_none in node:
                place = spell((*path, name_or_none))
                raise MalformedDisclosure("DISCLOSURE_OVERWRITES", f"{place} twice", "each member once")
            node[name_or_none] = value
            self._put(value, (*path, name_or_none), digest, level)

    def _visit_array(self, node: list[Any], path: Path, level: int) -> None:
        if level > self.depth:
            raise self._too_deep(path)
        kept: list[Any] = []
        for element in node:
            if type(element) is dict and ELEMENT in element:
                if len(element) != 1:
                    raise MalformedDisclosure("DIGEST_PLACE", f"members beside ... in {spell(path)}", "none")
                contents = self._take(element[ELEMENT], path)
                if contents is None:
                    continue
                name, value = contents
                if name is not None:
                    raise MalformedDisclosure(
                        "DISCLOSURE_SHAPE", f"a member in {spell(path)}", "[salt, value]"
                    )
                self._put(value, (*path, len(kept)), element[ELEMENT], level)
                kept.append(value)
                continue
            if type(element) is dict:
                self.visit_object(element, (*path, len(kept)), level + 1)
            elif type(element) is list:
                self._visit_array(element, (*path, len(kept)), level + 1)
            kept.append(element)
        node[:] = kept

    def _take(self, digest: Any, path: Path) -> Contents | None:
        if type(digest) is not str or len(digest) != _DIGEST_SIGNS:
            raise MalformedDisclosure(
                "DIGEST_SHAPE", f"a digest at {spell(path)}", f"{_DIGEST_SIGNS} signs of text"
            )
        if digest in self.seen:
            raise MalformedDisclosure("DIGEST_TWICE", f"digest {digest} more than once", "each digest once")
        self.seen.add(digest)
        contents = self.unused.pop(digest, None)
        if contents is None:
            self.withheld.append(path)
        return contents

    def _put(self, value: Any, path: Path, digest: str, level: int) -> None:
        self.disclosed.append(Disclosed(path, digest))
        if type(value) is dict:
            self.visit_object(value, path, level + 1)
        elif type(value) is list:
            self._visit_array(value, path, level + 1)

    def _too_deep(self, path: Path) -> MalformedDisclosure:
        return MalformedDisclosure(
            "TOO_DEEP", f"level {self.depth + 1} at {spell(path)}", f"at most {self.depth} levels"
        )


# --- hiding ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Fold:
    """One step of a frame: is it hidden, and what is hidden within it."""

    hidden: bool
    inner: dict[str, _Fold]


class _Folding:
    """One application of a frame; every hidden member gets a salt of its own."""

    __slots__ = ("_next", "disclosures", "salts")

    def __init__(self, salts: Callable[[int], bytes]) -> None:
        self._next = salts
        self.salts: list[bytes] = []
        self.disclosures: list[bytes] = []

    def fold(self, value: Any, fold: _Fold) -> Any:
        """Return ``value`` with digests in place of what ``fold`` hides within it; a copy as far as it differs."""
        if value is None or not fold.inner:
            return value
        if "[*]" in fold.inner:
            if type(value) is not list or len(fold.inner) != 1:
                raise MalformedDisclosure(
                    "FRAME", f"a {type(value).__name__} where the frame has [*]", "an array"
                )
            return self._fold_array(value, fold.inner["[*]"])
        if type(value) is not dict:
            raise MalformedDisclosure(
                "FRAME", f"a {type(value).__name__} where the frame has members", "an object"
            )
        return self._fold_object(value, fold.inner)

    def _fold_array(self, value: list[Any], inner: _Fold) -> list[Any]:
        elements = [self.fold(element, inner) for element in value]
        if not inner.hidden:
            return elements
        hidden = [self._disclosure([self._salt(), element]) for element in elements]
        return [{ELEMENT: digest} for digest in digests_of(hidden)]

    def _fold_object(self, value: dict[str, Any], inner: dict[str, _Fold]) -> dict[str, Any]:
        folded = dict(value)
        hidden = []
        for name, fold in inner.items():
            if name not in folded:
                continue
            child = self.fold(folded[name], fold) if fold.inner else folded[name]
            if fold.hidden:
                hidden.append(self._disclosure([self._salt(), name, child]))
                del folded[name]
            else:
                folded[name] = child
        if hidden:
            # in the order of the digests, which says nothing of the order of the members
            folded[DIGESTS] = sorted(digests_of(hidden))
        return folded

    def _salt(self) -> str:
        salt = self._next(SALT_BYTES)
        if len(salt) < SALT_BYTES:
            raise MalformedDisclosure("SALT_SHORT", f"a salt of {len(salt)} bytes", f"at least {SALT_BYTES}")
        self.salts.append(salt)
        return encode_base64url(salt).decode("ascii")

    def _disclosure(self, content: list[Any]) -> bytes:
        encoded = encode_base64url(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))
        self.disclosures.append(encoded)
        return encoded

"""Selective disclosure: hide members of a JSON value behind salted digests, and put disclosed ones back.

This is the processing of RFC 9901 (sections 4.2 and 7.1) for SHA-256, and nothing else: no JOSE header, no signature, no
profile of ours beyond the strict reading of JSON. The one rule: every disclosure is used exactly once, or all is refused.

What may be hidden, and what the members mean, is not known here: see ``envelope``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from ledger.core.jose import BASE64URL_ALPHABET, decode_checked_base64url, encode_base64url, from_base64url
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


@dataclass(frozen=True, slots=True)
class Disclosed:
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
    return encode_base64url(hashlib.sha256(disclosure).digest()).decode("ascii")


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
    texts = []
    for number, part in enumerate(encoded, 1):
        text = None if part.translate(None, BASE64URL_ALPHABET) else decode_checked_base64url(part)
        if not text:
            raise MalformedDisclosure(
                "DISCLOSURE_ENCODING", f"disclosure {number}", "canonical base64url without padding"
            )
        texts.append(text)
    try:
        values = parse_all(texts, limits)
    except MalformedJson as error:
        raise MalformedDisclosure(
            "DISCLOSURE_JSON", f"in a disclosure {error}", "JSON of the profile"
        ) from None
    found: dict[str, Contents] = {}
    salts = set()
    for number, (part, value) in enumerate(zip(encoded, values, strict=True), 1):
        found[digest_of(part)] = _contents(value, number)
        salts.add(value[0])
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
    work.visit(payload, (), 1)
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
        disclosures: list[bytes] = []
        folded = _fold(value, self._root, _fresh(salts), disclosures)
        return folded, disclosures


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


def _contents(value: Any, number: int) -> Contents:
    if type(value) is not list or len(value) not in (2, 3):
        raise MalformedDisclosure(
            "DISCLOSURE_SHAPE", f"disclosure {number}", "[salt, name, value] or [salt, value]"
        )
    salt = value[0]
    if type(salt) is not str or len(salt) < _SALT_SIGNS or from_base64url(salt.encode()) is None:
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

    def visit(self, node: Any, path: Path, level: int) -> None:
        if level > self.depth:
            raise MalformedDisclosure(
                "TOO_DEEP", f"level {level} at {spell(path)}", f"at most {self.depth} levels"
            )
        if type(node) is dict:
            self._visit_object(node, path, level)
        else:
            self._visit_array(node, path, level)

    def _visit_object(self, node: dict[str, Any], path: Path, level: int) -> None:
        if ELEMENT in node:
            raise MalformedDisclosure("DIGEST_PLACE", f"a member ... at {spell(path) or 'the root'}", "none")
        digests = node.pop(DIGESTS, None)
        for name, child in node.items():
            kind = type(child)
            if kind is dict or kind is list:
                self.visit(child, (*path, name), level + 1)
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
        kept: list[Any] = []
        for element in node:
            kind = type(element)
            if kind is dict and ELEMENT in element:
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
            if kind is dict or kind is list:
                self.visit(element, (*path, len(kept)), level + 1)
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
        kind = type(value)
        if kind is dict or kind is list:
            self.visit(value, path, level + 1)


# --- hiding ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Fold:
    """One step of a frame: is it hidden, and what is hidden within it."""

    hidden: bool
    inner: dict[str, _Fold]


def _fresh(salts: Callable[[int], bytes]) -> Callable[[], str]:
    used: set[bytes] = set()

    def next_salt() -> str:
        salt = salts(SALT_BYTES)
        if len(salt) < SALT_BYTES:
            raise MalformedDisclosure("SALT_SHORT", f"a salt of {len(salt)} bytes", f"at least {SALT_BYTES}")
        if salt in used:
            raise MalformedDisclosure("SALT_TWICE", "a salt used twice", "a fresh salt for each disclosure")
        used.add(salt)
        return encode_base64url(salt).decode("ascii")

    return next_salt


def _fold(value: Any, fold: _Fold, next_salt: Callable[[], str], disclosures: list[bytes]) -> Any:
    if value is None or not fold.inner:
        return value
    if "[*]" in fold.inner:
        inner = fold.inner["[*]"]
        if type(value) is not list or len(fold.inner) != 1:
            raise MalformedDisclosure(
                "FRAME", f"a {type(value).__name__} where the frame has [*]", "an array"
            )
        elements = [_fold(element, inner, next_salt, disclosures) for element in value]
        if inner.hidden:
            return [{ELEMENT: _disclose([next_salt(), element], disclosures)} for element in elements]
        return elements
    if type(value) is not dict:
        raise MalformedDisclosure(
            "FRAME", f"a {type(value).__name__} where the frame has members", "an object"
        )
    folded = dict(value)
    digests = []
    for name, inner in fold.inner.items():
        if name not in folded:
            continue
        child = _fold(folded[name], inner, next_salt, disclosures)
        if inner.hidden:
            digests.append(_disclose([next_salt(), name, child], disclosures))
            del folded[name]
        else:
            folded[name] = child
    if digests:
        digests.sort()  # in the order of the digests, which says nothing of the order of the members
        folded[DIGESTS] = digests
    return folded


def _disclose(content: list[Any], disclosures: list[bytes]) -> str:
    encoded = encode_base64url(orjson.dumps(content, option=orjson.OPT_SORT_KEYS))
    disclosures.append(encoded)
    return digest_of(encoded)

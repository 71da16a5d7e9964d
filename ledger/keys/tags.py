"""Tag keys: the secrets that turn certificate numbers into number tags, one for each issuing body.

A tag key is shared with partner customs offices, and with nobody else: with it anybody can find a known
number on the chain. Each is a JSON Web Key (``kty`` ``oct``, RFC 7518 section 6.4) in a file of its own, mode
0600.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson

from ledger.core import numbers
from ledger.core.jose import from_base64url, to_base64url
from ledger.core.problems import Problem
from ledger.errors import Rejected
from ledger.keys.files import read_secret_file, refused, write_secret_file

_SUFFIX = ".tagkey.jwk"
_BYTES = 32
_MEMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class TagKey:
    """One issuing body's tag key; ``secret`` is 32 bytes and is not shown."""

    member: str
    secret: bytes = field(repr=False)


class TagKeys:
    """The tag keys in one folder.

    Raises (every method): ``Rejected`` when a file is open to others, unreadable or not a tag key.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, tuple[tuple[int, int], TagKey]] = {}

    def create(self, member: str) -> TagKey:
        """Make a new tag key for ``member``.

        Raises:
            Rejected: there is one already; a new one would make every number it ever tagged unfindable.
        """
        key = TagKey(_checked_member(member, str(self._folder)), os.urandom(_BYTES))
        write_secret_file(self._path(member), _spell(key))
        return key

    def find(self, member: str) -> TagKey | None:
        """Return the tag key of ``member``, or None when this gateway does not have it."""
        if not _MEMBER.fullmatch(member):
            return None
        path = self._path(member)
        try:
            state = path.stat()
        except OSError:
            return None
        stamp = (state.st_mtime_ns, state.st_ino)
        known = self._known.get(member)
        if known is None or known[0] != stamp:
            key = _read(path)
            if key.member != member:
                raise refused(str(path), key.member, f"the tag key of {member}", "TAG_KEY_OF_ANOTHER")
            known = self._known[member] = (stamp, key)
        return known[1]

    def tag(self, member: str, kind: int, number: str) -> bytes:
        """Return the tag, 32 bytes, of a number of ``member``; docs/spec/number-tag.md.

        Raises:
            Rejected: an unusable number, no tag key of the member here, or both.
        """
        key = self.find(member)
        problems = []
        if key is None:
            wanted = "a member whose tag key is here (tradeseal key tag import)"
            problems.append(Problem("issuer", member[:40], wanted, code="TAG_KEY_MISSING"))
        try:
            normalised = numbers.normalise(number)
        except numbers.UnusableNumber as error:
            problems.append(replace(error.problem, path="number"))
        if key is None or problems:
            raise Rejected(problems)
        return numbers.tag(key.secret, kind, normalised)

    def members(self) -> list[str]:
        """Return whose tag keys are here, in alphabetical order."""
        names = (path.name.removesuffix(_SUFFIX) for path in self._folder.glob(f"*{_SUFFIX}"))
        return sorted(name for name in names if _MEMBER.fullmatch(name))

    def export_to(self, member: str, path: Path) -> None:
        """Write the tag key of ``member`` to a new file, mode 0600, for a partner.

        Raises:
            Rejected: there is no such tag key here, or the file exists.
        """
        key = self.find(member)
        if key is None:
            raise refused(str(self._folder), member, "a member whose tag key is here", "TAG_KEY_UNKNOWN")
        write_secret_file(path, _spell(key))

    def import_from(self, path: Path) -> TagKey:
        """Take over the tag key in a partner's file; taking over the same one again changes nothing.

        Raises:
            Rejected: not a tag key, or another one of the same member is here.
        """
        key = _read(path)
        known = self.find(key.member)
        if known is None:
            write_secret_file(self._path(key.member), _spell(key))
        elif known != key:
            raise refused(
                str(path), f"another key of {key.member}", "the key that is here already", "TAG_KEY_DIFFERS"
            )
        return key

    def _path(self, member: str) -> Path:
        return self._folder / f"{member}{_SUFFIX}"


def _spell(key: TagKey) -> bytes:
    return (
        orjson.dumps({"k": to_base64url(key.secret), "kid": key.member, "kty": "oct", "use": "tag"}) + b"\n"
    )


def _read(path: Path) -> TagKey:
    content = read_secret_file(path)
    try:
        jwk = orjson.loads(content)
        secret = from_base64url(jwk["k"].encode())
        if jwk["kty"] != "oct" or jwk.get("use") != "tag" or secret is None or len(secret) != _BYTES:
            raise ValueError("another key")
        return TagKey(_checked_member(jwk["kid"], str(path)), secret)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        expectation = f"a tag key: an oct JWK of {_BYTES} bytes with the member's code as kid"
        raise refused(str(path), "another file", expectation, "TAG_KEY_INVALID") from error


def _checked_member(member: object, place: str) -> str:
    if not isinstance(member, str) or not _MEMBER.fullmatch(member):
        raise refused(place, repr(member)[:60], "a member code such as VN-VCCI", "MEMBER_CODE_INVALID")
    return member

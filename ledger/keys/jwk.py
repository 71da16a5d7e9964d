"""JWK: a public key as it travels between gateways (RFC 7517, 7518, 8037).

Rule: a private key never travels. One that was sent is refused, and nothing of it is repeated in the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ledger.core import jose
from ledger.core.jose import Algorithm, MalformedKey, PublicKey
from ledger.core.problems import Problem
from ledger.errors import Rejected

_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_NAMED: Final = frozenset({"alg", "kid", "use"})
_CURVES: Final = {
    ("EC", "P-256"): (Algorithm.ES256, 32),
    ("EC", "P-384"): (Algorithm.ES384, 48),
    ("OKP", "Ed25519"): (Algorithm.EDDSA, 32),
}
_RSA: Final = {"kty", "n", "e"}


def read_public_key(path: str, key: Mapping[str, object]) -> PublicKey:
    """Return the public key that a JSON Web Key spells.

    Raises:
        Rejected: it holds a private key, or is no P-256, P-384, Ed25519 or RSA key of an algorithm that is known here.
    """
    if _PRIVATE & key.keys():
        wanted = (
            "a public key; a private one is never sent, and one that was sent should not be used any more"
        )
        raise Rejected([Problem(path, "a private key", wanted, code="PRIVATE_KEY_SENT")])
    if key.get("kty") == "RSA" and "crv" not in key:
        return _rsa(path, key)
    kind = (str(key.get("kty", "")), str(key.get("crv", "")))
    if kind not in _CURVES:
        wanted = "a key of kty EC with crv P-256 or P-384, OKP with Ed25519, or RSA"
        raise _wrong(f"{path}.kty", kind[0][:20], wanted)
    algorithm, width = _CURVES[kind]
    names = ("x", "y") if kind[0] == "EC" else ("x",)
    _check_members(path, key, {"kty", "crv", *names}, algorithm)
    raw = b"".join(_bytes(f"{path}.{name}", key.get(name), width) for name in names)
    return _public(path, algorithm, raw)


def _rsa(path: str, key: Mapping[str, object]) -> PublicKey:
    _check_members(path, key, _RSA, Algorithm.PS256)
    exponent = _bytes(f"{path}.e", key.get("e"), 3)
    if int.from_bytes(exponent, "big") != jose.RSA_EXPONENT:
        raise _wrong(f"{path}.e", str(key.get("e"))[:20], "AQAB, the exponent 65537")
    return _public(path, Algorithm.PS256, _bytes(f"{path}.n", key.get("n"), None))


def _check_members(path: str, key: Mapping[str, object], known: set[str], algorithm: Algorithm) -> None:
    problems = [
        Problem(f"{path}.{name[:20]}", "", f"only {', '.join(sorted(known | _NAMED))}", code="MEMBER_UNKNOWN")
        for name in sorted(key.keys() - known - _NAMED)
    ]
    told = key.get("alg")
    if told is not None and told != algorithm.header_name:
        wanted = f"{algorithm.header_name}, which such a key is for"
        problems.append(Problem(f"{path}.alg", str(told)[:20], wanted, code="KEY_INVALID"))
    if problems:
        raise Rejected(problems)


def _bytes(path: str, value: object, width: int | None) -> bytes:
    data = jose.from_base64url(value.encode()) if isinstance(value, str) and value.isascii() else None
    if data is None or (width is not None and len(data) != width) or not data:
        raise _wrong(path, "", "base64url without padding" + (f", of {width} bytes" if width else ""))
    return data


def _public(path: str, algorithm: Algorithm, raw: bytes) -> PublicKey:
    try:
        return jose.public_key(algorithm, raw)
    except MalformedKey as error:
        raise _wrong(path, str(error)[:80], "a public key of its algorithm") from None


def _wrong(path: str, value: str, wanted: str) -> Rejected:
    return Rejected([Problem(path, value, wanted, code="KEY_INVALID")])

"""JOSE: public keys as the chain holds them, their names, and the check of one signature.

The algorithm belongs to the key, never to the token: a header can only agree with it or be refused elsewhere.
A signature is checked in exactly one spelling (r ‖ s of full length, no DER), and a check answers, it never raises.
ECDSA signatures with a high s are valid, so nothing may ever be named after the bytes of a signature.

Private keys are not handled here, nor is the envelope around a signature: see ``envelope``.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Key = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey


class Algorithm(IntEnum):
    """Signature algorithms by their code on the chain (``docs/spec/journal.md``)."""

    ES256 = 1
    ES384 = 2
    EDDSA = 3
    PS256 = 4

    @property
    def header_name(self) -> str:
        """Value of the JOSE header parameter ``alg``; the only spelling that is written or read."""
        return _HEADER_NAMES[self]


_HEADER_NAMES: Final = {
    Algorithm.ES256: "ES256",
    Algorithm.ES384: "ES384",
    Algorithm.EDDSA: "EdDSA",
    Algorithm.PS256: "PS256",
}
ALGORITHM_BY_HEADER_NAME: Final = {name: algorithm for algorithm, name in _HEADER_NAMES.items()}

RSA_EXPONENT: Final = 65537
RSA_BYTES: Final = range(256, 513)


class MalformedKey(ValueError):
    """The bytes are not a public key of the algorithm; the text names the value and the expectation."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key of a member.

    Args:
        raw: the bytes on the chain: x ‖ y (ES256 64, ES384 96), Ed25519 32, PS256 the modulus, big-endian.
    """

    algorithm: Algorithm
    key: Key
    raw: bytes


@lru_cache(maxsize=4_096)
def public_key(algorithm: int, raw: bytes) -> PublicKey:
    """Return the key that ``raw`` spells for the algorithm of this code.

    Raises:
        MalformedKey: unknown code, wrong length, a point that is not on the curve or of small order, a weak modulus.
    """
    if algorithm not in Algorithm.__members__.values():
        raise MalformedKey(
            f"algorithm is {algorithm}, expected one of {', '.join(str(a.value) for a in Algorithm)}"
        )
    known = Algorithm(algorithm)
    if known in _CURVES:
        return PublicKey(known, _point(known, raw), raw)
    if known is Algorithm.EDDSA:
        return PublicKey(known, _edwards_point(raw), raw)
    return PublicKey(known, _modulus(raw), raw)


def public_key_of(key: object) -> PublicKey:
    """Return the public key that a ``cryptography`` key object is, with the algorithm that its type implies.

    Raises:
        MalformedKey: a type, curve or exponent that no algorithm here uses.
    """
    if isinstance(key, ec.EllipticCurvePublicKey):
        for algorithm, (curve, width, _) in _CURVES.items():
            if key.curve.name == curve.name:
                numbers = key.public_numbers()
                return public_key(
                    algorithm, numbers.x.to_bytes(width, "big") + numbers.y.to_bytes(width, "big")
                )
        raise MalformedKey(f"curve is {key.curve.name}, expected secp256r1 or secp384r1")
    if isinstance(key, ed25519.Ed25519PublicKey):
        return public_key(Algorithm.EDDSA, key.public_bytes(Encoding.Raw, PublicFormat.Raw))
    if isinstance(key, rsa.RSAPublicKey):
        modulus = key.public_numbers()
        if modulus.e != RSA_EXPONENT:
            raise MalformedKey(f"RSA exponent is {modulus.e}, expected {RSA_EXPONENT}")
        return public_key(Algorithm.PS256, modulus.n.to_bytes((modulus.n.bit_length() + 7) // 8, "big"))
    raise MalformedKey(f"key is a {type(key).__name__}, expected a P-256, P-384, Ed25519 or RSA public key")


def jwk(public: PublicKey) -> dict[str, str]:
    """Return the key as a JSON Web Key with its required members only (RFC 7517, RFC 8037)."""
    raw = public.raw
    if public.algorithm in _CURVES:
        half = len(raw) // 2
        name = "P-256" if public.algorithm is Algorithm.ES256 else "P-384"
        return {"crv": name, "kty": "EC", "x": to_base64url(raw[:half]), "y": to_base64url(raw[half:])}
    if public.algorithm is Algorithm.EDDSA:
        return {"crv": "Ed25519", "kty": "OKP", "x": to_base64url(raw)}
    return {"e": to_base64url(RSA_EXPONENT.to_bytes(3, "big")), "kty": "RSA", "n": to_base64url(raw)}


def thumbprint(public: PublicKey) -> bytes:
    """Return the 32 bytes that name the key. Source: RFC 7638 with SHA-256."""
    return _thumbprint(public.algorithm, public.raw)


@lru_cache(maxsize=4_096)
def _thumbprint(algorithm: Algorithm, raw: bytes) -> bytes:
    members = jwk(public_key(algorithm, raw))
    return hashlib.sha256(orjson.dumps(members, option=orjson.OPT_SORT_KEYS)).digest()


def signature_lengths(algorithm: Algorithm) -> range:
    """Return the lengths that a signature of this algorithm can have, in bytes; for PS256 the key decides."""
    if algorithm in _CURVES:
        width = 2 * _CURVES[algorithm][1]
        return range(width, width + 1)
    return range(64, 65) if algorithm is Algorithm.EDDSA else RSA_BYTES


def verify_signature(public: PublicKey, signing_input: bytes, signature: bytes) -> bool:
    """Tell whether ``signature`` is the key's signature over ``signing_input``; any bytes are safe to pass.

    Args:
        signature: r ‖ s for ECDSA (RFC 7518 section 3.4), as long as the modulus for PS256 (salt of 32 bytes).
    """
    key = public.key
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            _, width, scheme = _CURVES[public.algorithm]
            if len(signature) != 2 * width:
                return False
            r, s = int.from_bytes(signature[:width], "big"), int.from_bytes(signature[width:], "big")
            key.verify(encode_dss_signature(r, s), signing_input, scheme)
        elif isinstance(key, ed25519.Ed25519PublicKey):
            if len(signature) != 64:
                return False
            key.verify(signature, signing_input)
        else:
            if len(signature) != len(public.raw):
                return False
            key.verify(signature, signing_input, _PSS, _SHA256)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def signature_from_der(algorithm: Algorithm, der: bytes) -> bytes:
    """Return an ECDSA signature as r ‖ s, the spelling of JOSE, from the DER that libraries and tokens produce.

    Raises:
        ValueError: not the DER of two integers, or integers too large for the curve.
    """
    width = _CURVES[algorithm][1]
    r, s = decode_dss_signature(der)
    if max(r, s).bit_length() > 8 * width:
        raise ValueError(f"signature has integers over {8 * width} bits, expected those of {algorithm.name}")
    return r.to_bytes(width, "big") + s.to_bytes(width, "big")


# --- keys from bytes -------------------------------------------------------------------------------------------------

_SHA256: Final = SHA256()
_PSS: Final = padding.PSS(mgf=padding.MGF1(_SHA256), salt_length=32)
_CURVES: Final[dict[Algorithm, tuple[ec.EllipticCurve, int, ec.ECDSA]]] = {
    Algorithm.ES256: (ec.SECP256R1(), 32, ec.ECDSA(_SHA256)),
    Algorithm.ES384: (ec.SECP384R1(), 48, ec.ECDSA(SHA384())),
}


def _point(algorithm: Algorithm, raw: bytes) -> ec.EllipticCurvePublicKey:
    curve, width, _ = _CURVES[algorithm]
    if len(raw) != 2 * width:
        raise MalformedKey(f"{algorithm.name} key is {len(raw)} bytes, expected {2 * width} (x and y)")
    x, y = int.from_bytes(raw[:width], "big"), int.from_bytes(raw[width:], "big")
    try:
        return ec.EllipticCurvePublicNumbers(x, y, curve).public_key()
    except ValueError:
        raise MalformedKey(f"{algorithm.name} key is not a point of {curve.name}") from None


_P25519: Final = 2**255 - 19
_D25519: Final = -121665 * pow(121666, -1, _P25519) % _P25519


def _edwards_point(raw: bytes) -> ed25519.Ed25519PublicKey:
    """Check what the library leaves to the first verification: the encoding, the curve, the order (RFC 8032)."""
    if len(raw) != 32:
        raise MalformedKey(f"Ed25519 key is {len(raw)} bytes, expected 32")
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _P25519:
        raise MalformedKey("Ed25519 key has a coordinate beyond the field")
    u, v = (y * y - 1) % _P25519, (_D25519 * y * y + 1) % _P25519
    x_squared = u * pow(v, -1, _P25519) % _P25519
    if pow(x_squared, (_P25519 - 1) // 2, _P25519) == _P25519 - 1:
        raise MalformedKey("Ed25519 key is not a point of the curve")
    # A point of order 1, 2, 4 or 8 makes signatures that fit any text. Doubling twice leaves order 1 or 2, where x = 0.
    for _ in range(2):
        y_squared = y * y % _P25519
        product = _D25519 * x_squared * y_squared % _P25519
        y = (y_squared + x_squared) * pow(1 - product, -1, _P25519) % _P25519
        x_squared = (y * y - 1) * pow(_D25519 * y * y + 1, -1, _P25519) % _P25519
    if x_squared == 0:
        raise MalformedKey("Ed25519 key is a point of small order")
    return ed25519.Ed25519PublicKey.from_public_bytes(raw)


def _modulus(raw: bytes) -> rsa.RSAPublicKey:
    if len(raw) not in RSA_BYTES:
        raise MalformedKey(
            f"RSA modulus is {len(raw)} bytes, expected {RSA_BYTES.start} to {RSA_BYTES.stop - 1}"
        )
    if not raw[0] & 0x80 or not raw[-1] & 1:
        raise MalformedKey("RSA modulus is even or has leading zero bits, expected an odd one of full length")
    try:
        return rsa.RSAPublicNumbers(RSA_EXPONENT, int.from_bytes(raw, "big")).public_key()
    except ValueError as error:
        raise MalformedKey(f"RSA modulus is not usable: {error}") from None


# --- base64url, in its one canonical spelling ------------------------------------------------------------------------

BASE64URL_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")
_PADS: Final = (b"", b"", b"==", b"=")
_LAST: Final[tuple[frozenset[int], ...]] = (  # by length modulo 4: the signs whose unused bits are zero
    frozenset(BASE64URL_ALPHABET),
    frozenset(),
    frozenset(BASE64URL_ALPHABET[::16]),
    frozenset(BASE64URL_ALPHABET[::4]),
)


def to_base64url(data: bytes) -> str:
    """Return ``data`` in base64url without padding (RFC 7515 section 2)."""
    return encode_base64url(data).decode("ascii")


def encode_base64url(data: bytes) -> bytes:
    """Return ``data`` in base64url without padding, as ASCII bytes."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL).rstrip(b"=")


def encode_digests(digests: Iterable[bytes]) -> list[str]:
    """Return digests of 32 bytes in base64url without padding; the same as one by one, and faster for many."""
    # Padded, each of them ends with the only "=" in it.
    text = b"".join([binascii.b2a_base64(digest, newline=False) for digest in digests])
    return text.translate(_TO_URL).decode("ascii").split("=")[:-1]


def is_base64url(text: bytes) -> bool:
    """Tell whether ``text`` is the one canonical spelling of some bytes, without padding."""
    return not text or (text[-1] in _LAST[len(text) & 3] and not text.translate(None, BASE64URL_ALPHABET))


def from_base64url(text: bytes) -> bytes | None:
    """Return the bytes that ``text`` spells, or None unless it is the one canonical spelling, without padding."""
    return None if text.translate(None, BASE64URL_ALPHABET) else decode_checked_base64url(text)


def decode_checked_base64url(text: bytes) -> bytes | None:
    """The same for a text already known to hold only signs of the alphabet."""
    if not text:
        return b""
    rest = len(text) & 3
    if text[-1] not in _LAST[rest]:
        return None
    return binascii.a2b_base64(text.translate(_FROM_URL) + _PADS[rest])

"""Signers: whoever can sign documents, wherever the private key lives.

Rule: a signer hands out public things and signatures, never the private key. The algorithm belongs to the
key. ECDSA nonces come from RFC 6979 or from the hardware, never from a random number of ours.
"""

from __future__ import annotations

from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from ledger.core import jose
from ledger.core.jose import Algorithm, PublicKey

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


class Signer(Protocol):
    """Something that signs documents with one key; safe to use from several threads."""

    @property
    def public_key(self) -> PublicKey:
        """The public key, with its algorithm and its bytes as they stand on the chain."""

    @property
    def thumbprint(self) -> bytes:
        """The 32 bytes that name the key (RFC 7638)."""

    def sign(self, signing_input: bytes) -> bytes:
        """Return the signature in its JOSE spelling: r ‖ s for ECDSA, raw for the others.

        Raises:
            Unavailable: the hardware does not answer.
        """

    def close(self) -> None:
        """Let go of the key."""


class SoftwareSigner:
    """A private key in memory."""

    __slots__ = ("_private", "public_key", "thumbprint")

    def __init__(self, private: PrivateKey) -> None:
        """Take a key.

        Raises:
            MalformedKey: of a kind or size that no algorithm here uses.
        """
        self._private = private
        self.public_key = jose.public_key_of(private.public_key())
        self.thumbprint = jose.thumbprint(self.public_key)

    def sign(self, signing_input: bytes) -> bytes:
        """Return the signature in its JOSE spelling."""
        algorithm, private = self.public_key.algorithm, self._private
        if isinstance(private, ec.EllipticCurvePrivateKey):
            digest = SHA256() if algorithm is Algorithm.ES256 else SHA384()
            der = private.sign(signing_input, ec.ECDSA(digest, deterministic_signing=True))
            return jose.signature_from_der(algorithm, der)
        if isinstance(private, ed25519.Ed25519PrivateKey):
            return private.sign(signing_input)
        # RFC 7518 section 3.5: the salt is as long as the digest.
        scheme = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=SHA256.digest_size)
        return private.sign(signing_input, scheme, SHA256())

    def close(self) -> None:
        """Nothing is held open."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.public_key.algorithm.name}, {self.thumbprint.hex()})"


def is_private_key(key: object) -> bool:
    """Tell whether ``key`` is of a kind that a signer can use."""
    return isinstance(key, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey)


def generate(algorithm: Algorithm) -> PrivateKey:
    """Make a new private key of the algorithm, from the operating system's randomness (RSA: 3,072 bits)."""
    if algorithm is Algorithm.ES256:
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm is Algorithm.ES384:
        return ec.generate_private_key(ec.SECP384R1())
    if algorithm is Algorithm.EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=jose.RSA_EXPONENT, key_size=3072)

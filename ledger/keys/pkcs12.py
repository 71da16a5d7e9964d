"""PKCS#12: a document key in the file that certification authorities hand out.

The certificates in it are not used: which key is a member's own, the consortium's registry says.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.serialization import pkcs12

from ledger.core.jose import MalformedKey
from ledger.keys.files import read_secret_file, refused
from ledger.keys.signer import SoftwareSigner, is_private_key


class Pkcs12Signer(SoftwareSigner):
    """A document key that was read from a PKCS#12 file."""

    __slots__ = ()


def open_pkcs12(path: Path, passphrase: str) -> Pkcs12Signer:
    """Open a PKCS#12 file.

    Raises:
        Rejected: no such file, open to others, not PKCS#12, a wrong passphrase, or no usable key inside.
    """
    content = read_secret_file(path)
    try:
        private, _, _ = pkcs12.load_key_and_certificates(content, passphrase.encode())
    except ValueError as error:
        # The library does not tell the two apart for sure, so neither do we.
        expectation = "a PKCS#12 file and its passphrase"
        raise refused(
            str(path), "a passphrase or file that does not fit", expectation, "PASSPHRASE_WRONG"
        ) from error
    if not is_private_key(private):
        found = "no key" if private is None else type(private).__name__
        raise refused(str(path), found, "a P-256, P-384, Ed25519 or RSA key", "KEY_UNUSABLE")
    try:
        return Pkcs12Signer(private)  # type: ignore[arg-type]
    except MalformedKey as error:
        raise refused(str(path), str(error), "a key of a known algorithm", "KEY_UNUSABLE") from error

"""The keystore file: one document key, encrypted under a passphrase.

JSON with the public part readable and the private key (PKCS#8, DER) under AES-256-GCM with a key that scrypt
makes of the passphrase. The public part is authenticated too: a file put together from two does not open.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from ledger.core.jose import Algorithm, MalformedKey, from_base64url, to_base64url
from ledger.keys.files import read_secret_file, refused, write_secret_file
from ledger.keys.signer import PrivateKey, SoftwareSigner, generate, is_private_key

FORMAT = "tradeseal-document-key"
# One of the equal choices of OWASP's Password Storage Cheat Sheet for scrypt: 32 MiB, three passes.
_N, _R, _P = 2**15, 8, 3
_MOST_N, _MOST_P = 2**20, 16


class KeystoreSigner(SoftwareSigner):
    """A document key that was read from a keystore file."""

    __slots__ = ()


def create_keystore(
    path: Path, passphrase: str, algorithm: Algorithm = Algorithm.ES256, *, scrypt_n: int = _N
) -> KeystoreSigner:
    """Make a new key and write it to the new file ``path``, mode 0600.

    Raises:
        Rejected: the file exists or cannot be written.
    """
    private = generate(algorithm)
    signer = KeystoreSigner(private)
    write_secret_file(path, _encrypt(private, signer, passphrase, scrypt_n))
    return signer


def open_keystore(path: Path, passphrase: str) -> KeystoreSigner:
    """Open a keystore file.

    Raises:
        Rejected: no such file, open to others, not a keystore, or a wrong passphrase.
    """
    content = read_secret_file(path)
    try:
        file = orjson.loads(content)
        if file["format"] != FORMAT or file["version"] != 1:
            raise ValueError("another format")
        secret = _decrypt(file, passphrase)
    except InvalidTag:
        raise refused(
            str(path), "a passphrase that does not fit", "the file's passphrase", "PASSPHRASE_WRONG"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise refused(str(path), "another file", "a document key of TradeSeal", "KEYSTORE_INVALID") from error
    private = load_der_private_key(secret, password=None)
    if not is_private_key(private):
        raise refused(str(path), type(private).__name__, "a P-256, P-384, Ed25519 or RSA key", "KEY_UNUSABLE")
    try:
        return KeystoreSigner(private)  # type: ignore[arg-type]
    except MalformedKey as error:
        raise refused(str(path), str(error), "a key of a known algorithm", "KEY_UNUSABLE") from error


def _encrypt(private: PrivateKey, signer: KeystoreSigner, passphrase: str, scrypt_n: int) -> bytes:
    salt, nonce = os.urandom(16), os.urandom(12)
    public: dict[str, Any] = {
        "format": FORMAT,
        "version": 1,
        "algorithm": signer.public_key.algorithm.name,
        "thumbprint": signer.thumbprint.hex(),
        "publicKey": to_base64url(signer.public_key.raw),
        "scrypt": {"n": scrypt_n, "r": _R, "p": _P, "salt": to_base64url(salt)},
    }
    plain = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    key = Scrypt(salt=salt, length=32, n=scrypt_n, r=_R, p=_P).derive(passphrase.encode())
    sealed = AESGCM(key).encrypt(nonce, plain, _authenticated(public))
    file = {**public, "nonce": to_base64url(nonce), "ciphertext": to_base64url(sealed)}
    return orjson.dumps(file, option=orjson.OPT_INDENT_2)


def _decrypt(file: dict[str, Any], passphrase: str) -> bytes:
    cost = file["scrypt"]
    n, r, p = cost["n"], cost["r"], cost["p"]
    # A file must not be able to make the reader spend gigabytes.
    if not (
        isinstance(n, int) and 2 <= n <= _MOST_N and r == _R and isinstance(p, int) and 1 <= p <= _MOST_P
    ):
        raise ValueError("scrypt cost out of range")
    key = Scrypt(salt=_bytes(cost["salt"]), length=32, n=n, r=r, p=p).derive(passphrase.encode())
    public = {name: value for name, value in file.items() if name not in ("nonce", "ciphertext")}
    return AESGCM(key).decrypt(_bytes(file["nonce"]), _bytes(file["ciphertext"]), _authenticated(public))


def _authenticated(public: dict[str, Any]) -> bytes:
    return orjson.dumps(public, option=orjson.OPT_SORT_KEYS)


def _bytes(text: str) -> bytes:
    found = from_base64url(text.encode())
    if found is None:
        raise ValueError("not base64url")
    return found

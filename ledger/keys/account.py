"""The transaction account: the secp256k1 key that pays nothing and signs everything this gateway sends.

It is not a document key: whoever has it can act as an operator, but cannot seal. Transactions are legacy ones
at price zero with the chain id inside (EIP-155), the form that every consortium EVM takes. Which nonce to use
is the outbox's decision.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from coincurve import PrivateKey
from eth_hash.auto import keccak

from ledger.keys.files import read_secret_file, refused, write_secret_file

_SCRYPT_N = 2**17
# order of secp256k1; a key is 1 to one less (SEC 2, section 2.4.1)
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """A signed transaction: the bytes to send, and their hash (32 bytes), by which the chain will know it."""

    raw: bytes
    digest: bytes


class TransactionAccount:
    """An account that can sign; ``address`` is 20 bytes."""

    __slots__ = ("_key", "address")

    def __init__(self, secret: bytes) -> None:
        """Take the 32-byte private key.

        Raises:
            Rejected: not a private key of secp256k1.
        """
        if len(secret) != 32 or not 0 < int.from_bytes(secret, "big") < _ORDER:
            raise refused(
                "account", "a secret", "32 bytes, a private key of secp256k1", "ACCOUNT_KEY_INVALID"
            )
        self._key = PrivateKey(secret)
        self.address = keccak(self._key.public_key.format(compressed=False)[1:])[12:]

    def sign(
        self, *, chain_id: int, nonce: int, to: bytes | None, calldata: bytes, gas: int
    ) -> SignedTransaction:
        """Sign a call of ``to`` (None: a deployment) at price and value zero.

        Source: EIP-155; low-s by RFC 6979 through libsecp256k1.
        """
        fields: list[int | bytes] = [nonce, 0, gas, to or b"", 0, calldata]
        signing = keccak(_rlp([*fields, chain_id, 0, 0]))
        signature = self._key.sign_recoverable(signing, hasher=None)
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
        raw = _rlp([*fields, chain_id * 2 + 35 + signature[64], r, s])
        return SignedTransaction(raw, keccak(raw))

    def __repr__(self) -> str:
        return f"TransactionAccount(0x{self.address.hex()})"


def create_account(path: Path, passphrase: str, *, scrypt_n: int = _SCRYPT_N) -> TransactionAccount:
    """Make a new account and write it to ``path`` as an encrypted Ethereum keystore (version 3), mode 0600.

    Raises:
        Rejected: the file exists, or cannot be written.
    """
    from eth_keyfile.keyfile import create_keyfile_json  # takes a tenth of a second to import

    secret = (secrets.randbelow(_ORDER - 1) + 1).to_bytes(32, "big")
    kept = create_keyfile_json(secret, passphrase.encode(), version=3, kdf="scrypt", iterations=scrypt_n)
    write_secret_file(path, json.dumps(kept).encode())
    return TransactionAccount(secret)


def open_account(path: Path, passphrase: str) -> TransactionAccount:
    """Open an Ethereum keystore file (version 3).

    Raises:
        Rejected: no such file, open to others, not a keystore, or a wrong passphrase.
    """
    from eth_keyfile.keyfile import decode_keyfile_json

    content = read_secret_file(path)
    try:
        secret = decode_keyfile_json(json.loads(content), passphrase.encode())
    except ValueError as error:
        if "MAC" in str(error):
            raise refused(
                str(path), "a passphrase that does not fit", "the file's passphrase", "PASSPHRASE_WRONG"
            ) from None
        raise refused(
            str(path), "another file", "an Ethereum keystore, version 3", "KEYSTORE_INVALID"
        ) from error
    except (KeyError, TypeError, AttributeError, NotImplementedError) as error:
        raise refused(
            str(path), "another file", "an Ethereum keystore, version 3", "KEYSTORE_INVALID"
        ) from error
    return TransactionAccount(secret)


def _rlp(fields: list[int | bytes]) -> bytes:
    """Return a flat list in RLP (Ethereum yellow paper, appendix B)."""
    body = b"".join(_rlp_text(one if isinstance(one, bytes) else _shortest(one)) for one in fields)
    return _rlp_start(len(body), 0xC0) + body


def _rlp_text(text: bytes) -> bytes:
    return text if len(text) == 1 and text[0] < 0x80 else _rlp_start(len(text), 0x80) + text


def _rlp_start(length: int, base: int) -> bytes:
    if length < 56:
        return bytes([base + length])
    size = _shortest(length)
    return bytes([base + 55 + len(size)]) + size


def _shortest(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")

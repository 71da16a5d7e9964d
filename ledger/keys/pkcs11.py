"""PKCS#11: a document key that never leaves its token.

The token is named by an RFC 7512 URI with its module:
``pkcs11:token=T;object=NAME?module-path=/usr/lib/...so``. One session is open at a time and used by one
thread at a time; when the token was pulled or restarted, the next signature logs in again. Digests are made
here, so the token needs nothing but raw ECDSA, EdDSA or PSS.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import (
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
    UserAlreadyLoggedIn,
)
from pkcs11.mechanisms import MGF

from ledger.core import jose
from ledger.core.jose import Algorithm, MalformedKey, PublicKey
from ledger.errors import Rejected, Unavailable
from ledger.keys.files import refused

_CURVE_BYTES = {65: Algorithm.ES256, 97: Algorithm.ES384}


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Where a key lives: the module's file, the token's label, the key's label or id (or both)."""

    module: Path
    token: str
    label: str | None
    id: bytes | None


def parse_uri(uri: str) -> TokenKey:
    """Read an RFC 7512 URI; it must name a module path, a token, and an object or an id.

    Raises:
        Rejected: something of that is missing, or the URI carries the PIN itself.
    """
    place = "keys.document_signer"
    path, _, query = uri.removeprefix("pkcs11:").partition("?")
    pairs = [part.partition("=") for part in (*path.split(";"), *query.split("&")) if part]
    known = {name: unquote(value) for name, _, value in pairs}
    if "pin-value" in known:
        raise refused(
            place,
            "a URI with pin-value",
            "a URI without the PIN (it is in keys.passphrase_file)",
            "PIN_IN_URI",
        )
    if "module-path" not in known or "token" not in known or not ({"object", "id"} & known.keys()):
        expectation = "pkcs11:token=...;object=...?module-path=..."
        raise refused(place, uri, expectation, "PKCS11_URI")
    raw_id = next((value for name, _, value in pairs if name == "id"), None)
    return TokenKey(
        module=Path(known["module-path"]),
        token=known["token"],
        label=known.get("object"),
        id=None if raw_id is None else unquote(raw_id, "latin-1").encode("latin-1"),
    )


class Pkcs11Signer:
    """A document key in a token."""

    def __init__(self, key: TokenKey, pin: str) -> None:
        """Log in and find the key.

        Raises:
            Rejected: no such module, token or key, a wrong PIN, or a key of no known algorithm.
            Unavailable: the token does not answer.
        """
        self._where = key
        self._pin = pin
        self._turn = threading.Lock()
        self._session: Any = None
        self._private: Any = None
        with self._turn:
            try:
                self._log_in()
                self.public_key = self._read_public_key()
            except PKCS11Error as error:
                self._drop()
                raise Unavailable(f"the token {key.token} did not answer: {type(error).__name__}") from error
            except Rejected:
                self._drop()
                raise
        self.thumbprint = jose.thumbprint(self.public_key)

    def sign(self, signing_input: bytes) -> bytes:
        """Return the signature in its JOSE spelling.

        Raises:
            Unavailable: the token does not answer, not even after logging in again.
        """
        with self._turn:
            for last in (False, True):
                try:
                    if self._private is None:
                        self._log_in()
                    return self._signature(signing_input)
                except PKCS11Error as error:
                    self._drop()
                    if last:
                        message = f"the token {self._where.token} did not sign: {type(error).__name__}"
                        raise Unavailable(message) from error
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Log out."""
        with self._turn:
            self._drop()

    def __repr__(self) -> str:
        return f"Pkcs11Signer({self._where.token}, {self.public_key.algorithm.name}, {self.thumbprint.hex()})"

    def _signature(self, signing_input: bytes) -> bytes:
        algorithm = self.public_key.algorithm
        if algorithm is Algorithm.ES256:
            return bytes(
                self._private.sign(hashlib.sha256(signing_input).digest(), mechanism=Mechanism.ECDSA)
            )
        if algorithm is Algorithm.ES384:
            return bytes(
                self._private.sign(hashlib.sha384(signing_input).digest(), mechanism=Mechanism.ECDSA)
            )
        if algorithm is Algorithm.EDDSA:
            return bytes(self._private.sign(signing_input, mechanism=Mechanism.EDDSA))
        scheme = (Mechanism.SHA256, MGF.SHA256, 32)
        return bytes(
            self._private.sign(signing_input, mechanism=Mechanism.SHA256_RSA_PKCS_PSS, mechanism_param=scheme)
        )

    def _log_in(self) -> None:
        where = self._where
        try:
            library = pkcs11.lib(str(where.module))
        except (PKCS11Error, RuntimeError, OSError) as error:
            raise refused(str(where.module), str(error), "a PKCS#11 module", "PKCS11_MODULE") from error
        try:
            self._session = _open(library.get_token(token_label=where.token), self._pin)
            self._private = self._object(ObjectClass.PRIVATE_KEY)
        except (PinIncorrect, PinInvalid, PinLenRange):
            found = "a PIN that does not fit"
            raise refused(where.token, found, "the token's PIN", "PASSPHRASE_WRONG") from None
        except PinLocked:
            found = "a locked PIN"
            raise refused(where.token, found, "a token whose PIN is not locked", "PIN_LOCKED") from None
        except pkcs11.NoSuchToken as error:
            expectation = "a token in this module"
            raise refused(str(where.module), where.token, expectation, "TOKEN_UNKNOWN") from error

    def _object(self, kind: ObjectClass) -> Any:
        where = self._where
        try:
            return self._session.get_key(object_class=kind, label=where.label, id=where.id)
        except (pkcs11.NoSuchKey, pkcs11.MultipleObjectsReturned) as error:
            wanted = where.label or (where.id or b"").hex()
            expectation = f"exactly one {kind.name.lower().replace('_', ' ')} of this name or id in the token"
            raise refused(where.token, wanted, expectation, "TOKEN_KEY_UNKNOWN") from error

    def _read_public_key(self) -> PublicKey:
        public = self._object(ObjectClass.PUBLIC_KEY)
        try:
            if public.key_type is KeyType.RSA:
                return jose.public_key(Algorithm.PS256, bytes(public[Attribute.MODULUS]))
            point = bytes(public[Attribute.EC_POINT])
            # PKCS#11 wraps the point in a DER OCTET STRING (two bytes in front); some tokens leave that out.
            point = point[2:] if len(point) - 2 in (*_CURVE_BYTES, 32) else point
            if public.key_type is KeyType.EC_EDWARDS:
                return jose.public_key(Algorithm.EDDSA, point)
            return jose.public_key(_CURVE_BYTES[len(point)], point[1:])
        except (KeyError, ValueError, MalformedKey) as error:
            expectation = "a P-256, P-384, Ed25519 or RSA key"
            raise refused(self._where.token, str(public.key_type), expectation, "KEY_UNUSABLE") from error

    def _drop(self) -> None:
        session, self._session, self._private = self._session, None, None
        if session is not None:
            try:
                session.close()
            except PKCS11Error:
                return  # a session that is gone is closed


def _open(token: Any, pin: str) -> Any:
    try:
        return token.open(user_pin=pin)
    except UserAlreadyLoggedIn:
        return token.open()  # a login holds for the whole process: another signer of this token has logged in

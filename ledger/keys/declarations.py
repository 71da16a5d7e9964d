"""Declaration keys: the secret under which a customs member commits to the numbers of its declarations.

A use on the chain names a commitment and never the number, so nobody else can link or guess declarations. The key belongs
to one customs member and is shared with nobody, only between that member's own gateways: with another key the same
declaration would be another one. It is a JSON Web Key (``kty`` ``oct``, RFC 7518 section 6.4), mode 0600.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

import orjson

from ledger.core.jose import from_base64url, to_base64url
from ledger.keys.files import read_secret_file, refused, write_secret_file

_BYTES = 32


def declaration_key(path: Path) -> bytes:
    """Return the key in ``path``, 32 bytes, made there when there is none.

    Raises:
        Rejected: the file is open to others, unreadable, or not such a key.
    """
    if not path.exists():
        _make(path)
    content = read_secret_file(path)
    try:
        jwk = orjson.loads(content)
        secret = from_base64url(jwk["k"].encode())
        if jwk["kty"] != "oct" or jwk.get("use") != "declaration" or secret is None or len(secret) != _BYTES:
            raise ValueError("another key")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        expectation = f"a declaration key: an oct JWK of {_BYTES} bytes"
        raise refused(str(path), "another file", expectation, "DECLARATION_KEY_INVALID") from error
    return secret


def _make(path: Path) -> None:
    """Write a new key beside ``path`` and move it there whole, unless another process was faster."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    jwk = {"k": to_base64url(secrets.token_bytes(_BYTES)), "kty": "oct", "use": "declaration"}
    write_secret_file(draft, orjson.dumps(jwk) + b"\n")
    try:
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    except OSError as error:
        raise refused(
            str(path), error.strerror or "unwritable", "a writable place", "FILE_UNWRITABLE"
        ) from error
    finally:
        draft.unlink()

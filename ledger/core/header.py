"""Header: the protected header of a sealed document, which names the key and the kind of token, and nothing else.

The one rule: exactly four members, each in its one spelling. A header that brings a key, an address to fetch or anything
else to be honoured is refused, so nothing in a document can choose what it is verified with.

Whether the key is the issuer's, and of that algorithm, is on the chain: see ``envelope.verify_signature``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import orjson

from ledger.core import jose
from ledger.core.forms import MalformedEnvelope
from ledger.core.jose import Algorithm, encode_base64url, from_base64url
from ledger.core.strictjson import MalformedJson, parse

KEY_ID_PREFIX: Final = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"
LONGEST: Final = 512


@dataclass(frozen=True, slots=True)
class Header:
    """The four members of the header, of which ``cty`` is always the same; ``kid`` is the 32-byte thumbprint of the key."""

    algorithm: Algorithm
    kid: bytes
    typ: str


@lru_cache(maxsize=1_024)
def write_header(algorithm: Algorithm, kid: bytes, typ: str) -> bytes:
    """Return the first part of a token, in base64url.

    Raises:
        MalformedEnvelope: ``kid`` is not a thumbprint of 32 bytes.
    """
    if len(kid) != 32:
        raise MalformedEnvelope(
            "KEY_ID", f"a key id of {len(kid)} bytes", "the 32 bytes of an RFC 7638 thumbprint"
        )
    key_id = KEY_ID_PREFIX + jose.to_base64url(kid)
    return encode_base64url(
        orjson.dumps({"alg": algorithm.header_name, "cty": "vc", "kid": key_id, "typ": typ})
    )


def read_header(segment: bytes) -> Header:
    """Return the header of the first part of a token.

    Raises:
        MalformedEnvelope: anything that is not exactly such a header; nothing else, whatever the bytes.
    """
    if len(segment) > LONGEST:
        raise MalformedEnvelope("HEADER", f"a header of {len(segment)} signs", f"at most {LONGEST}")
    return _read(segment)


@lru_cache(maxsize=1_024)
def _read(segment: bytes) -> Header:
    text = from_base64url(segment)
    if not text:
        raise MalformedEnvelope("BASE64URL", "header", "canonical base64url without padding")
    try:
        header = parse(text)
    except MalformedJson as error:
        raise MalformedEnvelope("HEADER", f"header: {error}", "JSON of the profile", error.problems) from None
    if type(header) is not dict or header.keys() != {"alg", "cty", "kid", "typ"}:
        found = ", ".join(sorted(header)) if type(header) is dict else type(header).__name__
        raise MalformedEnvelope("HEADER", f"a header of {found}", "exactly alg, cty, kid, typ")
    algorithm, typ, kid = header["alg"], header["typ"], header["kid"]
    if type(algorithm) is not str or algorithm not in jose.ALGORITHM_BY_HEADER_NAME:
        known = ", ".join(jose.ALGORITHM_BY_HEADER_NAME)
        raise MalformedEnvelope("ALGORITHM", f"alg {algorithm!r}", f"one of {known}")
    if typ not in ("vc+sd-jwt", "vc+jwt"):
        raise MalformedEnvelope("TYPE", f"typ {typ!r}", "vc+sd-jwt, or vc+jwt")
    if header["cty"] != "vc":
        raise MalformedEnvelope("TYPE", f"cty {header['cty']!r}", "vc")
    named = kid.removeprefix(KEY_ID_PREFIX) if type(kid) is str and kid.startswith(KEY_ID_PREFIX) else ""
    thumbprint = from_base64url(named.encode())
    if thumbprint is None or len(thumbprint) != 32:
        raise MalformedEnvelope("KEY_ID", f"kid {kid!r}", f"{KEY_ID_PREFIX} and 32 bytes in base64url")
    return Header(jose.ALGORITHM_BY_HEADER_NAME[algorithm], thumbprint, typ)

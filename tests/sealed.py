"""Sealed documents for tests: good ones, and forged ones of which one part is spoilt."""

from __future__ import annotations

import os
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from ledger.core import jose
from ledger.core.documents.origin import HIDDEN_BY_DEFAULT
from ledger.core.envelope import (
    Sealed,
    attach,
    credential,
    open_envelope,
    seal,
)
from ledger.core.forms import ORIGIN, MalformedEnvelope
from ledger.core.jose import Algorithm, PublicKey, encode_base64url, from_base64url
from ledger.core.sdjwt import Frame
from ledger.core.strictjson import Limits

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
RSA_KEY = rsa.generate_private_key(65537, 2048)
PRIVATE: dict[Algorithm, Any] = {
    Algorithm.ES256: ec.derive_private_key(3, ec.SECP256R1()),
    Algorithm.ES384: ec.derive_private_key(3, ec.SECP384R1()),
    Algorithm.EDDSA: ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))),
    Algorithm.PS256: RSA_KEY,
}
SUBJECT: dict[str, Any] = {
    "documentTypeCode": "864",
    "agreementCode": "RCEP",
    "certificateNumber": "VN-CN 24/02/00123",
    "issuer": {"id": "VN-VCCI", "country": "VN"},
    "issueDate": "2024-03-04",
    "issueKind": "ORIGINAL",
    "validUntil": "2025-03-03",
    "destinationCountry": "CN",
    "exporter": {"name": "SAIGON EXAMPLE SEAFOOD JSC", "country": "VN"},
    "consignee": {"name": "上海示例贸易有限公司", "country": "CN"},
    "invoices": [{"number": "EX-2024-0107"}],
    "items": [
        {
            "sequence": place,
            "hsCode": "030462",
            "originCriterion": {"code": "WO"},
            "originCountry": {"country": "VN"},
            "quantities": [{"kind": "NET_MASS", "value": "24000.000", "unit": "KGM"}],
            "fob": {"amount": "72000.00", "currency": "USD"},
        }
        for place in (1, 2)
    ],
}


def public(algorithm: Algorithm = Algorithm.ES256) -> PublicKey:
    return jose.public_key_of(PRIVATE[algorithm].public_key())


def signature(algorithm: Algorithm, text: bytes) -> bytes:
    key = PRIVATE[algorithm]
    if algorithm is Algorithm.EDDSA:
        return bytes(key.sign(text))
    if algorithm is Algorithm.PS256:
        return bytes(key.sign(text, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256()))
    digest = hashes.SHA256() if algorithm is Algorithm.ES256 else hashes.SHA384()
    return jose.signature_from_der(algorithm, key.sign(text, ec.ECDSA(digest)))


def claims(**changes: Any) -> dict[str, Any]:
    subject = {**SUBJECT, **changes}
    return credential(
        ORIGIN,
        {name: value for name, value in subject.items() if value is not ...},
        identifier="urn:uuid:5b7e7b1a-8a2c-4e6f-9d3b-1f2e3d4c5b6a",
        issuer="VN-VCCI",
        valid_from="2024-03-04T00:00:00Z",
        valid_until="2025-03-03T23:59:59Z",
        chain_id=648_001,
        registry=b"\x52" * 20,
    )


def sealed(
    hidden: tuple[str, ...] = HIDDEN_BY_DEFAULT,
    algorithm: Algorithm = Algorithm.ES256,
    of: dict[str, Any] | None = None,
) -> Sealed:
    unsigned = seal(
        of or claims(),
        hidden=Frame(hidden),
        salts=os.urandom,
        kid=jose.thumbprint(public(algorithm)),
        algorithm=algorithm,
    )
    return attach(unsigned, signature(algorithm, unsigned.signing_input))


TOKEN = sealed().token


def code_of(token: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(MalformedEnvelope) as malformed:
        open_envelope(token, limits or Limits())
    return malformed.value.code


def code_of_sealing(hidden: tuple[str, ...] = (), of: dict[str, Any] | None = None) -> str:
    with pytest.raises(MalformedEnvelope) as malformed:
        sealed(hidden, of=of)
    return malformed.value.code


def forged(header: Any = None, payload: Any = None, token: bytes = TOKEN) -> bytes:
    """The document with another header or payload, signed again with the right key: only strictness can refuse it."""
    signed, *disclosures = token.split(b"~")
    parts = signed.split(b".")
    for place, other in ((0, header), (1, payload)):
        if other is not None:
            parts[place] = encode_base64url(other if isinstance(other, bytes) else orjson.dumps(other))
    text = b".".join(parts[:2])
    parts[2] = encode_base64url(signature(Algorithm.ES256, text))
    return b"~".join([b".".join(parts), *disclosures])


def header_of(token: bytes = TOKEN) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(from_base64url(token.split(b".")[0]) or b"")
    return found


def payload_of(token: bytes = TOKEN) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(from_base64url(token.split(b".")[1]) or b"")
    return found


def with_subject(**changes: Any) -> dict[str, Any]:
    payload = payload_of()
    return {**payload, "credentialSubject": {**payload["credentialSubject"], **changes}}


def sha256(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize()

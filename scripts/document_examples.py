"""Examples of sealed documents: what ``scripts.make_vectors`` writes into tests/vectors/document.json and onto the page.

Every byte follows from this file: the keys are public ones of standards, the salts are counted and ECDSA is that of
RFC 6979. Tokens that must be refused are in ``scripts.document_flaws``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from itertools import count
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from ledger.core import jose, numbers
from ledger.core.acts import RecordAnchored
from ledger.core.documents.kinds import Kind, kind_of
from ledger.core.documents.validation import HIDDEN_BY_DEFAULT, to_claims, validate
from ledger.core.entries import encode
from ledger.core.envelope import attach, credential, open_envelope, redact, seal
from ledger.core.forms import FORM_OF_KIND
from ledger.core.jose import Algorithm, encode_base64url, from_base64url
from ledger.core.sdjwt import Frame, digest_of
from ledger.reference import read_reference
from ledger.samples import shipped_others

CHAIN_ID: Final = 7_040
REGISTRY: Final = b"\x52" * 20
OPERATOR: Final = b"\x0b" * 20
TAG_KEY: Final = bytes(range(32))
KIND_ORIGIN: Final = int(Kind.ORIGIN)
ANCHORED_AT: Final = 1_709_596_800  # 2024-03-05T00:00:00Z
SINGLE_USE: Final = 0x0100
EXAMPLES_HEADING: Final = "## 11. Worked examples\n"
IDENTIFIER: Final = "urn:uuid:5b7e7b1a-8a2c-4e6f-9d3b-1f2e3d4c5b6a"
OTHERS: Final = {
    "an import licence": "22-cn-mofcom-multi-shipment.json",
    "a CITES export permit": "25-au-dcceew-cites-export.json",
    "an AEO entry": "28-de-zoll-aeo.json",
}
HIDDEN: Final = ("exporter", "exporter.name", "consignee", "invoices[*]", "items[*].particulars")

CERTIFICATE: Final[dict[str, Any]] = {
    "documentTypeCode": "864",
    "agreementCode": "RCEP",
    "hsEdition": "HS2022",
    "certificateNumber": "VN-CN 24/02/00123",
    "issuer": {"id": "VN-VCCI", "country": "VN", "office": "VNSGN"},
    "issueDate": "2024-03-04",
    "issueKind": "ORIGINAL",
    "validUntil": "2025-03-03",
    "destinationCountry": "CN",
    "exporter": {"name": "SAIGON EXAMPLE SEAFOOD JSC", "id": "0301234567", "country": "VN"},
    "consignee": {"name": "上海示例贸易有限公司", "country": "CN"},
    "producer": [{"disclosure": "CONFIDENTIAL"}],
    "transport": {"departureDate": "2024-03-05", "modeCode": "1", "loading": "VNSGN", "unloading": "CNSHA"},
    "items": [
        {
            "sequence": 1,
            "marksAndNumbers": "N/M",
            "packages": [{"count": 1200, "typeCode": "CT"}],
            "description": "FROZEN PANGASIUS FILLET",
            "hsCode": "030462",
            "originCriterion": {"code": "WO"},
            "originCountry": {"country": "VN"},
            "quantities": [{"kind": "GROSS_MASS", "value": "26400.000", "unit": "KGM"}],
            "invoiceRefs": [0],
        }
    ],
    "invoices": [{"number": "EX-2024-0107", "date": "2024-03-01"}],
}

# Private key 1 on both curves, whose public key is the generator (FIPS 186-4 D.1.2), and the first of RFC 8032 7.1.
_P256: Final = ec.derive_private_key(1, ec.SECP256R1())
_P384: Final = ec.derive_private_key(1, ec.SECP384R1())
_ED25519: Final = ed25519.Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)


def public_key(algorithm: Algorithm) -> jose.PublicKey:
    """Return the public key with which the examples of this algorithm are verified; there is none for PS256."""
    if algorithm is Algorithm.EDDSA:
        return jose.public_key_of(_ED25519.public_key())
    return jose.public_key_of((_P384 if algorithm is Algorithm.ES384 else _P256).public_key())


def vectors() -> dict[str, Any]:
    """Return the good and the forged documents, for the file of vectors."""
    full = sealed(Algorithm.ES256)
    documents = [
        ("full", full),
        (
            "without the exporter's name and the particulars",
            redact(full, ["exporter.name", "items[0].particulars"]),
        ),
        ("with everything withheld", redact(full, open_envelope(full).hidden_paths)),
        ("with nothing hidden", sealed(Algorithm.ES256, ())),
        ("ES384", sealed(Algorithm.ES384)),
        ("EdDSA", sealed(Algorithm.EDDSA)),
    ]
    for what, name in OTHERS.items():
        other = sealed_sample(name)
        documents.append((what, other))
        documents.append(
            (f"{what}, with everything withheld", redact(other, open_envelope(other).hidden_paths))
        )
    return {
        "about": "Sealed documents; docs/spec/document.md. Written by scripts/make_vectors.py. Bytes are hexadecimal, save "
        "in the tokens; the key of each document is found by its kid.",
        "keys": [_key(public_key(a)) for a in (Algorithm.ES256, Algorithm.ES384, Algorithm.EDDSA)],
        "tagKey": TAG_KEY.hex(),
        "documents": [_document(what, token) for what, token in documents],
        "forged": [{"what": what, "token": token.decode()} for what, token in _forged(full)],
    }


def worked_examples(refused: int) -> str:
    """Return the last section of the specification; ``refused`` is how many flawed tokens the vectors have."""
    token = sealed(Algorithm.ES256)
    opened = open_envelope(token)
    signed, *encoded, _ = token.split(b"~")
    header, payload, signature_ = (decoded(part) for part in signed.split(b"."))
    entry = record_entry()
    copy = redact(token, ["exporter.name", "items[0].particulars"])
    public = public_key(Algorithm.ES256)
    paths = dict(
        zip((disclosure.encoded for disclosure in opened.disclosures), opened.hidden_paths, strict=True)
    )
    lines = [
        EXAMPLES_HEADING,
        "`tests/vectors/document.json` has whole sealed documents, in full and redacted, under ES256, ES384 and EdDSA, with all "
        "that a reader should find in them, licences and an AEO entry among them; three forged ones; and "
        f"{refused} that a reader must refuse, each for one flaw.",
        "",
        "The first of them, step by step. Its key is the one of private key 1, so that anybody can seal another:",
        "",
        _block(orjson.dumps(jose.jwk(public)).decode()),
        f"thumbprint `{jose.thumbprint(public).hex()}`. Header, {len(header)} bytes:",
        "",
        _block(header.decode()),
        f"Payload, {len(payload)} bytes, SHA-256 `{sha256(payload).hexdigest()}`:",
        "",
        _block(payload.decode()),
        "Disclosures, in the order of the token: where it belongs, its text, the text in base64url, the digest of that:",
        "",
        *(
            _block("\n".join([paths[part], decoded(part).decode(), part.decode(), digest_of(part)]))
            for part in encoded
        ),
        f"The signing input, which is header and payload in base64url with a dot between, has {len(opened.signing_input)} bytes, "
        f"SHA-256 `{sha256(opened.signing_input).hexdigest()}`. With the prefix of section 8 before it, and signed, that gives",
        "",
        _block(
            f"document id  {opened.document_id.hex()}",
            f"signature    {signature_.hex()}",
        ),
        f"The token has {len(token)} bytes, SHA-256 `{sha256(token).hexdigest()}`. Without `exporter.name` and "
        f"`items[0].particulars` it has {len(copy)}, SHA-256 `{sha256(copy).hexdigest()}`, the same document id and signature.",
        "",
        f"Its number is `{opened.subject['certificateNumber']}`; with the tag key of the worked examples in "
        "[the number tag](number-tag.md) the tag, and the whole entry that anchors the document on chain "
        f"{CHAIN_ID}, are",
        "",
        _block(
            f"number tag   {entry[-64:-32].hex()}",
            f"entry        {entry.hex()}",
        ),
    ]
    return "\n".join(lines)


def _block(*lines: str) -> str:
    return "\n".join(["```", *lines, "```", ""])


def record_entry() -> bytes:
    """Return the journal's entry that anchors the first document."""
    document = open_envelope(sealed(Algorithm.ES256))
    tag = numbers.tag(TAG_KEY, KIND_ORIGIN, numbers.normalise(CERTIFICATE["certificateNumber"]))
    act = RecordAnchored(
        int(CERTIFICATE["documentTypeCode"]), SINGLE_USE, document.header.kid, tag, document.document_id
    )
    return encode(CHAIN_ID, REGISTRY, ANCHORED_AT, document.issuer, OPERATOR, act)


def _key(public: jose.PublicKey) -> dict[str, Any]:
    return {
        "algorithm": public.algorithm.header_name,
        "code": int(public.algorithm),
        "raw": public.raw.hex(),
        "jwk": jose.jwk(public),
        "thumbprint": jose.thumbprint(public).hex(),
    }


def _document(what: str, token: bytes) -> dict[str, Any]:
    opened = open_envelope(token)
    number = numbers.normalise(opened.subject["certificateNumber"])
    return {
        "what": what,
        "token": token.decode(),
        "alg": opened.header.algorithm.header_name,
        "kid": opened.header.kid.hex(),
        "documentId": opened.document_id.hex(),
        "kind": opened.form.kind,
        "numberTag": numbers.tag(TAG_KEY, opened.form.kind, number).hex(),
        "claims": opened.claims,
        "disclosed": list(opened.hidden_paths),
        "withheld": opened.withheld,
    }


# --- making tokens ---------------------------------------------------------------------------------------------------


def _claims(source: dict[str, Any]) -> dict[str, Any]:
    document, problems = validate(source, read_reference())
    if document is None:
        raise ValueError(f"the example is not valid: {problems}")
    kind = kind_of(source)
    return credential(
        FORM_OF_KIND[kind],
        to_claims(document),
        identifier=IDENTIFIER,
        issuer=document.issuer.id,
        valid_from=f"{document.issue_date}T00:00:00Z",
        valid_until=None if document.valid_until is None else f"{document.valid_until}T23:59:59Z",
        chain_id=CHAIN_ID,
        registry=REGISTRY if kind is Kind.ORIGIN else bytes([REGISTRY[0] + kind - 1]) * 20,
    )


def _salts() -> Callable[[int], bytes]:
    numbered = count(1)
    return lambda length: sha256(f"salt {next(numbered)}".encode()).digest()[:length]


def sealed(algorithm: Algorithm, hidden: tuple[str, ...] = HIDDEN) -> bytes:
    """Return the example, sealed."""
    return _sealed(CERTIFICATE, algorithm, hidden)


def sealed_sample(name: str) -> bytes:
    """Return a sample of ``docs/samples``, by its file's name, sealed with the hidden members of its kind."""
    source = dict(shipped_others())[name]
    return _sealed(source, Algorithm.ES256, HIDDEN_BY_DEFAULT[kind_of(source)])


def _sealed(source: dict[str, Any], algorithm: Algorithm, hidden: tuple[str, ...]) -> bytes:
    unsigned = seal(
        _claims(source),
        hidden=Frame(hidden),
        salts=_salts(),
        kid=jose.thumbprint(public_key(algorithm)),
        algorithm=algorithm,
    )
    return attach(unsigned, signature(algorithm, unsigned.signing_input)).token


def signature(algorithm: Algorithm, text: bytes) -> bytes:
    """Return the signature that the example's key of this algorithm makes."""
    if algorithm is Algorithm.EDDSA:
        return _ED25519.sign(text)
    if algorithm is Algorithm.ES384:
        der = _P384.sign(text, ec.ECDSA(SHA384(), deterministic_signing=True))
    else:
        der = _P256.sign(text, ec.ECDSA(SHA256(), deterministic_signing=True))
    return jose.signature_from_der(algorithm, der)


def _forged(full: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield tokens that are well formed and not signed with the key that they name."""
    head, payload, rest = full.split(b".")
    first, _, disclosures = rest.partition(b"~")
    other = ec.derive_private_key(2, ec.SECP256R1())
    signing_input = head + b"." + payload
    der = other.sign(signing_input, ec.ECDSA(SHA256(), deterministic_signing=True))
    another = encode_base64url(jose.signature_from_der(Algorithm.ES256, der))
    yield "signed with another key", b".".join([signing_input, another + b"~" + disclosures])
    changed = encode_base64url(decoded(payload).replace(b'"hsCode":"030462"', b'"hsCode":"030461"'))
    yield (
        "the payload changed, the signature kept",
        b".".join([head, changed, first + b"~" + disclosures]),
    )
    yield "a signature of zeros", b".".join([signing_input, encode_base64url(bytes(64)) + b"~" + disclosures])


def decoded(part: bytes) -> bytes:
    """Return the bytes of a part of a token that is known to be good."""
    found = from_base64url(part)
    assert found is not None
    return found

"""What others make of our documents, and we of theirs: @sd-jwt/core on Node's cryptography, and joserfc.

The peer is lax where our profile is strict, so that it refuses nothing says little; that it reads the same, and refuses
what was altered, says much. Its side is ``tests/peers/sdjwt.cjs``.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from ledger import samples
from ledger.core import jose
from ledger.core.documents.kinds import kind_of
from ledger.core.documents.origin import HIDDEN_BY_DEFAULT
from ledger.core.documents.validation import HIDDEN_BY_DEFAULT as DEFAULT_OF_KIND
from ledger.core.documents.validation import to_claims, validate
from ledger.core.envelope import attach, credential, open_envelope, redact, seal, verify_signature
from ledger.core.forms import FORM_OF_KIND, MalformedEnvelope
from ledger.core.jose import Algorithm
from ledger.core.sdjwt import DIGEST_ALGORITHM, Frame
from tests.certificates import a_certificate, the_reference

ROOT = Path(__file__).parents[2]
REGISTRY = b"\x52" * 20
NESTED = (*HIDDEN_BY_DEFAULT, "exporter.name", "invoices[*]", "items[*].particulars.description")
Signer = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
Claims = dict[str, Any]

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # joserfc prefers the names of RFC 9864

every_algorithm = pytest.mark.parametrize("algorithm", Algorithm, ids=lambda algorithm: algorithm.header_name)


@cache
def a_signer(algorithm: Algorithm, place: int) -> Signer:
    if algorithm is Algorithm.EDDSA:
        return ed25519.Ed25519PrivateKey.from_private_bytes(bytes([place + 1]) * 32)
    if algorithm is Algorithm.PS256:
        return rsa.generate_private_key(65537, 2048)
    curve = ec.SECP256R1() if algorithm is Algorithm.ES256 else ec.SECP384R1()
    return ec.derive_private_key(place + 1_000, curve)


def sign(algorithm: Algorithm, text: bytes) -> bytes:
    signer = a_signer(algorithm, 0)
    if isinstance(signer, ec.EllipticCurvePrivateKey):
        digest = SHA256() if algorithm is Algorithm.ES256 else SHA384()
        return jose.signature_from_der(algorithm, signer.sign(text, ec.ECDSA(digest)))
    if isinstance(signer, rsa.RSAPrivateKey):
        return signer.sign(text, padding.PSS(padding.MGF1(SHA256()), salt_length=32), SHA256())
    return signer.sign(text)


def public_key(algorithm: Algorithm) -> jose.PublicKey:
    return jose.public_key_of(a_signer(algorithm, 0).public_key())


def their_key(algorithm: Algorithm, place: int = 0) -> ECKey | OKPKey | RSAKey:
    """The same key as joserfc reads it, which also spells the JWK for the peer and says its name."""
    pem = a_signer(algorithm, place).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    if algorithm is Algorithm.EDDSA:
        return OKPKey.import_key(pem)
    return RSAKey.import_key(pem) if algorithm is Algorithm.PS256 else ECKey.import_key(pem)


def claims_of(certificate: Mapping[str, Any]) -> Claims:
    valid, problems = validate(certificate, the_reference())
    assert valid is not None, problems
    return credential(
        FORM_OF_KIND[kind_of(certificate)],
        to_claims(valid),
        identifier="urn:uuid:5b7e7b1a-8a2c-4e6f-9d3b-1f2e3d4c5b6a",
        issuer=str(certificate["issuer"]["id"]),
        valid_from="2026-01-01T00:00:00Z",
        valid_until="2026-12-31T23:59:59Z",
        chain_id=7_040,
        registry=REGISTRY,
    )


def sealed(
    algorithm: Algorithm, hidden: Sequence[str] = NESTED, certificate: Mapping[str, Any] | None = None
) -> bytes:
    unsigned = seal(
        claims_of(certificate or a_certificate()),
        hidden=Frame(hidden),
        salts=os.urandom,
        kid=jose.thumbprint(public_key(algorithm)),
        algorithm=algorithm,
    )
    return attach(unsigned, sign(algorithm, unsigned.signing_input)).token


def ask(*tasks: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the peer's answers."""
    command = (f"{ROOT}/scripts/with_node", "node", f"{ROOT}/tests/peers/sdjwt.cjs")
    asked = json.dumps(tasks).encode()
    ran = subprocess.run(command, input=asked, capture_output=True, check=True, timeout=120)
    answers: list[dict[str, Any]] = json.loads(ran.stdout)
    return answers


def to_verify(token: bytes, algorithm: Algorithm, place: int = 0) -> dict[str, Any]:
    return {
        "do": "verify",
        "token": token.decode(),
        "key": their_key(algorithm, place).as_dict(private=False),
    }


def to_issue(algorithm: Algorithm, claims: Claims, hidden: Mapping[str, Any] | None) -> dict[str, Any]:
    key = their_key(algorithm)
    header = {
        "alg": algorithm.header_name,
        "typ": "vc+sd-jwt" if hidden else "vc+jwt",
        "cty": "vc",
        "kid": key.thumbprint_uri(),
    }
    return {
        "do": "issue",
        "claims": claims,
        "hidden": hidden,
        "header": header,
        "key": key.as_dict(private=True),
    }


# --- what we seal, read by the peer ----------------------------------------------------------------------------------


@every_algorithm
def test_the_peer_verifies_what_we_sealed_and_reads_the_same(algorithm: Algorithm) -> None:
    token = sealed(algorithm)
    ours = open_envelope(token)
    (theirs,) = ask(to_verify(token, algorithm))
    assert theirs["claims"] == ours.claims
    assert theirs["documentId"] == ours.document_id.hex()
    assert len(ours.disclosures) > len(HIDDEN_BY_DEFAULT) // 2


@every_algorithm
def test_the_peer_verifies_a_document_without_hidden_members(algorithm: Algorithm) -> None:
    token = sealed(algorithm, hidden=())
    (theirs,) = ask(to_verify(token, algorithm))
    assert theirs["header"]["typ"] == "vc+jwt"
    assert theirs["claims"] == open_envelope(token).claims


@every_algorithm
def test_the_peer_names_the_key_as_we_do(algorithm: Algorithm) -> None:
    (theirs,) = ask(to_verify(sealed(algorithm), algorithm))
    assert theirs["header"]["kid"] == their_key(algorithm).thumbprint_uri()


def test_the_peer_reads_every_sample_as_we_do() -> None:
    tokens = [
        sealed(Algorithm.ES256, certificate=document) for _, document in samples.shipped(the_reference())
    ]
    tokens += [
        sealed(Algorithm.ES256, DEFAULT_OF_KIND[kind_of(document)], document)
        for _, document in samples.shipped_others()
    ]
    theirs = ask(*(to_verify(token, Algorithm.ES256) for token in tokens))
    assert [answer.get("claims") for answer in theirs] == [open_envelope(token).claims for token in tokens]
    assert len(tokens) == samples.SHIPPED + 10


def test_the_peer_reads_the_examples_of_the_specification_as_they_say() -> None:
    vectors = json.loads((ROOT / "tests" / "vectors" / "document.json").read_text())
    keys = {key["thumbprint"]: key["jwk"] for key in vectors["keys"]}
    good = [
        {"do": "verify", "token": vector["token"], "key": keys[vector["kid"]]}
        for vector in vectors["documents"]
    ]
    forged = [
        {"do": "verify", "token": vector["token"], "key": vectors["keys"][0]["jwk"]}
        for vector in vectors["forged"]
    ]
    answers = ask(*good, *forged)
    for answer, vector in zip(answers, vectors["documents"], strict=False):
        assert (answer["claims"], answer["documentId"]) == (vector["claims"], vector["documentId"])
    assert all("error" in answer for answer in answers[len(good) :])


def test_the_peer_reads_of_a_redacted_copy_what_we_read() -> None:
    token = sealed(Algorithm.ES256)
    all_of_them = open_envelope(token).hidden_paths
    copies = [redact(token, hide) for hide in (["exporter.name"], ["items[*].particulars"], all_of_them)]
    theirs = ask(*(to_verify(copy, Algorithm.ES256) for copy in copies))
    assert [answer["claims"] for answer in theirs] == [open_envelope(copy).claims for copy in copies]
    assert len({answer["documentId"] for answer in theirs}) == 1


def test_the_peer_refuses_what_was_altered_or_sealed_by_another() -> None:
    token = sealed(Algorithm.ES256)
    signed, first, *others = token.split(b"~")
    altered = b"~".join([signed, first[:30] + (b"A" if first[30:31] != b"A" else b"B") + first[31:], *others])
    head, payload, signature = signed.split(b".")
    forged = b".".join([head, payload, signature[::-1]]) + b"~" + b"~".join([first, *others])
    answers = ask(
        to_verify(token, Algorithm.ES256),
        to_verify(altered, Algorithm.ES256),
        to_verify(forged, Algorithm.ES256),
        to_verify(token, Algorithm.ES256, place=1),
    )
    assert ["error" in answer for answer in answers] == [False, True, True, True]


# --- what the peer makes, read by us ---------------------------------------------------------------------------------

FRAME = {
    "credentialSubject": {
        "_sd": ["exporter", "consignee", "invoices"],
        "exporter": {"_sd": ["name"]},
        "invoices": {"_sd": [0]},
        "items": {"0": {"_sd": ["particulars"], "particulars": {"_sd": ["description"]}}},
    }
}
"""Hidden, nested and in an array; no mandatory member is behind a digest."""


def complete_claims() -> Claims:
    """Claims with every mandatory member, which only our own ``seal`` would add."""
    claims = claims_of(a_certificate())
    claims["credentialSubject"] |= {"flags": [], "references": []}
    return claims


@every_algorithm
def test_what_the_peer_sealed_is_opened_with_the_same_claims(algorithm: Algorithm) -> None:
    claims = complete_claims()
    (answer,) = ask(to_issue(algorithm, claims, FRAME))
    opened = open_envelope(answer["token"].encode())
    assert opened.claims == claims
    assert verify_signature(opened, public_key(algorithm))
    assert set(opened.hidden_paths) == {
        "exporter",
        "exporter.name",
        "consignee",
        "invoices",
        "invoices[0]",
        "items[0].particulars",
        "items[0].particulars.description",
    }


def test_a_final_separator_on_what_hides_nothing_is_refused() -> None:
    claims = complete_claims()
    (answer,) = ask(to_issue(Algorithm.EDDSA, claims, None))
    token = answer["token"].encode()
    with pytest.raises(MalformedEnvelope, match="without ~"):
        open_envelope(token)
    opened = open_envelope(token.removesuffix(b"~"))
    assert opened.claims == claims
    assert verify_signature(opened, public_key(Algorithm.EDDSA))


def test_what_the_peer_withheld_is_withheld_and_the_document_the_same() -> None:
    token = sealed(Algorithm.ES256, hidden=HIDDEN_BY_DEFAULT)
    keep = {"credentialSubject": {"exporter": True, "items": {"0": {"particulars": True}}}}
    (answer,) = ask({"do": "withhold", "token": token.decode(), "keep": keep})
    ours, theirs = open_envelope(token), open_envelope(answer["token"].encode())
    assert set(theirs.hidden_paths) == {"exporter", "items[0].particulars"}
    assert theirs.withheld == len(ours.disclosures) - 2
    assert theirs.document_id == ours.document_id
    assert verify_signature(theirs, public_key(Algorithm.ES256))


def test_the_peers_token_under_another_key_is_not_ours() -> None:
    (answer,) = ask(to_issue(Algorithm.ES256, complete_claims(), FRAME))
    other = jose.public_key_of(a_signer(Algorithm.ES256, 1).public_key())
    assert not verify_signature(open_envelope(answer["token"].encode()), other)


# --- joserfc: the signed part alone ----------------------------------------------------------------------------------


@every_algorithm
def test_joserfc_verifies_the_signed_part_of_what_we_sealed(algorithm: Algorithm) -> None:
    token = sealed(algorithm)
    read = jws.deserialize_compact(
        token.split(b"~")[0], their_key(algorithm), algorithms=[algorithm.header_name]
    )
    payload = json.loads(read.payload)
    assert payload[DIGEST_ALGORITHM] == "sha-256"
    assert payload["id"] == open_envelope(token).claims["id"]


@every_algorithm
def test_joserfc_and_we_agree_on_the_name_of_a_key(algorithm: Algorithm) -> None:
    ours = jose.to_base64url(jose.thumbprint(public_key(algorithm)))
    assert their_key(algorithm).thumbprint() == ours


@every_algorithm
def test_what_joserfc_signed_is_opened_and_verified(algorithm: Algorithm) -> None:
    claims, key = complete_claims(), their_key(algorithm)
    header = {"alg": algorithm.header_name, "typ": "vc+jwt", "cty": "vc", "kid": key.thumbprint_uri()}
    text = json.dumps(claims, ensure_ascii=False, separators=(",", ":"))
    token = jws.serialize_compact(header, text, key, algorithms=[algorithm.header_name])
    opened = open_envelope(token.encode())
    assert opened.claims == claims
    assert verify_signature(opened, public_key(algorithm))

"""JOSE: public keys as the chain holds them, their names, and the check of one signature."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.jose import (
    ALGORITHM_BY_HEADER_NAME,
    Algorithm,
    MalformedKey,
    PublicKey,
    encode_digests,
    from_base64url,
    is_base64url,
    jwk,
    public_key,
    public_key_of,
    signature_from_der,
    signature_lengths,
    thumbprint,
    to_base64url,
    verify_signature,
)

WYCHEPROOF = Path(__file__).resolve().parents[1] / "vectors" / "wycheproof"
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
TEXT = b"what is signed"


def cases(name: str) -> list[Any]:
    """Return (key of the group, test) of a Wycheproof file."""
    groups = json.loads((WYCHEPROOF / name).read_bytes())["testGroups"]
    return [
        pytest.param(group["publicKey"], test, id=f"{test['tcId']} {test['comment']}")
        for group in groups
        for test in group["tests"]
    ]


@pytest.fixture(scope="module")
def pss_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def p256_key() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(7, ec.SECP256R1())


def raw_signature(key: ec.EllipticCurvePrivateKey, text: bytes, width: int) -> bytes:
    r, s = decode_dss_signature(key.sign(text, ec.ECDSA(hashes.SHA256() if width == 32 else hashes.SHA384())))
    return r.to_bytes(width, "big") + s.to_bytes(width, "big")


# --- signatures of others ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "test"), cases("ecdsa_secp256r1_sha256_p1363_test.json"))
def test_p256_signatures_are_judged_as_wycheproof_does(key: dict[str, str], test: dict[str, Any]) -> None:
    point = bytes.fromhex(key["uncompressed"])[1:]
    known = public_key(Algorithm.ES256, point)
    found = verify_signature(known, bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"]))
    assert found == (test["result"] == "valid")


@pytest.mark.parametrize(("key", "test"), cases("ed25519_test.json"))
def test_ed25519_signatures_are_judged_as_wycheproof_does(key: dict[str, str], test: dict[str, Any]) -> None:
    known = public_key(Algorithm.EDDSA, bytes.fromhex(key["pk"]))
    found = verify_signature(known, bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"]))
    assert found == (test["result"] == "valid")


# --- one signature -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("curve", "width"), [(ec.SECP256R1(), 32), (ec.SECP384R1(), 48)])
def test_an_ecdsa_signature_is_two_numbers_of_full_length_and_no_der(curve: Any, width: int) -> None:
    key = ec.derive_private_key(11, curve)
    known = public_key_of(key.public_key())
    signature = raw_signature(key, TEXT, width)
    der = encode_dss_signature(
        int.from_bytes(signature[:width], "big"), int.from_bytes(signature[width:], "big")
    )
    assert verify_signature(known, TEXT, signature)
    assert not verify_signature(known, TEXT, der)
    assert signature_from_der(known.algorithm, der) == signature
    for other in (
        signature[:-1],
        signature + b"\0",
        b"\0" + signature,
        signature[width:] + signature[:width],
        b"",
    ):
        assert not verify_signature(known, TEXT, other)


def test_a_signature_with_a_high_s_is_valid_too() -> None:
    known, signature = public_key_of(p256_key().public_key()), raw_signature(p256_key(), TEXT, 32)
    other = signature[:32] + (P256_ORDER - int.from_bytes(signature[32:], "big")).to_bytes(32, "big")
    assert other != signature
    assert verify_signature(known, TEXT, other)


@pytest.mark.parametrize("r", [0, 1, P256_ORDER, P256_ORDER + 1, 2**256 - 1])
@pytest.mark.parametrize("s", [0, 1, P256_ORDER, 2**256 - 1])
def test_numbers_at_the_edges_are_no_signature(r: int, s: int) -> None:
    known = public_key_of(p256_key().public_key())
    assert not verify_signature(known, TEXT, r.to_bytes(32, "big") + s.to_bytes(32, "big"))


@given(st.binary(max_size=600), st.sampled_from(list(Algorithm)))
def test_no_bytes_are_a_signature_by_chance_and_none_raise(signature: bytes, algorithm: Algorithm) -> None:
    keys: dict[Algorithm, Any] = {
        Algorithm.ES256: p256_key().public_key(),
        Algorithm.ES384: ec.derive_private_key(7, ec.SECP384R1()).public_key(),
        Algorithm.EDDSA: ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key(),
        Algorithm.PS256: rsa.RSAPublicNumbers(65537, (1 << 2047) + 981).public_key(),
    }
    assert not verify_signature(public_key_of(keys[algorithm]), TEXT, signature)


@pytest.mark.parametrize(("salt", "valid"), [(32, True), (0, False), (20, False), (64, False)])
def test_a_pss_signature_has_a_salt_as_long_as_its_digest(
    pss_key: rsa.RSAPrivateKey, salt: int, valid: bool
) -> None:
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), salt)
    signature = pss_key.sign(TEXT, scheme, hashes.SHA256())
    known = public_key_of(pss_key.public_key())
    assert verify_signature(known, TEXT, signature) == valid
    assert not verify_signature(known, TEXT + b".", signature)
    assert not verify_signature(known, TEXT, signature[1:])


def test_pkcs1_v15_is_not_pss(pss_key: rsa.RSAPrivateKey) -> None:
    signature = pss_key.sign(TEXT, padding.PKCS1v15(), hashes.SHA256())
    assert not verify_signature(public_key_of(pss_key.public_key()), TEXT, signature)


def test_the_algorithm_is_the_keys_own_so_none_and_hmac_cannot_be_asked_for() -> None:
    assert set(ALGORITHM_BY_HEADER_NAME) == {"ES256", "ES384", "EdDSA", "PS256"}
    assert [signature_lengths(algorithm) for algorithm in Algorithm] == [
        range(64, 65), range(96, 97), range(64, 65), range(256, 513),
    ]  # fmt: skip


@pytest.mark.parametrize("der", [b"", b"\x30\x00", b"\x30\x06\x02\x01\x01\x02\x01"])
def test_what_is_not_der_is_not_turned_into_a_signature(der: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        signature_from_der(Algorithm.ES256, der)


def test_numbers_beyond_the_curve_are_not_turned_into_a_signature() -> None:
    with pytest.raises(ValueError, match="over 256 bits"):
        signature_from_der(Algorithm.ES256, encode_dss_signature(2**256, 1))


# --- keys --------------------------------------------------------------------------------------------------------


def test_the_name_of_an_rsa_key_is_that_of_rfc_7638() -> None:
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhM"
        "stn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n9"
        "1CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    raw = from_base64url(modulus.encode())
    assert raw is not None
    named = thumbprint(public_key(Algorithm.PS256, raw))
    assert to_base64url(named) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_the_name_of_an_ed25519_key_is_that_of_rfc_8037() -> None:
    raw = from_base64url(b"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    assert raw is not None
    named = thumbprint(public_key(Algorithm.EDDSA, raw))
    assert to_base64url(named) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_keeps_its_bytes_and_its_name(algorithm: Algorithm, pss_key: rsa.RSAPrivateKey) -> None:
    private: dict[Algorithm, Any] = {
        Algorithm.ES256: p256_key(),
        Algorithm.ES384: ec.derive_private_key(7, ec.SECP384R1()),
        Algorithm.EDDSA: ed25519.Ed25519PrivateKey.generate(),
        Algorithm.PS256: pss_key,
    }
    known = public_key_of(private[algorithm].public_key())
    assert known.algorithm is algorithm
    assert public_key(algorithm, known.raw) == PublicKey(algorithm, known.key, known.raw)
    assert thumbprint(public_key(algorithm, known.raw)) == thumbprint(known)
    assert set(jwk(known)) <= {"crv", "e", "kty", "n", "x", "y"}


@pytest.mark.parametrize(
    ("algorithm", "raw", "why"),
    [
        (0, bytes(64), "algorithm is 0"),
        (5, bytes(64), "algorithm is 5"),
        (1, bytes(63), "63 bytes, expected 64"),
        (1, b"\x04" + bytes(64), "65 bytes, expected 64"),
        (1, bytes(64), "not a point"),
        (1, b"\xff" * 64, "not a point"),
        (1, (1).to_bytes(32, "big") + (1).to_bytes(32, "big"), "not a point"),
        (2, bytes(64), "64 bytes, expected 96"),
        (2, bytes(96), "not a point"),
        (3, bytes(31), "31 bytes, expected 32"),
        (3, b"\xff" * 32, "beyond the field"),
        (3, (2).to_bytes(32, "little"), "not a point"),
        (3, (1).to_bytes(32, "little"), "small order"),
        (3, bytes(32), "small order"),
        (3, (2**255 - 20).to_bytes(32, "little"), "small order"),
        (3, bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "small order"),
        (3, bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "small order"),
        (4, b"\xff" * 255, "255 bytes, expected 256 to 512"),
        (4, b"\xff" * 513, "513 bytes"),
        (4, b"\x7f" + b"\xff" * 255, "leading zero bits"),
        (4, b"\xff" * 255 + b"\xfe", "even"),
    ],
)
def test_what_is_not_a_key_is_refused_with_the_reason(algorithm: int, raw: bytes, why: str) -> None:
    with pytest.raises(MalformedKey, match=why):
        public_key(algorithm, raw)


def test_keys_of_other_kinds_are_refused() -> None:
    with pytest.raises(MalformedKey, match="secp256k1"):
        public_key_of(ec.derive_private_key(7, ec.SECP256K1()).public_key())
    with pytest.raises(MalformedKey, match="exponent is 3"):
        public_key_of(rsa.RSAPublicNumbers(3, (1 << 2047) + 981).public_key())
    with pytest.raises(MalformedKey, match="expected a P-256"):
        public_key_of("a key")


# --- base64url ---------------------------------------------------------------------------------------------------


@given(st.binary(max_size=100))
def test_bytes_have_one_spelling(data: bytes) -> None:
    text = to_base64url(data)
    assert text == base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert is_base64url(text.encode())
    assert from_base64url(text.encode()) == data


@given(st.binary(max_size=12) | st.text("ABab09-_=+/ \n", max_size=12).map(str.encode))
def test_only_that_spelling_is_read(text: bytes) -> None:
    data = from_base64url(text)
    assert is_base64url(text) == (data is not None)
    assert data is None or to_base64url(data).encode() == text


@pytest.mark.parametrize(
    "text",
    [b"QQ==", b"QQ=", b"QR", b"QUJ", b"Q", b"QUJD\n", b" QUJD", b"QU.JD", b"+w", b"/w", "QUJÄ".encode()],
)
def test_other_spellings_are_refused(text: bytes) -> None:
    assert from_base64url(text) is None
    assert not is_base64url(text)


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=5))
def test_many_digests_are_spelt_as_each_by_itself(digests: list[bytes]) -> None:
    assert encode_digests(digests) == [to_base64url(digest) for digest in digests]

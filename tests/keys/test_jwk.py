"""Public keys as JSON Web Keys: every algorithm there and back, and nothing private taken or repeated."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core import jose
from ledger.core.jose import Algorithm
from ledger.errors import Rejected
from ledger.keys.jwk import read_public_key
from ledger.keys.signer import SoftwareSigner, generate

KEYS = {one: SoftwareSigner(generate(one)).public_key for one in Algorithm}


def codes(key: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as rejected:
        read_public_key("publicKey", key)
    return [(one.path, one.code) for one in rejected.value.problems]


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_key_of_every_algorithm_comes_back_as_it_was(algorithm: Algorithm) -> None:
    key = {**jose.jwk(KEYS[algorithm]), "alg": algorithm.header_name, "use": "sig", "kid": "ours"}
    assert read_public_key("publicKey", key) == KEYS[algorithm]


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_a_private_key_is_refused_and_not_repeated(member: str) -> None:
    key = {**jose.jwk(KEYS[Algorithm.ES256]), member: "c2VjcmV0LXNlY3JldA"}
    with pytest.raises(Rejected) as rejected:
        read_public_key("publicKey", key)
    [problem] = rejected.value.problems
    assert problem.code == "PRIVATE_KEY_SENT"
    assert "c2VjcmV0" not in str(rejected.value)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"kty": "oct"}, "publicKey.kty"),
        ({"crv": "secp256k1"}, "publicKey.kty"),
        ({"crv": ["P-256"]}, "publicKey.kty"),
        ({"x": "AAAA"}, "publicKey.x"),
        ({"x": None}, "publicKey.x"),
        ({"y": "é" * 43}, "publicKey.y"),
        ({"y": "A" * 43}, "publicKey"),
        ({"alg": "ES384"}, "publicKey.alg"),
    ],
)
def test_what_is_no_key_is_named_by_its_place(change: dict[str, Any], path: str) -> None:
    assert codes({**jose.jwk(KEYS[Algorithm.ES256]), **change}) == [(path, "KEY_INVALID")]


def test_unknown_members_are_all_named() -> None:
    key = {**jose.jwk(KEYS[Algorithm.EDDSA]), "x5c": [], "y": "AA"}
    assert codes(key) == [("publicKey.x5c", "MEMBER_UNKNOWN"), ("publicKey.y", "MEMBER_UNKNOWN")]


def test_an_rsa_key_with_another_exponent_is_refused() -> None:
    key = {**jose.jwk(KEYS[Algorithm.PS256]), "e": "AAAD"}
    assert codes(key) == [("publicKey.e", "KEY_INVALID")]


_ANY = st.none() | st.text("AQ-_=é", max_size=50) | st.integers() | st.lists(st.text(max_size=3), max_size=2)


@given(st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "n", "e", "alg"]), _ANY))
def test_garbage_raises_nothing_but_rejected(key: dict[str, Any]) -> None:
    with pytest.raises(Rejected):
        read_public_key("publicKey", key)

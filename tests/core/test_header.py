"""The protected header: four members in their one spelling, and nothing that could choose key or algorithm."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.forms import MalformedEnvelope
from ledger.core.header import KEY_ID_PREFIX, LONGEST, Header, read_header, write_header
from ledger.core.jose import Algorithm, encode_base64url, from_base64url, to_base64url

KID = bytes(range(32))
GOOD: dict[str, Any] = {
    "alg": "ES256",
    "cty": "vc",
    "kid": KEY_ID_PREFIX + to_base64url(KID),
    "typ": "vc+sd-jwt",
}

every_algorithm = pytest.mark.parametrize("algorithm", list(Algorithm))


def spelt(header: Any) -> bytes:
    return encode_base64url(header if isinstance(header, bytes) else orjson.dumps(header))


def code_of(segment: bytes) -> str:
    with pytest.raises(MalformedEnvelope) as malformed:
        read_header(segment)
    return malformed.value.code


# --- writing and reading -------------------------------------------------------------------------------------------


@every_algorithm
@pytest.mark.parametrize("typ", ["vc+sd-jwt", "vc+jwt"])
def test_what_is_written_is_read_back(algorithm: Algorithm, typ: str) -> None:
    assert read_header(write_header(algorithm, KID, typ)) == Header(algorithm, KID, typ)


@every_algorithm
def test_the_header_has_four_members_and_the_key_only_by_its_name(algorithm: Algorithm) -> None:
    text = from_base64url(write_header(algorithm, KID, "vc+jwt"))
    assert text is not None
    assert orjson.loads(text) == {**GOOD, "alg": algorithm.header_name, "typ": "vc+jwt"}


@pytest.mark.parametrize("length", [0, 20, 31, 33, 64])
def test_only_a_thumbprint_names_a_key(length: int) -> None:
    with pytest.raises(MalformedEnvelope) as malformed:
        write_header(Algorithm.ES256, bytes(length), "vc+jwt")
    assert malformed.value.code == "KEY_ID"
    assert code_of(spelt({**GOOD, "kid": KEY_ID_PREFIX + to_base64url(bytes(length))})) == "KEY_ID"


def test_the_order_of_members_and_white_space_are_free() -> None:
    loose = orjson.dumps(dict(reversed(GOOD.items())), option=orjson.OPT_INDENT_2)
    assert read_header(spelt(loose)) == read_header(spelt(GOOD))


def test_the_length_is_limited_exactly() -> None:
    text = orjson.dumps(GOOD)
    longest = spelt(text + b" " * (LONGEST * 3 // 4 - len(text)))
    assert len(longest) == LONGEST
    assert read_header(longest).kid == KID
    assert code_of(spelt(text + b" " * (LONGEST * 3 // 4 + 1 - len(text)))) == "HEADER"


# --- attacks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "alg",
    ["none", "None", "NONE", "", "HS256", "HS384", "HS512", "RS256", "PS384", "ES512", "ES256K", "Ed25519",
     "es256", "EDDSA", "eddsa", " ES256", "ES256\n", "ES256\0", 1, True, None, ["ES256"], {"ES256": 1}],
)  # fmt: skip
def test_every_algorithm_but_the_four_is_refused_in_every_spelling(alg: Any) -> None:
    assert code_of(spelt({**GOOD, "alg": alg})) == "ALGORITHM"


@pytest.mark.parametrize(
    "member",
    ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64", "zip", "enc", "nonce", "iss", "trust_chain",
     "vct", "exp", "ALG", "Kid", "_sd_alg", ""],
)  # fmt: skip
@pytest.mark.parametrize("value", [None, [], {}, "https://evil.example/keys", False])
def test_every_further_member_is_refused_whatever_it_says(member: str, value: Any) -> None:
    assert code_of(spelt({**GOOD, member: value})) == "HEADER"


@pytest.mark.parametrize("member", list(GOOD))
def test_every_member_must_be_there_and_only_once(member: str) -> None:
    assert code_of(spelt({name: value for name, value in GOOD.items() if name != member})) == "HEADER"
    twice = orjson.dumps(GOOD)[:-1] + b"," + orjson.dumps({member: GOOD[member]})[1:]
    assert code_of(spelt(twice)) == "HEADER"


@pytest.mark.parametrize(
    "typ",
    ["JWT", "jwt", "vc", "vp+jwt", "vp+sd-jwt", "dc+sd-jwt", "kb+jwt", "statuslist+jwt", "at+jwt", "VC+JWT",
     "application/vc+jwt", "vc+jwt ", "", None, ["vc+jwt"], {}, 0],
)  # fmt: skip
def test_a_token_made_for_something_else_is_refused_by_its_type(typ: Any) -> None:
    assert code_of(spelt({**GOOD, "typ": typ})) == "TYPE"


@pytest.mark.parametrize("cty", ["VC", "vc ", "JWT", "application/vc", "", None, ["vc"], {}, 0])
def test_content_of_another_type_is_refused(cty: Any) -> None:
    assert code_of(spelt({**GOOD, "cty": cty})) == "TYPE"


@pytest.mark.parametrize(
    "kid",
    ["", "../../etc/passwd", "' OR 1=1 --", "https://evil.example/#key", "did:web:evil.example#key-1",
     to_base64url(KID), KEY_ID_PREFIX, KEY_ID_PREFIX.upper() + to_base64url(KID), " " + GOOD["kid"], GOOD["kid"] + "=",
     GOOD["kid"] + "\n", GOOD["kid"][:-1] + "9", KEY_ID_PREFIX * 2 + to_base64url(KID), KEY_ID_PREFIX + KID.hex(),
     KEY_ID_PREFIX + "é" * 43, None, 0, [GOOD["kid"]], {}],
)  # fmt: skip
def test_a_key_is_named_by_its_thumbprint_in_one_spelling_and_nothing_is_looked_up_for_another(
    kid: Any,
) -> None:
    assert code_of(spelt({**GOOD, "kid": kid})) == "KEY_ID"


@pytest.mark.parametrize(
    "text", [b"[]", b'"ES256"', b"1", b"null", b"true", b"{}", b'["alg","cty","kid","typ"]']
)
def test_json_that_is_not_such_an_object_is_refused(text: bytes) -> None:
    assert code_of(spelt(text)) == "HEADER"


@pytest.mark.parametrize(
    "segment", [b"", b"e", b"e30=", b"e31", b" e30", b"e30\n", b"e3+0", b"\xff", spelt(GOOD) + b"="]
)
def test_other_than_canonical_base64url_is_refused(segment: bytes) -> None:
    assert code_of(segment) == "BASE64URL"


@given(st.binary(max_size=80) | st.binary(max_size=80).map(encode_base64url))
def test_no_bytes_are_a_header_by_chance_and_none_make_it_fail_in_another_way(segment: bytes) -> None:
    assert code_of(segment) in {"BASE64URL", "HEADER"}


scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9) | st.lists(st.just("vc"))


@given(st.fixed_dictionaries({name: st.just(value) | scalars for name, value in GOOD.items()}))
def test_whatever_the_four_members_say_only_their_right_values_are_read(header: dict[str, Any]) -> None:
    try:
        read = read_header(spelt(header))
    except MalformedEnvelope:
        assert header != GOOD
    else:
        assert (header, read) == (GOOD, Header(Algorithm.ES256, KID, "vc+sd-jwt"))

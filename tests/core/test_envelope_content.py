"""The envelope: any content comes back as it was, by the bytes that were signed, and limits hold on both sides."""

from __future__ import annotations

import hmac
import os
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import jose
from ledger.core.documents.origin import HIDDEN_BY_DEFAULT
from ledger.core.envelope import (
    Unsigned,
    credential,
    open_envelope,
    redact,
    seal,
    verify_signature,
)
from ledger.core.forms import ORIGIN, MalformedEnvelope
from ledger.core.header import KEY_ID_PREFIX
from ledger.core.jose import Algorithm, encode_base64url, from_base64url, to_base64url
from ledger.core.sdjwt import RESERVED, Frame
from ledger.core.strictjson import MAX_INTEGER, Limits, check_text
from tests.sealed import (
    PRIVATE,
    SUBJECT,
    TOKEN,
    claims,
    code_of,
    code_of_sealing,
    forged,
    header_of,
    payload_of,
    public,
    sealed,
    sha256,
    with_subject,
)

# --- the bytes that count ----------------------------------------------------------------------------------------


def test_the_document_id_is_a_digest_of_what_was_signed_as_received() -> None:
    signing_input = TOKEN.split(b"~")[0].rpartition(b".")[0]
    assert open_envelope(TOKEN).document_id == sha256(b"TradeSeal-document-v1\0" + signing_input)


def test_nothing_is_serialised_again_so_another_spelling_verifies_and_is_another_document() -> None:
    loose = orjson.dumps(dict(reversed(payload_of().items())), option=orjson.OPT_INDENT_2)
    opened, good = open_envelope(forged(payload=loose)), open_envelope(TOKEN)
    assert opened.claims == good.claims
    assert verify_signature(opened, public())
    assert opened.document_id == sha256(b"TradeSeal-document-v1\0" + opened.signing_input)
    assert opened.document_id != good.document_id


def test_what_another_sealed_with_unseen_signs_is_judged_as_it_was_sealed() -> None:
    opened = open_envelope(forged(payload=with_subject(hsEdition="HS\u202e2022\u200b")))
    assert opened.subject["hsEdition"] == "HS\u202e2022\u200b"
    assert verify_signature(opened, public())


def test_what_was_sealed_in_another_normal_form_is_refused_and_not_normalised() -> None:
    assert code_of(forged(payload=with_subject(hsEdition="e\u0301"))) == "JSON"


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_signature_of_zeros_is_none(algorithm: Algorithm) -> None:
    head, _, rest = sealed(algorithm=algorithm).token.partition(b"~")
    text, _, real = head.rpartition(b".")
    zeros = encode_base64url(bytes(len(from_base64url(real) or b"")))
    assert not verify_signature(open_envelope(text + b"." + zeros + b"~" + rest), public(algorithm))


def test_a_signature_in_der_is_refused() -> None:
    text = TOKEN.split(b"~")[0].rpartition(b".")[0]
    der = PRIVATE[Algorithm.ES256].sign(text, ec.ECDSA(hashes.SHA256()))
    assert code_of(text + b"." + encode_base64url(der) + b"~") == "SIGNATURE"


def test_an_hmac_keyed_with_the_public_key_is_refused() -> None:
    pem = PRIVATE[Algorithm.ES256].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = encode_base64url(orjson.dumps({**header_of(), "alg": "HS256"}))
    text = head + b"." + TOKEN.split(b".")[1]
    assert code_of(text + b"." + encode_base64url(hmac.digest(pem, text, "sha256")) + b"~") == "ALGORITHM"


def test_the_right_key_under_its_own_name_does_not_verify_for_an_algorithm_that_is_not_its_own() -> None:
    opened = open_envelope(forged(header={**header_of(), "alg": "EdDSA"}))
    assert opened.header.kid == jose.thumbprint(public())
    assert jose.verify_signature(public(), opened.signing_input, opened.signature)
    assert not verify_signature(opened, public())


def test_the_right_key_does_not_verify_what_names_another() -> None:
    other = {**header_of(), "kid": KEY_ID_PREFIX + to_base64url(bytes(32))}
    opened = open_envelope(forged(header=other))
    assert jose.verify_signature(public(), opened.signing_input, opened.signature)
    assert not verify_signature(opened, public())


def test_a_disclosure_of_another_document_does_not_fit() -> None:
    signed, *_ = TOKEN.split(b"~")
    _, *others = sealed().token.split(b"~")
    assert code_of(b"~".join([signed, *others])) == "DISCLOSURE_UNREFERENCED"


def test_a_disclosure_with_another_value_does_not_fit() -> None:
    signed, first, *others = TOKEN.split(b"~")
    salt, name, _ = orjson.loads(from_base64url(first) or b"")
    other = encode_base64url(orjson.dumps([salt, name, {"name": "ANOTHER EXPORTER"}]))
    assert code_of(b"~".join([signed, other, *others])) == "DISCLOSURE_UNREFERENCED"


@given(st.permutations(TOKEN.split(b"~")[1:-1]))
def test_the_order_of_disclosures_tells_nothing(disclosures: list[bytes]) -> None:
    opened = open_envelope(b"~".join([TOKEN.split(b"~")[0], *disclosures, b""]))
    good = open_envelope(TOKEN)
    assert (opened.claims, opened.document_id) == (good.claims, good.document_id)


# --- any content -------------------------------------------------------------------------------------------------

honest = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(
    lambda text: check_text(text) is None
)
contents = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | honest,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(st.characters(codec="ascii"), max_size=5).filter(lambda name: name not in RESERVED),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
NESTED = ("remarks", "exporter", "exporter.name", "invoices[*]", "transport.loading")


@settings(max_examples=60)
@given(
    st.fixed_dictionaries(
        {
            "remarks": contents,
            "exporter": st.fixed_dictionaries({}, optional={"name": contents, "country": contents}),
            "invoices": st.lists(contents, max_size=3),
            "transport": st.fixed_dictionaries({}, optional={"loading": contents, "voyage": contents}),
        }
    ),
    st.sets(st.sampled_from(NESTED)),
)
def test_whatever_private_members_hold_comes_back_as_it_was(
    members: dict[str, Any], hidden: set[str]
) -> None:
    opened = open_envelope(sealed(tuple(sorted(hidden)), of=claims(**members)).token)
    assert {name: opened.subject[name] for name in members} == members
    assert verify_signature(opened, public())


DEEP = sealed(("exporter", "exporter.name", "invoices", "invoices[*]", "items[*].fob", "items[*].fob.amount"))
DEEP_PATHS = (
    "exporter",
    "exporter.name",
    "invoices",
    "invoices[0]",
    "items[0].fob",
    "items[0].fob.amount",
    "items[1].fob",
    "items[1].fob.amount",
)


def test_what_can_be_withheld_is_told_by_path_with_its_disclosure_outer_before_inner() -> None:
    opened = open_envelope(DEEP.token)
    assert sorted(opened.hidden_paths) == sorted(DEEP_PATHS)
    for disclosure in opened.disclosures:
        name = orjson.loads(from_base64url(disclosure.encoded) or b"")[1]
        assert disclosure.path.rpartition(".")[2] == name or disclosure.path == "invoices[0]"
    for outer in ("exporter", "invoices", "items[0].fob"):
        inner = [path for path in opened.hidden_paths if path.startswith(outer) and path != outer]
        assert all(opened.hidden_paths.index(outer) < opened.hidden_paths.index(path) for path in inner)


@settings(max_examples=60)
@given(st.sets(st.sampled_from(DEEP_PATHS)))
def test_a_copy_lacks_what_was_taken_out_with_all_within_it_and_nothing_else(hide: set[str]) -> None:
    copy = redact(DEEP.token, sorted(hide))
    opened = open_envelope(copy)
    gone = {
        path
        for path in DEEP_PATHS
        if any(path == out or path.startswith((out + ".", out + "[")) for out in hide)
    }
    assert {*opened.hidden_paths} == {*DEEP_PATHS} - gone
    assert copy.split(b"~")[0] == DEEP.token.split(b"~")[0]
    assert opened.document_id == DEEP.document_id
    assert verify_signature(opened, public())


def test_of_a_document_that_hides_nothing_the_only_copy_is_itself() -> None:
    plain = sealed(()).token
    assert redact(plain, []) == plain
    with pytest.raises(MalformedEnvelope) as malformed:
        redact(plain, ["exporter", "items[0].hsCode"])
    assert [problem.code for problem in malformed.value.problems] == ["NOT_HIDDEN", "MUST_STAY_VISIBLE"]


def test_what_is_no_sealed_document_is_not_redacted() -> None:
    with pytest.raises(MalformedEnvelope) as malformed:
        redact(TOKEN[:-1], ["exporter"])
    assert malformed.value.code == "FRAMING"


# --- how it is sealed --------------------------------------------------------------------------------------------


def unsigned(
    hidden: tuple[str, ...] = HIDDEN_BY_DEFAULT, salts: Callable[[int], bytes] = os.urandom, **limits: int
) -> Unsigned:
    return seal(
        claims(),
        hidden=Frame(hidden),
        salts=salts,
        kid=bytes(32),
        algorithm=Algorithm.ES256,
        limits=Limits(**limits),
    )


def test_the_given_claims_are_not_changed() -> None:
    given_claims = claims()
    sealed(of=given_claims)
    assert given_claims == claims()


def test_a_document_without_an_end_says_none() -> None:
    endless = credential(
        ORIGIN, SUBJECT, identifier="urn:uuid:5b7e7b1a-8a2c-4e6f-9d3b-1f2e3d4c5b6a", issuer="VN-VCCI",
        valid_from="2024-03-04T00:00:00Z", valid_until=None, chain_id=7_040, registry=bytes(20),
    )  # fmt: skip
    assert "validUntil" not in open_envelope(sealed(of=endless).token).claims
    assert open_envelope(TOKEN).claims["validUntil"] == "2025-03-03T23:59:59Z"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"@context": ["https://www.w3.org/ns/credentials/v2"]}, "CONTEXT"),
        ({"exp": 1}, "CREDENTIAL"),
        ({"issuer": "VN-VCCI"}, "CREDENTIAL"),
        ({"validFrom": "2024-03-04"}, "CREDENTIAL"),
        ({"credentialSubject": None}, "CREDENTIAL"),
        ({"_sd_alg": "sha-256"}, "RESERVED_NAME"),
    ],
)
def test_claims_that_would_not_open_are_not_sealed(changes: dict[str, Any], code: str) -> None:
    assert code_of_sealing(of={**claims(), **changes}) == code


@pytest.mark.parametrize(
    ("hidden", "salts", "code"),
    [
        (HIDDEN_BY_DEFAULT, lambda _: b"x" * 15, "SALT_SHORT"),
        (HIDDEN_BY_DEFAULT, lambda _: b"x" * 16, "SALT_TWICE"),
        (("exporter[*]",), os.urandom, "FRAME"),
    ],
)
def test_bad_salts_and_frames_are_refused_when_sealing(
    hidden: tuple[str, ...], salts: Any, code: str
) -> None:
    with pytest.raises(MalformedEnvelope) as malformed:
        unsigned(hidden, salts)
    assert malformed.value.code == code


def test_every_hidden_member_gets_128_bits_of_its_own_from_the_given_source() -> None:
    items = [{**SUBJECT["items"][0], "sequence": place} for place in range(1, 501)]
    asked: list[bytes] = []

    def source(size: int) -> bytes:
        assert size == 16
        asked.append(os.urandom(size))
        return asked[-1]

    made = seal(
        claims(items=items),
        hidden=Frame(HIDDEN_BY_DEFAULT),
        salts=source,
        kid=bytes(32),
        algorithm=Algorithm.ES256,
    )
    found = [orjson.loads(from_base64url(one) or b"")[0] for one in made.disclosures]
    assert sorted(found) == sorted(map(to_base64url, asked))
    assert len(set(found)) == len(found) == 503


def test_nothing_is_sealed_that_would_be_too_large_to_open() -> None:
    made = unsigned()
    size = len(made.signing_input) + len(b"~".join(made.disclosures)) + 1
    longest = len(b".") + len(encode_base64url(bytes(512)))
    assert longest <= 700
    assert unsigned(size=size + 700).document_id
    with pytest.raises(MalformedEnvelope, match="bytes") as malformed:
        unsigned(size=size + 699)
    assert malformed.value.code == "TOO_LARGE"
    with pytest.raises(MalformedEnvelope, match="disclosures") as malformed:
        unsigned(disclosures=len(made.disclosures) - 1)
    assert malformed.value.code == "TOO_LARGE"
    assert unsigned(disclosures=len(made.disclosures)).document_id


def test_nothing_is_sealed_that_would_be_too_deep_to_open() -> None:
    def nested(levels: int) -> dict[str, Any]:
        value: Any = "deep"
        for _ in range(levels):
            value = [value]
        return claims(remarks=value)

    assert open_envelope(sealed(("remarks",), of=nested(14)).token).subject["remarks"]
    assert code_of_sealing(("remarks",), of=nested(15)) == "JSON"


def test_the_limits_of_a_reader_are_exact() -> None:
    assert open_envelope(TOKEN, Limits(size=len(TOKEN), disclosures=TOKEN.count(b"~") - 1))
    assert code_of(TOKEN, Limits(size=len(TOKEN) - 1)) == "TOO_LARGE"
    assert code_of(TOKEN, Limits(disclosures=TOKEN.count(b"~") - 2)) == "TOO_MANY_DISCLOSURES"

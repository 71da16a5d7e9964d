"""The envelope: what is sealed opens again, as the same document in every copy, and nothing else opens."""

from __future__ import annotations

import os
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core import jose
from ledger.core.documents.origin import HIDDEN_BY_DEFAULT
from ledger.core.envelope import (
    attach,
    open_envelope,
    redact,
    seal,
    verify_signature,
)
from ledger.core.forms import ORIGIN, MalformedEnvelope
from ledger.core.header import KEY_ID_PREFIX
from ledger.core.jose import Algorithm, encode_base64url, from_base64url, to_base64url
from ledger.core.sdjwt import Frame
from ledger.core.strictjson import Limits
from tests.sealed import (
    P256_ORDER,
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

# --- sealing and opening -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_what_is_sealed_opens_with_all_its_members_and_the_right_signature(algorithm: Algorithm) -> None:
    made = sealed(algorithm=algorithm)
    opened = open_envelope(made.token)
    assert verify_signature(opened, public(algorithm))
    assert opened.document_id == made.document_id
    assert (opened.issuer, opened.header.algorithm) == ("VN-VCCI", algorithm)
    assert {**opened.subject, "flags": ..., "references": ...} == {**SUBJECT, "flags": ..., "references": ...}


def test_what_is_private_is_hidden_and_what_a_verdict_rests_on_is_not() -> None:
    in_the_open = orjson.dumps(payload_of())
    for private in ("SAIGON", "上海", "72000", "EX-2024"):
        assert private.encode() not in in_the_open
    for needed in ("VN-CN 24/02/00123", "030462", "24000.000", "RCEP", "2025-03-03"):
        assert needed.encode() in in_the_open


def test_with_nothing_hidden_it_is_a_plain_vc_jwt() -> None:
    made = sealed(())
    assert (header_of(made.token)["typ"], b"~" in made.token) == ("vc+jwt", False)
    assert open_envelope(made.token).withheld == 0


def test_two_documents_of_the_same_certificate_never_share_a_salt() -> None:
    first, second = sealed().token.split(b"~")[1:-1], sealed().token.split(b"~")[1:-1]
    assert len({*first, *second}) == len(first) + len(second) > 6


@settings(max_examples=40)
@given(st.sets(st.sampled_from(HIDDEN_BY_DEFAULT)), st.sampled_from([Algorithm.ES256, Algorithm.EDDSA]))
def test_whatever_may_be_hidden_comes_back(hidden: set[str], algorithm: Algorithm) -> None:
    opened = open_envelope(sealed(tuple(sorted(hidden)), algorithm).token)
    assert {name: opened.subject[name] for name in SUBJECT} == SUBJECT


@pytest.mark.parametrize(
    "path",
    [*ORIGIN.always, *(f"items[*].{name}" for name in ORIGIN.always_in_items), "items[*]", "issuer.id",
     "items[*].quantities[*]", "items[*].originCriterion.code"],
)  # fmt: skip
def test_what_a_verdict_rests_on_cannot_be_hidden(path: str) -> None:
    assert code_of_sealing((path,)) == "MUST_STAY_VISIBLE"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"certificateNumber": ...}, "MANDATORY_MISSING"),
        ({"items": []}, "MANDATORY_MISSING"),
        ({"items": [{"sequence": 1}]}, "MANDATORY_MISSING"),
        ({"destinationCountry": None}, "MANDATORY_MISSING"),
        ({"remarks": "a\u202eb"}, "TEXT"),
        ({"remarks": "a\u200bb"}, "TEXT"),
        ({"remarks": "e\u0301"}, "JSON"),
        ({"totalPackages": 1.5}, "JSON"),
        ({"totalPackages": 2**53}, "JSON"),
        ({"remarks": {"_sd": ["x"]}}, "RESERVED_NAME"),
        ({"remarks": [{"...": "x"}]}, "RESERVED_NAME"),
        ({"remarks": {"_sd_alg": "none"}}, "RESERVED_NAME"),
    ],
)
def test_what_could_not_be_judged_or_deceives_is_not_sealed(changes: dict[str, Any], code: str) -> None:
    assert code_of_sealing(HIDDEN_BY_DEFAULT, claims(**changes)) == code


@pytest.mark.parametrize(
    ("algorithm", "length"), [(1, 63), (1, 65), (1, 71), (2, 64), (3, 63), (4, 255), (4, 513)]
)
def test_a_signature_of_another_length_is_not_attached(algorithm: int, length: int) -> None:
    unsigned = seal(
        claims(), hidden=Frame(()), salts=os.urandom, kid=bytes(32), algorithm=Algorithm(algorithm)
    )
    with pytest.raises(MalformedEnvelope, match=f"a signature of {length} bytes"):
        attach(unsigned, bytes(length))


# --- copies ------------------------------------------------------------------------------------------------------


def test_a_redacted_copy_is_the_same_document_with_less_in_it() -> None:
    copy = redact(TOKEN, ["exporter", "items[1].fob"])
    full, less = open_envelope(TOKEN), open_envelope(copy)
    assert less.document_id == full.document_id
    assert verify_signature(less, public())
    assert "exporter" not in less.subject
    assert ["fob" in item for item in less.subject["items"]] == [True, False]
    assert less.subject["consignee"] == SUBJECT["consignee"]
    assert less.withheld == 2


@settings(max_examples=40)
@given(st.sets(st.integers(0, 4)))
def test_any_disclosures_may_be_dropped_and_it_stays_the_same_document(dropped: set[int]) -> None:
    signed, *disclosures, _ = TOKEN.split(b"~")
    kept = [one for place, one in enumerate(disclosures) if place not in dropped]
    opened = open_envelope(b"~".join([signed, *kept, b""]))
    assert opened.document_id == open_envelope(TOKEN).document_id
    assert len(opened.disclosed) == len(kept)


def test_a_pattern_hides_in_all_items_and_what_is_hidden_cannot_be_hidden_again() -> None:
    copy = redact(TOKEN, ["items[*].fob"])
    assert all("fob" not in item for item in open_envelope(copy).subject["items"])
    with pytest.raises(MalformedEnvelope) as malformed:
        redact(copy, ["items[*].fob", "certificateNumber", "no such thing"])
    assert [problem.code for problem in malformed.value.problems] == [
        "NOT_HIDDEN", "MUST_STAY_VISIBLE", "NOT_HIDDEN",
    ]  # fmt: skip


def test_hiding_an_outer_member_takes_what_is_disclosed_within_it_along() -> None:
    nested = sealed(("exporter", "exporter.name")).token
    assert open_envelope(redact(nested, ["exporter.name"])).subject["exporter"] == {"country": "VN"}
    assert b"~" + b"~".join(redact(nested, ["exporter"]).split(b"~")[1:]) == b"~"


def test_another_valid_signature_makes_no_other_document() -> None:
    signed, *disclosures = TOKEN.split(b"~")
    head, _, last = signed.rpartition(b".")
    raw = from_base64url(last) or b""
    flipped = raw[:32] + (P256_ORDER - int.from_bytes(raw[32:], "big")).to_bytes(32, "big")
    opened = open_envelope(b"~".join([head + b"." + encode_base64url(flipped), *disclosures]))
    assert opened.signature != raw
    assert verify_signature(opened, public())
    assert opened.document_id == open_envelope(TOKEN).document_id


@settings(max_examples=400)
@given(st.integers(0, len(TOKEN) - 1), st.sampled_from(sorted(set(TOKEN))))
def test_one_changed_sign_never_passes_as_the_same_signed_document(place: int, sign: int) -> None:
    if TOKEN[place] == sign:
        return
    spoilt = TOKEN[:place] + bytes([sign]) + TOKEN[place + 1 :]
    try:
        opened = open_envelope(spoilt)
    except MalformedEnvelope:
        return
    good = open_envelope(TOKEN)
    assert not verify_signature(opened, public()) or (
        # A "." or "~" that fell into a disclosure can only make it unreadable; what opens and verifies is what was signed.
        opened.document_id == good.document_id and opened.subject.items() <= good.subject.items()
    )


@settings(max_examples=200)
@given(st.integers(0, len(TOKEN) - 1))
def test_a_truncated_token_opens_only_where_whole_disclosures_were_cut_off(length: int) -> None:
    cut = TOKEN[:length]
    if cut.endswith(b"~") and cut.count(b".") == 2:
        assert open_envelope(cut).document_id == open_envelope(TOKEN).document_id
    else:
        assert code_of(cut)


# --- headers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"alg": "none"}, "ALGORITHM"),
        ({"alg": "None"}, "ALGORITHM"),
        ({"alg": ""}, "ALGORITHM"),
        ({"alg": "HS256"}, "ALGORITHM"),
        ({"alg": "RS256"}, "ALGORITHM"),
        ({"alg": "es256"}, "ALGORITHM"),
        ({"alg": ["ES256"]}, "ALGORITHM"),
        ({"typ": "JWT"}, "TYPE"),
        ({"typ": "VC+SD-JWT"}, "TYPE"),
        ({"typ": "application/vc+sd-jwt"}, "TYPE"),
        ({"typ": "dc+sd-jwt"}, "TYPE"),
        ({"typ": "statuslist+jwt"}, "TYPE"),
        ({"typ": "vc+jwt"}, "FRAMING"),
        ({"typ": ...}, "HEADER"),
        ({"cty": "JWT"}, "TYPE"),
        ({"jwk": {"kty": "EC"}}, "HEADER"),
        ({"jku": "https://evil.example/keys"}, "HEADER"),
        ({"x5u": "https://evil.example/cert"}, "HEADER"),
        ({"x5c": ["MII"]}, "HEADER"),
        ({"crit": []}, "HEADER"),
        ({"crit": ["b64"], "b64": False}, "HEADER"),
        ({"zip": "DEF"}, "HEADER"),
        ({"kid": ...}, "HEADER"),
        ({"kid": "../../etc/passwd"}, "KEY_ID"),
        ({"kid": "' OR 1=1 --"}, "KEY_ID"),
        ({"kid": KEY_ID_PREFIX + to_base64url(bytes(31))}, "KEY_ID"),
        ({"kid": KEY_ID_PREFIX + to_base64url(bytes(32)) + "="}, "KEY_ID"),
        ({"kid": 7}, "KEY_ID"),
    ],
)
def test_a_header_that_says_anything_else_is_refused(changes: dict[str, Any], code: str) -> None:
    header = {name: value for name, value in {**header_of(), **changes}.items() if value is not ...}
    assert code_of(forged(header=header)) == code


@pytest.mark.parametrize(
    "text", [b"[]", b"null", b"{", b'{"alg":"ES256","alg":"none"}', b'{"alg":' * 5_000, b" " * 600]
)
def test_a_header_that_is_no_object_is_refused(text: bytes) -> None:
    assert code_of(forged(header=text)) == "HEADER"


@pytest.mark.parametrize("said", list(Algorithm))
@pytest.mark.parametrize("key", list(Algorithm))
def test_a_signature_counts_only_with_the_algorithm_of_the_registered_key(
    said: Algorithm, key: Algorithm
) -> None:
    made = open_envelope(sealed(algorithm=said).token)
    assert verify_signature(made, public(key)) == (said is key)


def test_another_key_of_the_same_algorithm_does_not_verify_even_where_the_name_is_swapped() -> None:
    other = jose.public_key_of(ec.derive_private_key(4, ec.SECP256R1()).public_key())
    named = {**header_of(), "kid": KEY_ID_PREFIX + to_base64url(jose.thumbprint(other))}
    for token in (TOKEN, forged(header=named)):
        assert not verify_signature(open_envelope(token), other)
    assert not verify_signature(open_envelope(forged(header=named)), public())


# --- payloads ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b'{"a":1,"a":2}', "JSON"),
        (b'{"a":1.0}', "JSON"),
        (b"[" * 5_000 + b"]" * 5_000, "JSON"),
        (b"\xef\xbb\xbf{}", "JSON"),
        (b"[]", "CREDENTIAL"),
        ({**payload_of(), "_sd_alg": "sha-512"}, "DIGEST_ALGORITHM"),
        ({name: value for name, value in payload_of().items() if name != "_sd_alg"}, "DIGEST_ALGORITHM"),
        ({**payload_of(), "@context": ["https://evil.example/v1"]}, "CONTEXT"),
        ({**payload_of(), "@context": [*payload_of()["@context"], {"@vocab": "x"}]}, "CONTEXT"),
        ({**payload_of(), "evidence": []}, "CREDENTIAL"),
        ({**payload_of(), "id": "urn:uuid:1"}, "CREDENTIAL"),
        ({**payload_of(), "issuer": "did:web:evil.example"}, "CREDENTIAL"),
        ({**payload_of(), "validFrom": "2024-02-30T00:00:00Z"}, "CREDENTIAL"),
        ({**payload_of(), "credentialStatus": {"id": "https://evil.example", "type": "X"}}, "CREDENTIAL"),
        (with_subject(certificateNumber=None), "MANDATORY_MISSING"),
        (with_subject(items=[]), "MANDATORY_MISSING"),
        (with_subject(issuer={"_sd": ["A" * 43]}), "MUST_STAY_VISIBLE"),
        (with_subject(items=[{"...": "A" * 43}]), "MUST_STAY_VISIBLE"),
    ],
)  # fmt: skip
def test_a_payload_that_is_no_certificate_of_ours_is_refused(payload: Any, code: str) -> None:
    assert code_of(forged(payload=payload, token=TOKEN.split(b"~")[0] + b"~")) == code


def test_a_mandatory_member_behind_a_digest_is_refused_also_when_it_is_disclosed() -> None:
    disclosure = encode_base64url(orjson.dumps([to_base64url(bytes(16)), "destinationCountry", "CN"]))
    payload = with_subject()
    del payload["credentialSubject"]["destinationCountry"]
    payload["credentialSubject"]["_sd"] = [to_base64url(sha256(disclosure))]
    bare = TOKEN.split(b"~")[0] + b"~"
    assert code_of(forged(payload=payload, token=bare) + disclosure + b"~") == "MUST_STAY_VISIBLE"


# --- framing and limits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (b"", "FRAMING"),
        (b"..", "BASE64URL"),
        (TOKEN[:-1], "FRAMING"),
        (TOKEN + b"eyJhbGciOiJFUzI1NiJ9.e30.AA", "FRAMING"),
        (TOKEN + b"~", "DISCLOSURE_ENCODING"),
        (TOKEN.replace(b"~", b"~~", 1), "DISCLOSURE_ENCODING"),
        (TOKEN.replace(b".", b"..", 1), "FRAMING"),
        (b"\n" + TOKEN, "BASE64URL"),
        (TOKEN.split(b"~")[0].replace(b".", b"=.", 1) + b"~", "BASE64URL"),
        (orjson.dumps({"payload": "e30", "signatures": []}), "FRAMING"),
    ],
)
def test_another_serialisation_is_refused(token: bytes, code: str) -> None:
    assert code_of(token) == code


def test_size_and_number_of_disclosures_are_limited() -> None:
    assert code_of(TOKEN + b"A" * 2_000_000) == "TOO_LARGE"
    assert code_of(TOKEN, Limits(disclosures=2)) == "TOO_MANY_DISCLOSURES"
    assert code_of(b"~" * 5_000, Limits(disclosures=2)) in {"FRAMING", "HEADER"}


@given(st.binary(max_size=200) | st.text("ey.~AZ09-_=", max_size=200).map(str.encode))
def test_no_bytes_make_it_fail_in_another_way(data: bytes) -> None:
    assert code_of(data)

"""Forms: what must be said in the open is there in the open, and the credential around it says nothing else."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from ledger.core.documents.origin import HIDDEN_BY_DEFAULT, NEVER_HIDDEN
from ledger.core.forms import (
    ORIGIN,
    SUBJECT,
    MalformedEnvelope,
    check_credential,
    check_frame,
    check_reserved,
    check_subject,
    check_visible,
    completed,
    form_of,
    stays_visible,
)
from ledger.core.sdjwt import Disclosed, Restored
from ledger.core.sdjwt import Path as Place

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
CLAIMS: dict[str, Any] = json.loads((VECTORS / "document.json").read_text())["documents"][0]["claims"]
MANDATORY = [*ORIGIN.always, *(f"items[*].{name}" for name in ORIGIN.always_in_items)]
NEEDS_A_VALUE = [name for name, default in ORIGIN.always.items() if default is ...]


def claims(**changes: Any) -> dict[str, Any]:
    """Good claims with members replaced; ``...`` takes one away."""
    changed = {**deepcopy(CLAIMS), **changes}
    return {name: value for name, value in changed.items() if value is not ...}


def subject(**changes: Any) -> dict[str, Any]:
    changed = {**deepcopy(CLAIMS[SUBJECT]), **changes}
    return {name: value for name, value in changed.items() if value is not ...}


def item(**changes: Any) -> dict[str, Any]:
    changed = {**deepcopy(CLAIMS[SUBJECT]["items"][0]), **changes}
    return {name: value for name, value in changed.items() if value is not ...}


# --- contexts ------------------------------------------------------------------------------------------------------


def test_the_form_is_named_by_its_two_contexts() -> None:
    assert form_of(CLAIMS) is ORIGIN


@pytest.mark.parametrize(
    "context",
    [
        ...,
        None,
        "https://www.w3.org/ns/credentials/v2",
        [],
        ["https://www.w3.org/ns/credentials/v2"],
        [ORIGIN.context],
        [ORIGIN.context, "https://www.w3.org/ns/credentials/v2"],
        ["https://www.w3.org/2018/credentials/v1", ORIGIN.context],
        ["https://www.w3.org/ns/credentials/v2", "https://evil.example/redefines-terms"],
        ["https://www.w3.org/ns/credentials/v2", ORIGIN.context, "https://evil.example/redefines-terms"],
        ["https://www.w3.org/ns/credentials/v2", ORIGIN.context, {"@vocab": "https://evil.example/"}],
        ["https://www.w3.org/ns/credentials/v2", {"hsCode": "https://evil.example/hsCode"}],
        ["https://www.w3.org/ns/credentials/v2", [ORIGIN.context]],
        {"0": "https://www.w3.org/ns/credentials/v2", "1": ORIGIN.context},
    ],
)
def test_a_context_that_could_redefine_terms_is_refused_and_never_fetched(context: Any) -> None:
    with pytest.raises(MalformedEnvelope) as malformed:
        form_of(claims(**{"@context": context}))
    assert malformed.value.code == "CONTEXT"


# --- the credential around the subject -----------------------------------------------------------------------------


def wrong_members(changed: dict[str, Any]) -> list[str]:
    with pytest.raises(MalformedEnvelope) as malformed:
        check_credential(changed, ORIGIN)
    assert malformed.value.code == "CREDENTIAL"
    return [problem.path for problem in malformed.value.problems]


def test_the_examples_claims_are_a_credential_with_and_without_an_end() -> None:
    check_credential(CLAIMS, ORIGIN)
    check_credential(claims(validUntil=...), ORIGIN)


@pytest.mark.parametrize("member", [name for name in CLAIMS if name not in ("validUntil", "@context")])
def test_every_member_of_the_credential_must_be_there(member: str) -> None:
    assert wrong_members(claims(**{member: ...})) == [""]


@pytest.mark.parametrize(
    "member",
    ["exp", "nbf", "iat", "iss", "sub", "jti", "cnf", "status", "vct", "vc", "name", "proof", "evidence", "issuanceDate",
     "expirationDate", "_sd", "_sd_alg", "..."],
)  # fmt: skip
def test_claims_of_other_kinds_of_token_are_refused_also_those_of_a_clock(member: str) -> None:
    assert wrong_members(claims(**{member: 1})) == [""]


@pytest.mark.parametrize("member", ["validFrom", "validUntil"])
@pytest.mark.parametrize(
    "time",
    ["2024-03-04", "2024-03-04T00:00:00", "2024-03-04T00:00:00z", "2024-03-04 00:00:00Z", "2024-03-04T00:00:00.0Z",
     "2024-03-04T00:00:00+00:00", "2024-03-04T07:00:00+07:00", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z",
     "2024-13-01T00:00:00Z", "2024-03-04T24:00:00Z", "2024-03-04T23:59:60Z", "0000-01-01T00:00:00Z", "24-03-04T00:00:00Z",
     "2024-03-04T00:00:00Z\n", " 2024-03-04T00:00:00Z", "２０２４-03-04T00:00:00Z", "", 1709510400, None, True, [],
     {"@value": "2024-03-04T00:00:00Z"}],
)  # fmt: skip
def test_a_time_has_one_spelling_and_is_a_moment_of_the_calendar(member: str, time: Any) -> None:
    assert wrong_members(claims(**{member: time})) == [member]


@pytest.mark.parametrize("time", ["2024-02-29T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_every_moment_of_the_calendar_is_a_time(time: str) -> None:
    check_credential(claims(validFrom=time, validUntil=time), ORIGIN)


@pytest.mark.parametrize(
    "issuer",
    ["", "VN-VCCI", "urn:tradeseal:member:", "urn:tradeseal:member:" + "A" * 33, "URN:TRADESEAL:MEMBER:VN-VCCI",
     "urn:tradeseal:member:VN VCCI", "urn:tradeseal:member:VN-VCCI\n", "urn:tradeseal:member:VN\0", "urn:tradeseal:member:é",
     "urn:tradeseal:member:VN-VCCI/../CN-CCPIT", "did:web:evil.example", None, 7, ["urn:tradeseal:member:VN-VCCI"],
     {"id": "urn:tradeseal:member:VN-VCCI"}],
)  # fmt: skip
def test_an_issuer_is_a_member_in_its_one_spelling(issuer: Any) -> None:
    assert wrong_members(claims(issuer=issuer)) == ["issuer"]


@pytest.mark.parametrize(
    "identifier",
    ["", "urn:uuid:1", "5b7e7b1a-8a2c-4e6f-9d3b-1f2e3d4c5b6a", "urn:uuid:5B7E7B1A-8A2C-4E6F-9D3B-1F2E3D4C5B6A",
     "urn:uuid:5b7e7b1a-8a2c-1e6f-9d3b-1f2e3d4c5b6a", "urn:uuid:5b7e7b1a-8a2c-4e6f-1d3b-1f2e3d4c5b6a",
     "urn:uuid:5b7e7b1a8a2c4e6f9d3b1f2e3d4c5b6a", "urn:uuid:5b7e7b1a-8a2c-4e6f-9d3b-1f2e3d4c5b6a\n", None, 7],
)  # fmt: skip
def test_an_id_that_could_be_guessed_or_spelt_otherwise_is_refused(identifier: Any) -> None:
    assert wrong_members(claims(id=identifier)) == ["id"]


GOOD_STATUS = CLAIMS["credentialStatus"]


@pytest.mark.parametrize(
    "status",
    [
        None,
        [],
        GOOD_STATUS["id"],
        {"id": GOOD_STATUS["id"]},
        {**GOOD_STATUS, "type": "BitstringStatusListEntry"},
        {**GOOD_STATUS, "statusListIndex": "7"},
        {**GOOD_STATUS, "id": "https://evil.example/status"},
        {**GOOD_STATUS, "id": "eip155:0:0x" + "52" * 20},
        {**GOOD_STATUS, "id": "eip155:07040:0x" + "52" * 20},
        {**GOOD_STATUS, "id": "eip155:7040:0x" + "52" * 19},
        {**GOOD_STATUS, "id": "eip155:7040:0x" + "52" * 21},
        {**GOOD_STATUS, "id": "eip155:7040:0X" + "52" * 20},
        {**GOOD_STATUS, "id": "eip155:7040:0x" + "52" * 20 + "\n"},
        {**GOOD_STATUS, "id": 7},
    ],
)
def test_a_status_is_nowhere_but_on_a_ledger(status: Any) -> None:
    assert wrong_members(claims(credentialStatus=status)) == ["credentialStatus"]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("type", ["CertificateOfOrigin", "VerifiableCredential"]),
        ("type", ["VerifiableCredential"]),
        ("type", "CertificateOfOrigin"),
        ("type", ["VerifiableCredential", "CertificateOfOrigin", "Licence"]),
        ("credentialSchema", {"id": "https://evil.example/schema", "type": "JsonSchema"}),
        ("credentialSchema", None),
        (SUBJECT, None),
        (SUBJECT, []),
        (SUBJECT, [CLAIMS[SUBJECT]]),
        (SUBJECT, "a certificate"),
    ],
)
def test_type_schema_and_subject_are_those_of_the_form(member: str, value: Any) -> None:
    assert wrong_members(claims(**{member: value})) == [member]


def test_everything_wrong_with_a_credential_is_told_at_once() -> None:
    assert wrong_members(claims(id=1, issuer=2, validFrom=3, type=4)) == ["type", "id", "issuer", "validFrom"]


# --- the subject ---------------------------------------------------------------------------------------------------


def missing(changed: dict[str, Any]) -> list[str]:
    with pytest.raises(MalformedEnvelope) as malformed:
        check_subject(changed, ORIGIN)
    assert malformed.value.code == "MANDATORY_MISSING"
    return [problem.path for problem in malformed.value.problems]


def test_the_examples_subject_is_complete() -> None:
    check_subject(CLAIMS[SUBJECT], ORIGIN)


@pytest.mark.parametrize("member", ORIGIN.always)
def test_every_mandatory_member_must_be_there(member: str) -> None:
    assert missing(subject(**{member: ...})) == [member]


@pytest.mark.parametrize("member", NEEDS_A_VALUE)
def test_a_member_that_must_have_a_value_is_not_null(member: str) -> None:
    assert missing(subject(**{member: None})) == [member]


@pytest.mark.parametrize("member", sorted({*ORIGIN.always} - {*NEEDS_A_VALUE}))
def test_a_member_that_may_have_no_value_may_be_null(member: str) -> None:
    check_subject(subject(**{member: None}), ORIGIN)


@pytest.mark.parametrize("member", ORIGIN.always_in_items)
def test_every_item_must_have_its_mandatory_members(member: str) -> None:
    assert missing(subject(items=[item(), item(**{member: ...})])) == [f"items[1].{member}"]


@pytest.mark.parametrize("items", [[], {}, "030462", 7, [None], ["030462"], [[]], {"0": item()}])
def test_items_are_an_array_of_at_least_one_object(items: Any) -> None:
    assert missing(subject(items=items)) in (["items"], ["items[0]"])


def test_everything_missing_is_told_at_once() -> None:
    assert missing(subject(issuer=..., items=[item(hsCode=...), 7])) == [
        "issuer",
        "items[0].hsCode",
        "items[1]",
    ]


def test_what_has_no_value_is_said_to_have_none_and_nothing_else_is_made_up() -> None:
    bare = subject(agreementCode=..., flags=..., items=[item(originCriterion=..., sequence=...)])
    full = completed(bare, ORIGIN)
    assert (full["agreementCode"], full["flags"], full["items"][0]["originCriterion"]) == (None, [], None)
    assert "agreementCode" not in bare
    assert "originCriterion" not in bare["items"][0]
    assert missing(full) == ["items[0].sequence"]


@pytest.mark.parametrize("odd", [None, 7, [], "text"])
def test_what_is_no_subject_is_left_for_the_checks_to_refuse(odd: Any) -> None:
    assert completed(odd, ORIGIN) == odd
    assert completed(subject(items=odd), ORIGIN)["items"] == odd


# --- what is never hidden ------------------------------------------------------------------------------------------


def code_of_frame(*patterns: str) -> str:
    with pytest.raises(MalformedEnvelope) as malformed:
        check_frame(patterns, ORIGIN)
    return malformed.value.code


@pytest.mark.parametrize("path", [path for path in MANDATORY if path != "items"])
@pytest.mark.parametrize("within", ["", ".inner", "[*]", "[*].inner", ".deep.inner"])
def test_no_frame_hides_a_mandatory_member_or_a_part_of_it(path: str, within: str) -> None:
    assert code_of_frame("exporter", path + within) == "MUST_STAY_VISIBLE"


@pytest.mark.parametrize("path", ["items", "items[*]", "items[0]", "items.inner"])
def test_no_frame_hides_an_item_or_that_it_is_there(path: str) -> None:
    assert code_of_frame(path, "exporter") == "MUST_STAY_VISIBLE"


def test_every_such_member_of_a_frame_is_told_at_once() -> None:
    with pytest.raises(MalformedEnvelope) as malformed:
        check_frame(["exporter", "issuer", "items[*].fob", "items[*].hsCode", "items[*]"], ORIGIN)
    assert [problem.path for problem in malformed.value.problems] == ["issuer", "items[*].hsCode", "items[*]"]


def test_what_is_hidden_by_default_may_be_hidden_and_what_a_verdict_needs_is_mandatory() -> None:
    check_frame(HIDDEN_BY_DEFAULT, ORIGIN)
    assert {*MANDATORY} <= {*NEVER_HIDDEN}
    assert not {*HIDDEN_BY_DEFAULT} & {*NEVER_HIDDEN}


@pytest.mark.parametrize("pattern", ["", "_sd", "exporter._sd", "items[*].fob.", "exporter...name"])
def test_a_frame_is_made_of_paths(pattern: str) -> None:
    assert code_of_frame(pattern) == "NOT_A_PATH"


@pytest.mark.parametrize(
    "path",
    [(), ("issuer",), ("id",), (SUBJECT,), (SUBJECT, "issuer"), (SUBJECT, "issuer", "id"), (SUBJECT, "items"),
     (SUBJECT, "items", 0), (SUBJECT, "items", 0, "hsCode"), (SUBJECT, "items", 0, "quantities", 0, "value")],
)  # fmt: skip
def test_a_mandatory_member_that_was_behind_a_digest_is_refused(path: Place) -> None:
    assert stays_visible(path, ORIGIN)
    with pytest.raises(MalformedEnvelope) as malformed:
        check_visible(Restored((Disclosed(path, "A" * 43),), ()), ORIGIN)
    assert malformed.value.code == "MUST_STAY_VISIBLE"


@pytest.mark.parametrize(
    "path",
    [(SUBJECT, "exporter"), (SUBJECT, "exporter", "name"), (SUBJECT, "invoices", 0), (SUBJECT, "items", 0, "fob"),
     (SUBJECT, "items", 3, "particulars", "packages", 1)],
)  # fmt: skip
def test_a_private_member_may_have_been_behind_a_digest(path: Place) -> None:
    assert not stays_visible(path, ORIGIN)
    check_visible(Restored((Disclosed(path, "A" * 43),), ()), ORIGIN)


@pytest.mark.parametrize(
    "holder", [(), ("credentialStatus",), (SUBJECT, "issuer"), (SUBJECT, "items"), (SUBJECT, "items", 0, "quantities"),
               (SUBJECT, "items", 0, "originCriterion"), (SUBJECT, "flags"), (SUBJECT, "references", 0)],
)  # fmt: skip
def test_nothing_is_withheld_from_within_what_must_stay_visible(holder: Place) -> None:
    with pytest.raises(MalformedEnvelope) as malformed:
        check_visible(Restored((), ((SUBJECT,), holder)), ORIGIN)
    assert malformed.value.code == "MUST_STAY_VISIBLE"


@pytest.mark.parametrize(
    "holder", [(SUBJECT,), (SUBJECT, "items", 0), (SUBJECT, "exporter"), (SUBJECT, "items", 0, "fob")]
)
def test_members_may_be_withheld_from_the_subject_an_item_and_what_is_private(holder: Place) -> None:
    check_visible(Restored((), (holder,)), ORIGIN)


# --- names that disclosures use ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["_sd", "_sd_alg", "..."])
@pytest.mark.parametrize("wrap", [lambda inner: inner, lambda inner: {"a": [[], {"b": inner}]}])
def test_a_name_that_disclosures_use_is_refused_at_any_depth(name: str, wrap: Any) -> None:
    with pytest.raises(MalformedEnvelope) as malformed:
        check_reserved(wrap({"good": 1, name: "x"}))
    assert malformed.value.code == "RESERVED_NAME"


def test_names_and_texts_that_only_resemble_them_pass() -> None:
    check_reserved({"_SD": 1, "sd": ["_sd", "..."], "....": {"_sd_alg ": "_sd_alg"}, "": None})

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ledger.core.documents.origin import (
    HIDDEN_BY_DEFAULT,
    NEVER_HIDDEN,
    PARTICULARS,
    Certificate,
    from_claims,
    to_claims,
)
from ledger.core.documents.validation import validate
from ledger.samples import certificates, issuers
from tests.certificates import a_certificate, the_reference

SEEDS = st.integers(0, 2**32)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)


def read(document: dict[str, Any]) -> Certificate:
    return Certificate.model_validate_json(orjson.dumps(document))


def test_a_certificate_survives_the_model_unchanged() -> None:
    assert read(a_certificate()).to_dict() == a_certificate()


@given(SEEDS)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)
def test_any_sample_survives_model_and_claims_unchanged(seed: int) -> None:
    for document in certificates(the_reference(), seed, 3, issuers()):
        certificate = read(document)
        assert certificate.to_dict() == document
        assert from_claims(to_claims(certificate)) == document
        assert read(from_claims(orjson.loads(orjson.dumps(to_claims(certificate))))) == certificate


@given(NAMES, st.from_regex(r"\A(0|[1-9][0-9]{0,15})(\.[0-9]{1,6})?\Z"))
def test_texts_and_decimals_are_kept_exactly(name: str, value: str) -> None:
    document = a_certificate()
    document["exporter"]["name"] = name
    document["items"][0]["quantities"][0]["value"] = value
    assert read(document).to_dict() == document


def test_an_item_has_at_most_two_disclosures() -> None:
    document = a_certificate()
    document["items"][0]["fob"] = {"amount": "99.50", "currency": "USD"}
    item = to_claims(read(document))["items"][0]
    visible = {path.removeprefix("items[*].") for path in NEVER_HIDDEN}
    assert item.keys() - visible == {"particulars", "fob"}
    assert item["particulars"].keys() <= set(PARTICULARS)


def test_every_member_of_the_claims_is_either_hidden_or_never_hidden() -> None:
    members = {field.alias or name for name, field in Certificate.model_fields.items()}
    listed = {path for path in (*HIDDEN_BY_DEFAULT, *NEVER_HIDDEN) if "[" not in path}
    assert members == listed
    assert not set(HIDDEN_BY_DEFAULT) & set(NEVER_HIDDEN)


def test_redacted_claims_give_what_is_there() -> None:
    claims = to_claims(read(a_certificate()))
    del claims["exporter"], claims["items"][0]["particulars"]
    found = from_claims(claims)
    assert "exporter" not in found
    assert found["items"][0]["hsCode"] == "030462"
    assert "description" not in found["items"][0]


def test_members_that_the_envelope_writes_as_empty_are_absent() -> None:
    claims = {**to_claims(read(a_certificate())), "flags": [], "references": []}
    assert from_claims(claims) == a_certificate()


@pytest.mark.parametrize("claims", [{}, {"items": None}, {"items": 7}, {"items": [1, {"particulars": 2}]}])
def test_strange_claims_raise_nothing(claims: dict[str, Any]) -> None:
    assert isinstance(from_claims(claims), dict)


@given(
    st.dictionaries(st.text(max_size=10), st.none() | st.booleans() | st.integers() | st.text(), max_size=5)
)
def test_garbage_is_refused_by_the_model(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Certificate.model_validate(members)


def test_a_certificate_cannot_be_changed() -> None:
    certificate, _ = validate(a_certificate(), the_reference())
    assert certificate is not None
    with pytest.raises(ValidationError):
        certificate.issue_date = "2024-01-01"  # type: ignore[misc]

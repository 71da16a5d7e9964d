from __future__ import annotations

import os
from datetime import date
from typing import Any

import orjson
import pytest

from ledger.core import numbers
from ledger.core.documents.terms import Parent
from ledger.core.documents.validation import from_claims
from ledger.core.envelope import Opened, attach, open_envelope, redact
from ledger.core.forms import FORM_OF_KIND
from ledger.core.jose import Algorithm, thumbprint
from ledger.core.opening import Grant, Relation
from ledger.sealing import Draft, Recipe, Sealer, kind_of_source
from tests.certificates import a_certificate, the_reference
from tests.licences import CITES, DUAL_USE, EXTRACT, MULTI_SHIPMENT, a_document, an_entry
from tests.sealed import public, signature

TODAY = date(2026, 11, 23)
OF_EACH_KIND = [
    pytest.param(1, a_certificate(), id="origin"),
    *(
        pytest.param(2, a_document(which), id=f"licence {which}")
        for which in (MULTI_SHIPMENT, EXTRACT, CITES, DUAL_USE)
    ),
    pytest.param(3, an_entry(), id="aeo"),
]


def draft(kind: int, document: dict[str, Any], member: str | None = None) -> Draft:
    recipe = Recipe(
        member=member or document["issuer"]["id"],
        tag_key=b"\7" * 32,
        registry=bytes([kind]) * 20,
        chain_id=7040,
        kid=thumbprint(public()),
        algorithm=Algorithm.ES256,
        kind=kind,
    )
    return Sealer(recipe, the_reference(), os.urandom).draft("source", orjson.dumps(document), TODAY)


def token(made: Draft) -> bytes:
    assert made.unsigned is not None, made.problems
    return attach(made.unsigned, signature(Algorithm.ES256, made.unsigned.signing_input)).token


def opened(kind: int, document: dict[str, Any]) -> Opened:
    return open_envelope(token(draft(kind, document)))


@pytest.mark.parametrize(("kind", "document"), OF_EACH_KIND)
def test_a_document_of_each_kind_comes_out_of_its_envelope_as_it_went_in(
    kind: int, document: dict[str, Any]
) -> None:
    found = opened(kind, document)
    assert found.form is FORM_OF_KIND[kind]
    assert from_claims(found.subject) == document


@pytest.mark.parametrize(("kind", "document"), OF_EACH_KIND)
def test_with_everything_withheld_no_party_price_or_description_is_left(
    kind: int, document: dict[str, Any]
) -> None:
    sealed = token(draft(kind, document))
    names = list(open_envelope(sealed).hidden_paths)
    bare = open_envelope(redact(sealed, names))
    assert bare.document_id == open_envelope(sealed).document_id
    text = orjson.dumps(bare.subject).decode()
    for name in ("holder", "exporter", "consignee", "description", "unitPrice", "endUse", "conditions"):
        assert f'"{name}"' not in text


@pytest.mark.parametrize(("kind", "document"), OF_EACH_KIND)
def test_the_tag_is_of_the_number_and_the_kind(kind: int, document: dict[str, Any]) -> None:
    normalised = numbers.normalise(document["certificateNumber"])
    made = draft(kind, document)
    assert (made.kind, made.normalised) == (kind, normalised)
    assert made.tag == numbers.tag(b"\7" * 32, kind, normalised)
    assert made.document_type == int(document["documentTypeCode"])


def test_a_draft_of_a_licence_says_what_may_be_drawn() -> None:
    made = draft(2, a_document(MULTI_SHIPMENT))
    assert made.use_policy == 0x030C
    assert made.terms is not None
    assert [line.authorised for line in made.terms.lines] == [100_000_000, 2_500_500_000]
    assert (made.parent, made.grants) == (None, ())


def test_a_draft_of_an_extract_says_what_it_is_taken_from() -> None:
    assert draft(2, a_document(EXTRACT)).parent == Parent(Relation.EXTRACT, "FR-FAM", "FR-AGRIM-26-000024")


def test_a_draft_of_an_entry_says_which_types_it_grants_and_has_no_terms() -> None:
    made = draft(3, an_entry())
    assert made.grants == (Grant("AEOC", 1_756_684_800), Grant("AEOS", 1_771_200_000))
    assert (made.terms, made.use_policy) == (None, 0)


def test_an_entry_without_an_end_is_sealed_without_one() -> None:
    assert "validUntil" not in opened(3, an_entry()).claims
    assert opened(3, an_entry(validUntil="2031-01-01")).claims["validUntil"] == "2031-01-01T23:59:59Z"


@pytest.mark.parametrize(
    ("kind", "document"), [(1, a_document(CITES)), (2, a_certificate()), (2, an_entry())]
)
def test_a_document_of_another_kind_is_refused(kind: int, document: dict[str, Any]) -> None:
    made = draft(kind, document)
    assert made.unsigned is None
    assert made.problems[-1].code == "KIND_DIFFERS"


@pytest.mark.parametrize(("kind", "document"), OF_EACH_KIND)
def test_another_bodys_document_is_refused(kind: int, document: dict[str, Any]) -> None:
    made = draft(kind, document, member="XX-OTHER")
    assert made.unsigned is None
    assert "ISSUER_NOT_OURS" in [problem.code for problem in made.problems]


def test_a_document_with_an_error_is_not_sealed() -> None:
    made = draft(2, a_document(MULTI_SHIPMENT, maxUses=13))
    assert made.unsigned is None
    assert [problem.path for problem in made.problems] == ["maxUses"]


@pytest.mark.parametrize(("kind", "document"), OF_EACH_KIND)
def test_equal_documents_have_equal_content_and_different_ids(kind: int, document: dict[str, Any]) -> None:
    one, other = draft(kind, document), draft(kind, dict(reversed(document.items())))
    assert one.content == other.content
    assert one.unsigned is not None
    assert other.unsigned is not None
    assert one.unsigned.signing_input != other.unsigned.signing_input


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", 1),
        (b"[]", 1),
        (b"\xff", 1),
        (b'{"documentTypeCode":"911"}', 2),
        (b'{"documentTypeCode":"879"}', 3),
    ],
)
def test_the_kind_of_a_source_is_told_before_it_is_checked(data: bytes, kind: int) -> None:
    assert kind_of_source(data) == kind

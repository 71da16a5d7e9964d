"""Sealers: the type of a document chooses how it is sealed, however the JSON is written."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest

from ledger.core.jose import Algorithm
from ledger.sealers import Sealers
from ledger.sealing import Draft, Recipe
from tests.certificates import a_certificate, the_reference
from tests.licences import CN_AEO, a_document, a_licence

TODAY = date(2026, 6, 1)


def a_recipe(kind: int) -> Recipe:
    registry = bytes([kind]) * 20
    return Recipe("CN-MOFCOM", b"\x07" * 32, registry, 7040, b"\x09" * 32, Algorithm.ES256, kind=kind)


def draft(document: dict[str, Any] | bytes, *kinds: int) -> Draft:
    data = document if isinstance(document, bytes) else orjson.dumps(document)
    sealers = Sealers([a_recipe(kind) for kind in kinds or (1, 2, 3)], the_reference())
    return sealers.draft("it", data, TODAY)


@pytest.mark.parametrize(
    ("document", "kind"), [(a_certificate(), 1), (a_licence(), 2), (a_document(CN_AEO), 3)]
)
def test_the_type_chooses_the_recipe(document: dict[str, Any], kind: int) -> None:
    found = draft({**document, "issuer": {"id": "CN-MOFCOM", "country": "CN"}})
    assert (found.kind, [one.code for one in found.problems if one.severity == "error"]) == (kind, [])
    assert found.unsigned is not None


def test_a_kind_without_a_registry_is_refused_and_named() -> None:
    found = draft(a_licence(), 1)
    assert found.unsigned is None
    assert [(one.path, one.code) for one in found.problems] == [("documentTypeCode", "KIND_UNKNOWN")]


@pytest.mark.parametrize(
    "spell",
    [
        lambda data: data.replace(b'"documentTypeCode":', b'"documentTypeCode" :\n'),
        lambda data: data.replace(b'"documentTypeCode"', b'"document\\u0054ypeCode"'),
        lambda data: data.replace(b'"remarks":"', b'"remarks":"\\"documentTypeCode\\":\\"864\\" '),
    ],
)
def test_another_spelling_of_the_same_licence_is_the_same_licence(spell: Any) -> None:
    data = orjson.dumps(a_licence())
    assert spell(data) != data
    found = draft(spell(data))
    assert (found.kind, found.unsigned is not None) == (2, True), found.problems


@pytest.mark.parametrize("data", [b"", b"{", b"7", b'{"documentTypeCode":911}', b"\xff", b" " * 2_000_000])
def test_what_cannot_be_read_is_refused_and_nothing_else(data: bytes) -> None:
    found = draft(data)
    assert found.unsigned is None
    assert found.problems

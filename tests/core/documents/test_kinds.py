from __future__ import annotations

from typing import Any

import pytest

from ledger.core.documents.kinds import Kind, kind_of


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("861", Kind.ORIGIN), ("864", Kind.ORIGIN), ("954", Kind.ORIGIN),
        ("626", Kind.LICENCE), ("628", Kind.LICENCE), ("811", Kind.LICENCE), ("911", Kind.LICENCE), ("966", Kind.LICENCE),
        ("879", Kind.AEO),
        ("999", Kind.ORIGIN), (911, Kind.ORIGIN), (None, Kind.ORIGIN), (["911"], Kind.ORIGIN),
    ],
)  # fmt: skip
def test_the_document_type_decides_the_kind(code: Any, kind: Kind) -> None:
    assert kind_of({"documentTypeCode": code}) is kind


def test_a_document_without_a_type_is_taken_for_a_certificate_of_origin() -> None:
    assert kind_of({}) is Kind.ORIGIN

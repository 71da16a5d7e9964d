"""References of a document that nobody has judged yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.service.gathering import references_of
from tests.questions import Presented


def found(references: object) -> list[tuple[str, str]]:
    opened = Presented().opened
    subject = {**opened.subject, "references": references}
    return references_of(replace(opened, claims={"credentialSubject": subject}))


@pytest.mark.parametrize("references", [None, 7, "x", {"issuerId": "A"}, ["x", None, 3, [{}]], []])
def test_references_that_are_none_are_not_looked_up(references: object) -> None:
    assert found(references) == []


def test_only_so_many_references_are_looked_up() -> None:
    assert len(found([{"issuerId": "AU-ACCI", "number": "1"}] * 4_000)) == 32


def test_a_reference_without_issuer_or_number_finds_nothing_and_breaks_nothing() -> None:
    assert found([{}, {"issuerId": 7, "number": None}]) == [("", ""), ("7", "None")]

"""References of a document that nobody has judged yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ledger.core.strictjson import DEFAULT
from ledger.service.verification import Verification
from tests.certificates import the_reference
from tests.questions import Presented


class NoTagKeys:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def find(self, member: str) -> None:
        self.asked.append(member)


def parents(references: object) -> tuple[tuple[Any, ...], list[str]]:
    opened, keys = Presented().opened, NoTagKeys()
    subject = {**opened.subject, "references": references}
    unused: Any = None
    verification = Verification(
        look=unused, store=unused, knowledge=unused, tag_keys=keys, reference=the_reference(),  # type: ignore[arg-type]
        registry=bytes(20), chain_id=1, converge=lambda: None, observed=lambda: None,
        clock=lambda: datetime.now(UTC), freshness=timedelta(), limits=DEFAULT,
    )  # fmt: skip
    return verification._parents(replace(opened, claims={"credentialSubject": subject})), keys.asked


@pytest.mark.parametrize("references", [None, 7, "x", {"issuerId": "A"}, ["x", None, 3, [{}]], []])
def test_references_that_are_none_are_not_looked_up(references: object) -> None:
    assert parents(references) == ((), [])


def test_only_so_many_references_are_looked_up() -> None:
    _, asked = parents([{"issuerId": "AU-ACCI", "number": "1"}] * 4_000)
    assert len(asked) == 32

from __future__ import annotations

from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from ledger.core.documents.aeo import HIDDEN_BY_DEFAULT, AeoEntry, from_claims, to_claims
from ledger.core.forms import AEO, stays_visible
from tests.licences import AU_AEO, CN_AEO, EU_AEO, a_document, an_entry


def read(document: dict[str, Any]) -> AeoEntry:
    return AeoEntry.model_validate_json(orjson.dumps(document))


@pytest.mark.parametrize("which", [CN_AEO, EU_AEO, AU_AEO])
def test_an_entry_survives_model_and_claims_unchanged(which: str) -> None:
    entry = read(a_document(which))
    assert entry.to_dict() == a_document(which)
    assert from_claims(to_claims(entry)) == a_document(which)


def test_who_the_trader_is_may_be_hidden_and_the_code_may_not() -> None:
    assert "holder" in HIDDEN_BY_DEFAULT
    assert not stays_visible(("credentialSubject", "holder"), AEO)
    for name in ("certificateNumber", "aliases", "types", "programme", "consentToShare"):
        assert stays_visible(("credentialSubject", name), AEO)


@pytest.mark.parametrize(
    "changes",
    [
        {"documentTypeCode": "911"},
        {"types": []},
        {"types": [{"type": "NINECHARS", "authorisationDate": "2026-01-01"}]},
        {"types": [{"type": "AEO C", "authorisationDate": "2026-01-01"}]},
        {"types": [{"type": f"T{n}", "authorisationDate": "2026-01-01"} for n in range(17)]},
        {"consentToShare": None},
        {"consentToShare": {"given": "yes"}},
        {"roles": ["SPY"]},
        {"status": "AUTHORISED"},
        {"items": []},
        {"holder": None},
    ],
)
def test_the_shape_of_an_entry_is_exact_and_has_no_status(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(an_entry(**changes))

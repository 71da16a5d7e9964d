from __future__ import annotations

from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from ledger.core.documents.licence import HIDDEN_BY_DEFAULT, Licence, from_claims, to_claims
from ledger.core.forms import LICENCE, stays_visible
from tests.licences import (
    CITES,
    CITES_QUOTA,
    DUAL_USE,
    EXTRACT,
    MULTI_SHIPMENT,
    ONE_OFFICE,
    ONE_SHIPMENT,
    a_document,
    a_licence,
)

ALL = [ONE_SHIPMENT, MULTI_SHIPMENT, ONE_OFFICE, EXTRACT, CITES, CITES_QUOTA, DUAL_USE]


def read(document: dict[str, Any]) -> Licence:
    return Licence.model_validate_json(orjson.dumps(document))


@pytest.mark.parametrize("which", ALL)
def test_a_licence_survives_model_and_claims_unchanged(which: str) -> None:
    licence = read(a_document(which))
    assert licence.to_dict() == a_document(which)
    assert from_claims(to_claims(licence)) == a_document(which)


@pytest.mark.parametrize("which", ALL)
def test_the_claims_show_balances_and_hide_descriptions_and_prices(which: str) -> None:
    claims = to_claims(read(a_document(which)))
    for line in claims["items"]:
        assert line["balanceKind"] in ("QUANTITY", "VALUE")
        assert {"description", "unitPrice", "marksAndNumbers"}.isdisjoint(line)
        assert line["particulars"]["description"]


def test_a_value_is_shown_where_the_balance_is_kept_in_it_and_hidden_elsewhere() -> None:
    by_value, _ = to_claims(read(a_document(DUAL_USE)))["items"]
    assert by_value["value"] == {"amount": "2500000.00", "currency": "EUR"}
    (by_quantity,) = to_claims(read(a_document(ONE_SHIPMENT)))["items"]
    assert "value" not in by_quantity
    assert by_quantity["particulars"]["value"] == {"amount": "174000.00", "currency": "USD"}


def test_a_tolerance_of_nothing_is_said_and_not_dropped() -> None:
    assert read(a_licence(tolerancePct=0)).to_dict()["tolerancePct"] == 0


def test_what_is_hidden_by_default_may_be_hidden() -> None:
    for path in HIDDEN_BY_DEFAULT:
        steps = path.replace("[*]", ".0").split(".")
        assert not stays_visible(("credentialSubject", *(0 if s == "0" else s for s in steps)), LICENCE)


@pytest.mark.parametrize(
    ("which", "changes"),
    [
        (MULTI_SHIPMENT, {"documentTypeCode": "861"}),
        (MULTI_SHIPMENT, {"usageMode": "OFTEN"}),
        (MULTI_SHIPMENT, {"maxUses": 0}),
        (MULTI_SHIPMENT, {"maxUses": 256}),
        (MULTI_SHIPMENT, {"tolerancePct": 101}),
        (MULTI_SHIPMENT, {"tolerancePct": "5"}),
        (MULTI_SHIPMENT, {"allowedOffices": ["TWO WORDS"]}),
        (MULTI_SHIPMENT, {"allowedOffices": ["X" * 18]}),
        (MULTI_SHIPMENT, {"allowedOffices": ["海关"]}),
        (MULTI_SHIPMENT, {"items": []}),
        (MULTI_SHIPMENT, {"licenceNumber": "1"}),
        (CITES, {"cites": {"permitType": "LOAN", "purposeCode": "T"}}),
        (DUAL_USE, {"dualUse": {"licenceType": "SECRET"}}),
    ],
)
def test_the_shape_of_a_licence_is_exact(which: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(a_document(which, **changes))


@pytest.mark.parametrize(
    ("category", "right"),
    [("5A002", True), ("5A002.a", True), ("3A001.b.2", True), ("0E001", True), ("ML1", False), ("A5002", False),
     ("5F002", False), ("5a002", False), ("5A02", False)],
)  # fmt: skip
def test_an_item_category_is_a_digit_a_letter_and_three_digits(category: str, right: bool) -> None:
    document = a_document(DUAL_USE)
    document["items"][0]["itemCategory"] = category
    if right:
        assert read(document).items[0].item_category == category
    else:
        with pytest.raises(ValidationError):
            read(document)

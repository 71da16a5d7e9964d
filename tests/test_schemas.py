"""The published JSON Schemas against the models and the rules, judged by an implementation that is not ours.

Two sides: what a model refuses its schema refuses too, and what a schema refuses the rules refuse too. What only
rules can know (dates, code lists, sums) a schema lets pass.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from api.aeo_models import AgreementBody, AgreementReport
from ledger.core.documents.aeo import TYPE_NAME, AeoEntry
from ledger.core.documents.declaration import Declaration, validate_declaration
from ledger.core.documents.licence import Licence
from ledger.core.documents.origin import Certificate
from ledger.core.documents.shape import without_nulls
from ledger.core.documents.validation import validate
from ledger.core.problems import Severity
from ledger.reference import data_folder
from tests.certificates import a_certificate, the_reference
from tests.licences import (
    AU_AEO,
    CITES,
    CITES_QUOTA,
    CN_AEO,
    DUAL_USE,
    EXTRACT,
    MULTI_SHIPMENT,
    ONE_SHIPMENT,
    a_document,
    an_entry,
)

ROOT = Path(__file__).parents[1]
NAMES = ("origin-1", "licence-1", "aeo-1", "declaration-1", "agreement-1", "agreement-proposal-1")


class Judge:
    """Ajv in a process of its own; one line for each question."""

    def __init__(self) -> None:
        command = (f"{ROOT}/scripts/with_node", "node", f"{ROOT}/tests/peers/ajv.cjs")
        self._peer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        schemas = {
            name: orjson.loads(data_folder().joinpath("schemas", f"{name}.json").read_bytes())
            for name in NAMES
        }
        assert self._ask(schemas) == "ready"

    def __call__(self, name: str, document: Any) -> list[str]:
        """Return what the schema refuses; nothing when the document fits."""
        wrong: list[str] | None = json.loads(self._ask([name, document]))
        return wrong or []

    def close(self) -> None:
        assert self._peer.stdin is not None
        self._peer.stdin.close()
        self._peer.wait(timeout=20)

    def _ask(self, line: Any) -> str:
        assert self._peer.stdin is not None
        assert self._peer.stdout is not None
        self._peer.stdin.write(orjson.dumps(line) + b"\n")
        self._peer.stdin.flush()
        return self._peer.stdout.readline().decode().strip()


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    one = Judge()
    yield one
    one.close()


# --- valid documents, of which chance spoils one or two places --------------------------------------------------------


def an_individual() -> dict[str, Any]:
    parts = {
        "dualUse": {"licenceType": "INDIVIDUAL"},
        "endUser": {"name": "EXAMPLE TELECOM", "country": "JP"},
    }
    return a_document(DUAL_USE, profileCode="DUAL-USE-INDIVIDUAL", **parts)


def a_general() -> dict[str, Any]:
    line = {"sequence": 1, "itemCategory": "5A002", "description": "ENCRYPTING EQUIPMENT"}
    parts = {"dualUse": {"licenceType": "GENERAL"}, "items": [line], "usageMode": None, "validUntil": None}
    return a_document(DUAL_USE, profileCode="DUAL-USE-GENERAL", **parts)


def an_endorsed_permit() -> dict[str, Any]:
    document = a_document(CITES)
    endorsement = {"date": "2026-06-10", "office": "AUDRW"}
    quantities = [{"item": 1, "value": "118", "unit": "NMB"}]
    document["cites"]["exportEndorsement"] = {**endorsement, "quantities": quantities}
    return document


MOMENT = "2026-01-01T00:00:00Z"
PROPOSAL = {
    "partner": "CN-GACC",
    "covers": [{"home": "AU-ABF", "type": "ATT", "benefitsFrom": MOMENT, "dataExchangeFrom": MOMENT}],
}
DECLARATION: dict[str, Any] = {
    "importDate": "2026-04-01",
    "country": "DE",
    "office": "DE004000",
    "destinationCountry": "JP",
    "endUser": {"name": "EXAMPLE TELECOM", "country": "JP"},
    "items": [
        {
            "sequence": 1,
            "hsCode": "85176200",
            "quantities": [{"kind": "SUPPLEMENTARY", "value": "2", "unit": "NMB"}],
            "originCountry": "DE",
            "certificateItem": 1,
            "customsValue": {"amount": "900.00", "currency": "EUR"},
        }
    ],
    "invoiceNumbers": ["EX-1"],
}
VALID: dict[str, list[dict[str, Any]]] = {
    "origin-1": [a_certificate()],
    "licence-1": [
        *map(a_document, (ONE_SHIPMENT, MULTI_SHIPMENT, EXTRACT, CITES, CITES_QUOTA, DUAL_USE)),
        an_individual(),
        a_general(),
        an_endorsed_permit(),
    ],
    "aeo-1": [an_entry(), a_document(CN_AEO), a_document(AU_AEO)],
    "declaration-1": [DECLARATION],
    "agreement-proposal-1": [PROPOSAL],
}
MODELS: dict[str, type[BaseModel]] = {
    "origin-1": Certificate,
    "licence-1": Licence,
    "aeo-1": AeoEntry,
    "declaration-1": Declaration,
    "agreement-proposal-1": AgreementBody,
}
DERIVED: dict[str, dict[str, Any]] = {
    "origin-1": {"validUntil": "2027-01-01", "destinationCountry": "CN"},
    "licence-1": {"usageMode": "ONE_SHIPMENT"},
    "aeo-1": {},
    "declaration-1": {},
    "agreement-proposal-1": {},
}
WORDS = ["", "X", "AU", "USD", "KGM", "2026-02-30", "2026-1-1", "100", "1.", "-1", "00", "5A002", "626", "811", "OTHER",
         "EXPORT", "GLOBAL", "CITES-EXPORT", "LICENCE", "a" * 300, "海关", "TWO WORDS", "x\n", "AEOS-LONG"]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(WORDS),
    st.integers(-2, 70_000),
    st.booleans(),
    st.none(),
    st.text(max_size=4),
    st.lists(st.sampled_from(WORDS), max_size=2),
    st.dictionaries(
        st.sampled_from(["country", "name", "value", "given", "x"]), st.sampled_from(WORDS), max_size=2
    ),
)


def places(node: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if way:
        yield way
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, child in inner:
        yield from places(child, (*way, step))


@st.composite
def spoilt(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """A valid document with one or two places taken away, replaced, or given a member more."""
    document: dict[str, Any] = deepcopy(draw(st.sampled_from(VALID[name])))
    for _ in range(draw(st.integers(1, 2))):
        ways = list(places(document))
        if not ways:
            return document
        *way, last = draw(st.sampled_from(ways))
        inner: Any = document
        for step in way:
            inner = inner[step]
        how = draw(st.sampled_from(["take away", "replace", "add"]))
        if how == "take away":
            del inner[last]
        elif how == "replace":
            inner[last] = draw(VALUES)
        elif isinstance(inner, dict):
            inner[draw(st.sampled_from(["cites", "dualUse", "otherType", "validUntil", "remarks", "x"]))] = (
                draw(VALUES)
            )
        else:
            inner.append(draw(VALUES))
    return document


def fits_model(name: str, document: dict[str, Any]) -> bool:
    """Return whether the model takes a document in which what validation derives is filled in."""
    filled = {**DERIVED[name], **document}
    try:
        MODELS[name].model_validate_json(orjson.dumps(filled))
    except ValidationError:
        return False
    return True


def is_refused(name: str, document: dict[str, Any]) -> bool:
    """Return whether validation refuses a document; of a proposal the gateway also looks at the names of types."""
    if name == "agreement-proposal-1":
        return not fits_model(name, document) or any(
            not re.fullmatch(TYPE_NAME, cover["type"]) for cover in document["covers"]
        )
    judged = validate_declaration if name == "declaration-1" else validate
    problems = judged(orjson.dumps(document), the_reference())[1]
    return any(problem.severity is Severity.ERROR for problem in problems)


often = settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
each_kind = pytest.mark.parametrize("name", ["origin-1", "licence-1", "aeo-1"])


@pytest.mark.parametrize("name", sorted(VALID))
def test_what_is_valid_fits_its_schema(name: str, judge: Judge) -> None:
    for document in VALID[name]:
        assert judge(name, document) == []
        assert not is_refused(name, document)


@each_kind
@often
@given(data=st.data())
def test_what_a_model_refuses_its_schema_refuses(name: str, judge: Judge, data: st.DataObject) -> None:
    document = without_nulls(data.draw(spoilt(name)))
    if not fits_model(name, document):
        assert judge(name, document) != []


@each_kind
@often
@given(data=st.data())
def test_what_a_schema_refuses_validation_refuses(name: str, judge: Judge, data: st.DataObject) -> None:
    document = data.draw(spoilt(name))
    stated = without_nulls(document)  # to whoever asks, null says the same as absence
    wrong = judge(name, stated)
    assert not wrong or is_refused(name, stated), wrong


def test_an_agreement_as_it_is_told_fits_its_schema_and_none_of_its_members_may_be_missing(
    judge: Judge,
) -> None:
    change = {
        "recognition": "suspended",
        "reason": "R33",
        "effectiveFrom": MOMENT,
        "recordedAt": MOMENT,
        "member": "AU-ABF",
    }
    cover = {"home": "AU-ABF", "partner": "CN-GACC", "type": "ATT", "dataExchangeFrom": MOMENT, "benefitsFrom": MOMENT,
             "recognition": "suspended", "changes": [change]}  # fmt: skip
    agreement = {"agreement": 1, "proposer": "AU-ABF", "partner": "CN-GACC", "state": "consented", "proposedAt": MOMENT,
                 "consentedAt": None, "covers": [cover]}  # fmt: skip
    told = AgreementReport.model_validate_json(orjson.dumps(agreement)).model_dump(mode="json", by_alias=True)
    assert judge("agreement-1", told) == []
    assert judge("agreement-1", {**told, "state": "ended"})
    for way in places(told):
        spoilt_one = deepcopy(told)
        *inner_way, last = way
        inner: Any = spoilt_one
        for step in inner_way:
            inner = inner[step]
        if isinstance(inner, dict):
            del inner[last]
            assert judge("agreement-1", spoilt_one), way

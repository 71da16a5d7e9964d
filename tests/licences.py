"""Licences and AEO entries for tests: builders of valid ones, of which a test spoils one part."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from ledger.samples import shipped_others

ONE_SHIPMENT, MULTI_SHIPMENT, ONE_OFFICE, EXTRACT, CITES, DUAL_USE = "21", "22", "23", "24", "25", "26"
CN_AEO, EU_AEO, AU_AEO = "27", "28", "29"
CITES_QUOTA = "30"


@cache
def _shipped() -> dict[str, dict[str, Any]]:
    return {name[:2]: document for name, document in shipped_others()}


def a_document(which: str, **changes: Any) -> dict[str, Any]:
    """Return a shipped licence or entry with top-level members replaced; None takes a member away."""
    document = {**deepcopy(_shipped()[which]), **changes}
    return {name: value for name, value in document.items() if value is not None}


def a_licence(**changes: Any) -> dict[str, Any]:
    """Return a valid Chinese import licence for several shipments of ore in bulk."""
    return a_document(MULTI_SHIPMENT, **changes)


def with_line(which: str = MULTI_SHIPMENT, **changes: Any) -> dict[str, Any]:
    """Return a valid licence with members of its first line replaced; None takes a member away."""
    document = a_document(which)
    line = {**document["items"][0], **changes}
    document["items"][0] = {name: value for name, value in line.items() if value is not None}
    return document


def with_specimen(**changes: Any) -> dict[str, Any]:
    """Return a valid CITES permit with members of its first specimen replaced; None takes a member away."""
    specimen = {**a_document(CITES)["items"][0]["specimen"], **changes}
    return with_line(CITES, specimen={name: value for name, value in specimen.items() if value is not None})


def an_entry(**changes: Any) -> dict[str, Any]:
    """Return a valid European AEO entry with AEOC and AEOS."""
    return a_document(EU_AEO, **changes)

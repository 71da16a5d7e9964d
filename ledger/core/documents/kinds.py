"""Kinds: which of the three kinds of document something is, by its document type.

The one rule: the type code decides, and nothing else in a document. What is no licence and no AEO entry is taken for a
certificate of origin, whose rules then say whether the type exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any, Final


class Kind(IntEnum):
    """Kind of document, as registries and number tags know it."""

    ORIGIN = 1
    LICENCE = 2
    AEO = 3


CITES_TYPE: Final = "626"
AEO_TYPE: Final = "879"
LICENCE_TYPES: Final = ("626", "628", "811", "911", "966")
"""UNTDID 1001: CITES certificate, transit, export and import licence, quota prior allocation."""

_BY_TYPE: Final = {**dict.fromkeys(LICENCE_TYPES, Kind.LICENCE), AEO_TYPE: Kind.AEO}


def kind_of(document: Mapping[str, Any]) -> Kind:
    """Return the kind of a document, of its JSON shape or its claims."""
    code = document.get("documentTypeCode")
    return _BY_TYPE.get(code, Kind.ORIGIN) if isinstance(code, str) else Kind.ORIGIN

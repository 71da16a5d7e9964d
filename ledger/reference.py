"""Reference: reads the shipped data files into the values that the core works with.

``read_reference`` reads everything once; whoever calls it keeps the result. No file is read at import, and
nothing is
fetched: a new edition of a list is a new release of this package.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import orjson

from ledger.core.codes import CodeList, HsEdition, HsLevel, Reference
from ledger.core.profiles import read_profile
from ledger.core.units import Unit, Units

HS_EDITIONS = ("hs-2007", "hs-2012", "hs-2017", "hs-2022")


def read_reference() -> Reference:
    """Return the code lists and profiles of this package.

    The files are part of the package, so a missing or malformed one escapes as the bug that it is.
    """
    return Reference(
        countries=_code_list("countries"),
        currencies=_code_list("currencies"),
        units=_units(),
        packages=_code_list("packages"),
        document_types=_code_list("document-types"),
        document_status=_code_list("document-status"),
        transport_modes=_code_list("transport-modes"),
        locations=_code_list("locations"),
        cites_purposes=_code_list("cites-purposes"),
        cites_sources=_code_list("cites-sources"),
        cites_appendices=_code_list("cites-appendices"),
        cites_terms=_code_list("cites-terms"),
        hs={edition.name: edition for edition in map(_hs_edition, HS_EDITIONS)},
        profiles=tuple(read_profile(document) for document in _profiles()),
    )


def data_folder() -> Traversable:
    """Return the folder of the shipped data files: ``codelists``, ``profiles``, ``schemas``."""
    return files("ledger").joinpath("data")


def _read(folder: str, name: str) -> Any:
    return orjson.loads(data_folder().joinpath(folder, f"{name}.json").read_bytes())


def _code_list(name: str) -> CodeList:
    document = _read("codelists", name)
    return CodeList(document["list"], document["version"], document["complete"], document["codes"])


def _units() -> Units:
    codes = _read("codelists", "units")["codes"]
    return Units(
        {
            code: Unit(code, entry["name"], entry["dimension"], Decimal(entry["factor"]))
            for code, entry in codes.items()
        }
    )


def _hs_edition(name: str) -> HsEdition:
    document = _read("codelists", name)
    codes = document["codes"]
    level = HsLevel(document["checked"])
    if level is HsLevel.SUBHEADING:
        codes = [heading + rest for heading, rests in codes.items() for rest in rests]
    return HsEdition(document["list"], level, frozenset(codes))


def _profiles() -> Iterator[Any]:
    folder = data_folder().joinpath("profiles")
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".json"):
            yield orjson.loads(entry.read_bytes())

"""Sealers: one for each kind of document that a gateway can issue; the document's type says which.

A kind that the consortium keeps no registry for is refused like any other mistake in a document.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.core.codes import Reference
from ledger.core.problems import Problem
from ledger.sealing import Draft, Recipe, Sealer, kind_of_source


class Sealers:
    """Makes drafts, each after the recipe of its kind."""

    def __init__(self, recipes: Sequence[Recipe], reference: Reference) -> None:
        self._sealers = {recipe.kind: Sealer(recipe, reference) for recipe in recipes}
        self._most = max((recipe.limits.size for recipe in recipes), default=0)

    def draft(self, source: str, data: bytes | tuple[Problem, ...], today: date) -> Draft:
        """Check a document's JSON bytes and make its envelope ready to be signed; what could not be read is refused."""
        if not isinstance(data, bytes):
            return Draft(source, "", data)
        # What is too long is not read for its kind; any sealer says that it is too long.
        kind = kind_of_source(data) if len(data) <= self._most else next(iter(self._sealers), 0)
        sealer = self._sealers.get(kind)
        if sealer is None:
            expectation = "a type that this consortium keeps a registry for"
            problem = Problem("documentTypeCode", str(kind), expectation, code="KIND_UNKNOWN")
            return Draft(source, "", (problem,), kind=kind)
        return sealer.draft(source, data, today)

"""AEO acts: what an entry can say about authorisations and agreements; types 40 to 47 of ``docs/spec/journal.md`` section 4.

Times are whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TypeGranted:
    """``name`` is a type of authorisation such as AEOS; ``effective_from`` in seconds."""

    tag: bytes
    name: str
    effective_from: int


@dataclass(frozen=True, slots=True)
class TypeChanged:
    """``status`` as of a record, without 5."""

    tag: bytes
    name: str
    status: int
    reason: int
    effective_from: int


@dataclass(frozen=True, slots=True)
class AliasAdded:
    """Who looks for ``alias`` finds the record ``tag``."""

    alias: bytes
    tag: bytes


@dataclass(frozen=True, slots=True)
class AliasRemoved:
    """``alias`` does not find ``tag`` any more."""

    alias: bytes
    tag: bytes


@dataclass(frozen=True, slots=True)
class AgreementProposed:
    """One cover of a proposal: the other party is to recognise ``home``'s AEOs of the type ``name``."""

    agreement: int
    partner: str
    home: str
    name: str
    data_exchange_from: int
    benefits_from: int


@dataclass(frozen=True, slots=True)
class AgreementConsented:
    """The partner consents to all covers."""

    agreement: int


@dataclass(frozen=True, slots=True)
class AgreementDeclined:
    """The partner declines, or the proposer withdraws."""

    agreement: int


@dataclass(frozen=True, slots=True)
class RecognitionChanged:
    """``recognition`` 1 in force, 2 suspended, 3 terminated, of one cover."""

    agreement: int
    home: str
    name: str
    recognition: int
    reason: int
    effective_from: int

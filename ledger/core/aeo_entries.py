"""AEO entries: how types of authorisation, aliases and agreements are spelt; types 40 to 47 of ``docs/spec/journal.md``."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any, Final

from ledger.core.acts import Act, EntryType
from ledger.core.aeo_acts import (
    AgreementConsented,
    AgreementDeclined,
    AgreementProposed,
    AliasAdded,
    AliasRemoved,
    RecognitionChanged,
    TypeChanged,
    TypeGranted,
)
from ledger.core.layouts import MalformedEntry, Reader, Speller, code_bytes, known, text, unpack

_TYPE_LENGTH: Final = 8
_GRANTED: Final = Struct(">32s8sQ")
_CHANGED: Final = Struct(">32s8sBHQ")
_ALIAS: Final = Struct(">32s32s")
_PROPOSED: Final = Struct(">32s32s32s8sQQ")
_AGREEMENT: Final = Struct(">32s")
_RECOGNITION: Final = Struct(">32s32s8sBHQ")
_STATUSES: Final = (1, 2, 3, 4)
_RECOGNITIONS: Final = (1, 2, 3)


def _name(name: str) -> bytes:
    data = name.encode("ascii", "replace")
    if not 0 < len(data) <= _TYPE_LENGTH:
        raise MalformedEntry(f"type is {name[:40]!r}, expected 1 to {_TYPE_LENGTH} ASCII characters")
    return data.ljust(_TYPE_LENGTH, b"\0")


def _agreement(number: int) -> bytes:
    return number.to_bytes(32, "big")


def _read_granted(detail: bytes) -> tuple[bytes, Act]:
    tag, name, effective_from = unpack(_GRANTED, detail)
    return tag, TypeGranted(tag, text(name, "type"), effective_from)


def _read_changed(detail: bytes) -> tuple[bytes, Act]:
    tag, name, status, reason, effective_from = unpack(_CHANGED, detail)
    known(status, _STATUSES, "status")
    return tag, TypeChanged(tag, text(name, "type"), status, reason, effective_from)


def _reading_alias(make: Callable[[bytes, bytes], Act]) -> Reader:
    def read(detail: bytes) -> tuple[bytes, Act]:
        alias, tag = unpack(_ALIAS, detail)
        return alias, make(alias, tag)

    return read


def _read_proposed(detail: bytes) -> tuple[bytes, Act]:
    number, partner, home, name, data_exchange_from, benefits_from = unpack(_PROPOSED, detail)
    return number, AgreementProposed(
        int.from_bytes(number, "big"),
        text(partner, "partner"),
        text(home, "home member"),
        text(name, "type"),
        data_exchange_from,
        benefits_from,
    )


def _reading_agreement(make: Callable[[int], Act]) -> Reader:
    def read(detail: bytes) -> tuple[bytes, Act]:
        (number,) = unpack(_AGREEMENT, detail)
        return number, make(int.from_bytes(number, "big"))

    return read


def _read_recognition(detail: bytes) -> tuple[bytes, Act]:
    number, home, name, recognition, reason, effective_from = unpack(_RECOGNITION, detail)
    known(recognition, _RECOGNITIONS, "recognition")
    return number, RecognitionChanged(
        int.from_bytes(number, "big"),
        text(home, "home member"),
        text(name, "type"),
        recognition,
        reason,
        effective_from,
    )


READERS: Final[dict[int, Reader]] = {
    EntryType.TYPE_GRANTED: _read_granted,
    EntryType.TYPE_CHANGED: _read_changed,
    EntryType.ALIAS_ADDED: _reading_alias(AliasAdded),
    EntryType.ALIAS_REMOVED: _reading_alias(AliasRemoved),
    EntryType.AGREEMENT_PROPOSED: _read_proposed,
    EntryType.AGREEMENT_CONSENTED: _reading_agreement(AgreementConsented),
    EntryType.AGREEMENT_DECLINED: _reading_agreement(AgreementDeclined),
    EntryType.RECOGNITION_CHANGED: _read_recognition,
}


def _spell_alias(act: Any) -> bytes:
    return _ALIAS.pack(act.alias, act.tag)


SPELLERS: Final[dict[type, tuple[EntryType, Speller]]] = {
    TypeGranted: (
        EntryType.TYPE_GRANTED,
        lambda act: _GRANTED.pack(act.tag, _name(act.name), act.effective_from),
    ),
    TypeChanged: (
        EntryType.TYPE_CHANGED,
        lambda act: _CHANGED.pack(act.tag, _name(act.name), act.status, act.reason, act.effective_from),
    ),
    AliasAdded: (EntryType.ALIAS_ADDED, _spell_alias),
    AliasRemoved: (EntryType.ALIAS_REMOVED, _spell_alias),
    AgreementProposed: (
        EntryType.AGREEMENT_PROPOSED,
        lambda act: _PROPOSED.pack(
            _agreement(act.agreement),
            code_bytes(act.partner),
            code_bytes(act.home),
            _name(act.name),
            act.data_exchange_from,
            act.benefits_from,
        ),
    ),
    AgreementConsented: (EntryType.AGREEMENT_CONSENTED, lambda act: _agreement(act.agreement)),
    AgreementDeclined: (EntryType.AGREEMENT_DECLINED, lambda act: _agreement(act.agreement)),
    RecognitionChanged: (
        EntryType.RECOGNITION_CHANGED,
        lambda act: _RECOGNITION.pack(
            _agreement(act.agreement),
            code_bytes(act.home),
            _name(act.name),
            act.recognition,
            act.reason,
            act.effective_from,
        ),
    ),
}

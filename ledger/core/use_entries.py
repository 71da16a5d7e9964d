"""Use entries: how lineage, terms, balances and use are spelt; types 22 to 24 and 30 to 39 of ``docs/spec/journal.md``."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Any, Final

from ledger.core.acts import Act, EntryType, RecordConfirmed, RecordLinked, RecordReplaced
from ledger.core.layouts import MalformedEntry, Reader, Speller, code_bytes, economy, known, text, unpack
from ledger.core.use_acts import (
    ExportEndorsed,
    LineAuthorised,
    LineGranted,
    LineReturned,
    TermsSet,
    UseConsumed,
    UseCorrected,
    UseEntered,
    UsePlace,
    UseReleased,
    UseReserved,
)

_QUANTITY: Final = 9
_OFFICE: Final = 17
_REPLACED: Final = Struct(">32s32sH")
_LINKED: Final = Struct(">32sB32s32s")
_TAG: Final = Struct(">32s")
_TERMS: Final = Struct(">32sBBBB")
_LINE: Final = Struct(">32sH3s9s")
_CHILD: Final = Struct(">32s32s32s32sHH9s")
_USE: Final = Struct(">32s32s32s17s32sHH")
_AMOUNT: Final = Struct(">9s")
_CORRECTED: Final = Struct(">BB9sH")
_ENTERED: Final = Struct(">9sQB")
_ENDORSED: Final = Struct(">32s32s17sH9s")
_RELATIONS: Final = (1, 2, 3)
_FLAGS: Final = (0, 1)
_PERCENT: Final = range(101)


def _number(quantity: bytes) -> int:
    return int.from_bytes(quantity, "big")


def _quantity(quantity: int) -> bytes:
    return quantity.to_bytes(_QUANTITY, "big")


def _padded(code: str, length: int) -> bytes:
    data = code.encode("ascii", "replace")
    if not 0 < len(data) <= length:
        raise MalformedEntry(f"text is {code[:40]!r}, expected 1 to {length} ASCII characters")
    return data.ljust(length, b"\0")


def _read_replaced(detail: bytes) -> tuple[bytes, Act]:
    tag, successor, reason = unpack(_REPLACED, detail)
    return tag, RecordReplaced(tag, successor, reason)


def _read_linked(detail: bytes) -> tuple[bytes, Act]:
    tag, relation, member, parent = unpack(_LINKED, detail)
    known(relation, _RELATIONS, "relation")
    return tag, RecordLinked(tag, relation, text(member, "parent's member"), parent)


def _read_confirmed(detail: bytes) -> tuple[bytes, Act]:
    (tag,) = unpack(_TAG, detail)
    return tag, RecordConfirmed(tag)


def _read_terms(detail: bytes) -> tuple[bytes, Act]:
    if len(detail) < _TERMS.size:
        raise MalformedEntry(f"detail is {len(detail)} bytes, expected at least {_TERMS.size}")
    tag, tolerance, base, economies, offices = _TERMS.unpack_from(detail)
    known(tolerance, _PERCENT, "tolerance")
    known(base, _FLAGS, "tolerance base")
    split = _TERMS.size + 2 * economies
    if len(detail) != split + _OFFICE * offices:
        raise MalformedEntry(f"detail is {len(detail)} bytes, expected {split + _OFFICE * offices}")
    return tag, TermsSet(
        tag,
        tolerance,
        bool(base),
        tuple(economy(detail[at : at + 2]) for at in range(_TERMS.size, split, 2)),
        tuple(text(detail[at : at + _OFFICE], "office") for at in range(split, len(detail), _OFFICE)),
    )


def _read_line(detail: bytes) -> tuple[bytes, Act]:
    tag, line, unit, quantity = unpack(_LINE, detail)
    return tag, LineAuthorised(tag, line, text(unit, "unit"), _number(quantity))


def _reading_child(make: Callable[..., Act]) -> Reader:
    def read(detail: bytes) -> tuple[bytes, Act]:
        owner, tag, member, child, line, child_line, quantity = unpack(_CHILD, detail)
        whose, child_member = text(owner, "record's member"), text(member, "child's member")
        return tag, make(whose, tag, child_member, child, line, child_line, _number(quantity))

    return read


def _place(detail: bytes) -> tuple[UsePlace, bytes]:
    if len(detail) < _USE.size:
        raise MalformedEntry(f"detail is {len(detail)} bytes, expected at least {_USE.size}")
    owner, tag, presented, office, declaration, item, line = _USE.unpack_from(detail)
    whose, where = text(owner, "record's member"), text(office, "office")
    return UsePlace(whose, tag, presented, where, declaration, item, line), detail[_USE.size :]


def _reading_use(make: Callable[[UsePlace, int], Act]) -> Reader:
    def read(detail: bytes) -> tuple[bytes, Act]:
        place, rest = _place(detail)
        (quantity,) = unpack(_AMOUNT, rest)
        return place.tag, make(place, _number(quantity))

    return read


def _read_corrected(detail: bytes) -> tuple[bytes, Act]:
    place, rest = _place(detail)
    number, falls, quantity, reason = unpack(_CORRECTED, rest)
    known(falls, _FLAGS, "falls")
    return place.tag, UseCorrected(place, number, bool(falls), _number(quantity), reason)


def _read_entered(detail: bytes) -> tuple[bytes, Act]:
    place, rest = _place(detail)
    quantity, happened_at, conflict = unpack(_ENTERED, rest)
    known(conflict, _FLAGS, "conflict")
    return place.tag, UseEntered(place, _number(quantity), happened_at, bool(conflict))


def _read_endorsed(detail: bytes) -> tuple[bytes, Act]:
    owner, tag, office, line, quantity = unpack(_ENDORSED, detail)
    whose, where = text(owner, "record's member"), text(office, "office")
    return tag, ExportEndorsed(whose, tag, where, line, _number(quantity))


READERS: Final[dict[int, Reader]] = {
    EntryType.RECORD_REPLACED: _read_replaced,
    EntryType.RECORD_LINKED: _read_linked,
    EntryType.RECORD_CONFIRMED: _read_confirmed,
    EntryType.TERMS_SET: _read_terms,
    EntryType.LINE_AUTHORISED: _read_line,
    EntryType.LINE_GRANTED: _reading_child(LineGranted),
    EntryType.LINE_RETURNED: _reading_child(LineReturned),
    EntryType.USE_RESERVED: _reading_use(UseReserved),
    EntryType.USE_CONSUMED: _reading_use(UseConsumed),
    EntryType.USE_RELEASED: _reading_use(UseReleased),
    EntryType.USE_CORRECTED: _read_corrected,
    EntryType.USE_ENTERED: _read_entered,
    EntryType.EXPORT_ENDORSED: _read_endorsed,
}


def _spell_terms(act: TermsSet) -> bytes:
    return (
        _TERMS.pack(act.tag, act.tolerance, act.on_remaining, len(act.economies), len(act.offices))
        + b"".join(_padded(code, 2) for code in act.economies)
        + b"".join(_padded(code, _OFFICE) for code in act.offices)
    )


def _spell_child(act: LineGranted | LineReturned) -> bytes:
    return _CHILD.pack(
        code_bytes(act.owner),
        act.tag,
        code_bytes(act.child_member),
        act.child_tag,
        act.line,
        act.child_line,
        _quantity(act.quantity),
    )


def _spell_place(place: UsePlace) -> bytes:
    return _USE.pack(
        code_bytes(place.owner),
        place.tag,
        place.presented,
        _padded(place.office, _OFFICE),
        place.declaration,
        place.item,
        place.line,
    )


def _spell_use(act: Any) -> bytes:
    return _spell_place(act.place) + _quantity(act.quantity)


SPELLERS: Final[dict[type, tuple[EntryType, Speller]]] = {
    RecordReplaced: (
        EntryType.RECORD_REPLACED,
        lambda act: _REPLACED.pack(act.tag, act.successor, act.reason),
    ),
    RecordLinked: (
        EntryType.RECORD_LINKED,
        lambda act: _LINKED.pack(act.tag, act.relation, code_bytes(act.parent_member), act.parent_tag),
    ),
    RecordConfirmed: (EntryType.RECORD_CONFIRMED, lambda act: _TAG.pack(act.tag)),
    TermsSet: (EntryType.TERMS_SET, _spell_terms),
    LineAuthorised: (
        EntryType.LINE_AUTHORISED,
        lambda act: _LINE.pack(act.tag, act.line, _padded(act.unit, 3), _quantity(act.quantity)),
    ),
    LineGranted: (EntryType.LINE_GRANTED, _spell_child),
    LineReturned: (EntryType.LINE_RETURNED, _spell_child),
    UseReserved: (EntryType.USE_RESERVED, _spell_use),
    UseConsumed: (EntryType.USE_CONSUMED, _spell_use),
    UseReleased: (EntryType.USE_RELEASED, _spell_use),
    UseCorrected: (
        EntryType.USE_CORRECTED,
        lambda act: (
            _spell_place(act.place)
            + _CORRECTED.pack(act.number, act.falls, _quantity(act.quantity), act.reason)
        ),
    ),
    UseEntered: (
        EntryType.USE_ENTERED,
        lambda act: (
            _spell_place(act.place) + _ENTERED.pack(_quantity(act.quantity), act.happened_at, act.conflict)
        ),
    ),
    ExportEndorsed: (
        EntryType.EXPORT_ENDORSED,
        lambda act: _ENDORSED.pack(
            code_bytes(act.owner), act.tag, _padded(act.office, _OFFICE), act.line, _quantity(act.quantity)
        ),
    ),
}

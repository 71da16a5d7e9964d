"""What the registries of the small chain take besides batches: single records, replacements, types and aliases.

Only as far as the gateway's own pipeline needs it: who may draw what is asserted on the real contracts. Calldata is that of
the real interface.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import decode

from ledger.chain.abi import selector
from ledger.core import acts
from ledger.errors import Refused

_ISSUE = (
    "(uint16,uint16,bytes32,(bytes32,bytes32),(uint8,bytes32,bytes32),"
    "(uint8,bool,bytes2[],bytes17[],(bytes3,uint16,uint72)[]))"
)
_TYPES = {
    "anchorOne": ["bytes32", _ISSUE],
    "replace": ["bytes32", "bytes32", "uint16", _ISSUE],
    "grantTypes": ["bytes32", "bytes32", "(bytes8,uint64)[]"],
    "addAlias": ["bytes32", "bytes32", "bytes32"],
}
_BY_SELECTOR = {selector(f"{name}({','.join(types)})"): name for name, types in _TYPES.items()}

Journal = Callable[[str, acts.Act], None]


@dataclass
class Records:
    """Everything that the registries keep, keyed by registry, member and number tag; copied before every trial."""

    anchored: dict[tuple[bytes, str, bytes], tuple[bytes, int]] = field(default_factory=dict)
    replaced: dict[tuple[bytes, str, bytes], bytes] = field(default_factory=dict)
    types: dict[tuple[bytes, str, bytes], tuple[str, ...]] = field(default_factory=dict)
    aliases: dict[tuple[bytes, str, bytes], bytes] = field(default_factory=dict)

    def copy(self) -> Records:
        return Records(dict(self.anchored), dict(self.replaced), dict(self.types), dict(self.aliases))


def carry_out(records: Records, registry: bytes, calldata: bytes, time: int, append: Journal) -> None:
    """Carry out a call of one of the real interface's functions and append its entries."""
    name = _BY_SELECTOR.get(calldata[:4])
    if name is None:
        raise Refused("UnknownCall", "no such function")
    member, *values = decode(_TYPES[name], calldata[4:])
    _ACTS[name](records, registry, _text(member), values, time, append)


def _anchor_one(
    records: Records, registry: bytes, member: str, values: list[Any], time: int, append: Journal
) -> None:
    [issue] = values
    if _is_new(records, registry, member, issue):
        _anchor(records, registry, member, issue, time, append)


def _replace(
    records: Records, registry: bytes, member: str, values: list[Any], time: int, append: Journal
) -> None:
    old, reason, issue = values
    if (registry, member, old) not in records.anchored:
        raise Refused("RegistryRecordUnknown", "no such record", {"member": member, "tag": old})
    tag = issue[3][0]
    is_new, successor = (
        _is_new(records, registry, member, issue),
        records.replaced.get((registry, member, old)),
    )
    if not is_new and successor == tag:
        return
    if successor is not None:
        raise Refused("RegistryTransitionInvalid", "a final status never changes", {"tag": old})
    if not is_new:
        raise Refused("RegistryNumberTaken", "the number is taken", {"member": member, "tag": tag})
    records.replaced[registry, member, old] = tag
    _anchor(records, registry, member, issue, time, append)
    append(member, acts.RecordReplaced(old, tag, reason))


def _grant_types(
    records: Records, registry: bytes, member: str, values: list[Any], time: int, append: Journal
) -> None:
    tag, grants = values
    _require(records, registry, member, tag)
    for name, effective_from in grants:
        known = records.types.get((registry, member, tag), ())
        if _text(name) in known:
            raise Refused("AeoTypeInvalid", "the type is known already", {"name": _text(name)})
        if effective_from == 0:
            raise Refused("AeoTimeInvalid", "the time is missing", {"time": 0, "earliest": 0})
        records.types[registry, member, tag] = (*known, _text(name))
        append(member, acts.TypeGranted(tag, _text(name), effective_from))


def _add_alias(
    records: Records, registry: bytes, member: str, values: list[Any], time: int, append: Journal
) -> None:
    tag, alias = values
    _require(records, registry, member, tag)
    if (registry, member, alias) in records.anchored or (registry, member, alias) in records.aliases:
        raise Refused("AeoAliasInvalid", "the alias is in use", {"member": member, "aliasTag": alias})
    records.aliases[registry, member, alias] = tag
    append(member, acts.AliasAdded(alias, tag))


_ACTS: dict[str, Callable[[Records, bytes, str, list[Any], int, Journal], None]] = {
    "anchorOne": _anchor_one,
    "replace": _replace,
    "grantTypes": _grant_types,
    "addAlias": _add_alias,
}


def _is_new(records: Records, registry: bytes, member: str, issue: tuple[Any, ...]) -> bool:
    tag, document_id = issue[3]
    known = records.anchored.get((registry, member, tag))
    if known is not None and known[0] != document_id:
        raise Refused("RegistryNumberTaken", "the number is taken", {"member": member, "tag": tag})
    return known is None


def _anchor(
    records: Records, registry: bytes, member: str, issue: tuple[Any, ...], time: int, append: Journal
) -> None:
    document_type, use_policy, key, (tag, document_id), (relation, parent, parent_tag), terms = issue
    if relation and (registry, _text(parent), parent_tag) not in records.anchored:
        arguments = {"relation": relation, "member": _text(parent), "tag": parent_tag}
        raise Refused("UseLinkInvalid", "a record cannot hang on that one", arguments)
    records.anchored[registry, member, tag] = (document_id, time)
    append(member, acts.RecordAnchored(document_type, use_policy, key, tag, document_id))
    if relation:
        append(member, acts.RecordLinked(tag, relation, _text(parent), parent_tag))
    tolerance, on_remaining, economies, offices, lines = terms
    if lines:
        said = tuple(map(_text, economies)) or (member[:2],), tuple(map(_text, offices))
        append(member, acts.TermsSet(tag, tolerance, on_remaining, *said))
    for number, (unit, _, authorised) in enumerate(lines, start=1):
        append(member, acts.LineAuthorised(tag, number, _text(unit), authorised))


def _require(records: Records, registry: bytes, member: str, tag: bytes) -> None:
    if (registry, member, tag) not in records.anchored:
        raise Refused("RegistryRecordUnknown", "no such record", {"member": member, "tag": tag})


def _text(data: bytes) -> str:
    return data.rstrip(b"\0").decode("ascii")

"""Walks on all three registries: storage, the fold of the journal and the interface of a gateway tell the same.

What the contracts write folds to what they store, what they refuse the fold refuses, a gateway that is asked for an act does
and refuses the same, and one that reads only the chain answers with what is stored.

With ``DEEP`` in the environment, as ``make test DEEP=1`` has it, many more acts are tried.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.core.aeo import Agreements, agreements_of, types_of
from ledger.core.entries import Entry
from ledger.core.records import RecordState, Status, record_of
from ledger.core.registers import RecordKey
from ledger.core.uses import UseBook, usage_of
from ledger.node.control import down, up
from tests import acts_of_aeo
from tests.acts import ECONOMIES, OFFICES, AWorld
from tests.told import assert_the_interface_tells_what_is_stored
from tests.walks import MUST, walked

STEPS = 3_000 if os.environ.get("DEEP") else 200


@pytest.fixture(scope="module")
def chain_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    home = tmp_path_factory.mktemp("chain")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = up(home, port)
    try:
        yield address.url, address.chain_id
    finally:
        down(home)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 4])
def test_what_is_done_in_all_registries_is_what_the_fold_and_the_interface_tell(
    chain_url: tuple[str, int], seed: int, tmp_path: Path
) -> None:
    world = walked(*chain_url, seed, STEPS, tmp_path)
    assert {(kind, act.__name__) for kind, act in MUST - world.done.keys()} == set()
    assert len(world.refused) > 15
    assert {outcome for _, outcome in world.asked} == {"done", "refused"}
    assert sum(world.asked.values()) > 20
    assert_records_are_as_stored(world)
    assert_use_is_as_stored(world)
    assert_aeo_is_as_stored(world)
    assert_the_believing_folds_agree(world)
    assert_the_interface_tells_what_is_stored(world, chain_url[0], tmp_path)


def text(data: bytes) -> str:
    return data.rstrip(b"\0").decode()


def assert_records_are_as_stored(world: AWorld) -> None:
    head = world.chain.journal_head()
    assert head.size == world.replay.size
    for (registry, member, tag), record in world.replay.records.items():
        (slot,) = world.chain.look(registry, member, [tag]).records
        assert (slot.commitment, slot.status) == (record.document_id[:22], record.status)
        assert (slot.anchored_at, slot.document_type, slot.use_policy) == (
            record.anchored_at, record.document_type, record.use_policy,
        )  # fmt: skip
        ((relation, parent_member, parent),) = world.ask(registry, "linkOf", member, tag)
        link = record.link
        expected = (
            (0, "", bytes(32)) if link is None else (link.relation, link.parent_member, link.parent_tag)
        )
        assert (relation, text(parent_member), parent) == expected


def assert_use_is_as_stored(world: AWorld) -> None:
    registers = world.replay.registers
    for (registry, member, tag), record in registers.records.items():
        book = registers.books.get((registry, member, record.root_tag)) or UseBook()
        assert world.ask(registry, "usesOf", member, tag) == (book.count,)
        assert_terms_are_as_stored(world, record, book)
        for number in range(len(book.lines) + 2):
            (line,) = world.ask(registry, "lineOf", member, tag, number)
            known = book.lines.get(number)
            assert (text(line[0]), *line[2:]) == (
                ("", 0, 0, 0) if known is None
                else (known.unit, known.authorised, known.reserved, known.consumed)
            )  # fmt: skip
        for (customs, office, declaration, item), use in book.uses.items():
            (found,) = world.ask(registry, "useOf", customs, member, tag, (office, declaration, item))
            assert found == (
                use.state, use.place.line, use.reserved, use.consumed,
                use.corrections, use.last_fell, use.last_change,
            )  # fmt: skip


def assert_terms_are_as_stored(world: AWorld, record: RecordState, book: UseBook) -> None:
    registry, member, tag, terms = record.registry, record.member, record.tag, book.terms
    ((is_set, tolerance, on_remaining, endorsed, lines, offices, economies),) = world.ask(
        registry, "termsOf", member, tag
    )
    assert (is_set, endorsed, lines) == (terms is not None, book.endorsed_at is not None, len(book.lines))
    if terms is not None:
        assert (tolerance, on_remaining) == (terms.tolerance, terms.on_remaining)
        assert (offices, economies) == (len(terms.offices), len(terms.economies))
    limited = record.use_policy if record.tag == record.root_tag else 0
    for economy in ECONOMIES:
        allowed = terms is None or (
            economy in terms.economies and (not terms.offices or OFFICES[0] in terms.offices)
        )
        assert world.ask(registry, "allows", member, tag, economy, OFFICES[0]) == (allowed,)
        if limited >> 8 == 1 or limited & 0xFF:
            members = world.replay.consortium.members.values()
            counted = None if terms else [one.code for one in members if one.economy == economy]
            assert world.ask(registry, "declarationsOf", member, tag, economy) == (
                book.declarations(counted),
            )


def assert_aeo_is_as_stored(world: AWorld) -> None:
    registers, registry = world.replay.registers, world.registry(3)
    for (_, member, alias), tag in registers.aliases.items():
        assert world.ask(registry, "aliasOf", member, alias) == (tag,)
    for entry in world.entries:
        if (
            entry.type.name == "ALIAS_REMOVED"
            and (registry, entry.member, entry.subject) not in registers.aliases
        ):
            assert world.ask(registry, "aliasOf", entry.member, entry.subject) == (bytes(32),)
    for (_, member, tag), types in registers.types.items():
        whole = registers.records[registry, member, tag].status
        for name, state in types.items():
            for time in around(change.effective_from for change in state.changes):
                status = state.status_at(time) or 0
                status = whole if status is Status.VALID else status
                assert world.ask(registry, "typeAt", member, tag, name, time) == (status,)
    agreements = Agreements(registers.agreements.get(registry, {}))
    for number, one in agreements.by_number.items():
        ((proposer, partner, consented, closed),) = world.ask(registry, "agreementOf", number)
        assert (text(proposer), text(partner)) == (one.proposer, one.partner)
        assert (consented, closed) == (one.consented_at is not None, one.declined_at is not None)
        (covers,) = world.ask(registry, "coversOf", number)
        assert [(text(home), text(name), *times) for home, name, *times in covers] == [
            (cover.home, cover.name, cover.data_exchange_from, cover.benefits_from) for cover in one.covers
        ]
    for home in acts_of_aeo.ADMINISTRATIONS:
        for partner in acts_of_aeo.ADMINISTRATIONS:
            for name in acts_of_aeo.NAMES:
                changes = agreements.changes(home, partner, name)
                for time in around(change.effective_from for change in changes):
                    recognised = agreements.recognised_at(home, partner, name, time)
                    assert world.ask(registry, "recognisedAt", home, partner, name, time) == (recognised,)


def around(times: Iterator[int]) -> list[int]:
    """Return the times, and the seconds before and after each."""
    return sorted({1, *(time + by for time in times for by in (-1, 0, 1))} - {0})


def assert_the_believing_folds_agree(world: AWorld) -> None:
    about: dict[RecordKey, list[Entry]] = {}
    for entry in world.entries:
        about.setdefault((entry.contract, entry.owner, entry.subject), []).append(entry)
    registers = world.replay.registers
    for key, record in registers.records.items():
        assert record_of(about[key]) == record
        assert usage_of(about[key]) == (registers.books.get(key) or UseBook()).usage()
        assert types_of(about[key]) == registers.types.get(key, {})
    known = registers.agreements.get(world.registry(3), {})
    assert agreements_of(world.entries).by_number == known

"""Stories of records: continued with what is new they tell the same as folded from the first entry on."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ledger.core import acts
from ledger.core.entries import Entry
from ledger.core.records import record_of
from ledger.core.uses import usage_of
from ledger.errors import Unavailable
from ledger.service.stories import NOTHING, Stories, Story
from ledger.store.journal import CachedEntry
from tests.journals import (
    AU,
    AU_CUSTOMS,
    LICENCES,
    REGISTRY,
    VCCI,
    AJournal,
    a_place,
    some_terms,
    tag_of,
)

PLACE = (LICENCES, VCCI, tag_of("L"))
LINES = some_terms("L", 10**12)


def a_used_licence(uses: int = 40) -> AJournal:
    journal = AJournal.complete()
    journal.issue("L", *LINES)
    for number in range(uses):
        draw(journal, str(number), 7 + number)
    return journal


def draw(journal: AJournal, declaration: str, quantity: int) -> None:
    journal.write(AU_CUSTOMS, acts.UseReserved(a_place("L", declaration), quantity))
    journal.write(AU_CUSTOMS, acts.UseConsumed(a_place("L", declaration), quantity - 1))


def about(journal: AJournal, number: str = "L", member: str = VCCI) -> list[CachedEntry]:
    found = (one for one in journal.entries if (one.owner, one.subject) == (member, tag_of(number)))
    return [in_cache(one) for one in found]


def in_cache(entry: Entry) -> CachedEntry:
    return CachedEntry(entry.index, entry.raw, entry.index, bytes(32), bytes(32))


def folded(journal: AJournal, cached: Iterable[CachedEntry]) -> Story:
    entries = [journal.entries[one.index] for one in cached]
    return Story(record_of(entries), usage_of(entries))


def test_at_every_length_a_story_is_what_all_entries_so_far_add_up_to() -> None:
    journal, stories = a_used_licence(), Stories()
    cached = about(journal)
    for length in range(1, len(cached) + 1):
        assert stories.tell(PLACE, cached[:length]) == folded(journal, cached[:length])


def test_a_reading_that_is_older_than_what_is_kept_gets_its_own_story() -> None:
    journal, stories = a_used_licence(), Stories()
    cached = about(journal)
    for length in (80, 20, 82, 30, 81):
        assert stories.tell(PLACE, cached[:length]) == folded(journal, cached[:length])


def test_a_story_that_was_handed_out_does_not_change() -> None:
    journal, stories = a_used_licence(), Stories()
    before = stories.tell(PLACE, about(journal))
    assert before.usage is not None
    count, lines = before.usage.count, dict(before.usage.lines)
    draw(journal, "one more", 5)
    after = stories.tell(PLACE, about(journal))
    assert (before.usage.count, before.usage.lines) == (count, lines)
    assert after.usage is not None
    assert after.usage.count == count + 1


def test_after_a_reorganisation_nothing_of_the_other_chain_is_told() -> None:
    one, other, stories = a_used_licence(), a_used_licence(20), Stories()
    draw(other, "elsewhere", 1_000)
    for number in range(19):
        draw(other, f"again {number}", 3)
    assert len(about(one)) == len(about(other))
    for journal in (one, other, one):
        assert stories.tell(PLACE, about(journal)) == folded(journal, about(journal))


def test_what_was_used_last_is_kept_and_the_bound_holds() -> None:
    journal = AJournal.complete()
    numbers = [f"L{number}" for number in range(6)]
    for number in numbers:
        journal.issue(number, *some_terms(number, 10**12))
        for declaration in range(20):
            journal.write(AU_CUSTOMS, acts.UseReserved(a_place(number, str(declaration)), 5))
    each = len(about(journal, numbers[0]))
    stories = Stories(most=2 * each)
    for number in (*numbers, *reversed(numbers)):
        cached = about(journal, number)
        assert stories.tell((LICENCES, VCCI, tag_of(number)), cached) == folded(journal, cached)
        assert stories.kept <= 2 * each
    assert stories.kept == 2 * each


def test_entries_of_another_registry_about_the_same_tag_are_passed_over() -> None:
    journal = a_used_licence()
    assert Stories().tell((REGISTRY, VCCI, tag_of("L")), about(journal)) == NOTHING


def test_an_alias_tells_where_it_leads() -> None:
    journal = AJournal.complete()
    journal.issue("T", member=AU, kind=3, policy=0)
    journal.write(AU, acts.AliasAdded(tag_of("A"), tag_of("T")), kind=3)
    registry = journal.entries[-1].contract
    assert Stories().tell((registry, AU, tag_of("A")), about(journal, "A", AU)) == Story(alias_of=tag_of("T"))


@pytest.mark.parametrize("spoilt", [b"", bytes(200)])
def test_a_damaged_entry_is_an_error_each_time_and_mended_it_is_told(spoilt: bytes) -> None:
    journal, stories = a_used_licence(), Stories()
    cached = about(journal)
    place = len(cached) - 3
    damaged = [
        *cached[:place],
        CachedEntry(cached[place].index, spoilt, 0, bytes(32), bytes(32)),
        *cached[place + 1 :],
    ]
    stories.tell(PLACE, cached[:place])
    for _ in range(2):
        with pytest.raises(Unavailable, match="run tradeseal rebuild"):
            stories.tell(PLACE, damaged)
    assert stories.tell(PLACE, cached) == folded(journal, cached)


def test_entries_that_contradict_each_other_are_an_error_each_time() -> None:
    journal, stories = a_used_licence(), Stories()
    journal.issue("L")
    for _ in range(2):
        with pytest.raises(Unavailable, match="contradicts itself"):
            stories.tell(PLACE, about(journal))
    assert stories.kept == 0

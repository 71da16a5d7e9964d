from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.core.facts import LONGEST_LAG, Candidate
from ledger.core.verdict import Word
from tests.questions import NUMBER, Presented, code_is_found


def apart(seconds: float, entries: int, *, found: bool = True) -> Presented:
    """The node's block is ``seconds`` after, and its journal ``entries`` longer than, what was read."""
    presented = Presented().anchor() if found else Presented()
    seen = presented.gathered(None).chain
    assert seen is not None
    node = replace(
        seen,
        block_time=seen.block_time + timedelta(seconds=seconds),
        journal_size=seen.journal_size + entries,
        root=b"\x02" * 32,
    )
    presented.facts = {"chain": node, "cache": seen}
    return presented


@pytest.mark.parametrize("entries", [1, -1])
@pytest.mark.parametrize("seconds", [0, LONGEST_LAG.total_seconds(), -LONGEST_LAG.total_seconds()])
def test_a_journal_a_little_behind_or_ahead_still_answers_for_a_record_that_both_show(
    seconds: float, entries: int
) -> None:
    verdict = apart(seconds, entries).verdict()
    assert verdict.word is Word.ACCEPT
    assert code_is_found(verdict, "X03", "INTEGRITY")


@pytest.mark.parametrize(("seconds", "entries"), [(61, 1), (-61, -1)])
def test_a_node_and_a_journal_that_are_far_apart_do_not_answer(seconds: float, entries: int) -> None:
    verdict = apart(seconds, entries).verdict()
    assert verdict.word is Word.CANNOT_VERIFY_NOW


def test_an_absence_while_the_journal_is_behind_is_not_an_absence() -> None:
    verdict = apart(0, 1, found=False).verdict(by_number=True)
    assert verdict.word is Word.CANNOT_VERIFY_NOW
    assert "R07" not in verdict.codes()


def test_two_roots_of_one_size_are_a_contradiction() -> None:
    verdict = apart(0, 0).verdict()
    assert verdict.word is Word.CANNOT_VERIFY_NOW
    assert code_is_found(verdict, "X02", "INTEGRITY")


@pytest.mark.parametrize(
    ("given", "agrees"), [("ex-2026-0107 ", True), ("EX–2026–0107", True), ("EX-1", False)]
)
def test_a_second_key_is_compared_in_its_normalised_form(given: str, agrees: bool) -> None:
    presented = Presented(second_key=given, facts={"second_keys": frozenset({"EX-2026-0107"})}).anchor()
    assert (presented.verdict(by_number=True).word is Word.ACCEPT) is agrees


def test_a_look_alike_is_never_accepted_even_where_its_second_key_matches() -> None:
    presented = Presented(asked_number=NUMBER.replace("0", "O"), second_key="ex-2026-0107")
    presented.facts = {"candidates": (Candidate(NUMBER, frozenset({"EX-2026-0107"})),)}
    verdict = presented.anchor().verdict(by_number=True)
    assert verdict.word is Word.REFER
    assert NUMBER in " ".join(verdict.next)

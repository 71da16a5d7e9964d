"""Workers: other processes seal, and one that dies costs nothing but time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date

import orjson
import pytest

from ledger.core import envelope
from ledger.core.jose import Algorithm
from ledger.core.problems import Problem
from ledger.sealers import Sealers
from ledger.sealing import Draft, Recipe
from ledger.workers import Workers
from tests.certificates import a_certificate, the_reference

RECIPE = Recipe("VN-VCCI", b"\x07" * 32, b"\x52" * 20, 7040, b"\x09" * 32, Algorithm.ES256)
TODAY = date(2024, 3, 10)
HERE = Sealers([RECIPE], the_reference())


@pytest.fixture
def workers() -> Iterator[Workers]:
    with closing(Workers([RECIPE], 2, HERE)) as opened:
        yield opened


def tasks(count: int) -> list[tuple[list[tuple[str, bytes]], date]]:
    one = [a_certificate(certificateNumber=f"N{number}") for number in range(count)]
    return [([(f"n{number}", orjson.dumps(certificate))], TODAY) for number, certificate in enumerate(one)]


def plain(drafts: list[list[Draft]]) -> list[tuple[str, str, bytes, bytes]]:
    return [(one.source, one.number, one.tag, one.content) for some in drafts for one in some]


def test_workers_make_the_drafts_that_are_made_here_in_order(workers: Workers) -> None:
    here = [[HERE.draft(source, data, today) for source, data in some] for some, today in tasks(9)]
    assert plain(list(workers.drafts(tasks(9)))) == plain(here)


def test_two_drafts_of_one_certificate_share_nothing_random(workers: Workers) -> None:
    same = tasks(1) * 6
    ids = [draft.unsigned.document_id for (draft,) in workers.drafts(same) if draft.unsigned is not None]
    assert len(set(ids)) == 6


def test_what_could_not_be_read_is_refused_with_the_reasons_it_came_with(workers: Workers) -> None:
    reasons = (Problem("items[0]", "", "a value", code="ELEMENT_MISSING"),)
    ((unread,),) = workers.drafts([([("list.csv row 17", reasons)], TODAY)])
    assert (unread.source, unread.unsigned, unread.problems) == ("list.csv row 17", None, reasons)


def test_a_draft_can_be_signed_after_its_journey(workers: Workers) -> None:
    ((draft,),) = workers.drafts(tasks(1))
    assert draft.unsigned is not None
    sealed = envelope.attach(draft.unsigned, bytes(64))
    assert envelope.open_envelope(sealed.token).document_id == draft.unsigned.document_id


def test_a_worker_that_is_killed_costs_no_draft(workers: Workers) -> None:
    found = []
    for number, drafts in enumerate(workers.drafts(tasks(12))):
        if number == 2:
            for process in workers.processes:
                process.kill()
        found.append(drafts)
    assert [one.number for some in found for one in some] == [f"N{number}" for number in range(12)]


def test_closing_ends_every_process(workers: Workers) -> None:
    list(workers.drafts(tasks(4)))
    workers.close()
    assert all(process.returncode is not None for process in workers.processes)


def test_a_recipe_does_not_show_its_tag_key() -> None:
    assert (b"\x07" * 32).hex() not in repr(RECIPE)
    assert "\\x07" not in repr(RECIPE)

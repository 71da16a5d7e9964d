"""A gateway that may answer from a reading of the last seconds: it says so, and no longer than it may."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.core.facts import Source
from ledger.core.verdict import Word
from ledger.demo.documents import todays_aeo
from ledger.service.answers import StatusAction
from ledger.service.ledger import Ledger
from ledger.wiring import open_ledger
from tests.consortium import Consortium
from tests.fakes.spoilt_node import SpoiltNode, a_spoilt_node
from tests.gateways import CUSTOMS, ISSUER, OFFICER, a_fresh_certificate, ask, names, sealed

Open = Callable[[int], Ledger]


@pytest.fixture
def node(consortium: Consortium) -> Iterator[SpoiltNode]:
    with a_spoilt_node(consortium.node.url) as found:
        yield found


@pytest.fixture
def open_customs(consortium: Consortium, node: SpoiltNode, tmp_path: Path) -> Open:
    def opened(seconds: int) -> Ledger:
        return open_ledger(
            consortium.settings(
                CUSTOMS,
                TRADESEAL_STORE_URL=f"sqlite:///{tmp_path}/customs.db",
                TRADESEAL_CHAIN_URL=node.url,
                TRADESEAL_CHAIN_FRESHNESS_SECONDS=str(seconds),
            )
        )

    return opened


@pytest.fixture
def issuer(consortium: Consortium) -> Iterator[Ledger]:
    with open_ledger(consortium.settings(ISSUER)) as ledger:
        yield ledger


def test_a_fresh_reading_answers_without_the_node_and_says_how_old_it_is(
    consortium: Consortium, node: SpoiltNode, open_customs: Open, issuer: Ledger
) -> None:
    certificate = a_fresh_certificate(consortium)
    document = sealed(issuer, certificate)
    with open_customs(3_600) as customs:
        assert not customs.answers_at_once()
        first = ask(customs, document=document)
        assert (first.word, first.block.source) == (Word.ACCEPT, Source.CHAIN)
        assert customs.answers_at_once()

        node.body = b"down"
        again = ask(customs, document=document)
        assert (again.word, again.block.source) == (Word.ACCEPT, Source.RECENT)
        assert "CACHE_AGE" in names(again)

        # What happened meanwhile is seen with the next reading, which may come at any time.
        issuer.change_status(ISSUER, certificate["certificateNumber"], StatusAction.REVOKE, 24)
        node.heal()
        customs.converge()
        assert ask(customs, document=document).word is Word.REJECT


def test_a_fresh_reading_answers_about_a_code_that_it_does_not_have_yet(
    consortium: Consortium, node: SpoiltNode, open_customs: Open
) -> None:
    entry = todays_aeo(datetime.now(UTC).date(), f"AEOAU{secrets.randbelow(10**10):010}")
    with open_customs(3_600) as customs, open_ledger(consortium.settings("AU-ABF")) as home:
        customs.converge()
        sealed(home, entry)
        question = (entry["certificateNumber"], None, "AEOS", None, OFFICER)
        verdict = customs.aeo(*question)
        assert (verdict.word, verdict.block.source) == (Word.REFER, Source.RECENT)
        customs.converge()
        assert "NUMBER_NOT_FOUND" not in names(customs.aeo(*question))
        assert "NUMBER_NOT_FOUND" in names(verdict)


def test_a_reading_that_is_too_old_answers_nothing_by_itself(
    consortium: Consortium, node: SpoiltNode, open_customs: Open, issuer: Ledger
) -> None:
    document = sealed(issuer, a_fresh_certificate(consortium))
    with open_customs(1) as customs:
        customs.converge()
        time.sleep(1.1)
        assert not customs.answers_at_once()
        node.body = b"down"
        assert ask(customs, document=document).word is Word.CANNOT_VERIFY_NOW


def test_a_restarted_gateway_does_not_take_its_old_cache_for_a_reading(
    consortium: Consortium, node: SpoiltNode, open_customs: Open, issuer: Ledger
) -> None:
    document = sealed(issuer, a_fresh_certificate(consortium))
    with open_customs(3_600) as customs:
        assert ask(customs, document=document).word is Word.ACCEPT
    node.body = b"down"
    with open_customs(3_600) as restarted:
        assert not restarted.answers_at_once()
        assert ask(restarted, document=document).word is Word.CANNOT_VERIFY_NOW
    node.heal()
    with open_customs(0) as careful:
        assert ask(careful, document=document).block.source is Source.CHAIN
        assert not careful.answers_at_once()

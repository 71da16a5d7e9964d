"""Two branches of one chain, each on a real node: what was read on one is never told of the other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.core.verdict import CheckName, Outcome, Word
from ledger.node.control import down, up
from ledger.service.ledger import Ledger
from ledger.wiring import open_ledger
from tests.consortium import Consortium, a_consortium
from tests.gateways import CUSTOMS, ISSUER, a_fresh_certificate, ask, names, sealed


@dataclass(frozen=True)
class Branches:
    """A consortium's node, and a second one that parted from it after it was founded."""

    consortium: Consortium
    other: str

    def open(self, member: str, store: Path, *, other: bool = False) -> Ledger:
        url = self.other if other else self.consortium.node.url
        return open_ledger(
            self.consortium.settings(
                member, TRADESEAL_STORE_URL=f"sqlite:///{store}", TRADESEAL_CHAIN_URL=url
            )
        )


@pytest.fixture(scope="module")
def branches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Branches]:
    folder = tmp_path_factory.mktemp("branches")
    with a_consortium(folder) as consortium:
        down(folder / "node")
        shutil.copytree(folder / "node", folder / "other")
        up(folder / "node", int(consortium.node.url.rpartition(":")[2]))
        other = up(folder / "other", 0)
        try:
            yield Branches(consortium, other.url)
        finally:
            down(folder / "other")


def test_a_record_that_a_reorganisation_takes_away_is_referred_until_its_issuer_anchors_it_again(
    branches: Branches, tmp_path: Path
) -> None:
    lost, kept, more = (a_fresh_certificate(branches.consortium) for _ in range(3))
    issuer, elsewhere, customs = (tmp_path / f"{name}.db" for name in ("issuer", "elsewhere", "customs"))
    with branches.open(ISSUER, issuer) as ledger:
        document = sealed(ledger, lost)
    with branches.open(CUSTOMS, customs) as ledger:
        assert ask(ledger, document=document).word is Word.ACCEPT

    # The node of the other branch is behind: nothing can be said.
    with branches.open(CUSTOMS, customs, other=True) as ledger:
        behind = ask(ledger, document=document)
        assert (behind.word, "NUMBER_NOT_FOUND" in names(behind)) == (Word.CANNOT_VERIFY_NOW, False)
        assert behind.check(CheckName.INTEGRITY).outcome is Outcome.PASS

        # It overtakes, without the record: that is what the chain says now.
        with branches.open(ISSUER, elsewhere, other=True) as rival:
            others = [sealed(rival, one) for one in (kept, more)]
        assert ask(ledger, document=document).word is Word.REFER
        assert "NUMBER_NOT_FOUND" in names(ask(ledger, issuer=ISSUER, number=lost["certificateNumber"]))
        assert [ask(ledger, document=one).word for one in others] == [Word.ACCEPT, Word.ACCEPT]
        assert ledger.rebuild().equal

        # The gateway that had anchored it notices, and does so again.
        with branches.open(ISSUER, issuer, other=True) as ours:
            for _ in range(5):
                ours.converge()
            assert sealed(ours, lost) == document
        assert ask(ledger, document=document).word is Word.ACCEPT


def test_a_gateway_that_comes_back_to_the_first_branch_reads_that_one_again(
    branches: Branches, tmp_path: Path
) -> None:
    here, there = (a_fresh_certificate(branches.consortium) for _ in range(2))
    with branches.open(ISSUER, tmp_path / "there.db", other=True) as ledger:
        document_there = sealed(ledger, there)
        height = ledger.head().block_number
    with branches.open(CUSTOMS, tmp_path / "customs.db", other=True) as customs:
        assert ask(customs, document=document_there).word is Word.ACCEPT
    with branches.open(ISSUER, tmp_path / "here.db") as ledger:
        document_here = sealed(ledger, here)
        while ledger.head().block_number <= height:
            sealed(ledger, a_fresh_certificate(branches.consortium))
    with branches.open(CUSTOMS, tmp_path / "customs.db") as customs:
        assert ask(customs, document=document_here).word is Word.ACCEPT
        assert ask(customs, document=document_there).word is Word.REFER

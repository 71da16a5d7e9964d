"""Somebody edits the gateway's database: ``rebuild`` names it and mends it, and until then nothing wrong is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.core.verdict import Word
from ledger.errors import Unavailable
from ledger.home import TAG_KEYS
from ledger.keys.tags import TagKeys
from ledger.service.answers import IssueOutcome, StatusAction
from ledger.service.ledger import Ledger
from ledger.wiring import open_ledger
from tests.consortium import Consortium
from tests.gateways import CUSTOMS, ISSUER, a_fresh_certificate, ask, issued, names

CACHE = {"entries": "position", "events": "first", "steps": "step"}
Edit = Callable[..., None]


@pytest.fixture
def number(consortium: Consortium) -> str:
    """Number of a certificate that was suspended and then revoked: the journal's last entry."""
    with open_ledger(consortium.settings(ISSUER)) as issuer:
        [result] = issued(issuer, a_fresh_certificate(consortium))
        issuer.change_status(ISSUER, result.number, StatusAction.SUSPEND, 25)
        issuer.change_status(ISSUER, result.number, StatusAction.REVOKE, 24)
    return result.number


def open_customs(consortium: Consortium, file: Path) -> Ledger:
    return open_ledger(consortium.settings(CUSTOMS, TRADESEAL_STORE_URL=f"sqlite:///{file}"))


@pytest.fixture
def file(consortium: Consortium, tmp_path: Path, number: str) -> Path:
    """A customs gateway's database that has read everything."""
    with open_customs(consortium, tmp_path / "customs.db") as customs:
        assert ask(customs, issuer=ISSUER, number=number).word is Word.REJECT
    return tmp_path / "customs.db"


@pytest.fixture
def customs(consortium: Consortium, file: Path) -> Iterator[Ledger]:
    with open_customs(consortium, file) as ledger:
        yield ledger


@pytest.fixture
def edit(file: Path) -> Edit:
    def run(statement: str, *values: object) -> None:
        with closing(sqlite3.connect(file)) as database, database:
            assert database.execute(statement, values).rowcount == 1

    return run


def cached(file: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(file)) as database:
        return {
            table: database.execute(f"SELECT * FROM {table} ORDER BY {key}").fetchall()
            for table, key in CACHE.items()
        }


def assert_rebuilt(consortium: Consortium, customs: Ledger, file: Path, *differences: str) -> None:
    """The rebuild names exactly this, and afterwards the cache is that of a gateway that never knew another."""
    report = customs.rebuild()
    assert (report.equal, report.differences) == (False, differences)
    fresh = file.with_name("fresh.db")
    with open_customs(consortium, fresh) as other:
        other.converge()
    rebuilt, expected = cached(file), cached(fresh)
    assert (rebuilt["entries"], rebuilt["events"]) == (expected["entries"], expected["events"])
    assert [row[1:] for row in rebuilt["steps"]] == [row[1:] for row in expected["steps"]]
    assert customs.rebuild().equal


def last_entry(file: Path) -> tuple[int, bytes]:
    position, *_, entry = cached(file)["entries"][-1]
    return position, entry


def test_a_revocation_edited_into_a_valid_status_is_not_believed_and_mended(
    consortium: Consortium, customs: Ledger, file: Path, edit: Edit, number: str
) -> None:
    place, entry = last_entry(file)
    status = entry.rindex(b"\x03\x00\x18")  # revoked, reason 24
    edit(
        "UPDATE entries SET entry = ? WHERE position = ?",
        entry[:status] + b"\x01" + entry[status + 1 :],
        place,
    )
    verdict = ask(customs, issuer=ISSUER, number=number)
    assert (verdict.word, "NODE_CONTRADICTS_JOURNAL" in names(verdict)) == (Word.CANNOT_VERIFY_NOW, True)
    assert_rebuilt(consortium, customs, file, f"entries {place}: the cache holds other bytes than the chain")
    assert ask(customs, issuer=ISSUER, number=number).word is Word.REJECT


def test_a_deleted_last_entry_is_named_and_brought_back(
    consortium: Consortium, customs: Ledger, file: Path, edit: Edit, number: str
) -> None:
    place, _ = last_entry(file)
    edit("DELETE FROM entries WHERE position = ?", place)
    assert ask(customs, issuer=ISSUER, number=number).word is Word.CANNOT_VERIFY_NOW
    assert_rebuilt(consortium, customs, file, f"entries {place}: missing in the cache")
    assert ask(customs, issuer=ISSUER, number=number).word is Word.REJECT


def test_a_deleted_anchoring_is_not_told_as_never_issued(
    consortium: Consortium, customs: Ledger, file: Path, edit: Edit, number: str
) -> None:
    place = last_entry(file)[0] - 2
    edit("DELETE FROM entries WHERE position = ?", place)
    with pytest.raises(Unavailable, match="tradeseal rebuild"):
        ask(customs, issuer=ISSUER, number=number)
    assert_rebuilt(consortium, customs, file, f"entries {place}: missing in the cache")


def test_a_record_that_was_only_written_into_the_database_is_not_believed_and_taken_out(
    consortium: Consortium, customs: Ledger, file: Path, edit: Edit
) -> None:
    place, _ = last_entry(file)
    forged = a_fresh_certificate(consortium)["certificateNumber"]
    tag = TagKeys(consortium.folder / CUSTOMS / TAG_KEYS).tag(ISSUER, 1, forged)
    *_, anchoring = (row for row in cached(file)["entries"] if row[2] == 0x20)
    copied = anchoring[-1]
    spoilt = copied.replace(anchoring[5], tag)
    edit(
        "INSERT INTO entries (position, event, type, member, owner, subject, time, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        place + 1, anchoring[1], 0x20, ISSUER, ISSUER, tag, anchoring[6], spoilt,
    )  # fmt: skip
    verdict = ask(customs, issuer=ISSUER, number=forged)
    assert (verdict.word, verdict.record) == (Word.REFER, None)
    assert_rebuilt(consortium, customs, file, f"entries {place + 1}: not on the chain")
    assert ask(customs, issuer=ISSUER, number=forged).word is Word.REFER


def test_an_edited_key_is_that_of_the_chain_again_after_a_rebuild_without_a_restart(
    consortium: Consortium, customs: Ledger, file: Path, edit: Edit
) -> None:
    place, begins = next(
        (line.index, line.details["effective_from"])
        for line in customs.journal(0, 1_000)
        if line.act == "KeyRegistered" and line.member == ISSUER
    )
    assert isinstance(begins, datetime)
    entry = cached(file)["entries"][place][-1]
    moments = [int((begins + later).timestamp()).to_bytes(8, "big") for later in (timedelta(), timedelta(1))]
    assert moments[0] in entry
    before = key_begins(customs)
    edit("UPDATE entries SET entry = ? WHERE position = ?", entry.replace(*moments), place)
    with open_customs(consortium, file) as restarted:
        assert key_begins(restarted) == before + timedelta(1)
        assert_rebuilt(
            consortium, restarted, file, f"entries {place}: the cache holds other bytes than the chain"
        )
        assert key_begins(restarted) == before


def key_begins(ledger: Ledger) -> datetime:
    [body] = [one for one in ledger.members() if one["code"] == ISSUER]
    keys: Any = body["keys"]
    begins: datetime = keys[0]["effective_from"]
    return begins


def test_another_tree_or_place_in_the_database_is_named(
    consortium: Consortium, customs: Ledger, file: Path, edit: Edit, number: str
) -> None:
    first, block = cached(file)["events"][-1][0], cached(file)["events"][-1][2]
    edit("UPDATE events SET block_number = ? WHERE first = ?", block - 1, first)
    edit("UPDATE steps SET root = ? WHERE step = (SELECT max(step) FROM steps)", bytes(32))
    assert ask(customs, issuer=ISSUER, number=number).word is Word.CANNOT_VERIFY_NOW
    newest = cached(file)["steps"][-1]
    assert_rebuilt(
        consortium,
        customs,
        file,
        f"events {first}: the cache holds other bytes than the chain",
        f"steps {newest[1]}: the cache holds another tree than the chain",
    )
    assert ask(customs, issuer=ISSUER, number=number).word is Word.REJECT


def test_rebuilding_beside_issuing_and_look_ups_disturbs_neither(
    consortium: Consortium, customs: Ledger, file: Path, number: str
) -> None:
    with (
        open_ledger(consortium.settings(ISSUER)) as issuer,
        open_customs(consortium, file) as rebuilding,
        ThreadPoolExecutor(3) as threads,
    ):
        certificates = [a_fresh_certificate(consortium) for _ in range(6)]
        runs = threads.submit(lambda: [issued(issuer, one)[0].outcome for one in certificates])
        rebuilds = threads.submit(lambda: [rebuilding.rebuild().equal for _ in range(3)])
        words = threads.submit(lambda: {ask(customs, issuer=ISSUER, number=number).word for _ in range(20)})
        assert set(runs.result()) == {IssueOutcome.ANCHORED}
        assert rebuilds.result() == [True, True, True]
        assert words.result() == {Word.REJECT}

"""The benchmarks: that they tell what was reached, and that what needs no chain of its own runs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.wiring import open_ledger
from scripts.bench import aeo, anchor, documents, gas, machine, overdraw, peer, uses
from scripts.bench.__main__ import SECTIONS, main
from scripts.bench.index import fill, number
from scripts.bench.page import NoPlace, update
from scripts.bench.replay import replay
from scripts.bench.report import (
    NOT_INSTALLED,
    Peer,
    Row,
    Section,
    at_least,
    at_most,
    percentile,
    table,
    unmet,
)
from scripts.bench.scale import QUICK, Scale
from scripts.bench.world import CONNECTIONS, ISSUER, VERIFIER, World
from scripts.gas import BATCHES, SNAPSHOT
from scripts.overdraw import Tally
from tests.consortium import Consortium

PAGE = Path(__file__).parents[1] / "docs" / "bench.md"


@pytest.fixture
def tiny(tmp_path: Path) -> Scale:
    """Counts for a second of work, and a folder in which no peer is installed."""
    return replace(QUICK, documents=3, leaves=100, peers=tmp_path)


def row(measured: float | None, **changes: object) -> Row:
    return replace(Row("seal", measured, "ms", at_most(0.25)), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("measured", "met"), [(0.24, True), (0.25, True), (0.251, False), (None, None)])
def test_a_figure_at_its_bound_is_met_and_one_beyond_is_not(measured: float | None, met: bool | None) -> None:
    assert row(measured).met is met


def test_a_rate_has_to_reach_its_bound_from_above() -> None:
    rates = [
        Row("issue", rate, "per second", at_least(1_000), lower_is_better=False) for rate in (999, 1_000)
    ]
    assert [one.met for one in rates] == [False, True]


def test_a_ratio_above_one_is_better_than_the_peer_whichever_way_the_figure_counts() -> None:
    assert row(0.5, peer=Peer("other", 2.0)).ratio == 4
    assert row(500.0, peer=Peer("other", 100.0), lower_is_better=False).ratio == 5


def test_what_could_not_be_measured_is_told_as_not_reached() -> None:
    sections = [Section("documents", [row(None, note=NOT_INSTALLED), row(0.1), row(0.3)])]
    assert unmet(sections) == [
        "documents: seal: not measured, target <= 0.25",
        "documents: seal: 0.3 ms, target <= 0.25",
    ]


def test_the_table_tells_what_is_met_what_is_not_and_what_is_missing() -> None:
    lines = table(Section("documents", [row(0.1), row(0.3), row(None, note=NOT_INSTALLED)])).splitlines()
    assert [line.split("|")[-2].strip() for line in lines[2:5]] == ["yes", "NO", "not measured"]
    assert lines[-1] == f"- seal: {NOT_INSTALLED}"


def test_a_page_gets_the_tables_in_their_places_and_keeps_the_rest(tmp_path: Path) -> None:
    page = tmp_path / "bench.md"
    page.write_text("Seal:\n<!-- bench:documents -->\nold\n<!-- /bench:documents -->\nEnd.\n")
    update(page, [Section("documents", [row(0.1)])], machine.facts())
    text = page.read_text()
    assert text.startswith("Seal:\n<!-- bench:documents -->\nMeasured on 20")
    assert "| seal |" in text
    assert "old" not in text
    assert text.endswith("<!-- /bench:documents -->\nEnd.\n")


def test_a_page_without_a_place_for_a_section_is_left_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "bench.md"
    page.write_text("nothing here")
    with pytest.raises(NoPlace, match="bench:documents"):
        update(page, [Section("documents", [row(0.1)])], machine.facts())
    assert page.read_text() == "nothing here"


def test_a_missing_peer_is_an_error_that_says_how_to_install_it(tiny: Scale) -> None:
    with pytest.raises(peer.NoPeer, match="make bench does"):
        peer.run(tiny.peers, "gas.cjs", "http://127.0.0.1:1")


def test_gas_is_measured_without_the_peers_and_says_that_they_are_missing(tiny: Scale) -> None:
    section = gas.measure(tiny)
    kept = json.loads(SNAPSHOT.read_text())
    assert [one.measured for one in section.rows if one.name.startswith("record,")] == [
        kept[f"anchor {size}, per certificate"] for size in BATCHES
    ]
    assert all(one.peer is None for one in section.rows)
    assert NOT_INSTALLED in section.remarks


def test_documents_are_measured_without_the_peer_and_compared_with_nothing(tiny: Scale) -> None:
    section = documents.measure(tiny)
    compared = [one for one in section.rows if one.unit == "times"]
    assert len(compared) == 2
    assert all(one.measured is None and one.met is None and one.note == NOT_INSTALLED for one in compared)
    assert all(one.measured is not None and one.measured > 0 for one in section.rows if one.unit != "times")


@pytest.mark.parametrize("with_records", [False, True])
def test_the_made_up_journal_is_one_that_the_contracts_could_have_written(with_records: bool) -> None:
    assert replay(1_200, with_records=with_records)["entries"] == 1_209


def test_the_slowest_tenth_is_the_stretch_that_took_longest() -> None:
    steady = [(second / 10, 10 * second) for second in range(11)]
    assert anchor.slowest_tenth(steady) == pytest.approx(100)
    pause = [(at + (2 if done > 50 else 0), done) for at, done in steady]
    assert anchor.slowest_tenth(pause) == pytest.approx(10 / 2.1)


def test_the_records_of_the_index_are_really_anchored(consortium: Consortium) -> None:
    world = World(consortium.folder, consortium.node, consortium.manifest)
    fill(world, 2)
    fill(world, 1, first=2)
    with open_ledger(consortium.settings(VERIFIER)) as ledger:
        assert [len(ledger.history(ISSUER, number(serial)).lines) for serial in range(4)] == [1, 1, 1, 0]


def test_every_act_of_the_snapshot_is_on_the_gas_page(tiny: Scale) -> None:
    told = {one.name for one in gas.measure(tiny).rows}
    kept = json.loads(SNAPSHOT.read_text())
    batches = {f"anchor {size}, per certificate" for size in BATCHES}
    assert kept.keys() - batches <= told


def test_a_percentile_is_the_value_below_which_so_many_are() -> None:
    values = [float(one) for one in range(100, 0, -1)]
    assert (percentile(values, 50), percentile(values, 99), percentile([7.0], 99)) == (51, 100, 7)


def test_every_section_has_its_place_on_the_page() -> None:
    page = PAGE.read_text()
    assert [name for name in SECTIONS if f"<!-- bench:{name} -->" not in page] == []


@pytest.fixture
def world(consortium: Consortium) -> World:
    return World(consortium.folder, consortium.node, consortium.manifest)


def test_uses_are_reserved_and_consumed_on_records_of_their_own_and_on_one_line(
    world: World, tiny: Scale
) -> None:
    section = uses.measure_in(world, replace(tiny, uses=2))
    rates = [one for one in section.rows if one.name.endswith(": uses")]
    assert len(rates) == 2 * len(CONNECTIONS)
    assert all(one.measured is not None and one.measured > 0 for one in rates)


def test_operators_are_looked_up_and_asking_for_recognition_does_not_cost_by_the_change(
    world: World, tiny: Scale
) -> None:
    section = aeo.measure_in(world, replace(tiny, operators=3, requests=16), changes=(1, 10, 40))
    gas_of = {one.name: one.measured for one in section.rows if one.unit == "gas"}
    one, ten, forty = (found or 0 for found in gas_of.values())
    # Four times the changes are two steps of a search more; ten times, between three and four.
    assert 0 < one < ten < forty
    assert forty - ten < ten - one
    assert sum(row.name.endswith(": rate") for row in section.rows) == 2 * len(CONNECTIONS) + 1


def test_what_came_of_over_drawing_is_told_round_by_round() -> None:
    tally = Tally(rounds=5, both=1, winners=Counter({"CN2202": 3, "CN3104": 1}), seconds=2.0)
    tally.faults.append("round 5: reserved 120, free -20, expected 120 taken")
    section = overdraw.told(tally)
    assert [one.measured for one in section.rows] == [5, 3, 1, 1, 0, 0, 1, 2.5]
    assert [line.split(":")[1] for line in unmet([section])] == [" both won", " balances that did not add up"]
    assert tally.faults[0] in table(section)


def test_an_unknown_section_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["speed"])
    assert "no section is called speed" in capsys.readouterr().err

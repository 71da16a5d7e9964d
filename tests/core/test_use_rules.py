"""The fold of use: what customs may write of a record, and that it stops at what no registry could have written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.core import acts
from ledger.core.balances import LARGEST
from ledger.core.state import JournalContradiction, Replay
from ledger.core.uses import UseBook, UseState
from tests.journals import (
    AU,
    AU_CUSTOMS,
    CN,
    LICENCES,
    NZ,
    REGISTRY,
    SINGLE,
    VCCI,
    AJournal,
    a_child,
    a_link,
    a_place,
    operator_of,
    some_terms,
    tag_of,
)

Step = Callable[[AJournal], object]


def replay(journal: AJournal) -> Replay:
    return Replay().fold_all(journal.entries)


def the_book(journal: AJournal, number: str = "L", registry: bytes = LICENCES) -> UseBook:
    return replay(journal).registers.books[registry, VCCI, tag_of(number)]


def a_journal(*steps: Step) -> AJournal:
    """With L: 100 and 50 kg, 10 per cent, for AU and CN, at AUSYD and AUMEL; R: without terms, single use."""
    journal = AJournal.complete()
    journal.issue("L", *some_terms("L", 100, 50, tolerance=10, offices=("AUSYD", "AUMEL")), policy=0x0302)
    journal.issue("R", kind=1, policy=SINGLE)
    for step in steps:
        step(journal)
    return journal


def written(
    act: Callable[..., acts.Act], *rest: object, by: str = AU, kind: int = 2, **place: object
) -> Step:
    """Append a use of L; of R where ``kind`` is 1."""
    number = "L" if kind == 2 else "R"
    line = 1 if kind == 2 else 0
    values: dict[str, object] = {"number": number, "line": line, **place}
    return lambda journal: journal.write(by, act(a_place(**values), *rest), kind=kind)  # type: ignore[arg-type]


def reserved(quantity: int = 0, **place: object) -> Step:
    return written(acts.UseReserved, quantity, **place)  # type: ignore[arg-type]


def consumed(quantity: int = 0, **place: object) -> Step:
    return written(acts.UseConsumed, quantity, **place)  # type: ignore[arg-type]


def released(quantity: int = 0, **place: object) -> Step:
    return written(acts.UseReleased, quantity, **place)  # type: ignore[arg-type]


def corrected(number: int, falls: bool, quantity: int, **place: object) -> Step:
    return written(acts.UseCorrected, number, falls, quantity, 24, **place)  # type: ignore[arg-type]


def entered(quantity: int, conflict: bool, ago: int = 60, **place: object) -> Step:
    def append(journal: AJournal) -> None:
        written(acts.UseEntered, quantity, journal.time - ago, conflict, **place)(journal)  # type: ignore[arg-type]

    return append


def changed(status: int, number: str = "L") -> Step:
    return lambda journal: journal.write(VCCI, acts.StatusChanged(tag_of(number), status, 24, journal.time))


def endorsed(
    *quantities: int, by: str = "VN-GDVC", number: str = "L", office: str = "VNSGN", first: int = 1
) -> Step:
    several = [
        acts.ExportEndorsed(VCCI, tag_of(number), office, line, one)
        for line, one in enumerate(quantities, start=first)
    ]
    return lambda journal: journal.write(by, *several)


def decided(act: acts.Act) -> Step:
    return lambda journal: journal.decide(act)


def opened(number: str, *acted: acts.Act, **how: object) -> Step:
    return lambda journal: journal.issue(number, *acted, **how)  # type: ignore[arg-type]


def the_state(journal: AJournal, declaration: str = "first") -> tuple[str, int, int]:
    uses = the_book(journal).uses.values()
    use = next(one for one in uses if one.place.declaration == a_place("L", declaration).declaration)
    return use.state.name, use.reserved, use.consumed


def test_a_use_is_reserved_consumed_corrected_and_given_back() -> None:
    journal = a_journal(reserved(40))
    assert the_state(journal) == ("RESERVED", 40, 0)
    consumed(44)(journal)
    assert the_state(journal) == ("CONSUMED", 0, 44)
    corrected(1, True, 4)(journal)
    corrected(2, False, 10)(journal)
    assert the_state(journal) == ("CONSUMED", 0, 50)
    corrected(3, True, 50)(journal)
    book = the_book(journal)
    assert the_state(journal) == ("RELEASED", 0, 0)
    assert (book.count, book.declarations(), book.lines[1].taken) == (0, 0, 0)


def test_a_reservation_given_back_makes_room_for_another_declaration() -> None:
    journal = a_journal(reserved(40), reserved(10, declaration="second"), released(40))
    reserved(100, declaration="third")(journal)
    assert the_book(journal).lines[1].reserved == 110
    assert {use.state for use in the_book(journal).uses.values()} == {UseState.RESERVED, UseState.RELEASED}


def test_what_is_held_can_be_taken_whatever_others_wrote() -> None:
    journal = a_journal(reserved(60), entered(80, True, declaration="second"), consumed(60))
    assert the_book(journal).lines[1].consumed == 140


def test_a_late_entry_takes_the_place_of_a_reservation_even_of_another_line() -> None:
    journal = a_journal(reserved(60), entered(20, False, line=2))
    lines = the_book(journal).lines
    assert [(line.reserved, line.consumed) for line in lines.values()] == [(0, 0), (0, 20)]


def test_a_record_without_lines_is_used_as_a_whole_once_in_each_economy() -> None:
    journal = a_journal(consumed(kind=1), consumed(kind=1, by=CN), reserved(kind=1, item=2))
    assert the_book(journal, "R", REGISTRY).count == 3
    corrected(1, True, 0, kind=1)(journal)
    released(kind=1, item=2)(journal)
    reserved(kind=1, by=AU_CUSTOMS)(journal)
    consumed(kind=1, by=AU_CUSTOMS)(journal)
    assert the_book(journal, "R", REGISTRY).declarations([AU, AU_CUSTOMS]) == 1


def test_a_use_of_a_true_copy_lies_with_its_original() -> None:
    journal = a_journal(opened("copy", a_link("copy", 1, "L")), consumed(5, presented="copy"))
    assert the_book(journal).lines[1].consumed == 5


def test_a_suspended_customs_ends_what_it_began() -> None:
    journal = a_journal(reserved(40, by=AU_CUSTOMS), reserved(9, by=AU_CUSTOMS, item=1), SUSPENDED)
    consumed(40, by=AU_CUSTOMS)(journal)
    corrected(1, True, 1, by=AU_CUSTOMS)(journal)
    released(9, by=AU_CUSTOMS, item=1)(journal)
    assert the_book(journal).lines[1].taken == 39


def test_a_permit_used_within_its_tolerance_is_endorsed_for_what_left_and_has_none_any_more() -> None:
    journal = a_journal(reserved(105), endorsed(108, 55), consumed(105), consumed(3, declaration="second"))
    assert the_book(journal).lines[1].consumed == 108
    consumed(1, declaration="second", item=1)(journal)
    with pytest.raises(JournalContradiction, match="asked are 1 of line 1"):
        replay(journal)


def test_a_permit_that_late_entries_overdrew_is_endorsed_for_all_that_could_leave() -> None:
    journal = a_journal(entered(130, True), endorsed(110, 0))
    line = the_book(journal).lines[1]
    assert (line.authorised, line.taken) == (110, 130)


def test_a_permit_is_endorsed_for_what_left() -> None:
    journal = a_journal(reserved(40), endorsed(90, 0))
    assert [line.authorised for line in the_book(journal).lines.values()] == [90, 0]
    assert the_book(journal).endorsed_at == journal.entries[-2].time


@pytest.mark.parametrize(
    ("on_remaining", "before", "asked", "fits"),
    [
        (False, 0, 110, True), (False, 0, 111, False), (False, 100, 10, True), (False, 105, 6, False),
        (True, 0, 110, True), (True, 91, 9, True), (True, 91, 10, False), (True, 90, 11, True), (True, 100, 1, False),
        (True, 100, 0, True),
    ],
)  # fmt: skip
def test_the_balance_holds_to_the_last_millionth(
    on_remaining: bool, before: int, asked: int, fits: bool
) -> None:
    journal = AJournal.complete()
    journal.issue("L", *some_terms("L", 100, tolerance=10, on_remaining=on_remaining))
    consumed(before, declaration="before")(journal)
    consumed(asked)(journal)
    if fits:
        assert the_book(journal).lines[1].consumed == before + asked
    else:
        with pytest.raises(JournalContradiction, match=f"asked are {asked} of line 1"):
            replay(journal)


def dismiss(journal: AJournal) -> None:
    journal.say(AU_CUSTOMS, acts.OperatorRemoved(AU_CUSTOMS, operator_of(AU_CUSTOMS)))


FORMER: Step = dismiss
SUSPENDED = decided(acts.MemberSuspended(AU_CUSTOMS, 28))
LATE: list[tuple[str, bool, list[Step], dict[str, object]]] = [
    ("that fits", False, [], {}),
    ("up to the balance", False, [], {"quantity": 110}),
    ("beyond the balance", True, [], {"quantity": 111}),
    ("of as much as can be entered at once", True, [], {"quantity": 2**64 - 1}),
    ("of this second", False, [], {"ago": 0}),
    ("of a second declaration", False, [reserved(1, declaration="other")], {}),
    ("of a declaration too many", True, [reserved(1, declaration="other"), reserved(1, declaration="more", by=CN)], {}),
    ("of a declaration that counts already", False, [reserved(1, item=7), reserved(1, declaration="more", by=CN)], {}),
    ("of another office", True, [], {"office": "AUBNE"}),
    ("of a suspended record", False, [changed(2)], {}),
    ("of a revoked record", False, [changed(3)], {}),
    ("of a cancelled record", True, [changed(4)], {}),
    ("of a cancelled copy", False, [opened("copy", a_link("copy", 1, "L")), changed(4, "copy")], {"presented": "copy"}),
    ("of a replaced record", True, [opened("M", acts.RecordReplaced(tag_of("L"), tag_of("M"), 24), *some_terms("M", 9))], {}),
    ("of a suspended copy", False, [opened("copy", a_link("copy", 1, "L")), changed(2, "copy")], {"presented": "copy"}),
    ("of a copy of a revoked record", False, [opened("copy", a_link("copy", 1, "L")), changed(3)], {"presented": "copy"}),
    ("of a reservation of a record suspended since", False, [reserved(9), changed(2)], {}),
    ("up to its reservation", False, [reserved(60), entered(80, True, declaration="other")], {"quantity": 60}),
    ("beyond its reservation", True, [reserved(60), entered(80, True, declaration="other")], {"quantity": 61}),
    ("of a line without the reservation's room", True, [reserved(60)], {"quantity": 56, "line": 2}),
]  # fmt: skip


@pytest.mark.parametrize("said", [False, True], ids=["as none", "as a conflict"])
@pytest.mark.parametrize(("conflict", "before", "late"), [c[1:] for c in LATE], ids=[c[0] for c in LATE])
def test_a_late_entry_is_a_conflict_exactly_if_it_breaks_a_rule(
    conflict: bool, before: list[Step], late: dict[str, object], said: bool
) -> None:
    journal = a_journal(*before)
    entered(**{"quantity": 1, "conflict": said, **late})(journal)  # type: ignore[arg-type]
    if said == conflict:
        assert replay(journal).size == len(journal.entries)
    else:
        with pytest.raises(JournalContradiction, match=f"conflict is {said}, expected {conflict}"):
            replay(journal)


AN_EXTRACT: list[Step] = [
    opened("W", *some_terms("W", 9), policy=0x0300),
    opened("X", *a_child("X", 3, "W", 5), policy=0x0300),
]
IMPOSSIBLE: list[tuple[str, list[Step], str]] = [
    ("a use by a body", [consumed(1, by=VCCI)], "expected 16 among them"),
    ("a use by a suspended customs", [SUSPENDED, consumed(1, by=AU_CUSTOMS)], "expected active"),
    ("a late entry by a suspended customs", [SUSPENDED, entered(1, False, by=AU_CUSTOMS)], "expected active"),
    ("a use of an unknown record", [consumed(1, number="unknown")], "has no record"),
    ("a use of another's number", [consumed(1, owner=AU)], "has no record"),
    ("a use that does not lie with the root",
     [opened("copy", a_link("copy", 1, "L")), consumed(1, number="copy", presented="copy")], "use lies with"),
    ("a use of a suspended record", [changed(2), consumed(1)], "record is SUSPENDED"),
    ("a use shown by a revoked copy",
     [opened("copy", a_link("copy", 1, "L")), changed(3, "copy"), reserved(1, presented="copy")], "record is REVOKED"),
    ("an economy that is not allowed", [consumed(1, by=NZ)], "economy is NZ"),
    ("an office that is not allowed", [consumed(1, office="AUBNE")], "office is AUBNE"),
    ("a declaration too many", [reserved(1), reserved(1, declaration="second"), consumed(1, declaration="third")],
     "2 declarations used the record, of 2"),
    ("a single use twice in one economy", [consumed(kind=1), consumed(kind=1, declaration="second", by=AU_CUSTOMS)],
     "1 declarations used the record, of 1"),
    ("more than the balance", [reserved(60), consumed(51, declaration="second")], "of which 40 is free"),
    ("a reservation beyond the balance", [reserved(111)], "asked are 111 of line 1, of which 100 is free"),
    ("an unknown line", [consumed(1, line=3)], "no line 3"),
    ("no line where there are some", [consumed(0, line=0)], "no line 0"),
    ("a line where there are none", [consumed(kind=1, line=1)], "record without lines"),
    ("a quantity where there are no lines", [consumed(1, kind=1)], "record without lines"),
    ("a reservation twice", [reserved(40), reserved(40)], "cannot be reserved again"),
    ("a reservation of what is consumed", [consumed(40), reserved(40)], "cannot be reserved again"),
    ("a reservation of what is given back", [reserved(40), released(40), reserved(40)], "cannot be reserved again"),
    ("a consumption twice", [consumed(40), consumed(40)], "cannot be consumed again"),
    ("a consumption of what is given back", [reserved(40), released(40), consumed(40)], "cannot be consumed again"),
    ("a consumption of another line", [reserved(40), consumed(40, line=2)], "line is 2, expected 1"),
    ("a consumption beyond its reservation", [reserved(40), consumed(45)], "at most 44 for the 40 reserved"),
    ("a consumption beyond the balance", [reserved(60), entered(50, False, declaration="other"), consumed(61)],
     "asked are 61"),
    ("a consumption by a former operator", [reserved(40, by=AU_CUSTOMS), FORMER, consumed(40, by=AU_CUSTOMS)],
     "is not an operator"),
    ("a release by a former operator", [reserved(40, by=AU_CUSTOMS), FORMER, released(40, by=AU_CUSTOMS)],
     "is not an operator"),
    ("a correction by a former operator", [consumed(40, by=AU_CUSTOMS), FORMER, corrected(1, True, 1, by=AU_CUSTOMS)],
     "is not an operator"),
    ("another's reservation given back", [reserved(40), released(40, by=CN)], "CN-GACC has no such use"),
    ("a release twice", [reserved(40), released(40), released(0)], "use is RELEASED"),
    ("a release of what is consumed", [consumed(40), released(40)], "use is CONSUMED"),
    ("a release of less", [reserved(40), released(39)], "expected the 40 reserved"),
    ("a release of another line", [reserved(40), released(40, line=2)], "line is 2, expected 1"),
    ("a late entry of another economy", [entered(1, True, by=NZ)], "economy is NZ"),
    ("a correction without reason", [consumed(40), lambda j: written(acts.UseCorrected, 1, True, 1, 0)(j)],
     "correction has no reason"),
    ("a rise by a suspended customs",
     [consumed(40, by=AU_CUSTOMS), SUSPENDED, corrected(1, False, 1, by=AU_CUSTOMS)], "expected active"),
    ("a rise of a suspended record", [consumed(40), changed(2), corrected(1, False, 1)], "record is SUSPENDED"),
    ("a use of an extract of a suspended licence", [*AN_EXTRACT, changed(2, "W"), consumed(1, number="X")],
     "record is SUSPENDED"),
    ("a use shown by a copy of an extract of a revoked licence",
     [*AN_EXTRACT, opened("copy", a_link("copy", 1, "X")), changed(3, "W"), consumed(1, number="X", presented="copy")],
     "record is REVOKED"),
    ("an endorsement of an extract of a suspended licence", [*AN_EXTRACT, changed(2, "W"), endorsed(5, number="X")],
     "record is SUSPENDED"),
    ("a correction of a reservation", [reserved(40), corrected(1, True, 1)], "use is RESERVED"),
    ("a correction of nothing", [corrected(1, True, 1)], "has no such use"),
    ("a correction twice", [consumed(40), corrected(1, True, 1), corrected(1, True, 1)], "number 1, expected 2"),
    ("a correction out of turn", [consumed(40), corrected(2, True, 1)], "number 2, expected 1"),
    ("a fall below nothing", [consumed(40), corrected(1, True, 41)], "takes 41 from 40"),
    ("a fall by nothing", [consumed(40), corrected(1, True, 0)], "takes 0 from 40"),
    ("a rise by nothing", [consumed(40), corrected(1, False, 0)], "changes nothing"),
    ("a rise beyond the balance", [consumed(40), corrected(1, False, 71)], "asked are 71"),
    ("a rise without lines", [consumed(kind=1), corrected(1, False, 1, kind=1)], "record without lines"),
    ("a correction after the end", [consumed(40), corrected(1, True, 40), corrected(2, False, 1)], "use is RELEASED"),
    ("a late entry of the future", [entered(1, False, ago=-1)], "use happened at"),
    ("a late entry of no time", [lambda j: entered(1, False, ago=j.time)(j)], "use happened at 0"),
    ("a late entry twice", [entered(1, False), entered(1, False)], "cannot be entered again"),
    ("a late entry of what is given back", [reserved(1), released(1), entered(1, False)], "cannot be entered again"),
    ("a late entry of an unknown line", [entered(1, True, line=3)], "no line 3"),
    ("a late entry that a line cannot hold", [opened("M", *some_terms("M", LARGEST)), consumed(LARGEST, number="M"),
     entered(1, True, number="M", item=1)], "cannot hold"),
    ("a late entry of too much at once", [entered(2**64, True)], "cannot hold"),
    ("an endorsement by another economy", [endorsed(90, by=AU)], "expected that of VN-VCCI"),
    ("an endorsement by the issuer", [endorsed(90, by=VCCI)], "expected 16 among them"),
    ("an endorsement without lines", [opened("M", policy=0), endorsed(90, number="M")], "has no lines"),
    ("an endorsement twice", [endorsed(90, 50), endorsed(90)], "was endorsed before"),
    ("an endorsement of a suspended record", [changed(2), endorsed(90)], "record is SUSPENDED"),
    ("an endorsement of a copy", [opened("copy", a_link("copy", 1, "L")), endorsed(90, number="copy")],
     "true copy"),
    ("an endorsement for more", [endorsed(111)], "expected 0 to 110"),
    ("an endorsement for less than was taken", [reserved(40), endorsed(39)], "expected 40 to 110"),
    ("more than was endorsed", [endorsed(90, 50), consumed(91)], "asked are 91"),
    ("an endorsement of the second line only", [endorsed(50, first=2)], "endorsed line is 2, expected 1"),
    ("an endorsement that breaks off", [endorsed(90), consumed(1)], "in the middle of the call of EXPORT_ENDORSED"),
    ("an endorsement that goes on elsewhere",
     [lambda j: j.write("VN-GDVC", acts.ExportEndorsed(VCCI, tag_of("L"), "VNSGN", 1, 90),
                        acts.ExportEndorsed(VCCI, tag_of("L"), "VNHAN", 2, 50))], "does not go on"),
    ("an endorsement that goes on with another record",
     [opened("M", *some_terms("M", 5, 5)),
      lambda j: j.write("VN-GDVC", acts.ExportEndorsed(VCCI, tag_of("L"), "VNSGN", 1, 90),
                        acts.ExportEndorsed(VCCI, tag_of("M"), "VNSGN", 2, 5))], "does not go on"),
    ("an endorsement of a certificate of origin",
     [lambda j: j.write("VN-GDVC", acts.ExportEndorsed(VCCI, tag_of("R"), "VNSGN", 1, 1), kind=1)],
     "not an act of a registry of origin"),
    ("an end of what is used", [consumed(1), changed(4)], "has 1 uses and children"),
    ("an end of a copy whose original is used",
     [opened("copy", a_link("copy", 1, "L")), consumed(1), changed(4, "copy")], "has 1 uses and children"),
    ("an end of what has a child", [*AN_EXTRACT, changed(4, "W")], "has 1 uses and children"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "what"), [case[1:] for case in IMPOSSIBLE], ids=[c[0] for c in IMPOSSIBLE])
def test_the_fold_stops_at(steps: list[Step], what: str) -> None:
    journal = a_journal(*steps)
    with pytest.raises(JournalContradiction, match=what) as stopped:
        replay(journal)
    assert stopped.value.index == len(journal.entries) - 1

"""The fold of what hangs on records: links, terms, lines of children, replacements; and that it stops at the impossible."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.core import acts
from ledger.core.balances import LARGEST
from ledger.core.opening import Relation
from ledger.core.state import JournalContradiction, Replay, Status
from ledger.core.uses import UseBook
from tests.journals import (
    AU,
    CN,
    LICENCES,
    REGISTRY,
    SINGLE,
    VCCI,
    AJournal,
    a_child,
    a_link,
    a_place,
    an_anchoring,
    operator_of,
    some_terms,
    tag_of,
)

Step = Callable[[AJournal], object]


def replay(journal: AJournal) -> Replay:
    return Replay().fold_all(journal.entries)


def the_book(journal: AJournal, number: str = "L") -> UseBook:
    return replay(journal).registers.books[LICENCES, VCCI, tag_of(number)]


def a_journal(*steps: Step) -> AJournal:
    """With L of VN-VCCI: 100 and 50 kg, 10 per cent, for AU and CN; P without terms, and its copy."""
    journal = AJournal.complete()
    journal.issue("L", *some_terms("L", 100, 50, tolerance=10))
    journal.issue("P", policy=0)
    journal.issue("copy", a_link("copy", 1, "P"), policy=0)
    for step in steps:
        step(journal)
    return journal


def issued(number: str, *opened: acts.Act, **how: object) -> Step:
    return lambda journal: journal.issue(number, *opened, **how)  # type: ignore[arg-type]


def wrote(*several: acts.Act, by: str = VCCI, kind: int = 2) -> Step:
    return lambda journal: journal.write(by, *several, kind=kind)


def changed(status: int, number: str) -> Step:
    return lambda journal: journal.write(VCCI, acts.StatusChanged(tag_of(number), status, 24, journal.time))


def cancelled(number: str, *returned: acts.Act) -> Step:
    return lambda journal: journal.write(
        VCCI, acts.StatusChanged(tag_of(number), 4, 24, journal.time), *returned
    )


def returning(number: str, line: int, quantity: int, parent: str = "L") -> acts.LineReturned:
    return acts.LineReturned(VCCI, tag_of(parent), VCCI, tag_of(number), line, line, quantity)


def replaced(old: str, by: str, *more: acts.Act, policy: int = 0, reason: int = 24) -> Step:
    return issued(by, acts.RecordReplaced(tag_of(old), tag_of(by), reason), *more, policy=policy)


def later(*several: acts.Act) -> Step:
    """Append acts one minute after another: no call has them together."""

    def append(journal: AJournal) -> None:
        for act in several:
            journal.write(VCCI, act)

    return append


def test_an_extract_takes_from_its_parent_and_gives_back_when_it_ends() -> None:
    journal = a_journal(issued("X", *a_child("X", 3, "L", 60, 50)))
    assert [(line.free, line.granted) for line in the_book(journal).lines.values()] == [(40, 60), (0, 50)]
    assert the_book(journal).count == 1
    cancelled("X", returning("X", 1, 60), returning("X", 2, 50))(journal)
    assert [(line.free, line.granted) for line in the_book(journal).lines.values()] == [(100, 0), (50, 0)]
    assert the_book(journal).count == 0


def test_a_child_takes_the_tolerance_on_its_quantity_too() -> None:
    journal = a_journal(issued("X", *a_child("X", 3, "L", 100, tolerance=10)))
    assert (the_book(journal).lines[1].taken, the_book(journal, "X").lines[1].authorised) == (110, 100)


def test_what_is_left_of_the_tolerance_is_shared_out_to_the_last_millionth() -> None:
    journal = a_journal(issued("X", *a_child("X", 3, "L", 55, tolerance=10)))
    issued("Y", *a_child("Y", 3, "L", 50))(journal)
    assert the_book(journal).lines[1].taken == 110
    issued("Z", *a_child("Z", 3, "L", 1))(journal)
    with pytest.raises(JournalContradiction, match="of which 0 may still be taken"):
        replay(journal)


def test_an_endorsed_child_gives_back_all_that_it_took() -> None:
    endorsed = acts.ExportEndorsed(VCCI, tag_of("X"), "VNSGN", 1, 20)
    journal = a_journal(issued("X", *a_child("X", 3, "L", 50, tolerance=10)), wrote(endorsed, by="VN-GDVC"))
    assert the_book(journal).lines[1].taken == 55
    cancelled("X", returning("X", 1, 55))(journal)
    assert the_book(journal).lines[1].taken == 0


def test_another_issuer_takes_a_back_to_back_certificate_and_allows_whom_it_wants() -> None:
    child = a_child("B", 2, "C", 10, member=AU, economies=("NZ",))
    journal = a_journal(issued("C", *some_terms("C", 100), kind=1), issued("B", *child, member=AU, kind=1))
    book = replay(journal).registers.books[REGISTRY, VCCI, tag_of("C")]
    assert book.children[AU, tag_of("B")].lines == ((1, 1, 10),)


def test_an_extract_is_for_offices_of_its_licence() -> None:
    journal = a_journal(issued("M", *some_terms("M", 9, offices=("AUSYD", "AUMEL"))))
    issued("X", *a_child("X", 3, "M", 5, offices=("AUMEL",)))(journal)
    terms = the_book(journal, "X").terms
    assert terms is not None
    assert terms.offices == ("AUMEL",)


def test_a_replacement_gives_back_before_it_takes() -> None:
    old = a_child("X", 3, "L", 100)
    new = [returning("X", 1, 100), *a_child("Z", 3, "L", 90)]
    journal = a_journal(issued("X", *old), replaced("X", "Z", *new, policy=0x0300))
    assert the_book(journal).lines[1].free == 10
    record = replay(journal).records[LICENCES, VCCI, tag_of("X")]
    assert (record.status, record.successor) == (Status.REPLACED, tag_of("Z"))


def test_terms_are_set_later_once_all_uses_were_given_back() -> None:
    use = a_place("P", line=0)
    journal = a_journal(
        wrote(acts.UseReserved(use, 0), by=AU),
        wrote(acts.UseReleased(use, 0), by=AU),
        wrote(*some_terms("P", 7)),
    )
    assert the_book(journal, "P").lines[1].authorised == 7


def test_terms_of_one_record_of_a_batch_are_set_in_the_same_second() -> None:
    batch = [an_anchoring(one, policy=0) for one in ("A", "B")]
    journal = a_journal(wrote(*batch, *some_terms("A", LARGEST)))
    assert the_book(journal, "A").lines[1].authorised == LARGEST


def test_a_copy_hangs_on_its_original_and_a_limited_one_needs_no_terms_of_its_own() -> None:
    journal = a_journal(issued("C", a_link("C", 1, "L"), policy=0x0300))
    link = replay(journal).records[LICENCES, VCCI, tag_of("C")].link
    assert link is not None
    assert (link.relation, link.parent_tag) == (Relation.TRUE_COPY, tag_of("L"))


def test_a_copy_ends_without_taking_anything_from_its_original() -> None:
    journal = a_journal(issued("C", a_link("C", 1, "L"), policy=0), cancelled("C"))
    states = replay(journal).records
    assert [states[LICENCES, VCCI, tag_of(one)].status for one in ("C", "L")] == [
        Status.CANCELLED,
        Status.VALID,
    ]


def test_a_certificate_of_origin_counts_without_terms_unless_it_counts_quantities() -> None:
    journal = a_journal(issued("O", kind=1, policy=SINGLE))
    journal.issue("Q", *some_terms("Q", 5), kind=1, policy=0x0300)
    assert {registry for registry, _, _ in replay(journal).records} == {REGISTRY, LICENCES}


def test_a_confirmation_is_kept_with_its_time() -> None:
    journal = a_journal(wrote(acts.RecordConfirmed(tag_of("P")), acts.RecordConfirmed(tag_of("P"))))
    record = replay(journal).records[LICENCES, VCCI, tag_of("P")]
    assert record.confirmed == (journal.entries[-1].time,) * 2


EXTRACT = a_child("X", 3, "L", 60)
SUSPENDED_MEMBER: Step = lambda journal: journal.decide(acts.MemberSuspended(VCCI, 28))  # noqa: E731
IMPOSSIBLE: list[tuple[str, list[Step], str]] = [
    ("a link by itself", [wrote(a_link("P", 3, "L"))], "does not follow the anchoring"),
    ("a link of another record", [issued("new", a_link("P", 1, "L"), policy=0)], "does not follow the anchoring"),
    ("a link a minute later", [later(an_anchoring("new", policy=0), a_link("new", 1, "L"))], "does not follow"),
    ("a link by another account",
     [lambda j: [j.say(VCCI, act, operator, LICENCES, step=0) for act, operator in (
         (an_anchoring("new", policy=0), operator_of(VCCI)), (a_link("new", 1, "L"), b"\x01" * 20))]], "does not follow"),
    ("a link to nothing", [issued("new", a_link("new", 1, "unknown"))], "has no record"),
    ("a link to a suspended record", [changed(2, "L"), issued("new", a_link("new", 1, "L"))], "parent is SUSPENDED"),
    ("a link to itself", [issued("new", a_link("new", 1, "new"), policy=0)], "hangs on itself"),
    ("a copy of a copy", [issued("new", a_link("new", 1, "copy"), policy=0)], "parent is a true copy"),
    ("an extract of a copy", [issued("new", a_link("new", 3, "copy"))], "parent is a true copy"),
    ("a copy by another", [issued("new", a_link("new", 1, "L"), member=AU)], "parent is a record of VN-VCCI"),
    ("an extract by another", [issued("new", a_link("new", 3, "L"), member=AU)], "parent is a record of VN-VCCI"),
    ("an extract of what has no terms", [issued("new", a_link("new", 3, "P"))], "parent has no terms"),
    ("a back-to-back certificate of no economy of the parent's",
     [issued("C", *some_terms("C", 9), kind=1), issued("new", a_link("new", 2, "C"), kind=1)],
     "economy is VN, which the parent does not allow"),
    ("a back-to-back licence", [issued("new", a_link("new", 2, "L"), member=AU)], "BACK_TO_BACK is no relation of"),
    ("an extract of a certificate of origin", [issued("C", *some_terms("C", 9), kind=1),
     issued("new", a_link("new", 3, "C"), kind=1)], "EXTRACT is no relation of"),
    ("an extract of an extract", [issued("X", *a_child("X", 3, "L", 60)), issued("new", a_link("new", 3, "X"))],
     "parent is an extract itself"),
    ("an extract of what counts its uses", [issued("M", *some_terms("M", 9), policy=0x0302),
     issued("new", a_link("new", 3, "M"))], "has a number of uses"),
    ("an extract for another office", [issued("M", *some_terms("M", 9, offices=("AUSYD",))),
     issued("X", *a_child("X", 3, "M", 5, offices=("AUMEL",))[:2])], "offices are AUMEL, expected some of AUSYD"),
    ("an extract for all offices", [issued("M", *some_terms("M", 9, offices=("AUSYD",))),
     issued("X", *a_child("X", 3, "M", 5)[:2])], "offices are all, expected some of AUSYD"),
    ("a second link", [issued("new", a_link("new", 1, "L"), a_link("new", 1, "L"), policy=0)], "does not follow"),
    ("a child without terms", [issued("new", a_link("new", 3, "L")), issued("more")], "in the middle of the call"),
    ("a child without terms, and governance", [issued("new", a_link("new", 3, "L")),
     lambda j: j.say(CN, acts.OperatorAdded(CN, b"\x01" * 20))], "in the middle of the call of RECORD_LINKED"),
    ("a quantity without terms", [issued("new"), issued("more")], "in the middle of the call of RECORD_ANCHORED"),
    ("a single use of a licence without terms", [issued("new", policy=SINGLE), issued("more")], "in the middle"),
    ("a certificate of quantities without terms", [issued("new", kind=1), issued("more", kind=1)], "in the middle"),
    ("an AEO entry that counts", [issued("T", member=AU, kind=3, policy=SINGLE)], "no registry of AEO takes"),
    ("an AEO entry that hangs on another", [issued("T", member=AU, kind=3, policy=0),
     issued("U", a_link("U", 1, "T", AU), member=AU, kind=3, policy=0)], "not an act of a registry of AEO"),
    ("terms of an AEO entry", [issued("T", *some_terms("T"), member=AU, kind=3, policy=0)], "not an act of a registry"),
    ("terms of nothing", [wrote(*some_terms("unknown"))], "has no record"),
    ("terms twice", [wrote(*some_terms("L"))], "terms were set before"),
    ("terms of a used record", [wrote(acts.UseConsumed(a_place("P", line=0), 0), by=AU), wrote(*some_terms("P"))],
     "used before"),
    ("terms of a suspended record", [changed(2, "P"), wrote(*some_terms("P"))], "record is SUSPENDED"),
    ("terms of a copy", [wrote(*some_terms("copy"))], "hangs on another"),
    ("terms by a suspended member", [SUSPENDED_MEMBER, wrote(*some_terms("P"))], "expected active"),
    ("terms by a member without the role", [lambda j: j.decide(acts.RolesChanged(VCCI, 4)), wrote(*some_terms("P"))],
     "expected 8 among them"),
    ("terms for nobody", [wrote(*some_terms("P", economies=()))], "expected some, each once"),
    ("terms for one economy twice", [wrote(*some_terms("P", economies=("AU", "AU")))], "expected some, each once"),
    ("terms for one office twice", [wrote(*some_terms("P", offices=("AUSYD", "AUSYD")))], "expected each once"),
    ("terms without lines", [wrote(*some_terms("P")), issued("more", policy=0)], "in the middle of the call of TERMS_SET"),
    ("terms of another than what needs them", [issued("new", *some_terms("P"))], "another record than the one"),
    ("a line by itself", [wrote(acts.LineAuthorised(tag_of("L"), 3, "KGM", 1))], "does not follow the terms"),
    ("a line of another record", [wrote(*some_terms("P"), acts.LineAuthorised(tag_of("L"), 3, "KGM", 1))],
     "does not follow the terms"),
    ("a line in another registry", [lambda j: [j.say(VCCI, act, operator_of(VCCI), registry, step=0) for act, registry in (
        (some_terms("P")[0], LICENCES), (some_terms("P", 1)[1], REGISTRY))]], "in the middle of the call of TERMS_SET"),
    ("a line by a member with the same operator", [
        lambda j: j.say(AU, acts.OperatorAdded(AU, operator_of(VCCI))),
        lambda j: [j.say(member, act, operator_of(VCCI), LICENCES, step=0) for act, member in (
            (some_terms("P")[0], VCCI), (some_terms("P", 1)[1], AU))]], "in the middle of the call of TERMS_SET"),
    ("a line out of turn", [wrote(*some_terms("P"), acts.LineAuthorised(tag_of("P"), 2, "KGM", 1))], "expected 1 of"),
    ("a line twice", [wrote(*some_terms("P", 1), acts.LineAuthorised(tag_of("P"), 1, "KGM", 1))], "expected 2 of"),
    ("a line too many", [wrote(*some_terms("P", *[1] * 256))], "line is 256, expected 256 of at most 255"),
    ("a line of nothing", [wrote(*some_terms("P", 0))], "quantity is 0"),
    ("a line that tolerance makes too long", [wrote(*some_terms("P", LARGEST, tolerance=1))], "with the tolerance on it"),
    ("a grant by itself", [wrote(acts.LineGranted(VCCI, tag_of("L"), VCCI, tag_of("P"), 1, 1, 1))], "does not follow"),
    ("a grant to a record that is no child",
     [wrote(*some_terms("P"), acts.LineGranted(VCCI, tag_of("L"), VCCI, tag_of("P"), 1, 1, 1))], "in the middle"),
    ("lines of a child without a grant", [issued("X", *EXTRACT[:2], EXTRACT[3])], "in the middle of the call of TERMS_SET"),
    ("a grant of another's", [issued("X", *EXTRACT[:2], acts.LineGranted(VCCI, tag_of("P"), VCCI, tag_of("X"), 1, 1, 60))],
     "not that of the child"),
    ("a grant of an unknown line",
     [issued("X", *EXTRACT[:2], acts.LineGranted(VCCI, tag_of("L"), VCCI, tag_of("X"), 3, 1, 60))], "no line 3"),
    ("a grant out of turn",
     [issued("X", *EXTRACT[:2], acts.LineGranted(VCCI, tag_of("L"), VCCI, tag_of("X"), 1, 2, 60))], "expected 1 of"),
    ("a grant of a line too many", [issued("big", *some_terms("big", 1_000)), issued("X", *a_child("X", 3, "big")[:2], *(
        acts.LineGranted(VCCI, tag_of("big"), VCCI, tag_of("X"), 1, 1 + place, 1) for place in range(256)))],
     "child's line is 256, expected 256 of at most 255"),
    ("a grant beyond the balance", [issued("X", *a_child("X", 3, "L", 111)[:3])], "of which 110 may still be taken"),
    ("a grant beyond the balance with its tolerance", [issued("X", *a_child("X", 3, "L", 101, tolerance=10)[:3])],
     "takes 111 of line 1, of which 110 may"),
    ("a grant of nothing", [issued("X", *a_child("X", 3, "L", 0)[:3])], "granted are 0"),
    ("a grant that no quantity has with its tolerance", [issued("X", *a_child("X", 3, "L", 10, tolerance=10)[:2],
     acts.LineGranted(VCCI, tag_of("L"), VCCI, tag_of("X"), 1, 1, 10))], "expected a quantity with 10 % of it"),
    ("a child with more tolerance", [issued("X", *a_child("X", 3, "L", tolerance=11))], "at most the parent's 10 %"),
    ("an extract for another economy", [issued("X", *a_child("X", 3, "L", economies=("NZ",)))], "economies NZ are not"),
    ("a child's line of another quantity",
     [issued("X", *EXTRACT[:3], acts.LineAuthorised(tag_of("X"), 1, "KGM", 59))], "not authorised for what was granted"),
    ("a child's line of another unit",
     [issued("X", *EXTRACT[:3], acts.LineAuthorised(tag_of("X"), 1, "TNE", 60))], "not authorised for what was granted"),
    ("a child's second line of another quantity", [issued("X", *a_child("X", 3, "L", 60, 5)[:-1],
     acts.LineAuthorised(tag_of("X"), 2, "KGM", 4))], "in the middle of the call of LINE_AUTHORISED"),
    ("a grant without its line", [issued("X", *EXTRACT[:3]), issued("more", policy=0)], "the call of LINE_GRANTED"),
    ("a return by itself", [issued("X", *EXTRACT), wrote(returning("X", 1, 60))], "does not follow the end of a child"),
    ("a return of another quantity", [issued("X", *EXTRACT), cancelled("X", returning("X", 1, 59))], "in the middle"),
    ("an end of a child without return", [issued("X", *EXTRACT), cancelled("X"), issued("more", policy=0)],
     "in the middle of the call of STATUS_CHANGED"),
    ("a return of a line that was not taken", [issued("X", *EXTRACT),
     cancelled("X", returning("X", 1, 60), returning("X", 2, 5))], "does not follow the end of a child"),
    ("a replacement by itself", [wrote(acts.RecordReplaced(tag_of("P"), tag_of("L"), 24))], "does not follow"),
    ("a replacement by another record", [issued("new", acts.RecordReplaced(tag_of("P"), tag_of("L"), 24), policy=0)],
     "does not follow the anchoring of the successor"),
    ("a replacement of nothing", [replaced("unknown", "new")], "has no record"),
    ("a replacement of itself", [replaced("new", "new")], "cannot follow"),
    ("a replacement of a revoked record", [changed(3, "P"), replaced("P", "new")], "REPLACED cannot follow REVOKED"),
    ("a second replacement", [replaced("P", "new"), replaced("P", "newer")], "REPLACED cannot follow REPLACED"),
    ("a replacement without reason", [replaced("P", "new", reason=0)], "has no reason"),
    ("a replacement of a used record", [wrote(acts.UseConsumed(a_place("P", line=0), 0), by=AU), replaced("P", "new")],
     "has 1 uses and children"),
    ("a replacement of a child without return", [issued("X", *EXTRACT), replaced("X", "new"), issued("more", policy=0)],
     "in the middle of the call of RECORD_REPLACED"),
    ("a replacement that would need terms", [replaced("P", "new", policy=0x0300), issued("more", policy=0)],
     "in the middle of the call of RECORD_REPLACED"),
    ("a successor that hangs on what it replaces", [replaced("P", "new", a_link("new", 1, "P"))], "parent is REPLACED"),
    ("a confirmation of nothing", [wrote(acts.RecordConfirmed(tag_of("unknown")))], "has no record"),
    ("a confirmation of a revoked record", [changed(3, "P"), wrote(acts.RecordConfirmed(tag_of("P")))], "is REVOKED"),
    ("a confirmation by a suspended member", [SUSPENDED_MEMBER, wrote(acts.RecordConfirmed(tag_of("P")))],
     "expected active"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "what"), [case[1:] for case in IMPOSSIBLE], ids=[c[0] for c in IMPOSSIBLE])
def test_the_fold_stops_at(steps: list[Step], what: str) -> None:
    journal = a_journal(*steps)
    with pytest.raises(JournalContradiction, match=what) as stopped:
        replay(journal)
    assert stopped.value.index == len(journal.entries) - 1

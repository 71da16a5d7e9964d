from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from types import SimpleNamespace
from typing import Any

import pytest

from ledger.core.aeo import (
    Agreement,
    Agreements,
    Cover,
    Recognition,
    RecognitionChange,
    TypeChange,
    TypeState,
)
from ledger.core.facts import Question
from ledger.core.members import MemberState, Span, Standing
from ledger.core.records import Status
from ledger.core.verdict import CheckName, Outcome, Verdict, Word
from ledger.core.verify import verify
from tests.certificates import the_reference
from tests.journals import START, VCCI
from tests.questions import NUMBER, Presented, code_is_found, message_of, outcome

CHINA = timezone(timedelta(hours=8))
TEN = datetime(2026, 3, 4, 10, 0, tzinfo=CHINA)
PARTNER = "CN-GACC"


def at(clock: str, day: int = 4) -> int:
    """Seconds of a clock time in China, on a day of March 2026."""
    return int(datetime.fromisoformat(f"2026-03-{day:02d}T{clock}+08:00").timestamp())


def a_type(name: str = "AEOS", *changes: TypeChange) -> TypeState:
    return TypeState(name, (TypeChange(Status.VALID, 0, START, START, 20), *changes))


def suspended(clock: str, recorded: str | None = None) -> TypeChange:
    return TypeChange(Status.SUSPENDED, 34, at(clock), at(recorded or clock), 30)


def a_cover(name: str = "AEOS", begins: int = START, *changes: RecognitionChange) -> Cover:
    first = RecognitionChange(1, Recognition.IN_FORCE, 0, begins, START, PARTNER, 21)
    return Cover(VCCI, PARTNER, name, START, begins, (first, *changes))


def agreed(*covers: Cover, consented: int | None = START) -> Agreements:
    return Agreements({1: Agreement(1, VCCI, PARTNER, START, covers, consented)})


def asked_at(
    clock: str,
    *types: TypeState,
    agreements: Agreements | None = None,
    accepted: str | None = None,
    record: dict[str, Any] | None = None,
    offset: tzinfo = CHINA,
    gone: dict[str, str] | None = None,
    **asked: Any,
) -> Verdict:
    """The verdict of Chinese customs on an entry of the type AEOS, recognised, on 4 March 2026."""
    presented = Presented(record={"use_policy": 0, **(record or {})}).anchor()
    presented.slot = {"use_policy": 0}
    moment = datetime.fromtimestamp(at(clock), offset)
    presented.journal.time = at("23:00")
    declaration: Any = None
    if accepted is not None:
        declared = datetime.fromtimestamp(at(accepted), CHINA)
        declaration = SimpleNamespace(accepted_at=declared, office=None, items=(), country="CN")
    question = Question(
        as_of=moment,
        kind=3,
        issuer=VCCI,
        number=NUMBER,
        declaration=declaration,
        **{"partner": PARTNER, "aeo_type": "AEOS", **asked},
    )
    facts = presented.gathered(None)
    for role, clock_time in (gone or {}).items():
        left = MemberState(PARTNER, "CN", 1, Standing.LEFT, bytes(20))
        member = left if role == "partner" else facts.member
        assert member is not None
        member.spans.append(Span(at(clock_time), 1_000, 1, Standing.LEFT))
        found_member: dict[str, Any] = {role: member}
        facts = replace(facts, **found_member)
    states = {state.name: state for state in types or (a_type(),)}
    found = replace(facts, types=states, agreements=agreed(a_cover()) if agreements is None else agreements)
    return verify(question, found, the_reference())


def test_an_active_and_recognised_type_passes_the_seventh_check() -> None:
    verdict = asked_at("09:00")
    assert outcome(verdict, "RECOGNITION") is Outcome.PASS
    assert len(verdict.checks) == 7
    assert verdict.word is Word.ACCEPT


def test_41_a_declaration_after_the_suspension_is_refused_with_its_time() -> None:
    verdict = asked_at("10:05", a_type("AEOS", suspended("10:00")))
    assert verdict.word is Word.REJECT
    assert message_of(verdict, "R34") == "AEO status suspended from 10:00 (UTC+8): type AEOS."
    assert any("without the benefits" in step for step in verdict.next)


def test_41_a_declaration_accepted_before_the_suspension_keeps_its_benefits_with_a_remark() -> None:
    verdict = asked_at("10:30", a_type("AEOS", suspended("10:00")), accepted="09:55")
    assert outcome(verdict, "RECOGNITION") is Outcome.WARN
    assert message_of(verdict, "X45") == (
        "AEO status suspended from 10:00 (UTC+8), 5 minutes after the declaration was accepted: type AEOS. "
        "A procedure begun before keeps its benefits."
    )


def test_41_a_suspension_recorded_later_says_both_times() -> None:
    verdict = asked_at("10:30", a_type("AEOS", suspended("10:00", "10:20")), accepted="10:05")
    assert message_of(verdict, "R34") == (
        "AEO status suspended from 10:00 (UTC+8), recorded at 10:20 UTC+8 with effect from 10:00 UTC+8: type AEOS."
    )


def test_the_offset_of_the_acceptance_tells_moments_where_the_question_has_none() -> None:
    verdict = asked_at("10:30", a_type("AEOS", suspended("10:00")), accepted="10:05", offset=UTC)
    assert message_of(verdict, "R34") == "AEO status suspended from 10:00 (UTC+8): type AEOS."


def test_a_suspension_after_the_time_asked_about_is_told_with_its_interval() -> None:
    verdict = asked_at("09:55", a_type("AEOS", suspended("10:00")))
    expected = "Status changed 5 minutes later: AEO status suspended from 10:00 (UTC+8): type AEOS."
    assert message_of(verdict, "X17") == expected


def test_a_type_that_was_lifted_again_passes_and_a_grant_recorded_later_is_a_remark() -> None:
    lifted = TypeChange(Status.VALID, 99, at("11:00"), at("11:30"), 31)
    verdict = asked_at("11:10", a_type("AEOS", suspended("10:00"), lifted))
    assert outcome(verdict, "RECOGNITION") is Outcome.WARN
    assert message_of(verdict, "X46") == "Type AEOS: recorded at 11:30 UTC+8 with effect from 11:00 UTC+8."


def test_types_are_suspended_independently() -> None:
    types = a_type("AEOC", suspended("10:00")), a_type()
    assert outcome(asked_at("10:05", *types), "RECOGNITION") is Outcome.PASS


def test_a_suspension_of_the_whole_entry_suspends_every_type() -> None:
    changes = Presented().anchor().change(2, reason=34).gathered(None).record
    assert changes is not None
    verdict = asked_at("10:05", record={"changes": changes.changes})
    assert message_of(verdict, "R34").endswith(": the whole entry.")
    assert verdict.word is Word.REJECT


def test_a_type_that_takes_effect_later_is_not_active_yet() -> None:
    verdict = asked_at("10:05", TypeState("AEOS", (TypeChange(Status.VALID, 0, at("12:00"), START, 20),)))
    assert message_of(verdict, "R34") == "The type AEOS takes effect only from 12:00 UTC+8."


def test_a_type_that_the_entry_has_not_is_refused_with_those_it_has() -> None:
    verdict = asked_at("10:05", a_type("AEOC"))
    assert message_of(verdict, "R34") == "The entry is not authorised as AEOS; its types are AEOC."
    assert verdict.word is Word.REJECT


def test_43_a_type_that_is_not_covered_is_refused_with_those_that_are() -> None:
    verdict = asked_at("10:05", a_type("AEOC"), aeo_type="AEOC")
    assert verdict.word is Word.REJECT
    assert message_of(verdict, "R35") == "CN-GACC recognises AEOS of VN-VCCI, not AEOC."


def test_43_benefits_that_start_next_month_are_refused_with_their_date() -> None:
    begins = int(datetime(2026, 4, 1, tzinfo=CHINA).timestamp())
    verdict = asked_at("10:05", agreements=agreed(a_cover("AEOS", begins)))
    assert verdict.word is Word.REJECT
    assert message_of(verdict, "R33") == (
        "CN-GACC recognises AEOS of VN-VCCI only from 2026-04-01 00:00 UTC+8 (2026-03-31 16:00 UTC) on, "
        "when the benefits of the agreement start; data are exchanged already."
    )


def test_a_suspended_recognition_is_refused_and_a_later_suspension_is_a_remark() -> None:
    change = RecognitionChange(1, Recognition.SUSPENDED, 33, at("10:00"), at("10:00"), PARTNER, 31)
    agreements = agreed(a_cover("AEOS", START, change))
    verdict = asked_at("10:05", agreements=agreements)
    assert (
        message_of(verdict, "R33")
        == "Recognition of AEOS of VN-VCCI by CN-GACC is suspended from 10:00 UTC+8."
    )
    assert message_of(asked_at("09:00", agreements=agreements), "X17") == (
        "Recognition of AEOS by CN-GACC was suspended 60 minutes later, from 10:00 UTC+8."
    )


@pytest.mark.parametrize(
    ("agreements", "why"),
    [(Agreements({}), "."), (agreed(a_cover(), consented=None), " proposed and not consented to yet.")],
)
def test_without_an_agreement_that_both_consented_to_nothing_is_recognised(
    agreements: Agreements, why: str
) -> None:
    verdict = asked_at("10:05", agreements=agreements)
    assert verdict.word is Word.REJECT
    assert message_of(verdict, "R33").endswith(why)


def test_at_home_there_is_nothing_to_recognise() -> None:
    verdict = asked_at("10:05", agreements=Agreements({}), partner=VCCI)
    assert outcome(verdict, "RECOGNITION") is Outcome.PASS


def test_without_a_type_in_the_question_one_good_type_is_enough_and_the_others_are_told() -> None:
    verdict = asked_at("10:05", a_type(), a_type("AEOC"), aeo_type=None)
    assert outcome(verdict, "RECOGNITION") is Outcome.WARN
    assert code_is_found(verdict, "R35", "RECOGNITION")
    assert asked_at("10:05", a_type("AEOC"), aeo_type=None).word is Word.REJECT


@pytest.mark.parametrize("missing", [{"types": None}, {"agreements": None}])
def test_what_was_not_looked_at_is_never_recognised(missing: dict[str, None]) -> None:
    presented = Presented(
        facts={"types": {"AEOS": a_type()}, "agreements": agreed(a_cover()), **missing}
    ).anchor()
    question = Question(
        as_of=presented.now, kind=3, issuer=VCCI, number=NUMBER, partner=PARTNER, aeo_type="AEOS"
    )
    verdict = verify(question, presented.gathered(None), the_reference())
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "X47", "RECOGNITION")


def test_without_a_partner_recognition_is_not_known() -> None:
    assert asked_at("10:05", partner=None).word is Word.REFER


def test_an_entry_without_types_is_authorised_for_nothing() -> None:
    presented = Presented(facts={"types": {}}).anchor()
    question = Question(as_of=presented.now, kind=3, issuer=VCCI, number=NUMBER, partner=PARTNER)
    verdict = verify(question, presented.gathered(None), the_reference())
    assert code_is_found(verdict, "R34", "RECOGNITION")
    assert verdict.word is Word.REJECT


def test_an_unreachable_chain_leaves_recognition_unavailable() -> None:
    presented = Presented(source="CACHE").anchor()
    question = Question(as_of=presented.now, kind=3, issuer=VCCI, number=NUMBER, partner=PARTNER)
    verdict = verify(question, presented.gathered(None), the_reference())
    assert verdict.check(CheckName.RECOGNITION).outcome is Outcome.UNAVAILABLE


def test_an_authorisation_lasts_until_it_is_ended_so_no_validity_is_asked_for() -> None:
    assert not {"X20", "X21"} & set(asked_at("10:05").codes())


def test_on_another_day_than_the_suspension_its_day_is_told() -> None:
    verdict = asked_at("10:05", a_type("AEOS", replace(suspended("10:00"), effective_from=at("10:00", 3))))
    assert "from 2026-03-03 10:00 UTC+8 (02:00 UTC)" in message_of(verdict, "R34")
    assert datetime.fromtimestamp(at("10:00", 3), UTC).day == 3


@pytest.mark.parametrize(
    ("role", "code", "message"),
    [
        ("member", "R34", "VN-VCCI left the consortium 2026-03-04 10:00 UTC+8 (02:00 UTC); nobody keeps its entries any more."),
        ("partner", "R33", "CN-GACC left the consortium 2026-03-04 10:00 UTC+8 (02:00 UTC); it recognises nobody any more."),
    ],
)  # fmt: skip
def test_who_has_left_neither_keeps_entries_nor_recognises_them(role: str, code: str, message: str) -> None:
    verdict = asked_at("10:05", gone={role: "10:00"})
    assert verdict.word is Word.REJECT
    assert message_of(verdict, code) == message
    assert asked_at("09:55", gone={role: "10:00"}).word is Word.ACCEPT


def test_of_two_that_suspend_the_one_since_when_it_is_not_in_force_is_told() -> None:
    changes = [
        RecognitionChange(1, Recognition.SUSPENDED, 33, at(clock), at(clock), who, index)
        for clock, who, index in (("10:00", PARTNER, 31), ("10:02", VCCI, 32))
    ]
    lifted = RecognitionChange(1, Recognition.IN_FORCE, 33, at("10:04"), at("10:04"), PARTNER, 33)
    message = message_of(asked_at("10:03", agreements=agreed(a_cover("AEOS", START, *changes))), "R33")
    assert message == "Recognition of AEOS of VN-VCCI by CN-GACC is suspended from 10:00 UTC+8."
    verdict = asked_at("10:05", agreements=agreed(a_cover("AEOS", START, *changes, lifted)))
    assert message_of(verdict, "R33").endswith("is suspended from 10:02 UTC+8.")


def test_an_agreement_for_later_that_was_ended_before_it_began_ends_nothing() -> None:
    begins, ends = at("10:00") + 86_400, at("10:05")
    first = RecognitionChange(2, Recognition.IN_FORCE, 0, begins, START, PARTNER, 41)
    ended = RecognitionChange(2, Recognition.TERMINATED, 33, ends, START, PARTNER, 42)
    never = Cover(VCCI, PARTNER, "AEOS", START, begins, (first, ended))
    both = {**agreed(a_cover()).by_number, 2: Agreement(2, VCCI, PARTNER, START, (never,), START)}
    assert asked_at("09:00", agreements=Agreements(both)).word is Word.ACCEPT

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.core import acts
from ledger.core.facts import Parent
from ledger.core.opening import Relation
from ledger.core.records import Link, RecordState
from ledger.core.uses import Usage, UseRecord
from ledger.core.verdict import CheckName, Outcome, Verdict, Word
from tests.journals import ACCI, DAY, VCCI, thumbprint_of
from tests.questions import Presented, a_token, a_usage, a_use, code_is_found, message_of, outcome, tag_of

PARENT = {"relation": "BACK_TO_BACK_OF", "issuerId": ACCI, "number": "AU-1"}
COPY = {"relation": "TRUE_COPY_OF", "issuerId": VCCI, "number": "VN-1"}
LINK = Link(Relation.BACK_TO_BACK, ACCI, tag_of("AU-1"))


def a_child(parents: tuple[Parent, ...], link: Link | None = LINK, **asked: Any) -> Verdict:
    """The verdict on a movement certificate on the Australian certificate AU-1."""
    token = a_token(claims={"references": [PARENT]})
    presented = Presented(token=token, facts={"parents": parents}, record={"link": link}, asked=asked)
    return presented.anchor().verdict()


def a_parent(status: int = 1, usage: Usage | None = None, **changes: Any) -> Parent:
    presented = Presented().anchor()
    if status != 1:
        presented.change(status)
    facts = presented.gathered(None)
    assert facts.record is not None
    record = replace(facts.record, member=ACCI, tag=tag_of("AU-1"), **changes)
    return Parent(ACCI, "au-1", record, usage=usage, member=facts.member, tag=tag_of("AU-1"))


def test_a_good_parent_passes_and_one_that_was_not_looked_at_is_a_remark() -> None:
    assert outcome(a_child((a_parent(),)), "LINEAGE") is Outcome.PASS
    assert outcome(a_child(()), "LINEAGE") is Outcome.NOT_CHECKED
    assert a_child(()).word is Word.ACCEPT_WITH_REMARKS


def test_a_child_that_the_ledger_does_not_bind_to_its_parent_is_a_remark() -> None:
    verdict = a_child((a_parent(),), link=None)
    assert verdict.word is Word.ACCEPT_WITH_REMARKS
    assert code_is_found(verdict, "X42", "LINEAGE")


def test_an_unbound_child_for_more_than_its_parent_was_certified_for_is_referred() -> None:
    parent = a_parent(usage=a_usage(authorised=20, unit="TNE"))
    verdict = a_child((parent,), link=None)
    assert verdict.word is Word.REFER
    assert "24 t are certified here, 20 t on AU-1 of AU-ACCI" in message_of(verdict, "R22")
    fitting = a_parent(usage=a_usage(authorised=24, unit="TNE"))
    assert not code_is_found(a_child((fitting,), link=None), "R22", "LINEAGE")


@pytest.mark.parametrize("status", [2, 3, None])
def test_a_parent_that_is_not_valid_refers_the_child(status: int | None) -> None:
    parent = Parent(ACCI, "AU-1", None) if status is None else a_parent(status)
    verdict = a_child((parent,))
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "R21", "LINEAGE")


def test_33_a_child_of_a_revoked_parent_is_referred_with_its_date_and_who_to_ask() -> None:
    verdict = a_child((a_parent(3),))
    assert message_of(verdict, "R21").startswith(
        "The certificate AU-1 of AU-ACCI, on which it builds, was revoked on 2026-"
    )
    assert "Ask VN-VCCI whether it stands by its own certificate." in verdict.next


def test_a_parent_that_fell_after_the_time_asked_about_is_a_remark() -> None:
    presented = Presented(token=a_token(claims={"references": [PARENT]}), record={"link": LINK}).anchor()
    presented.as_of = presented.now
    parent = a_parent()
    assert parent.record is not None
    change = Presented().anchor().change(3).gathered(None).record
    assert change is not None
    later = replace(change.changes[0], effective_from=int((presented.now + timedelta(hours=3)).timestamp()))
    presented.facts = {"parents": (replace(parent, record=replace(parent.record, changes=(later,))),)}
    presented.journal.time += DAY
    verdict = presented.verdict()
    assert verdict.word is Word.ACCEPT_WITH_REMARKS
    assert message_of(verdict, "X17").startswith("3 hours later: The certificate AU-1 of AU-ACCI")


def test_a_parent_whose_key_was_stolen_refers_the_child_until_it_is_confirmed() -> None:
    presented = Presented().anchor()
    since = presented.journal.entries[-1].time
    presented.journal.say(VCCI, acts.KeyCompromised(thumbprint_of(), since))
    reported = presented.journal.entries[-1].time
    member = presented.gathered(None).member
    stolen = replace(a_parent(), member=member)
    assert a_child((stolen,)).word is Word.REFER
    assert "confirming again" in message_of(a_child((stolen,)), "R21")
    assert stolen.record is not None
    confirmed = replace(stolen, record=replace(stolen.record, confirmed=(reported,)))
    assert a_child((confirmed,)).word is Word.ACCEPT


def test_a_parent_of_which_more_was_taken_than_certified_refers_the_child() -> None:
    parent = a_parent(usage=a_usage(a_use(quantity=30), authorised=24, unit="TNE"))
    verdict = a_child((parent,))
    assert verdict.word is Word.REFER
    assert "30 t were taken, 24 t are certified" in message_of(verdict, "R22")


def test_a_record_that_hangs_on_another_certificate_than_the_document_names_is_referred() -> None:
    verdict = a_child((a_parent(),), link=Link(Relation.BACK_TO_BACK, ACCI, b"\x02" * 32))
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "X43", "LINEAGE")


def test_a_parent_is_judged_by_number_alone_too() -> None:
    presented = Presented(
        facts={"parents": (replace(a_parent(3), number=""),)}, record={"link": LINK}
    ).anchor()
    verdict = presented.verdict(by_number=True)
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "R21", "LINEAGE")


def test_a_link_that_the_document_hides_is_referred() -> None:
    presented = Presented(facts={"parents": (a_parent(),)}, record={"link": LINK}).anchor()
    assert code_is_found(presented.verdict(), "X43", "LINEAGE")


# --- certified true copies -------------------------------------------------------------------------------------------


def a_copy(*uses: UseRecord, profile: bool = True) -> Presented:
    """A true copy of VN-1, made at the end of its journal; ``uses`` are those of the original."""
    presented = Presented(token=a_token(claims={"references": [COPY]})).anchor()
    original = presented.gathered(None).record
    assert original is not None
    root = replace(original, tag=tag_of("VN-1"))
    presented.record = {"link": Link(Relation.TRUE_COPY, VCCI, root.tag)}
    presented.facts = {
        "root": root,
        "usage": a_usage(*uses),
        "economies": {"CN-GACC": "CN"},
        "parents": (Parent(VCCI, "VN-1", root),),
    }
    return presented.profiled("RCEP", ctcOnlyIfUnused=profile)


def the_original(presented: Presented) -> RecordState:
    root: RecordState = presented.facts["root"]
    return root


def test_a_true_copy_of_an_unused_original_is_accepted() -> None:
    assert a_copy().verdict().word is Word.ACCEPT


@pytest.mark.parametrize("refused", [True, False])
def test_a_true_copy_of_an_original_that_had_been_used_is_rejected_where_the_agreement_says_so(
    refused: bool,
) -> None:
    use = a_use(presented=tag_of("VN-1"), at=the_original(a_copy()).anchored_at - 60)
    verdict = a_copy(use, profile=refused).verdict()
    (finding,) = [one for one in verdict.check(CheckName.LINEAGE).findings if one.code == "R27"]
    assert finding.word is (Word.REJECT if refused else Word.ACCEPT_WITH_REMARKS)
    assert "its original had been used before: CN office CN2202, 2026-" in finding.message


def test_a_used_original_shows_on_its_copy_and_a_used_copy_on_its_original() -> None:
    at = the_original(a_copy()).anchored_at + 1
    of_the_original = a_copy(a_use(presented=tag_of("VN-1"), at=at)).verdict()
    assert of_the_original.word is Word.REJECT
    assert message_of(of_the_original, "R11").startswith("Already used with its original: CN office CN2202")
    assert code_is_found(of_the_original, "X44", "LINEAGE")
    presented = Presented().anchor().used(a_use(presented=b"\x03" * 32))
    message = message_of(presented.verdict(), "R11")
    assert message.startswith("Already used with its certified true copy: CN office CN2202")


def test_a_true_copy_whose_use_the_ledger_counts_apart_is_referred() -> None:
    presented = a_copy()
    presented.record = {"link": None}
    verdict = presented.verdict()
    assert verdict.word is Word.REFER
    assert "counts its use apart" in message_of(verdict, "X42")


def test_a_true_copy_whose_original_could_not_be_looked_at_is_referred() -> None:
    presented = a_copy()
    presented.facts["root"] = None
    verdict = presented.verdict()
    assert verdict.word is Word.REFER
    assert code_is_found(verdict, "X27", "USAGE")

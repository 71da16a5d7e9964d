"""What crosses the faces: texts read strictly, values written plainly."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import Refused, Rejected
from ledger.service import questions
from ledger.service.wire import (
    KINDS,
    address_text,
    camel,
    hex_text,
    kind_text,
    moment_text,
    plain,
    read_digest,
    read_kind,
    read_moment,
    read_reason,
    read_use_id,
    refusal_reason,
)

moments = st.datetimes(datetime(1900, 1, 2), datetime(2900, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))


class Word(StrEnum):
    """A word."""

    YES = "yes"


@given(moments, st.integers(-14 * 60, 14 * 60))
def test_a_moment_reads_back_as_it_was_written_in_any_offset(moment: datetime, minutes: int) -> None:
    assert read_moment("t", moment_text(moment)) == moment
    elsewhere = moment.astimezone(timezone(timedelta(minutes=minutes)))
    read = read_moment("t", elsewhere.isoformat())
    assert (read, read.utcoffset()) == (moment, elsewhere.utcoffset())


@pytest.mark.parametrize(
    "text",
    ["2026-11-23", "2026-11-23T09:30:00", "2026-11-23 09:30:00Z", "2026-11-23T09:30:00 08:00", "2026-02-30T00:00:00Z",
     "２０２６-11-23T09:30:00Z", "2026-11-23T09:30:00+24:00", "20261123T093000Z", "now", "", "2026-11-23T09:30:00z"],
)  # fmt: skip
def test_a_moment_that_needs_guessing_is_rejected(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_moment("asOf", text)
    assert caught.value.problems[0].path == "asOf"


@pytest.mark.parametrize(("text", "number"), [(None, 1), ("origin", 1), ("licence", 2), ("aeo", 3)])
def test_a_kind_is_read_by_its_name_and_written_back(text: str | None, number: int) -> None:
    assert read_kind("kind", text) == number
    assert kind_text(number) == (text or "origin")


def test_the_faces_name_the_kinds_as_the_use_cases_do() -> None:
    assert {number: name for name, number in KINDS.items()} == questions.KINDS


@pytest.mark.parametrize("text", ["", "1", "Origin", "visa", "x" * 1_000])
def test_what_is_no_kind_is_rejected_shortly(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        read_kind("kind", text)
    assert len(caught.value.problems[0].value) <= 80


def test_the_id_of_a_use_is_32_lower_case_hexadecimal_digits() -> None:
    assert read_use_id("id", "0123456789abcdef" * 2) == "0123456789abcdef" * 2
    for text in ("", "0" * 31, "0" * 33, "A" * 32, "0x" + "0" * 30, "０" * 32):
        with pytest.raises(Rejected):
            read_use_id("id", text)


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [(Refused("X", "R12: too much"), "R12"), (Refused("X", "X05: cancelled"), "X05"), (Refused("X", "R12 too much"), None),
     (Refused("X", "R123: no"), None), (Refused("X", "no", {"reason": "R13"}), "R13"), (Refused("X", "no", {"reason": 13}), None),
     (Refused("X", "R12: no", {"reason": "other"}), "R12")],
)  # fmt: skip
def test_a_refusal_tells_its_reason_code_where_it_has_one(refusal: Refused, reason: str | None) -> None:
    assert refusal_reason(refusal) == reason


@given(st.text())
def test_no_text_makes_reading_fail_otherwise_than_by_rejecting(text: str) -> None:
    for read in (read_moment, read_reason, read_digest, read_use_id, read_kind):
        with contextlib.suppress(Rejected):
            read("x", text)


def test_reason_codes_are_numbers_behind_an_r() -> None:
    assert (read_reason("reason", "R24"), read_reason("reason", "R01")) == (24, 1)
    for text in ("24", "r24", "R4", "R024", "R٢٤"):
        with pytest.raises(Rejected):
            read_reason("reason", text)


@given(st.binary(min_size=32, max_size=32))
def test_digests_read_back_as_they_were_written(digest: bytes) -> None:
    assert read_digest("id", hex_text(digest)) == digest


def test_addresses_carry_their_checksum() -> None:
    # Source: EIP-55, test cases.
    text = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    assert address_text(bytes.fromhex(text[2:])) == text


def test_names_become_camel_case_and_values_json() -> None:
    value = {
        "effective_from": datetime(2026, 1, 1, tzinfo=UTC),
        "use_policy": Word.YES,
        "a": (b"\x01", 2**53, Decimal("1.50")),
    }
    assert plain(value) == {
        "effectiveFrom": "2026-01-01T00:00:00Z",
        "usePolicy": "yes",
        "a": ["0x01", str(2**53), "1.50"],
    }
    assert (camel("documentId"), camel("_x"), plain(date(2026, 1, 2))) == ("documentId", "_x", "2026-01-02")


nested = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(codec="utf-8"))
    | st.binary()
    | moments
    | st.decimals(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


@given(nested)
def test_whatever_is_made_plain_can_be_written_as_json(value: object) -> None:
    orjson.dumps(plain(value))

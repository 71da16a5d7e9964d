from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core import acts, entries
from ledger.core.entries import MalformedEntry, decode, encode, entries_of, raw_entries
from ledger.core.merkle import Frontier
from scripts import make_vectors

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "journal.json").read_text())
CONTRACT, ACCOUNT = b"\xc0" * 20, b"\xa0" * 20

codes = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=32)
digests = st.binary(min_size=32, max_size=32)
addresses = st.binary(min_size=20, max_size=20)
words = st.integers(0, 2**16 - 1)
times = st.integers(0, 2**64 - 1)
numbers = st.integers(0, 2**256 - 1)
roles = st.integers(0, 31)
economies = st.text("ABCXYZ", min_size=2, max_size=2)
policies = st.sampled_from([0x0000, 0x0100, 0x0201, 0x02FF, 0x0300])
key_kinds = {1: 64, 2: 96, 3: 32, 4: 256}
public_keys = st.sampled_from(sorted(key_kinds)).flatmap(
    lambda kind: st.tuples(
        digests, st.just(kind), times, st.binary(min_size=key_kinds[kind], max_size=key_kinds[kind])
    )
)
offices = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=17)
units = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=3)
names = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=8)
quantities = st.integers(0, 2**72 - 1)
octets = st.integers(0, 255)
economy_lists = st.lists(economies, max_size=4).map(tuple)
office_lists = st.lists(offices, max_size=3).map(tuple)
places = st.builds(acts.UsePlace, codes, digests, digests, offices, digests, words, words)
every_act = st.one_of(
    st.builds(acts.MemberAdmitted, codes, economies, roles, addresses),
    st.builds(acts.RolesChanged, codes, roles),
    st.builds(acts.MemberSuspended, codes, words),
    st.builds(acts.MemberReinstated, codes, words),
    st.builds(acts.MemberLeft, codes, words),
    st.builds(acts.ControllerChanged, codes, addresses),
    st.builds(acts.OperatorAdded, codes, addresses),
    st.builds(acts.OperatorRemoved, codes, addresses),
    public_keys.map(lambda parts: acts.KeyRegistered(*parts)),
    st.builds(acts.KeyRetired, digests, times, words),
    st.builds(acts.KeyCompromised, digests, times),
    st.builds(acts.Proposed, numbers, times, st.binary(min_size=4, max_size=200)),
    st.builds(acts.Voted, numbers, st.booleans()),
    st.builds(acts.Executed, numbers),
    st.builds(acts.RegistryAdmitted, addresses, st.integers(1, 3)),
    st.builds(acts.RegistryRetired, addresses, st.integers(1, 3)),
    st.builds(acts.RecordAnchored, words, policies, digests, digests, digests),
    st.builds(acts.StatusChanged, digests, st.integers(1, 5), words, times),
    st.builds(acts.RecordReplaced, digests, digests, words),
    st.builds(acts.RecordLinked, digests, st.integers(1, 3), codes, digests),
    st.builds(acts.RecordConfirmed, digests),
    st.builds(acts.TermsSet, digests, st.integers(0, 100), st.booleans(), economy_lists, office_lists),
    st.builds(acts.LineAuthorised, digests, words, units, quantities),
    st.builds(acts.LineGranted, codes, digests, codes, digests, words, words, quantities),
    st.builds(acts.LineReturned, codes, digests, codes, digests, words, words, quantities),
    st.builds(acts.UseReserved, places, quantities),
    st.builds(acts.UseConsumed, places, quantities),
    st.builds(acts.UseReleased, places, quantities),
    st.builds(acts.UseCorrected, places, octets, st.booleans(), quantities, words),
    st.builds(acts.UseEntered, places, quantities, times, st.booleans()),
    st.builds(acts.ExportEndorsed, codes, digests, offices, words, quantities),
    st.builds(acts.TypeGranted, digests, names, times),
    st.builds(acts.TypeChanged, digests, names, st.integers(1, 4), words, times),
    st.builds(acts.AliasAdded, digests, digests),
    st.builds(acts.AliasRemoved, digests, digests),
    st.builds(acts.AgreementProposed, numbers, codes, codes, names, times, times),
    st.builds(acts.AgreementConsented, numbers),
    st.builds(acts.AgreementDeclined, numbers),
    st.builds(acts.RecognitionChanged, numbers, codes, names, st.integers(1, 3), words, times),
)


@dataclass(frozen=True)
class Event:
    first: int
    author: bytes
    time: int
    count: int
    head: bytes
    tails: bytes


def an_anchoring(**spoilt: object) -> acts.RecordAnchored:
    values: dict[str, object] = {
        "document_type": 864, "use_policy": 0x0100, "key": b"k" * 32, "tag": b"t" * 32, "document_id": b"d" * 32,
    }  # fmt: skip
    return acts.RecordAnchored(**{**values, **spoilt})  # type: ignore[arg-type]


SOME_TERMS = acts.TermsSet(bytes(32), 5, True, ("VN",), ("VNSGN",))
A_PLACE = acts.UsePlace("VN-VCCI", bytes(32), bytes(32), "VNSGN", bytes(32), 1, 1)


def spelt(act: acts.Act) -> bytes:
    return encode(7040, CONTRACT, 1_700_000_000, "VN-VCCI", ACCOUNT, act)


def spoilt_at(offset: int, value: bytes, act: acts.Act | None = None) -> bytes:
    raw = spelt(act or an_anchoring())
    return raw[:offset] + value + raw[offset + len(value) :]


@given(every_act, st.integers(0, 2**64 - 1), addresses, times, codes, addresses)
def test_what_is_spelt_is_read_back(
    act: acts.Act, chain_id: int, contract: bytes, time: int, member: str, operator: bytes
) -> None:
    entry = decode(encode(chain_id, contract, time, member, operator, act), 9)
    assert (entry.chain_id, entry.contract, entry.time) == (chain_id, contract, time)
    assert (entry.member, entry.operator, entry.act, entry.index) == (member, operator, act, 9)


@given(every_act)
def test_every_reading_is_spelt_in_one_way_only(act: acts.Act) -> None:
    raw = spelt(act)
    entry = decode(raw)
    again = encode(entry.chain_id, entry.contract, entry.time, entry.member, entry.operator, entry.act)
    assert again == raw == entry.raw


@given(st.binary(max_size=400))
def test_garbage_raises_nothing_but_malformed_entry(garbage: bytes) -> None:
    for raw in (garbage, b"\x01" + garbage, spelt(an_anchoring())[:90] + garbage):
        with contextlib.suppress(MalformedEntry):
            assert decode(raw).raw == raw


@given(every_act, st.data())
def test_a_changed_byte_is_another_entry_or_none(act: acts.Act, data: st.DataObject) -> None:
    raw = spelt(act)
    place = data.draw(st.integers(0, len(raw) - 1))
    spoilt = bytes([*raw[:place], raw[place] ^ data.draw(st.integers(1, 255)), *raw[place + 1 :]])
    with contextlib.suppress(MalformedEntry):
        assert replace(decode(spoilt), raw=b"") != replace(decode(raw), raw=b"")


@given(every_act, st.binary(min_size=1, max_size=3))
def test_an_entry_that_is_too_long_or_too_short_is_never_taken_for_the_same(
    act: acts.Act, more: bytes
) -> None:
    for raw in (spelt(act) + more, spelt(act)[: -len(more)]):
        with contextlib.suppress(MalformedEntry):
            assert decode(raw).act != act


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"", "entry is 0 bytes"),
        (spoilt_at(0, b"\x02"), "version is 2"),
        (spoilt_at(37, b"\x11"), "type is 0x11"),
        (spoilt_at(37, b"\x50"), "type is 0x50"),
        (spoilt_at(38, bytes(32)), "member is"),
        (spoilt_at(38, b"VN\0VCCI"), "member is"),
        (spoilt_at(38, "É".encode()), "member is"),
        (spoilt_at(38, b"VN VCCI"), "member is"),
        (spoilt_at(92, b"\x04\x00"), "use policy is"),
        (spoilt_at(92, b"\x02\x00"), "use policy is"),
        (spoilt_at(92, b"\x01\x01"), "use policy is"),
        (spelt(an_anchoring())[:-1], "detail is 99 bytes, expected 100"),
        (spoilt_at(122, b"\x06", acts.StatusChanged(bytes(32), 1, 24, 0)), "status is 6"),
        (spoilt_at(122, b"\x00", acts.StatusChanged(bytes(32), 1, 24, 0)), "status is 0"),
        (spoilt_at(122, b"\x02", acts.Voted(1, approves=True)), "approves is 2"),
        (spoilt_at(110, b"\x04", acts.RegistryAdmitted(b"r" * 20, 1)), "kind is 4"),
        (spoilt_at(125, b"\x20", acts.RolesChanged("VN", 1)), "roles are"),
        (spoilt_at(122, b"vn", acts.MemberAdmitted("VN-X", "VN", 2, ACCOUNT)), "economy is"),
        (spoilt_at(122, b"\x05", acts.KeyRegistered(bytes(32), 1, 0, bytes(64))), "algorithm is 5"),
        (spoilt_at(122, b"\x02", acts.KeyRegistered(bytes(32), 1, 0, bytes(64))), "is 64 bytes"),
        (spelt(acts.Proposed(1, 2, bytes(4)))[:-1], "detail is 43 bytes"),
        (spoilt_at(122, b"\x04", acts.RecordLinked(bytes(32), 1, "VN", bytes(32))), "relation is 4"),
        (spoilt_at(122, b"\x65", SOME_TERMS), "tolerance is 101"),
        (spoilt_at(123, b"\x02", SOME_TERMS), "tolerance base is 2"),
        (spoilt_at(124, b"\x02", SOME_TERMS), "detail is 55 bytes, expected 57"),
        (spoilt_at(126, b"v1", SOME_TERMS), "economy is"),
        (spoilt_at(128, b" ", SOME_TERMS), "office is"),
        (spelt(SOME_TERMS)[:-20], "expected at least 36"),
        (spoilt_at(124, bytes(3), acts.LineAuthorised(bytes(32), 1, "KGM", 1)), "unit is"),
        (spoilt_at(186, bytes(1), acts.UseReserved(A_PLACE, 1)), "office is"),
        (spelt(acts.UseReserved(A_PLACE, 1))[:-1], "detail is 8 bytes, expected 9"),
        (spelt(acts.UseReserved(A_PLACE, 1))[:-10], "expected at least 149"),
        (spoilt_at(240, b"\x02", acts.UseCorrected(A_PLACE, 1, True, 1, 24)), "falls is 2"),
        (spoilt_at(256, b"\x02", acts.UseEntered(A_PLACE, 1, 9, True)), "conflict is 2"),
        (spoilt_at(130, b"\x05", acts.TypeChanged(bytes(32), "AEOS", 1, 24, 9)), "status is 5"),
        (spoilt_at(162, b"\x04", acts.RecognitionChanged(1, "CN", "AEOS", 1, 24, 9)), "recognition is 4"),
    ],
)
def test_an_entry_with_one_part_spoilt_is_refused_by_that_part(raw: bytes, what: str) -> None:
    with pytest.raises(MalformedEntry, match=what):
        decode(raw)


@pytest.mark.parametrize(
    "act",
    [
        an_anchoring(tag=b"short"),
        an_anchoring(document_id=b"d" * 33),
        an_anchoring(document_type=70_000),
        acts.StatusChanged(bytes(32), 9, 24, 0),
        acts.RolesChanged("MÖ", 1),
        acts.Executed(2**256),
        acts.KeyRegistered(bytes(32), 1, 0, bytes(63)),
    ],
)
def test_a_value_that_does_not_fit_is_not_spelt(act: acts.Act) -> None:
    with pytest.raises(MalformedEntry):
        spelt(act)


def test_an_address_of_another_length_is_not_spelt() -> None:
    with pytest.raises(MalformedEntry):
        encode(7040, CONTRACT[:19], 0, "VN-VCCI", ACCOUNT, an_anchoring())


def plain(value: object) -> object:
    """Return a value as JSON has it."""
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    return value.hex() if isinstance(value, bytes) else value


@pytest.mark.parametrize(
    "vector", VECTORS["entries"], ids=lambda vector: f"{vector['index']}-{vector['name']}"
)
def test_the_vectors_are_read_as_they_say(vector: dict[str, object]) -> None:
    entry = decode(bytes.fromhex(str(vector["entry"])), int(str(vector["index"])))
    assert (entry.type, entry.time, entry.member) == (vector["type"], vector["time"], vector["member"])
    assert (entry.contract.hex(), entry.operator.hex()) == (vector["contract"], vector["operator"])
    assert type(entry.act).__name__ == vector["name"]
    assert plain(asdict(entry.act)) == vector["act"]
    assert entry.leaf.hex() == vector["leaf"] == sha256(b"\0" + entry.raw).hexdigest()


def test_the_vectors_have_every_type_and_their_roots() -> None:
    frontier = Frontier()
    for vector in VECTORS["entries"]:
        frontier = frontier.append(bytes.fromhex(vector["leaf"]))
        assert frontier.root().hex() == vector["root"]
    assert {vector["type"] for vector in VECTORS["entries"]} == set(acts.EntryType)


def test_vectors_and_worked_examples_are_what_the_script_writes() -> None:
    assert make_vectors.main(["--check"]) == 0


def batches() -> list[list[dict[str, str]]]:
    """Return the vectors, those together that one call wrote."""
    found: list[list[dict[str, str]]] = []
    for vector in VECTORS["entries"]:
        last = found[-1][0] if found else {}
        if (
            all(vector[part] == last.get(part) for part in ("time", "contract", "head"))
            and vector["type"] > 0x10
        ):
            found[-1].append(vector)
        else:
            found.append([vector])
    return found


@pytest.mark.parametrize("batch", batches(), ids=lambda batch: f"{batch[0]['index']}-{batch[0]['name']}")
def test_an_event_is_cut_into_the_entries_of_the_vectors(batch: list[dict[str, Any]]) -> None:
    event = Event(
        first=batch[0]["index"],
        author=bytes.fromhex(batch[0]["contract"]),
        time=batch[0]["time"],
        count=len(batch),
        head=bytes.fromhex(batch[0]["head"]),
        tails=b"".join(bytes.fromhex(vector["tail"]) for vector in batch),
    )
    cut = entries_of(event, VECTORS["chainId"])
    assert [entry.raw.hex() for entry in cut] == [vector["entry"] for vector in batch]
    assert [entry.index for entry in cut] == [vector["index"] for vector in batch]
    assert [entry.raw for entry in cut] == raw_entries(event, VECTORS["chainId"])


def test_the_vectors_have_batches_of_every_type_that_shares_a_head() -> None:
    several = {batch[0]["name"] for batch in batches() if len(batch) > 1}
    assert several == {
        "RecordAnchored", "RecordConfirmed", "LineAuthorised", "ExportEndorsed", "TypeGranted", "AgreementProposed",
    }  # fmt: skip


@pytest.mark.parametrize(("count", "tails"), [(0, b"xx"), (3, b"xx"), (1, b""), (2, b"xxx"), (-1, b"x")])
def test_an_event_whose_tails_are_uneven_is_refused(count: int, tails: bytes) -> None:
    with pytest.raises(MalformedEntry, match="cannot be cut"):
        raw_entries(Event(0, CONTRACT, 0, count, b"", tails), 7040)


def test_the_offsets_are_those_of_the_specification() -> None:
    assert entries.FIXED_LENGTH == 90
    assert len(spelt(an_anchoring())) == 190

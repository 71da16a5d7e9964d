"""Hand-spelt calldata against eth_abi and the contracts' own interface files."""

from __future__ import annotations

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain import abi, acts
from ledger.chain.rules import artifact, refusal

DIGEST = st.binary(min_size=32, max_size=32)
CODE = st.from_regex(r"[A-Z][A-Z0-9-]{1,31}", fullmatch=True)
SMALL = st.integers(0, 2**16 - 1)


@given(CODE, SMALL, SMALL, DIGEST, st.lists(st.tuples(DIGEST, DIGEST), max_size=5))
def test_anchor_is_spelt_as_the_interface_says(
    member: str, kind: int, policy: int, key: bytes, anchors: list[tuple[bytes, bytes]]
) -> None:
    expected = acts.call("OriginRegistry", "anchor", member, kind, policy, key, anchors)
    assert abi.anchor(member, kind, policy, key, anchors) == expected


@given(CODE, DIGEST, st.integers(0, 5), SMALL, st.integers(0, 2**64 - 1))
def test_a_change_of_status_is_spelt_as_the_interface_says(
    member: str, tag: bytes, status: int, reason: int, time: int
) -> None:
    expected = acts.call("OriginRegistry", "changeStatus", member, tag, status, reason, time)
    assert abi.change_status(member, tag, status, reason, time) == expected


@given(CODE, st.lists(DIGEST, max_size=4))
def test_look_is_spelt_as_the_interface_says(member: str, tags: list[bytes]) -> None:
    assert abi.look(member, tags) == acts.call("OriginRegistry", "look", member, tags)


@given(
    st.tuples(SMALL, SMALL, SMALL, DIGEST),
    st.lists(
        st.tuples(st.binary(min_size=22, max_size=22), SMALL, st.integers(0, 5), SMALL, SMALL), max_size=4
    ),
)
def test_the_answer_of_look_is_read_as_it_was_spelt(
    seen: tuple[int, int, int, bytes], records: list[tuple[bytes, int, int, int, int]]
) -> None:
    types = ["(uint256,uint256,uint256,bytes32,(bytes22,uint40,uint8,uint16,uint16)[])"]
    look = abi.read_look(encode(types, [(*seen, records)]), len(records))
    assert (look.block_number, look.time, look.head.size, look.head.root) == seen
    assert [
        (one.commitment, one.anchored_at, one.status, one.document_type, one.use_policy)
        for one in look.records
    ] == records


@given(st.binary(max_size=500), st.integers(0, 3))
def test_garbage_is_no_answer(data: bytes, count: int) -> None:
    try:
        abi.read_look(data, count)
    except abi.MalformedAnswer:
        return
    assert len(data) == 32 * (7 + 5 * count)


@given(
    SMALL, st.binary(min_size=20, max_size=20), SMALL, SMALL, st.binary(max_size=90), st.binary(max_size=200)
)
def test_an_event_is_read_as_it_was_spelt(
    first: int, author: bytes, time: int, count: int, head: bytes, tails: bytes
) -> None:
    data = encode(["uint64", "uint32", "bytes", "bytes"], [time, count, head, tails])
    topics = [abi.topic(abi.APPENDED), first.to_bytes(32, "big"), author.rjust(32, b"\0")]
    assert abi.read_appended(topics, data) == (first, author, time, count, head, tails)


@given(st.binary(max_size=300))
def test_a_garbage_event_is_malformed_and_nothing_else(data: bytes) -> None:
    with pytest.raises(abi.MalformedAnswer):
        abi.read_appended([abi.topic(abi.APPENDED), bytes(32)], data)


def test_every_error_of_the_contracts_is_known_by_name_and_arguments() -> None:
    tag = bytes(range(32))
    code = b"VN-VCCI".ljust(32, b"\0")
    data = abi.selector("RegistryNumberTaken(bytes32,bytes32)") + code + tag
    found = refusal(data)
    assert found is not None
    assert (found.code, found.arguments) == ("RegistryNumberTaken", {"member": "VN-VCCI", "tag": tag})
    assert "VN-VCCI" in str(found)
    assert refusal(b"\x01\x02\x03\x04") is None


def test_governance_calls_are_shown_in_words() -> None:
    call = acts.call("Consortium", "admitMember", "SG-CUSTOMS", "SG", 17, "0x" + "11" * 20)
    shown = "admitMember(code SG-CUSTOMS, economy SG, roles administration + customs, controller 0x"
    assert acts.words(call).startswith(shown)
    assert acts.words(b"\x01\x02\x03\x04") == "unknown call 0x01020304…"


def test_arguments_that_do_not_fit_are_an_error_before_anything_is_sent() -> None:
    with pytest.raises(ValueError, match="takes 4 arguments"):
        acts.call("Consortium", "admitMember", "SG-CUSTOMS")
    with pytest.raises(ValueError, match="no function"):
        acts.call("Consortium", "destroyEverything")


def test_the_contracts_fit_into_a_block_of_any_engine() -> None:
    for name in ("Consortium", "Journal", "OriginRegistry"):
        assert len(artifact(name)["deployedBytecode"]) // 2 < 24_576

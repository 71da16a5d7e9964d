"""The journal's tree against a naive reading of the RFC, public vectors, and garbage."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.merkle import EMPTY_ROOT, Frontier, Tree, climb, consistent, leaf_digest, node_digest

VECTORS = sorted((Path(__file__).parent.parent / "vectors" / "merkle" / "inclusion").rglob("*.json"))
LEAVES = [leaf_digest(bytes([number])) for number in range(70)]


def naive_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 9162 section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_digest(naive_root(leaves[:split]), naive_root(leaves[split:]))


@pytest.mark.parametrize("size", range(70))
def test_frontier_and_tree_have_the_root_of_the_definition(size: int) -> None:
    expected = naive_root(LEAVES[:size])
    assert Frontier().extend(LEAVES[:size]).root() == expected
    assert Tree(LEAVES).root(size) == expected


@given(st.lists(st.integers(0, 40), max_size=8))
def test_uneven_batches_make_the_same_tree_as_one_by_one(batches: list[int]) -> None:
    leaves = [leaf_digest(str(number).encode()) for number in range(sum(batches))]
    frontier, tree, at = Frontier(), Tree(), 0
    for batch in batches:
        frontier = frontier.extend(leaves[at : at + batch])
        tree.extend(leaves[at : at + batch])
        at += batch
    one_by_one = Frontier()
    for leaf in leaves:
        one_by_one = one_by_one.append(leaf)
    assert frontier == one_by_one
    assert frontier.root() == tree.root() == naive_root(leaves)


@pytest.mark.parametrize("size", range(1, 70))
def test_every_leaf_of_every_size_is_proved_and_no_other_leaf(size: int) -> None:
    tree = Tree(LEAVES)
    for index in range(size):
        path = tree.inclusion_path(index, size)
        assert climb(LEAVES[index], index, size, path) == tree.root(size)
        assert climb(LEAVES[(index + 1) % 70], index, size, path) != tree.root(size)


@pytest.mark.parametrize("new", range(1, 70))
def test_every_older_tree_is_proved_consistent_and_no_other_root(new: int) -> None:
    tree = Tree(LEAVES)
    for old in range(1, new + 1):
        path = tree.consistency_path(old, new)
        assert consistent(old, tree.root(old), new, tree.root(new), path)
        assert not consistent(old, b"\x11" * 32, new, tree.root(new), path)
        assert not consistent(old, tree.root(old), new, b"\x11" * 32, path)


def test_the_empty_tree_is_consistent_with_everything_by_an_empty_path() -> None:
    assert consistent(0, EMPTY_ROOT, 5, Tree(LEAVES).root(5), [])
    assert not consistent(0, LEAVES[0], 5, Tree(LEAVES).root(5), [])
    assert not consistent(0, EMPTY_ROOT, 5, Tree(LEAVES).root(5), [LEAVES[0]])
    assert not consistent(0, EMPTY_ROOT, 0, LEAVES[0], [])


def test_an_inner_node_offered_as_an_entry_is_not_its_digest() -> None:
    left, right = LEAVES[0], LEAVES[1]
    assert leaf_digest(left + right) != node_digest(left, right)
    assert leaf_digest(b"\x01" + left + right) != node_digest(left, right)


@given(
    st.binary(max_size=40),
    st.integers(-2, 100),
    st.integers(-2, 100),
    st.lists(st.binary(max_size=33), max_size=9),
)
def test_garbage_proofs_prove_nothing_and_raise_nothing(
    leaf: bytes, index: int, size: int, path: list[bytes]
) -> None:
    assert climb(leaf, index, size, path) != Tree(LEAVES).root()
    assert not consistent(index, leaf, size, leaf, path) or (index == size and not path)


@given(st.binary(max_size=200))
def test_garbage_is_no_frontier_unless_it_spells_one(data: bytes) -> None:
    try:
        frontier = Frontier.from_bytes(data)
    except ValueError:
        return
    assert frontier.to_bytes() == data


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.relative_to(path.parents[2]).as_posix())
def test_public_inclusion_vectors_come_out_as_their_authors_say(path: Path) -> None:
    vector = json.loads(path.read_text())
    proof = [base64.b64decode(part) for part in vector["proof"] or []]
    root = base64.b64decode(vector["root"] or "")
    found = climb(base64.b64decode(vector["leafHash"] or ""), vector["leafIdx"], vector["treeSize"], proof)
    assert (found is not None and found == root) == (not vector["wantErr"])


def test_the_public_vectors_are_there() -> None:
    assert len(VECTORS) > 80


def test_asking_for_what_is_not_in_the_tree_is_a_clear_error() -> None:
    with pytest.raises(ValueError, match="leaf 3 of 3"):
        Tree(LEAVES[:3]).inclusion_path(3)
    with pytest.raises(ValueError, match="4 to 3"):
        Tree(LEAVES[:3]).consistency_path(4, 3)

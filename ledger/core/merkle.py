"""The journal's tree: RFC 6962 / RFC 9162 Merkle trees over SHA-256.

Leaves and nodes are hashed with different first bytes, so neither can be taken for the other. Proofs are checked against a size
and a root that the caller trusts; who vouches for those is not known here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

DIGEST_LENGTH: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
_sha256 = hashlib.sha256


def leaf_digest(entry: bytes) -> bytes:
    """Return SHA-256(0x00 || entry). Source: RFC 9162 section 2.1.1."""
    return _sha256(b"\x00" + entry).digest()


def node_digest(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(0x01 || left || right). Source: RFC 9162 section 2.1.1."""
    return _sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: enough to append and to know the root, and no more.

    Args:
        size: number of leaves.
        nodes: roots of the perfect subtrees that make up the tree, the largest (leftmost) first; one for each bit of ``size``.
    """

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Frontier:
        """Return the frontier with one more leaf digest."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> Frontier:
        """Return the frontier with more leaf digests, in order."""
        size, nodes = self.size, list(self.nodes)
        for leaf in leaves:
            node, rest = leaf, size
            while rest & 1:
                node = _sha256(b"\x01" + nodes.pop() + node).digest()
                rest >>= 1
            nodes.append(node)
            size += 1
        return Frontier(size, tuple(nodes))

    def root(self) -> bytes:
        """Return the RFC 9162 tree head over all leaves."""
        if not self.nodes:
            return EMPTY_ROOT
        *left, root = self.nodes
        for node in reversed(left):
            root = node_digest(node, root)
        return root

    def to_bytes(self) -> bytes:
        """Return size (8 bytes, big-endian) and nodes, end to end."""
        return self.size.to_bytes(8, "big") + b"".join(self.nodes)

    @classmethod
    def from_bytes(cls, data: bytes) -> Frontier:
        """Return the frontier that ``to_bytes`` spelt.

        Raises:
            ValueError: not one node of 32 bytes for each bit of the size.
        """
        size, nodes = int.from_bytes(data[:8], "big"), data[8:]
        if len(data) < 8 or len(nodes) != DIGEST_LENGTH * size.bit_count():
            raise ValueError(
                f"a frontier of size {size} has {size.bit_count()} nodes, {len(nodes)} bytes were given"
            )
        return cls(size, tuple(nodes[at : at + DIGEST_LENGTH] for at in range(0, len(nodes), DIGEST_LENGTH)))


class Tree:
    """A whole tree in memory, level by level, for making proofs: 64 bytes a leaf."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        self.extend(leaves)

    @property
    def size(self) -> int:
        """Return the number of leaves."""
        return len(self._levels[0])

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf digests, in order."""
        self._levels[0].extend(leaves)
        level = 0
        while len(self._levels[level]) > 1:
            if level + 1 == len(self._levels):
                self._levels.append([])
            below, above = self._levels[level], self._levels[level + 1]
            for at in range(2 * len(above), len(below) - 1, 2):
                above.append(_sha256(b"\x01" + below[at] + below[at + 1]).digest())
            level += 1

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first ``size`` leaves (None: all)."""
        size = self.size if size is None else size
        self._require(0 <= size <= self.size, f"size {size} is not within 0 to {self.size}")
        return self._head(0, size) if size else EMPTY_ROOT

    def inclusion_path(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the siblings that prove leaf ``index`` (from 0) in the tree of ``size`` leaves, the leaf's side first.

        Raises:
            ValueError: no such leaf, or no such size. Source: RFC 9162 section 2.1.3.1.
        """
        size = self.size if size is None else size
        self._require(0 <= index < size <= self.size, f"leaf {index} of {size} is not within {self.size}")
        path, start, end = [], 0, size
        while end - start > 1:
            middle = start + _largest_power_below(end - start)
            if index < middle:
                path.append(self._head(middle, end))
                end = middle
            else:
                path.append(self._head(start, middle))
                start = middle
        return path[::-1]

    def consistency_path(self, old_size: int, new_size: int | None = None) -> list[bytes]:
        """Return the nodes that prove that the tree of ``new_size`` leaves only appended to that of ``old_size``.

        Raises:
            ValueError: sizes out of order. Source: RFC 9162 section 2.1.4.1.
        """
        new_size = self.size if new_size is None else new_size
        self._require(
            0 < old_size <= new_size <= self.size, f"{old_size} to {new_size} is not within {self.size}"
        )
        path: list[bytes] = []
        start, end, whole, old = 0, new_size, True, old_size
        while old != end - start:
            half = _largest_power_below(end - start)
            if old <= half:
                path.append(self._head(start + half, end))
                end = start + half
            else:
                path.append(self._head(start, start + half))
                start, old, whole = start + half, old - half, False
        if not whole:
            path.append(self._head(start, end))
        return path[::-1]

    def _head(self, start: int, end: int) -> bytes:
        """Return the root over leaves ``start`` to ``end - 1``, where ``start`` is a multiple of the power above the width."""
        width = end - start
        level = width.bit_length() - 1
        if width == 1 << level:
            return self._levels[level][start >> level]
        half = _largest_power_below(width)
        return node_digest(self._head(start, start + half), self._head(start + half, end))

    @staticmethod
    def _require(right: bool, what: str) -> None:
        if not right:
            raise ValueError(what)


def climb(leaf: bytes, index: int, size: int, siblings: Sequence[bytes]) -> bytes | None:
    """Return the root that ``siblings`` imply for ``leaf``, or None if they cannot fit ``index`` of ``size``.

    Args:
        index: zero-based place among ``size`` leaves.
        siblings: 32-byte digests, leaf's side first; any length is safe to pass.
    Source: RFC 9162 section 2.1.3.2.
    """
    if (
        not 0 <= index < size
        or len(leaf) != DIGEST_LENGTH
        or any(len(one) != DIGEST_LENGTH for one in siblings)
    ):
        return None
    node, last, place = leaf, size - 1, index
    for sibling in siblings:
        if last == 0:
            return None
        if place & 1 or place == last:
            node = node_digest(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = node_digest(node, sibling)
        place, last = place >> 1, last >> 1
    return node if last == 0 else None


def consistent(old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Return whether ``path`` proves that the new tree begins with all of the old one.

    Source: RFC 9162 section 2.1.4.2. From the empty tree everything is consistent, with an empty path.
    """
    if not 0 <= old_size <= new_size or any(len(one) != DIGEST_LENGTH for one in (old_root, new_root, *path)):
        return False
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT and (new_size > 0 or new_root == EMPTY_ROOT)
    if old_size == new_size:
        return not path and old_root == new_root
    nodes = list(path)
    if old_size & (old_size - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes:
        return False
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old, new = nodes[0], nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_digest(node, old), node_digest(node, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_digest(new, node)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _largest_power_below(count: int) -> int:
    """Return the largest power of two smaller than ``count`` (at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)

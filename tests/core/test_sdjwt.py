"""Selective disclosure: every disclosure is used exactly once, or all is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import combinations, count
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.jose import encode_base64url
from ledger.core.sdjwt import (
    SALT_BYTES,
    Disclosed,
    Frame,
    MalformedDisclosure,
    digest_of,
    read_disclosures,
    restore,
    spell,
    split_pattern,
)
from ledger.core.strictjson import Limits

VALUE: dict[str, Any] = {
    "number": "VN-CN 24/02/00123",
    "exporter": {"name": "SAIGON EXAMPLE SEAFOOD JSC", "country": "VN"},
    "items": [{"hsCode": "030462", "fob": "72000.00"}, {"hsCode": "030617", "fob": "100.00"}],
    "invoices": [{"number": "EX-1"}, {"number": "EX-2"}],
}
PATTERNS = ("exporter", "exporter.name", "items[*].fob", "invoices[*]")


def salts() -> Iterator[bytes]:
    return (hashlib.sha256(bytes([number >> 8, number & 255])).digest()[:SALT_BYTES] for number in count())


def hide(value: dict[str, Any], patterns: Sequence[str] = PATTERNS) -> tuple[dict[str, Any], list[bytes]]:
    fresh = salts()
    return Frame(patterns).apply(value, lambda _: next(fresh))


def show(folded: dict[str, Any], disclosures: Sequence[bytes]) -> dict[str, Any]:
    shown = deepcopy(folded)
    restore(shown, read_disclosures(list(disclosures)))
    return shown


def a_disclosure(*contents: Any) -> bytes:
    return encode_base64url(orjson.dumps(list(contents)))


def salt(number: int) -> str:
    return encode_base64url(bytes([number]) * 16).decode()


def code_of_reading(*disclosures: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(MalformedDisclosure) as malformed:
        read_disclosures(disclosures, limits or Limits())
    return malformed.value.code


def code_of_restoring(payload: dict[str, Any], *disclosures: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(MalformedDisclosure) as malformed:
        restore(payload, read_disclosures(disclosures), limits or Limits())
    return malformed.value.code


# --- the algorithm of others -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("disclosure", "digest"),
    [
        # RFC 9901 sections 4.2.1 to 4.2.4: a member, and an element of an array.
        (
            b"WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0",
            "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0",
        ),
        (b"WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0", "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs"),
    ],
)
def test_a_digest_is_that_of_rfc_9901(disclosure: bytes, digest: str) -> None:
    assert digest_of(disclosure) == digest
    assert set(read_disclosures([disclosure])) == {digest}


# --- hiding and showing ------------------------------------------------------------------------------------------


def test_all_disclosures_together_give_the_value_back() -> None:
    folded, disclosures = hide(VALUE)
    assert len(disclosures) == 6
    assert show(folded, disclosures) == VALUE


# What must be disclosed for a member of this name, or an element, to be seen.
NAMED = {
    None: {"invoices[*]"},
    "exporter": {"exporter"},
    "name": {"exporter", "exporter.name"},
    "fob": {"items[*].fob"},
}


@pytest.mark.parametrize("kept", [kept for size in range(5) for kept in combinations(PATTERNS, size)])
def test_whatever_is_withheld_is_gone_and_nothing_else(kept: tuple[str, ...]) -> None:
    folded, disclosures = hide(VALUE)
    names = [name for name, _ in read_disclosures(disclosures).values()]
    chosen = [one for one, name in zip(disclosures, names, strict=True) if NAMED[name] <= set(kept)]
    shown = show(folded, chosen)
    assert ("exporter" in shown) == ("exporter" in kept)
    assert ("name" in shown.get("exporter", {})) == ({"exporter", "exporter.name"} <= set(kept))
    assert all(("fob" in item) == ("items[*].fob" in kept) for item in shown["items"])
    assert len(shown["invoices"]) == (2 if "invoices[*]" in kept else 0)
    assert shown["number"] == VALUE["number"]


def test_neither_values_nor_names_can_be_read_without_their_disclosures() -> None:
    folded, _ = hide(VALUE)
    text = orjson.dumps(folded)
    for hidden in (b"SAIGON", b"exporter", b"72000", b"fob", b"EX-1"):
        assert hidden not in text


def test_digests_stand_in_their_own_order_so_that_they_tell_nothing_of_the_members() -> None:
    folded, _ = hide({"b": 1, "a": 2, "c": 3}, ("a", "b", "c"))
    assert folded["_sd"] == sorted(folded["_sd"])


def test_what_the_value_lacks_is_not_an_error() -> None:
    assert hide({"a": 1}, ("b", "c[*].d")) == ({"a": 1}, [])


def test_the_given_value_is_not_changed() -> None:
    value = deepcopy(VALUE)
    hide(value)
    assert value == VALUE


@given(st.permutations(range(6)))
def test_the_order_of_disclosures_does_not_matter(order: list[int]) -> None:
    folded, disclosures = hide(VALUE)
    assert show(folded, [disclosures[place] for place in order]) == VALUE


def test_what_is_disclosed_and_what_is_withheld_is_told_with_its_place() -> None:
    folded, disclosures = hide(VALUE, ("exporter", "items[*].fob"))
    known = read_disclosures(disclosures)
    digest = next(digest for digest, (name, _) in known.items() if name == "exporter")
    restored = restore(folded, {digest: known[digest]})
    assert restored.disclosed == (Disclosed(("exporter",), digest),)
    assert restored.withheld == (("items", 0), ("items", 1))
    assert [spell(path) for path in restored.withheld] == ["items[0]", "items[1]"]


@given(
    st.recursive(
        st.integers(-9, 9) | st.text("ab", max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        ),
        max_leaves=8,
    ),
    st.sets(st.sampled_from(["a", "b", "c"]), min_size=1),
)
def test_any_value_comes_back(value: Any, names: set[str]) -> None:
    whole = {"a": value, "b": [value], "d": 1}
    folded, disclosures = hide(whole, sorted(names))
    assert show(folded, disclosures) == whole
    assert show(folded, []) == {name: child for name, child in whole.items() if name not in names}


# --- disclosures by themselves -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("disclosure", "code"),
    [
        (b"", "DISCLOSURE_ENCODING"),
        (a_disclosure(salt(1), "a", 1) + b"=", "DISCLOSURE_ENCODING"),
        (b"+" + a_disclosure(salt(1), "a", 1), "DISCLOSURE_ENCODING"),
        (encode_base64url(b"["), "DISCLOSURE_JSON"),
        (encode_base64url(b'["%s","a",1.5]' % salt(1).encode()), "DISCLOSURE_JSON"),
        (encode_base64url(b'["%s","a",{"x":1,"x":2}]' % salt(1).encode()), "DISCLOSURE_JSON"),
        (encode_base64url(f'["{salt(1)}","a","e\u0301"]'.encode()), "DISCLOSURE_JSON"),
        (encode_base64url(b'["%s","a",%s]' % (salt(1).encode(), b"[" * 20 + b"]" * 20)), "DISCLOSURE_JSON"),
        (encode_base64url(b"{}"), "DISCLOSURE_SHAPE"),
        (a_disclosure(salt(1)), "DISCLOSURE_SHAPE"),
        (a_disclosure(salt(1), "a", 1, 2), "DISCLOSURE_SHAPE"),
        (a_disclosure(salt(1), 1, 1), "DISCLOSURE_SHAPE"),
        (a_disclosure("", "a", 1), "SALT_SHORT"),
        (a_disclosure(salt(1)[:-1], "a", 1), "SALT_SHORT"),
        (a_disclosure(1, "a", 1), "SALT_SHORT"),
        (a_disclosure("!" * 22, "a", 1), "SALT_SHORT"),
        (a_disclosure(salt(1), "_sd", ["x"]), "DISCLOSURE_NAME"),
        (a_disclosure(salt(1), "...", "x"), "DISCLOSURE_NAME"),
        (a_disclosure(salt(1), "_sd_alg", "none"), "DISCLOSURE_NAME"),
    ],
)
def test_a_malformed_disclosure_is_refused_by_name(disclosure: bytes, code: str) -> None:
    assert code_of_reading(a_disclosure(salt(9), "good", 1), disclosure) == code


def test_the_same_disclosure_twice_is_refused() -> None:
    one = a_disclosure(salt(1), "a", 1)
    assert code_of_reading(one, one) == "DISCLOSURE_TWICE"


def test_one_salt_for_two_disclosures_is_refused() -> None:
    assert code_of_reading(a_disclosure(salt(1), "a", 1), a_disclosure(salt(1), "b", 1)) == "SALT_TWICE"


def test_more_disclosures_than_the_limit_are_refused_unread() -> None:
    assert code_of_reading(*[b"!"] * 5, limits=Limits(disclosures=4)) == "TOO_MANY_DISCLOSURES"


# --- disclosures in their places ---------------------------------------------------------------------------------

MEMBER = a_disclosure(salt(1), "a", 1)
ELEMENT = a_disclosure(salt(2), 7)
STRANGE = "A" * 43


@pytest.mark.parametrize(
    ("payload", "disclosures", "code"),
    [
        ({"b": 1}, [MEMBER], "DISCLOSURE_UNREFERENCED"),
        ({"_sd": [STRANGE]}, [MEMBER], "DISCLOSURE_UNREFERENCED"),
        ({"a": digest_of(MEMBER)}, [MEMBER], "DISCLOSURE_UNREFERENCED"),
        ({"_sd": [digest_of(MEMBER), digest_of(MEMBER)]}, [MEMBER], "DIGEST_TWICE"),
        ({"_sd": [digest_of(MEMBER)], "b": {"_sd": [digest_of(MEMBER)]}}, [MEMBER], "DIGEST_TWICE"),
        ({"_sd": [STRANGE], "b": [{"...": STRANGE}]}, [], "DIGEST_TWICE"),
        ({"_sd": [digest_of(MEMBER)], "a": 2}, [MEMBER], "DISCLOSURE_OVERWRITES"),
        ({"_sd": [digest_of(ELEMENT)]}, [ELEMENT], "DISCLOSURE_SHAPE"),
        ({"b": [{"...": digest_of(MEMBER)}]}, [MEMBER], "DISCLOSURE_SHAPE"),
        ({"_sd": "x"}, [], "DIGEST_SHAPE"),
        ({"_sd": []}, [], "DIGEST_SHAPE"),
        ({"_sd": [1]}, [], "DIGEST_SHAPE"),
        ({"_sd": [STRANGE[:-1]]}, [], "DIGEST_SHAPE"),
        ({"b": [{"...": 1}]}, [], "DIGEST_SHAPE"),
        ({"b": [{"...": STRANGE, "c": 1}]}, [], "DIGEST_PLACE"),
        ({"b": {"...": STRANGE}}, [], "DIGEST_PLACE"),
        ({"...": STRANGE}, [], "DIGEST_PLACE"),
    ],
)
def test_digests_and_disclosures_that_do_not_fit_are_refused_by_name(
    payload: dict[str, Any], disclosures: list[bytes], code: str
) -> None:
    assert code_of_restoring(payload, *disclosures) == code


def test_a_disclosure_within_a_disclosure_counts_as_referred_to_only_with_its_outer_one() -> None:
    inner = a_disclosure(salt(3), "name", "X")
    outer = a_disclosure(salt(4), "exporter", {"_sd": [digest_of(inner)]})
    payload = {"_sd": [digest_of(outer)]}
    assert show(payload, [inner, outer]) == {"exporter": {"name": "X"}}
    assert code_of_restoring(payload, inner) == "DISCLOSURE_UNREFERENCED"


def test_a_circle_of_disclosures_cannot_be_made_so_depth_comes_from_nesting_and_is_bounded() -> None:
    within = a_disclosure(salt(0), "x", 1)
    chain = [within]
    for number in range(1, 9):
        within = a_disclosure(salt(number), "x", {"_sd": [digest_of(within)]})
        chain.append(within)
    payload = {"_sd": [digest_of(within)]}
    assert show(payload, chain)["x"]["x"]["x"]
    assert code_of_restoring(deepcopy(payload), *chain, limits=Limits(depth=4)) == "TOO_DEEP"


# --- frames ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern", ["", ".", "a.", ".a", "a[", "a[]", "a[x]", "a[*", "a[*]b", "_sd", "a.....b", "a._sd_alg"]
)
def test_what_is_not_a_path_is_refused(pattern: str) -> None:
    with pytest.raises(MalformedDisclosure) as malformed:
        split_pattern(pattern)
    assert malformed.value.code == "NOT_A_PATH"


@pytest.mark.parametrize(("value", "pattern"), [({"a": 1}, "a.b"), ({"a": {}}, "a[*]"), ({"a": [1]}, "a.b")])
def test_a_frame_that_does_not_fit_the_value_is_refused(value: dict[str, Any], pattern: str) -> None:
    with pytest.raises(MalformedDisclosure) as malformed:
        hide(value, (pattern,))
    assert malformed.value.code == "FRAME"


@pytest.mark.parametrize(
    ("given_salts", "code"), [([b"x" * 15] * 2, "SALT_SHORT"), ([b"x" * 16] * 2, "SALT_TWICE")]
)
def test_bad_salts_are_refused_when_hiding(given_salts: list[bytes], code: str) -> None:
    source = iter(given_salts)
    with pytest.raises(MalformedDisclosure) as malformed:
        Frame(("a", "b")).apply({"a": 1, "b": 2}, lambda _: next(source))
    assert malformed.value.code == code

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.core.verdict import Verdict, Word
from tests.certificates import a_certificate, an_item
from tests.questions import FRESH, Presented, a_licence, a_token, code_is_found, message_of

KILOGRAMS = {"kind": "NET_MASS", "value": "100000", "unit": "KGM"}


def declaring(presented: Presented, **item: Any) -> Verdict:
    declared = {"sequence": 1, "hsCode": "03046200", **item}
    return presented.declared(country="VN", items=[declared]).verdict()


def tonnes(value: str) -> list[dict[str, str]]:
    return [{"kind": "NET_MASS", "value": value, "unit": "TNE"}]


@pytest.mark.parametrize(("declared", "exceeds"), [("100", False), ("105", False), ("105.000001", True)])
def test_a_licence_is_matched_or_not_exceeded_but_for_its_tolerance(declared: str, exceeds: bool) -> None:
    licence = a_licence(tolerancePct=5).used(authorised=100, economies=("VN",), tolerance=5)
    verdict = declaring(licence, quantities=tonnes(declared))
    assert code_is_found(verdict, "R16", "DATA") is exceeds
    assert code_is_found(verdict, "R12", "USAGE") is exceeds


def test_a_quantity_in_kilograms_is_held_against_one_in_tonnes() -> None:
    assert not declaring(a_licence(), quantities=[KILOGRAMS]).codes().count("R16")
    more = {**KILOGRAMS, "value": "100000.001"}
    verdict = declaring(a_licence(), quantities=[more])
    assert message_of(verdict, "R16") == "Item 1: declared 100.000001 t, certified 100 t."


@pytest.mark.parametrize(("amount", "exceeds"), [("5000", False), ("5000.01", True)])
def test_a_licence_kept_in_value_is_held_against_the_customs_value(amount: str, exceeds: bool) -> None:
    line = {"balanceKind": "VALUE", "value": {"amount": "5000", "currency": "USD"}, "quantities": []}
    licence = a_licence(line=line).used(authorised=5000, unit="USD", economies=("VN",))
    verdict = declaring(licence, customsValue={"amount": amount, "currency": "USD"})
    assert code_is_found(verdict, "R16", "DATA") is exceeds
    assert code_is_found(verdict, "R12", "USAGE") is exceeds


def test_a_value_in_another_currency_is_not_converted() -> None:
    line = {"balanceKind": "VALUE", "value": {"amount": "5000", "currency": "USD"}, "quantities": []}
    licence = a_licence(line=line).used(authorised=5000, unit="USD", economies=("VN",))
    verdict = declaring(licence, customsValue={"amount": "1", "currency": "CNY"})
    assert "declared in CNY, the balance of line 1 is kept in USD" in message_of(verdict, "R14")


def test_a_licence_without_quantities_is_compared_with_none() -> None:
    licence = a_licence(line={"quantities": [], "balanceKind": None}).used()
    assert not code_is_found(declaring(licence, quantities=tonnes("500")), "R14", "DATA")


# --- several items, several kinds ------------------------------------------------------------------------------------


def mass(kind: str, tonnes: int, unit: str = "TNE") -> dict[str, str]:
    return {"kind": kind, "value": str(tonnes * 1000 if unit == "KGM" else tonnes), "unit": unit}


def on_one_item(certified: list[dict[str, str]], *declared: list[dict[str, str]], **claims: Any) -> Verdict:
    """The verdict on a certificate with one item, which all declared items claim."""
    item = an_item(quantities=certified)
    presented = Presented(token=a_token(a_certificate(**FRESH, items=[item]), claims=claims)).anchor()
    items = [
        {
            "sequence": place,
            "certificateItem": 1,
            "hsCode": "030462",
            "originCountry": "VN",
            "quantities": quantities,
        }
        for place, quantities in enumerate(declared, start=1)
    ]
    return presented.declared(items=items).verdict()


def refers(verdict: Verdict) -> bool:
    return any(item.word is Word.REFER for item in verdict.items)


NET, GROSS, OTHER = "NET_MASS", "GROSS_MASS", "OTHER"
BOTH = [mass(NET, 24), mass(GROSS, 26)]


def test_items_that_declare_different_kinds_of_one_certified_mass_are_added_up() -> None:
    verdict = on_one_item([mass(NET, 24)], [mass(NET, 20)], [mass(OTHER, 20, "KGM")])
    assert message_of(verdict, "R16") == "Item 2: declared 40 t, certified 24 t."
    assert refers(on_one_item(BOTH, [mass(NET, 20)], [mass(GROSS, 20)]))
    assert refers(on_one_item([mass(NET, 24)], [mass(NET, 20)], [mass(GROSS, 20)]))


def test_gross_mass_beside_a_certified_net_mass_is_not_more_of_it() -> None:
    assert on_one_item([mass(NET, 24)], [mass(NET, 24), mass(GROSS, 26)]).word is Word.ACCEPT


def test_gross_mass_alone_is_not_called_more_than_a_certified_net_mass_but_not_compared() -> None:
    verdict = on_one_item([mass(NET, 24)], [mass(GROSS, 26)])
    assert refers(verdict)
    assert not code_is_found(verdict, "R16", "DATA")
    assert "declared 26 t, gross mass counted in, certified 24 t of another kind" in message_of(
        verdict, "X51"
    )
    assert on_one_item([mass(NET, 24)], [mass(GROSS, 24)]).word is Word.ACCEPT


def test_items_in_units_that_cannot_be_added_up_are_referred() -> None:
    pieces = {"kind": "SUPPLEMENTARY", "value": "1200", "unit": "NMB"}
    verdict = on_one_item([mass(NET, 24), pieces], [mass(NET, 20)], [pieces])
    assert (
        message_of(verdict, "R14") == "Items 1, 2 claim one certified item in units that cannot be added up."
    )
    assert refers(verdict)
    together = [mass(NET, 12), {**pieces, "value": "600"}]
    assert on_one_item([mass(NET, 24), pieces], together, together).word is Word.ACCEPT


_SHARES = st.lists(
    st.tuples(st.sampled_from([NET, OTHER]), st.integers(1, 20), st.sampled_from(["TNE", "KGM"])),
    min_size=1,
    max_size=4,
)


@given(_SHARES)
def test_however_a_mass_is_split_over_items_only_its_sum_decides(shares: list[tuple[str, int, str]]) -> None:
    verdict = on_one_item([mass(NET, 24)], *([mass(*share)] for share in shares))
    assert code_is_found(verdict, "R16", "DATA") is (sum(tonnes for _, tonnes, _ in shares) > 24)


_MASSES = st.lists(
    st.tuples(st.integers(1, 20), st.integers(0, 5), st.sampled_from(["net", "gross", "both"])),
    min_size=1,
    max_size=4,
)


@given(_MASSES, st.sampled_from([[mass(NET, 24)], [mass(GROSS, 24)], [mass(NET, 24), mass(GROSS, 24)]]))
def test_goods_of_more_net_mass_than_any_certified_mass_never_pass(
    goods: list[tuple[int, int, str]], certified: list[dict[str, str]]
) -> None:
    """Whichever masses are declared of the goods: their gross mass is never less than their net mass."""
    declared = [
        [
            *([mass(NET, net)] if given != "gross" else []),
            *([mass(GROSS, net + packing)] if given != "net" else []),
        ]
        for net, packing, given in goods
    ]
    if sum(net for net, _, _ in goods) > 24:
        assert refers(on_one_item(certified, *declared))


@given(_MASSES)
def test_goods_that_declare_both_masses_within_both_certified_ones_pass(
    goods: list[tuple[int, int, str]],
) -> None:
    net, packing = sum(one[0] for one in goods), sum(one[1] for one in goods)
    declared = [[mass(NET, one), mass(GROSS, one + more)] for one, more, _ in goods]
    assert on_one_item([mass(NET, net), mass(GROSS, net + packing)], *declared).word is Word.ACCEPT
    assert on_one_item([mass(NET, net)], *declared).word is Word.ACCEPT


# --- what is left out, and the agreement's unit ----------------------------------------------------------------------


def test_a_quantity_that_is_not_declared_is_told_as_not_compared() -> None:
    verdict = on_one_item(BOTH, [])
    assert verdict.word is Word.ACCEPT_WITH_REMARKS
    assert message_of(verdict, "X51") == "Item 1: no quantity is declared, so none was compared."


def test_where_the_agreement_asks_for_the_certified_unit_another_one_is_referred() -> None:
    def asking_for_the_unit(*quantities: dict[str, str]) -> Verdict:
        item = an_item(quantities=[mass(NET, 24)])
        presented = Presented(token=a_token(a_certificate(**FRESH, items=[item]))).anchor()
        declared = {"sequence": 1, "hsCode": "030462", "originCountry": "VN", "quantities": list(quantities)}
        return presented.profiled("RCEP", unitMustMatch=True).declared(items=[declared]).verdict()

    verdict = asking_for_the_unit(mass(NET, 24, "KGM"))
    assert message_of(verdict, "R14") == (
        "Item 1: declared in KGM, certified in TNE; the agreement asks for the same unit."
    )
    assert refers(verdict)
    assert refers(asking_for_the_unit())
    pieces = {"kind": "SUPPLEMENTARY", "value": "9", "unit": "NAR"}
    assert not refers(asking_for_the_unit(mass(NET, 24), pieces))

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.documents.validation import validate
from ledger.core.problems import Severity
from ledger.errors import Rejected
from ledger.importers.edi3 import ImportReport, Outcome, import_edi3
from tests.certificates import a_foreign_certificate, the_reference

LINE = "supplyChainConsignment.includedConsignmentItems[{}].tradeLineItems[{}]"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.[]", max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


def imported(document: dict[str, Any] | None = None, issuer: str | None = None) -> ImportReport:
    source = orjson.dumps(a_foreign_certificate() if document is None else document)
    return import_edi3(source, the_reference(), issuer=issuer)


def leaves(node: Any) -> int:
    """Return how many leaves a tree has; empty objects and arrays count."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return sum(map(leaves, children)) if children else 1


def row(path: str) -> tuple[Outcome, str, str]:
    (found,) = (row for row in imported().rows if row.source_path == path)
    return found.outcome, found.target_path, found.value


def paths_of(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [path] if path else []
    if isinstance(node, dict):
        found += [deep for name, child in node.items() for deep in paths_of(child, (*path, name))]
    elif isinstance(node, list):
        found += [deep for index, child in enumerate(node) for deep in paths_of(child, (*path, index))]
    return found


def test_every_leaf_of_the_source_has_exactly_one_row() -> None:
    paths = [row.source_path for row in imported().rows if row.outcome is not Outcome.DERIVED]
    assert len(paths) == len(set(paths)) == leaves(a_foreign_certificate())


def test_the_real_certificate_is_valid_with_warnings_only() -> None:
    certificate, found = validate(imported().certificate, the_reference(), today=date(2026, 11, 23))
    assert certificate is not None
    assert {(problem.path, problem.code, problem.severity) for problem in found} == {
        ("invoices[1].date", "INVOICE_AFTER_ISSUE", Severity.WARNING),
        ("validUntil", "ALREADY_EXPIRED", Severity.WARNING),
    }


def test_the_real_certificate_maps_to_a_chafta_certificate_that_ran_out_in_2021() -> None:
    certificate = imported().certificate
    assert certificate["agreementCode"] == "CHAFTA"
    assert certificate["certificateNumber"] == "WBC208899"
    assert (certificate["issueDate"], certificate["validUntil"]) == ("2020-06-03", "2021-06-02")
    assert certificate["issuer"] == {"id": "wfa.org.au", "country": "AU", "office": "AUADL"}
    assert [item["originCriterion"]["code"] for item in certificate["items"]] == ["WP", "WP", "PSR"]


def test_weights_written_as_text_become_exact_quantities_and_are_warned_about() -> None:
    path = LINE.format(0, 0) + ".transportPackages[0].grossWeight"
    assert row(path) == (Outcome.WARNED, "items[0].quantities[0]", "450 KGM")
    assert imported().certificate["items"][0]["quantities"] == [
        {"kind": "GROSS_MASS", "value": "900", "unit": "KGM"},
        {"kind": "OTHER", "value": "1.10", "unit": "MTQ"},
    ]


def test_dots_leave_the_hs_code() -> None:
    path = LINE.format(1, 0) + ".tradeProduct.harmonisedTariffCode.classCode"
    assert row(path) == (Outcome.CONVERTED, "items[2].hsCode", "220421")


def test_a_prefix_leaves_an_identifier_and_is_noted() -> None:
    (found,) = (row for row in imported().rows if row.source_path == "supplyChainConsignment.exporter.iD")
    assert (found.value, found.note) == ("55004094599", "prefix abr.gov.au:abn: removed")


@pytest.mark.parametrize(
    "path",
    [
        LINE.format(1, 0) + ".invoiceReference.formattedIssueDateTime",
        "secondSignatoryAuthentication.actualDateTime",
        "supplyChainConsignment.unloadingBaseportLocation.name",
        "supplyChainConsignment.mainCarriageTransportMovement.information",
        "supplyChainConsignment.includedConsignmentItems[0].information",
    ],
)
def test_each_fault_of_the_real_certificate_is_warned_about(path: str) -> None:
    assert row(path)[0] is Outcome.WARNED


def test_the_faultless_leaves_are_not_warned_about() -> None:
    assert row("supplyChainConsignment.loadingBaseportLocation.name")[0] is Outcome.DROPPED
    assert row("firstSignatoryAuthentication.actualDateTime")[0] is Outcome.CONVERTED


def test_lines_of_one_invoice_share_it() -> None:
    certificate = imported().certificate
    assert [invoice["number"] for invoice in certificate["invoices"]] == ["1122345", "8877654"]
    assert [item["invoiceRefs"] for item in certificate["items"]] == [[0], [0], [1]]


def test_the_caller_may_name_the_issuing_member() -> None:
    report = imported(issuer="AU-ACCI")
    assert report.certificate["issuer"]["id"] == "AU-ACCI"
    (found,) = (row for row in report.rows if row.source_path == "issuer.iD")
    assert "wfa.org.au" in found.note


def test_an_amount_that_cannot_be_read_is_warned_about_and_left_out() -> None:
    document = a_foreign_certificate()
    packages = document["supplyChainConsignment"]["includedConsignmentItems"][1]["tradeLineItems"][0]
    packages["transportPackages"][0]["grossWeight"] = "about half a ton"
    report = imported(document)
    assert {"kind": "GROSS_MASS", "value": "465", "unit": "KGM"} in report.certificate["items"][2][
        "quantities"
    ]
    assert report.count(Outcome.WARNED) == imported().count(Outcome.WARNED)


def test_a_member_that_nobody_knows_is_reported_as_dropped() -> None:
    document = {**a_foreign_certificate(), "a.b": 1, "a": {"b": 2, "c": []}}
    rows = {row.source_path: row.outcome for row in imported(document).rows}
    assert {rows[path] for path in ('["a.b"]', "a.b", "a.c")} == {Outcome.DROPPED}


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"supplyChainConsignment":[]}', b'{"a":1.5}', b"\xff"])
def test_what_is_not_an_edi3_certificate_is_rejected(data: bytes) -> None:
    with pytest.raises(Rejected) as caught:
        import_edi3(data, the_reference())
    assert caught.value.problems


@given(st.sampled_from(paths_of(a_foreign_certificate())), JSON)
@settings(max_examples=200)
def test_a_certificate_with_any_one_member_spoilt_loses_no_leaf(
    path: tuple[str | int, ...], value: Any
) -> None:
    document: Any = a_foreign_certificate()
    node = document
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    try:
        report = imported(document)
    except Rejected:
        return
    counts = Counter(row.source_path for row in report.rows if row.outcome is not Outcome.DERIVED)
    assert set(counts.values()) == {1}
    assert len(counts) == leaves(document)
    validate(report.certificate, the_reference())

from __future__ import annotations

from typing import Any

import pytest

from ledger.core.documents.agreement_rules import complete
from ledger.core.documents.validation import validate
from ledger.core.problems import Severity
from tests.certificates import a_certificate, an_item, the_reference, with_item

ERROR, WARNING = Severity.ERROR, Severity.WARNING


def under(
    agreement: str, issuer: str, destination: str, criterion: str = "WO", **changes: Any
) -> dict[str, Any]:
    """Return a valid certificate of ``issuer`` under another agreement."""
    item = an_item(originCountry={"country": issuer}, originCriterion={"code": criterion})
    parties = {
        "issuer": {"id": f"{issuer}-BODY", "country": issuer},
        "destinationCountry": destination,
        "exporter": {"name": "EXAMPLE", "country": issuer},
    }
    return a_certificate(**{"agreementCode": agreement, **parties, "items": [item], **changes})


def shipped(day: str, **changes: Any) -> dict[str, Any]:
    return under("ATIGA", "VN", "SG", transport={"departureDate": day}, **changes)


@pytest.mark.parametrize(
    ("document", "path", "code", "severity"),
    [
        (a_certificate(documentTypeCode="999"), "documentTypeCode", "DOCUMENT_TYPE_UNKNOWN", ERROR),
        (a_certificate(documentTypeCode="861"), "documentTypeCode", "AGREEMENT_TYPE_MISMATCH", ERROR),
        (a_certificate(agreementCode="MOON"), "agreementCode", "AGREEMENT_UNKNOWN", ERROR),
        (a_certificate(agreementCode=None), "agreementCode", "AGREEMENT_MISSING", ERROR),
        (
            a_certificate(
                issueDate="2019-03-04",
                validUntil="2020-03-03",
                invoices=[{"number": "1"}],
                certification={},
                transport=None,
            ),
            "issueDate",
            "AGREEMENT_NOT_IN_FORCE",
            ERROR,
        ),
        (a_certificate(destinationCountry="US"), "destinationCountry", "NOT_A_PARTY", ERROR),
        (with_item(originCountry={"country": "IN"}), "items[0].originCountry.country", "NOT_A_PARTY", ERROR),
        (a_certificate(destinationCountry="VN"), "destinationCountry", "DESTINATION_IS_ORIGIN", WARNING),
        (
            with_item(originCriterion={"code": "WP"}),
            "items[0].originCriterion.code",
            "CRITERION_UNKNOWN",
            ERROR,
        ),
        (with_item(originCriterion=None), "items[0].originCriterion", "CRITERION_MISSING", ERROR),
        (with_item(originCriterion={"code": "RVC"}), "items[0].fob", "FOB_MISSING", WARNING),
        (with_item(fob={"amount": "1", "currency": "USD"}), "items[0].fob", "FOB_NOT_PROVIDED", WARNING),
        (a_certificate(certification=None), "certification", "CERTIFICATION_MISSING", WARNING),
        (a_certificate(validUntil="2024-03-03"), "validUntil", "VALIDITY_ENDS_BEFORE_ISSUE", ERROR),
        (
            a_certificate(validFrom="2024-05-01", validUntil="2024-04-01"),
            "validUntil",
            "VALIDITY_ENDS_BEFORE_START",
            ERROR,
        ),
        (a_certificate(validFrom="2024-03-01"), "validFrom", "VALID_BEFORE_ISSUE", WARNING),
        (a_certificate(validUntil="2025-03-04"), "validUntil", "VALIDITY_TOO_LONG", WARNING),
        (
            a_certificate(invoices=[{"number": "1", "date": "2024-03-05"}]),
            "invoices[0].date",
            "INVOICE_AFTER_ISSUE",
            WARNING,
        ),
        (
            a_certificate(certification={"date": "2024-03-05"}),
            "certification.date",
            "CERTIFIED_AFTER_ISSUE",
            WARNING,
        ),
        (
            a_certificate(exporterDeclaration={"date": "2024-03-05"}),
            "exporterDeclaration.date",
            "DECLARED_AFTER_ISSUE",
            WARNING,
        ),
        (
            a_certificate(invoices=[{"number": "1", "date": "2024-13-01"}]),
            "invoices[0].date",
            "DATE_INVALID",
            ERROR,
        ),
        (shipped("2024-02-28"), "flags", "RETRO_MARK_MISSING", WARNING),
        (shipped("2022-02-28", flags=["ISSUED_RETROACTIVELY"]), "issueDate", "ISSUED_TOO_LATE", WARNING),
        (shipped("2024-03-08", flags=["ISSUED_RETROACTIVELY"]), "flags", "RETRO_MARK_UNFOUNDED", WARNING),
        (
            a_certificate(flags=["ISSUED_RETROACTIVELY"], transport=None),
            "transport.departureDate",
            "SHIPMENT_DATE_MISSING",
            WARNING,
        ),
        (
            under("ATIGA", "VN", "SG", "RVC"),
            "items[0].originCriterion.percent",
            "CRITERION_PERCENT_MISSING",
            WARNING,
        ),
        (
            under(
                "CNKR",
                "CN",
                "KR",
                flags=["BACK_TO_BACK"],
                references=[{"relation": "BACK_TO_BACK_OF", "issuerId": "X", "number": "1"}],
            ),
            "flags",
            "FLAG_NOT_PROVIDED",
            WARNING,
        ),
    ],
)
def test_each_rule_names_the_place_and_how_bad_it_is(
    document: dict[str, Any], path: str, code: str, severity: Severity
) -> None:
    found = [
        (problem.path, problem.code, problem.severity) for problem in validate(document, the_reference())[1]
    ]
    assert (path, code, severity) in found
    assert len(found) == 1 + (
        code == "CRITERION_PERCENT_MISSING"
    )  # an RVC without percentage has no FOB either


@pytest.mark.parametrize("day", ["2024-03-01", "2024-03-04", "2024-03-20"])
def test_a_shipment_within_the_days_of_grace_needs_no_mark(day: str) -> None:
    assert validate(shipped(day), the_reference())[1] == []


def test_a_form_of_twenty_items_warns_about_the_twenty_first() -> None:
    items = [an_item(sequence=place + 1, originCountry={"country": "NZ"}) for place in range(21)]
    document = under("CNNZ", "NZ", "CN", items=items, totalPackages=21 * 1200)
    assert [problem.code for problem in validate(document, the_reference())[1]] == ["ITEMS_ABOVE_FORM"]


def test_a_non_preferential_certificate_needs_neither_agreement_nor_criterion() -> None:
    item = an_item(originCriterion=None)
    document = a_certificate(
        documentTypeCode="861", agreementCode=None, destinationCountry="AE", items=[item]
    )
    assert validate(document, the_reference())[1] == []


def test_nothing_is_derived_over_what_is_there() -> None:
    document = complete(a_certificate(validUntil="2024-06-01", destinationCountry="JP"), the_reference())
    assert (document["validUntil"], document["destinationCountry"]) == ("2024-06-01", "JP")


def test_nothing_is_derived_from_an_unreadable_date_or_an_unknown_agreement() -> None:
    assert "validUntil" not in complete(a_certificate(validUntil=None, issueDate="soon"), the_reference())
    assert "validUntil" not in complete(a_certificate(validUntil=None, agreementCode="MOON"), the_reference())


def test_a_retroactive_chafta_certificate_is_derived_to_run_from_the_shipment() -> None:
    document = under(
        "CHAFTA", "AU", "CN", "WP",
        validUntil=None, flags=["ISSUED_RETROACTIVELY"], transport={"departureDate": "2023-12-01"},
    )  # fmt: skip
    assert complete(document, the_reference())["validUntil"] == "2024-11-30"

from __future__ import annotations

import orjson
import pytest

from ledger.core.documents.origin import Certificate
from ledger.core.documents.shape import read_tree, shape_problems, shown, spell, walk_texts, without_doubles
from ledger.core.problems import Problem, Severity
from tests.certificates import a_certificate, an_item, with_item


def refusals(document: object) -> dict[str, tuple[str, str]]:
    try:
        Certificate.model_validate_json(orjson.dumps(document))
    except ValueError as error:
        found = shape_problems(error)  # type: ignore[arg-type]
        return {problem.path: (problem.code, problem.expectation) for problem in found}
    return {}


@pytest.mark.parametrize(
    ("document", "path", "code"),
    [
        (a_certificate(issuer=None), "issuer", "MISSING"),
        (a_certificate(surprise=1), "surprise", "UNKNOWN_MEMBER"),
        (a_certificate(exporter={"name": ""}), "exporter.name", "EMPTY"),
        (a_certificate(exporter={"name": "x" * 257}), "exporter.name", "TOO_LONG"),
        (a_certificate(items=[]), "items", "EMPTY"),
        (a_certificate(issueKind="COPY"), "issueKind", "CODE_UNKNOWN"),
        (a_certificate(issueDate="4.3.2024"), "issueDate", "MALFORMED"),
        (a_certificate(totalPackages=-1), "totalPackages", "OUT_OF_RANGE"),
        (a_certificate(totalPackages="7"), "totalPackages", "WRONG_TYPE"),
        (with_item(hsCode="0304.62"), "items[0].hsCode", "MALFORMED"),
        (
            with_item(quantities=[{"kind": "OTHER", "value": 5, "unit": "KGM"}]),
            "items[0].quantities[0].value",
            "WRONG_TYPE",
        ),
    ],
)
def test_a_refusal_names_place_and_rule(document: object, path: str, code: str) -> None:
    assert refusals(document)[path][0] == code


def test_a_malformed_member_is_told_its_form() -> None:
    document = a_certificate(issueDate="soon", items=[an_item(hsCode="wine")])
    found = refusals(document)
    assert found["issueDate"][1] == "a day such as 2024-03-04"
    assert found["items[0].hsCode"][1] == "six to ten digits"


def test_a_mapping_that_bytes_could_not_spell_is_refused() -> None:
    assert read_tree({"a": 1.5})[2][0].code == "FLOAT"
    assert read_tree({"a": object()})[2][0].code == "NOT_JSON"


def test_a_path_is_spelt_with_brackets_and_dots() -> None:
    assert spell(("items", 2, "originCountry", "country")) == "items[2].originCountry.country"
    assert spell(()) == ""


def test_long_and_invisible_values_are_shown_safely() -> None:
    assert len(shown("x" * 500)) == 80
    assert shown("a\u202eb") == "a\\u202eb"
    assert (shown({"a": 1}), shown(12), shown(None)) == ("an object", "12", "null")


def test_the_second_finding_about_a_place_is_left_out() -> None:
    first, second, third = Problem("a", "", "x"), Problem("a", "", "y"), Problem("b", "", "z")
    assert without_doubles([first], [second, third]) == [first, third]


def test_a_warning_does_not_hide_an_error_about_the_same_place() -> None:
    warning, error = Problem("a", "", "x", Severity.WARNING), Problem("a", "", "y")
    assert without_doubles([warning], [error]) == [warning, error]


def test_every_text_is_walked_with_its_path() -> None:
    tree = {"a": "x", "b": [{"c": "y"}, 1, "z"]}
    assert dict(walk_texts(tree)) == {"a": "x", "b[0].c": "y", "b[2]": "z"}

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.core.documents.validation import validate
from ledger.core.numbers import normalise
from ledger.importers.csv_rows import read_rows
from ledger.samples import (
    SHIPPED,
    certificates,
    entries,
    issuers,
    licences,
    shipped,
    shipped_others,
    write,
)
from scripts import generate_samples, make_schemas
from tests.certificates import the_reference

FOLDER = Path(__file__).parent.parent / "docs" / "samples"
MANY = list(certificates(the_reference(), 11, 1500, issuers()))


def test_every_sample_is_valid_without_any_problem() -> None:
    problems = [problem for document in MANY for problem in validate(document, the_reference())[1]]
    assert problems == []


def test_the_same_seed_gives_the_same_samples_and_another_others() -> None:
    first, again, other = (list(certificates(the_reference(), seed, 40)) for seed in (5, 5, 6))
    assert first == again
    assert not {x["certificateNumber"] for x in first} & {x["certificateNumber"] for x in other}


def test_samples_cover_all_agreements_and_many_sizes_and_scripts() -> None:
    assert {document["agreementCode"] for document in MANY} == set(the_reference().agreements)
    sizes = [len(document["items"]) for document in MANY]
    assert min(sizes) == 1
    assert 40 < max(sizes) <= 120
    scripts = {
        unicodedata.name(sign, "?").split()[0]
        for d in MANY
        for sign in d["exporter"]["name"] + d["consignee"]["name"]
    }
    assert {"LATIN", "CJK", "HANGUL", "THAI", "ARABIC", "DEVANAGARI"} <= scripts


def test_no_two_samples_of_an_issuer_share_a_number() -> None:
    numbers = {(document["issuer"]["id"], normalise(document["certificateNumber"])) for document in MANY}
    assert len(numbers) == len(MANY)


def test_by_default_the_two_bodies_of_the_demonstration_issue_in_turn() -> None:
    assert [d["issuer"]["id"] for d in certificates(the_reference(), 1, 4)] == ["VN-VCCI", "AU-ACCI"] * 2


def test_the_shipped_samples_are_what_the_script_writes() -> None:
    found = {path.name: path.read_bytes() for path in FOLDER.glob("*.json")}
    assert found == {
        name: write(document) for name, document in [*shipped(the_reference()), *shipped_others()]
    }
    assert len(found) == SHIPPED + 10


@pytest.mark.parametrize("issuer", sorted(generate_samples.known_issuers("licence") - {"FR-FAM"}))
def test_every_made_licence_is_valid_without_any_problem(issuer: str) -> None:
    for document in licences(11, 60, issuer):
        found, problems = validate(document, the_reference())
        assert problems == []
        assert found is not None
        assert found.to_dict() == document


@pytest.mark.parametrize("issuer", sorted(generate_samples.known_issuers("aeo")))
def test_every_made_entry_is_valid_without_any_problem(issuer: str) -> None:
    for document in entries(11, 60, issuer):
        found, problems = validate(document, the_reference())
        assert problems == []
        assert found is not None
        assert found.to_dict() == document


@pytest.mark.parametrize("make", [licences, entries])
def test_no_two_made_documents_of_an_issuer_share_a_number(make: Any) -> None:
    made = [*make(5, 200), *make(6, 200)]
    codes = [normalise(code) for one in made for code in (one["certificateNumber"], *one.get("aliases", ()))]
    assert len(set(codes)) == len(codes)
    assert list(make(5, 200)) == made[:200]


def test_an_issuer_without_samples_is_told() -> None:
    with pytest.raises(ValueError, match="by NZ-CHAMBER"):
        list(licences(1, 1, "NZ-CHAMBER"))
    with pytest.raises(SystemExit):
        generate_samples.main(["--count", "1", "--out", "x", "--issuer", "NOBODY"])


def test_the_script_writes_licences_and_entries(tmp_path: Path) -> None:
    out = tmp_path / "samples.jsonl"
    for kind, code in (("licence", "911"), ("aeo", "879")):
        assert generate_samples.main(["--kind", kind, "--count", "4", "--out", str(out)]) == 0
        lines = [orjson.loads(line) for line in out.read_bytes().splitlines()]
        assert [line["documentTypeCode"] for line in lines] == [code] * 4


def test_the_shipped_table_holds_the_samples_it_names() -> None:
    with (FOLDER / generate_samples.TABLE).open("rb") as file:
        rows = [data for _, data in read_rows(file.readline)]
    assert all(isinstance(one, bytes) for one in rows)
    wanted = [orjson.loads((FOLDER / name).read_bytes()) for name in generate_samples.IN_TABLE]
    assert [orjson.loads(one) for one in rows if isinstance(one, bytes)] == wanted


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_every_shipped_sample_is_valid(path: Path) -> None:
    certificate, problems = validate(path.read_bytes(), the_reference(), today=date(2026, 11, 23))
    assert certificate is not None
    assert problems == []


def test_the_script_writes_json_lines(tmp_path: Path) -> None:
    out = tmp_path / "samples.jsonl"
    assert generate_samples.main(["--count", "30", "--out", str(out), "--issuer", "NZ-CHAMBER"]) == 0
    lines = [orjson.loads(line) for line in out.read_bytes().splitlines()]
    assert len(lines) == 30
    assert {line["issuer"]["id"] for line in lines} == {"NZ-CHAMBER"}


def test_the_script_tells_a_changed_sample(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(generate_samples, "FOLDER", tmp_path)
    assert generate_samples.main([]) == 0
    assert generate_samples.main(["--check"]) == 0
    (tmp_path / "extra.json").write_bytes(b"{}")
    assert generate_samples.main(["--check"]) == 1


def test_the_published_schemas_are_what_the_models_say() -> None:
    assert make_schemas.main(["--check"]) == 0


def test_the_published_schema_lets_an_input_leave_out_what_is_derived() -> None:
    schema = orjson.loads(make_schemas.schemas()["origin-1.json"])
    assert not {"validUntil", "destinationCountry"} & set(schema["required"])
    assert {"issuer", "items", "certificateNumber"} <= set(schema["required"])
    schema = orjson.loads(make_schemas.schemas()["licence-1.json"])
    assert not set(make_schemas.DERIVED_OF_LICENCE) & set(schema["required"])
    assert {"issuer", "items", "certificateNumber", "profileCode"} <= set(schema["required"])

"""The deployment manifest: what cannot be trusted is rejected whole, with everything that is wrong in it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.manifest import Manifest, Registry, read_manifest
from ledger.errors import Rejected

MANIFEST = Manifest(648_001, b"\x01" * 20, b"\x02" * 20, (Registry(1, b"\x03" * 20),), 7)
"""As before there were licences and AEO."""

ALL_KINDS = replace(MANIFEST, registries=tuple(Registry(kind, bytes([kind]) * 20) for kind in (1, 2, 3)))


def problems(folder: Path, text: str) -> dict[str, str]:
    (folder / "deployment.json").write_text(text)
    with pytest.raises(Rejected) as rejected:
        read_manifest(folder / "deployment.json")
    return {problem.path: problem.code for problem in rejected.value.problems}


def spoilt(**changes: Any) -> str:
    return json.dumps({**json.loads(MANIFEST.to_json()), **changes})


@pytest.mark.parametrize("manifest", [MANIFEST, ALL_KINDS])
def test_a_manifest_is_read_as_it_was_written(manifest: Manifest, tmp_path: Path) -> None:
    (tmp_path / "deployment.json").write_text(manifest.to_json())
    assert read_manifest(tmp_path / "deployment.json") == manifest


@pytest.mark.parametrize("text", ["", "{", "\x00", "]"])
def test_what_is_no_json_is_unreadable(text: str, tmp_path: Path) -> None:
    assert set(problems(tmp_path, text).values()) == {"MANIFEST_UNREADABLE"}


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="No such file"):
        read_manifest(tmp_path / "none.json")


@pytest.mark.parametrize("text", ["[]", "7", "{}"])
def test_every_member_that_is_missing_is_named(text: str, tmp_path: Path) -> None:
    wanted = {"chainId", "consortium", "journal", "firstBlock"}
    assert problems(tmp_path, text) == dict.fromkeys(wanted, "MANIFEST_INVALID")


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"chainId": True, "firstBlock": -1}, {"chainId", "firstBlock"}),
        ({"journal": "0x" + "11" * 19, "consortium": "0xzz"}, {"journal", "consortium"}),
        ({"registries": [{"kind": "1"}]}, {"registries[0].kind", "registries[0].address"}),
    ],
)
def test_values_of_another_kind_are_named(changes: dict[str, Any], paths: set[str], tmp_path: Path) -> None:
    assert problems(tmp_path, spoilt(**changes)) == dict.fromkeys(paths, "MANIFEST_INVALID")


def test_a_kind_of_document_without_a_registry_is_named() -> None:
    assert MANIFEST.registry(1) == b"\x03" * 20
    with pytest.raises(Rejected) as rejected:
        MANIFEST.registry(2)
    [problem] = rejected.value.problems
    assert (problem.code, problem.value) == ("KIND_UNKNOWN", "licences")
    assert problem.expectation.endswith("a registry for: origin")

"""Opening a gateway: what its settings lack is told when it is needed, by name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import Rejected
from ledger.wiring import open_ledger
from tests.consortium import Consortium
from tests.gateways import CUSTOMS, ISSUER, a_fresh_certificate, issued


def code(act: Callable[[], Any]) -> str:
    with pytest.raises(Rejected) as rejected:
        act()
    [problem] = rejected.value.problems
    return problem.code


def test_a_manifest_of_another_chain_is_rejected(consortium: Consortium) -> None:
    settings = consortium.settings(ISSUER, TRADESEAL_CHAIN_CHAIN_ID="1")
    assert code(lambda: open_ledger(settings)) == "CHAIN_ID_DIFFERS"


def test_a_manifest_that_is_not_there_is_rejected(consortium: Consortium) -> None:
    settings = consortium.settings(ISSUER, TRADESEAL_CHAIN_MANIFEST="none.json")
    assert code(lambda: open_ledger(settings)) == "MANIFEST_UNREADABLE"


def test_a_gateway_without_a_controller_does_not_govern(consortium: Consortium) -> None:
    with open_ledger(consortium.settings(CUSTOMS, TRADESEAL_KEYS_CONTROLLER="")) as ledger:
        assert code(lambda: ledger.act("vote", {"proposal": 1, "approves": True})) == "NO_CONTROLLER"


def test_a_gateway_without_its_keys_does_not_issue(consortium: Consortium, tmp_path: Path) -> None:
    certificate = a_fresh_certificate(consortium)
    lacking = {
        "NO_DOCUMENT_SIGNER": {"TRADESEAL_KEYS_DOCUMENT_SIGNER": ""},
        "FILE_UNREADABLE": {"TRADESEAL_KEYS_ACCOUNT": "none.json"},
        "TAG_KEY_MISSING": {"TRADESEAL_KEYS_TAG_KEYS": str(tmp_path)},
    }
    for expected, settings in lacking.items():
        with open_ledger(consortium.settings(ISSUER, **settings)) as ledger:
            assert code(lambda: issued(ledger, certificate)) == expected


def test_a_passphrase_that_others_may_read_opens_nothing(consortium: Consortium, tmp_path: Path) -> None:
    shutil.copy(consortium.folder / ISSUER / "passphrase", tmp_path / "open")
    (tmp_path / "open").chmod(0o644)
    settings = consortium.settings(ISSUER, TRADESEAL_KEYS_PASSPHRASE_FILE=str(tmp_path / "open"))
    with open_ledger(settings) as ledger:
        assert code(lambda: issued(ledger, a_fresh_certificate(consortium))) == "SECRET_FILE_OPEN"
        assert ledger.health().ready


def test_a_foreign_shape_that_is_none_is_rejected(consortium: Consortium) -> None:
    with open_ledger(consortium.settings(ISSUER)) as ledger:
        assert code(lambda: ledger.import_foreign("edifact", b"{}")) == "SHAPE_UNKNOWN"
        assert code(lambda: ledger.import_foreign("edi3", b"[]")) == "NOT_EDI3"

"""Declaration keys: made once, kept to their owner, the same for every process of a gateway."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.core.numbers import declaration_commitment
from ledger.errors import Rejected
from ledger.keys.declarations import declaration_key


def test_the_key_is_made_at_the_first_use_and_then_stays(tmp_path: Path) -> None:
    path = tmp_path / "declaration.key"
    made = declaration_key(path)
    assert len(made) == 32
    assert declaration_key(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["declaration.key"]


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: declaration_key(tmp_path / "declaration.key"), range(8)))
    assert len(keys) == 1


@pytest.mark.parametrize("content", [b"", b"{}", b'{"k":"AA","kty":"oct","use":"declaration"}', b"not json"])
def test_another_file_is_not_taken_for_a_key(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "declaration.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(Rejected, match="DECLARATION_KEY_INVALID"):
        declaration_key(path)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "declaration.key"
    declaration_key(path)
    path.chmod(0o644)
    with pytest.raises(Rejected, match="SECRET_FILE_OPEN"):
        declaration_key(path)


def test_offices_and_declarations_have_commitments_of_their_own() -> None:
    key = bytes(range(32))
    said = {
        declaration_commitment(key, "CN2202", "D1"),
        declaration_commitment(key, "CN2202", "D2"),
        declaration_commitment(key, "CN3104", "D1"),
        declaration_commitment(bytes(32), "CN2202", "D1"),
    }
    assert len(said) == 4

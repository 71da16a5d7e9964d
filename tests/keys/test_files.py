"""Secret files: made once, for their owner only, and not read when others could."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from ledger.errors import Rejected
from ledger.keys.files import read_passphrase, read_secret_file, write_secret_file
from ledger.keys.pkcs12 import open_pkcs12


def code(act: Callable[[], object]) -> str:
    with pytest.raises(Rejected) as rejected:
        act()
    [problem] = rejected.value.problems
    return problem.code


def secret(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_secret_file_is_for_its_owner_only_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret"
    write_secret_file(path, b"one")
    assert path.stat().st_mode & 0o777 == 0o600
    assert code(lambda: write_secret_file(path, b"two")) == "FILE_EXISTS"
    assert read_secret_file(path) == b"one"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610])
def test_a_secret_that_others_may_use_is_not_read(mode: int, tmp_path: Path) -> None:
    assert code(lambda: read_secret_file(secret(tmp_path, b"x", mode))) == "SECRET_FILE_OPEN"


def test_what_is_no_small_file_is_not_read(tmp_path: Path) -> None:
    assert code(lambda: read_secret_file(tmp_path / "none")) == "FILE_UNREADABLE"
    assert code(lambda: read_secret_file(tmp_path)) == "FILE_UNREADABLE"
    assert code(lambda: read_secret_file(secret(tmp_path, bytes(1_000_001)))) == "FILE_TOO_LARGE"


def test_a_secret_that_cannot_be_written_is_told_with_its_place(tmp_path: Path) -> None:
    assert code(lambda: write_secret_file(tmp_path / ("long" * 100), b"x")) == "FILE_UNWRITABLE"


@pytest.mark.parametrize("content", [b"", b"\n", b"\nsecond line\n", b"\xff\xfe"])
def test_a_passphrase_file_without_a_first_line_has_no_passphrase(content: bytes, tmp_path: Path) -> None:
    assert code(lambda: read_passphrase(secret(tmp_path, content))) == "PASSPHRASE_MISSING"


@pytest.mark.parametrize("content", ["pass phrase", "pass phrase\n", "pass phrase\r\nmore\n"])
def test_a_passphrase_is_the_first_line(content: str, tmp_path: Path) -> None:
    assert read_passphrase(secret(tmp_path, content.encode())) == "pass phrase"


def test_a_key_of_an_algorithm_that_seals_nothing_is_named(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256K1())
    data = serialize_key_and_certificates(b"k", key, None, None, BestAvailableEncryption(b"x"))
    assert code(lambda: open_pkcs12(secret(tmp_path, data), "x")) == "KEY_UNUSABLE"

"""Secret files: written once with mode 0600, and not read while others could read them too."""

from __future__ import annotations

import os
from pathlib import Path

from ledger.core.problems import Problem
from ledger.errors import Rejected

_MOST_BYTES = 1_000_000


def refused(path: str, value: str, expectation: str, code: str) -> Rejected:
    """Return the error for one problem; ``value`` must not be a secret."""
    return Rejected([Problem(path, value, expectation, code=code)])


def read_secret_file(path: Path) -> bytes:
    """Return the content of a file that only its owner can read.

    Raises:
        Rejected: there is no such file, it cannot be read, it is too large, or others may read or write it.
    """
    try:
        with path.open("rb") as handle:
            mode = os.fstat(handle.fileno()).st_mode
            if mode & 0o077:
                raise refused(
                    str(path), f"mode {mode & 0o777:04o}", "mode 0600: a secret", "SECRET_FILE_OPEN"
                )
            content = handle.read(_MOST_BYTES + 1)
    except OSError as error:
        raise refused(
            str(path), error.strerror or "unreadable", "a readable file", "FILE_UNREADABLE"
        ) from error
    if len(content) > _MOST_BYTES:
        raise refused(str(path), "more", f"at most {_MOST_BYTES} bytes", "FILE_TOO_LARGE")
    return content


def write_secret_file(path: Path, content: bytes) -> None:
    """Write a new file, mode 0600, and put it on disk before returning; an existing one is never overwritten.

    Raises:
        Rejected: the file exists, or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
    except FileExistsError as error:
        raise refused(str(path), "an existing file", "a new file name", "FILE_EXISTS") from error
    except OSError as error:
        raise refused(
            str(path), error.strerror or "unwritable", "a writable place", "FILE_UNWRITABLE"
        ) from error


def read_passphrase(path: Path) -> str:
    """Return the passphrase in a file: its first line.

    Raises:
        Rejected: as ``read_secret_file``; also when the file is empty or not UTF-8.
    """
    try:
        lines = read_secret_file(path).decode().splitlines()
    except UnicodeDecodeError:
        lines = []
    if not lines or not lines[0]:
        raise refused(str(path), "nothing readable", "a passphrase on the first line", "PASSPHRASE_MISSING")
    return lines[0]

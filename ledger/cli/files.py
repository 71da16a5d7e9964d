"""Files: what the command reads and writes. Every file has a limit, and none is overwritten unless asked."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from ledger.core.problems import Input, Problem
from ledger.errors import Rejected

# One more than what a reader accepts, so that the reader's own limit is what is reported.
MOST_DOCUMENT: Final = 1_048_577
MOST_SEALED: Final = 4 * 1024 * 1024
MOST_LINES: Final = 10_000_000
_CHUNK: Final = 1 << 20
_SUFFIXES: Final = (".json", ".jsonl", ".csv")


def read_file(path: Path, most: int) -> bytes:
    """Return the content of a regular file; of a longer one, its first ``most`` bytes.

    Raises:
        Rejected: it does not exist, cannot be read, or is no regular file.
    """
    try:
        with _open(path) as handle:
            if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
                raise unreadable(path, "not a regular file")
            return handle.read(most)
    except OSError as error:
        raise unreadable(path, error.strerror or type(error).__name__) from None


def read_whole(path: Path, most: int) -> bytes:
    """Return the content of a regular file of at most ``most`` bytes.

    Raises:
        Rejected: as ``read_file``; also when it is longer.
    """
    data = read_file(path, most + 1)
    if len(data) > most:
        raise Rejected(
            [Problem(str(path), f"more than {most} bytes", f"at most {most}", code="FILE_TOO_LARGE")]
        )
    return data


def read_sealed(path: Path) -> bytes:
    """Return a sealed document from a file, without line ends that an editor left around it."""
    return read_whole(path, MOST_SEALED).strip(b"\r\n")


def write_new(path: Path, data: bytes) -> None:
    """Write a new file.

    Raises:
        Rejected: there is such a file, or it cannot be written.
    """
    try:
        with path.open("xb") as handle:
            handle.write(data)
    except FileExistsError:
        problem = Problem(str(path), "an existing file", "a name that is not in use", code="FILE_EXISTS")
        raise Rejected([problem]) from None
    except OSError as error:
        text = error.strerror or type(error).__name__
        raise Rejected([Problem(str(path), text, "a place to write to", code="FILE_UNWRITABLE")]) from None


def certificate_files(path: Path) -> list[Path]:
    """Return the files with certificates: ``path`` itself, or a folder's ``.json``, ``.jsonl`` and ``.csv`` by name.

    Raises:
        Rejected: there is nothing.
    """
    try:
        if not path.is_dir():
            return [path]
        found = sorted(one for one in path.iterdir() if one.suffix in _SUFFIXES and one.is_file())
    except OSError as error:
        raise unreadable(path, error.strerror or type(error).__name__) from None
    if not found:
        problem = Problem(
            str(path), "no .json, .jsonl or .csv file", "a folder with certificates", code="NO_CERTIFICATES"
        )
        raise Rejected([problem])
    return found


def certificates(paths: Sequence[Path]) -> Iterator[Input]:
    """Yield every certificate; ``.jsonl`` files are read line by line, ``.csv`` files row by row.

    Raises:
        Rejected: a file cannot be read, or the header of a table.
    """
    for path in paths:
        if path.suffix == ".jsonl":
            yield from _lines(path)
        elif path.suffix == ".csv":
            from ledger.importers.csv_rows import read_rows

            with _table(path) as handle:
                yield from read_rows(handle.readline, path.name)
        else:
            yield path.name, read_file(path, MOST_DOCUMENT)


def count_certificates(paths: Sequence[Path]) -> int:
    """Return how many certificates ``certificates`` will find.

    Raises:
        Rejected: a file cannot be read, or the header of a table.
    """
    return sum(map(_count, paths))


def unreadable(path: Path, why: str) -> Rejected:
    """Return the error for a file that cannot be read."""
    return Rejected([Problem(str(path), why, "a readable file", code="FILE_UNREADABLE")])


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with _open(path) as handle:
            number = 0
            while line := handle.readline(MOST_DOCUMENT):
                number += 1
                if line.strip():
                    yield f"{path.name}:{number}", line.strip() if line.endswith(b"\n") else line
                while line and not line.endswith(b"\n"):
                    line = handle.readline(_CHUNK)  # the rest of a line that is too long
    except OSError as error:
        raise unreadable(path, error.strerror or type(error).__name__) from None


def _count(path: Path) -> int:
    if path.suffix == ".csv":
        from ledger.importers.csv_rows import count_rows

        with _table(path) as handle:
            return count_rows(handle.readline, path.name)
    return _count_lines(path) if path.suffix == ".jsonl" else _one(path)


@contextmanager
def _table(path: Path) -> Iterator[IO[bytes]]:
    try:
        with _open(path) as handle:
            if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
                raise unreadable(path, "not a regular file")
            yield handle
    except OSError as error:
        raise unreadable(path, error.strerror or type(error).__name__) from None


def _count_lines(path: Path) -> int:
    count, last = 0, b"\n"
    try:
        with _open(path) as handle:
            if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
                raise unreadable(path, "not a regular file")
            while chunk := handle.read(_CHUNK):
                count += chunk.count(b"\n")
                last = chunk[-1:]
    except OSError as error:
        raise unreadable(path, error.strerror or type(error).__name__) from None
    return count + (last != b"\n")


def _one(path: Path) -> int:
    if not path.is_file():
        raise unreadable(path, "no such file" if not path.exists() else "not a regular file")
    return 1


def _open(path: Path) -> IO[bytes]:
    # Opening a pipe would otherwise wait for its writer for ever.
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")

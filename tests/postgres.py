"""A throw-away PostgreSQL server for the tests: unix socket only, in a folder of the system's temporary directory.

As root the server runs as the user ``postgres``, because it refuses to run as root.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


class PostgresMissing(Exception):
    """This machine has no PostgreSQL server to start."""


class Postgres:
    """A running server; ``fresh_url`` makes an empty database in it."""

    def __init__(self, folder: Path, psql: str) -> None:
        self._folder = folder
        self._psql = psql

    def fresh_url(self) -> str:
        name = f"t{uuid.uuid4().hex[:12]}"
        arguments = ["-h", str(self._folder), "-U", "postgres", "-qc", f"CREATE DATABASE {name}", "postgres"]
        subprocess.run([self._psql, *arguments], check=True, capture_output=True)
        return f"postgresql+psycopg://postgres@/{name}?host={self._folder}"


@contextmanager
def a_postgres() -> Iterator[Postgres]:
    """Start a server and stop it at the end.

    Raises:
        PostgresMissing: there is no ``initdb`` here, or no user that may run it.
    """
    bin_folder = _bin_folder()
    folder = Path(tempfile.mkdtemp(prefix="tspg"))
    try:
        as_user: list[str] = []
        if os.geteuid() == 0:
            try:
                user = pwd.getpwnam("postgres")
            except KeyError as error:
                raise PostgresMissing("running as root, and there is no user postgres") from error
            os.chown(folder, user.pw_uid, user.pw_gid)
            as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
        data = folder / "data"

        def run(program: str, arguments: Sequence[str]) -> None:
            command = [*as_user, str(bin_folder / program), *arguments]
            subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

        run(
            "initdb",
            ["-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C"],
        )
        options = (
            f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c max_connections=60"
        )
        run("pg_ctl", ["-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start"])
        try:
            yield Postgres(folder, str(bin_folder / "psql"))
        finally:
            run("pg_ctl", ["-D", str(data), "-m", "immediate", "-w", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _bin_folder() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = str(versions[-1]) if versions else shutil.which("initdb")
    if found is None:
        raise PostgresMissing("no initdb (Debian: apt-get install postgresql)")
    return Path(found).resolve().parent

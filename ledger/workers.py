"""Workers: other processes that check and seal certificates, because one core is not enough for it.

Each worker is this module run by the same Python, asked through its standard input and answering on its standard output
with pickled values, each after its length; it ends when its input does, so none outlives the gateway. Nothing is
inherited: no thread, no database connection, no private key. A worker that dies is not replaced: what it was
doing is done here.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from typing import IO, Any

from ledger.core.problems import Input
from ledger.reference import read_reference
from ledger.sealers import Sealers
from ledger.sealing import Draft, Recipe

Sources = Sequence[Input]
_AHEAD = 2  # tasks that wait behind those at work


class Workers:
    """Processes that make drafts after the recipes of one body; close them when done.

    Args:
        here: does the work of a worker that died.
    """

    def __init__(self, recipes: Sequence[Recipe], count: int, here: Sealers) -> None:
        self._recipes = tuple(recipes)
        self._here = here
        self._count = count
        self._local = threading.local()
        self.processes: list[subprocess.Popen[bytes]] = []
        self._threads = ThreadPoolExecutor(count, "sealing")

    def drafts(self, tasks: Iterable[tuple[Sources, date]]) -> Iterator[list[Draft]]:
        """Yield the drafts of every task, in order, with a few tasks ahead of the one that is asked for."""
        running: list[Future[list[Draft]]] = []
        for sources, today in tasks:
            running.append(self._threads.submit(self._ask, sources, today))
            if len(running) >= self._count + _AHEAD:
                yield running.pop(0).result()
        for one in running:
            yield one.result()

    def close(self) -> None:
        """End the processes."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self.processes:
            process.kill()
            process.wait()

    def _ask(self, sources: Sources, today: date) -> list[Draft]:
        try:
            questions, answers = self._pipes()
            _write(questions, (sources, today))
            drafts: list[Draft] = _read(answers)
            return drafts
        except (OSError, EOFError):
            return [self._here.draft(source, data, today) for source, data in sources]

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        """Return the input and output of this thread's process."""
        known: tuple[IO[bytes], IO[bytes]] | None = getattr(self._local, "pipes", None)
        if known is None:
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
            command = [sys.executable, "-m", "ledger.workers"]
            process = subprocess.Popen(  # noqa: S603 - this very module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
            )
            self.processes.append(process)
            assert process.stdin is not None
            assert process.stdout is not None
            known = self._local.pipes = process.stdin, process.stdout
            _write(process.stdin, self._recipes)
        return known


def _write(stream: IO[bytes], value: object) -> None:
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    stream.write(len(content).to_bytes(8, "big") + content)
    stream.flush()


def _read(stream: IO[bytes]) -> Any:
    length = stream.read(8)
    content = stream.read(int.from_bytes(length, "big"))
    if len(length) < 8 or not content:
        raise EOFError
    return pickle.loads(content)  # noqa: S301 - from our own process, through a pipe that nobody else holds


def _work() -> None:
    """Answer tasks until the input ends."""
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing but answers goes out
    try:
        sealers = Sealers(_read(questions), read_reference())
        while True:
            sources, today = _read(questions)
            _write(answers, [sealers.draft(source, data, today) for source, data in sources])
    except (EOFError, KeyboardInterrupt, BrokenPipeError):
        os._exit(0)


if __name__ == "__main__":
    _work()

"""The command ``tradeseal``. What is heavy is imported by the command that needs it: ``--help`` is quick."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.cli.running import Opener


def main(arguments: Sequence[str] | None = None, opener: Opener | None = None) -> int:
    """Run the command with ``arguments`` (those of the process when None) and return its exit code.

    ``opener`` gives the use cases for the parsed options; None opens the gateway that they name.
    """
    from ledger.cli.running import run

    return run(arguments, opener)

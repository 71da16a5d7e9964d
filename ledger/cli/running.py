"""Running: parse, call the command, and turn what it raises into a message and an exit code, in one place.

Rule: an unforeseen exception is shown by its type and place only; its message might quote a key or a
document.
"""

from __future__ import annotations

import contextlib
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from ledger.cli import exits
from ledger.cli.parser import build_parser
from ledger.core.problems import Problem
from ledger.errors import Refused, Rejected, Unavailable

if TYPE_CHECKING:
    from ledger.service.ledger import Ledger

Opener = Callable[[Namespace], "Ledger"]


def run(arguments: Sequence[str] | None, opener: Opener | None = None) -> int:
    """Run the command and return its exit code."""
    options = build_parser().parse_args(arguments)
    options.opener = opener
    try:
        module, _, function = options.target.partition(":")
        code: int = getattr(import_module(f"ledger.cli.{module}"), function)(options)
        sys.stdout.flush()
    except Rejected as error:
        return _rejected(error.problems)
    except Refused as error:
        return _refused(error)
    except Unavailable as error:
        return _failed(f"not available now: {error}\nNothing is lost; try again later.", exits.UNAVAILABLE)
    except KeyboardInterrupt:
        return _failed("interrupted; running it again continues where it was", exits.INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone. Python would complain once more at exit without this.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.DONE
    except Exception as error:
        return _broken(error, options.debug)
    return code


def _refused(error: Refused) -> int:
    from ledger.service.wire import plain, refusal_reason

    # Without a sentence for people, what the contract itself said is the best there is.
    told = refusal_reason(error) is not None or error.code in str(error)
    code = "" if error.code in str(error) else f" ({error.code})"
    details = (
        "" if told else "".join(f"\n  {name}: {value}" for name, value in plain(error.arguments).items())
    )
    return _failed(f"refused by the consortium's rules: {error}{code}{details}", exits.PROBLEMS)


def _rejected(problems: Sequence[Problem]) -> int:
    lines = [f"  {problem.path or 'input'}: {_found(problem)}expected {problem.expectation} [{problem.code}]"
             for problem in problems]  # fmt: skip
    return _failed("\n".join(["the input is wrong:", *lines]), exits.BAD_INPUT)


def _found(problem: Problem) -> str:
    return f"found {problem.value}, " if problem.value else ""


def _broken(error: Exception, debug: bool) -> int:
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(last.filename)} line {last.lineno}"  # noqa: PTH119
    if debug:
        traceback.print_exception(error)
    text = f"{type(error).__name__} in {place}: a fault of this program (tradeseal --debug shows all of it)"
    return _failed(text, exits.BROKEN)


def _failed(message: str, code: int) -> int:
    shown = message.encode(sys.stderr.encoding or "utf-8", "backslashreplace").decode(
        sys.stderr.encoding or "utf-8"
    )
    sys.stderr.write(f"tradeseal: {shown}\n")
    return code

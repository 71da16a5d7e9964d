"""Exit codes of the command. They are relied upon from outside and never change their meaning."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
PROBLEMS: Final = 1
REFER: Final = 2
UNAVAILABLE: Final = 3
BAD_INPUT: Final = 4
BROKEN: Final = 70
INTERRUPTED: Final = 130

OF_VERDICT: Final = {
    "ACCEPT": DONE,
    "ACCEPT_WITH_REMARKS": DONE,
    "REJECT": PROBLEMS,
    "REFER": REFER,
    "CANNOT_VERIFY_NOW": UNAVAILABLE,
}

"""The errors that leave this package, named by who must act.

The caller must act on ``Rejected``, nobody can argue with ``Refused`` (a contract's rule), and only time helps
with ``Unavailable``. A document that fails verification is none of these: it is a ``Verdict``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.core.problems import Problem


class TradeSealError(Exception):
    """Root of every error that this package raises on purpose."""


class Rejected(TradeSealError):
    """The input is wrong; ``problems`` lists everything that is wrong with it, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class Refused(TradeSealError):
    """A contract's rule forbids the act; ``code`` is the contract's error name, ``arguments`` its values."""

    def __init__(self, code: str, message: str, arguments: Mapping[str, object] | None = None) -> None:
        self.code = code
        self.arguments = dict(arguments or {})
        super().__init__(message)


class Unavailable(TradeSealError):
    """Something outside did not answer; nothing is known about the question, and asking later may help."""

"""Rounds: questions that come while others are being answered are answered together, with one question to the chain.

Rule: nobody gets an answer that was fetched before they asked: a round takes who is waiting, and only then asks.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final

from ledger.errors import Rejected

if TYPE_CHECKING:
    from ledger.core.verdict import Verdict
    from ledger.service.answers import Asker, VerifyRequest

_Asked = tuple["VerifyRequest", "Asker"]
_Answer = asyncio.Future["Verdict"]

MOST_IN_ROUND: Final = 64


class Rounds:
    """Answers questions in rounds, one after the other; belongs to one event loop.

    Args:
        answer: answers several questions in another thread, in their order.
    """

    def __init__(self, answer: Callable[[Sequence[_Asked]], Awaitable[Sequence[Verdict | Rejected]]]) -> None:
        self._answer = answer
        self._waiting: deque[tuple[_Asked, _Answer]] = deque()
        self._going: asyncio.Task[None] | None = None

    async def ask(self, request: VerifyRequest, asker: Asker) -> Verdict:
        """Return the verdict on one question.

        Raises:
            Rejected: the question cannot be understood. Unavailable: as the use case.
        """
        future: _Answer = asyncio.get_running_loop().create_future()
        self._waiting.append(((request, asker), future))
        if self._going is None or self._going.done():
            self._going = asyncio.create_task(self._go())
        return await future

    async def _go(self) -> None:
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_IN_ROUND))]
            try:
                answers = await self._answer([asked for asked, _ in some])
            except BaseException as error:
                for _, future in some:
                    _settle(future, error)
                if not isinstance(error, Exception):
                    raise
            else:
                for (_, future), answer in zip(some, answers, strict=True):
                    _settle(future, answer)


def _settle(future: _Answer, answer: Verdict | BaseException) -> None:
    if future.done():
        return  # whoever asked has gone
    if isinstance(answer, BaseException):
        future.set_exception(answer)
    else:
        future.set_result(answer)

"""Rounds: who asks while others are being answered is answered together with those who ask then, and never from before."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from api.rounds import MOST_IN_ROUND, Rounds
from ledger.core.problems import Problem
from ledger.errors import Rejected, Unavailable
from ledger.service.answers import Asker, AskerRole, VerifyRequest

ASKER = Asker("officer", AskerRole.VERIFIER)


class Answering:
    """Answers each question with its number, once the gate is open, and remembers the rounds."""

    def __init__(self) -> None:
        self.rounds: list[list[str]] = []
        self.gate = asyncio.Event()
        self.fails: Exception | None = None

    async def __call__(self, asked: Sequence[tuple[VerifyRequest, Asker]]) -> Sequence[Any]:
        numbers = [str(request.number) for request, _ in asked]
        self.rounds.append(numbers)
        await self.gate.wait()
        if self.fails is not None:
            raise self.fails
        wrong = Rejected([Problem("number", "", "another", code="X")])
        return [wrong if number == "bad" else number for number in numbers]


async def asked(rounds: Rounds, *numbers: str) -> list[Any]:
    """Ask for all of them at once; an error stands for its answer."""
    questions = (rounds.ask(VerifyRequest(issuer="VN-VCCI", number=number), ASKER) for number in numbers)
    return await asyncio.gather(*questions, return_exceptions=True)


async def after_a_first(answering: Answering, *numbers: str) -> list[Any]:
    """Ask for ``numbers`` while a round is on its way."""
    rounds = Rounds(answering)
    first = asyncio.create_task(asked(rounds, "first"))
    await asyncio.sleep(0.01)
    later = asyncio.create_task(asked(rounds, *numbers))
    await asyncio.sleep(0.01)
    assert answering.rounds == [["first"]]
    answering.gate.set()
    assert await first == ["first"]
    return await later


def test_who_asks_alone_is_answered_at_once() -> None:
    async def alone() -> None:
        answering = Answering()
        answering.gate.set()
        assert await asked(Rounds(answering), "1") == ["1"]
        assert answering.rounds == [["1"]]

    asyncio.run(alone())


def test_those_who_come_while_others_are_answered_share_a_round_and_get_their_own_answers() -> None:
    async def together() -> None:
        answering = Answering()
        numbers = [str(number) for number in range(9)]
        assert await after_a_first(answering, *numbers) == numbers
        assert answering.rounds[1:] == [numbers]

    asyncio.run(together())


def test_a_round_has_a_bound_and_nobody_is_left_over() -> None:
    async def many() -> None:
        answering = Answering()
        numbers = [str(number) for number in range(3 * MOST_IN_ROUND + 1)]
        assert await after_a_first(answering, *numbers) == numbers
        assert max(map(len, answering.rounds)) == MOST_IN_ROUND

    asyncio.run(many())


def test_a_question_that_is_wrong_spoils_nobody_elses_answer() -> None:
    async def spoilt() -> None:
        good, bad, other = await after_a_first(Answering(), "1", "bad", "2")
        assert (good, type(bad), other) == ("1", Rejected, "2")

    asyncio.run(spoilt())


def test_a_store_that_does_not_answer_is_told_to_all_of_the_round_and_the_next_one_goes() -> None:
    async def failing() -> None:
        answering = Answering()
        answering.gate.set()
        answering.fails = Unavailable("the store did not answer")
        rounds = Rounds(answering)
        assert {type(one) for one in await asked(rounds, "1", "2")} == {Unavailable}
        answering.fails = None
        assert await asked(rounds, "3") == ["3"]

    asyncio.run(failing())


def test_an_asker_who_has_gone_holds_nobody_up() -> None:
    async def gone() -> None:
        answering = Answering()
        rounds = Rounds(answering)
        leaving = asyncio.create_task(asked(rounds, "1"))
        staying = asyncio.create_task(asked(rounds, "2"))
        await asyncio.sleep(0.01)
        leaving.cancel()
        answering.gate.set()
        assert await staying == ["2"]
        with pytest.raises(asyncio.CancelledError):
            await leaving

    asyncio.run(gone())

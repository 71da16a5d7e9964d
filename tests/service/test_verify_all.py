"""Many questions at once: one question to the chain for each issuer, and for everybody their own answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.core.verdict import Verdict, Word
from ledger.errors import Rejected
from ledger.service.answers import Asker, AskerRole, VerifyRequest
from ledger.wiring import open_ledger
from tests.consortium import Consortium
from tests.fakes.spoilt_node import SpoiltNode
from tests.gateways import CUSTOMS, ISSUER, a_fresh_certificate, issued

ASKER = Asker("declaration system", AskerRole.VERIFIER)


@pytest.fixture
def node(consortium: Consortium) -> Iterator[SpoiltNode]:
    spoilt = SpoiltNode(consortium.node.url)
    yield spoilt
    spoilt.close()


def test_a_list_of_numbers_takes_one_question_to_the_chain_for_each_issuer(
    consortium: Consortium, node: SpoiltNode
) -> None:
    with open_ledger(consortium.settings(ISSUER)) as issuer:
        numbers = [
            result.number for result in issued(issuer, *[a_fresh_certificate(consortium) for _ in range(5)])
        ]
    questions = [VerifyRequest(issuer=ISSUER, number=number) for number in (*numbers, "NEVER-ISSUED-1")]
    questions += [
        VerifyRequest(issuer="AU-ACCI", number="NEVER-ISSUED-2"),
        VerifyRequest(issuer=ISSUER, number=" "),
    ]
    asked: Counter[str] = Counter()

    def counting(method: str, _: list[Any], result: Any) -> Any:
        asked[method] += 1
        return result

    with open_ledger(consortium.settings(CUSTOMS, TRADESEAL_CHAIN_URL=node.url)) as customs:
        customs.converge()
        node.spoil = counting
        answers = customs.verify_all([(question, ASKER) for question in questions])
    *verdicts, empty = answers
    words = [one.word for one in verdicts if isinstance(one, Verdict)]
    assert words == [*[Word.ACCEPT] * 5, Word.REFER, Word.REFER]
    assert [
        one.record["number"] for one in verdicts[:5] if isinstance(one, Verdict) and one.record
    ] == numbers
    assert isinstance(empty, Rejected)
    assert asked["eth_call"] == 2


def test_a_chain_that_does_not_answer_is_asked_once_and_nothing_is_accepted(
    consortium: Consortium, node: SpoiltNode
) -> None:
    node.status = 503
    codes = [ISSUER, "AU-ACCI", CUSTOMS]
    with open_ledger(consortium.settings(CUSTOMS, TRADESEAL_CHAIN_URL=node.url)) as customs:
        questions = [VerifyRequest(issuer=code, number="VN-CN 26/1") for code in codes]
        answers = customs.verify_all([(question, ASKER) for question in questions])
    assert {one.word for one in answers if isinstance(one, Verdict)} == {Word.CANNOT_VERIFY_NOW}
    assert len(answers) == 3

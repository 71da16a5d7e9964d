"""Use requests: what customs asks to write, checked as far as it can be without the record; all problems at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ledger.core import numbers
from ledger.core.problems import Problem
from ledger.errors import Rejected
from ledger.service.use_answers import UseAction

if TYPE_CHECKING:
    from ledger.service.use_answers import UseRequest

_OFFICE: Final = re.compile(r"[!-~]{1,17}")
_QUANTITY: Final = re.compile(r"[0-9]{1,16}(\.[0-9]{1,6})?")
_SIGNED: Final = re.compile(r"[+-]?[0-9]{1,16}(\.[0-9]{1,6})?")
_KINDS: Final = "1 (origin) or 2 (licence); an AEO entry is relied on, not used up: POST /v1/aeo/reliances, tradeseal aeo rely"
_ITEMS, _LINES, _CORRECTIONS = 65_535, 255, 255


def check_request(request: UseRequest, own: str) -> None:
    """Check one act on a use.

    Args:
        own: code of the member that this gateway acts for; empty for none.

    Raises:
        Rejected: everything that is wrong with it.
    """
    problems: list[Problem] = []

    def expect(right: bool, path: str, value: object, wanted: str, code: str) -> None:
        if not right:
            shown = str(value)[:40].encode("ascii", "backslashreplace").decode()
            problems.append(Problem(path, shown, wanted, code=code))

    expect(own != "", "member.code", own, "the customs member that this gateway acts for", "NO_MEMBER")
    expect(request.kind in (1, 2), "kind", request.kind, _KINDS, "KIND_UNKNOWN")
    office = "a customs office's code: 1 to 17 printable ASCII characters without spaces"
    expect(_OFFICE.fullmatch(request.office) is not None, "office", request.office, office, "OFFICE_INVALID")
    try:
        numbers.normalise(request.declaration)
    except numbers.UnusableNumber as error:
        expect(False, "declaration", request.declaration, error.problem.expectation, error.problem.code)
    expect(0 <= request.item <= _ITEMS, "item", request.item, f"0 to {_ITEMS}", "ITEM_INVALID")
    expect(0 <= request.line <= _LINES, "line", request.line, f"0 to {_LINES}", "LINE_INVALID")
    _check_quantity(request, expect)
    if request.action is UseAction.CORRECT:
        expect(
            0 < request.reason < 100, "reason", request.reason, "a reason code, R01 to R99", "REASON_INVALID"
        )
    if request.correction is not None:
        right = 1 <= request.correction <= _CORRECTIONS
        expect(right, "correction", request.correction, f"1 to {_CORRECTIONS}", "CORRECTION_INVALID")
    if request.action is UseAction.ENTER:
        moment = request.happened_at
        right = moment is not None and moment.tzinfo is not None and moment.timestamp() >= 1
        expect(right, "happenedAt", moment or "", "when it really happened, with its offset", "TIME_INVALID")
    if problems:
        raise Rejected(problems)


def _check_quantity(request: UseRequest, expect: object) -> None:
    pattern = _SIGNED if request.action is UseAction.CORRECT else _QUANTITY
    assert callable(expect)
    if request.quantity is not None:
        wanted = "a decimal with at most 6 digits after the point, such as 24000.5"
        right = pattern.fullmatch(request.quantity) is not None
        expect(right, "quantity", request.quantity, wanted, "QUANTITY_INVALID")
    elif request.unit is not None:
        expect(False, "quantity", "", "a quantity, in that unit", "QUANTITY_MISSING")

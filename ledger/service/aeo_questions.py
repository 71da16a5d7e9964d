"""AEO questions: whose entry a code finds, and what the verdict on it is.

Rule: nothing is decided here. The home of a code is a guess of the journal that was read; the verdict looks for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from ledger.core.problems import Problem
from ledger.core.state import Role
from ledger.errors import Rejected
from ledger.service.answers import VerifyRequest
from ledger.service.reading import converge_if_possible

if TYPE_CHECKING:
    from ledger.service.parts import Parts

AEO: Final = 3


@dataclass(frozen=True, slots=True)
class Keeper:
    """An administration, and the number tag of its entry that a code finds; None when it finds none there."""

    home: str
    tag: bytes | None


class AeoQuestions:
    """Questions about AEOs of all administrations whose tag keys are here."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._own = parts.settings.member.code

    def keeper(self, code: str, home: str | None = None) -> Keeper:
        """Return who keeps the entry that a code, or another form of it, finds; where none does, anybody who could.

        Args:
            home: the only administration to look at; None looks at all.

        Raises:
            Rejected: an unusable code, no tag key of such an administration here, or several that keep such an entry.
        """
        homes = [one for one in self._homes() if home in (None, one)]
        if not homes:
            path, value = ("code", code) if home is None else ("home", home)
            wanted = "the tag key of an administration here (tradeseal key tag import)"
            if home is not None:
                wanted = "an administration whose tag key is here (tradeseal key tag import)"
            raise Rejected([Problem(path, _shown(value), wanted, code="TAG_KEY_MISSING")])
        found = self._found(homes, code)
        if not found and not self._parts.verification.is_recent():
            # Not known here yet: which administration keeps it, only the journal's newest entries can say.
            converge_if_possible(self._parts)
            found = self._found(homes, code)
        if len(found) > 1:
            # To choose one would be to guess whose word counts.
            several = " and ".join(sorted(keeper.home for keeper in found))
            wanted = (
                f"a code of one administration, or one of them named as home: {several} keep such an entry"
            )
            raise Rejected([Problem("code", _shown(code), wanted, code="CODE_AMBIGUOUS")])
        return found[0] if found else Keeper(homes[0], None)

    def question(
        self, code: str, partner: str | None, name: str | None, at: datetime | None, home: str | None = None
    ) -> VerifyRequest:
        """Return the question whether an AEO is recognised; see ``Ledger.aeo_question``."""
        return about(self.keeper(code, home).home, code, partner, name, at)

    def _found(self, homes: list[str], code: str) -> list[Keeper]:
        registry, tags = self._parts.manifest.registry(AEO), self._parts.tag_keys
        places = [(home, tags.tag(home, AEO, code)) for home in homes]
        return [Keeper(*place) for place in self._parts.knowledge.standing(registry, places)]

    def _homes(self) -> list[str]:
        """Return the administrations whose entries can be found here, our own last."""
        members = self._parts.knowledge.consortium().members
        found = [
            code
            for code in self._parts.tag_keys.members()
            if code in members and members[code].roles & Role.ADMINISTRATION
        ]
        return sorted(found, key=lambda code: code == self._own)


def about(home: str, code: str, partner: str | None, name: str | None, at: datetime | None) -> VerifyRequest:
    """Return the question whether an AEO whose entry ``home`` keeps is recognised."""
    return VerifyRequest(issuer=home, number=code, kind=AEO, as_of=at, partner=partner, aeo_type=name)


def _shown(value: str) -> str:
    return value[:40].encode("ascii", "backslashreplace").decode()

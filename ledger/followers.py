"""Followers: what an anchored AEO entry still lacks, and where the acts stand that are to bring it.

The journal decides what is there; the outbox only says what is on its way. A type or an alias that was ever there is not
brought again: who took it away had a reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.core.acts import AliasAdded, TypeGranted
from ledger.core.entries import decode
from ledger.core.opening import Opening
from ledger.store.outgoing import OutboxRow, OutboxState

if TYPE_CHECKING:
    from ledger.core.acts import Act
    from ledger.store import Store
    from ledger.store.documents import StoredDocument

_UNDER_WAY = (OutboxState.INTENDED, OutboxState.SIGNED, OutboxState.MINED)


def missing(store: Store, document: StoredDocument, opening: Opening) -> Opening:
    """Return those types and aliases of ``opening`` that the journal never had for an anchored document."""
    granted = {
        act.name for act in _acts(store, document.member, document.tag) if isinstance(act, TypeGranted)
    }
    aliases = tuple(
        alias
        for alias in opening.aliases
        if AliasAdded(alias, document.tag) not in _acts(store, document.member, alias)
    )
    grants = tuple(grant for grant in opening.grants if grant.name not in granted)
    return Opening(grants=grants, aliases=aliases)


def under_way(store: Store, document: StoredDocument) -> tuple[bool, OutboxRow | None]:
    """Return whether acts that follow a document's own are under way, and the last of them that was refused, if any."""
    rows = [] if document.outbox is None else store.outgoing.followers(document.outbox)
    last = [row for row in rows if row.state is OutboxState.REFUSED]
    return any(row.state in _UNDER_WAY for row in rows), last[-1] if last else None


def _acts(store: Store, member: str, tag: bytes) -> list[Act]:
    return [decode(one.entry, one.index).act for one in store.journal.entries_about(member, tag)]

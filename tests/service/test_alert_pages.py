"""Alert pages: whoever asks from where the last page ended misses none and gets none twice."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from ledger.service.alert_pages import read_alerts
from ledger.service.use_answers import Alert

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def an_alert(index: int, place: int) -> Alert:
    return Alert(
        f"{index}-{place}", "StatusChanged", index, "R24", "It was revoked.", "Recover the duty.", 1, "VN-VCCI",
        None, bytes(32), NOW, NOW, "0" * 32, "CNSHA", NOW, "consumed", None,
    )  # fmt: skip


@given(st.lists(st.integers(0, 12), max_size=60).map(sorted), st.integers(1, 9))
def test_page_after_page_gives_every_alert_once(indexes: list[int], limit: int) -> None:
    alerts = [an_alert(index, place) for place, index in enumerate(indexes)]
    seen: list[Alert] = []
    first, before = 0, -1
    while first != before:
        page = read_alerts(
            lambda start, most: [one for one in alerts if one.journal_index >= start][:most], first, limit
        )
        seen += page.alerts
        first, before = page.next, first
    assert seen == alerts

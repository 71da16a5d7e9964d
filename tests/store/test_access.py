"""API keys, the look-up log, and answers kept for repeated requests."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from ledger.errors import Rejected, Unavailable
from ledger.store import Store, open_store
from ledger.store.access import ApiKey, KeptAnswer, LookUp

KEY = ApiKey("customs desk", "verifier", ("verify", "history"), 60, disabled=False, created_at=5)
LOOKUP = LookUp(
    7, "customs desk", "verifier", "import clearance", "VN-VCCI", "VN-CN 24/0001", "ACCEPT", "t-1"
)


def test_an_api_key_is_found_by_its_secret_alone(store: Store) -> None:
    store.api_keys.add("open sesame", KEY)
    assert store.api_keys.find("open sesame") == KEY
    assert store.api_keys.find("open sesam") is None
    assert store.api_keys.find("customs desk") is None


def test_the_secret_of_an_api_key_is_nowhere_in_the_database(store: Store) -> None:
    store.api_keys.add("open sesame", KEY)
    with store.writing() as connection:
        rows = connection.execute(text("SELECT * FROM api_keys")).all()
    assert "sesame" not in repr(rows)


def test_a_disabled_key_is_still_found_and_says_so(store: Store) -> None:
    store.api_keys.add("open sesame", KEY)
    assert store.api_keys.disable("customs desk")
    assert not store.api_keys.disable("nobody")
    assert store.api_keys.all() == [replace(KEY, disabled=True)]


def test_a_label_is_used_once(store: Store) -> None:
    store.api_keys.add("one", KEY)
    with pytest.raises(Rejected, match="API_KEY_LABEL_TAKEN"):
        store.api_keys.add("two", KEY)


def test_look_ups_are_on_disk_once_the_store_is_closed(store_url: str) -> None:
    with open_store(store_url) as store:
        for number in range(1_200):
            store.lookups.add(replace(LOOKUP, trace=f"t-{number}"))
    with open_store(store_url) as again:
        latest = again.lookups.latest(2_000)
    assert [one.trace for one in latest] == [f"t-{number}" for number in reversed(range(1_200))]
    assert latest[-1] == replace(LOOKUP, trace="t-0")


def test_a_closed_log_takes_nothing_silently(store: Store) -> None:
    store.lookups.close()
    with pytest.raises(Unavailable):
        store.lookups.add(LOOKUP)


def test_a_repeated_request_gets_the_kept_answer(store: Store) -> None:
    assert store.idempotency.begin("vcci", "k1", b"digest", 1) is None
    assert store.idempotency.begin("vcci", "k1", b"digest", 2) == KeptAnswer(b"digest", None, None)
    store.idempotency.finish("vcci", "k1", 201, b"{}")
    assert store.idempotency.begin("vcci", "k1", b"digest", 3) == KeptAnswer(b"digest", 201, b"{}")
    assert store.idempotency.begin("somebody else", "k1", b"other", 3) is None


def test_a_request_that_came_to_nothing_can_be_tried_again_and_a_finished_one_not(store: Store) -> None:
    store.idempotency.begin("vcci", "k1", b"digest", 1)
    store.idempotency.abandon("vcci", "k1")
    assert store.idempotency.begin("vcci", "k1", b"digest", 1) is None
    store.idempotency.finish("vcci", "k1", 201, b"{}")
    store.idempotency.abandon("vcci", "k1")
    assert store.idempotency.begin("vcci", "k1", b"digest", 1) is not None


def test_old_answers_are_forgotten(store: Store) -> None:
    store.idempotency.begin("vcci", "old", b"", 1)
    store.idempotency.begin("vcci", "new", b"", 9)
    store.idempotency.forget_before(5)
    assert store.idempotency.begin("vcci", "old", b"", 9) is None
    assert store.idempotency.begin("vcci", "new", b"", 9) is not None

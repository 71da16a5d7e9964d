"""Metrics: counters of this process as Prometheus text; labels are routes, never numbers or names."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from typing import Final

BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counts requests, verdicts, certificates and the worker's rounds, from any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._buckets: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}
        self._verdicts: Counter[str] = Counter()
        self._issued: Counter[str] = Counter()
        self._rounds: Counter[str] = Counter()
        self._entries = 0

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered with ``status`` after ``seconds``."""
        with self._guard:
            self._requests[(method, route, status)] += 1
            if route not in self._buckets:
                self._buckets[route] = [0] * (len(BOUNDS) + 1)
            self._buckets[route][bisect_left(BOUNDS, seconds)] += 1
            self._seconds[route] = self._seconds.get(route, 0.0) + seconds

    def verdict(self, word: str) -> None:
        """Count a verdict."""
        with self._guard:
            self._verdicts[word] += 1

    def issued(self, outcome: str) -> None:
        """Count what became of one certificate."""
        with self._guard:
            self._issued[outcome] += 1

    def worker_round(self, outcome: str, entries: int = 0) -> None:
        """Count a round of the worker and the journal entries it brought."""
        with self._guard:
            self._rounds[outcome] += 1
            self._entries += entries

    def text(self) -> str:
        """Return everything as Prometheus reads it."""
        lines: list[str] = []
        with self._guard:
            _family(lines, "tradeseal_requests_total", "counter", "Requests by method, route and status.")
            for (method, route, status), count in sorted(self._requests.items()):
                labels = f'method="{method}",route="{route}",status="{status}"'
                lines.append(f"tradeseal_requests_total{{{labels}}} {count}")
            name = "tradeseal_request_seconds"
            _family(lines, name, "histogram", "Time from the request's start to the answer's end.")
            for route, counts in sorted(self._buckets.items()):
                total = 0
                for bound, count in zip((*map(str, BOUNDS), "+Inf"), counts, strict=True):
                    total += count
                    lines.append(f'{name}_bucket{{route="{route}",le="{bound}"}} {total}')
                lines.append(f'{name}_sum{{route="{route}"}} {self._seconds[route]:.6f}')
                lines.append(f'{name}_count{{route="{route}"}} {total}')
            for label, counter, family, text in (
                ("verdict", self._verdicts, "tradeseal_verdicts_total", "Verdicts by word."),
                ("outcome", self._issued, "tradeseal_issued_total", "Certificates handed in, by outcome."),
                (
                    "outcome",
                    self._rounds,
                    "tradeseal_worker_rounds_total",
                    "Rounds of the worker, by outcome.",
                ),
            ):
                _family(lines, family, "counter", text)
                lines.extend(f'{family}{{{label}="{key}"}} {count}' for key, count in sorted(counter.items()))
            _family(lines, "tradeseal_worker_entries_total", "counter", "Journal entries read by the worker.")
            lines.append(f"tradeseal_worker_entries_total {self._entries}")
        return "\n".join(lines) + "\n"


def _family(lines: list[str], name: str, kind: str, text: str) -> None:
    lines.append(f"# HELP {name} {text}")
    lines.append(f"# TYPE {name} {kind}")

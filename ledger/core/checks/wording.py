"""Wording: moments, lengths of time and quantities as an officer reads them.

The one rule: nothing here names a party or a price. Offsets of customs offices are not known, so a moment is told in UTC,
and also by the asker's own offset where there is one. What a verdict says is decided in the checks.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

_SIGNS: Final = {
    "TNE": "t",
    "KGM": "kg",
    "GRM": "g",
    "LTR": "l",
    "MLT": "ml",
    "MTR": "m",
    "MTK": "m²",
    "MTQ": "m³",
    "KWH": "kWh",
    "C62": "pieces",
    "H87": "pieces",
    "NAR": "pieces",
    "NMB": "pieces",
}
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_SCALE: Final = Decimal(10**6)


def moment_words(seconds: int, offset: timedelta | None = None, near: datetime | None = None) -> str:
    """Return a chain time: ``2024-03-04 02:00 UTC``, or by ``offset`` ``2024-03-04 10:00 UTC+8 (02:00 UTC)``.

    Args:
        near: an aware time; on its day the date is left out: ``10:00 UTC+8``.
    """
    shift = offset or timedelta()
    try:
        universal = datetime.fromtimestamp(seconds, UTC)
        local = universal.astimezone(timezone(shift))
    except (ValueError, OverflowError, OSError):
        return f"second {seconds}"
    if near is not None and near.astimezone(timezone(shift)).date() == local.date():
        return f"{_clock(local)} {offset_words(shift)}"
    told = f"{local:%Y-%m-%d} {_clock(local)} {offset_words(shift)}"
    if not shift:
        return told
    day = "" if universal.date() == local.date() else f"{universal:%Y-%m-%d} "
    return f"{told} ({day}{_clock(universal)} UTC)"


def day_words(seconds: int, offset: timedelta | None = None) -> str:
    """Return the day of a chain time by ``offset``: ``2024-03-04``."""
    try:
        return f"{datetime.fromtimestamp(seconds, UTC).astimezone(timezone(offset or timedelta())):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return f"second {seconds}"


def offset_words(offset: timedelta) -> str:
    """Return an offset: ``UTC``, ``UTC+8``, ``UTC+5:30``."""
    minutes = round(offset.total_seconds()) // 60
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02d}" if rest else "")


def length_words(seconds: int) -> str:
    """Return a length of time in whole units, rounded down: ``20 seconds``, ``1 minute``, ``3 hours``, ``2 days``."""
    length = abs(seconds)
    for size, name, least in ((_DAY, "day", 2), (_HOUR, "hour", 2), (_MINUTE, "minute", 1)):
        if length >= least * size:
            return _counted(length // size, name)
    return _counted(length, "second")


def quantity_words(millionths: int | Decimal, unit: str) -> str:
    """Return a quantity on chain, which is in millionths of ``unit``: ``30 t``, ``0.5 kg``, ``12 XBX``."""
    return amount_words(Decimal(millionths) / _SCALE, unit)


def amount_words(amount: Decimal, unit: str) -> str:
    """Return a decimal with the sign of its unit, without zeros at the end."""
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {_SIGNS.get(unit, unit)}"


def times_words(count: int) -> str:
    """Return how often: ``once``, ``3 times``."""
    return "once" if count == 1 else f"{count} times"


def list_words(parts: Iterable[str], most: int = 3) -> str:
    """Return the first ``most`` of ``parts``, and how many more there are: ``a; b; c; and 2 more``."""
    every = list(parts)
    told = every[:most]
    if len(every) > most:
        told.append(f"and {len(every) - most} more")
    return "; ".join(told)


def _clock(time: datetime) -> str:
    return f"{time:%H:%M:%S}" if time.second else f"{time:%H:%M}"


def _counted(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"

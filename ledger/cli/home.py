"""Home: the gateway's folder, and what is opened from it.

``--home`` goes before ``TRADESEAL_HOME``, which goes before ``~/.tradeseal``. Nothing is opened before a
command asks.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ledger.service.ledger import Ledger
    from ledger.settings import Settings
    from ledger.store import Store

DEFAULT_HOME: Final = Path("~/.tradeseal")


def home_of(options: argparse.Namespace) -> Path:
    """Return the gateway's folder; it need not exist."""
    if options.home is not None:
        return Path(options.home)
    named = os.environ.get("TRADESEAL_HOME")
    return Path(named or DEFAULT_HOME).expanduser()


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the gateway's settings.

    Raises:
        Rejected: there are none, or some are wrong; all of them.
    """
    from ledger.settings import read_settings

    return read_settings(home_of(options), os.environ)


def opened(options: argparse.Namespace) -> Ledger:
    """Return the gateway's use cases; close them when done.

    Raises:
        Rejected: as ``settings_of``. Unavailable: the store cannot be opened now.
    """
    if options.opener is not None:
        given: Ledger = options.opener(options)
        return given
    from ledger.wiring import open_ledger

    return open_ledger(settings_of(options))


def opened_store(options: argparse.Namespace) -> Store:
    """Return the gateway's store, without the rest.

    Raises:
        Rejected: as ``settings_of``. Unavailable: it cannot be opened now.
    """
    from ledger.store import open_store

    return open_store(settings_of(options).store.url)

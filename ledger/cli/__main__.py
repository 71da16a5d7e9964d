"""``python -m ledger.cli``: the ``tradeseal`` command without its script."""

from __future__ import annotations

import sys

from ledger.cli import main

if __name__ == "__main__":
    sys.exit(main())

"""One world for all scenarios of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.consortium import Consortium
from tests.scenarios.world import World, a_world


@pytest.fixture(scope="session")
def world(consortium: Consortium) -> Iterator[World]:
    with a_world(consortium) as found:
        yield found

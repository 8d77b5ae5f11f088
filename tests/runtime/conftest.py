"""A real runtime on a real database of each kind, with a clock that the test moves."""

from collections.abc import AsyncIterator

import pytest
from server import START, Bench

from andante.runtime import Runtime, TestClock


@pytest.fixture
async def bench(database_url: str) -> AsyncIterator[Bench]:
    clock = TestClock(START)
    url = database_url
    runtime = await Runtime.open(url, clock=clock, timers=False)
    bench = Bench(runtime, clock, url)
    yield bench
    await bench.runtime.close()

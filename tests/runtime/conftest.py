"""A real runtime on a real SQLite file, with a clock that the test moves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from server import START, Bench

from andante.runtime import Runtime, TestClock


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    clock = TestClock(START)
    url = f"sqlite:///{tmp_path}/andante.db"
    runtime = await Runtime.open(url, clock=clock, timers=False)
    bench = Bench(runtime, clock, url)
    yield bench
    await bench.runtime.close()

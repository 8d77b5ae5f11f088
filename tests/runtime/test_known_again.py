"""A server that is alone and has not heard that its own change was written knows of it soon all the same."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from server import START

from andante.people.accounts import Accounts
from andante.runtime import Runtime, TestClock, rereading, sharing
from andante.store.faults import StoreLost, StoreProblem


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rereading, "PAUSE", 0.01)


async def until(runtime: Runtime, name: str) -> None:
    async with asyncio.timeout(20):
        while not runtime.roster.exists(name):
            await asyncio.sleep(0.01)


async def test_what_could_not_be_read_is_read_as_soon_as_it_can_be(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, quick: None
) -> None:
    runtime = await Runtime.open(postgres_url, clock=TestClock(START), timers=False)
    read, away = runtime.store.get, 3

    async def get(sql: str, parameters: Sequence[object] = ()) -> Any:
        nonlocal away
        if "roster" in sql and away:
            away -= 1
            raise StoreLost("the connection was lost")
        return await read(sql, parameters)

    monkeypatch.setattr(runtime.store, "get", get)
    with pytest.raises(StoreProblem):
        await Accounts(runtime.store, runtime.clock.now, told=runtime.roster.changed).add_person("mia")
    await until(runtime, "mia")
    await runtime.close()


async def test_what_was_written_though_the_answer_was_lost(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "ALONE", 0.0)
    runtime = await Runtime.open(postgres_url, clock=TestClock(START), timers=False)
    write = runtime.store.write

    async def unheard(statements: Sequence[tuple[str, Sequence[object]]]) -> None:
        await write(statements)
        raise StoreLost("the connection was lost")

    with monkeypatch.context() as patched:
        patched.setattr(runtime.store, "write", unheard)
        with pytest.raises(StoreProblem):
            await Accounts(runtime.store, runtime.clock.now, told=runtime.roster.changed).add_person("mia")
    await until(runtime, "mia")
    await runtime.close()

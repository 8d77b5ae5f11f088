"""A command that comes while its server waits for the database is about what others have done by then: that it would
change nothing is no answer that may be old."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from server import START, bpmn, line

from andante.runtime import Runtime, RuntimeSettings, TestClock
from andante.store.postgres import PostgresStore
from andante.store.projection import Batch
from andante.store.store import Answer, Stored

APPROVAL = "approval " + line('<startEvent id="start"/>', '<userTask id="approve"/>', '<endEvent id="end"/>')


@pytest.fixture(params=[False, True], ids=["many instances a transaction", "one instance a transaction"])
async def servers(postgres_url: str, request: pytest.FixtureRequest) -> AsyncIterator[tuple[Runtime, Runtime]]:
    clock, settings = TestClock(START), RuntimeSettings(apart=request.param)
    one = await Runtime.open(postgres_url, clock=clock, timers=False, settings=settings)
    two = await Runtime.open(postgres_url, clock=clock, timers=False, settings=settings)
    await one.deploy_xml(bpmn(APPROVAL), who="dora")
    yield one, two
    await two.close()
    await one.close()


class Late:
    """What the database answers the server first is held back."""

    def __init__(self, store: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answered = asyncio.Event()  # by the database
        self.told = asyncio.Event()  # to the server, when it is set
        self._states, self._submit = store.states, store.submit
        monkeypatch.setattr(store, "states", self.states)
        monkeypatch.setattr(store, "submit", self.submit)

    async def states(self, known: Sequence[tuple[str, int]]) -> dict[str, Stored]:
        found = await self._states(known)
        if not self.answered.is_set():
            self.answered.set()
            await self.told.wait()
        return found

    def submit(self, batch: Batch, answer: Answer) -> None:
        if self.answered.is_set():
            self._submit(batch, answer)
        else:
            self._submit(batch, lambda fault: self._later(answer, fault))

    def _later(self, answer: Answer, fault: BaseException | None) -> None:
        self._holding = asyncio.create_task(self._hold(answer, fault))

    async def _hold(self, answer: Answer, fault: BaseException | None) -> None:
        self.answered.set()
        await self.told.wait()
        answer(fault)


def store_of(runtime: Runtime) -> PostgresStore:
    assert isinstance(runtime.store, PostgresStore)
    return runtime.store


async def test_while_the_state_is_compared(servers: tuple[Runtime, Runtime], monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = servers
    id = (await one.start("approval", who="anna")).id
    assert not (await two.act(id, "resume", who="oda")).suspended
    late = Late(store_of(two), monkeypatch)
    early = asyncio.create_task(two.act(id, "resume", who="oda"))
    await late.answered.wait()
    assert (await one.act(id, "suspend", who="oda")).suspended
    resumed = asyncio.create_task(two.act(id, "resume", who="oda"))
    await asyncio.sleep(0)  # it has come
    late.told.set()
    await early
    assert not (await resumed).suspended
    assert not (await one.instance(id)).suspended


async def test_while_what_was_done_before_is_written(
    servers: tuple[Runtime, Runtime], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = servers
    id = (await one.start("approval", who="anna")).id
    assert not (await two.act(id, "resume", who="oda")).suspended
    store = store_of(two)
    looked = store.states
    late = Late(store, monkeypatch)
    monkeypatch.setattr(store, "states", looked)  # only what is written is held back
    written = asyncio.create_task(two.set_variables(id, {"amount": 1}, who="oda", introduce=True))
    await late.answered.wait()
    assert (await one.act(id, "suspend", who="oda")).suspended
    resumed = asyncio.create_task(two.act(id, "resume", who="oda"))
    await asyncio.sleep(0)
    late.told.set()
    await written
    assert not (await resumed).suspended
    assert not (await one.instance(id)).suspended
    assert await one.variables(id) == {"amount": 1}


async def test_a_server_that_is_slow_still_writes_after_its_lease(servers: tuple[Runtime, Runtime]) -> None:
    one, two = servers
    id = (await one.start("approval", who="anna")).id
    assert not (await two.act(id, "resume", who="oda")).suspended  # it is in memory now
    await store_of(two).write([("update node set expires_at=expires_at-4000 where id=?", [one.executor.node])])
    membership = two._sharing.membership
    assert membership is not None
    await membership.beat()
    assert membership.members.size == 1
    assert (await one.act(id, "suspend", who="oda")).suspended
    assert not (await two.act(id, "resume", who="oda")).suspended
    assert [each.kind for each in await two.history(id)][-1] == "Resumed"

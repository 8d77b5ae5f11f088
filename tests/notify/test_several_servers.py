"""Notes where several servers share the database, and where one goes away in the middle of it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from bureau import NOON, Bureau, Receiver, opened
from post_office import PostOffice

from andante.runtime import Note, TestClock
from andante.timing.instants import HOUR, MINUTE


async def together(clock: TestClock, ms: int, *servers: Bureau) -> None:
    clock.set(clock.now() + ms)
    await asyncio.gather(*(each.runtime.run_due() for each in servers))
    await asyncio.gather(*(each.runtime.run_due() for each in servers))


async def eventually(ask: Callable[[], Awaitable[object]], wanted: object) -> bool:
    async with asyncio.timeout(60):
        while await ask() != wanted:
            await asyncio.sleep(0.01)
    return True


async def test_a_digest_and_what_waited_are_sent_once(postgres_url: str, office: PostOffice) -> None:
    clock = TestClock(NOON)
    async with opened(postgres_url, office, clock) as one, opened(postgres_url, office, clock) as two:
        for name in ("ada", "bob", "cy", "dan"):
            await one.person(name, digest="hourly", channels={"*": ["mail"]})
        await two.runtime.roster.refresh()
        await one.deploy(holder='candidateUsers="ada,bob,cy,dan"', to="nobody")
        for _ in range(5):
            await asyncio.gather(one.start(), two.start())
        await together(clock, 3 * HOUR, one, two)
        assert office.letters == []
        await together(clock, HOUR, one, two)
        assert sorted(one.mails) == [(name, "10 notes from Andante") for name in ("ada", "bob", "cy", "dan")]
        assert await one.states() == {"sent": 40}
        await together(clock, HOUR, one, two)
        assert len(office.letters) == 4


async def test_what_a_server_had_in_hand_when_it_died_another_sends(
    postgres_url: str, office: PostOffice, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = TestClock(NOON)
    stacks = [AsyncExitStack(), AsyncExitStack()]
    servers = [await stack.enter_async_context(opened(postgres_url, office, clock)) for stack in stacks]
    await servers[0].post.endpoints.add("erp", "webhook", receiver.url, ["reminder"])
    await servers[0].deploy(to="nobody")
    await servers[0].start()
    never = asyncio.Event()

    async def hangs(*_: object) -> None:
        await never.wait()

    monkeypatch.setattr(type(servers[0].post.delivery.ways), "send", hangs)
    clock.set(clock.now() + 3 * HOUR)
    # Each server has a part of the instances: the id tells which of them remembers this one's time.
    under_way = [asyncio.create_task(each.runtime.run_due()) for each in servers]
    (idle,), (hanging,) = await asyncio.wait(under_way, timeout=60, return_when=asyncio.FIRST_COMPLETED)
    await idle
    dead = under_way.index(hanging)
    alive = servers[1 - dead]
    assert await eventually(alive.states, {"waiting": 1})
    hanging.cancel()
    await asyncio.gather(hanging, return_exceptions=True)
    await stacks[dead].aclose()
    monkeypatch.undo()
    assert receiver.asked == []
    await together(clock, MINUTE, alive)
    assert len(receiver.asked) == 1
    assert await alive.states() == {"sent": 1}
    await stacks[1 - dead].aclose()


async def test_a_note_that_is_addressed_again_after_a_crash_makes_no_second_letter(bureau: Bureau) -> None:
    await bureau.person("ada")
    await bureau.deploy(to="nobody")
    instance = await bureau.start()
    task = await bureau.task(instance)
    note = Note("k1", "reminder", instance, task.id, task.name, "Expenses", ["ada", "user:ada", "group:none"], None, "")
    for _ in range(3):
        await bureau.post.send(note)
        await bureau.runtime.run_due()
    assert bureau.mails == [("ada", "Reminder: Approve <it>")]
    assert await bureau.post.inbox.unread("ada") == 1


async def test_what_waits_is_there_after_a_restart(database_url: str, office: PostOffice) -> None:
    clock = TestClock(NOON)
    async with opened(database_url, office, clock) as before:
        await before.person("ada", quiet_from="14:00", quiet_until="18:00", channels={"*": ["mail"]})
        await before.deploy(to="nobody")
        await before.start()
        await before.later(3 * HOUR)
        assert await before.states() == {"waiting": 1}
    async with opened(database_url, office, clock) as after:
        await after.at("2026-03-27T18:00")
        assert after.mails == [("ada", "Reminder: Approve <it>")]
        await after.later(25 * HOUR)
        await after.later(HOUR)
        assert await after.states() == {}  # what was sent is forgotten after a day

"""What the simulator has found: whatever is lost on its way, what was promised is done, once."""

import asyncio
from collections.abc import Sequence

import pytest
from server import line
from world import World

from andante.runtime import Problem
from andante.store.faults import StoreLost, StoreProblem
from andante.store.projection import Batch
from andante.testing.simulator.database import Row

WAIT = "wait " + line(
    '<startEvent id="s"/>',
    '<intermediateCatchEvent id="then"><timerEventDefinition><timeDuration>PT10S</timeDuration></timerEventDefinition>'
    "</intermediateCatchEvent>",
    '<endEvent id="e"/>',
)
CALL = "call " + line('<startEvent id="s"/>', '<callActivity id="c" calledElement="work"/>', '<endEvent id="e"/>')
WORK = "work " + line('<startEvent id="s"/>', '<userTask id="do"/>', '<endEvent id="e"/>')
PROMISED = "promised " + line(
    '<startEvent id="s"/>',
    '<userTask id="do" andante:assignee="kim"><extensionElements><andante:sla name="soon" deadline="PT60S">'
    '<andante:reminder relativeTo="deadline" offset="-PT50S"/></andante:sla></extensionElements></userTask>',
    '<endEvent id="e"/>',
)
EVERY = "every " + line(
    '<startEvent id="s"><timerEventDefinition><timeCycle>R3/PT10S</timeCycle></timerEventDefinition></startEvent>',
    '<userTask id="do"/>',
    '<endEvent id="e"/>',
)
MESSAGES = '<message id="m" name="go"/>'
SENDER = "sender " + line(
    '<startEvent id="s"/>',
    '<intermediateThrowEvent id="t"><messageEventDefinition messageRef="m"/></intermediateThrowEvent>',
    '<userTask id="do"/>',
    '<endEvent id="e"/>',
)
BEGUN = "begun " + line(
    '<startEvent id="s"><messageEventDefinition messageRef="m"/></startEvent>',
    '<userTask id="do"/>',
    '<endEvent id="e"/>',
)
AWAITING = "awaiting " + line('<startEvent id="s"/>', '<receiveTask id="r" messageRef="m"/>', '<endEvent id="e"/>')


def refuse(world: World, fault: StoreProblem) -> None:
    """The next batch is not written."""
    commit = world.database.commit

    def once(batch: Batch, *, rival: bool = False) -> None:
        world.database.commit = commit  # type: ignore[method-assign]
        raise fault

    world.database.commit = once  # type: ignore[method-assign]


FAULTS = [StoreProblem("the disk is full"), StoreLost("the connection is gone")]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_timer_fires_though_the_first_try_failed(fault: StoreProblem) -> None:
    async def story(world: World) -> None:
        await world.deploy(WAIT)
        await world.ask(lambda s: s.start("wait", who="ann"))
        await world.pass_time(8)
        refuse(world, fault)
        await world.pass_time(10)
        assert world.count("instance", "closed=1") == 1

    World().play(story)


def test_time_goes_on_though_the_answer_was_lost_when_the_next_is_due() -> None:
    async def story(world: World) -> None:
        await world.deploy(WAIT)
        query = world.database.query
        lost: list[str] = []

        def lose(sql: str, parameters: Sequence[object] = ()) -> list[Row]:
            if sql.startswith("select min(due_at) from instance") and not lost:
                lost.append(sql)
                raise StoreLost("the connection is gone")
            return query(sql, parameters)

        world.database.query = lose  # type: ignore[method-assign]
        await world.pass_time(6)
        assert lost
        await world.ask(lambda s: s.start("wait", who="ann"))
        await world.pass_time(16)
        assert world.count("instance", "closed=1") == 1

    World().play(story)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_timer_starts_its_definition_though_the_first_try_failed(fault: StoreProblem) -> None:
    async def story(world: World) -> None:
        await world.deploy(EVERY)
        await world.pass_time(8)
        refuse(world, fault)
        await world.pass_time(40)
        assert world.count("instance") == 3

    World().play(story)


@pytest.mark.parametrize("servers", [1, 2])
@pytest.mark.parametrize("late", [False, True])
def test_what_was_written_and_not_answered_is_carried_out(late: bool, servers: int) -> None:
    """The call was written, its server does not know, and lives on."""

    async def story(world: World) -> None:
        await world.deploy(CALL, WORK)
        if late:
            world.weather.bring("fault.lost-before")
            world.weather.bring("fault.late")
        else:
            world.weather.bring("fault.lost-after")
        with pytest.raises(Problem) as lost:
            await world.runtime().start("call", who="ann")
        assert lost.value.status == 504
        await world.pass_time(8)
        assert world.count("instance", "name='work'") == 1
        assert world.count("outbox") == 0

    World(servers).play(story)


def test_what_is_taken_over_without_an_answer_is_carried_out() -> None:
    async def story(world: World) -> None:
        await world.deploy(CALL, WORK)
        world.weather.bring("fault.lost-after")
        with pytest.raises(Problem):
            await world.runtime().start("call", who="ann")
        world.weather.bring("fault.lost-after", 3)
        await world.pass_time(12)
        assert world.count("instance", "name='work'") == 1
        assert world.count("outbox") == 0

    World().play(story)


def test_a_note_whose_failure_could_not_be_noted_is_sent_later() -> None:
    async def story(world: World) -> None:
        await world.deploy(PROMISED)
        await world.ask(lambda s: s.start("promised", who="ann"))
        await world.pass_time(8)
        world.weather.bring("fault.not-sent")
        while not world.trace.counts["fault.not-sent"]:
            await world.pass_time(0.001)
        world.weather.bring("fault.read-lost", 4)
        await world.pass_time(45)
        assert [note.kind for note in world.notes] == ["reminder"]
        assert world.count("outbox") == 0

    World().play(story)


def test_a_note_that_is_left_goes_out_when_a_server_starts() -> None:
    async def story(world: World) -> None:
        await world.deploy(PROMISED)
        await world.ask(lambda s: s.start("promised", who="ann"))
        while not world.count("outbox"):
            await world.pass_time(0.0005)
        world.servers[0].crash()
        assert world.notes == []
        await world.pass_time(5)
        world.servers[0].start()
        await world.pass_time(3)
        assert [note.kind for note in world.notes] == ["reminder"]

    World().play(story)


def test_a_note_of_who_was_away_is_left_to_who_has_taken_it_over() -> None:
    """It finds itself with another name: what it has just written is not its own any more, and not done either."""

    async def story(world: World) -> None:
        await world.deploy(PROMISED)
        await world.ask(lambda s: s.start("promised", who="ann"))
        while not world.count("outbox"):
            await world.pass_time(0.0005)
        for server in world.servers:
            server.pause()
        world.database.transaction([("update outbox set node='another'", [])])
        for server in world.servers:
            server.go_on()
        await world.pass_time(20)
        assert [note.kind for note in world.notes] == ["reminder"]

    World().play(story)


def test_a_message_that_comes_again_after_a_deployment_starts_nothing_more() -> None:
    async def story(world: World) -> None:
        await world.deploy(BEGUN, extra=MESSAGES)
        for note in ("one", "two"):
            await world.deploy(BEGUN, extra=f"{MESSAGES}<!-- {note} -->")
            await world.ask(lambda s: s.publish("go", message_id="once", who="ann"))
        assert world.count("instance") == 1

    World().play(story)


def test_a_message_starts_what_another_server_has_deployed_meanwhile() -> None:
    """Even where a server thinks that it is alone, and that it knows all definitions."""

    async def story(world: World) -> None:
        await world.deploy(BEGUN, extra=MESSAGES)
        one = world.runtime(1)
        one._definitions.catalogue.alone_until = world.loop.time() + 100
        await world.deploy(BEGUN, extra=f"{MESSAGES}<!-- new -->")
        published = await world.ask(lambda s: s.publish("go", who="ann"), server=1)
        assert len(published.started) == 1

    World(2).play(story)


def test_a_message_that_waits_finds_its_receiver_though_its_server_is_gone() -> None:
    async def story(world: World) -> None:
        await world.deploy(AWAITING, extra=MESSAGES)
        await world.ask(lambda s: s.publish("go", ttl_ms=600_000, who="ann"))
        world.loop.create_task(world.servers[1].ask(lambda s: s.start("awaiting", who="ann"))).add_done_callback(
            lambda done: done.exception()
        )
        while not world.count("subscription"):
            await world.pass_time(0.0002)
        world.servers[1].crash()
        await world.pass_time(12)
        assert world.count("instance", "closed=1") == 1

    World(2).play(story)


def test_who_went_away_does_not_keep_others_from_their_answer() -> None:
    async def story(world: World) -> None:
        await world.deploy(WORK)
        started = await world.ask(lambda s: s.start("work", who="ann"))
        world.servers[0].crash()
        await world.pass_time(5)
        world.servers[0].start()
        await world.pass_time(3)
        runtime = world.runtime()
        # All wait for the instance to be read; what they ask changes nothing, and some do not wait for the answer.
        asking = [world.loop.create_task(runtime.act(started.id, "resume", who="ann")) for _ in range(6)]
        await asyncio.sleep(0.000_1)
        for each in asking[::2]:
            each.cancel()
        async with asyncio.timeout(5):
            assert [(await each).id for each in asking[1::2]] == [started.id] * 3

    World().play(story)


def test_letters_that_nobody_heard_of_come_before_later_ones() -> None:
    """The suspension is written, and its answer is lost: so are its letters, to this server. The resumption that
    follows at once must not be told to the called instance first."""

    async def story(world: World) -> None:
        await world.deploy(CALL, WORK)
        found = await world.ask(lambda s: s.start("call", who="ann"))
        await world.pass_time(1)
        commit = world.database.commit

        def once(batch: Batch, *, rival: bool = False) -> None:
            world.database.commit = commit  # type: ignore[method-assign]
            commit(batch)
            raise StoreLost("the connection is gone")

        world.database.commit = once  # type: ignore[method-assign]
        with pytest.raises(Problem):
            await world.ask(lambda s: s.act(found.id, "suspend", who="oda"))
        await world.ask(lambda s: s.act(found.id, "resume", who="oda"))
        await world.pass_time(30)
        assert world.count("instance", "suspended=0 and closed=0") == 2
        assert world.count("outbox") == 0

    World().play(story)

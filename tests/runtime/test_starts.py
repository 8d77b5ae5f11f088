"""What starts an instance from outside: several definitions on one start event."""

from server import HOUR, Bench, line

ROOTS = '<message id="m" name="paid"/><message id="n" name="sent"/><signal id="s" name="alarm"/>'
HOURLY = "<timerEventDefinition><timeCycle>R2/PT1H</timeCycle></timerEventDefinition>"
ONCE = "<timerEventDefinition><timeDuration>PT3H</timeDuration></timerEventDefinition>"
MANY = "many " + line(
    '<startEvent id="start"><messageEventDefinition messageRef="m"/><messageEventDefinition messageRef="n"/>'
    f'<signalEventDefinition signalRef="s"/>{HOURLY}{ONCE}</startEvent>',
    '<userTask id="look"/>',
    '<endEvent id="end"/>',
)


async def test_any_of_several_definitions_starts_an_instance(bench: Bench) -> None:
    await bench.deploy(MANY, extra=ROOTS)
    for name in ("paid", "sent"):
        answer = await bench.runtime.publish(name, variables={"by": name}, business_key=name, who="bank")
        assert len(answer.started) == 1
        assert await bench.runtime.variables(answer.started[0]) == {"by": name}
    assert (await bench.runtime.broadcast("alarm", who="bank")).started == 1
    assert len(await bench.todo()) == 3
    for hours, tasks in ((1, 4), (2, 5), (3, 6), (4, 6)):  # the hour, the hour, the third hour
        await bench.pass_time(HOUR)
        assert (hours, len(await bench.todo())) == (hours, tasks)


async def test_timers_of_a_version_that_is_no_longer_active_are_still(bench: Bench) -> None:
    await bench.deploy(MANY, extra=ROOTS)
    await bench.deploy(MANY.replace(ONCE, ""), extra=ROOTS)
    await bench.pass_time(3 * HOUR)
    assert {task.version for task in await bench.todo()} == {"1.0.1"}
    answer = await bench.runtime.publish("paid", who="bank")
    assert len(answer.started) == 1


async def test_one_message_in_two_definitions_starts_one_instance(bench: Bench) -> None:
    await bench.deploy(MANY, extra=ROOTS.replace("sent", "paid"))
    assert len((await bench.runtime.publish("paid", who="bank")).started) == 1
    assert len(await bench.todo()) == 1

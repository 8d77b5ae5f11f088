"""What starts an instance from outside: several definitions on one start event, receive tasks, event-based gateways,
conditions."""

import pytest
from server import HOUR, Bench, line

from andante.runtime import Problem

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


ORDER = "order " + line(
    '<receiveTask id="order" messageRef="m" instantiate="true"/>', '<userTask id="look"/>', '<endEvent id="end"/>'
)
BOTH = """
    {name} <eventBasedGateway id="first" instantiate="true" eventGatewayType="{kind}"/>
    <intermediateCatchEvent id="paid"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>
    <receiveTask id="sent" messageRef="n"/>
    <intermediateCatchEvent id="alarm"><signalEventDefinition signalRef="s"/></intermediateCatchEvent>
    <userTask id="a"/><userTask id="b"/><userTask id="c"/>
    <sequenceFlow id="f1" sourceRef="first" targetRef="paid"/><sequenceFlow id="f2" sourceRef="paid" targetRef="a"/>
    <sequenceFlow id="f3" sourceRef="first" targetRef="sent"/><sequenceFlow id="f4" sourceRef="sent" targetRef="b"/>
    <sequenceFlow id="f5" sourceRef="first" targetRef="alarm"/><sequenceFlow id="f6" sourceRef="alarm" targetRef="c"/>
"""


async def test_a_receive_task_is_deployed_as_a_start(bench: Bench) -> None:
    await bench.deploy(ORDER, extra=ROOTS)
    answer = await bench.runtime.publish("paid", variables={"sum": 3}, who="bank")
    assert (len(answer.started), answer.delivered) == (1, [])
    assert [task.element for task in await bench.todo()] == ["look"]
    assert await bench.runtime.variables(answer.started[0]) == {"sum": 3}


async def test_each_event_behind_an_exclusive_gateway_starts_an_instance(bench: Bench) -> None:
    await bench.deploy(BOTH.format(name="one", kind="Exclusive"), extra=ROOTS)
    await bench.runtime.publish("paid", who="bank")
    await bench.runtime.publish("sent", who="bank")
    await bench.runtime.broadcast("alarm", who="bank")
    assert sorted(task.element for task in await bench.todo()) == ["a", "b", "c"]
    assert len({task.instance_id for task in await bench.todo()}) == 3


async def test_behind_a_parallel_gateway_the_others_go_to_the_instance_that_awaits_them(bench: Bench) -> None:
    await bench.deploy(BOTH.format(name="all", kind="Parallel"), extra=ROOTS)
    one = (await bench.runtime.publish("paid", business_key="A-1", who="bank")).started[0]
    two = (await bench.runtime.publish("paid", business_key="A-2", who="bank")).started[0]
    await bench.reopen()
    answer = await bench.runtime.publish("sent", business_key="A-2", who="bank")
    assert (answer.delivered, answer.started) == ([two], [])
    other = await bench.runtime.publish("sent", business_key="A-3", who="bank")
    assert other.delivered == []  # whose payment has not come yet
    assert len(other.started) == 1
    alarm = await bench.runtime.broadcast("alarm", who="bank")
    assert (alarm.delivered, alarm.started) == (3, 0)
    found = {task.instance_id: set[str]() for task in await bench.todo()}
    for task in await bench.todo():
        found[task.instance_id].add(task.element)
    assert found == {one: {"a", "c"}, two: {"a", "b", "c"}, other.started[0]: {"b", "c"}}
    again = await bench.runtime.broadcast("alarm", who="bank")
    assert (again.delivered, again.started) == (0, 1)


def conditional(name: str, *definitions: str) -> str:
    return f"{name} " + line(
        f'<startEvent id="start">{"".join(definitions)}</startEvent>', '<userTask id="look"/>', '<endEvent id="end"/>'
    )


def when(condition: str, attributes: str = "") -> str:
    return f"<conditionalEventDefinition {attributes}><condition>{condition}</condition></conditionalEventDefinition>"


async def test_a_condition_that_is_true_starts_an_instance_with_what_was_told(bench: Bench) -> None:
    await bench.deploy(conditional("high", when("=sum &gt; 10")), conditional("low", when("${sum &lt; 5}")))
    started = await bench.runtime.evaluate_conditions({"sum": 11}, business_key="A-1", who="olga")
    (one,) = [await bench.runtime.instance(each) for each in started]
    assert (one.name, one.business_key, one.created_by) == ("high", "A-1", "olga")
    assert await bench.runtime.variables(one.id) == {"sum": 11}
    for told in (7, None, "many"):
        assert await bench.runtime.evaluate_conditions({"sum": told}, who="olga") == []
    assert await bench.runtime.evaluate_conditions({}, who="olga") == []
    assert len(await bench.runtime.evaluate_conditions({"sum": 1}, who="olga")) == 1
    assert len(await bench.todo()) == 2


async def test_only_the_active_version_and_the_process_that_is_named_is_asked(bench: Bench) -> None:
    await bench.deploy(conditional("high", when("=sum &gt; 10")), conditional("other", when("=sum &gt; 10")))
    await bench.deploy(conditional("high", when("=sum &gt; 20")))
    assert len(await bench.runtime.evaluate_conditions({"sum": 15}, who="olga")) == 1
    assert len(await bench.runtime.evaluate_conditions({"sum": 25}, who="olga")) == 2
    started = await bench.runtime.evaluate_conditions({"sum": 25}, definition="high", who="olga")
    assert [(await bench.runtime.instance(each)).name for each in started] == ["high"]
    with pytest.raises(Problem, match="no definition 'gone'"):
        await bench.runtime.evaluate_conditions({}, definition="gone", who="olga")
    await bench.deploy("plain " + line('<startEvent id="start"/>', '<endEvent id="end"/>'))
    with pytest.raises(Problem, match="no condition starts 'plain'"):
        await bench.runtime.evaluate_conditions({}, definition="plain", who="olga")


async def test_a_condition_that_names_variables_asks_for_one_of_them(bench: Bench) -> None:
    await bench.deploy(conditional("named", when("=sum != null", 'andante:variables="sum"'), when("=urgent = true")))
    for told, count in (({"sum": 1}, 1), ({"other": 1}, 0), ({"urgent": True}, 1), ({"sum": 1, "urgent": True}, 1)):
        assert len(await bench.runtime.evaluate_conditions(dict(told), who="olga")) == count


async def test_several_start_events_start_one_instance_each(bench: Bench) -> None:
    await bench.deploy(
        "both "
        f'<startEvent id="s1">{when("=sum &gt; 1")}</startEvent><startEvent id="s2">{when("=sum &gt; 2")}</startEvent>'
        '<userTask id="a"/><userTask id="b"/><sequenceFlow id="f1" sourceRef="s1" targetRef="a"/>'
        '<sequenceFlow id="f2" sourceRef="s2" targetRef="b"/>'
    )
    await bench.runtime.evaluate_conditions({"sum": 2}, who="olga")
    assert [task.element for task in await bench.todo()] == ["a"]
    await bench.runtime.evaluate_conditions({"sum": 3}, who="olga")
    assert sorted(task.element for task in await bench.todo()) == ["a", "a", "b"]


async def test_a_condition_of_a_json_definition_sees_its_declared_variables(bench: Bench) -> None:
    body: dict[str, object] = {
        "name": "Declared",
        "label": "Declared",
        "variables": [{"name": "sum", "type": "Number"}, {"name": "least", "type": "Number", "value": 10}],
        "startEvents": [{"name": "start", "condition": "sum > least", "connector": "look"}],
        "userTasks": [{"name": "look"}],
    }
    await bench.runtime.deploy_json(body, who="designer")
    (started,) = await bench.runtime.evaluate_conditions({"sum": 11, "other": 1}, who="olga")
    assert await bench.runtime.variables(started) == {"sum": 11, "least": 10}
    for told in (9, "eleven"):
        assert await bench.runtime.evaluate_conditions({"sum": told}, who="olga") == []

"""A message finds the instance that it is for by what is in it, among many that wait for one of its name."""

import pytest
from server import HOUR, Bench, line

ROOTS = (
    '<message id="m" name="paid"/><correlationProperty id="p" name="order"><correlationPropertyRetrievalExpression '
    'messageRef="m"><messagePath>receipt.order</messagePath></correlationPropertyRetrievalExpression>'
    '</correlationProperty><collaboration id="c"><correlationKey id="k"><correlationPropertyRef>p'
    "</correlationPropertyRef></correlationKey></collaboration>"
)
WAITS = (
    'waits <correlationSubscription correlationKeyRef="k"><correlationPropertyBinding correlationPropertyRef="p">'
    "<dataPath>number</dataPath></correlationPropertyBinding></correlationSubscription>"
) + line(
    '<startEvent id="start"/>',
    '<intermediateCatchEvent id="wait"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>',
    '<endEvent id="end"/>',
)


@pytest.mark.parametrize("business_key", ["", "of the sender"])
async def test_a_message_without_a_key_is_read(bench: Bench, business_key: str) -> None:
    await bench.deploy(WAITS, extra=ROOTS)
    one, two = await bench.start("waits", number=1), await bench.start("waits", number="2")
    await bench.reopen()
    for receipt, delivered in (({"order": 3}, []), ({}, []), ({"order": 2}, [two.id])):
        answer = await bench.runtime.publish(
            "paid", business_key=business_key, variables={"receipt": receipt}, who="bank"
        )
        assert answer.delivered == delivered
    assert await bench.state(one.id) == "Paused"
    assert await bench.state(two.id) == "Completed OK"


async def test_a_message_that_waits_finds_the_instance_that_comes(bench: Bench) -> None:
    await bench.deploy(WAITS, extra=ROOTS)
    kept = await bench.runtime.publish("paid", variables={"receipt": {"order": 2}}, ttl_ms=HOUR, who="bank")
    assert kept.buffered
    one, two = await bench.start("waits", number=1), await bench.start("waits", number=2)
    await bench.runtime.run_due()
    assert await bench.state(one.id) == "Paused"
    assert await bench.state(two.id) == "Completed OK"


BOTH = (
    'both <startEvent id="start"/><parallelGateway id="split"/>'
    '<intermediateCatchEvent id="one"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    '<intermediateCatchEvent id="two"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
    '<sequenceFlow id="f1" sourceRef="start" targetRef="split"/>'
    '<sequenceFlow id="f2" sourceRef="split" targetRef="one"/>'
    '<sequenceFlow id="f3" sourceRef="split" targetRef="two"/>'
)


async def test_what_is_awaited_before_the_key_is_known_gets_it_with_the_first_message(bench: Bench) -> None:
    await bench.deploy(BOTH, extra=ROOTS)
    started = await bench.start("both")

    async def pay(order: int) -> bool:
        answer = await bench.runtime.publish("paid", variables={"receipt": {"order": order}}, who="bank")
        return answer.delivered == [started.id]

    assert await pay(2)
    await bench.reopen()
    assert not await pay(3)
    rows = await bench.runtime.store.read("select correlation from subscription")
    assert [tuple(row) for row in rows] == [("2",)]
    assert await pay(2)
    assert await bench.state(started.id) == "Completed OK"


async def test_a_message_that_waits_is_taken_when_its_key_becomes_known(bench: Bench) -> None:
    await bench.deploy(BOTH, extra=ROOTS)
    started = await bench.start("both")
    values: dict[str, object] = {"receipt": {"order": 1}}
    kept = await bench.runtime.publish("paid", business_key="other", variables=values, ttl_ms=HOUR, who="bank")
    assert kept.buffered
    await bench.runtime.publish("paid", variables=values, who="bank")
    await bench.runtime.run_due()
    assert await bench.state(started.id) == "Completed OK"

"""Events go to a real Kafka. `make kafka` fetches one and runs these tests; they are no part of `make test`."""

import asyncio
import os
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from aiokafka.admin import AIOKafkaAdminClient, NewTopic  # type: ignore[import-untyped]
from bureau import MODEL, NOON
from kafka_broker import Broker
from test_cloud_events import Desk, opened

from andante.notify import event_kafka
from andante.notify.cloud_events import STRUCTURED, schema
from andante.runtime import TestClock
from andante.timing.instants import MINUTE

QUICK = '{"request_timeout_ms": 1000}'
TOLD = ["instance.started", "task.created", "task.completed", "instance.completed"]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    jars = os.environ.get("ANDANTE_TEST_KAFKA", "")
    if not jars:
        pytest.skip("NOT TESTED WITH KAFKA: ANDANTE_TEST_KAFKA names no folder with its jars; `make kafka` does it all")
    broker = Broker(Path(jars).absolute(), tmp_path_factory.mktemp("kafka"))
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


async def make(broker: Broker, topic: str, partitions: int = 3, **about: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    await admin.start()
    try:
        await admin.create_topics(
            [
                NewTopic(
                    topic, partitions, 1, topic_configs={name.replace("_", "."): text for name, text in about.items()}
                )
            ]
        )
    finally:
        await admin.close()


async def read(broker: Broker, topic: str) -> list[Any]:
    """All that is in the topic, partition after partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.address)
    await consumer.start()
    try:
        numbers = sorted(await consumer._client._wait_on_metadata(topic))
        parts = [TopicPartition(topic, number) for number in numbers]
        consumer.assign(parts)
        for each in parts:
            consumer.seek(each, 0)
        ends = await consumer.end_offsets(parts)
        found: list[Any] = []
        async with asyncio.timeout(20):
            while len(found) < sum(ends.values()):  # nothing is ever taken out of these topics
                for rows in (await consumer.getmany(*parts, timeout_ms=200)).values():
                    found += rows
        return sorted(found, key=lambda row: (row.partition, row.offset))
    finally:
        await consumer.stop()


def about(row: Any) -> dict[str, str]:
    return {name: text.decode() for name, text in row.headers}


def of_instances(rows: list[Any]) -> dict[str, list[str]]:
    """What was told of each, in the order of its partition; what came twice counts once."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row.key.decode(), {}).setdefault(
            about(row)["ce_id"], about(row)["ce_type"].removeprefix("dev.andante.")
        )
    return {key: list(told.values()) for key, told in found.items()}


async def until_told(desk: Desk) -> None:
    async with asyncio.timeout(30):
        while await desk.waiting():
            await desk.later(MINUTE)


async def test_a_topic_keeps_what_happened_in_the_order_of_each_instance(tmp_path: Path, broker: Broker) -> None:
    await make(broker, "flow.Expenses")
    async with opened(f"sqlite:///{tmp_path}/a.db", kafka=broker.address, topic="flow.{definition}") as desk:
        instances = [await desk.start() for _ in range(12)]
        for each in instances:
            await desk.complete(each)
        await until_told(desk)
    rows = await read(broker, "flow.Expenses")
    assert of_instances(rows) == dict.fromkeys([row.key.decode() for row in rows], TOLD)
    assert {row.key.decode() for row in rows} == set(instances)
    assert len({row.partition for row in rows}) > 1
    for key, told in groupby(sorted(rows, key=lambda row: row.key), key=lambda row: row.key):
        mine = list(told)
        assert len({row.partition for row in mine}) == 1
        assert [about(row)["ce_sequence"] for row in mine] == sorted(about(row)["ce_sequence"] for row in mine)
        for row in mine:
            headers = about(row)
            assert (headers["ce_subject"], headers["content-type"]) == (key.decode(), "application/json")
            jsonschema.validate(
                msgspec.json.decode(row.value), schema(headers["ce_type"].removeprefix("dev.andante."))
            )  # fmt: skip


async def test_events_wait_while_the_broker_restarts(tmp_path: Path, broker: Broker) -> None:
    await make(broker, "restarted")
    options = {"kafka": broker.address, "topic": "restarted", "kafka_options": QUICK}
    clock = TestClock(NOON)
    async with opened(f"sqlite:///{tmp_path}/a.db", clock, **options) as desk:
        before = await desk.start()
        await until_told(desk)
        broker.stop()
        meanwhile = await desk.start()
        await desk.complete(before)
        await desk.runtime.run_due()
        assert (await desk.waiting(), desk.events.failed["kafka"]) == (2, 1)
        assert (
            "KafkaConnectionError" in desk.events.ways["kafka"].why or "NodeNotReady" in desk.events.ways["kafka"].why
        )
        desk.clock.set(desk.clock.now() + MINUTE)
        desk.events.wake()  # on its way while the server stops
        began = time.monotonic()
    assert time.monotonic() - began < 5
    async with opened(f"sqlite:///{tmp_path}/a.db", clock, **options) as desk:
        await desk.complete(meanwhile)
        await desk.later(MINUTE)
        assert (await desk.waiting(), "Unable to bootstrap" in desk.events.ways["kafka"].why) == (3, True)
        broker.start()
        await until_told(desk)
    assert of_instances(await read(broker, "restarted")) == {before: TOLD, meanwhile: TOLD}


async def test_a_topic_that_is_not_there_holds_back_its_own_definition_alone(
    tmp_path: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_kafka, "TOPIC_SECONDS", 0.3)
    monkeypatch.setattr(event_kafka, "MISSING_SECONDS", 1.0)
    await make(broker, "by.Expenses", 1)
    other = MODEL.format(holder='assignee="ada"', to="bob").replace("Expenses", "Travel").encode()
    async with opened(f"sqlite:///{tmp_path}/a.db", kafka=broker.address, topic="by.{definition}") as desk:
        await desk.runtime.deploy_xml(other, who="dora")
        held = [(await desk.runtime.start("Travel", who="ina")).id for _ in range(3)]
        told = await desk.start()
        await desk.runtime.run_due()
        (backlog,) = await desk.events.table.backlogs()
        assert (backlog.waiting, backlog.failing, desk.events.ways["kafka"].why) == (3, 3, "")
        assert "topic by.Travel: [Error 3] UnknownTopicOrPartitionError" in backlog.error
        assert list(of_instances(await read(broker, "by.Expenses"))) == [told]
        await make(broker, "by.Travel", 1)
        await until_told(desk)
        assert set(of_instances(await read(broker, "by.Travel"))) == set(held)
    async with opened(f"sqlite:///{tmp_path}/b.db", kafka=broker.address, topic="for.all") as desk:
        await desk.start()
        await desk.runtime.run_due()
        assert "topic for.all" in desk.events.ways["kafka"].why  # no event is at fault


async def test_what_a_broker_finds_too_big_holds_back_its_own_instance_alone(tmp_path: Path, broker: Broker) -> None:
    await make(broker, "small", 1, max_message_bytes="20000")
    async with opened(f"sqlite:///{tmp_path}/a.db", kafka=broker.address, topic="small", mode=STRUCTURED) as desk:
        big = (await desk.runtime.start("Expenses", who="ina", business_key="x" * 30_000)).id
        await desk.runtime.run_due()
        fits = [await desk.start() for _ in range(3)]
        await desk.runtime.run_due()
        (backlog,) = await desk.events.table.backlogs()
        assert (backlog.waiting, backlog.failing, desk.events.ways["kafka"].why) == (1, 1, "")
        assert "MessageSizeTooLarge" in backlog.error
        rows = await read(broker, "small")
        assert {row.key.decode() for row in rows} == set(fits)
        assert about(rows[0]) == {"content-type": "application/cloudevents+json"}
        assert msgspec.json.decode(rows[0].value)["partitionkey"] == fits[0] != big


async def test_a_broker_that_wants_certificates(tmp_path: Path, broker: Broker) -> None:
    await make(broker, "secret", 1)
    files = {
        "ssl_cafile": str(broker.certificate),
        "ssl_certfile": str(broker.certificate),
        "ssl_keyfile": str(broker.key),
    }

    def desk(name: str, **chosen: str) -> Any:
        said = msgspec.json.encode({"security_protocol": "SSL", **chosen}).decode()
        return opened(f"sqlite:///{tmp_path}/{name}.db", kafka=broker.secure, topic="secret", kafka_options=said)

    async with desk("known", **files) as known:
        instance = await known.start()
        await known.runtime.run_due()
        assert await known.waiting() == 0
    async with desk("unknown") as unknown:
        await unknown.start()
        await unknown.runtime.run_due()
        assert (await unknown.waiting(), "Unable to bootstrap" in unknown.events.ways["kafka"].why) == (1, True)
    assert list(of_instances(await read(broker, "secret"))) == [instance]

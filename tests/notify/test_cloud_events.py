"""Events of instances and tasks as CloudEvents: to webhooks, NATS and Kafka, in order, and none is lost."""

import asyncio
import datetime as dt
import re
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import jsonschema
import msgspec
import nats
import pytest
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError  # type: ignore[import-untyped]
from bureau import MODEL, NOON, Receiver
from standardwebhooks import Webhook

from andante.notify import EventOptions, EventPost, PostOptions, make_events, make_post
from andante.notify.cloud_events import BINARY, STRUCTURED, schema
from andante.notify.event_kafka import KafkaSink, checked_options
from andante.runtime import Problem, Runtime, TaskQuery, TestClock
from andante.timing.instants import HOUR, MINUTE

SOURCE = "https://flow.example"


class Desk:
    """A runtime whose events go out."""

    def __init__(self, runtime: Runtime, clock: TestClock) -> None:
        self.runtime = runtime
        self.clock = clock
        (self.events,) = (each for each in runtime.channels if isinstance(each, EventPost))
        self.post: Any = runtime.channels[0]

    async def start(self) -> str:
        return (await self.runtime.start("Expenses", who="ina", business_key="E-1")).id

    async def complete(self, instance: str) -> None:
        (task,) = (await self.runtime.tasks(TaskQuery(everything=True, instance_id=instance))).items
        await self.runtime.task_action(task.id, "complete", who="ada")

    async def later(self, ms: int) -> None:
        self.clock.set(self.clock.now() + ms)
        await self.runtime.run_due()

    async def waiting(self) -> int:
        return sum(each.waiting for each in await self.events.table.backlogs())


@asynccontextmanager
async def opened(url: str, clock: TestClock | None = None, sink: Any = None, **options: Any) -> AsyncIterator[Desk]:
    clock = clock or TestClock(NOON)

    def channels(runtime: Runtime) -> list[Any]:
        post = make_post(runtime, PostOptions(SOURCE, private=True), Random(7))
        if sink is not None:
            events = EventPost(
                runtime, post.endpoints, post.delivery.ways._webhooks, SOURCE, {sink.name: (sink, ["*"])}, Random(7)
            )
        else:
            events = make_events(runtime, post, EventOptions(SOURCE, **options))
        return [post, events]

    runtime = await Runtime.open(url, clock=clock, timers=False, channels=channels)
    try:
        if not await runtime.definitions(name="Expenses"):
            await runtime.deploy_xml(MODEL.format(holder='assignee="ada"', to="bob").encode(), who="dora")
        yield Desk(runtime, clock)
    finally:
        await runtime.close()


def kinds(receiver: Receiver) -> list[str]:
    return [headers["ce-type"].removeprefix("dev.andante.") for _, headers, _ in receiver.asked]


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    moment = dt.datetime.fromtimestamp(int(headers["webhook-timestamp"]), dt.UTC)
    return Webhook(secret).sign(headers["webhook-id"], moment, body.decode()) == headers["webhook-signature"]


async def test_a_webhook_is_told_of_all_that_happens(database_url: str, receiver: Receiver) -> None:
    async with opened(database_url) as desk:
        made = await desk.post.endpoints.add("erp", "cloudevents", receiver.url, [])
        instance = await desk.start()
        await desk.later(5 * HOUR)  # the goal passes
        await desk.runtime.act(instance, "suspend", who="ona", reason="look")
        await desk.runtime.act(instance, "resume", who="ona", reason="")
        await desk.complete(instance)
        await desk.runtime.run_due()
        assert kinds(receiver) == [
            "instance.started", "task.created", "sla.passed", "instance.suspended", "instance.resumed",
            "task.completed", "instance.completed",
        ]  # fmt: skip
        for _, headers, body in receiver.asked:
            kind, data = headers["ce-type"].removeprefix("dev.andante."), msgspec.json.decode(body)
            jsonschema.validate(data, schema(kind))
            assert is_signed(made.secrets[0].text, headers, body)
            assert headers["ce-dataschema"] == f"{SOURCE}/schemas/events/{kind}.json"
            assert (headers["ce-subject"], headers["ce-specversion"], headers["ce-source"]) == (instance, "1.0", SOURCE)
            assert headers["webhook-id"] == headers["ce-id"]
        ids = [headers["ce-id"] for _, headers, _ in receiver.asked]
        assert len(set(ids)) == len(ids)
        sequences = [headers["ce-sequence"] for _, headers, _ in receiver.asked]
        assert sequences == sorted(sequences)
        suspended, completed = receiver.bodies()[3], receiver.bodies()[5]
        assert (suspended["reason"], suspended["actor"], suspended["suspended"]) == ("look", "ona", True)
        assert (completed["taskName"], completed["actor"], completed["element"]) == ("Approve <it>", "ada", "approve")
        assert (receiver.bodies()[2]["target"], receiver.bodies()[2]["sla"]) == ("goal", "s")
        assert await desk.waiting() == 0


async def test_filters_and_structured_mode(database_url: str, receiver: Receiver) -> None:
    async with opened(database_url) as desk:
        with pytest.raises(Problem, match=r"kinds: 'task\.done' fits no event"):
            await desk.post.endpoints.add("erp", "cloudevents", receiver.url, ["task.done"])
        filters = ["Expenses/task.*", "Other/*"]
        made = await desk.post.endpoints.add("erp", "cloudevents-structured", receiver.url, filters)
        await desk.start()
        await desk.runtime.run_due()
        ((_, headers, body),) = receiver.asked
        assert headers["content-type"].startswith("application/cloudevents+json")
        assert is_signed(made.secrets[0].text, headers, body)
        event = msgspec.json.decode(body)
        assert (event["type"], event["data"]["businessKey"]) == ("dev.andante.task.created", "E-1")
        await desk.post.endpoints.remove("erp")
        await desk.start()
        await desk.runtime.run_due()
        assert (len(receiver.asked), await desk.waiting()) == (1, 0)


async def test_what_fails_holds_back_its_own_instance_alone(database_url: str, receiver: Receiver) -> None:
    async with opened(database_url) as desk:
        await desk.post.endpoints.add("erp", "cloudevents", receiver.url, ["task.*"])
        receiver.status = 500
        first = await desk.start()
        await desk.runtime.run_due()
        await desk.complete(first)
        receiver.status = 200
        receiver.asked.clear()
        second = await desk.start()
        await desk.runtime.run_due()
        assert [(headers["ce-subject"]) for _, headers, _ in receiver.asked] == [second]
        (backlog,) = await desk.events.table.backlogs()
        assert (backlog.waiting, backlog.failing) == (2, 1)
        assert "500" in backlog.error
        await desk.later(MINUTE)
        assert [(headers["ce-subject"]) for _, headers, _ in receiver.asked] == [second, first, first]
        assert kinds(receiver)[1:] == ["task.created", "task.completed"]
        assert await desk.waiting() == 0


class Stubborn:
    """A sink that is away, or hangs, while it is told to; it keeps what it took."""

    name = "stub"

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        self.away = False
        self.hang: asyncio.Event | None = None

    async def send(self, event: Any) -> None:
        from andante.notify.event_sinks import Away

        if self.hang is not None:
            await self.hang.wait()
        if self.away:
            raise Away("nobody there")
        self.taken.append((event.subject, event.id))

    async def close(self) -> None:
        pass


async def test_while_nobody_takes_them_events_wait_in_the_database(database_url: str) -> None:
    clock, sink = TestClock(NOON), Stubborn()
    sink.away = True
    async with opened(database_url, clock, sink) as desk:
        instances = [await desk.start() for _ in range(5)]
        await desk.runtime.run_due()
        assert desk.events.ways["stub"].why == "nobody there"
        assert (await desk.waiting(), desk.events.failed["stub"]) == (5, 1)
    after = Stubborn()
    async with opened(database_url, clock, after) as desk:
        await desk.runtime.run_due()
        assert sorted({subject for subject, _ in after.taken}) == sorted(instances)
        assert (await desk.waiting(), len(after.taken)) == (0, 10)


async def test_of_several_servers_one_tells_of_an_instance_at_a_time(postgres_url: str) -> None:
    clock, slow, quick = TestClock(NOON), Stubborn(), Stubborn()
    slow.hang = asyncio.Event()
    async with opened(postgres_url, clock, slow) as one, opened(postgres_url, clock, quick) as two:
        await two.runtime._definitions.catalogue.refresh()
        held = await one.start()
        async with asyncio.timeout(20):
            while not await one.runtime.store.get("select 1 from event_out where node<>''"):
                await asyncio.sleep(0.01)
        await two.complete(held)
        other = await two.start()
        await two.events.drain()
        assert {subject for subject, _ in quick.taken} == {other}
        slow.hang.set()
        await one.events.drain()
        await one.runtime.run_due()
        await two.runtime.run_due()
        of_held = [id for subject, id in (*slow.taken, *quick.taken) if subject == held]
        assert of_held == sorted(of_held)
        assert (len(of_held), await one.waiting()) == (4, 0)


# NATS, a real server.


@pytest.fixture(scope="module")
def nats_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin")
    if program is None:
        pytest.skip("NOT TESTED WITH NATS: there is no nats-server")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("nats")
    server = subprocess.Popen(
        [program, "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(folder)], stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with socket.socket() as trying:
                if trying.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield f"nats://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


@pytest.mark.parametrize("mode", [BINARY, STRUCTURED])
async def test_jetstream_keeps_each_event_once_and_in_order(tmp_path: Path, nats_url: str, mode: str) -> None:
    client = await nats.connect(nats_url)
    stream = client.jetstream()
    prefix = f"flow{mode}"
    await stream.add_stream(name=prefix, subjects=[f"{prefix}.>"])
    subject = prefix + ".{definition}.{type}"
    async with opened(f"sqlite:///{tmp_path}/a.db", nats=nats_url, subject=subject, mode=mode) as desk:
        instance = await desk.start()
        await desk.complete(instance)
        await desk.runtime.run_due()
        assert (await desk.waiting(), desk.events.ways["nats"].why) == (0, "")
        info = await stream.stream_info(prefix)
        assert info.state.messages == 4
        reader = await stream.pull_subscribe("", stream=prefix, durable="r")
        found = await reader.fetch(4, timeout=5)
        assert [each.subject.removeprefix(f"{prefix}.Expenses.") for each in found] == [
            "instance.started", "task.created", "task.completed", "instance.completed",
        ]  # fmt: skip
        headers = found[0].headers or {}
        body = msgspec.json.decode(found[0].data)
        if mode == BINARY:
            assert (headers["ce-subject"], headers["ce-id"]) == (instance, headers["Nats-Msg-Id"])
            assert body["instanceId"] == instance
        else:
            assert (body["id"], body["data"]["instanceId"]) == (headers["Nats-Msg-Id"], instance)
    await client.close()


async def test_a_broker_that_is_not_there_is_tried_again(tmp_path: Path) -> None:
    options: dict[str, Any] = {
        "nats": "nats://127.0.0.1:1",
        "subject": "x.{type}",
        "kafka": "127.0.0.1:1",
        "topic": "x",
    }
    async with opened(f"sqlite:///{tmp_path}/a.db", **options) as desk:
        await desk.start()
        await desk.runtime.run_due()
        assert await desk.waiting() == 2
        assert re.search("NoServers|refused", desk.events.ways["nats"].why)
        assert "Unable to bootstrap" in desk.events.ways["kafka"].why


# Kafka: the boundary is the library's producer; test_kafka.py has a broker, not for every run of the tests.


class Producer:
    """As aiokafka's, as far as it is used; `fault` is raised by the next sending."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.sent: list[tuple[str, bytes, bytes, dict[str, str]]] = []
        self.fault: Exception | None = None

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    async def partitions_for(self, topic: str) -> set[int]:
        return {0}

    async def send_and_wait(self, topic: str, value: bytes, *, key: bytes, headers: list[tuple[str, bytes]]) -> None:
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        self.sent.append((topic, value, key, {name: text.decode() for name, text in headers}))


async def test_kafka_gets_them_keyed_by_instance(tmp_path: Path) -> None:
    made: list[Producer] = []

    def make(**options: Any) -> Producer:
        made.append(Producer(**options))
        return made[-1]

    options = checked_options('{"client_id": "us"}')
    sink = KafkaSink("broker:9092", "flow.{definition}", BINARY, options, make)
    async with opened(f"sqlite:///{tmp_path}/a.db", sink=sink) as desk:
        instance = await desk.start()
        await desk.runtime.run_due()
        (producer,) = made
        assert producer.options == {
            "bootstrap_servers": "broker:9092", "acks": "all", "request_timeout_ms": 10_000, "client_id": "us",
        }  # fmt: skip
        told = [each[3]["ce_type"].removeprefix("dev.andante.") for each in producer.sent]
        assert told == ["instance.started", "task.created"]
        topic, value, key, headers = producer.sent[0]
        assert (topic, key, headers["content-type"]) == ("flow.Expenses", instance.encode(), "application/json")
        assert msgspec.json.decode(value)["instanceId"] == instance
        producer.fault = KafkaConnectionError()
        await desk.complete(instance)
        await desk.runtime.run_due()
        assert (len(producer.sent), "KafkaConnectionError" in desk.events.ways["kafka"].why) == (2, True)
        producer.fault = MessageSizeTooLargeError()
        await desk.later(MINUTE)
        assert (await desk.events.table.backlogs())[0].failing == 1
        await desk.events.retry("kafka")
        await desk.runtime.run_due()
        assert (len(producer.sent), await desk.waiting()) == (4, 0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"nats": "nats://x", "subject": "{color}"}, "nats_subject: 'color' cannot be filled in"),
        ({"kafka": "x:1", "topic": "t", "kafka_options": '{"acks": 0}'}, "kafka_options: 'acks' is none of"),
        (
            {"kafka": "x:1", "topic": "t", "kafka_options": '{"ssl_cafile": "/a"}'},
            "ssl_cafile needs a security_protocol",
        ),
        (
            {"kafka": "x:1", "topic": "t", "kafka_options": '{"security_protocol": "SSL", "ssl_cafile": "/no"}'},
            "kafka_options: /no: [Errno 2]",
        ),
        ({"filters": ("instance.begun",)}, "'instance.begun' fits no event"),
        ({"mode": "other"}, "events_mode: 'other' is none of"),
    ],
)
async def test_settings_that_cannot_be_are_told(tmp_path: Path, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        async with opened(f"sqlite:///{tmp_path}/a.db", **options):
            pass

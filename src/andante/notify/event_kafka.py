"""Events to Kafka. Imported only where it is used: it needs the extra `kafka`.

It is the outbox that tries again, not the producer: an idempotent one would try for ever, could not be stopped while no
broker is there, and after a record that a broker refused all later ones of that partition would be out of its sequence.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, final

import msgspec
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]
from aiokafka.errors import (  # type: ignore[import-untyped]
    InvalidTopicError,
    KafkaError,
    KafkaTimeoutError,
    ProducerClosed,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.helpers import create_ssl_context  # type: ignore[import-untyped]

from andante.notify.cloud_events import JSON, STRUCTURED, STRUCTURED_JSON, CloudEvent
from andante.notify.event_sinks import Away

UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]")  # what the name of a topic cannot have
TLS: Final = ("ssl_cafile", "ssl_certfile", "ssl_keyfile")
OPTIONS: Final = frozenset(
    ("security_protocol", "sasl_mechanism", "sasl_plain_username", "sasl_plain_password", "compression_type",
     "max_request_size", "request_timeout_ms", "client_id", *TLS)
)  # fmt: skip
ANSWER_MS: Final = 10_000  # until then all replicas in sync must have an event
TOPIC_SECONDS: Final = 5.0  # brokers that make topics by themselves need about one
MISSING_SECONDS: Final = 30.0  # a topic that was not there is not asked for again
CLOSE_SECONDS: Final = 3.0
OF_PRODUCER: Final = (KafkaTimeoutError, ProducerClosed)
OF_TOPIC: Final = (UnknownTopicOrPartitionError, TopicAuthorizationFailedError, InvalidTopicError)


def checked_options(text: str) -> dict[str, Any]:
    """More for the producer, as a JSON object. Raises ValueError."""
    try:
        found = msgspec.json.decode(text or "{}", type=dict[str, Any])
    except msgspec.DecodeError as fault:
        raise ValueError(f"kafka_options must be a JSON object: {fault}") from None
    if unknown := sorted(found.keys() - OPTIONS):
        raise ValueError(f"kafka_options: '{unknown[0]}' is none of {', '.join(sorted(OPTIONS))}")
    _split(found)
    return found


def _split(options: Mapping[str, Any]) -> dict[str, Any]:
    """As the producer takes them: files of TLS as a context. Raises ValueError."""
    files = {name.removeprefix("ssl_"): options[name] for name in TLS if name in options}
    chosen = {"request_timeout_ms": ANSWER_MS} | {name: each for name, each in options.items() if name not in TLS}
    if "SSL" in str(options.get("security_protocol", "")):
        try:
            chosen["ssl_context"] = create_ssl_context(**files)
        except OSError as fault:  # SSLError is one
            raise ValueError(f"kafka_options: {', '.join(map(str, files.values()))}: {fault}") from None
    elif files:
        raise ValueError(f"kafka_options: ssl_{next(iter(files))} needs a security_protocol of SSL or SASL_SSL")
    return chosen


@final
class KafkaSink:
    """`topic` may name {definition}. The key is the instance's id, so that its events stay in one partition, in their
    order. `options` go to the producer; `make` makes it, for tests."""

    name = "kafka"

    def __init__(
        self, servers: str, topic: str, mode: str, options: Mapping[str, Any],
        make: Callable[..., Any] = AIOKafkaProducer,
    ) -> None:  # fmt: skip
        self._servers = servers
        self._topic = topic
        self._mode = mode
        self._options = _split(options)
        self._make = make
        self._producer: Any = None
        self._opening = asyncio.Lock()
        self._missing: dict[str, float] = {}  # topics, until when (monotonic seconds)

    async def send(self, event: CloudEvent) -> None:
        if self._mode == STRUCTURED:
            body, headers = event.structured(), {"content-type": STRUCTURED_JSON}
        else:
            body, headers = event.body(), {"content-type": JSON, **event.attributes("ce_")}
        topic = self._topic.format(definition=UNFIT.sub("_", event.definition))
        written = [(name, value.encode()) for name, value in headers.items()]
        producer = await self._open()
        try:
            await self._look_for(producer, topic)
            await producer.send_and_wait(topic, body, key=event.partitionkey.encode(), headers=written)
        except OF_TOPIC as fault:
            why = f"topic {topic}: {fault}"
            if topic == self._topic:  # the one that all go to
                raise Away(why) from None
            raise ValueError(why) from None
        except (KafkaError, OSError, TimeoutError) as fault:
            if isinstance(fault, KafkaError) and not (fault.retriable or isinstance(fault, OF_PRODUCER)):
                raise
            raise Away(f"{type(fault).__name__}: {fault}") from None

    async def _look_for(self, producer: Any, topic: str) -> None:
        """Raises UnknownTopicOrPartitionError, at once if it was not there a moment ago: others wait behind it."""
        if self._missing.get(topic, 0.0) < time.monotonic():
            try:
                async with asyncio.timeout(TOPIC_SECONDS):
                    await producer.partitions_for(topic)
            except (TimeoutError, UnknownTopicOrPartitionError):
                self._missing[topic] = time.monotonic() + MISSING_SECONDS
            else:
                self._missing.pop(topic, None)
                return
        raise UnknownTopicOrPartitionError("make it, or let the brokers make topics")

    async def _open(self) -> Any:
        async with self._opening:
            if self._producer is None:
                try:
                    self._producer = await self._started()
                except Exception as fault:  # of options too: no event is at fault
                    raise Away(f"{type(fault).__name__}: {fault}") from None
            return self._producer

    async def _started(self) -> Any:
        producer = self._make(bootstrap_servers=self._servers, acks="all", **self._options)
        try:
            await producer.start()
        except BaseException:  # also when it is given up
            await producer.stop()
            raise
        return producer

    async def close(self) -> None:
        """What is still on its way is in the outbox, so nobody waits long for it."""
        if self._producer is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._producer.stop()

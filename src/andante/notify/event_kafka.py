"""Events to Kafka. Imported only where it is used: it needs the extra `kafka`."""

import asyncio
import re
import ssl
from collections.abc import Callable, Mapping
from typing import Any, Final, final

import msgspec
from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]
from aiokafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError  # type: ignore[import-untyped]

from andante.notify.cloud_events import JSON, STRUCTURED, STRUCTURED_JSON, CloudEvent
from andante.notify.event_sinks import Away

UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]")  # what the name of a topic cannot have
OPTIONS: Final = frozenset(
    ("security_protocol", "sasl_mechanism", "sasl_plain_username", "sasl_plain_password", "compression_type",
     "max_request_size", "request_timeout_ms", "client_id")
)  # fmt: skip


def checked_options(text: str) -> dict[str, Any]:
    """More for the producer, as a JSON object. Raises ValueError."""
    try:
        found = msgspec.json.decode(text or "{}", type=dict[str, Any])
    except msgspec.DecodeError as fault:
        raise ValueError(f"kafka_options must be a JSON object: {fault}") from None
    if unknown := sorted(found.keys() - OPTIONS):
        raise ValueError(f"kafka_options: '{unknown[0]}' is none of {', '.join(sorted(OPTIONS))}")
    return found


@final
class KafkaSink:
    """`topic` may name {definition}. The key is the instance's id, so that its events stay in one partition, in their
    order; the producer is idempotent. `options` go to it; `make` makes it, for tests."""

    name = "kafka"

    def __init__(
        self, servers: str, topic: str, mode: str, options: Mapping[str, Any],
        make: Callable[..., Any] = AIOKafkaProducer,
    ) -> None:  # fmt: skip
        self._servers = servers
        self._topic = topic
        self._mode = mode
        self._options = dict(options)
        self._make = make
        self._producer: Any = None
        self._opening = asyncio.Lock()

    async def send(self, event: CloudEvent) -> None:
        producer = await self._open()
        if self._mode == STRUCTURED:
            body, headers = event.structured(), {"content-type": STRUCTURED_JSON}
        else:
            body, headers = event.body(), {"content-type": JSON, **event.attributes("ce_")}
        topic = self._topic.format(definition=UNFIT.sub("_", event.definition))
        written = [(name, value.encode()) for name, value in headers.items()]
        try:
            await producer.send_and_wait(topic, body, key=event.partitionkey.encode(), headers=written)
        except (KafkaConnectionError, KafkaTimeoutError, OSError, TimeoutError) as fault:
            raise Away(f"{type(fault).__name__}: {fault}") from None

    async def _open(self) -> Any:
        async with self._opening:
            if self._producer is None:
                secure = "SSL" in str(self._options.get("security_protocol", ""))
                more = {"ssl_context": ssl.create_default_context()} if secure else {}
                producer = self._make(bootstrap_servers=self._servers, enable_idempotence=True, **more, **self._options)
                try:
                    await producer.start()
                except (KafkaError, OSError, TimeoutError) as fault:
                    await producer.stop()
                    raise Away(f"{type(fault).__name__}: {fault}") from None
                self._producer = producer
            return self._producer

    async def close(self) -> None:
        if self._producer is not None:
            await self._producer.stop()

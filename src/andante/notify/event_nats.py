"""Events to NATS JetStream. Imported only where it is used: it needs the extra `nats`."""

import asyncio
import re
from typing import Final, final

import nats
from nats.aio.client import Client
from nats.errors import Error, MaxPayloadError
from nats.js import JetStreamContext

from andante.notify.cloud_events import JSON, STRUCTURED, STRUCTURED_JSON, CloudEvent
from andante.notify.event_sinks import Away

SECONDS: Final = 10.0
UNFIT: Final = re.compile(r"[\s.*>\x00-\x1f]")  # what a token of a subject cannot have


@final
class NatsSink:
    """`subject` may name {definition}, {type} and {instance}. A message's id (Nats-Msg-Id) is the event's: JetStream
    drops what comes twice within its window."""

    name = "nats"

    def __init__(self, url: str, subject: str, mode: str, credentials: str = "") -> None:
        self._url = url
        self._subject = subject
        self._mode = mode
        self._credentials = credentials
        self._client: Client | None = None
        self._stream: JetStreamContext | None = None
        self._opening = asyncio.Lock()

    async def send(self, event: CloudEvent) -> None:
        stream = await self._open()
        subject = self._subject.format(
            definition=UNFIT.sub("_", event.definition) or "_", type=event.kind, instance=event.subject
        )
        headers = {"Nats-Msg-Id": event.id}
        if self._mode == STRUCTURED:
            body = event.structured()
            headers["content-type"] = STRUCTURED_JSON
        else:
            body = event.body()
            headers |= {"content-type": JSON, **event.attributes("ce-")}
        try:
            await stream.publish(subject, body, timeout=SECONDS, headers=headers)
        except MaxPayloadError:
            raise
        except (Error, OSError, TimeoutError) as fault:
            if type(fault).__module__.startswith("nats.js"):  # JetStream has answered: it is about this one
                raise
            raise Away(f"{type(fault).__name__}: {fault}") from None

    async def _open(self) -> JetStreamContext:
        async with self._opening:
            if self._stream is None or self._client is None or self._client.is_closed:
                try:
                    self._client = await nats.connect(
                        self._url.split(","), name="andante", connect_timeout=5, reconnect_time_wait=0.1,
                        allow_reconnect=False, max_reconnect_attempts=1,
                        user_credentials=self._credentials or None, error_cb=_quiet,
                    )  # fmt: skip
                except (Error, OSError, TimeoutError) as fault:
                    raise Away(f"{type(fault).__name__}: {fault}") from None
                self._stream = self._client.jetstream(timeout=SECONDS)
            return self._stream

    async def close(self) -> None:
        if self._client is not None and not self._client.is_closed:
            await self._client.close()


async def _quiet(_: Exception) -> None:
    """What goes wrong is told by the sending that it stops."""

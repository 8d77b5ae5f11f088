"""Where events go: what each way has to do, and the way by HTTP."""

from typing import Protocol, final

import httpx

from andante.notify.cloud_events import JSON, STRUCTURED, STRUCTURED_JSON, CloudEvent
from andante.notify.endpoints import Endpoint
from andante.notify.webhook import Webhooks
from andante.runtime import Clock


class Away(Exception):
    """Nobody can be told anything now by this way: all wait, and nothing of them is at fault."""


class Sink(Protocol):
    """A way to programs. `name` is that of its rows."""

    @property
    def name(self) -> str: ...

    async def send(self, event: CloudEvent) -> None:
        """Returns once it is taken for good. Raises Away, or anything else where this event cannot be sent now."""

    async def close(self) -> None: ...


@final
class HttpSink:
    """A webhook that takes CloudEvents, signed as all are: the body, whichever mode it is in."""

    def __init__(self, endpoint: Endpoint, webhooks: Webhooks, clock: Clock) -> None:
        self.endpoint = endpoint
        self.name = f"webhook:{endpoint.name}"
        self._webhooks = webhooks
        self._clock = clock

    async def send(self, event: CloudEvent) -> None:
        if self.endpoint.kind.endswith(STRUCTURED):
            body, about = event.structured(), {"content-type": f"{STRUCTURED_JSON}; charset=utf-8"}
        else:
            body, about = event.body(), {"content-type": JSON, **event.attributes("ce-")}
        secrets = self.endpoint.signing(self._clock.now())
        try:
            await self._webhooks.deliver(self.endpoint.url, secrets, event.id, body, about)
        except httpx.ConnectError as fault:
            raise Away(f"no connection: {fault}") from None

    async def close(self) -> None:
        """It keeps none open."""

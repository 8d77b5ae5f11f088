"""Signed webhooks, as Standard Webhooks says: one POST of JSON for each note."""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final, final
from urllib.parse import SplitResult

import msgspec
from standardwebhooks import Webhook

from andante.notify.faults import NotNow, Undeliverable
from andante.notify.outbound import asked_ms, call, checked_url
from andante.runtime import Clock
from andante.timing.instants import iso

TIMEOUT_S: Final = 15.0
AT_ONCE: Final = 32
GONE: Final = 410


@final
class Webhooks:
    """`private`: whether addresses that are not of the open internet may be called. `transport`: for tests."""

    def __init__(self, clock: Clock, *, private: bool) -> None:
        self._clock = clock
        self._private = private
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def post(self, url: str, secrets: Sequence[str], id: str, kind: str, data: dict[str, Any]) -> None:
        """Send it, signed with each of `secrets`. `id` is the webhook-id. Raises Undeliverable, NotNow, or OSError and
        httpx.HTTPError when it is to be tried again."""
        body = msgspec.json.encode({"type": f"note.{kind}", "timestamp": iso(self._clock.now()), "data": data})
        await self.deliver(url, secrets, id, body, {"content-type": "application/json"})

    async def deliver(self, url: str, secrets: Sequence[str], id: str, data: bytes, about: Mapping[str, str]) -> None:
        """Send these bytes, signed, with headers `about` them. Raises as `post` does."""
        parts, body = checked_url(url), data.decode()
        now = self._clock.now()
        moment = dt.datetime.fromtimestamp(now // 1000, dt.UTC)
        headers = {
            **about,
            "user-agent": "andante",
            "webhook-id": id,
            "webhook-timestamp": str(now // 1000),
            "webhook-signature": " ".join(Webhook(secret).sign(id, moment, body) for secret in secrets),
        }
        async with self._slots, asyncio.timeout(TIMEOUT_S):
            status, asked = await self._send(parts, headers, data)
        if status == GONE:
            raise Undeliverable("the receiver answered 410: it wants no more")
        if not 200 <= status < 300:
            why = "; redirects are not followed, give the address itself" if 300 <= status < 400 else ""
            raise NotNow(f"the receiver answered {status}{why}", asked)

    async def _send(self, parts: SplitResult, headers: dict[str, str], body: bytes) -> tuple[int, int]:
        """The status, and after how many ms the receiver wants to be asked again. What it says is not read."""
        answer = await call("POST", parts, headers, body, private=self._private, seconds=TIMEOUT_S, most=0)
        return answer.status, asked_ms(answer.headers.get("retry-after", ""))

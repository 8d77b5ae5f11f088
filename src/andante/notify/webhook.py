"""Signed webhooks, as Standard Webhooks says: one POST of JSON for each note.

The name is resolved once, its addresses are looked at, and the connection is made to the one that was looked at: a
name that changes in between leads nowhere else. Redirects are not followed.
"""

import asyncio
import datetime as dt
import ipaddress
import socket
from collections.abc import Sequence
from typing import Any, Final, final
from urllib.parse import SplitResult, urlsplit

import httpx
import msgspec
from standardwebhooks import Webhook

from andante.notify.faults import NotNow, Undeliverable
from andante.runtime import Clock
from andante.timing.instants import iso

TIMEOUT_S: Final = 15.0
AT_ONCE: Final = 32
LONGEST_ASKED_MS: Final = 24 * 3_600_000
GONE: Final = 410


def checked_url(url: str) -> SplitResult:
    """Raises ValueError for what is no address of a webhook; its message does not repeat the address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as fault:
        raise ValueError(f"the URL is not valid: {fault}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError("the URL must be http:// or https:// and name a host")
    if parts.username is not None or parts.fragment:
        raise ValueError("the URL must have no user, password or fragment")
    return parts


async def resolved(host: str, port: int, *, private: bool) -> list[str]:
    """The addresses of a host. Raises Undeliverable where one of them is no public one and `private` is not allowed,
    OSError where there is none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not private:
        for address in addresses:
            if not is_public(address):
                raise Undeliverable(f"{host} is at the private address {address}, which private_addresses forbids")
    return addresses


def is_public(address: str) -> bool:
    """Whether it is an address of the open internet, and stands for no other one that is not."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        nat64 = ipaddress.ip_network("64:ff9b::/96")
        if found in nat64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner:
            return inner.is_global and not inner.is_multicast
    return found.is_global and not found.is_multicast


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
        parts = checked_url(url)
        now = self._clock.now()
        body = msgspec.json.encode({"type": f"note.{kind}", "timestamp": iso(now), "data": data}).decode()
        moment = dt.datetime.fromtimestamp(now // 1000, dt.UTC)
        headers = {
            "content-type": "application/json",
            "user-agent": "andante",
            "webhook-id": id,
            "webhook-timestamp": str(now // 1000),
            "webhook-signature": " ".join(Webhook(secret).sign(id, moment, body) for secret in secrets),
        }
        async with self._slots, asyncio.timeout(TIMEOUT_S):
            status, asked = await self._send(parts, headers, body.encode())
        if status == GONE:
            raise Undeliverable("the receiver answered 410: it wants no more")
        if not 200 <= status < 300:
            why = "; redirects are not followed, give the address itself" if 300 <= status < 400 else ""
            raise NotNow(f"the receiver answered {status}{why}", asked)

    async def _send(self, parts: SplitResult, headers: dict[str, str], body: bytes) -> tuple[int, int]:
        """The status, and after how many ms the receiver wants to be asked again."""
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        addresses = await resolved(host, port, private=self._private)
        refused: httpx.ConnectError | None = None
        async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            for address in addresses:
                there = f"[{address}]" if ":" in address else address
                target = f"{parts.scheme}://{there}:{port}{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
                request = client.build_request(
                    "POST", target, content=body, headers={**headers, "host": parts.netloc},
                    extensions={"sni_hostname": host},
                )  # fmt: skip
                try:
                    answer = await client.send(request, stream=True)
                except httpx.ConnectError as fault:
                    refused = fault
                    continue
                try:
                    return answer.status_code, _asked(answer.headers.get("retry-after", ""))
                finally:
                    await answer.aclose()  # what it says is not read
        raise refused or OSError(f"{host} has no address")


def _asked(text: str) -> int:
    return min(int(text) * 1000, LONGEST_ASKED_MS) if text.isdigit() and len(text) < 10 else 0

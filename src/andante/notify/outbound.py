"""HTTP calls to addresses that others have written down.

The name is resolved once, its addresses are looked at, and the connection is made to the one that was looked at: a
name that changes in between leads nowhere else. Redirects are not followed.
"""

import asyncio
import ipaddress
import socket
import zlib
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

import httpx

from andante.notify.faults import Undeliverable
from andante.runtime.tracing import with_parent

LONGEST_ASKED_MS: Final = 24 * 3_600_000
# Of the registries of special addresses (RFC 6890), what Python's own list has not in every release that we run on. And
# an address that is public by its number alone: at it, each machine at Azure finds what tells of it.
INNER: Final = [ipaddress.IPv4Network(each) for each in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")]
UNICAST: Final = ipaddress.IPv6Network("2000::/3")  # all that is given out; local and old ones are beside it
DOCUMENTED: Final = ipaddress.IPv6Network("3fff::/20")
NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
GZIP: Final = "gzip"
OF_GZIP: Final = 16 + zlib.MAX_WBITS  # what zlib calls it
ISATAP: Final = 0x5EFE  # bits 64 to 95 but the one for "global" (RFC 5214)


class Answer(NamedTuple):
    """What came back; `headers` have small letters, `body` is what was asked to be read of it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def checked_url(url: str) -> SplitResult:
    """Raises ValueError for what is no address of a webhook; its message does not repeat the address."""
    try:
        parts = urlsplit(url)
        port = parts.port
        (parts.hostname or "").encode("idna")
    except ValueError as fault:
        raise ValueError(f"the URL is not valid: {fault}") from None
    if any(sign < " " or sign == "\x7f" for sign in url):
        raise ValueError("the URL has characters that no URL may have")
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
    if isinstance(found, ipaddress.IPv4Address):
        return found.is_global and not found.is_multicast and not any(found in each for each in INNER)
    inner = _inner(found)
    if inner is not None:
        return is_public(str(inner))
    return found in UNICAST and found.is_global and found not in DOCUMENTED


def _inner(found: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that some machine on the way may make of it."""
    last = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    if found in NAT64 or (int(found) >> 32) & 0xFCFFFFFF == ISATAP:
        return last
    return found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)


async def call(
    method: str, parts: SplitResult, headers: Mapping[str, str], body: bytes, *, private: bool, seconds: float,
    most: int,
) -> Answer:  # fmt: skip
    """One call within so many seconds for each step of it. Of the answer at most so many bytes are read, 0: none.
    Raises Undeliverable for a private address that is not allowed and for an answer that is longer, OSError and
    httpx.HTTPError when it may be tried again."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    addresses = await resolved(host, port, private=private)
    refused: httpx.ConnectError | None = None
    async with httpx.AsyncClient(timeout=seconds, follow_redirects=False, trust_env=False) as client:
        for address in addresses:
            there = f"[{address}]" if ":" in address else address
            target = f"{parts.scheme}://{there}:{port}{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            request = client.build_request(
                method, target, content=body, extensions={"sni_hostname": host},
                headers={"accept-encoding": GZIP, **with_parent(headers), "host": parts.netloc},
            )  # fmt: skip
            try:
                answer = await client.send(request, stream=True)
            except httpx.ConnectError as fault:
                refused = fault
                continue
            try:
                return Answer(answer.status_code, dict(answer.headers), await _read(answer, most))
            finally:
                await answer.aclose()
    raise refused or OSError(f"{host} has no address")


async def _read(answer: httpx.Response, most: int) -> bytes:
    """Unpacked no further than it may be long: a part of a few kilobytes may stand for gigabytes."""
    found = bytearray()
    if not most:
        return b""
    packed = answer.headers.get("content-encoding", "identity").strip().lower()
    if packed not in (GZIP, "identity", ""):
        raise Undeliverable(f"the answer is packed by {packed[:20]!r}, which was not asked for")
    unpack = zlib.decompressobj(OF_GZIP) if packed == GZIP else None
    try:
        async for part in answer.aiter_raw():
            found += part if unpack is None else unpack.decompress(part, most + 1 - len(found))
            if len(found) > most:
                raise Undeliverable(f"the answer is longer than {most} bytes")
    except zlib.error:
        raise Undeliverable("the answer says that it is packed, and cannot be unpacked") from None
    return bytes(found)


def asked_ms(text: str) -> int:
    """After how many ms a Retry-After asks for another try; 0 where it does not say so in seconds."""
    return min(int(text) * 1000, LONGEST_ASKED_MS) if text.isdigit() and len(text) < 10 else 0

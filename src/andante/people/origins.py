"""Where a request comes from: the address of the connection, or what proxies that are believed say of it."""

import ipaddress
from collections.abc import Iterable, Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def checked_networks(text: str) -> list[Network]:
    """Addresses and networks, with commas. Raises ValueError that names the one that is none."""
    found = []
    for each in filter(None, (part.strip() for part in text.split(","))):
        try:
            found.append(ipaddress.ip_network(each, strict=False))
        except ValueError:
            raise ValueError(f"'{each}' is no address and no network: write 10.0.0.5 or 10.0.0.0/8") from None
    return found


def _address(text: str) -> Address | None:
    """Of "192.0.2.1", "192.0.2.1:4711", "2001:db8::1" or "[2001:db8::1]:4711"."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found


def believed(peer: str, trusted: Sequence[Network]) -> bool:
    """Whether the other end of the connection is a proxy whose word counts."""
    at = _address(peer)
    return at is not None and any(at in each for each in trusted)


def origin_address(peer: str, forwarded: Iterable[str], trusted: Sequence[Network]) -> str:
    """Who is behind `peer`, the other end of the connection. `forwarded`: the X-Forwarded-For headers in their order.
    Each proxy adds whom it heard from at the end; so the first from the end that is no trusted proxy is the one, and
    what stands before it anybody could have written."""
    at = _address(peer)
    if at is None or not believed(peer, trusted):
        return peer
    hops = [hop for header in forwarded for hop in header.split(",")]
    for hop in reversed(hops):
        found = _address(hop)
        if found is None:
            break
        at = found
        if not any(at in each for each in trusted):
            break
    return str(at)

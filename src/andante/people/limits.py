"""What narrows a client or a key below what its person may: scopes, addresses it may come from, and an end."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from andante.people.faults import PARAMETER, AccessProblem
from andante.people.permissions import PERMISSIONS

MOST: Final = 100
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def scopes_of(given: Iterable[str]) -> list[str]:
    """Permissions (`task.read`), or all of an area (`task.*`), each known. None given: all that the person may. Raises
    AccessProblem (400)."""
    chosen = sorted(set(given))
    for scope in chosen:
        if not _meant(scope):
            areas = sorted({f"{name.partition('.')[0]}.*" for name in PERMISSIONS})
            raise AccessProblem(
                PARAMETER, 400, f"scopes: '{scope}' is none; use a permission such as task.read, or {', '.join(areas)}."
            )
    return chosen


def permissions(scopes: Iterable[str]) -> frozenset[str] | None:
    """What they allow; None where there are none, so that all is allowed."""
    found = frozenset(name for scope in scopes for name in _meant(scope))
    return found or None


def _meant(scope: str) -> list[str]:
    if scope in PERMISSIONS:
        return [scope]
    area, dot, star = scope.partition(".")
    return [name for name in PERMISSIONS if dot and star == "*" and name.partition(".")[0] == area]


def ranges_of(given: Iterable[str]) -> list[str]:
    """Addresses and networks (CIDR). Raises AccessProblem (400) for one that is none."""
    found: dict[str, None] = {}
    for text in given:
        try:
            found[str(ipaddress.ip_network(text.strip()))] = None
        except ValueError as fault:
            raise AccessProblem(
                PARAMETER, 400, f"ranges: {fault}. Write an address or a network, as 192.0.2.0/24 or 2001:db8::/32."
            ) from None
    if len(found) > MOST:
        raise AccessProblem(PARAMETER, 400, f"ranges: at most {MOST}.")
    return list(found)


def comes_from(ranges: tuple[str, ...], address: str) -> bool:
    """Whether the address is in one of them. Without ranges every address will do, known or not."""
    if not ranges:
        return True
    try:
        at = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(at, ipaddress.IPv6Address) and at.ipv4_mapped is not None:
        at = at.ipv4_mapped
    return any(at in network for network in _networks(ranges))


@lru_cache(maxsize=1_000)
def _networks(ranges: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(each) for each in ranges)


def ends_at(given: int, now: int) -> int:
    """When it ends (ms), 0 never. Raises AccessProblem (400) for a time that has passed."""
    if given and given <= now:
        raise AccessProblem(PARAMETER, 400, "expiresAt: that has passed. Give a time to come, or none.")
    return given

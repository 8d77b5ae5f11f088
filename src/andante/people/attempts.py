"""Slows down guessing: a pause after some wrong secrets for one name from one address, and after more for any names."""

import ipaddress
from typing import Final, final

MOST: Final = 10
MOST_OF_ADDRESS: Final = 50
WINDOW_MS: Final = 300_000
REMEMBERED: Final = 10_000


@final
class Attempts:
    """Counts failures by (address, name), and by address, in memory. A success forgets those of its name; that of an
    address is not forgotten, for whoever guesses may have an account of their own."""

    def __init__(self) -> None:
        self._by_name = _Counts(MOST)
        self._by_address = _Counts(MOST_OF_ADDRESS)

    def wait_ms(self, address: str, name: str, now: int) -> int:
        """How long this name must wait from this address; 0: not at all."""
        from_there = self._by_address.wait_ms(_network(address), now) if address else 0
        return max(self._by_name.wait_ms((address, name), now), from_there)

    def failed(self, address: str, *names: str, now: int) -> None:
        """Once of the address, whatever `names` the secret was tried for."""
        for name in names:
            self._by_name.add((address, name), now)
        if address:  # not known: then all would be one
            self._by_address.add(_network(address), now)

    def succeeded(self, address: str, name: str) -> None:
        self._by_name.forget((address, name))


@final
class _Counts:
    """Failures of each key in its window: the number and when it began (ms)."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[object, tuple[int, int]] = {}

    def wait_ms(self, key: object, now: int) -> int:
        count, since = self._found.get(key, (0, 0))
        return max(0, since + WINDOW_MS - now) if count >= self._most else 0

    def add(self, key: object, now: int) -> None:
        count, since = self._found.pop(key, (0, now))
        if now - since >= WINDOW_MS:
            count, since = 0, now
        self._found[key] = (count + 1, since)
        if len(self._found) > REMEMBERED:
            del self._found[next(iter(self._found))]

    def forget(self, key: object) -> None:
        self._found.pop(key, None)


def _network(address: str) -> str:
    """Of IPv6 the network: whoever has one address has all of its."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))
    return str(getattr(found, "ipv4_mapped", None) or found)

"""Slows down guessing: after some wrong secrets for one name from one address, a pause."""

from typing import Final, final

MOST: Final = 10
WINDOW_MS: Final = 300_000
REMEMBERED: Final = 10_000


@final
class Attempts:
    """Counts failures by (address, name), in memory. A success forgets them."""

    def __init__(self) -> None:
        self._failures: dict[tuple[str, str], tuple[int, int]] = {}

    def wait_ms(self, address: str, name: str, now: int) -> int:
        """How long this name must wait from this address; 0: not at all."""
        count, since = self._failures.get((address, name), (0, 0))
        return max(0, since + WINDOW_MS - now) if count >= MOST else 0

    def failed(self, address: str, name: str, now: int) -> None:
        key = (address, name)
        count, since = self._failures.pop(key, (0, now))
        if now - since >= WINDOW_MS:
            count, since = 0, now
        self._failures[key] = (count + 1, since)
        if len(self._failures) > REMEMBERED:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, address: str, name: str) -> None:
        self._failures.pop((address, name), None)

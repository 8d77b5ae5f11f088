"""How often something may happen, as a client's requests or starts of instances: so many at once, and from then on as
they come back with time."""

from math import ceil
from typing import Final, final

REMEMBERED: Final = 10_000  # clients; of others it is as if they had been silent


@final
class Rates:
    """A bucket for each client, in memory: each server counts for itself. `usual` requests a second are those of who
    has no number of their own; 0: any number."""

    def __init__(self, usual: int = 0) -> None:
        self._usual = usual
        self._left: dict[str, tuple[float, int]] = {}  # requests that are left, and when (ms) that was so

    def wait_s(self, client_id: str, own: int, now: int, count: int = 1) -> int:
        """Take one request at `now` (ms), or `count`; or, if they are not left, the seconds until another try makes
        sense. More than may be had in a second are had when nothing was taken; those that follow wait for it."""
        most = own or self._usual
        if not client_id or not most:
            return 0
        left, since = self._left.pop(client_id, (float(most), now))
        left = min(float(most), left + max(0, now - since) * most / 1_000)
        taken = left >= min(count, most)
        self._left[client_id] = (left - count if taken else left), now
        if len(self._left) > REMEMBERED:
            del self._left[next(iter(self._left))]
        return 0 if taken else max(1, ceil((min(count, most) - left) / most))

"""What happened, as lines and as one hash: two runs that did the same have the same."""

from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from typing import final


class Violation(AssertionError):
    """Something happened that must never happen."""


@final
class Trace:
    """`show` gets each line as it comes; `counts` how often each kind of thing happened."""

    def __init__(self, time: Callable[[], float], show: Callable[[str], None] | None = None) -> None:
        self._time = time
        self._show = show
        self._hash = blake2b(digest_size=16)
        self.counts: Counter[str] = Counter()

    def note(self, kind: str, what: str = "") -> None:
        line = f"{self._time():12.6f} {kind} {what}"
        self._hash.update(line.encode())
        self.counts[kind] += 1
        if self._show is not None:
            self._show(line)

    @property
    def hash(self) -> str:
        return self._hash.hexdigest()

"""What goes wrong, how often, and until when. Chance decides each time; once it is fair nothing goes wrong any more."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Final, final

from andante.testing.simulator.trace import Trace

FAST: Final = 0.004  # seconds a message takes at most, as a rule
SLOW: Final = 1.5
PATIENCE: Final = 3.0  # seconds that one waits for a connection that does not come back


@final
class Weather:
    """How rough it is, is drawn once for the whole run: some are calm in some respects, and others not."""

    def __init__(self, random: Random, trace: Trace, time: Callable[[], float]) -> None:
        self._random = random
        self._trace = trace
        self._time = time
        self._fair = False
        self._outage_until = 0.0
        self._cut_until: dict[str, float] = {}
        self._storm_until = 0.0
        self._next: Counter[str] = Counter()
        rough = self._rough
        self.read_lost = rough(0.004)
        self.lost_before = rough(0.004)
        self.lost_after = rough(0.006)
        self.refused = rough(0.003)
        self.late = rough(0.5)  # of what is lost: carried out after all, but later
        self.slow = rough(0.01)
        self.news_lost = rough(0.2)
        self.rivals = rough(0.6)  # in a storm
        self.unsent = rough(0.2)
        self.reply_lost = rough(0.03)
        self.repeated = rough(0.05)
        self.crashes = rough(0.12)  # a second, of any server
        self.pauses = rough(0.12)
        self.outages = rough(0.03)
        self.cuts = rough(0.06)
        self.storms = rough(0.1)
        self.clock_jumps = rough(0.1)
        self.sleeps = rough(0.02)
        self.restarts = rough(0.05)
        self.batches = random.choice((1, 2, 2, 3))  # that may be on their way

    def _rough(self, usual: float) -> float:
        """Usual, now and then not at all, now and then much."""
        return usual * self._random.choice((0, 1, 1, 1, 4))

    def clear(self) -> None:
        """From now on nothing goes wrong."""
        self._fair = True
        self._outage_until = self._storm_until = 0.0
        self._cut_until.clear()

    def bring(self, kind: str, times: int = 1) -> None:
        """The next time that this may go wrong, it does, also when nothing else does."""
        self._next[kind] += times

    def happens(self, chance: float, kind: str, what: str = "") -> bool:
        """Whether it does, with this probability; it is noted then."""
        if self._next[kind]:
            self._next[kind] -= 1
        elif self._fair or self._random.random() >= chance:
            return False
        self._trace.note(kind, what)
        return True

    def latency(self) -> float:
        if self.happens(self.slow, "fault.slow"):
            return self._random.random() * SLOW
        return self._random.random() ** 3 * FAST

    def outage(self, seconds: float) -> None:
        """The database answers nobody."""
        self._outage_until = self._time() + seconds

    def cut(self, server: str, seconds: float) -> None:
        """This server does not reach the database."""
        self._cut_until[server] = self._time() + seconds

    def storm(self, seconds: float) -> None:
        """Others change the very instances that are being written."""
        self._storm_until = self._time() + seconds

    def reaches(self, server: str) -> bool:
        """Whether the server has a connection to the database."""
        return self._time() >= max(self._outage_until, self._cut_until.get(server, 0.0))

    @property
    def stormy(self) -> bool:
        return self._time() < self._storm_until

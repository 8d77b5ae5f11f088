"""What is kept of the instances that are over: sums by process, element, person and queue, a row for each day."""

from typing import Final, final

import msgspec

from andante.runtime.insight.histogram import Histogram

PROCESS: Final = "process"
ELEMENT: Final = "element"
PERSON: Final = "person"
QUEUE: Final = "queue"


@final
class Sums(msgspec.Struct, array_like=True):
    """Durations leave out the time for which the instance was suspended.

    `cycle`: from beginning to end; `wait`: until somebody took it up; `work`: from then on. `cancelled` were withdrawn
    or terminated. `again`: came back to it in the same instance. `met` and `missed` count SLA clocks by their deadline
    (by the goal where they have none); `incidents` were raised there. New fields come last.
    """

    count: int = 0
    cancelled: int = 0
    again: int = 0
    met: int = 0
    missed: int = 0
    incidents: int = 0
    cycle: Histogram = msgspec.field(default_factory=Histogram)
    wait: Histogram = msgspec.field(default_factory=Histogram)
    work: Histogram = msgspec.field(default_factory=Histogram)
    outcomes: dict[str, int] = msgspec.field(default_factory=dict)

    def merge(self, other: "Sums") -> None:
        self.count += other.count
        self.cancelled += other.cancelled
        self.again += other.again
        self.met += other.met
        self.missed += other.missed
        self.incidents += other.incidents
        self.cycle.merge(other.cycle)
        self.wait.merge(other.wait)
        self.work.merge(other.work)
        for outcome, count in other.outcomes.items():
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + count


def encode(sums: Sums) -> bytes:
    return msgspec.msgpack.encode(sums)


def decode(data: bytes) -> Sums:
    return msgspec.msgpack.decode(data, type=Sums)

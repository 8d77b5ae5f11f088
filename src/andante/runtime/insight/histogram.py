"""Many durations in little room: counts in buckets that grow by a twentieth, so that a quantile is right within 3%."""

import math
from typing import Final, final

import msgspec

GROWTH: Final = 1.05
_LOG: Final = math.log(GROWTH)


@final
class Histogram(msgspec.Struct, array_like=True):
    """`buckets`: how many durations (ms) are in each; 0 is for those of no length. `total_ms`: all of them together."""

    buckets: dict[int, int] = msgspec.field(default_factory=dict)
    total_ms: int = 0

    def add(self, ms: int) -> None:
        """Count a duration; a negative one has no length."""
        ms = max(0, ms)
        bucket = _bucket(ms)
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1
        self.total_ms += ms

    def merge(self, other: "Histogram") -> None:
        for bucket, count in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + count
        self.total_ms += other.total_ms

    @property
    def count(self) -> int:
        return sum(self.buckets.values())

    @property
    def mean(self) -> float:
        """In ms; 0 where there is none."""
        return self.total_ms / self.count if self.buckets else 0.0

    def quantile(self, part: float) -> float:
        """The duration (ms) that `part` of them do not exceed; 0 where there is none."""
        wanted, seen = part * self.count, 0
        for bucket in sorted(self.buckets):
            count = self.buckets[bucket]
            if seen + count >= wanted:
                low, high = _bounds(bucket)
                return low + (high - low) * (wanted - seen) / count
            seen += count
        return 0.0

    def above(self, ms: float) -> float:
        """How many were longer; of a bucket that `ms` lies in, its part."""
        found = 0.0
        for bucket, count in self.buckets.items():
            low, high = _bounds(bucket)
            if low >= ms and high > ms:
                found += count
            elif high > ms:
                found += count * (high - ms) / (high - low)
        return found


def _bucket(ms: int) -> int:
    return 1 + int(math.log(ms) / _LOG) if ms > 0 else 0


def _bounds(bucket: int) -> tuple[float, float]:
    return (GROWTH ** (bucket - 1), GROWTH**bucket) if bucket else (0.0, 0.0)

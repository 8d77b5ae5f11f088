"""What the command loop counts and times, for the metrics: it costs no query, and next to nothing for each command."""

from bisect import bisect_left
from time import perf_counter, time_ns
from typing import Any, Final, final

from andante.engine import events as ev
from andante.runtime import tracing
from andante.runtime.bundle import Bundle, Request

SECONDS: Final[list[float]] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
]  # fmt: skip
SIZES: Final[list[float]] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0]
# Events that are counted, by what they are called in the metrics.
COUNTED: Final[dict[str, type[Any]]] = {
    "instances_started": ev.InstanceStarted,
    "instances_completed": ev.Completed,
    "instances_terminated": ev.Terminated,
    "tasks_created": ev.TaskCreated,
    "tasks_completed": ev.TaskCompleted,
    "tasks_cancelled": ev.TaskCancelled,
    "jobs_created": ev.JobCreated,
    "jobs_completed": ev.JobCompleted,
    "jobs_failed": ev.JobFailed,
    "timers_fired": ev.TimerFired,
    "incidents_raised": ev.IncidentRaised,
}


@final
class Buckets:
    """A histogram: how many values were up to each of `bounds`, and beyond; their number and sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: list[float]) -> None:
        self.bounds = bounds
        self.counts: list[int] = [0] * (len(bounds) + 1)
        self.total: float = 0.0

    def put(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


@final
class Meter:
    """Of one command loop. `commands`: how long each kind took from when it came until it was answered, seconds;
    `commits` how long transactions took; `sizes` how many commands shared one; `passed` SLA targets by what they are:
    "goal", "deadline" or "milestone"."""

    __slots__ = ("_counts", "commands", "commits", "failures", "passed", "sizes")

    def __init__(self) -> None:
        self.commands: dict[str, Buckets] = {}
        self.commits = Buckets(SECONDS)
        self.sizes = Buckets(SIZES)
        self.failures = 0
        self.passed: dict[str, int] = {"goal": 0, "deadline": 0, "milestone": 0}
        self._counts: dict[type[Any], int] = dict.fromkeys(COUNTED.values(), 0)

    def answered(self, request: Request[Any]) -> None:
        kind = request.command.__class__.__name__
        buckets = self.commands.get(kind)
        if buckets is None:
            buckets = self.commands[kind] = Buckets(SECONDS)
        buckets.put(perf_counter() - request.begun)
        tracer = tracing.active
        if tracer is not None and request.span is not None:
            future = request.future
            done = future.done() and not future.cancelled()
            tracer.end(request.span, future.exception() if done else None)

    def begin(self, bundle: Bundle) -> None:
        """It goes to the database."""
        bundle.begun = perf_counter()

    def written(self, bundle: Bundle, fault: BaseException | None) -> None:
        """It is on the disk, or was not to be had there."""
        if fault is not None:
            self.failures += 1
            return
        if bundle.begun:
            self.commits.put(perf_counter() - bundle.begun)
            self.sizes.put(float(len(bundle.entries)))
        if tracing.active is not None:
            self._trace(bundle, tracing.active)
        counts = self._counts
        for entry in bundle.entries:
            if entry.step is None:
                continue
            for event in entry.step.events:
                kind = event.__class__
                number = counts.get(kind)
                if number is not None:
                    counts[kind] = number + 1
                elif isinstance(event, ev.ClockChanged):
                    self._passed(event)

    def _trace(self, bundle: Bundle, tracer: Any) -> None:
        ended = time_ns()
        begun = ended - int((perf_counter() - bundle.begun) * 1_000_000_000)
        for entry in bundle.entries:
            if entry.request.span is not None and entry.step is not None and bundle.begun:
                tracer.committed(entry.request.span, entry.instance_id, begun, ended, len(bundle.entries))

    def counts(self) -> dict[str, int]:
        """Of each event that is counted."""
        return {name: self._counts[kind] for name, kind in COUNTED.items()}

    def _passed(self, event: ev.ClockChanged) -> None:
        for fact in event.facts:
            kind = fact.partition(":")[0]
            if kind in self.passed:
                self.passed[kind] += 1

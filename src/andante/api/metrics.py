"""What Prometheus reads at /metrics. Each metric is named once, in METRICS; docs/reference/metrics.md is made of it.

What is of one server is counted as it happens. What is of the database is looked up; where that takes long, what was
found is kept for so long that looking is a twentieth of the database's time.
"""

import platform
import time
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from typing import Final, NamedTuple, final

from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from andante.notify import EventPost, NotePost
from andante.notify.event_post import Standing
from andante.runtime import Runtime
from andante.runtime.gauges import COUNTED, Buckets, Gauges

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
SHARE: Final = 0.05  # of its time that the database may be looked at
COUNTER: Final = "counter"
GAUGE: Final = "gauge"
HISTOGRAM: Final = "histogram"


class Described(NamedTuple):
    """What a metric is: its kind, what it tells, its labels, and whether it is of the database: then it is the same at
    all servers that share it."""

    kind: str
    text: str
    labels: tuple[str, ...] = ()
    shared: bool = False


METRICS: Final[Mapping[str, Described]] = {
    "andante_build_info": Described(GAUGE, "Always 1; the labels tell what runs", ("version", "python", "database")),
    "andante_requests": Described(COUNTER, "HTTP requests answered", ("method", "route", "status")),
    "andante_request_seconds": Described(HISTOGRAM, "Time to answer", ("method", "route")),
    "andante_commands": Described(COUNTER, "Commands carried out"),
    "andante_command_seconds": Described(
        HISTOGRAM, "Time from when a command came until it was answered", ("command",)
    ),
    "andante_starts_refused": Described(
        COUNTER, "Instances that were not started, as too many were a second (rate) or are open", ("limit",)
    ),
    "andante_batches": Described(COUNTER, "Transactions they shared"),
    "andante_commit_seconds": Described(HISTOGRAM, "Time that such a transaction took"),
    "andante_commit_commands": Described(HISTOGRAM, "Commands that shared a transaction"),
    "andante_commit_failures": Described(COUNTER, "Transactions that were not written"),
    "andante_outrun": Described(COUNTER, "Commands carried out again as another server was faster"),
    "andante_unanswered_commands": Described(GAUGE, "Commands under way"),
    "andante_cached_instances": Described(GAUGE, "Instances in memory"),
    "andante_outbox_depth": Described(GAUGE, "Effects of this server that are not carried out yet"),
    "andante_archived_instances": Described(COUNTER, "Finished instances put into the archive"),
    "andante_expired_instances": Described(COUNTER, "Finished instances deleted by retention"),
    "andante_letters_sent": Described(COUNTER, "Messages sent", ("channel",)),
    "andante_letters_failed": Described(COUNTER, "Tries to send a message that failed", ("channel",)),
    "andante_events_sent": Described(COUNTER, "Events of instances and tasks that programs took", ("sink",)),
    "andante_events_failed": Described(COUNTER, "Tries to send an event that failed", ("sink",)),
    "andante_sla_passed": Described(COUNTER, "SLA targets that passed; a deadline is a breach", ("target",)),
    **{
        f"andante_{name}": Described(COUNTER, name.replace("_", " ").capitalize())
        for name in COUNTED
    },
    "andante_open_instances": Described(GAUGE, "Instances that are not over", shared=True),
    "andante_suspended_instances": Described(GAUGE, "Open instances that are suspended", shared=True),
    "andante_broken_instances": Described(GAUGE, "Open instances with an incident", shared=True),
    "andante_open_tasks": Described(GAUGE, "Open tasks of instances that are not suspended", shared=True),
    "andante_overdue_tasks": Described(GAUGE, "Those of them that are past their due time", shared=True),
    "andante_jobs": Described(
        GAUGE, "Open jobs: waiting, locked by a worker, later (a pause), spent (no try left)", ("type", "state"),
        True,
    ),
    "andante_timers_due": Described(GAUGE, "Instances of which something falls due within a minute", shared=True),
    "andante_timers_late": Described(GAUGE, "Instances of which something should have happened by now", shared=True),
    "andante_timers_lag_seconds": Described(GAUGE, "How late the first of them is", shared=True),
    "andante_outbox_effects": Described(
        GAUGE, "Effects not carried out yet: to other instances (inner), to people (note), given up (dead)", ("lane",),
        True,
    ),
    "andante_outbox_age_seconds": Described(GAUGE, "How long the oldest of them is on its way", shared=True),
    "andante_waiting_letters": Described(GAUGE, "Notes on their way to people and programs", shared=True),
    "andante_dead_letters": Described(GAUGE, "Notes that could not be delivered", shared=True),
    "andante_events_waiting": Described(GAUGE, "Commands whose events are on their way", ("sink",), True),
    "andante_events_failing": Described(GAUGE, "Those of them that could not be sent", ("sink",), True),
    "andante_events_age_seconds": Described(GAUGE, "How long the oldest is on its way", ("sink",), True),
    "andante_open_batches": Described(GAUGE, "Batches that are not over", ("state",), True),
    "andante_members": Described(GAUGE, "Servers that share the database: alive, or silent", ("state",), True),
    "andante_database_bytes": Described(GAUGE, "Size of the database", shared=True),
}  # fmt: skip


def reference() -> str:
    """docs/reference/metrics.md."""
    lines = [
        "# Metrics",
        "",
        "<!-- Made from src/andante/api/metrics.py by `python -m andante.api.reference metrics`. -->",
        "",
        "What `/metrics` tells Prometheus. Counters end in `_total` there, histograms in `_bucket`, `_sum`, `_count`.",
        "What is of the database is the same at all servers that share it: take the greatest, not the sum.",
        "[How to watch a server](../how-to/observe.md#metrics) has a dashboard and alerts. Beside these there are the",
        "usual `process_...` and `python_gc_...` of the process.",
        "",
        "| metric | kind | labels | of | what |",
        "|---|---|---|---|---|",
    ]
    for name, each in METRICS.items():
        shown = f"{name}_total" if each.kind == COUNTER else name
        labels = ", ".join(f"`{label}`" for label in each.labels)
        whose = "database" if each.shared else "server"
        lines.append(f"| `{shown}` | {each.kind} | {labels} | {whose} | {each.text} |")
    return "\n".join(lines) + "\n"


@final
class Metrics:
    """One registry an application, so that several live in one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        requests, seconds = METRICS["andante_requests"], METRICS["andante_request_seconds"]
        self._requests = Counter("andante_requests", requests.text, requests.labels, registry=self._registry)
        self._seconds = Histogram(
            "andante_request_seconds", seconds.text, seconds.labels, buckets=BUCKETS, registry=self._registry
        )
        self._inside = _Inside()
        self._registry.register(self._inside)
        ProcessCollector(registry=self._registry)
        GCCollector(registry=self._registry)
        self._gauges = Gauges()
        self._letters = (0, 0)
        self._sinks: list[Standing] = []
        self._good_until = 0.0

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(method, route).observe(seconds)

    async def text(self, runtime: Runtime, post: NotePost) -> bytes:
        """All of it, in Prometheus's text format."""
        await self.refresh(runtime, post)
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """All of it, as last read."""
        yield from self._registry.collect()

    async def refresh(self, runtime: Runtime, post: NotePost) -> None:
        """Read the numbers of the runtime and its database. Raises StoreProblem."""
        begun = time.perf_counter()
        if begun >= self._good_until:
            self._gauges = await runtime.upkeep.gauges()
            self._letters = await post.letters.counts()
            events = [each for each in runtime.channels if isinstance(each, EventPost)]
            self._sinks = await events[0].standing() if events else []
            took = time.perf_counter() - begun
            self._good_until = begun + took / SHARE if took > SHARE else 0.0
        self._inside.families = [*_of_server(runtime, post), *_of_database(self._gauges, self._letters)]
        self._inside.families += _of_events(self._sinks, runtime.clock.now())


@final
class _Inside(Collector):
    """Numbers of the runtime, as last read."""

    def __init__(self) -> None:
        self.families: list[Metric] = []

    def collect(self) -> Iterator[Metric]:
        yield from self.families


def _family(name: str, values: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
    each = METRICS[name]
    kind = CounterMetricFamily if each.kind == COUNTER else GaugeMetricFamily
    family = kind(name, each.text, labels=each.labels)
    for labels, value in values:
        family.add_metric(labels, value)
    return family


def _one(name: str, value: float) -> Metric:
    return _family(name, [((), value)])


def _histogram(name: str, found: Mapping[tuple[str, ...], Buckets]) -> Metric:
    each = METRICS[name]
    family = HistogramMetricFamily(name, each.text, labels=each.labels)
    for labels, buckets in found.items():
        seen = 0
        shown = []
        for bound, count in zip([*buckets.bounds, float("inf")], buckets.counts, strict=True):
            seen += count
            shown.append(("+Inf" if bound == float("inf") else str(bound), float(seen)))
        family.add_metric(labels, shown, buckets.total)
    return family


def _of_server(runtime: Runtime, post: NotePost) -> Iterator[Metric]:
    executor, retention = runtime.executor, runtime.upkeep.retention
    meter = executor.meter
    database = "postgresql" if runtime.store.url.startswith("postgres") else "sqlite"
    yield _family("andante_build_info", [((version("andante"), platform.python_version(), database), 1)])
    yield _one("andante_commands", executor.commands)
    yield _histogram("andante_command_seconds", {(name,): each for name, each in meter.commands.items()})
    yield _family("andante_starts_refused", [((by,), n) for by, n in runtime.conditions.pace.refused.items()])
    yield _one("andante_batches", executor.batches)
    yield _histogram("andante_commit_seconds", {(): meter.commits})
    yield _histogram("andante_commit_commands", {(): meter.sizes})
    yield _one("andante_commit_failures", meter.failures)
    yield _one("andante_outrun", executor.outrun)
    yield _one("andante_unanswered_commands", executor.unanswered)
    yield _one("andante_cached_instances", executor.cached)
    yield _one("andante_outbox_depth", runtime.outbox.depth)
    yield _one("andante_archived_instances", retention.archived)
    yield _one("andante_expired_instances", retention.removed - retention.archived)
    yield _family("andante_letters_sent", [((channel,), n) for channel, n in post.delivery.sent.items()])
    yield _family("andante_letters_failed", [((channel,), n) for channel, n in post.delivery.failed.items()])
    yield _family("andante_sla_passed", [((target,), n) for target, n in meter.passed.items()])
    for name, number in meter.counts().items():
        yield _one(f"andante_{name}", number)


def _of_database(g: Gauges, letters: tuple[int, int]) -> Iterator[Metric]:
    yield _one("andante_open_instances", g.opened)
    yield _one("andante_suspended_instances", g.suspended)
    yield _one("andante_broken_instances", g.broken)
    yield _one("andante_open_tasks", g.tasks)
    yield _one("andante_overdue_tasks", g.overdue)
    states = ("waiting", "locked", "later", "spent")
    yield _family("andante_jobs", [((job.type, state), getattr(job, state)) for job in g.jobs for state in states])
    yield _one("andante_timers_due", g.timers_due)
    yield _one("andante_timers_late", g.timers_late)
    yield _one("andante_timers_lag_seconds", g.late_ms / 1000)
    lanes = {"inner": g.inner, "note": g.notes, "dead": g.given_up}
    yield _family("andante_outbox_effects", [((lane,), n) for lane, n in lanes.items()])
    yield _one("andante_outbox_age_seconds", g.outbox_ms / 1000)
    yield _one("andante_waiting_letters", letters[0])
    yield _one("andante_dead_letters", letters[1])
    yield _family("andante_open_batches", [((state,), n) for state, n in g.batches.items()])
    yield _family("andante_members", [(("alive",), g.members), (("silent",), g.silent)])
    yield _one("andante_database_bytes", g.size)


def _of_events(sinks: Iterable[Standing], now: int) -> list[Metric]:
    found: dict[str, list[tuple[tuple[str, ...], float]]] = {
        name: [] for name in METRICS if name.startswith("andante_events_")
    }
    for each in sinks:
        age = (now - each.oldest) / 1000 if each.oldest else 0
        numbers = {
            "sent": each.sent, "failed": each.failed, "waiting": each.waiting, "failing": each.failing,
            "age_seconds": age,
        }  # fmt: skip
        for name, number in numbers.items():
            found[f"andante_events_{name}"].append(((each.sink,), number))
    return [_family(name, values) for name, values in found.items()]

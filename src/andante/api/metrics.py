"""What Prometheus reads at /metrics."""

from collections.abc import Iterator
from typing import Final, final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from andante.notify import NotePost
from andante.runtime import Runtime

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


@final
class Metrics:
    """One registry an application, so that several live in one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "andante_requests", "HTTP requests answered", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "andante_request_seconds", "Time to answer", ("method", "route"), buckets=BUCKETS, registry=self._registry
        )
        self._inside = _Inside()
        self._registry.register(self._inside)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(method, route).observe(seconds)

    async def text(self, runtime: Runtime, post: NotePost) -> bytes:
        """All of it, in Prometheus's text format."""
        opened, suspended, incidents = await runtime.open_counts()
        executor, retention = runtime.executor, runtime.upkeep.retention
        self._inside.values = (
            executor.commands, executor.batches, executor.cached, runtime.outbox.depth, opened, suspended, incidents,
            retention.archived, retention.removed - retention.archived,
        )  # fmt: skip
        self._inside.letters = await post.letters.counts()
        self._inside.sent = dict(post.delivery.sent)
        self._inside.failed = dict(post.delivery.failed)
        return generate_latest(self._registry)


@final
class _Inside(Collector):
    """Numbers of the runtime, as last read."""

    def __init__(self) -> None:
        self.values: tuple[int, ...] = (0,) * 9
        self.letters = (0, 0)
        self.sent: dict[str, int] = {}
        self.failed: dict[str, int] = {}

    def collect(self) -> Iterator[Metric]:
        commands, batches, cached, depth, opened, suspended, incidents, archived, deleted = self.values
        yield CounterMetricFamily("andante_commands", "Commands carried out", commands)
        yield CounterMetricFamily("andante_batches", "Transactions they shared", batches)
        yield GaugeMetricFamily("andante_cached_instances", "Instances in memory", cached)
        yield GaugeMetricFamily("andante_outbox_depth", "Effects not carried out yet", depth)
        yield GaugeMetricFamily("andante_open_instances", "Instances that are not over", opened)
        yield GaugeMetricFamily("andante_suspended_instances", "Open instances that are suspended", suspended)
        yield GaugeMetricFamily("andante_broken_instances", "Open instances with an incident", incidents)
        yield CounterMetricFamily("andante_archived_instances", "Finished instances put into the archive", archived)
        yield CounterMetricFamily("andante_expired_instances", "Finished instances deleted by retention", deleted)
        waiting, dead = self.letters
        yield GaugeMetricFamily("andante_waiting_letters", "Notes on their way to people and programs", waiting)
        yield GaugeMetricFamily("andante_dead_letters", "Notes that could not be delivered", dead)
        for name, text, counts in (
            ("andante_letters_sent", "Messages sent", self.sent),
            ("andante_letters_failed", "Tries to send a message that failed", self.failed),
        ):
            family = CounterMetricFamily(name, text, labels=("channel",))
            for channel, number in counts.items():
                family.add_metric((channel,), number)
            yield family

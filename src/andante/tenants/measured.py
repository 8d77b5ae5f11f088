"""The numbers of all tenants for Prometheus, each with the label `tenant`: for the operator alone."""

import contextlib
from collections.abc import Iterator
from typing import Final, final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from andante.api.metrics import Metrics
from andante.store.faults import StoreProblem
from andante.tenants.tenants import Tenants

LABEL: Final = "tenant"


async def measured(tenants: Tenants, own: Metrics) -> bytes:
    """Those of every tenant that is served, of requests that were no tenant's (`tenant=""`), and who is served."""
    found = [("", own)]
    up = GaugeMetricFamily("andante_tenant_up", "Whether the tenant is served", labels=(LABEL,))
    for tenant in tenants:
        services = tenant.services
        up.add_metric((tenant.name,), 0 if services is None else 1)
        if services is None:
            continue
        with contextlib.suppress(StoreProblem):  # its database does not answer: what is counted in memory is told
            await services.metrics.refresh(services.runtime, services.post)
        found.append((tenant.name, services.metrics))
    registry = CollectorRegistry()
    registry.register(_Labelled(found, up))
    return generate_latest(registry)


@final
class _Labelled(Collector):
    def __init__(self, found: list[tuple[str, Metrics]], up: Metric) -> None:
        self._found = found
        self._up = up

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        for name, metrics in self._found:
            for each in metrics.collect():
                family = families.setdefault(each.name, Metric(each.name, each.documentation, each.type))
                family.samples += [sample._replace(labels={LABEL: name, **sample.labels}) for sample in each.samples]
        yield from families.values()
        yield self._up

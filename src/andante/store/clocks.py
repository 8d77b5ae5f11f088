"""Rows of SLA clocks that count by a business calendar: by them those are found that follow when it changes."""

from functools import lru_cache

from andante.bpmn.graph import ProcessGraph
from andante.engine.clocked import sla_of
from andante.engine.sla import in_working_time
from andante.engine.state import Instance
from andante.engine.waits import Clock


@lru_cache(maxsize=256)
def any_working(graph: ProcessGraph) -> bool:
    """Whether any SLA of the process does: of most none."""
    return any(in_working_time(sla.policy) for node in graph.nodes for sla in node.slas) or any(
        in_working_time(sla.policy) for sla in graph.slas
    )


def is_working(graph: ProcessGraph, instance: Instance, clock: Clock) -> bool:
    """Whether this one does."""
    return any_working(graph) and in_working_time(sla_of(graph, instance, clock).policy)


def clock_row(instance: Instance, clock: Clock) -> tuple[str, int, str, int]:
    return instance.id, clock.key, clock.calendar, clock.revision


def clock_rows(graph: ProcessGraph, instance: Instance) -> list[tuple[str, int, str, int]]:
    """The rows that there must be."""
    return [clock_row(instance, each) for each in instance.clocks.values() if is_working(graph, instance, each)]

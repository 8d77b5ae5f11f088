"""When an instance next wants to be woken: one number for all its timers and clocks."""

from andante.bpmn.graph import ProcessGraph
from andante.engine.clocked import sla_of
from andante.engine.state import Instance


def next_due(instance: Instance, graph: ProcessGraph) -> int:
    """ms since the epoch, 0 for never: also while it is suspended or held, and when it is over."""
    if instance.suspended or instance.held or instance.ended_at:
        return 0
    due = 0
    for timer in instance.timers.values():
        if not due or timer.due_at < due:
            due = max(timer.due_at, 1)
    for clock in instance.clocks.values():
        at = clock.state.next_at(sla_of(graph, instance, clock).policy)
        if at and (not due or at < due):
            due = at
    return due

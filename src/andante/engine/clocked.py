"""Whose an SLA clock is: a task's, a stage's or the process's, and where its SLA is written."""

from andante.bpmn.graph import ProcessGraph, Sla
from andante.engine.state import Instance, Scope, Token
from andante.engine.waits import Clock


def node_of(instance: Instance, clock: Clock) -> int:
    """The node with the clock's SLA, -1 for the process."""
    if clock.task:
        return instance.tasks[clock.task].node
    return instance.tokens[clock.token].node if clock.token else -1


def sla_of(graph: ProcessGraph, instance: Instance, clock: Clock) -> Sla:
    """What the clock was started for."""
    node = node_of(instance, clock)
    return (graph.nodes[node].slas if node >= 0 else graph.slas)[clock.policy]


def token_of(instance: Instance, clock: Clock) -> Token | None:
    """The token of the clock's task or stage, None for the process."""
    key = instance.tasks[clock.task].token if clock.task else clock.token
    return instance.tokens[key] if key else None


def place_of(instance: Instance, clock: Clock) -> Token | Scope | None:
    """Whose variables the clock's conditions see: in a stage with variables of its own also those."""
    token = token_of(instance, clock)
    return instance.scopes[token.child] if token is not None and token.child else token

"""Event sub-processes, which handle events in the scope that they are drawn in (BPMN 2.0.2 sections 10.3.5 and 13.5.4).

The scope itself waits for their start events, from when it opens until it ends or an interrupting one of them starts.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn.graph import Node
from andante.engine import events as ev
from andante.engine.elements.awaiting import arm
from andante.engine.elements.flows import finish
from andante.engine.elements.withdrawal import cancel, clear_waits
from andante.engine.faults import ModelFault
from andante.engine.scoping import set_variables
from andante.engine.sla import begin_stage
from andante.engine.state import Scope, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def starts_of(step: "Step", scope: Scope) -> list[Node]:
    """The start events of the scope's event sub-processes, in the order of the model."""
    graph = step.graph
    handlers = graph.nodes[scope.node].handlers if scope.node >= 0 else graph.handlers
    return [graph.nodes[graph.nodes[index].start] for index in handlers]


def open_scope(step: "Step", token: Token, node: Node) -> Scope:
    """The sub-process at `token` begins: its scope, and what its event sub-processes wait for. Raises ModelFault."""
    key = step.key()
    step.record(ev.ScopeOpened(key, node.index, token.scope, token.key))
    scope = step.instance.scopes[key]
    if node.handlers:
        open_handlers(step, scope)
    return scope


def open_handlers(step: "Step", scope: Scope) -> None:
    """Wait for the start events of the scope's event sub-processes: for all or, raising ModelFault, for none."""
    try:
        for start in starts_of(step, scope):
            arm(step, scope, start)
    except ModelFault:
        clear_waits(step, scope, "failed")
        raise


def handle(step: "Step", scope: Scope, start: Node, values: Mapping[str, object]) -> None:
    """The event of `start` occurs: its event sub-process runs, instead of what else runs in the scope or beside it."""
    if start.interrupting:
        reason = f"interrupted by {start.id}"
        clear_waits(step, scope, reason)
        for key in list(scope.tokens):
            token = step.instance.tokens.get(key)
            if token is not None:
                cancel(step, token, reason)
    node = step.graph.nodes[start.scope]
    host = step.key()
    step.record(ev.ElementEntered(host, node.index, scope.key, -1))
    token = step.instance.tokens[host]
    try:
        inner = open_scope(step, token, node)
        begin_stage(step, token, node)
    except ModelFault as fault:
        _keep(step, scope, values)
        step.stall(token, fault)
        return
    first = step.key()
    step.record(ev.ElementEntered(first, start.index, inner.key, -1))
    finish(step, step.instance.tokens[first], start, values)


def _keep(step: "Step", scope: Scope, values: Mapping[str, object]) -> None:
    """What the event brought is not lost when its sub-process cannot begin yet."""
    try:
        set_variables(step, scope, values)
    except ModelFault:
        return  # the fault that is told is the one before it; what fits is set

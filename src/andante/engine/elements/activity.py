"""What all activities share: input mappings, boundary events, multi-instance, withdrawal (BPMN 2.0.2 section 13.3)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import Flow, Node
from andante.engine import events as ev
from andante.engine.commands import Terminate
from andante.engine.effects import TellChild
from andante.engine.elements.base import FlowNode
from andante.engine.elements.flows import conditional_flows, finish
from andante.engine.scoping import json_value
from andante.engine.state import TERMINATED, Token
from andante.engine.waits import Call, Job, Subscription, Task, Timer

if TYPE_CHECKING:
    from andante.engine.step import Step


class Activity(FlowNode):
    """An activity. A kind of its own says what its work is."""

    __slots__ = ()

    def work(self, step: "Step", token: Token, node: Node) -> Mapping[str, object] | None:
        """Begin the work. Returns what it brought when it is done at once, None while it waits. Raises ModelFault."""
        return {}

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        if node.multi is not None and not token.loop:
            if not open_loop(step, token, node):
                return
        else:
            if node.inputs:
                map_inputs(step, token, node)
            values = self.work(step, token, node)
            if values is not None:
                finish(step, token, node, values)
                return
            step.record(ev.TokenActive(token.key))
        if node.boundaries and not token.loop:
            for boundary in node.boundaries:
                arm(step, token, step.graph.nodes[boundary])

    def choose(self, step: "Step", token: Token, node: Node) -> list[Flow]:
        if node.conditional:
            return conditional_flows(step, token, node)
        flows = step.graph.flows
        return [flows[index] for index in node.outgoing]

    def occur(self, step: "Step", token: Token, node: Node, values: Mapping[str, object]) -> None:
        finish(step, token, node, values)


def map_inputs(step: "Step", token: Token, node: Node) -> None:
    """Input mappings are local to the activity; a later one sees the earlier ones."""
    values: dict[str, object] = {}
    for mapping in node.inputs:
        values[mapping.target] = json_value(step.value(mapping.source, token, values))
    step.record(ev.LocalsSet(token.key, values))


def arm(step: "Step", token: Token, node: Node) -> None:
    """Let `token` wait for the event of `node`: itself, a boundary event on it, or one after its event gateway."""
    definition = node.event
    if definition is None or definition.kind == kinds.ERROR:
        return
    if definition.kind == kinds.TIMER:
        arm_timer(step, token, node, definition)
    else:
        subscribe(step, token, node, definition)


def clear_waits(step: "Step", token: Token, reason: str) -> None:
    """What is still open at the token is no longer wanted."""
    waits = token.waits
    for key, wait in list(waits.items()) if waits else ():
        if isinstance(wait, Task):
            for clock in list(wait.clocks):
                step.record(ev.ClockStopped(clock.key, clock.state))
            step.record(ev.TaskCancelled(key, reason))
        elif isinstance(wait, Timer):
            step.record(ev.TimerCleared(key))
        elif isinstance(wait, Subscription):
            step.record(ev.SubscriptionClosed(key))
        elif isinstance(wait, Job):
            step.record(ev.JobCancelled(key))
        elif isinstance(wait, Call):
            step.record(ev.CallEnded(key, reason))
            step.ask(TellChild(wait.child_id, Terminate(TERMINATED, f"the call was withdrawn: {reason}")))


def withdraw(step: "Step", token: Token, reason: str) -> None:
    """End everything at the token's element, also inside it; the token itself stays."""
    instance = step.instance
    loop = instance.loops.get(token.key)
    if loop is not None:
        for key in list(loop.inner):
            cancel(step, instance.tokens[key], reason)
        step.record(ev.LoopClosed(token.key))
    if token.child:
        scope = instance.scopes[token.child]
        for key in list(scope.tokens):
            inner = instance.tokens.get(key)
            if inner is not None:
                cancel(step, inner, reason)
        step.record(ev.ScopeClosed(scope.key))
    clear_waits(step, token, reason)
    if instance.incidents:
        for incident in list(instance.incidents.values()):
            if incident.token == token.key:
                step.record(ev.IncidentResolved(incident.key))


def cancel(step: "Step", token: Token, reason: str) -> None:
    """Withdraw the token with all that hangs on it. The caller sees to the scope's end."""
    withdraw(step, token, reason)
    step.record(ev.TokenCancelled(token.key))


from andante.engine.elements.message import subscribe  # noqa: E402
from andante.engine.elements.multi_instance import open_loop  # noqa: E402
from andante.engine.elements.timer import arm_timer  # noqa: E402

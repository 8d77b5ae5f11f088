"""The complex gateway: a join that goes on as soon as its activation condition is true (BPMN 2.0.2 section 13.4.5).

Then it takes one token from each flow that has one, and splits like an inclusive gateway; in the conditions of its
flows `waitingForStart` is true. Until it is reset it waits for a token from each flow that had none and may still bring
one. When it is reset `waitingForStart` is false, and only flows whose conditions ask for that are taken. While it waits
for its reset a token without a flow stands for it.
"""

from typing import TYPE_CHECKING, Final, final

from andante.bpmn.graph import Activation, Flow, Node
from andante.engine import events as ev
from andante.engine.elements.base import FlowNode
from andante.engine.elements.flows import conditional_flows, end, finish, holds
from andante.engine.elements.inclusive_gateway import may_come
from andante.engine.faults import ModelFault
from andante.engine.state import Scope, Token

if TYPE_CHECKING:
    from andante.engine.step import Step

WAITING: Final = "waitingForStart"
# Ids of the flows from which the last activation took a token: local to the token that stands in.
TAKEN: Final = "activatedBy"


@final
class ComplexGateway(FlowNode):
    __slots__ = ()

    def arrive(self, step: "Step", token: Token, node: Node) -> None:
        if len(node.incoming) < 2:
            finish(step, token, node)
            return
        scope = step.instance.scopes[token.scope]
        here = [step.instance.tokens[key] for key in scope.joined.get(node.index, ())]
        active = _stand_in(here) is None and _activated(step, node, [*here, token])
        step.record(ev.TokenJoined(token.key))
        if active:
            _activate(step, scope, node)

    def choose(self, step: "Step", token: Token, node: Node) -> list[Flow]:
        return conditional_flows(step, token, node)


def reset(step: "Step", scope: Scope, node: Node) -> bool:
    """Called when no token can move: reset the gateway if it has nothing left to wait for, or activate it if its
    condition has become true meanwhile. True if either was done."""
    instance = step.instance
    here = [instance.tokens[key] for key in sorted(scope.joined[node.index])]
    failed = {incident.token for incident in instance.incidents.values()}
    if any(token.key in failed for token in here):
        return False
    stand_in = _stand_in(here)
    if stand_in is None:
        return _activated_late(step, scope, node, here)
    taken = stand_in.locals.get(TAKEN) if stand_in.locals is not None else None
    flows = step.graph.flows
    before = [index for index in node.incoming if isinstance(taken, list) and flows[index].id in taken]
    late: dict[int, Token] = {}
    for token in here:
        if token.flow not in before and token is not stand_in:
            late.setdefault(token.flow, token)
    empty = [flow for flow in node.incoming if flow not in before and flow not in late]
    full = [flow for flow in node.incoming if flow in before or flow in late]
    if may_come(step, scope, node, empty, full):
        return False
    leaving = [flows[index] for index in node.outgoing]
    try:
        chosen = [flow for flow in leaving if _asks(flow) and holds(step, stand_in, flow)]
    except ModelFault as fault:
        step.fail(stand_in, fault)
        return True
    for flow in chosen:
        step.enter(step.key(), flow.target, scope.key, flow.index)
    for token in late.values():
        step.record(ev.TokenEnded(token.key))
    end(step, stand_in)
    return True


def _activated_late(step: "Step", scope: Scope, node: Node, here: list[Token]) -> bool:
    try:
        active = _activated(step, node, here)
    except ModelFault as fault:
        step.fail(here[-1], fault)
        return False
    if active:
        _activate(step, scope, node)
    return active


def _asks(flow: Flow) -> bool:
    return flow.condition is not None and WAITING in flow.condition.names


def _stand_in(here: list[Token]) -> Token | None:
    return next(
        (token for token in here if token.flow < 0 and token.locals is not None and TAKEN in token.locals), None
    )


def _activated(step: "Step", node: Node, here: list[Token]) -> bool:
    """Raises ModelFault."""
    if not isinstance(node.work, Activation):
        raise AssertionError(f"{node.id} has no activation condition")
    flows = step.graph.flows
    counts = {flows[index].id: sum(token.flow == index for token in here) for index in node.incoming}
    extra = {"activationCount": len(here), "incoming": counts}
    return step.met(node.work.condition, "activation", here[-1], extra)


def _activate(step: "Step", scope: Scope, node: Node) -> None:
    tokens = step.instance.tokens
    first: dict[int, Token] = {}
    for key in sorted(scope.joined[node.index]):
        first.setdefault(tokens[key].flow, tokens[key])
    stays, *others = first.values()
    for token in others:
        step.record(ev.TokenEnded(token.key))
    if len(first) < len(node.incoming):
        taken = [step.graph.flows[index].id for index in first if index >= 0]
        stand_in = step.key()
        step.record(ev.ElementEntered(stand_in, node.index, scope.key, -1))
        step.record(ev.LocalsSet(stand_in, {WAITING: False, TAKEN: taken}))
        step.record(ev.TokenJoined(stand_in))
    step.record(ev.LocalsSet(stays.key, {WAITING: True}))
    finish(step, stays, node)

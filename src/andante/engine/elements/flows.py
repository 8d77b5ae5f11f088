"""Leaving a node: output mappings, the choice of flows, the end of tokens and scopes (BPMN 2.0.2 section 13.4)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import Assignment, Flow, Node
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.effects import TellParent
from andante.engine.elements.base import BEHAVIOURS
from andante.engine.elements.compensation import handler_done, keep_activity, keep_scope, reopened
from andante.engine.elements.listening import listen
from andante.engine.elements.withdrawal import clear_waits, stop_clocks
from andante.engine.faults import ModelFault
from andante.engine.scoping import json_value, set_variables
from andante.engine.state import DONE, Scope, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def finish(step: "Step", token: Token, node: Node, values: Mapping[str, object] | None = None) -> None:
    """The node's work is done and brought `values`: map them, then leave.

    What the work brought is never lost and the work never done twice: a fault leaves the token behind it for a retry.
    """
    if values:
        if node.outputs and (node.multi is None or token.loop):
            step.record(ev.LocalsSet(token.key, dict(values)))
        else:
            try:
                set_variables(step, token, values)
            except ModelFault as fault:
                step.record(ev.TokenDone(token.key, True))
                step.fail(token, fault)
                return
    proceed(step, token, node)


def proceed(step: "Step", token: Token, node: Node) -> None:
    """The second half of `finish`, also taken again by a retry."""
    outgoing = node.outgoing
    if (
        len(outgoing) == 1 and not node.conditional and not node.outputs and not node.after and token.locals is None
        and node.undone_by < 0 and not step.instance.returns
    ):  # fmt: skip
        if token.waits:
            clear_waits(step, token, "done")
        leave(step, token, step.graph.flows[outgoing[0]])
        return
    behaviour = BEHAVIOURS[node.kind]
    outputs = behaviour.outputs(node)
    mapped = token.phase == DONE or not (outputs or node.after) or (node.multi is not None and not token.loop)
    try:
        if not mapped:
            if node.after:
                listen(step, token, node.after)
            if outputs:
                _map_outputs(step, token, outputs)
            mapped = True
        if token.loop:
            behaviour.item_done(step, token, node)
            return
        back = step.instance.returns.get(token.key)
        if back is not None and (back.source < 0 or back.target != node.index):
            back = None
        chosen = behaviour.choose(step, token, node) if back is None else []
    except ModelFault as fault:
        step.record(ev.TokenDone(token.key, mapped))
        step.fail(token, fault)
        return
    if token.waits:
        clear_waits(step, token, "done")
    if node.for_compensation:
        handler_done(step, token)
        return
    if node.undone_by >= 0 and node.multi is None and node.kind not in kinds.SCOPES:
        keep_activity(step, token, node)
    if back is not None:
        step.record(ev.ReturnAnswered(token.key))
        step.enter(token.key, back.source, token.scope)
        return
    if not chosen:
        end(step, token)
        return
    leave(step, token, chosen[0])
    for flow in chosen[1:]:
        step.enter(step.instance.last_key + 1, flow.target, token.scope, flow.index)


def leave(step: "Step", token: Token, flow: Flow) -> None:
    """The token goes along `flow`."""
    step.record(ev.ElementEntered(token.key, flow.target, token.scope, flow.index))
    step.agenda.append(token)


def _map_outputs(step: "Step", token: Token, outputs: Sequence[Assignment]) -> None:
    values: dict[str, object] = {}
    for mapping in outputs:
        value = json_value(step.value(mapping.source, token, values))
        if value is not None or not mapping.optional:
            values[mapping.target] = value
    set_variables(step, token, values, outwards=True)


def conditional_flows(step: "Step", token: Token, node: Node) -> list[Flow]:
    """Every flow whose condition holds, and those without one; else the default flow (sections 8.4.13, 13.4.3)."""
    flows = step.graph.flows
    chosen = [flows[index] for index in node.outgoing if index != node.default and holds(step, token, flows[index])]
    if chosen:
        return chosen
    if node.default >= 0:
        return [flows[node.default]]
    raise ModelFault("noFlow", "no outgoing flow's condition is true and there is no default flow")


def holds(step: "Step", token: Token, flow: Flow) -> bool:
    """Whether the flow's condition is true. Anything but a boolean is the model's fault."""
    condition = flow.condition
    if condition is None:
        return True
    value = step.value(condition, token)
    if value is True or value is False:
        return value
    shown = "null" if value is None else repr(value)
    raise ModelFault(
        "expression", f"the condition '{condition.text}' of flow {flow.id} gave {shown}, not true or false"
    )


def end(step: "Step", token: Token) -> None:
    """The token is consumed; with the last one its scope ends."""
    scope = step.instance.scopes[token.scope]
    step.record(ev.TokenEnded(token.key))
    if scope.key and step.graph.nodes[scope.node].kind == kinds.AD_HOC:
        BEHAVIOURS[kinds.AD_HOC].path_done(step, scope, token)
    elif not scope.tokens:
        scope_done(step, scope)


def scope_done(step: "Step", scope: Scope) -> None:
    """No token is left in the scope: the sub-process, or the instance, is complete."""
    instance = step.instance
    if scope.waits:
        clear_waits(step, scope, "done")
    if scope.key:
        host = instance.tokens[scope.token]
        node = step.graph.nodes[host.node]
        if instance.compensations and reopened(step, host):
            step.record(ev.ScopeClosed(scope.key))
            handler_done(step, host)
            return
        keep_scope(step, scope, host, node)
        step.record(ev.ScopeClosed(scope.key))
        BEHAVIOURS[node.kind].child_done(step, host, node, {})
        return
    if instance.clocks:
        stop_clocks(step)
    for incident in list(instance.incidents):
        step.record(ev.IncidentResolved(incident))
    step.record(ev.Completed())
    tell_parent(step)


def tell_parent(step: "Step") -> None:
    """A called instance that ended well tells its caller."""
    instance = step.instance
    if instance.parent_id:
        done = cmd.CompleteCall(instance.parent_token, instance.id, dict(instance.variables))
        step.ask(TellParent(instance.parent_id, done))

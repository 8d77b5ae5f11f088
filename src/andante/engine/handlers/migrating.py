"""An instance goes on by another version of its definition. The step's graph is that version's already."""

from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.clocked import node_of
from andante.engine.declared import first_values
from andante.engine.elements.awaiting import arm_or_tell
from andante.engine.elements.event_handlers import starts_of
from andante.engine.faults import CANNOT_MIGRATE, Rejected
from andante.engine.migration import hindrances, used
from andante.engine.state import ACTIVE, Scope, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def migrate(step: "Step", command: cmd.Migrate) -> None:
    """All or nothing: what stands or waits at an element that does not map keeps the instance where it is."""
    instance = step.instance
    if instance.definition_id == command.definition_id:
        raise Rejected(CANNOT_MIGRATE, f"The instance goes by version {command.version} already.")
    if instance.definition_id != command.old:
        raise Rejected(CANNOT_MIGRATE, "The instance has gone on by another version meanwhile. Try again.")
    against = hindrances(instance, step.graph, command)
    if against:
        raise Rejected(CANNOT_MIGRATE, "; ".join(sorted({each.reason for each in against})))
    dropped = set(command.dropped)
    for timer in [each for each in instance.timers.values() if each.node in dropped]:
        step.record(ev.TimerCleared(timer.key))
    for subscription in [each for each in instance.subscriptions.values() if each.node in dropped]:
        step.record(ev.SubscriptionClosed(subscription.key))
    for trigger in [each for each in instance.triggers.values() if each.node in dropped]:
        step.record(ev.TriggerCleared(trigger.key))
    kept = (*(each.node for each in instance.handled.values()), *instance.doers)
    done = (node for node in kept if node in command.nodes)
    nodes = {node: command.nodes[node] for node in sorted({*used(instance), *done})}
    flows = {token.flow: command.flows[token.flow] for token in instance.tokens.values() if token.flow in command.flows}
    clocked = {node_of(instance, clock) for clock in instance.clocks.values()}
    policies = {node: command.policies[node] for node in sorted(clocked)}
    step.record(
        ev.Migrated(command.definition_id, command.version, command.old, nodes, flows, policies, command.reason)
    )
    _new_variables(step)
    _new_events(step, {*command.nodes.values()})
    _joins(step)


def _new_variables(step: "Step") -> None:
    """What a JSON definition declares anew has its first value."""
    if step.graph.variables is None:
        return
    known = step.instance.variables
    fresh = {name: value for name, value in first_values(step.graph, {}).items() if name not in known}
    if fresh:
        step.record(ev.VariablesSet(0, fresh))


def _new_events(step: "Step", known: set[int]) -> None:
    """Wait for boundary events and event sub-processes that the old version had not."""
    instance, nodes = step.instance, step.graph.nodes
    for token in list(instance.tokens.values()):
        node = nodes[token.node]
        if token.loop or token.phase != ACTIVE or node.kind not in kinds.ACTIVITIES:
            continue
        for index in node.boundaries:
            if index not in known:
                arm_or_tell(step, token, nodes[index])
    for scope in list(instance.scopes.values()):
        interrupted = any(_interrupts(step, instance.tokens[key]) for key in scope.tokens)
        for start in () if interrupted or _undone(step, scope) else starts_of(step, scope):
            if start.index not in known:
                arm_or_tell(step, scope, start)


def _joins(step: "Step") -> None:
    """A parallel join that has fewer flows now may have all its tokens. While the instance is stopped it waits."""
    instance = step.instance
    for scope in list(instance.scopes.values()):
        for index, waiting in list(scope.joined.items()):
            node = step.graph.nodes[index]
            if node.kind != kinds.PARALLEL_GATEWAY:
                continue
            flows = {instance.tokens[key].flow for key in waiting}
            if len(flows) >= len(node.incoming):
                token = instance.tokens[waiting[-1]]
                step.record(ev.ElementEntered(token.key, index, scope.key, token.flow))
                if not instance.stopped:
                    step.agenda.append(token)


def _interrupts(step: "Step", token: Token) -> bool:
    """Whether the token is that of an interrupting event sub-process: nothing else is awaited then."""
    node = step.graph.nodes[token.node]
    return node.kind == kinds.EVENT_SUB_PROCESS and step.graph.nodes[node.start].interrupting


def _undone(step: "Step", scope: Scope) -> bool:
    """Whether the scope is one that was complete and is being undone: its events are over."""
    return any(compensation.running == scope.token for compensation in step.instance.compensations.values())

"""The fact that an instance goes on by another version: all its indices become those of the new graph."""

from collections.abc import Mapping

from andante.engine import events as ev
from andante.engine.clocked import node_of
from andante.engine.state import Instance


def migrated(instance: Instance, e: ev.Migrated) -> None:
    nodes, flows = e.nodes, e.flows
    instance.definition_id = e.definition_id
    instance.version = e.version
    _policies(instance, e.policies)
    for token in instance.tokens.values():
        token.node = nodes[token.node]
        if token.flow >= 0:
            token.flow = flows.get(token.flow, -1)
    for scope in instance.scopes.values():
        if scope.node >= 0:
            scope.node = nodes[scope.node]
        scope.joined = {nodes[node]: waiting for node, waiting in scope.joined.items()}
    for loop in instance.loops.values():
        if instance.tokens[loop.token].child:  # an ad-hoc sub-process: its items are elements
            loop.items = [nodes[item] if isinstance(item, int) else item for item in loop.items]
    for task in instance.tasks.values():
        task.node = nodes[task.node]
    for timer in instance.timers.values():
        timer.node = nodes[timer.node]
    for subscription in instance.subscriptions.values():
        subscription.node = nodes[subscription.node]
    for trigger in instance.triggers.values():
        trigger.node = nodes[trigger.node]
    for job in instance.jobs.values():
        job.node = nodes[job.node]
    for returned in instance.returns.values():
        returned.target = nodes[returned.target]
        returned.source = nodes[returned.source] if returned.source >= 0 else -1
    for key, step in list(instance.handled.items()):
        if step.node in nodes:
            step.node = nodes[step.node]
        else:  # there is no such task any more
            del instance.handled[key]
    kept, instance.doers = instance.doers, {}
    for doers in kept.values():
        if doers.node in nodes:
            doers.node = nodes[doers.node]
            instance.doers[doers.node] = doers
    for completion in instance.completions.values():
        completion.node = nodes[completion.node]
        if completion.handler >= 0:
            completion.handler = nodes[completion.handler]


def _policies(instance: Instance, policies: Mapping[int, Mapping[int, int]]) -> None:
    """While tasks and tokens still have their old nodes."""
    for clock in instance.clocks.values():
        clock.policy = policies[node_of(instance, clock)][clock.policy]

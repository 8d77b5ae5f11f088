"""How an instance of one version of a definition goes on by another: which element becomes which, and what hinders it.

Elements are found again by their ids, or by those that a map names. What waits keeps its key: tasks, timers,
subscriptions, jobs and SLA clocks go on as they are, by the new version's rules for what comes after.
"""

from collections.abc import Iterator, Mapping
from typing import final

from andante.bpmn import kinds
from andante.bpmn.graph import JobWork, Node, ProcessGraph, Sla
from andante.engine.clocked import node_of
from andante.engine.commands import Migrate
from andante.engine.state import JOINED, READY, Instance, Loop
from andante.timing.sla_policy import SlaPolicy


@final
class Hindrance:
    """An element of the old version at which the instance stands or waits, and why it does not map."""

    __slots__ = ("node", "reason")

    def __init__(self, node: int, reason: str) -> None:
        self.node = node
        self.reason = reason


def plan(
    old: ProcessGraph,
    new: ProcessGraph,
    *,
    old_id: str,
    new_id: str,
    version: str,
    mapping: Mapping[str, str],
    reason: str = "",
) -> Migrate:
    """The command. `mapping` names elements that are called otherwise in the new version. Raises ValueError where it
    names one that is not there."""
    for source, target in mapping.items():
        if source not in old.by_id:
            raise ValueError(f"the instance's version has no element '{source}'")
        if target not in new.by_id:
            raise ValueError(f"version {version} has no element '{target}'")
    nodes: dict[int, int] = {}
    problems: dict[int, str] = {}
    dropped: list[int] = []
    for node in old.nodes:
        index = new.by_id.get(mapping.get(node.id, node.id), -1)
        if index < 0:
            if _caught(old, node):
                dropped.append(node.index)
            problems[node.index] = f"'{node.id}': version {version} has no such element"
            continue
        why = _unlike(node, new.nodes[index], nodes)
        if why:
            problems[node.index] = f"'{node.id}': {why}"
        else:
            nodes[node.index] = index
    policies: dict[int, dict[int, int]] = {-1: _policies(old.slas, new.slas)}
    for before, after in nodes.items():
        if old.nodes[before].slas:
            policies[before] = _policies(old.nodes[before].slas, new.nodes[after].slas)
    flows = {flow.id: flow.index for flow in new.flows}
    return Migrate(
        new_id, version, old_id, nodes, {f.index: flows[f.id] for f in old.flows if f.id in flows}, policies, dropped,
        problems, reason,
    )  # fmt: skip


def _caught(graph: ProcessGraph, node: Node) -> bool:
    """An event that may be dropped while it is awaited: nothing stands there."""
    if node.kind == kinds.BOUNDARY_EVENT:
        return True
    return (
        node.kind == kinds.START_EVENT and node.scope >= 0 and graph.nodes[node.scope].kind == kinds.EVENT_SUB_PROCESS
    )


def _unlike(old: Node, new: Node, nodes: Mapping[int, int]) -> str:
    """Why a token cannot go on at the new node as at the old one; "" where it can."""
    if old.kind != new.kind:
        return f"it is a {old.kind_name}, but '{new.id}' a {new.kind_name}"
    if old.scope >= 0 and nodes.get(old.scope, -2) != new.scope:
        return f"'{new.id}' is in another sub-process"
    if old.scope < 0 <= new.scope:
        return f"'{new.id}' is in a sub-process"
    if old.attached_to >= 0 and nodes.get(old.attached_to, -2) != new.attached_to:
        return f"'{new.id}' sits on another activity"
    one = old.event.kind if old.event is not None else kinds.NONE
    two = new.event.kind if new.event is not None else kinds.NONE
    if one != two:
        return f"it is a {kinds.EVENT_NAMES[one]} event, but '{new.id}' a {kinds.EVENT_NAMES[two]} event"
    if not _same_parts(old, new):
        return f"it and '{new.id}' are multiple events with other parts"
    if (old.multi is None) != (new.multi is None):
        return f"one of it and '{new.id}' is a multi-instance"
    if old.multi is not None and new.multi is not None and old.multi.sequential != new.multi.sequential:
        return f"of it and '{new.id}' one is a sequential and one a parallel multi-instance"
    if isinstance(old.work, JobWork) != isinstance(new.work, JobWork):
        return f"only one of it and '{new.id}' is done by a worker"
    if old.for_compensation != new.for_compensation:
        return f"only one of it and '{new.id}' is for compensation"
    return ""


def _same_parts(old: Node, new: Node) -> bool:
    """Whether each part of a multiple event is one of the same kind again: what is awaited tells it by its place."""
    if old.event is None or new.event is None:
        return True
    kinds_of = [[part.kind for part in event.parts] for event in (old.event, new.event)]
    return kinds_of[0] == kinds_of[1] and old.event.parallel == new.event.parallel


def _policies(old: tuple[Sla, ...], new: tuple[Sla, ...]) -> dict[int, int]:
    """SLAs of the same name whose clocks mean the same: with goal and deadline or without, the same milestones, as many
    reminders of the same kinds."""
    found: dict[int, int] = {}
    for before, one in enumerate(old):
        for after, two in enumerate(new):
            if one.policy.name == two.policy.name and _alike(one, two):
                found[before] = after
    return found


def _alike(one: Sla, two: Sla) -> bool:
    a, b = one.policy, two.policy
    if (a.goal is None) != (b.goal is None) or (a.deadline is None) != (b.deadline is None):
        return False
    if [each.name for each in a.milestones] != [each.name for each in b.milestones]:
        return False
    return [_keeps(a, n) for n in range(len(a.reminders))] == [_keeps(b, n) for n in range(len(b.reminders))]


def _keeps(policy: SlaPolicy, index: int) -> tuple[int, bool]:
    """What of a reminder its clock has numbers for: a start of its own, and working hours."""
    return min(policy.anchors[index], 0), any(each.working_hours for each in policy.reminders)


def used(instance: Instance) -> Iterator[int]:
    """The nodes that the state speaks of, some of them several times."""
    yield from (token.node for token in instance.tokens.values())
    yield from (scope.node for scope in instance.scopes.values() if scope.node >= 0)
    yield from (task.node for task in instance.tasks.values())
    yield from (timer.node for timer in instance.timers.values())
    yield from (subscription.node for subscription in instance.subscriptions.values())
    yield from (trigger.node for trigger in instance.triggers.values())
    yield from (job.node for job in instance.jobs.values())
    for returned in instance.returns.values():
        yield returned.target
        if returned.source >= 0:
            yield returned.source
    for loop in instance.loops.values():
        yield from offered(instance, loop)
    for completion in instance.completions.values():
        yield completion.node
        if completion.handler >= 0:
            yield completion.handler


def offered(instance: Instance, loop: Loop) -> list[int]:
    """The items of an ad-hoc sub-process are elements; it hosts its scope itself, where a multi-instance's items do."""
    return [item for item in loop.items if isinstance(item, int)] if instance.tokens[loop.token].child else []


def hindrances(instance: Instance, new: ProcessGraph, command: Migrate) -> list[Hindrance]:
    """What keeps this instance from going on; `node` is one of its own version (-1: the process)."""
    found: dict[int, str] = {}
    dropped = set(command.dropped)
    standing = {token.node for token in instance.tokens.values()}
    for node in used(instance):
        if node not in command.nodes and (node not in dropped or node in standing):
            found[node] = command.problems[node]
    for token in instance.tokens.values():
        if token.node in found or token.flow < 0 or token.flow in command.flows:
            continue
        join = new.nodes[command.nodes[token.node]]
        if token.phase in (JOINED, READY) and (len(join.incoming) > 1 or join.instantiates):
            found[token.node] = f"'{join.id}': a token has come by a flow that version {command.version} has not"
    for clock in instance.clocks.values():
        node = node_of(instance, clock)
        if node not in found and clock.policy not in command.policies.get(node, {}):
            where = f"'{new.nodes[command.nodes[node]].id}'" if node >= 0 else "the process"
            found[node] = f"{where}: its SLA has another name, other targets or other reminders"
    return [Hindrance(node, why) for node, why in found.items()]

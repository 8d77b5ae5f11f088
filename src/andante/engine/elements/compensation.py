"""Compensation: completed activities are undone by their handlers, the last one first (BPMN 2.0.2 10.7, 13.5.5).

An activity that has a handler, or holds such activities, is kept when it completes. A compensation event takes up what
its scope has kept and waits while one handler after the other runs. A handler runs in the scope of its activity; if
that scope has ended, it is opened anew with the variables it ended with. What is taken up is undone once only.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from andante.bpmn import kinds
from andante.bpmn.graph import EventDefinition, Node
from andante.engine import events as ev
from andante.engine.elements.base import BEHAVIOURS
from andante.engine.state import Scope, Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def keep_activity(step: "Step", token: Token, node: Node) -> None:
    """The activity, or one instance of it, completed and has a handler."""
    variables = dict(token.locals) if token.loop and token.locals else None
    step.record(ev.CompletionKept(step.key(), token.loop or token.scope, node.index, node.undone_by, variables, 0))


def keep_scope(step: "Step", scope: Scope, host: Token, node: Node) -> None:
    """The sub-process is about to end: keep it where there is something to undo. A handler itself is not undone."""
    if (node.undone_by >= 0 or scope.key in step.instance.undoable) and not node.for_compensation:
        variables = dict(scope.variables)
        holder = host.loop or host.scope
        step.record(ev.CompletionKept(step.key(), holder, node.index, node.undone_by, variables, scope.key))


def keep_loop(step: "Step", host: Token, node: Node) -> None:
    """The multi-instance completed: now its instances can be undone."""
    if host.key in step.instance.undoable:
        step.record(ev.CompletionKept(step.key(), host.scope, node.index, -1, None, host.key))


def compensate(step: "Step", token: Token, node: Node, event: EventDefinition | None) -> bool:
    """Undo what the token's scope has kept, or one activity of it. True where the token must wait for that."""
    instance = step.instance
    kept = _kept(step, token.scope)
    if event is not None and event.activity:
        wanted = step.graph.by_id[event.activity]
        kept = [key for key in kept if instance.completions[key].node == wanted]
    if not kept:
        return False
    if event is not None and not event.waits:
        beside = step.key()
        step.record(ev.ElementEntered(beside, node.index, token.scope, -1))
        token = instance.tokens[beside]
    _take_up(step, token, kept)
    _undo_next(step, token)
    return event is None or event.waits


def _kept(step: "Step", key: int) -> list[int]:
    """What the scope has kept; an event sub-process undoes what the scope around it has kept, too."""
    instance, nodes = step.instance, step.graph.nodes
    scope = instance.scopes[key]
    kept = list(instance.undoable.get(key, ()))
    while scope.key and nodes[scope.node].kind == kinds.EVENT_SUB_PROCESS:
        scope = instance.scopes[scope.parent]
        kept = [*instance.undoable.get(scope.key, ()), *kept]
    return kept


def _take_up(step: "Step", token: Token, kept: Sequence[int]) -> None:
    """The token is to undo these; the instances of a multi-instance each by itself."""
    instance = step.instance
    pending: list[int] = []
    whole: list[int] = []
    for key in kept:
        completion = instance.completions[key]
        if completion.handler < 0 and completion.variables is None:
            whole.append(key)
            pending.extend(instance.undoable.get(key, ()))
        else:
            pending.append(key)
    step.record(ev.CompensationStarted(token.key, pending, whole))


def _undo_next(step: "Step", token: Token) -> None:
    instance = step.instance
    compensation = instance.compensations[token.key]
    if not compensation.pending:
        _undone(step, token)
        return
    completion = instance.completions[compensation.pending[-1]]
    key, scope = step.key(), completion.holder
    within = completion.handler >= 0 and step.graph.nodes[completion.handler].kind == kinds.EVENT_SUB_PROCESS
    if completion.handler >= 0 and not within:
        step.enter(key, completion.handler, scope)
        if completion.variables:
            step.record(ev.LocalsSet(key, dict(completion.variables)))
        step.record(ev.CompletionUndoing(token.key, completion.key, key, 0))
        return
    step.record(ev.ElementEntered(key, completion.node, scope, -1))
    again = step.key()
    step.record(ev.ScopeOpened(again, completion.node, scope, key))
    if completion.variables:
        step.record(ev.VariablesSet(again, dict(completion.variables)))
    handler = completion.handler
    step.record(ev.CompletionUndoing(token.key, completion.key, key, again))
    if within:
        step.enter(step.key(), handler, again)
        return
    inner = instance.tokens[key]
    _take_up(step, inner, instance.undoable.get(again, ()))
    _undo_next(step, inner)


def reopened(step: "Step", host: Token) -> bool:
    """Whether the token hosts a completed sub-process that is open anew to be undone: its events are over."""
    return any(
        compensation.running == host.key and not step.graph.nodes[host.node].for_compensation
        for compensation in step.instance.compensations.values()
    )


def handler_done(step: "Step", token: Token) -> None:
    """The handler has ended well: on to what completed before."""
    step.record(ev.TokenEnded(token.key))
    _go_on(step, token.key)


def _go_on(step: "Step", key: int) -> None:
    instance = step.instance
    for compensation in instance.compensations.values():
        if compensation.running == key:
            _undo_next(step, instance.tokens[compensation.token])
            return
    raise AssertionError("a handler runs for nobody")


def _undone(step: "Step", token: Token) -> None:
    """All is undone: the event that threw it goes on, or the sub-process opened anew ends."""
    step.record(ev.CompensationEnded(token.key))
    if token.child:
        step.record(ev.ScopeClosed(token.child))
        step.record(ev.TokenEnded(token.key))
        _go_on(step, token.key)
    else:
        node = step.graph.nodes[token.node]
        BEHAVIOURS[node.kind].child_done(step, token, node, {})


def leave_cancelled(step: "Step", token: Token) -> None:
    """The transaction is undone: it is left by its cancel boundary event (sections 10.3.5 and 13.3.4)."""
    instance, nodes = step.instance, step.graph.nodes
    host = instance.tokens[instance.scopes[token.scope].token]
    if host.loop:
        host = instance.tokens[host.loop]
    for index in nodes[host.node].boundaries:
        boundary = nodes[index]
        if boundary.event is not None and boundary.event.kind == kinds.CANCEL:
            BEHAVIOURS[boundary.kind].occur(step, host, boundary, {})
            return
    raise AssertionError(f"{nodes[host.node].id}: a transaction that cancels without a cancel boundary event")

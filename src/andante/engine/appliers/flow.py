"""Facts about tokens, scopes, loops and variables."""

from collections.abc import Callable
from typing import Any, Final

from andante.engine import events as ev
from andante.engine.appliers.approval import forget_scope, moved_on
from andante.engine.appliers.compensation import drop_held, give_up
from andante.engine.state import ACTIVE, COMPLETING, DONE, JOINED, READY, Instance, Loop, Scope, Token


def _entered(instance: Instance, e: ev.ElementEntered) -> None:
    token = instance.tokens.get(e.token)
    if token is None:
        if e.token > instance.last_key:
            instance.last_key = e.token
        token = instance.tokens[e.token] = Token(e.token, e.node, e.scope, e.flow)
        instance.scopes[e.scope].tokens[e.token] = None
        if e.loop:
            loop = instance.loops[e.loop]
            loop.inner[e.token] = None
            token.loop = e.loop
            token.item = loop.started
            loop.started += 1
        return
    if token.phase == JOINED:
        _unjoin(instance, token)
    token.node = e.node
    token.flow = e.flow
    token.phase = READY
    token.locals = None
    if e.token in instance.returns:
        moved_on(instance, e.token, e.node)


def _unjoin(instance: Instance, token: Token) -> None:
    joined = instance.scopes[token.scope].joined
    waiting = joined[token.node]
    waiting.remove(token.key)
    if not waiting:
        del joined[token.node]


def _joined(instance: Instance, e: ev.TokenJoined) -> None:
    token = instance.tokens[e.token]
    token.phase = JOINED
    instance.scopes[token.scope].joined.setdefault(token.node, []).append(token.key)


def _done(instance: Instance, e: ev.TokenDone) -> None:
    token = instance.tokens[e.token]
    if token.phase == JOINED:
        _unjoin(instance, token)
    token.phase = DONE if e.mapped else COMPLETING


def _ready(instance: Instance, e: ev.TokenReady) -> None:
    instance.tokens[e.token].phase = READY


def _ended(instance: Instance, e: ev.TokenEnded | ev.TokenCancelled) -> None:
    token = instance.tokens.pop(e.token)
    if token.phase == JOINED:
        _unjoin(instance, token)
    del instance.scopes[token.scope].tokens[e.token]
    if instance.compensations:
        give_up(instance, e.token)
    if instance.returns:
        instance.returns.pop(e.token, None)
    if token.loop and token.loop in instance.loops:
        instance.loops[token.loop].inner.pop(e.token, None)


def _scope_opened(instance: Instance, e: ev.ScopeOpened) -> None:
    if e.scope > instance.last_key:
        instance.last_key = e.scope
    token = instance.tokens[e.token]
    instance.scopes[e.scope] = Scope(e.scope, e.node, e.parent, e.token, token.locals or {})
    token.locals = None
    token.child = e.scope
    token.phase = ACTIVE


def _scope_closed(instance: Instance, e: ev.ScopeClosed) -> None:
    """What was local to the sub-process is its token's again: its output mappings and its loop still read it."""
    scope = instance.scopes.pop(e.scope)
    token = instance.tokens[scope.token]
    token.child = 0
    token.locals = scope.variables or None
    if instance.undoable:
        drop_held(instance, e.scope)
    if instance.handled:
        forget_scope(instance, e.scope)


def _loop_opened(instance: Instance, e: ev.LoopOpened) -> None:
    outputs: list[object] = [None] * e.total
    instance.loops[e.token] = Loop(e.token, e.items, e.total, e.sequential, outputs=outputs)
    instance.tokens[e.token].phase = ACTIVE


def _loop_item(instance: Instance, e: ev.LoopItemDone) -> None:
    loop = instance.loops[e.token]
    loop.done += 1
    if loop.outputs is not None and e.index < len(loop.outputs):
        loop.outputs[e.index] = e.output


def _loop_closed(instance: Instance, e: ev.LoopClosed) -> None:
    del instance.loops[e.token]
    if instance.undoable:
        drop_held(instance, e.token)


def _locals(instance: Instance, e: ev.LocalsSet) -> None:
    token = instance.tokens[e.token]
    if token.locals is None:
        token.locals = {}
    token.locals.update(e.values)


def _variables(instance: Instance, e: ev.VariablesSet) -> None:
    instance.scopes[e.holder].variables.update(e.values)


APPLIERS: Final[dict[type, Callable[[Instance, Any], None]]] = {
    ev.ElementEntered: _entered,
    ev.TokenJoined: _joined,
    ev.TokenDone: _done,
    ev.TokenReady: _ready,
    ev.TokenEnded: _ended,
    ev.TokenCancelled: _ended,
    ev.ScopeOpened: _scope_opened,
    ev.ScopeClosed: _scope_closed,
    ev.LoopOpened: _loop_opened,
    ev.LoopItemDone: _loop_item,
    ev.LoopClosed: _loop_closed,
    ev.LocalsSet: _locals,
    ev.VariablesSet: _variables,
}

"""Facts about completed activities that can be undone, and their undoing."""

from collections.abc import Callable
from typing import Any, Final

from andante.engine import events as ev
from andante.engine.completions import Compensation, Completion
from andante.engine.state import ACTIVE, Instance


def _kept(instance: Instance, e: ev.CompletionKept) -> None:
    if e.completion > instance.last_key:
        instance.last_key = e.completion
    instance.completions[e.completion] = Completion(e.completion, e.holder, e.node, e.handler, e.variables)
    instance.undoable.setdefault(e.holder, []).append(e.completion)
    if e.takes:
        taken = instance.undoable.pop(e.takes, None)
        if taken:
            _move(instance, taken, e.completion)


def _started(instance: Instance, e: ev.CompensationStarted) -> None:
    completions = instance.completions
    wanted = {*e.completions, *e.emptied}
    for holder in {completions[key].holder for key in wanted}:
        left = [key for key in instance.undoable[holder] if key not in wanted]
        if left:
            instance.undoable[holder] = left
        else:
            del instance.undoable[holder]
    for key in e.completions:
        whole = completions.get(completions[key].holder)
        if whole is not None:
            completions[key].holder = whole.holder
    for key in e.emptied:
        del completions[key]
    instance.compensations[e.token] = Compensation(e.token, list(e.completions))
    instance.tokens[e.token].phase = ACTIVE


def _undoing(instance: Instance, e: ev.CompletionUndoing) -> None:
    compensation = instance.compensations[e.token]
    compensation.pending.pop()
    compensation.running = e.by
    del instance.completions[e.completion]
    if e.into:
        _move(instance, instance.undoable.pop(e.completion, []), e.into)
    else:
        drop_held(instance, e.completion)


def _move(instance: Instance, keys: list[int], holder: int) -> None:
    if keys:
        instance.undoable[holder] = keys
        for key in keys:
            instance.completions[key].holder = holder


def _ended(instance: Instance, e: ev.CompensationEnded) -> None:
    del instance.compensations[e.token]


def give_up(instance: Instance, token: int) -> None:
    """The token that undoes is gone. What it has not begun with can be undone by others, as long as its scope lives."""
    compensation = instance.compensations.pop(token, None)
    if compensation is None:
        return
    for key in compensation.pending:
        holder = instance.completions[key].holder
        if holder in instance.scopes:
            instance.undoable[holder] = sorted([*instance.undoable.get(holder, ()), key])
        else:
            del instance.completions[key]
            drop_held(instance, key)


def drop_held(instance: Instance, holder: int) -> None:
    """What the holder holds, at any depth, can no longer be compensated."""
    pending = [holder]
    while pending:
        for key in instance.undoable.pop(pending.pop(), ()):
            del instance.completions[key]
            pending.append(key)


APPLIERS: Final[dict[type, Callable[[Instance, Any], None]]] = {
    ev.CompletionKept: _kept,
    ev.CompensationStarted: _started,
    ev.CompletionUndoing: _undoing,
    ev.CompensationEnded: _ended,
}

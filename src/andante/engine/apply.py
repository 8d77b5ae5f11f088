"""The only writer of state: one function a fact. `fold(events) == state` is a property that the tests hold us to.

A fact is applied the moment it is recorded, and again, in the same order, when a journal is replayed.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from andante.engine import events as ev
from andante.engine.appliers import approval, compensation, flow, lifecycle, waiting, work
from andante.engine.appliers import migration as migrating
from andante.engine.state import Instance


def _nothing(_: Instance, __: object) -> None:
    """A fact for the journal alone."""


APPLIERS: Final[dict[type, Callable[[Instance, Any], None]]] = {
    **lifecycle.APPLIERS,
    **flow.APPLIERS,
    **work.APPLIERS,
    **approval.APPLIERS,
    **waiting.APPLIERS,
    ev.Migrated: migrating.migrated,
    **compensation.APPLIERS,
    ev.TaskCommented: _nothing,
    ev.AttachmentAdded: _nothing,
    ev.AttachmentRemoved: _nothing,
    ev.PersonsInformed: _nothing,
    ev.MessageThrown: _nothing,
    ev.SignalThrown: _nothing,
    ev.ErrorThrown: _nothing,
    ev.ErrorCaught: _nothing,
    ev.EscalationCaught: _nothing,
    ev.CommandIgnored: _nothing,
    ev.TokenMoved: _nothing,
    ev.DecisionMade: _nothing,
}


def begin(instance: Instance, now: int, actor: str) -> None:
    """Open a journal entry: the facts that follow belong to sequence number `instance.seq`."""
    instance.seq += 1
    instance.modified_at = now
    instance.modified_by = actor


def apply(instance: Instance, event: ev.Event) -> None:
    APPLIERS[event.__class__](instance, event)


def fold(instance: Instance, entries: Iterable[tuple[int, str, Iterable[ev.Event]]]) -> Instance:
    """Replay journal entries (time in ms, actor, facts) over `instance`."""
    for now, actor, facts in entries:
        begin(instance, now, actor)
        for fact in facts:
            apply(instance, fact)
    return instance

"""Who looks: what of the definitions the caller of the present request may see. Everything that the runtime tells is
narrowed by it, so that no page, list or number forgets to ask; a program of one's own, and what the runtime does by
itself, see all.

It goes with the request as a context variable, as the user of a database session does with row level security.
"""

import contextlib
import contextvars
from collections.abc import Iterator
from typing import Final

from andante.runtime import tracing
from andante.runtime.logs import about_nothing
from andante.runtime.problem import DEFINITION_NOT_FOUND, INSTANCE_NOT_FOUND, NOT_GRANTED, Problem
from andante.store.names import ALL, EVERY, Names, Sight
from andante.store.records import DefinitionRecord, InstanceQuery, InstanceRecord, TaskQuery

_SIGHT: Final[contextvars.ContextVar[Sight]] = contextvars.ContextVar("andante_sight", default=ALL)


def look_as(sight: Sight) -> None:
    """From now on, in this request."""
    _SIGHT.set(sight)


def look_at_all() -> None:
    """From now on, in this request: for what is nobody's."""
    _SIGHT.set(ALL)


def sight() -> Sight:
    """Of who asks."""
    return _SIGHT.get()


def sees(name: str) -> bool:
    """Whether the definition of that name is there for who asks."""
    return _SIGHT.get().view.has(name)


def seen_definition(record: DefinitionRecord) -> DefinitionRecord:
    """Raises Problem (404) where who asks may not know of it."""
    if not sees(record.name):
        raise Problem(DEFINITION_NOT_FOUND, 404, f"There is no definition '{record.id}'.")
    return record


def seen_instance(record: InstanceRecord | None, instance_id: str) -> InstanceRecord:
    """Raises Problem (404) where there is none, or who asks may not know of it."""
    if record is None or not sees(record.name):
        raise Problem(INSTANCE_NOT_FOUND, 404, f"There is no instance '{instance_id}'.")
    return record


def demand_deploy(name: str) -> None:
    """Raises Problem (403) where who asks may not deploy or change definitions of this name."""
    if not _SIGHT.get().deploy.has(name):
        raise Problem(NOT_GRANTED, 403, f"You may not deploy '{name}': that is granted to others.")


def demand_start(name: str) -> None:
    """Raises Problem (403) where who asks may not start it; 404 is for the caller."""
    if not _SIGHT.get().start.has(name):
        raise Problem(NOT_GRANTED, 403, f"You may not start '{name}': that is granted to others.")


@contextlib.contextmanager
def seeing_all() -> Iterator[None]:
    """For what was permitted already, or is nobody's own."""
    before = _SIGHT.set(ALL)
    try:
        yield
    finally:
        _SIGHT.reset(before)


def by_itself() -> contextvars.Context:
    """For a task that a request happens to begin, but that is nobody's own work: it sees all."""
    context = contextvars.copy_context()
    context.run(_SIGHT.set, ALL)
    context.run(about_nothing)
    if tracing.active is not None:
        context.run(tracing.active.nobody)
    return context


def within(names: Names | None, more: Names) -> Names | None:
    """Both; None is every name."""
    both = (names or EVERY) & more
    return None if both.all else both


def instances_seen(query: InstanceQuery) -> InstanceQuery:
    """The same query, of what is there for who asks."""
    query.definitions = within(query.definitions, _SIGHT.get().view)
    return query


def tasks_seen(query: TaskQuery) -> TaskQuery:
    """The same query: of a to-do list only what who asks may work on."""
    own = _SIGHT.get()
    names = own.read if query.everything else own.work if query.view == "todo" else own.view
    query.definitions = within(query.definitions, names)
    return query

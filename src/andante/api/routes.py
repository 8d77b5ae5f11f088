"""All routes of the API."""

from litestar.handlers import HTTPRouteHandler

from andante.api import (
    attachments,
    audit,
    batches,
    calendars,
    clients,
    comments,
    decisions,
    definitions,
    delivering,
    deputies,
    documents,
    events,
    expressions,
    finding,
    forms,
    grants,
    health,
    insight,
    instances,
    jobs,
    keys,
    messages,
    myself,
    notes,
    people,
    replay,
    task_bulk,
    task_lists,
    tasks,
    teams,
    timeline,
    token,
    upkeep,
    views,
)
from andante.api import variables as instance_variables


def api_handlers(*, test_clock: bool) -> list[HTTPRouteHandler]:
    """Each carries its `Operation`; the clock can be set only with `test_clock`."""
    rooms = (
        token, myself, instances, finding, replay, timeline, instance_variables, definitions, task_bulk, task_lists,
        tasks, views, forms,
        messages, jobs, expressions, decisions, batches, people, clients, keys, grants, teams, deputies,
        attachments, comments, calendars, notes, delivering, events, insight, upkeep, audit, health, documents,
    )  # fmt: skip
    handlers: list[HTTPRouteHandler] = [handler for room in rooms for handler in room.HANDLERS]
    if test_clock:
        handlers.extend(health.TEST_HANDLERS)
    return handlers

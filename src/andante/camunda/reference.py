"""docs/reference/camunda-rest.md, made of the routes: `python -m andante.camunda.reference`."""

import sys
from collections.abc import Mapping
from typing import Final

from litestar.handlers import HTTPRouteHandler

from andante.api.operation import operation_of
from andante.camunda.absent import RESOURCES
from andante.camunda.faults import ABSENT, KNOWN
from andante.camunda.history_facts import MOST as MOST_COMMANDS
from andante.camunda.routes import ROOMS
from andante.camunda.values import TYPES
from andante.camunda.wire import MOST

HEAD: Final = """# Camunda 7's REST API

<!-- Made from src/andante/camunda by `python -m andante.camunda.reference`. -->

Below `/engine-rest`, and below `/engine-rest/engine/default`, Andante speaks Camunda 7's REST API as far as its
clients and those who [come from Camunda 7](../how-to/migrate-from-camunda-7.md) need it. The setting `camunda_rest`
turns it off.

**Who asks** says so by HTTP Basic, with the id and secret of an OAuth client or the name and password of a person,
or with a token (`Authorization: Bearer`). They may do what they may do by [Andante's own API](api.md): the column
*permission* names the row of that table.

**Bodies and answers** are Camunda's. A query parameter or filter that Andante does not know is refused with 400,
since without it a list would be longer than asked for. Lists have at most 1000 entries; go on with `firstResult`.

**Tenants** have a database each, as one engine a tenant: `tenantId` is null, `withoutTenantId` changes nothing. The
own id of the [tenant](../how-to/tenants.md) that is asked is taken; of any other nothing is there.

**What one instance has had** (`/history/activity-instance`, `incident`, `external-task-log`, `decision-instance`,
`detail`, `job-log`) is read from its journal, so it is asked for by instance. Of an instance with more than {most}
commands it is refused with 400, but for its activities, which are read from all of it: Andante's own API reads a
journal page by page.

**Sorting** by several things (`sorting` of a POST) is done for lists of tasks and instances while no more than
{several} match, and for the lists that are short by nature; external tasks are sorted by one.

## Resource by resource

What is missing, or not there, answers 501 and says what to do instead; other addresses answer 404.

| resource | | what is missing, or what to do instead |
|---|---|---|
"""
THERE: Final = """
## What is there

| | | permission | notes |
|---|---|---|---|
"""
# What each resource that is there lacks; "" where it is whole.
MISSING: Final[Mapping[str, str]] = {
    "authorization": "all but `check`: rights are Andante's roles, groups and grants by definition",
    "decision-definition": "diagrams, `history-time-to-live`, requirements",
    "condition": "",
    "deployment": "`redeploy`, `registered`, deletion with `cascade`",
    "engine": "",
    "event-subscription": "lists of more than one instance",
    "execution": "`signal` (a receive task takes its message), incidents made by hand, filters by activity",
    "external-task": "`retries-async`, sorting by several things",
    "group": "types",
    "history": "batches, cases, identity links, `cleanup` (see retention), reports and statistics, removal times, "
    "what went into a decision and came out, annotations",
    "identity": "`password-policy`",
    "incident": "`resolve` (retry, move or end the instance), annotations",
    "job": "timers that fire early, due dates, priorities, retries of several",
    "message": "variables that are local",
    "metrics": "all but how many instances were started",
    "migration": "`executeAsync`, those that a query finds, variables, updates of what events wait for, "
    "plans between different processes",
    "modification": "`executeAsync`; those that a query finds",
    "process-definition": "`diagram`, rendered forms, `restart`, deletion by key or with instances, "
    "`executionDate` of a suspension",
    "process-instance": "all that ends in `-async` (bulk actions), comments, ends without those it called, "
    "comparisons of variables but equality",
    "signal": "",
    "task": "tasks without a process (`create`), update and deletion, identity links that are set, variables of its "
    "own, rendered forms, reports, descriptions of attachments",
    "user": "first and last names, `unlock`",
    "variable-instance": "variables of all instances at once",
    "version": "",
}
VALUES: Final = """
## Values

Types: {types}. Their first letter may be small. A value without a type gets that of its JSON value: texts are
String, whole numbers Integer or Long, others Double, objects and lists Json. To models and to Andante's own API
variables are plain JSON: a Json or an Object is its value, a Date an ISO 8601 text that FEEL reads, File and Bytes
are Base64. Where the value alone does not tell the type, a variable `$type.NAME` keeps it beside the variable
`NAME`; this API does not show it. It counts while the value fits it.

An Object is taken as `application/json` only; Java's own serialisation is refused with 400. A variable that is
marked as transient is kept like any other. A variable that is deleted is null from then on.

## Errors

`{{"type": "...", "message": "...", "code": ...}}` with Camunda's statuses. `code` is 0 for what the engine refuses,
null for what the API does.

| Andante's resCode | status | type |
|---|---|---|
{errors}
Others keep the status they have in [errors](errors.md), but 409 becomes 400. 401 is an AuthenticationException, 403 an
AuthorizationException; 429 and 503 have `Retry-After`.
"""


def _row(handler: HTTPRouteHandler) -> str:
    operation = operation_of(handler)
    (method,) = sorted(handler.http_methods - {"OPTIONS", "HEAD"})
    (path,) = handler.paths
    shown = path.replace(":str}", "}")
    return f"| `{method} {shown}` | {operation.summary} | `{operation.permission}` | {operation.description} |"


def _resource(handler: HTTPRouteHandler) -> str:
    (path,) = handler.paths
    return path.split("/")[1]


def _state(name: str, there: set[str]) -> str:
    if name in there:
        missing = MISSING[name]
        return f"| `{name}` | {'in part' if missing else 'whole'} | {missing} |"
    what, instead = RESOURCES[name]
    return f"| `{name}` | not there | Andante has no {what}. {instead} |"


def reference() -> str:
    """The page's text."""
    lines = [_row(handler) for room in ROOMS for handler in room.HANDLERS]
    there = {_resource(handler) for room in ROOMS for handler in room.HANDLERS}
    resources = [_state(name, there) for name in sorted({*there, *RESOURCES})]
    errors = "".join(
        f"| `{code}` | {status} | {kind} |\n" for code, (status, kind) in sorted(KNOWN.items()) if code != ABSENT
    )
    types = ", ".join(TYPES)
    return (
        HEAD.format(most=MOST_COMMANDS, several=MOST)
        + "\n".join(resources)
        + "\n"
        + THERE
        + "\n".join(lines)
        + "\n"
        + VALUES.format(types=types, errors=errors)
    )


if __name__ == "__main__":
    sys.stdout.write(reference())

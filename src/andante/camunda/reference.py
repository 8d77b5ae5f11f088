"""docs/reference/camunda-rest.md, made of the routes: `python -m andante.camunda.reference`."""

import sys
from typing import Final

from litestar.handlers import HTTPRouteHandler

from andante.api.operation import operation_of
from andante.camunda.absent import RESOURCES
from andante.camunda.faults import ABSENT, KNOWN
from andante.camunda.routes import BASE, ROOMS
from andante.camunda.values import TYPES

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

## What is there

| | | permission | notes |
|---|---|---|---|
"""
ABSENT_HEAD: Final = """
## What is not there

These answer 501 and say what to do instead; other addresses answer 404. Of a resource that is in the table above,
too, it concerns what that table lacks.

| address | Andante has no |
|---|---|
"""
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


def reference() -> str:
    """The page's text."""
    lines = [_row(handler) for room in ROOMS for handler in room.HANDLERS]
    absent = [f"| `{BASE}/{name}` | {what}. {instead} |" for name, (what, instead) in RESOURCES.items()]
    errors = "".join(
        f"| `{code}` | {status} | {kind} |\n" for code, (status, kind) in sorted(KNOWN.items()) if code != ABSENT
    )
    types = ", ".join(TYPES)
    return (
        HEAD
        + "\n".join(lines)
        + "\n"
        + ABSENT_HEAD
        + "\n".join(absent)
        + "\n"
        + VALUES.format(types=types, errors=errors)
    )


if __name__ == "__main__":
    sys.stdout.write(reference())

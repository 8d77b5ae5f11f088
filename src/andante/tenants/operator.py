"""What the server's operator, who is no tenant's user, does with tenants over HTTP: below /operator, where no tenant is
named. Who has `operator_secret` may; without one nobody does."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.connection import ASGIConnection
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta

from andante.api.errors import bad_parameter
from andante.api.openapi import document
from andante.api.operation import Operation, address, bearer, why
from andante.api.services import Call
from andante.api.wire import as_json, at, body_of, choice, query_of, success
from andante.people.faults import (
    TENANT_BUSY,
    TENANT_EXISTS,
    TENANT_STATE,
    TENANT_UNAVAILABLE,
    TENANT_UNKNOWN,
    TOO_FAST,
    UNAUTHORISED,
)
from andante.people.permissions import PUBLIC
from andante.people.served import SERVICES
from andante.tenants.doctor import diagnose_tenants
from andante.tenants.measured import measured
from andante.tenants.registry import LogRecord, Why
from andante.tenants.server import WHO, Server, Standing

HELD: Final = "By the secret of the setting operator_secret, as a Bearer token."


class TenantNumbers(msgspec.Struct, frozen=True):
    """What a tenant has: open instances, those of them with an incident, and open tasks."""

    openInstances: int  # noqa: N815
    brokenInstances: int  # noqa: N815
    openTasks: int  # noqa: N815


class TenantShape(msgspec.Struct, frozen=True):
    """A tenant. `state`: making, active, suspended or deleted. `serving`: whether this server answers for it; if not,
    `why`. `settings`: what is its own, of secrets only that they are. `numbers`: null while its database
    does not answer."""

    name: str
    state: str
    serving: bool
    why: str
    address: str
    settings: dict[str, str]
    numbers: TenantNumbers | None
    createdAt: str  # noqa: N815
    changedAt: str  # noqa: N815


class TenantRecs(msgspec.Struct, frozen=True):
    """All, by name."""

    Recs: list[TenantShape]
    total: int


class TenantMade(msgspec.Struct, frozen=True):
    """The tenant, and its first administrator: name and client of that id. The secret is shown this once."""

    tenant: TenantShape
    clientId: str  # noqa: N815
    clientSecret: str  # noqa: N815


class CreateBody(msgspec.Struct, frozen=True):
    """`settings`: what is its own. `clientSecret` is generated unless given."""

    name: Annotated[str, Meta(max_length=100)]
    settings: dict[str, str] = {}
    clientId: Annotated[str, Meta(max_length=64)] = ""  # noqa: N815
    clientSecret: Annotated[str, Meta(max_length=1_024)] = ""  # noqa: N815
    reason: Annotated[str, Meta(max_length=2_000)] = ""


class ChangeBody(msgspec.Struct, frozen=True):
    """`settings`: what changes; null takes one back. `reason` is for the log."""

    action: Annotated[str, choice("", "suspend", "resume")] = ""
    settings: dict[str, str | None] = {}
    reason: Annotated[str, Meta(max_length=2_000)] = ""


class DeleteAsked(msgspec.Struct, frozen=True):
    """`confirm`: the tenant's name once more."""

    confirm: Annotated[str, Meta(max_length=100)] = ""


class LogShape(msgspec.Struct, frozen=True):
    """A row of what operators did. `address`: from where, "" for the command line on the machine."""

    at: str
    action: str
    tenant: str
    address: str
    reason: str
    details: str


class LogRecs(msgspec.Struct, frozen=True):
    """The newest first."""

    Recs: list[LogShape]
    total: int


class TenantFinding(msgspec.Struct, frozen=True):
    """What a check found, at which `tenant`: "" for what they share, or what is so at all of them. `severity`: error,
    warning or hint; `where` names the thing; `remedy` says what to do."""

    tenant: str
    severity: str
    code: str
    where: str
    what: str
    remedy: str


class TenantsDiagnosis(msgspec.Struct, frozen=True):
    """What the checks found at `at`, the worst first."""

    at: str
    database: str
    checks: list[str]
    findings: list[TenantFinding]


def _server(connection: ASGIConnection[Any, Any, Any, Any]) -> Server:
    """Raises NotFoundException where a tenant is named: there is no such address at a tenant's."""
    found: object = connection.scope.get(SERVICES)
    if not isinstance(found, Server):
        raise NotFoundException
    return found


async def operator_guard(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Refuse who has not the operator's secret (401), and who guesses (429)."""
    _server(connection).let_in(bearer(connection), address(connection))


def _shape(seen: Standing) -> TenantShape:
    numbers = None if seen.numbers is None else TenantNumbers(*msgspec.structs.astuple(seen.numbers))
    record = seen.record
    return TenantShape(
        record.name, record.state, seen.serving, seen.why, seen.address, seen.settings, numbers,
        at(record.created_at), at(record.changed_at),
    )  # fmt: skip


def _why(request: Call, reason: str) -> Why:
    return Why(address(request), reason or why(request))


@get(
    "/operator/tenants",
    operation=Operation("List tenants", PUBLIC, TenantRecs, tag=WHO, description=HELD, errors=(UNAUTHORISED, TOO_FAST)),
)
async def list_tenants(request: Call) -> Response[bytes]:
    found = [_shape(each) for each in await _server(request).all()]
    return success(TenantRecs(found, len(found)))


@get(
    "/operator/tenants/{name:str}",
    operation=Operation(
        "Show a tenant", PUBLIC, TenantShape, tag=WHO, description=HELD, errors=(UNAUTHORISED, TENANT_UNKNOWN)
    ),
)
async def show_tenant(request: Call, name: FromPath[str]) -> Response[bytes]:
    return success(_shape(await _server(request).one(name)))


@post(
    "/operator/tenants", status_code=200,
    operation=Operation(
        "Create a tenant", PUBLIC, TenantMade, CreateBody, tag=WHO, description=HELD,
        errors=(UNAUTHORISED, TENANT_EXISTS, TENANT_BUSY, TENANT_UNAVAILABLE),
    ),
)  # fmt: skip
async def create_tenant(request: Call) -> Response[bytes]:
    server = _server(request)
    body = await body_of(request, CreateBody)
    made = await server.create(
        body.name, body.settings, _why(request, body.reason), body.clientId, body.clientSecret
    )  # fmt: skip
    return success(TenantMade(_shape(await server.one(body.name)), made.client_id, made.client_secret))


@put(
    "/operator/tenants/{name:str}",
    operation=Operation(
        "Suspend or resume a tenant, or change its settings", PUBLIC, TenantShape, ChangeBody, tag=WHO,
        description=HELD, errors=(UNAUTHORISED, TENANT_UNKNOWN, TENANT_STATE),
    ),
)  # fmt: skip
async def change_tenant(request: Call, name: FromPath[str]) -> Response[bytes]:
    server = _server(request)
    body = await body_of(request, ChangeBody)
    if not body.action and not body.settings:
        raise bad_parameter("action", "say what to do: suspend, resume, or settings.")
    reason = _why(request, body.reason)
    if body.settings:
        await server.configure(name, body.settings, reason)
    if body.action:
        await server.act(name, body.action, reason)
    return success(_shape(await server.one(name)))


@delete(
    "/operator/tenants/{name:str}", status_code=200,
    operation=Operation(
        "Delete a tenant: its database is put away", PUBLIC, LogRecs, query=DeleteAsked, tag=WHO, description=HELD,
        errors=(UNAUTHORISED, TENANT_UNKNOWN, TENANT_STATE),
    ),
)  # fmt: skip
async def delete_tenant(request: Call, name: FromPath[str]) -> Response[bytes]:
    server = _server(request)
    if query_of(request, DeleteAsked).confirm != name:
        raise bad_parameter("confirm", "name the tenant once more: it is gone then, with all that it has.")
    await server.act(name, "delete", _why(request, ""))
    return _log(await server.log(name))


@get(
    "/operator/log",
    operation=Operation("What operators did", PUBLIC, LogRecs, tag=WHO, description=HELD, errors=(UNAUTHORISED,)),
)
async def show_log(request: Call) -> Response[bytes]:
    return _log(await _server(request).log())


@get(
    "/operator/diagnosis",
    operation=Operation(
        "See what is wrong with any tenant, and what to do", PUBLIC, TenantsDiagnosis, tag=WHO, description=HELD,
        errors=(UNAUTHORISED,),
    ),
)  # fmt: skip
async def doctor(request: Call) -> Response[bytes]:
    seen = await diagnose_tenants(_server(request).tenants)
    found = [TenantFinding(f.tenant, f.severity, f.code, f.where, f.what, f.remedy) for f in seen.findings]
    return success(TenantsDiagnosis(at(seen.at), seen.database, seen.checks, found))


@get(
    "/operator/metrics",
    operation=Operation("Numbers of all tenants for Prometheus", PUBLIC, media="text/plain", tag=WHO, description=HELD),
)
async def show_metrics(request: Call) -> Response[bytes]:
    server = _server(request)
    text = await measured(server.tenants, server.metrics)
    return Response(text, media_type="text/plain; version=0.0.4")


@get(
    "/operator/openapi.json",
    operation=Operation("These addresses as OpenAPI 3.1", PUBLIC, bare=dict[str, Any], tag=WHO, description=HELD),
)
async def show_openapi(request: Call) -> Response[bytes]:
    return Response(as_json(document(OPERATOR_HANDLERS, "1")).content, media_type=MediaType.JSON)


def _log(rows: list[LogRecord]) -> Response[bytes]:
    return success(LogRecs([_logged(each) for each in rows], len(rows)))


def _logged(row: LogRecord) -> LogShape:
    return LogShape(at(row.at), row.action, row.tenant, row.address, row.reason, row.details)


OPERATOR_HANDLERS: Final[tuple[HTTPRouteHandler, ...]] = (
    list_tenants, show_tenant, create_tenant, change_tenant, delete_tenant, show_log, doctor, show_metrics,
    show_openapi,
)  # fmt: skip

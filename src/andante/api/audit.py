"""The audit log: who asked for what, when, from where and why."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from msgspec import Meta

from andante.api.errors import bad_parameter
from andante.api.operation import BASE, Operation
from andante.api.services import Call, services
from andante.api.wire import at, body_of, choice, instant_ms, one_of, query_of, success
from andante.people import permissions as allow
from andante.runtime import problem as codes
from andante.runtime.auditing import ACTION_KINDS, ACTIONS, MEDIA, AuditQuery, AuditRecord, Head, exported

PATH: Final = f"{BASE}/runtime/audit"
MOST: Final = 1_000
OUTCOMES: Final = ("done", "refused", "unknown")
FORMATS: Final = ("", *MEDIA)


class AuditShape(msgspec.Struct, frozen=True):
    """A row. `via`: api, page, mcp (an assistant, as it says itself) or server; `client`: the OAuth client, "" for a
    browser session. `outcome`: done, refused with the `code`, or unknown where the server failed. `details`: `before`
    and `after` of what has changed, and which `secret` has, but none of them. `hash`: of the row before in its chain,
    and of this one."""

    id: str
    at: str
    actor: str
    client: str
    address: str
    via: str
    action: str
    kind: str
    object: str
    reason: str
    outcome: str
    code: str
    details: dict[str, Any]
    hash: str


class AuditRecs(msgspec.Struct, frozen=True):
    """A page, the newest first; `total` counts it. `after` continues it, "" at the end."""

    Recs: list[AuditShape]
    total: int
    after: str


class AuditAsked(msgspec.Struct, frozen=True, rename={"since": "from"}):
    """`action`: a name, or the first word of several ("person"). `from` and `until`: ISO 8601. `text`: a part of
    reason, object, actor, code or details. `format`: the page as CSV or a JSON object a line instead; the header
    Andante-After continues it."""

    actor: Annotated[str, Meta(max_length=500)] = ""
    action: Annotated[str, choice("", *ACTION_KINDS, *ACTIONS)] = ""
    object: Annotated[str, Meta(max_length=500)] = ""
    client: Annotated[str, Meta(max_length=500)] = ""
    address: Annotated[str, Meta(max_length=100)] = ""
    outcome: Annotated[str, choice("", *OUTCOMES)] = ""
    since: Annotated[str, Meta(max_length=40)] = ""
    until: Annotated[str, Meta(max_length=40)] = ""
    text: Annotated[str, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 100
    after: Annotated[str, Meta(max_length=500)] = ""
    format: Annotated[str, choice(*FORMATS)] = ""


class HeadShape(msgspec.Struct, frozen=True):
    """The last row of a chain. Kept elsewhere, it tells later that nothing up to it was changed."""

    chain: str
    seq: Annotated[int, Meta(ge=1, le=2**53)]
    hash: str


class VerifyBody(msgspec.Struct, frozen=True):
    """`heads` of an earlier verification, which must still be there."""

    heads: Annotated[list[HeadShape], Meta(max_length=MOST)] = []


class FaultShape(msgspec.Struct, frozen=True):
    """What is wrong, at which row."""

    chain: str
    seq: int
    what: str


class VerificationShape(msgspec.Struct, frozen=True):
    """`heads` of all chains, the newest first."""

    rows: int
    faults: list[FaultShape]
    heads: list[HeadShape]


def audit_shape(r: AuditRecord) -> AuditShape:
    return AuditShape(
        r.id, at(r.at), r.actor, r.client, r.address, r.via, r.action, r.kind, r.object, r.reason, r.outcome, r.code,
        r.details, r.hash,
    )  # fmt: skip


@get(
    PATH,
    operation=Operation(
        "Read the audit log", allow.AUDIT_READ, AuditRecs, query=AuditAsked, tag="audit",
        media="text/csv, application/x-ndjson",
        description="Every change of rights, every action of an operator, and log-ins: who, when, from where, why.",
    ),
)  # fmt: skip
async def find(request: Call) -> Response[bytes]:
    query = query_of(request, AuditAsked)
    desk = services(request)
    one_of("action", query.action, ("", *ACTION_KINDS, *ACTIONS))
    one_of("outcome", query.outcome, ("", *OUTCOMES))
    form = one_of("format", query.format, FORMATS)
    asked = AuditQuery(
        query.actor, query.action, query.object, query.client, query.address, query.outcome,
        instant_ms("from", query.since, desk.zone) if query.since else 0,
        instant_ms("until", query.until, desk.zone) if query.until else 0, query.text,
    )  # fmt: skip
    found, after = await desk.runtime.audit.many(asked, query.limit, query.after)
    if form:
        headers = {"Andante-After": after} if after else {}
        return Response(exported(found, form, heading=not query.after), media_type=MEDIA[form], headers=headers)
    recs = [audit_shape(each) for each in found]
    return success(AuditRecs(recs, len(recs), after))


@get(
    f"{PATH}/{{audit_id:str}}",
    operation=Operation(
        "Read a row of the audit log", allow.AUDIT_READ, AuditShape, tag="audit", errors=(codes.AUDIT_NOT_FOUND,)
    ),
)  # fmt: skip
async def read(request: Call, audit_id: FromPath[str]) -> Response[bytes]:
    return success(audit_shape(await services(request).runtime.audit.one(audit_id)))


@post(
    f"{PATH}/verify",
    status_code=200,
    operation=Operation(
        "Verify the audit log", allow.AUDIT_READ, VerificationShape, VerifyBody, tag="audit",
        description="Looks for rows that were changed or taken away. Whoever can write to the database can make a "
        "whole new log: keep `heads` elsewhere and hand them in the next time.",
    ),
)  # fmt: skip
async def verify(request: Call) -> Response[bytes]:
    body = await body_of(request, VerifyBody)
    kept = [Head(each.chain, each.seq, each.hash) for each in body.heads]
    if len({(each.chain, each.seq) for each in kept}) < len(kept):
        raise bad_parameter("heads", "name each row once.")
    found = await services(request).runtime.audit.verify(kept)
    return success(
        VerificationShape(
            found.rows, [FaultShape(each.chain, each.seq, each.what) for each in found.faults],
            [HeadShape(each.chain, each.seq, each.hash) for each in found.heads],
        )
    )  # fmt: skip


HANDLERS: Final = (find, read, verify)

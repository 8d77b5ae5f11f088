"""What operators do about all that is kept: verification, and the archive of instances that are over."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, delete, get
from litestar.params import FromPath
from msgspec import Meta

from andante.api.errors import bad_parameter
from andante.api.instances import HistoryShape, visible
from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import at, done, instant_ms, query_of, success
from andante.people import permissions as allow
from andante.people import sight
from andante.people.faults import FORBIDDEN
from andante.runtime import ArchivedRecord, ArchiveQuery, Problem
from andante.runtime import problem as codes
from andante.runtime.doctor import diagnose

MOST: Final = 1_000


class VerifyQuery(msgspec.Struct, frozen=True):
    """`ids` (comma-separated), or at most `limit` instances after the one that `after` names."""

    ids: Annotated[str, Meta(max_length=2_000)] = ""
    after: str = ""
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 200


class DriftShape(msgspec.Struct, frozen=True):
    """What is not as it must be."""

    instance: str
    table: str
    what: str


class VerifiedShape(msgspec.Struct, frozen=True):
    """`after` goes on; "" when all were looked at."""

    checked: int
    drift: list[DriftShape]
    after: str


@get(
    f"{BASE}/runtime/verification",
    operation=Operation(
        "Verify what is stored", allow.INSTANCE_READ_ANY, VerifiedShape, query=VerifyQuery, tag="upkeep",
        errors=(codes.INSTANCE_NOT_FOUND,),
        description="Tells journals again and compares with the stored states, to the byte, and with the rows of "
        "tasks, subscriptions and jobs. Changes nothing.",
    ),
)  # fmt: skip
async def verify(request: Call) -> Response[bytes]:
    query = query_of(request, VerifyQuery)
    ids = [each.strip() for each in query.ids.split(",") if each.strip()]
    if not ids and not sight(caller(request)).read.all:
        raise bad_parameter("ids", "name instances that you may read: not all are yours to verify.")
    for each in ids:
        await visible(services(request), caller(request), each)
    found = await services(request).runtime.upkeep.verify(ids, after=query.after, limit=query.limit)
    return success(
        VerifiedShape(found.checked, [DriftShape(d.instance, d.table, d.what) for d in found.drift], found.after)
    )


class FindingShape(msgspec.Struct, frozen=True):
    """`severity`: error, warning or hint. `code` is for programs; `where` names the thing; `remedy` says what to do."""

    severity: str
    code: str
    where: str
    what: str
    remedy: str


class DiagnosisShape(msgspec.Struct, frozen=True):
    """What the checks found at `at`, the worst first."""

    at: str
    database: str
    checks: list[str]
    findings: list[FindingShape]


@get(
    f"{BASE}/runtime/diagnosis",
    operation=Operation(
        "See what is wrong and what to do", allow.OPERATIONS_READ, DiagnosisShape, tag="upkeep",
        description="Looks at database, clock, servers, settings, calendars and work that stands still. Changes "
        "nothing. `andante doctor` is the same without a server.",
    ),
)  # fmt: skip
async def doctor(request: Call) -> Response[bytes]:
    if not sight(caller(request)).read.all:
        raise Problem(FORBIDDEN, 403, "It tells of all definitions, and not all are yours to read.")
    runtime, settings = services(request).runtime, services(request).settings
    seen = await diagnose(runtime.store, runtime.clock, msgspec.structs.asdict(settings))
    findings = [FindingShape(f.severity, f.code, f.where, f.what, f.remedy) for f in seen.findings]
    return success(DiagnosisShape(at(seen.at), seen.database, seen.checks, findings))


class EntriesQuery(msgspec.Struct, frozen=True):
    """What ended last comes first; `endedAfter` and `endedBefore` are ISO 8601; `full` gives variables and history
    too."""

    name: str = ""
    businessKey: str = ""  # noqa: N815 - the contract's spelling, here and below
    endedAfter: str = ""  # noqa: N815
    endedBefore: str = ""  # noqa: N815
    full: bool = False
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 100
    after: str = ""


class ArchivedShape(msgspec.Struct, frozen=True):
    """An instance in the archive. `variables` and `history` are there where one is read, or with `full`."""

    id: str
    name: str
    version: str
    processDefID: str  # noqa: N815
    businessKey: str  # noqa: N815
    state: str
    startedAt: str  # noqa: N815
    endedAt: str  # noqa: N815
    archivedAt: str  # noqa: N815
    parentId: str  # noqa: N815
    rootId: str  # noqa: N815
    commands: int
    variables: dict[str, Any] = {}
    history: list[HistoryShape] = []


class ArchiveRecs(msgspec.Struct, frozen=True):
    """A page; `after` is the cursor of the next one, "" on the last. `total` counts this page's entries."""

    Recs: list[ArchivedShape]
    total: int
    after: str


def _shape(r: ArchivedRecord, variables: dict[str, Any], history: list[HistoryShape]) -> ArchivedShape:
    return ArchivedShape(
        r.id, r.name, r.version, r.definition_id, r.business_key, r.state, at(r.started_at), at(r.ended_at),
        at(r.archived_at), r.parent_id, r.root_id, r.commands, variables, history,
    )  # fmt: skip


async def _whole(request: Call, instance_id: str) -> ArchivedShape:
    kept = await services(request).runtime.upkeep.archive.one(instance_id)
    if not sight(caller(request)).read.has(kept.record.name):
        raise Problem(codes.INSTANCE_NOT_FOUND, 404, f"There is no instance '{instance_id}' in the archive.")
    history = [HistoryShape(e.seq, at(e.at), e.kind, e.element, e.element_kind, e.who, e.data) for e in kept.history]
    return _shape(kept.record, kept.variables, history)


@get(
    f"{BASE}/archive/instances",
    operation=Operation(
        "Find archived instances", allow.INSTANCE_READ_ANY, ArchiveRecs, query=EntriesQuery, tag="upkeep",
    ),
)  # fmt: skip
async def entries(request: Call) -> Response[bytes]:
    query = query_of(request, EntriesQuery)
    desk = services(request)
    ended_after = instant_ms("endedAfter", query.endedAfter, desk.zone) if query.endedAfter else 0
    ended_before = instant_ms("endedBefore", query.endedBefore, desk.zone) if query.endedBefore else 0
    wanted = ArchiveQuery(query.name, query.businessKey, ended_after, ended_before, query.limit, query.after)
    wanted = msgspec.structs.replace(wanted, definitions=sight(caller(request)).read)
    found, after = await desk.runtime.upkeep.archive.many(wanted)
    recs = [await _whole(request, each.id) if query.full else _shape(each, {}, []) for each in found]
    return success(ArchiveRecs(recs, len(recs), after))


@get(
    f"{BASE}/archive/instances/{{instance_id:str}}",
    operation=Operation(
        "Read an archived instance", allow.INSTANCE_READ_ANY, ArchivedShape, tag="upkeep",
        errors=(codes.INSTANCE_NOT_FOUND,), description="With its last variables and its history.",
    ),
)  # fmt: skip
async def entry(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    return success(await _whole(request, instance_id))


@delete(
    f"{BASE}/archive/instances/{{instance_id:str}}",
    status_code=200,
    operation=Operation(
        "Delete an archived instance", allow.INSTANCE_DELETE, None, tag="upkeep", errors=(codes.INSTANCE_NOT_FOUND,),
        audit="archive.delete",
    ),
)  # fmt: skip
async def remove(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    await _whole(request, instance_id)
    await services(request).runtime.upkeep.archive.remove(instance_id)
    return done()


HANDLERS: Final = (verify, doctor, entries, entry, remove)

"""Lists of tasks: the to-do list, what is over, how many there are, and in which groups."""

from typing import Annotated, Any, Final, TypeVar

import msgspec
from litestar import Response, get
from msgspec import Meta

from andante.api.errors import bad_parameter
from andante.api.operation import BASE, Operation
from andante.api.services import Call, Services, caller, services
from andante.api.task_actions import offers
from andante.api.tasks import FIELDS, TaskShape, task_shape
from andante.api.wire import ORDER_TYPE, choice, instant_ms, one_of, parsed, query_of, success
from andante.people import Caller, may
from andante.people import permissions as allow
from andante.runtime import TaskQuery
from andante.runtime import problem as codes
from andante.timing.days import ends
from andante.timing.instants import TimingError

INFORMED: Final = "informed"
VIEWS: Final = ("todo", "paused", "delegated", "history", "all", INFORMED)
PUT_OFF: Final = ("", "hidden", "only")  # what one has and is to follow up later
SCOPES: Final = ("", "mine", "claimable")
DUE: Final = ("", "overdue", "today", "week", "later", "none")
SLA_STATES: Final = ("", "on track", "at risk", "goal passed", "breached", "met")
GROUPINGS: Final = ("due", "process")
MOST: Final = 1_000
ORDER: Final[dict[str, str]] = {
    "name": "name",
    "element": "element",
    "definition": "definition",
    "assignee": "assignee",
    "queue": "queue",
    "owner": "owner",
    "priority": "priority",
    "urgency": "urgency",
    "createdAt": "created_at",
    "goalAt": "goal_at",
    "dueAt": "due_at",
    "followUpAt": "follow_up_at",
    "state": "state",
    "outcome": "outcome",
    "endedAt": "ended_at",
    "endedBy": "ended_by",
    "businessKey": "business_key",
}
Moment = Annotated[str, Meta(max_length=40, description="ISO 8601 date or date-time")]
Name = Annotated[str, Meta(max_length=500)]


class TaskRecs(msgspec.Struct, frozen=True):
    """`after` continues the list; "" at its end. With `more` there are more than `total`: nothing is counted without
    end."""

    Recs: list[TaskShape]
    total: int
    after: str
    more: bool = False


class Filters(msgspec.Struct, frozen=True):
    """`view`: todo (open ones the caller may work on), paused (of suspended instances), delegated (what the caller has
    given to somebody), history, all (operators), informed (those the caller may only look at: newest first, without
    filters). `scope`: of these, what is with the caller, or what is with nobody.
    `due` goes by days and weeks, from Monday on, in the zone `zone`. Times are from (`...After`) or before
    (`...Before`)."""

    view: Annotated[str, choice(*VIEWS)] = "todo"
    scope: Annotated[str, choice(*SCOPES)] = ""
    instanceId: Name = ""  # noqa: N815 - the contract's spelling, here and below
    assignee: Name = ""
    candidate: Annotated[str, Meta(max_length=500, description="user:x, group:x, role:x, queue:x, or a user name")] = ""
    name: Name = ""
    element: Name = ""
    definition: Name = ""
    queue: Name = ""
    businessKey: Name = ""  # noqa: N815
    due: Annotated[str, choice(*DUE)] = ""
    dueAfter: Moment = ""  # noqa: N815
    dueBefore: Moment = ""  # noqa: N815
    followUpBefore: Moment = ""  # noqa: N815
    putOff: Annotated[str, choice(*PUT_OFF)] = ""  # noqa: N815
    createdAfter: Moment = ""  # noqa: N815
    createdBefore: Moment = ""  # noqa: N815
    endedAfter: Moment = ""  # noqa: N815
    endedBefore: Moment = ""  # noqa: N815
    overdue: bool = False
    slaState: Annotated[str, choice(*SLA_STATES)] = ""  # noqa: N815
    urgencyMin: Annotated[int, Meta(ge=0, le=2**31)] = 0  # noqa: N815
    priorityMin: Annotated[int, Meta(ge=-(2**31), le=2**31)] | None = None  # noqa: N815
    text: Annotated[str, Meta(max_length=200, description="A part of a name, title, label or business key.")] = ""
    zone: Annotated[str, Meta(max_length=100, description="IANA time zone; the server's by default.")] = ""


class ListQuery(Filters, frozen=True):
    """The filters; then order and page."""

    fields: str = ""
    orderField: str = ""  # noqa: N815
    orderType: Annotated[str, ORDER_TYPE] = ""  # noqa: N815
    skip: Annotated[int, Meta(ge=0, le=2**53)] = 0
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 100
    after: Annotated[str, Meta(max_length=4_000)] = ""
    savedView: Annotated[str, Meta(max_length=100, description="The id of a saved view.")] = ""  # noqa: N815


class GroupQuery(Filters, frozen=True):
    """The filters; `by`: due (overdue, today, week, later, none) or process."""

    by: Annotated[str, choice(*GROUPINGS)] = "due"
    savedView: Annotated[str, Meta(max_length=100, description="The id of a saved view.")] = ""  # noqa: N815


class CountQuery(msgspec.Struct, frozen=True):
    """Nothing is asked."""


class CountShape(msgspec.Struct, frozen=True):
    """So many, or with `more` more than so many."""

    key: str
    count: int
    more: bool


class Counts(msgspec.Struct, frozen=True):
    """By view or group."""

    Recs: list[CountShape]
    total: int


def task_query(desk: Services, who: Caller, asked: Filters) -> TaskQuery:
    """What the filters mean for this person. Raises Problem 400, and AccessProblem for view all."""
    view = one_of("view", asked.view, VIEWS)
    if view == "all":
        allow.demand(who, allow.TASK_READ_ANY)

    def moment(field: str) -> int:
        text: str = getattr(asked, field)
        return instant_ms(field, text, desk.zone) if text else 0

    return TaskQuery(
        view=view,
        user=who.user,
        groups=sorted(who.names),
        queues=sorted(who.queues),
        stands_for=who.stands_for,
        shares=who.shares,
        everything=view == "all" or may(who, allow.TASK_ACT_ANY),
        scope={"": "", "mine": "mine", "claimable": "free"}[one_of("scope", asked.scope, SCOPES)],
        instance_id=asked.instanceId,
        assignee=asked.assignee,
        candidate=asked.candidate,
        name=asked.name,
        element=asked.element,
        definition=asked.definition,
        queue=asked.queue,
        business_key=asked.businessKey,
        due=one_of("due", asked.due, DUE),
        days=days(desk, asked.zone),
        due_from=moment("dueAfter"),
        due_before=moment("dueBefore"),
        follow_up_before=moment("followUpBefore"),
        put_off=one_of("putOff", asked.putOff, PUT_OFF),
        created_from=moment("createdAfter"),
        created_before=moment("createdBefore"),
        ended_from=moment("endedAfter"),
        ended_before=moment("endedBefore"),
        overdue=asked.overdue,
        sla_state=one_of("slaState", asked.slaState, SLA_STATES),
        urgency_min=asked.urgencyMin,
        priority_min=asked.priorityMin,
        text=asked.text,
    )


def days(desk: Services, zone: str) -> tuple[int, int]:
    """When this day and this week end. Raises Problem 400 for a zone that is none."""
    try:
        return ends(desk.runtime.clock.now(), zone or desk.zone)
    except TimingError as fault:
        raise bad_parameter("zone", str(fault)) from None


def page_query(desk: Services, who: Caller, asked: ListQuery) -> TaskQuery:
    """The same, with the order and the page."""
    if asked.orderField and asked.orderField not in ORDER:
        raise bad_parameter("orderField", f"'{asked.orderField}' is no field to order by.")
    if asked.orderType:
        one_of("orderType", asked.orderType, ("asc", "desc"))
    query = task_query(desk, who, asked)
    query.order_field = ORDER[asked.orderField] if asked.orderField else ""
    query.descending = asked.orderType == "desc"
    query.skip, query.limit, query.after = asked.skip, asked.limit, asked.after
    return query


def filters_of(given: dict[str, Any]) -> Filters:
    """The filters of a body. Raises Problem 400 for one that is none."""
    for name in given:
        if name not in Filters.__struct_fields__:
            raise bad_parameter(f"query.{name}", "a list of tasks has no such filter.")
    return parsed(given, Filters)


F = TypeVar("F", bound=Filters)


async def asked_of(request: Call, kind: type[F]) -> F:
    """The query's parameters, and for those that are not given the ones of the saved view that it names."""
    view_id = request.query_params.get("savedView", "")
    if not view_id:
        return query_of(request, kind)
    who = caller(request)
    view = await services(request).runtime.lists.views.one(view_id, who.user, sorted(who.names))
    known = {name: value for name, value in view.filters.items() if name in kind.__struct_fields__}
    return parsed({**known, **dict(request.query_params)}, kind)


@get(
    f"{BASE}/query/tasks",
    operation=Operation(
        "Find tasks", allow.TASK_READ, TaskRecs, query=ListQuery, tag="tasks", errors=(codes.VIEW_NOT_FOUND,),
        description="Most urgent first, then by due time; the history newest first. Tasks of suspended instances are "
        "not in the to-do list. Administrators may work on any task, so theirs are all; view=all needs an operator.",
    ),
)  # fmt: skip
async def find(request: Call) -> Response[bytes]:
    query = await asked_of(request, ListQuery)
    desk = services(request)
    fields = [name.strip() for name in query.fields.split(",") if name.strip()]
    for name in fields:
        if name not in FIELDS:
            raise bad_parameter("fields", f"'{name}' is no field of a task.")
    if query.view == INFORMED:
        told = await desk.runtime.remarks.informed(caller(request).items, query.skip, query.limit)
        return success(TaskRecs([task_shape(record, desk.zone, []) for record in told.items], told.total, told.after))
    page = await desk.runtime.tasks(page_query(desk, caller(request), query))
    actions = await offers(desk, caller(request), page.items)
    shapes = [task_shape(record, desk.zone, own) for record, own in zip(page.items, actions, strict=True)]
    if not fields:
        return success(TaskRecs(shapes, page.total, page.after, page.more))
    chosen = list(dict.fromkeys(["id", *fields]))
    recs = [{name: getattr(shape, name) for name in chosen} for shape in shapes]
    return success({"Recs": recs, "total": page.total, "after": page.after, "more": page.more})


@get(
    f"{BASE}/query/tasks/counts",
    operation=Operation(
        "Count tasks by view", allow.TASK_READ, Counts, query=CountQuery, tag="tasks",
        description="todo, overdue, mine, claimable, delegated, paused: of the caller; an administrator's todo, "
        "overdue and paused are all.",
    ),
)  # fmt: skip
async def count(request: Call) -> Response[bytes]:
    desk = services(request)
    found = await desk.runtime.lists.counts(task_query(desk, caller(request), Filters()))
    return success(Counts([CountShape(each.key, each.count, each.more) for each in found], len(found)))


@get(
    f"{BASE}/query/tasks/groups",
    operation=Operation(
        "Count tasks by group", allow.TASK_READ, Counts, query=GroupQuery, tag="tasks", errors=(codes.VIEW_NOT_FOUND,),
        description="The tasks that the filters find, by when they are due or by process; a group's tasks are had with "
        "the filter due or definition. Groups without a task are left out.",
    ),
)  # fmt: skip
async def group(request: Call) -> Response[bytes]:
    asked = await asked_of(request, GroupQuery)
    desk = services(request)
    by = one_of("by", asked.by, GROUPINGS)
    found = await desk.runtime.lists.groups(task_query(desk, caller(request), asked), by)
    return success(Counts([CountShape(each.key, each.count, each.more) for each in found], len(found)))


HANDLERS: Final = (find, count, group)

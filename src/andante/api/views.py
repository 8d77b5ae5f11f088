"""Saved views of task lists."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath
from msgspec import Meta

from andante.api.errors import bad_parameter
from andante.api.operation import BASE, Operation
from andante.api.services import Call, Services, caller, services
from andante.api.task_lists import ListQuery, page_query
from andante.api.wire import at, body_of, done, misfit, success
from andante.people import AccessProblem, Caller, may
from andante.people import permissions as allow
from andante.people.faults import FORBIDDEN
from andante.runtime import SavedView
from andante.runtime import problem as codes
from andante.runtime.saved_views import EVERYONE, shares

PATH: Final = f"{BASE}/runtime/views"
NOT_KEPT: Final = frozenset(("skip", "limit", "after", "savedView"))


class ViewBody(msgspec.Struct, frozen=True):
    """`filters` are parameters of the task list, its order too. `sharedWith`: group:x or role:x of one's own, "*" for
    everybody (operators), "" for nobody else. `default`: the one that is shown first."""

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    filters: dict[str, Any] = {}
    sharedWith: Annotated[str, Meta(max_length=500)] = ""  # noqa: N815 - the contract's spelling, here and below
    default: bool = False


class ViewShape(msgspec.Struct, frozen=True):
    """`own`: whether it is the caller's."""

    id: str
    name: str
    owner: str
    own: bool
    filters: dict[str, Any]
    sharedWith: str  # noqa: N815
    default: bool
    modifiedAt: str  # noqa: N815


class ViewRecs(msgspec.Struct, frozen=True):
    """One's own first, then those that are shared."""

    Recs: list[ViewShape]
    total: int


def view_shape(view: SavedView, who: Caller) -> ViewShape:
    own = view.owner == who.user
    return ViewShape(
        view.id, view.name, view.owner, own, view.filters, view.shared_with, own and view.is_default,
        at(view.modified_at),
    )  # fmt: skip


def _checked(desk: Services, who: Caller, body: ViewBody) -> dict[str, object]:
    """The filters, if a list takes them. Raises Problem 400, and AccessProblem for sharing with others' groups."""
    for name in body.filters:
        if name not in ListQuery.__struct_fields__ or name in NOT_KEPT:
            raise bad_parameter(f"filters.{name}", "a list of tasks has no such filter.")
    try:
        asked = msgspec.convert(body.filters, ListQuery, strict=False)
    except msgspec.ValidationError as fault:
        raise misfit(fault) from None
    page_query(desk, who, asked)
    operator = may(who, allow.TASK_READ_ANY)
    if body.sharedWith and body.sharedWith != EVERYONE and not body.sharedWith.startswith(("group:", "role:")):
        raise bad_parameter("sharedWith", "name a group as group:x, a role as role:x, or * for everybody.")
    if body.sharedWith and not operator and body.sharedWith not in shares(sorted(who.names))[1:]:
        raise AccessProblem(FORBIDDEN, 403, f"'{who.user}' is not of '{body.sharedWith}' and cannot share with it.")
    return dict(body.filters)


@get(PATH, operation=Operation("List saved views", allow.TASK_READ, ViewRecs, tag="tasks"))
async def find(request: Call) -> Response[bytes]:
    who = caller(request)
    found = await services(request).runtime.lists.views.seen_by(who.user, sorted(who.names))
    return success(ViewRecs([view_shape(each, who) for each in found], len(found)))


@post(
    PATH, status_code=200, operation=Operation("Save a view", allow.TASK_READ, ViewShape, ViewBody, tag="tasks")
)  # fmt: skip
async def add(request: Call) -> Response[bytes]:
    body = await body_of(request, ViewBody)
    desk, who = services(request), caller(request)
    filters = _checked(desk, who, body)
    view = await desk.runtime.lists.views.add(who.user, body.name, body.sharedWith, filters, body.default)
    return success(view_shape(view, who))


async def _own(desk: Services, who: Caller, view_id: str) -> SavedView:
    """One that this person may change: their own; administrators any. Raises Problem 404 or AccessProblem."""
    view = await desk.runtime.lists.views.one(view_id, who.user, sorted(who.names))
    if view.owner != who.user and not may(who, allow.TASK_ACT_ANY):
        raise AccessProblem(FORBIDDEN, 403, f"The view '{view.name}' is '{view.owner}'s. Save one of your own.")
    return view


@put(
    f"{PATH}/{{view_id:str}}",
    operation=Operation(
        "Change a saved view", allow.TASK_READ, ViewShape, ViewBody, tag="tasks", errors=(codes.VIEW_NOT_FOUND,)
    ),
)  # fmt: skip
async def change(request: Call, view_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, ViewBody)
    desk, who = services(request), caller(request)
    await _own(desk, who, view_id)
    filters = _checked(desk, who, body)
    view = await desk.runtime.lists.views.change(view_id, body.name, body.sharedWith, filters, body.default)
    return success(view_shape(view, who))


@delete(
    f"{PATH}/{{view_id:str}}",
    status_code=200,
    operation=Operation("Delete a saved view", allow.TASK_READ, None, tag="tasks", errors=(codes.VIEW_NOT_FOUND,)),
)  # fmt: skip
async def remove(request: Call, view_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    await _own(desk, caller(request), view_id)
    await desk.runtime.lists.views.remove(view_id)
    return done()


HANDLERS: Final = (find, add, change, remove)

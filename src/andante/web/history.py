"""What is over: tasks with who did them and whether in time, and instances with how they ended."""

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency

from andante.people import may
from andante.people import permissions as allow
from andante.runtime import InstanceQuery
from andante.web.choosing import CLOSED
from andante.web.desk import Desk
from andante.web.paging import SIZE, part, skip_of
from andante.web.session import Asked, caller
from andante.web.sight import task_query


@get("/history")
async def history(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    who = caller(request)
    kind = "instances" if request.query_params.get("kind") == "instances" else "tasks"
    text, skip = request.query_params.get("q", "").strip(), skip_of(request)
    if kind == "instances":
        found = await desk.runtime.instances(
            InstanceQuery(
                states=list(CLOSED), business_key=text, order_field="ended_at", skip=skip, limit=SIZE,
                created_by="" if may(who, allow.INSTANCE_READ_ANY) else who.user,
            )
        )  # fmt: skip
        return desk.page(
            request, "history.html", kind=kind, text=text, instances=found.items, tasks=[],
            part=part(skip, len(found.items), found.total),
        )  # fmt: skip
    query = task_query(who, "history", everything=may(who, allow.TASK_READ_ANY))
    query.text, query.skip, query.limit = text, skip, SIZE
    page = await desk.runtime.tasks(query)
    return desk.page(
        request, "history.html", kind=kind, text=text, tasks=page.items, instances=[],
        part=part(skip, len(page.items), page.total),
    )  # fmt: skip


HANDLERS: Final = (history,)

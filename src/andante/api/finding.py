"""Finding instances (contract API 2)."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get
from msgspec import Meta

from andante.api.errors import bad_parameter
from andante.api.instance_shapes import FIELDS, ORDER_COLUMNS, list_shape
from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import ORDER_TYPE, instant_ms, one_of, query_of, success
from andante.people import permissions as allow
from andante.people import whose
from andante.runtime import InstanceQuery

STATES: Final = (
    "New", "Dispatched", "Running", "Waiting for user interaction", "Waiting for page event", "Paused", "Suspended",
    "Broken", "CompletedOkWait", "Completed OK", "User Terminated", "Terminated",
)  # fmt: skip
MOST: Final = 1_000


class ListQuery(msgspec.Struct, frozen=True):
    """`states` and `fields` are comma-separated. After `name` the parameters are Andante's own: `createdBy` a person or
    "me"; `text` a part of title, label or business key; `startedFrom` and `startedBefore` ISO 8601."""

    states: Annotated[str, Meta(min_length=1, description="One or more of the 12 states, comma-separated.")]
    fields: str = ""
    orderField: str = ""  # noqa: N815
    orderType: Annotated[str, ORDER_TYPE] = ""  # noqa: N815
    name: str = ""
    version: str = ""
    businessKey: str = ""  # noqa: N815
    createdBy: str = ""  # noqa: N815
    text: str = ""
    startedFrom: str = ""  # noqa: N815
    startedBefore: str = ""  # noqa: N815
    skip: Annotated[int, Meta(ge=0, le=2**53)] = 0
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 100


@get(
    f"{BASE}/runtime/instances",
    operation=Operation(
        "Find instances", allow.INSTANCE_READ, list[dict[str, Any]], query=ListQuery, own=False, tag="instances",
        description="Newest first unless orderField says otherwise. Persons with the role user find their own. "
        "The header X-Total-Count tells how many match.",
    ),
)  # fmt: skip
async def find(request: Call) -> Response[bytes]:
    query = query_of(request, ListQuery)
    desk, who = services(request), caller(request)
    states = [one_of("states", state.strip(), STATES) for state in query.states.split(",")]
    fields = [name.strip() for name in query.fields.split(",") if name.strip()]
    for name in fields:
        if name not in FIELDS:
            raise bad_parameter("fields", f"'{name}' is no field of an instance.")
    if query.orderField and query.orderField not in ORDER_COLUMNS:
        raise bad_parameter("orderField", f"'{query.orderField}' is no field to order by.")
    if query.orderType:
        one_of("orderType", query.orderType, ("asc", "desc"))
    own, read = whose(who)
    page = await desk.runtime.instances(
        InstanceQuery(
            states=states,
            name=query.name,
            version=query.version,
            business_key=query.businessKey,
            created_by=who.user if query.createdBy == "me" else query.createdBy,
            own=own,
            read=read,
            text=query.text,
            started_from=instant_ms("startedFrom", query.startedFrom, desk.zone) if query.startedFrom else 0,
            started_before=instant_ms("startedBefore", query.startedBefore, desk.zone) if query.startedBefore else 0,
            order_field=ORDER_COLUMNS[query.orderField] if query.orderField else "started_at",
            descending=query.orderType == "desc" if query.orderField else query.orderType != "asc",
            skip=query.skip,
            limit=query.limit,
        )
    )
    response = success([list_shape(record, fields, desk.zone) for record in page.items])
    response.headers["X-Total-Count"] = str(page.total)
    return response


HANDLERS: Final = (find,)

"""Reading and setting an instance's variables (contract API 5)."""

from typing import Any, Final

import msgspec
from litestar import Response, get, put
from litestar.params import FromPath

from andante.api.instances import operable, visible
from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import Variables, body_of, done, query_of, success
from andante.engine import faults
from andante.people import permissions as allow
from andante.runtime import auditing
from andante.runtime import problem as codes

PATH: Final = f"{BASE}/runtime/instances/{{instance_id:str}}/variables"


class SetQuery(msgspec.Struct, frozen=True):
    """`introduce`: names that the instance does not have are set, too, where its definition declares none. Andante's
    own."""

    introduce: bool = False


@get(
    PATH,
    operation=Operation(
        "Read an instance's variables", allow.INSTANCE_READ, dict[str, Any], tag="instances",
        errors=(codes.INSTANCE_NOT_FOUND,),
    ),
)  # fmt: skip
async def read(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    desk = services(request)
    await visible(desk, caller(request), instance_id)
    return success(await desk.runtime.variables(instance_id))


@put(
    PATH,
    operation=Operation(
        "Set variables of an instance", allow.VARIABLES_SET, None, Variables, query=SetQuery, own=False,
        tag="instances",
        errors=(codes.INSTANCE_NOT_FOUND, faults.CLOSED, faults.VARIABLE_TYPE, codes.OVERLOADED),
        audit="instance.variables",
        description="Names the instance does not have, and read-only ones, are ignored. All or nothing is written. "
        "With introduce=true new names are set, too.",
    ),
)  # fmt: skip
async def write(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    query = query_of(request, SetQuery)
    values = await body_of(request, Variables)
    await operable(request, instance_id)
    auditing.note(details={"names": sorted(values)}, rides=True)
    await services(request).runtime.set_variables(
        instance_id, values, who=caller(request).user, introduce=query.introduce
    )
    return done()


HANDLERS: Final = (read, write)

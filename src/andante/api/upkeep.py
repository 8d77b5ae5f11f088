"""What operators do about all that is kept: verification."""

from typing import Annotated, Final

import msgspec
from litestar import Response, get
from msgspec import Meta

from andante.api.operation import BASE, Operation
from andante.api.services import Call, services
from andante.api.wire import query_of, success
from andante.people import permissions as allow

MOST: Final = 1_000


class VerifyQuery(msgspec.Struct, frozen=True):
    """`ids` (comma-separated), or at most `limit` instances after the one that `after` names."""

    ids: Annotated[str, Meta(max_length=20_000)] = ""
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
        description="Tells journals again and compares with the stored states, to the byte, and with the rows of "
        "tasks, subscriptions and jobs. Changes nothing.",
    ),
)  # fmt: skip
async def verify(request: Call) -> Response[bytes]:
    query = query_of(request, VerifyQuery)
    ids = [each.strip() for each in query.ids.split(",") if each.strip()]
    done = await services(request).runtime.upkeep.verify(ids, after=query.after, limit=query.limit)
    return success(
        VerifiedShape(done.checked, [DriftShape(d.instance, d.table, d.what) for d in done.drift], done.after)
    )


HANDLERS: Final = (verify,)

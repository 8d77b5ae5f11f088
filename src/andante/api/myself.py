"""Who asks, and what they may."""

from typing import Final

import msgspec
from litestar import Response, get

from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller
from andante.api.wire import success
from andante.people import may
from andante.people import permissions as allow


class MyselfShape(msgspec.Struct, frozen=True):
    """`client` is the OAuth client or key that the token is of. `permissions` may hold for some definitions alone."""

    user: str
    kind: str
    client: str
    roles: list[str]
    groups: list[str]
    queues: list[str]
    permissions: list[str]


@get(
    f"{BASE}/runtime/me",
    operation=Operation(
        "Read who you are and what you may", allow.NOTE_READ, MyselfShape, tag="people",
        description="By the roles, the grants and the scopes of the token.",
    ),
)  # fmt: skip
async def read(request: Call) -> Response[bytes]:
    who = caller(request)
    return success(
        MyselfShape(
            who.user, who.kind, who.client_id, sorted(who.roles), sorted(who.groups), sorted(who.queues),
            [each for each in allow.PERMISSIONS if may(who, each)],
        )
    )  # fmt: skip


HANDLERS: Final = (read,)

"""Who asks: the person or machine behind a token."""

import msgspec

from andante.store.names import Sight
from andante.store.records import Share


class Caller(msgspec.Struct, frozen=True):
    """`kind` is User, PortalUser or Machine (contract section 4); `client_id` is "" for a browser session.
    `stands_for` are persons whose deputy the caller is now, each with process and queue that it is for ("": all);
    `shares` is what is offered to those of them who share their tasks.
    `sight` is what the roles and grants allow with which definitions, None where only the roles decide. `scopes` are
    the permissions that the token is for, None for all that the person has; `requests` a second are the client's,
    0 as the server's setting has it."""

    user: str
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    kind: str = "User"
    client_id: str = ""
    stands_for: tuple[tuple[str, str, str], ...] = ()
    shares: tuple[Share, ...] = ()
    sight: Sight | None = None
    scopes: frozenset[str] | None = None
    requests: int = 0

    @property
    def names(self) -> frozenset[str]:
        """Groups and roles: what a candidate item `group:x` or `role:x` may name."""
        return self.groups | self.roles

    @property
    def items(self) -> list[str]:
        """All ways in which a list of persons may mean the caller."""
        sets = [f"{kind}:{name}" for name in sorted(self.names) for kind in ("group", "role")]
        return [f"user:{self.user}", *sets, *(f"queue:{name}" for name in sorted(self.queues))]

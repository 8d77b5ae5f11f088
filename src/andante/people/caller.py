"""Who asks: the person or machine behind a token."""

import msgspec


class Caller(msgspec.Struct, frozen=True):
    """`kind` is User, PortalUser or Machine (contract section 4); `client_id` is "" for a browser session."""

    user: str
    roles: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    queues: frozenset[str] = frozenset()
    kind: str = "User"
    client_id: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Groups and roles: what a candidate item `group:x` or `role:x` may name."""
        return self.groups | self.roles

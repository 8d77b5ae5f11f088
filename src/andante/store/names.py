"""Sets of definition names, and what of the definitions somebody may see and do: small values that queries are narrowed
by."""

from collections.abc import Iterable
from typing import Final

import msgspec


class Names(msgspec.Struct, frozen=True):
    """These names, or with `but` all names but these."""

    names: frozenset[str] = frozenset()
    but: bool = False

    def has(self, name: str) -> bool:
        return (name in self.names) != self.but

    @property
    def all(self) -> bool:
        return self.but and not self.names

    @property
    def empty(self) -> bool:
        return not self.but and not self.names

    def __or__(self, other: "Names") -> "Names":
        if self.but and other.but:
            return Names(self.names & other.names, True)
        if self.but or other.but:
            whole, some = (self, other) if self.but else (other, self)
            return Names(whole.names - some.names, True)
        return Names(self.names | other.names)

    def __and__(self, other: "Names") -> "Names":
        if self.but and other.but:
            return Names(self.names | other.names, True)
        if self.but or other.but:
            whole, some = (self, other) if self.but else (other, self)
            return Names(some.names - whole.names)
        return Names(self.names & other.names)

    def sql(self, column: str) -> tuple[str, list[object]]:
        """The condition that a column has one of them, with its values; "" where every name will do."""
        if self.all:
            return "", []
        if self.empty:
            return "0=1", []
        marks = ",".join("?" * len(self.names))
        return f"{column} {'not in' if self.but else 'in'} ({marks})", [*sorted(self.names)]


EVERY: Final = Names(but=True)
NONE: Final = Names()


def of(names: Iterable[str]) -> Names:
    """These."""
    return Names(frozenset(names))


class Sight(msgspec.Struct, frozen=True):
    """Of which definitions somebody may `start` instances; `view` that they exist, and what of them is one's own;
    `read` all instances and tasks; `work` on tasks; `operate` instances; `deploy` and change them; `delete` them.
    `user` is who."""

    start: Names = EVERY
    view: Names = EVERY
    read: Names = EVERY
    work: Names = EVERY
    operate: Names = EVERY
    deploy: Names = EVERY
    delete: Names = EVERY
    user: str = ""


ALL: Final = Sight()

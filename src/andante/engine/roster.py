"""What the core knows of the people: who is in a group, whose manager somebody is, who stands in for whom.

Whoever runs the core hands in a roster that answers from memory. Names of sets are "group:x", "role:x" and "queue:x";
times are ms, UTC. The same roster gives the same answers: what it says goes into facts, so a replay does not ask again.
"""

from typing import Final, Protocol, final

ASSIGN: Final = "assign"  # what would be the absent person's goes to the deputy
SHARE: Final = "share"  # it stays the absent person's, and the deputy sees it too


class Roster(Protocol):
    """Who is there. "" and () stand for nobody."""

    def members(self, name: str) -> tuple[str, ...]:
        """The enabled persons of a set, by name."""
        ...

    def manager(self, user: str) -> str:
        """Whom the person reports to."""
        ...

    def lead(self, queue: str) -> str:
        """Who leads the work queue, by its bare name or as "queue:x"."""
        ...

    def rule(self, queue: str) -> str:
        """How the work queue's tasks find their person: roundRobin, leastLoaded, skill; "": they are offered to all."""
        ...

    def deputy(self, user: str, now: int, definition: str = "", queue: str = "") -> str:
        """Who stands in for the person now, in tasks of this process (its name) and this queue; where that one is away
        too, who stands in for them."""
        ...

    def deputy_rule(self, user: str, now: int, definition: str = "", queue: str = "") -> str:
        """ASSIGN or SHARE as the person wants it now; "" without a deputy."""
        ...

    def stands_in(self, deputy: str, user: str, now: int, definition: str = "", queue: str = "") -> bool:
        """Whether tasks of the user may be with `deputy` by the rule ASSIGN now: by any entry in force, or as the
        deputy of such a deputy. A roster that knows nobody believes it."""
        ...

    def away(self, user: str, now: int) -> bool:
        """Whether somebody else does all of the person's tasks now, or nobody does."""
        ...

    def exists(self, user: str) -> bool:
        """Whether there is such a person, enabled. A roster that knows nobody at all believes every name."""
        ...


@final
class NoRoster:
    """Knows nobody."""

    __slots__ = ()

    def members(self, name: str) -> tuple[str, ...]:
        return ()

    def manager(self, user: str) -> str:
        return ""

    def lead(self, queue: str) -> str:
        return ""

    def rule(self, queue: str) -> str:
        return ""

    def deputy(self, user: str, now: int, definition: str = "", queue: str = "") -> str:
        return ""

    def deputy_rule(self, user: str, now: int, definition: str = "", queue: str = "") -> str:
        return ""

    def stands_in(self, deputy: str, user: str, now: int, definition: str = "", queue: str = "") -> bool:
        return True

    def away(self, user: str, now: int) -> bool:
        return False

    def exists(self, user: str) -> bool:
        return True


NOBODY: Final[Roster] = NoRoster()

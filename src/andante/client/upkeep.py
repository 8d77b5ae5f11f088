"""The calls about all that is kept, and what they answer."""

from collections.abc import Sequence

from andante.client.calls import BASE, Call
from andante.client.shapes import Shape


class Drift(Shape, frozen=True, kw_only=True):
    """What is not as it must be: of which instance, in which table, and what."""

    instance: str
    table: str
    what: str


class Verified(Shape, frozen=True, kw_only=True):
    """How many instances were looked at, what is wrong, and where to go on ("": all were)."""

    checked: int
    drift: list[Drift]
    after: str


def verify(ids: Sequence[str] = (), *, after: str = "", limit: int = 200) -> Call[Verified]:
    """Tell journals again and compare with what is stored: of `ids`, or of at most `limit` instances after `after`."""
    query: dict[str, object] = {"ids": ",".join(ids), "after": after, "limit": limit}
    return Call("GET", f"{BASE}/runtime/verification", Verified, query=query)

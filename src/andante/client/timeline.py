"""The calls that tell who asks, and what happened to an instance in plain words."""

from typing import Any
from urllib.parse import quote

from msgspec import field

from andante.client.calls import BASE, Call
from andante.client.shapes import Shape


class Myself(Shape, frozen=True, kw_only=True):
    """Who the token is of. `permissions` may hold for some definitions alone."""

    user: str
    kind: str
    client: str
    roles: list[str]
    groups: list[str]
    queues: list[str]
    permissions: list[str]


class Chapter(Shape, frozen=True, kw_only=True):
    """What one command did, a sentence a fact; `who` is "" for the server itself."""

    seq: int
    at: str
    who: str
    lines: list[str]


class Timeline(Shape, frozen=True, kw_only=True):
    """The oldest first. `after` continues; 0: that was all."""

    items: list[Chapter] = field(name="Recs")
    total: int
    after: int


def me() -> Call[Myself]:
    """Who you are for the server, and what you may."""
    return Call("GET", f"{BASE}/runtime/me", Myself)


def timeline(instance_id: str, *, after: int = 0, limit: int = 200, language: str = "") -> Call[Timeline]:
    """What happened, in plain words, after command `after`; `language` en or zh."""
    query: dict[str, Any] = {"after": after, "limit": limit, "language": language}
    return Call("GET", f"{BASE}/runtime/instances/{quote(instance_id, safe='')}/timeline", Timeline, query=query)

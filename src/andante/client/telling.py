"""The calls about notes: one's own, how one wants to be told, and for operators what is on its way."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from andante.client.calls import BASE, Call, given
from andante.client.shapes import Recs, Shape


class Note(Shape, frozen=True, kw_only=True):
    """A note to read; `task_open`: what it is about can still be done; `read_at` "": not read."""

    id: str
    kind: str
    text: str
    instance_id: str
    task_id: str
    task_name: str
    definition: str
    due_at: str
    created_at: str
    read_at: str
    task_open: bool


class Unread(Shape, frozen=True, kw_only=True):
    """How many notes are unread."""

    unread: int


class Preferences(Shape, frozen=True, kw_only=True):
    """How a person is told; `own`: what they have said themselves."""

    channels: dict[str, list[str]]
    language: str
    zone: str
    quiet_from: str
    quiet_until: str
    urgent: list[str]
    digest: str
    digest_at: str
    digest_day: str
    apprise: list[str]
    own: list[str]


class Letter(Shape, frozen=True, kw_only=True):
    """A note on its way to one receiver by one channel."""

    id: str
    state: str
    channel: str
    person: str
    endpoint: str
    kind: str
    text: str
    instance_id: str
    task_id: str
    task_name: str
    definition: str
    attempts: int
    next_at: str
    held: bool
    error: str
    created_at: str
    ended_at: str


class Tested(Shape, frozen=True, kw_only=True):
    """By which channel a test went, and why it did not; "" if it did."""

    channel: str
    error: str


class Endpoint(Shape, frozen=True, kw_only=True):
    """A program that is told; `secret` is there once, when it is made."""

    name: str
    kind: str
    url: str
    kinds: list[str]
    secrets: int
    disabled: bool
    created_at: str
    secret: str = ""


def _id(value: str) -> str:
    return quote(value, safe="")


def notes(*, unread: bool = False, limit: int = 100, after: str = "") -> Call[Recs[Note]]:
    """One's own notes, newest first; `total` of the answer counts the unread ones."""
    query = {"unread": unread, "limit": limit, "after": after}
    return Call("GET", f"{BASE}/runtime/notes", Recs[Note], query=query)


def mark_note(note_id: str, *, read: bool = True) -> Call[Unread]:
    """Mark a note as read, or as unread; of the id "all" each."""
    body = {"action": "read" if read else "unread"}
    return Call("PUT", f"{BASE}/runtime/notes/{_id(note_id)}", Unread, body)


def preferences(name: str) -> Call[Preferences]:
    """How a person is told."""
    return Call("GET", f"{BASE}/runtime/people/{_id(name)}/preferences", Preferences)


def set_preferences(name: str, changes: Mapping[str, Any]) -> Call[Preferences]:
    """Change what `changes` names, as the API spells it: channels, language, zone, quietFrom, quietUntil, urgent,
    digest, digestAt, digestDay, apprise."""
    return Call("PUT", f"{BASE}/runtime/people/{_id(name)}/preferences", Preferences, changes)


def letters(state: str = "dead", *, person: str = "", limit: int = 100, after: str = "") -> Call[Recs[Letter]]:
    """Notes on their way, by `state`: dead, waiting, sent or dropped."""
    query = {"state": state, "person": person, "limit": limit, "after": after}
    return Call("GET", f"{BASE}/runtime/letters", Recs[Letter], query=query)


def letter_action(letter_id: str, action: str) -> Call[Letter]:
    """retry or discard a dead or waiting letter."""
    return Call("PUT", f"{BASE}/runtime/letters/{_id(letter_id)}", Letter, {"action": action})


class EventSink(Shape, frozen=True, kw_only=True):
    """Where events go: nats, kafka or webhook:NAME, and how that does."""

    sink: str
    waiting: int
    failing: int
    oldest_at: str
    error: str
    away: bool
    next_at: str
    sent: int
    failed: int


def events() -> Call[Recs[EventSink]]:
    """How events of instances and tasks go out."""
    return Call("GET", f"{BASE}/runtime/events", Recs[EventSink])


def event_action(sink: str, action: str, *, instance_id: str = "") -> Call[EventSink]:
    """retry what failed, or discard what waits; of one instance or of all."""
    body = {"action": action, "instanceId": instance_id}
    return Call("PUT", f"{BASE}/runtime/events/{_id(sink)}", EventSink, body)


def test_notes(to: str) -> Call[Recs[Tested]]:
    """Send a test to a person by each of their channels, or to webhook:NAME."""
    return Call("POST", f"{BASE}/admin/notes/test", Recs[Tested], {"to": to})


def endpoints() -> Call[Recs[Endpoint]]:
    """Programs that are told."""
    return Call("GET", f"{BASE}/admin/endpoints", Recs[Endpoint])


def add_endpoint(
    name: str, url: str, *, kind: str = "webhook", kinds: Sequence[str] = (), secret: str = ""
) -> Call[Endpoint]:
    """A webhook, or an Apprise address of the house. `kinds` of notes that it gets without being named; "*" all."""
    body = given(name=name, url=url, kind=kind, kinds=list(kinds), secret=secret)
    return Call("POST", f"{BASE}/admin/endpoints", Endpoint, body)


def change_endpoint(name: str, changes: Mapping[str, Any]) -> Call[Endpoint]:
    """Change what `changes` names: url, kinds, disabled; rotate true makes a new secret."""
    return Call("PUT", f"{BASE}/admin/endpoints/{_id(name)}", Endpoint, changes)


def remove_endpoint(name: str) -> Call[None]:
    """Take an endpoint away."""
    return Call("DELETE", f"{BASE}/admin/endpoints/{_id(name)}", None)

"""Notes to read in Andante, and how a person wants to be told."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, put
from litestar.params import FromPath
from msgspec import UNSET, Meta, UnsetType

from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import at, body_of, choice, one_of, query_of, success
from andante.notify import apprises
from andante.notify import faults as codes
from andante.notify.inbox import InboxNote
from andante.people import AccessProblem, Caller, faults
from andante.people import permissions as allow
from andante.people.preferences import CHANNELS, DIGESTS, LANGUAGES, Preferences
from andante.people.quiet import DAYS

NOTES: Final = f"{BASE}/runtime/notes"
PREFERENCES: Final = f"{BASE}/runtime/people/{{name:str}}/preferences"
MOST: Final = 1_000


class NoteShape(msgspec.Struct, frozen=True):
    """A note; `taskOpen`: what it is about can still be done."""

    id: str
    kind: str
    text: str
    instanceId: str  # noqa: N815 - the contract's spelling, here and below
    taskId: str  # noqa: N815
    taskName: str  # noqa: N815
    definition: str
    dueAt: str  # noqa: N815
    createdAt: str  # noqa: N815
    readAt: str  # noqa: N815
    taskOpen: bool  # noqa: N815


class NoteRecs(msgspec.Struct, frozen=True):
    """A page, newest first; `total` counts the unread ones; `after` continues it, "" at the end."""

    Recs: list[NoteShape]
    total: int
    after: str


class NotesQuery(msgspec.Struct, frozen=True):
    """`unread`: only what was not read."""

    unread: bool = False
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 100
    after: Annotated[str, Meta(max_length=200)] = ""


class NoteBody(msgspec.Struct, frozen=True):
    """What to do with a note."""

    action: Annotated[str, choice("read", "unread")]


class UnreadShape(msgspec.Struct, frozen=True):
    """How many are unread."""

    unread: int


def _note(n: InboxNote) -> NoteShape:
    c = n.content
    return NoteShape(
        n.id, n.kind, c.text, n.instance_id, n.task_id, c.task_name, c.definition, at(c.due_at), at(n.created_at),
        at(n.read_at), n.task_open,
    )  # fmt: skip


@get(NOTES, operation=Operation("Read one's notes", allow.NOTE_READ, NoteRecs, query=NotesQuery, tag="notes"))
async def notes(request: Call) -> Response[bytes]:
    query = query_of(request, NotesQuery)
    inbox, who = services(request).post.inbox, caller(request).user
    found, after = await inbox.many(who, unread=query.unread, limit=query.limit, after=query.after)
    return success(NoteRecs([_note(each) for each in found], await inbox.unread(who), after))


@put(
    f"{NOTES}/{{note_id:str}}",
    operation=Operation(
        "Mark a note", allow.NOTE_READ, UnreadShape, NoteBody, tag="notes", errors=(codes.NOTE_NOT_FOUND,),
        description="Of the id `all` each of the person's notes.",
    ),
)  # fmt: skip
async def mark(request: Call, note_id: FromPath[str]) -> Response[bytes]:
    body = await body_of(request, NoteBody)
    action = one_of("action", body.action, ("read", "unread"))
    inbox, who = services(request).post.inbox, caller(request).user
    await inbox.mark(who, note_id, read=action == "read")
    return success(UnreadShape(await inbox.unread(who)))


# How to be told.

Channels = dict[str, list[Annotated[str, choice(*CHANNELS)]]]
Addresses = Annotated[list[Annotated[str, Meta(max_length=apprises.LONGEST)]], Meta(max_length=10)]


class PreferencesShape(msgspec.Struct, frozen=True):
    """What holds for the person. `apprise` shows no secrets; `own` names the fields that the person has set, the others
    are the server's."""

    channels: Channels
    language: str
    zone: str
    quietFrom: str  # noqa: N815
    quietUntil: str  # noqa: N815
    urgent: list[str]
    digest: str
    digestAt: str  # noqa: N815
    digestDay: str  # noqa: N815
    apprise: list[str]
    own: list[str]


class PreferencesBody(msgspec.Struct, frozen=True):
    """What is absent stays; "", an empty list or object leaves it to the server again."""

    channels: (
        Annotated[Channels, Meta(max_length=50, description="Channels by kind of note; * for all others.")] | UnsetType
    ) = UNSET
    language: Annotated[str, choice("", *LANGUAGES)] | UnsetType = UNSET
    zone: Annotated[str, Meta(max_length=100, description="IANA zone, as Europe/Berlin.")] | UnsetType = UNSET
    quietFrom: Annotated[str, Meta(max_length=5, description="HH:MM")] | UnsetType = UNSET  # noqa: N815
    quietUntil: Annotated[str, Meta(max_length=5, description="HH:MM")] | UnsetType = UNSET  # noqa: N815
    urgent: (
        Annotated[list[str], Meta(max_length=50, description="Kinds of notes that nothing holds up.")] | UnsetType
    ) = UNSET
    digest: Annotated[str, choice("", *DIGESTS)] | UnsetType = UNSET
    digestAt: Annotated[str, Meta(max_length=5, description="HH:MM")] | UnsetType = UNSET  # noqa: N815
    digestDay: Annotated[str, choice("", *DAYS)] | UnsetType = UNSET  # noqa: N815
    apprise: Addresses | UnsetType = UNSET


FIELDS: Final = {
    "quietFrom": "quiet_from", "quietUntil": "quiet_until", "digestAt": "digest_at", "digestDay": "digest_day",
}  # fmt: skip
_NAMES: Final = {inner: outer for outer, inner in FIELDS.items()}


def _shape(said: Preferences, whole: Preferences) -> PreferencesShape:
    own = [_NAMES.get(name, name) for name in said.__struct_fields__ if getattr(said, name)]
    return PreferencesShape(
        whole.channels, whole.language, whole.zone, whole.quiet_from, whole.quiet_until, whole.urgent, whole.digest,
        whole.digest_at, whole.digest_day, [apprises.masked(url) for url in whole.apprise], own,
    )  # fmt: skip


def _demand_own(who: Caller, name: str) -> None:
    if who.user != name and not allow.may(who, allow.PEOPLE_MANAGE):
        raise AccessProblem(faults.FORBIDDEN, 403, f"'{who.user}' may not see or change how '{name}' is told.")


@get(
    PREFERENCES,
    operation=Operation(
        "Read how a person is told", allow.PREFERENCE_OWN, PreferencesShape, tag="notes",
        errors=(faults.PERSON_NOT_FOUND,),
    ),
)  # fmt: skip
async def preferences(request: Call, name: FromPath[str]) -> Response[bytes]:
    _demand_own(caller(request), name)
    book = services(request).post.preferences
    said = await book.said(name)
    return success(_shape(said, book.whole(said)))


@put(
    PREFERENCES,
    operation=Operation(
        "Change how a person is told", allow.PREFERENCE_OWN, PreferencesShape, PreferencesBody, tag="notes",
        errors=(faults.PERSON_NOT_FOUND,),
        description="The person's own, or by an administrator. Apprise addresses whose host is free to choose are for "
        "administrators, unless the server allows private_addresses.",
    ),
)  # fmt: skip
async def set_preferences(request: Call, name: FromPath[str]) -> Response[bytes]:
    who = caller(request)
    _demand_own(who, name)
    body = await body_of(request, PreferencesBody)
    post = services(request).post
    changes: dict[str, Any] = {
        FIELDS.get(field, field): value
        for field in body.__struct_fields__
        if (value := getattr(body, field)) is not UNSET
    }
    said = await post.prefer(name, changes, any_host=allow.may(who, allow.PEOPLE_MANAGE))
    return success(_shape(said, post.preferences.whole(said)))


HANDLERS: Final = (notes, mark, preferences, set_preferences)

"""The notes that a person gets here."""

from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.people import demand
from andante.people import permissions as allow
from andante.web.desk import Desk, go
from andante.web.session import Asked, caller, form, local_path

SHOWN: Final = 50
HEADLINES: Final = {
    "reminder": _("Reminder"),
    "remind": _("Somebody waits"),
    "slaGoal": _("Goal passed"),
    "slaMilestone": _("Milestone passed"),
    "slaDeadline": _("Overdue"),
    "informed": _("For your information"),
    "test": _("Test"),
}
OTHER: Final = _("Notice")


@get("/notes")
async def notes_page(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """Newest first; `view=unread` those alone that were not read."""
    who = caller(request)
    demand(who, allow.NOTE_READ)
    inbox = desk.services.post.inbox
    view = "unread" if request.query_params.get("view", "") == "unread" else "all"
    after = request.query_params.get("after", "")
    found, following = await inbox.many(who.user, unread=view == "unread", limit=SHOWN, after=after)
    return desk.page(
        request, "notes.html", notes=found, view=view, after=following, continued=bool(after),
        left=await inbox.unread(who.user), headlines=HEADLINES, other=OTHER,
    )  # fmt: skip


@post("/notes/{note_id:str}/{action:str}", status_code=200)
async def mark_note(
    request: Asked, desk: NamedDependency[Desk], note_id: FromPath[str], action: FromPath[str]
) -> Response[str]:
    """read or unread; of the id `all` each."""
    who, given = caller(request), await form(request)
    demand(who, allow.NOTE_READ)
    await desk.services.post.inbox.mark(who.user, note_id, read=action != "unread")
    return go(request, local_path(str(given.get("back", "")), "/notes"))


HANDLERS: Final = (notes_page, mark_note)

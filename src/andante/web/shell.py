"""What every page has around it: the sections a person may go to."""

from typing import Final

import msgspec

from andante.languages import mark as _
from andante.people import Caller, may
from andante.people import permissions as allow


class Section(msgspec.Struct, frozen=True):
    """A place in the rail: its address and icon, the key that goes there after `g`, and what one must be allowed to do.
    `also` are addresses that belong to it."""

    to: str
    mark: str
    name: str
    key: str
    needs: str
    also: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether a page is of this section."""
        return any(path == each or path.startswith(f"{each}/") for each in (self.to, *self.also))


SECTIONS: Final = (
    Section("/tasks", "inbox", _("Inbox"), "i", allow.TASK_READ),
    Section("/started", "sent", _("Started by me"), "m", allow.INSTANCE_READ),
    Section("/history", "history", _("History"), "h", allow.TASK_READ),
    Section("/start", "play", _("Start"), "s", allow.INSTANCE_START),
    Section("/instances", "instances", _("Instances"), "n", allow.INSTANCE_READ),
    Section("/batches", "batches", _("Bulk"), "b", allow.INSTANCE_READ_ANY),
    Section("/definitions", "definitions", _("Definitions"), "d", allow.DEFINITION_READ),
    Section("/insight", "insight", _("Insight"), "r", allow.INSIGHT_READ),
    Section("/operations", "operations", _("Operations"), "o", allow.OPERATIONS_READ, ("/sla",)),
    Section("/admin", "admin", _("Administration"), "a", allow.PEOPLE_MANAGE),
    Section("/settings", "settings", _("Settings"), "p", allow.PREFERENCE_OWN, ("/notes",)),
)

# What the palette finds beside the sections: address, icon, name, and what one must be allowed to do.
WITHIN: Final = (
    ("/sla", "calm", _("SLA policies"), allow.INSIGHT_READ),
    ("/batches/tasks", "batches", _("Act on many tasks"), allow.INSTANCE_ACT_ANY),
    ("/operations/incidents", "incident", _("Incidents by cause"), allow.INSTANCE_READ_ANY),
    ("/operations/doctor", "operations", _("Health check"), allow.OPERATIONS_READ),
    ("/insight/forecast", "insight", _("Forecast"), allow.INSIGHT_READ),
    ("/insight/people", "insight", _("People and queues"), allow.INSIGHT_READ),
    ("/admin/calendars", "admin", _("Calendars"), allow.CALENDAR_CHANGE),
    ("/notes", "bell", _("Notes"), allow.PREFERENCE_OWN),
)


def sections(who: Caller | None) -> list[Section]:
    return [section for section in SECTIONS if who is not None and may(who, section.needs)]

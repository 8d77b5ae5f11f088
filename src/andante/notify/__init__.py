"""Ways to people and programs: reminders and SLA notices as mail, webhooks, by Apprise, in Andante, as log lines."""

from andante.notify.assembly import EventOptions, PostOptions, make_events, make_post
from andante.notify.event_post import EventPost
from andante.notify.log import LogChannel
from andante.notify.post import NotePost
from andante.store.letters import DEAD, STATES, WAITING, Letter

__all__ = [
    "DEAD",
    "STATES",
    "WAITING",
    "EventOptions",
    "EventPost",
    "Letter",
    "LogChannel",
    "NotePost",
    "PostOptions",
    "make_events",
    "make_post",
]

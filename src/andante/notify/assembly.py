"""The post of a server, put together."""

from random import Random, SystemRandom
from typing import Final

import msgspec

from andante.notify.addresses import AddressBook
from andante.notify.apprises import Apprises
from andante.notify.delivery import Delivery
from andante.notify.endpoints import Endpoints
from andante.notify.inbox import Inbox
from andante.notify.mail import Mail
from andante.notify.post import NotePost
from andante.notify.smtp import parse_smtp_url
from andante.notify.ways import Ways
from andante.notify.webhook import Webhooks
from andante.notify.wording import Wording
from andante.people.preferences import ANY, PreferenceBook, Preferences, checked
from andante.runtime import Runtime
from andante.store.letters import Letters


class PostOptions(msgspec.Struct, frozen=True):
    """`smtp_url` "": no mail. `language`, `zone` and `channels` hold for who has said nothing. `private`: addresses
    that are not of the open internet may be called. `templates`: the operator's folder, "" for none."""

    base_url: str
    smtp_url: str = ""
    mail_from: str = "andante@localhost"
    language: str = "en"
    zone: str = "UTC"
    channels: tuple[str, ...] = ("mail", "app")
    private: bool = False
    templates: str = ""


DIGEST_AT: Final = "08:00"
DIGEST_DAY: Final = "monday"


def make_post(runtime: Runtime, options: PostOptions, chance: Random | None = None) -> NotePost:
    """Add it to the runtime's channels. Raises ValueError for options that cannot be."""
    defaults = Preferences(
        channels={ANY: list(options.channels)}, language=options.language, zone=options.zone, digest="immediately",
        digest_at=DIGEST_AT, digest_day=DIGEST_DAY,
    )  # fmt: skip
    checked(defaults)
    store, clock = runtime.store, runtime.clock
    mail = None
    if options.smtp_url:
        mail = Mail(parse_smtp_url(options.smtp_url), sender=options.mail_from, clock=clock)
    book = AddressBook(runtime.roster, store)
    preferences = PreferenceBook(store, clock.now, defaults, runtime.audit.log)
    endpoints = Endpoints(store, clock.now, runtime.audit.log)
    letters = Letters(store, lambda: runtime.executor.node)
    inbox = Inbox(store, clock.now)
    ways = Ways(
        mail=mail, webhooks=Webhooks(clock, private=options.private), apprises=Apprises(),
        wording=Wording(options.base_url, options.templates), book=book, endpoints=endpoints, clock=clock,
        house=defaults,
    )  # fmt: skip
    delivery = Delivery(
        store, clock, letters, preferences, ways, inbox, chance=chance or SystemRandom(),
        member=lambda person, recipient: not recipient or person in book.people(recipient),
    )  # fmt: skip
    post = NotePost(store, clock, book, letters, preferences, endpoints, inbox, delivery, private=options.private)
    post.shown = runtime.changes.touched
    return post

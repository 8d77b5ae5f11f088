"""The post of a server, put together."""

from collections.abc import Sequence
from random import Random, SystemRandom
from typing import Final

import msgspec

from andante.notify.addresses import AddressBook
from andante.notify.apprises import Apprises
from andante.notify.cloud_events import BINARY, MODES
from andante.notify.delivery import Delivery
from andante.notify.endpoints import Endpoints
from andante.notify.event_post import EventPost
from andante.notify.event_sinks import Sink
from andante.notify.inbox import Inbox
from andante.notify.mail import Mail
from andante.notify.post import NotePost
from andante.notify.smtp import parse_smtp_url
from andante.notify.ways import Ways
from andante.notify.webhook import Webhooks
from andante.notify.wording import Wording
from andante.people.preferences import ANY, PreferenceBook, Preferences, checked
from andante.runtime import Runtime
from andante.runtime.telling import checked_filters
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


class EventOptions(msgspec.Struct, frozen=True):
    """Where events go. `nats` and `kafka` are addresses, "" for none; `filters` hold for both."""

    source: str
    nats: str = ""
    subject: str = ""
    credentials: str = ""
    kafka: str = ""
    topic: str = ""
    kafka_options: str = "{}"
    filters: tuple[str, ...] = ("*",)
    mode: str = BINARY


def make_events(runtime: Runtime, post: NotePost, options: EventOptions) -> EventPost:
    """Add it to the runtime's channels, beside the post whose endpoints it shares. Raises ValueError for options that
    cannot be, ImportError where packages are missing."""
    if options.mode not in MODES:
        raise ValueError(f"events_mode: '{options.mode}' is none of {', '.join(MODES)}")
    filters = checked_filters(options.filters or ("*",))
    brokers: dict[str, tuple[Sink, Sequence[str]]] = {}
    if options.nats:
        from andante.notify.event_nats import NatsSink

        _fits("nats_subject", options.subject, definition="", type="", instance="")
        brokers[NatsSink.name] = (
            NatsSink(options.nats, options.subject, options.mode, options.credentials), filters,
        )  # fmt: skip
    if options.kafka:
        from andante.notify.event_kafka import KafkaSink, checked_options

        _fits("kafka_topic", options.topic, definition="")
        more = checked_options(options.kafka_options)
        brokers[KafkaSink.name] = (KafkaSink(options.kafka, options.topic, options.mode, more), filters)
    return EventPost(
        runtime, post.endpoints, Webhooks(runtime.clock, private=post.private), options.source, brokers, SystemRandom()
    )


def _fits(name: str, pattern: str, **words: str) -> None:
    try:
        pattern.format(**words)
    except (KeyError, IndexError, ValueError) as fault:
        known = " and ".join(f"{{{word}}}" for word in words)
        raise ValueError(f"{name}: {fault} cannot be filled in; it may name {known}") from None


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

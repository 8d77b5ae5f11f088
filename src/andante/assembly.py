"""What stands behind one database, as the settings have it: its runtime, the ways to people, connectors, the log-in."""

import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from andante.connectors import Connectors, read_sources
from andante.notify import EventOptions, LogChannel, NotePost, PostOptions, make_events, make_post
from andante.notify.mail import Mail
from andante.notify.smtp import parse_smtp_url
from andante.people import Access, AccessProblem, Accounts
from andante.people.oidc import Oidc, OidcOptions, roles_map
from andante.runtime import Channel, Clock, Runtime, RuntimeSettings, SystemClock, TestClock
from andante.runtime.file_types import USUAL as USUAL_TYPES
from andante.settings import Settings, SettingsProblem


async def open_runtime(settings: Settings, clock: Clock | None = None, *, timers: bool = True) -> Runtime:
    """The runtime the settings ask for; without `timers` nothing falls due by itself."""
    if clock is None and settings.test_clock:
        clock = TestClock(SystemClock().now())
    return await Runtime.open(
        settings.db,
        clock=clock,
        timers=timers,
        settings=RuntimeSettings(
            zone=settings.zone,
            cache=settings.cache,
            queue=settings.queue,
            max_steps=settings.max_steps,
            replica=settings.replica,
            apart=settings.apart,
            retention=settings.retention,
            archive=settings.archive,
            attachment_max=settings.attachment_max,
            attachment_types=tuple(settings.attachment_types.replace(",", " ").split()) or USUAL_TYPES,
            remind_every=settings.remind_every,
            audit_retention=settings.audit_retention,
            two_persons=settings.two_persons,
            approval_lifetime=settings.approval_lifetime,
            starts=settings.starts,
            open_instances=settings.open_instances,
            few=bool(settings.tenants),
        ),
        channels=lambda runtime: channels(settings, runtime),
    )


@contextlib.asynccontextmanager
async def serving(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Runtime]:
    """The runtime of a server: open meanwhile, with the ways to people. Raises as `open_runtime` does."""
    runtime = await open_runtime(settings, clock)
    try:
        yield runtime
    finally:
        await runtime.close()


def channels(settings: Settings, runtime: Runtime) -> list[Channel]:
    """The ways to people: the log, and the post with what the settings ask for.

    Raises SettingsProblem for a wrong SMTP URL, sender, base URL, language, channel or template.
    """
    try:
        post = make_post(runtime, post_options(settings))
    except (ValueError, AccessProblem) as fault:
        raise SettingsProblem(f"Notes cannot be sent: {fault}.") from None
    try:
        return [LogChannel(), post, make_events(runtime, post, event_options(settings))]
    except ValueError as fault:
        raise SettingsProblem(f"Events cannot be sent: {fault}.") from None
    except ImportError as fault:
        text = f"Events need more packages ({fault.name} is missing): pip install 'andante[nats]' or 'andante[kafka]'."
        raise SettingsProblem(text) from None


def event_options(settings: Settings) -> EventOptions:
    """What the settings say of events."""
    return EventOptions(
        source=base_url(settings),
        nats=settings.nats_url,
        subject=settings.nats_subject,
        credentials=settings.nats_credentials,
        kafka=settings.kafka_servers,
        topic=settings.kafka_topic,
        kafka_options=settings.kafka_options,
        filters=tuple(settings.events.replace(",", " ").split()),
        mode=settings.events_mode,
    )


def connectors(settings: Settings, runtime: Runtime) -> Connectors:
    """What carries out the service tasks that are the server's own. Raises SettingsProblem."""
    try:
        mail = None
        if settings.smtp_url:
            mail = Mail(parse_smtp_url(settings.smtp_url), sender=settings.mail_from, clock=runtime.clock)
        sources = read_sources(settings.data_sources)
    except ValueError as fault:
        raise SettingsProblem(f"Connectors cannot work: {fault}.") from None
    return Connectors(runtime, private=settings.private_addresses, mail=mail, sources=sources)


def post_options(settings: Settings) -> PostOptions:
    """What the settings say of notes."""
    return PostOptions(
        base_url=base_url(settings),
        smtp_url=settings.smtp_url,
        mail_from=settings.mail_from,
        language=settings.language,
        zone=settings.zone,
        channels=tuple(each.strip() for each in settings.note_channels.split(",") if each.strip()),
        private=settings.private_addresses,
        templates=settings.templates,
    )


def provider(settings: Settings, runtime: Runtime, accounts: Accounts, access: Access) -> Oidc | None:
    """Where people log in, if not by password alone. Raises SettingsProblem for settings that cannot be."""
    if not settings.oidc_issuer:
        return None
    issuer = urlsplit(settings.oidc_issuer)
    if issuer.scheme not in ("https", "http") or not issuer.hostname or not settings.oidc_client_id:
        raise SettingsProblem("oidc_issuer needs an https address, and oidc_client_id the id of the client there.")
    local = issuer.hostname == "localhost" or issuer.hostname.startswith("127.")
    if issuer.scheme == "http" and not local:
        raise SettingsProblem("oidc_issuer: log-ins go over https alone.")
    try:
        roles = roles_map(settings.oidc_roles)
    except ValueError as fault:
        raise SettingsProblem(f"oidc_roles: {fault}.") from None
    options = OidcOptions(
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret,
        f"{base_url(settings)}/login/provider/back", f"{base_url(settings)}/login",
        settings.oidc_label or issuer.hostname, settings.oidc_scopes,
        settings.oidc_name_claim, settings.oidc_groups_claim, settings.oidc_roles_claim, roles, settings.oidc_create,
        settings.oidc_link,
    )  # fmt: skip
    return Oidc(options, runtime.store, accounts, access, runtime.clock.now, settings.session_lifetime)


def base_url(settings: Settings) -> str:
    """By which people reach the server."""
    return (settings.base_url or f"http://{settings.host}:{settings.port}").rstrip("/")


def post_of(settings: Settings, runtime: Runtime) -> NotePost:
    """The runtime's own; of a runtime that was given without one, one that sends nothing by itself."""
    own = (each for each in runtime.channels if isinstance(each, NotePost))
    return next(own, None) or make_post(runtime, post_options(settings))

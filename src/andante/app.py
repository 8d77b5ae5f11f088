"""The assembly: settings in, a web application out, and the server that runs it."""

import asyncio
import contextlib
import importlib.metadata
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
import uvicorn
import uvloop
from litestar import Litestar, Request, Response, Router
from litestar.datastructures import State
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException

from andante.api import Services, api_handlers
from andante.api.admission import Admission
from andante.api.documents import page
from andante.api.errors import HANDLERS, after_exception, on_http_exception
from andante.api.health import LEAVING
from andante.api.metrics import Metrics
from andante.api.openapi import document
from andante.api.operation import guard, kept
from andante.api.options import options_handlers
from andante.api.serving import Serving
from andante.api.wire import as_json
from andante.camunda import camunda_router, plain_path
from andante.camunda import on_http_exception as on_camunda_exception
from andante.connectors import Connectors, read_sources
from andante.notify import EventOptions, LogChannel, NotePost, PostOptions, make_events, make_post
from andante.notify.mail import Mail
from andante.notify.smtp import parse_smtp_url
from andante.people import Access, AccessProblem, Accounts, Bootstrap
from andante.people.oidc import Oidc, OidcOptions, roles_map
from andante.people.origins import checked_networks
from andante.runtime import Channel, Clock, Runtime, RuntimeSettings, SystemClock, TestClock, collector, logs, tracing
from andante.runtime.file_types import USUAL as USUAL_TYPES
from andante.runtime.logs import password_of
from andante.scripting import PythonScripts
from andante.settings import SECRETS, Settings, SettingsProblem
from andante.web import web_router

log: Final = structlog.get_logger("andante")


@dataclass(frozen=True)
class Start:
    """What an application starts with; given another one (`app.state.start`) once it has stopped, it can start anew.

    It opens its own runtime from the settings unless one is given, which it then does not close. `announce` is told the
    first administrator's client if one had to be generated.
    """

    settings: Settings
    runtime: Runtime | None = None
    clock: Clock | None = None
    announce: Callable[[Bootstrap], None] | None = None


def create_app(
    settings: Settings,
    runtime: Runtime | None = None,
    clock: Clock | None = None,
    announce: Callable[[Bootstrap], None] | None = None,
) -> Litestar:
    """The application; see Start. Start-up raises StoreProblem when the database cannot be used."""
    handlers = api_handlers(test_clock=settings.test_clock)
    described = document(handlers, importlib.metadata.version("andante"))
    return (_WithCamunda if settings.camunda_rest else Litestar)(
        [
            Router("/", route_handlers=[*options_handlers(handlers), *handlers], guards=[guard], after_request=kept),
            web_router(),
            *([camunda_router()] if settings.camunda_rest else []),
            *([_assistants().door] if settings.mcp else []),
        ],
        lifespan=[_lifespan],
        exception_handlers={**HANDLERS, HTTPException: _on_http_exception} if settings.camunda_rest else HANDLERS,
        after_exception=[after_exception],
        middleware=[Serving(access=settings.access_log), Admission(settings.requests)],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=settings.max_body,
        state=State(
            {
                "start": Start(settings, runtime, clock, announce),
                "openapi": bytes(as_json(described).content),
                "docs": page(described),
            }
        ),
    )


@contextlib.asynccontextmanager
async def _lifespan(app: Litestar) -> AsyncIterator[None]:
    start: Start = app.state.start
    settings = start.settings
    app.state.settings = settings
    app.state.proxies = checked_networks(settings.trusted_proxies)
    async with contextlib.AsyncExitStack() as stack:
        running = start.runtime
        if running is None:
            running = await stack.enter_async_context(serving(settings, start.clock))
        now = running.clock.now
        running.audit.log.about |= {"trustedProxies": settings.trusted_proxies, "testClock": settings.test_clock}
        await running.audit.log.start()
        accounts = Accounts(running.store, now, told=running.roster.changed, audit=running.audit.log)
        access = Access(
            running.store, accounts, now,
            lifetime_s=settings.token_lifetime, session_s=settings.session_lifetime,
            sets=running.roster, audit=running.audit.log, client_requests=settings.client_requests,
        )  # fmt: skip
        made = await accounts.bootstrap(settings.bootstrap_client_id, settings.bootstrap_client_secret)
        if made is not None and start.announce is not None:
            start.announce(made)
        app.state.services = Services(
            running, accounts, access, Metrics(), settings.zone, _post(settings, running),
            provider(settings, running, accounts, access),
        )  # fmt: skip
        if settings.mcp:
            await stack.enter_async_context(_assistants().opened(app, settings.max_body))
        if settings.connectors:
            await stack.enter_async_context(connectors(settings, running))
        if settings.python_scripts:
            await stack.enter_async_context(PythonScripts(running))
        yield


def _assistants() -> Any:
    """What lets them in, which most servers do not need. Raises SettingsProblem."""
    try:
        from andante.assistants import door
    except ImportError as fault:
        text = f"mcp: assistants need more packages ({fault.name} is missing): pip install 'andante[mcp]'."
        raise SettingsProblem(text) from None
    return door


class _WithCamunda(Litestar):
    """Two addresses of one thing are one, before it is looked for what serves them."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == ScopeType.HTTP:
            scope["path"] = plain_path(scope["path"])
        await super().__call__(scope, receive, send)


def _on_http_exception(request: Request[Any, Any, Any], fault: HTTPException) -> Response[bytes]:
    """What was refused before a handler was found is told as its address has it."""
    return on_camunda_exception(request, fault) or on_http_exception(request, fault)


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


def _post(settings: Settings, runtime: Runtime) -> NotePost:
    """The runtime's own; of a runtime that was given without one, one that sends nothing by itself."""
    own = (each for each in runtime.channels if isinstance(each, NotePost))
    return next(own, None) or make_post(runtime, post_options(settings))


def tell(made: Bootstrap) -> None:
    """Print the generated client: the only time anybody sees its secret."""
    print(
        "The first administrator was made. Keep this, it is not shown again:\n"
        f"  client id      {made.client_id}\n"
        f"  client secret  {made.client_secret}\n"
        "Get tokens with it, or log in to the pages with the id as name and the secret as password.",
        flush=True,
    )


class _Server(uvicorn.Server):
    """Says that it is ready once it accepts requests. Told to stop, it ends well: a service manager sees success."""

    def __init__(self, config: uvicorn.Config, stopping: Callable[[], None], leave: Callable[[], None], drain: int):
        super().__init__(config)
        self._stopping = stopping
        self._leave = leave
        self._drain = drain

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self.handle_exit, signal.SIGINT, None)
        loop.add_signal_handler(signal.SIGTERM, self._begin_to_stop, loop)
        yield

    def _begin_to_stop(self, loop: asyncio.AbstractEventLoop) -> None:
        """Nobody new is to be sent here; who still comes is served until all have learnt it. Told again, stop now."""
        self._leave()
        drain, self._drain = self._drain, 0
        loop.call_later(drain, self.handle_exit, signal.SIGTERM, None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        for server in self.servers:
            for each in server.sockets:
                host, port = each.getsockname()[:2]
                shown = f"[{host}]" if ":" in host else host
                print(f"Andante is ready at http://{shown}:{port}", flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        await super().shutdown(sockets)


def configure_logging(settings: Settings) -> None:
    """As the settings say, without any of their secrets."""
    given = [getattr(settings, name) for name in SECRETS]
    secrets = [password_of(each) if "://" in each else each for each in given]
    logs.configure(settings.log_format, settings.log_level, secrets)


def serve(settings: Settings) -> None:
    """Run the server until it is told to stop (SIGINT, SIGTERM).

    Raises StoreProblem or SettingsProblem when it cannot start, or SystemExit when it cannot listen.
    """
    configure_logging(settings)
    collector.settle()
    _trace(settings.traces)
    try:
        uvloop.run(_serve(settings))
    finally:
        tracing.stop()


def _trace(to: str) -> None:
    """Send traces there, where they are asked for. Raises SettingsProblem."""
    if not to:
        return
    if to != tracing.BY_ENVIRONMENT and not urlsplit(to).hostname:
        raise SettingsProblem(f"traces: '{to}' is no address; give http://HOST:4318, or {tracing.BY_ENVIRONMENT}.")
    try:
        tracing.start(to)
    except ImportError as fault:
        text = f"traces: they need more packages ({fault.name} is missing): pip install 'andante[otel]'."
        raise SettingsProblem(text) from None


async def _serve(settings: Settings) -> None:
    async with serving(settings) as running:
        app = create_app(settings, running, announce=tell)
        config = uvicorn.Config(
            app, host=settings.host, port=settings.port, log_config=None,
            access_log=False, lifespan="on", server_header=False, timeout_graceful_shutdown=10,
        )  # fmt: skip
        try:
            await _Server(
                config, running.end_waiting, lambda: app.state.update({LEAVING: True}), settings.drain
            ).serve()
        except SystemExit:
            # Uvicorn has said why, and ends with a code of its own.
            raise SystemExit(1) from None

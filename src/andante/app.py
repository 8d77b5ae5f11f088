"""The assembly: settings in, a web application out, and the server that runs it."""

import asyncio
import contextlib
import importlib.metadata
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
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
from andante.assembly import connectors, post_of, provider, serving
from andante.camunda import camunda_router, plain_path
from andante.camunda import on_http_exception as on_camunda_exception
from andante.people import Access, Accounts, Bootstrap
from andante.people.origins import checked_networks
from andante.runtime import Clock, Runtime, collector, logs, tracing
from andante.runtime.logs import password_of
from andante.scripting import PythonScripts
from andante.settings import SECRETS, Settings, SettingsProblem
from andante.tenants import OPERATOR_HANDLERS, Door, Registry, Tenants, operator_guard, place_of
from andante.web import operator_router, web_router
from andante.web.errors import on_http_exception as on_page_exception

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
    tenants: Tenants | None = None


def create_app(
    settings: Settings,
    runtime: Runtime | None = None,
    clock: Clock | None = None,
    announce: Callable[[Bootstrap], None] | None = None,
    tenants: Tenants | None = None,
) -> Litestar:
    """The application; see Start. Start-up raises StoreProblem when the database cannot be used."""
    handlers = api_handlers(test_clock=settings.test_clock)
    described = document(handlers, importlib.metadata.version("andante"))
    operator = (
        [Router("/", route_handlers=list(OPERATOR_HANDLERS), guards=[operator_guard]), operator_router()]
        if settings.tenants
        else []
    )
    return _Application(
        [
            Router("/", route_handlers=[*options_handlers(handlers), *handlers], guards=[guard], after_request=kept),
            web_router(),
            *([camunda_router()] if settings.camunda_rest else []),
            *([_assistants().door] if settings.mcp else []),
            *operator,
        ],
        lifespan=[_lifespan],
        exception_handlers={**HANDLERS, HTTPException: partial(_on_http_exception, settings.camunda_rest)},
        after_exception=[after_exception],
        middleware=[Serving(access=settings.access_log), Admission(settings.requests)],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=settings.max_body,
        state=State(
            {
                "start": Start(settings, runtime, clock, announce, tenants),
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
    if not isinstance(app, _Application):
        raise AssertionError("it is made by create_app")
    app.plain = plain_path if settings.camunda_rest else None
    async with contextlib.AsyncExitStack() as stack:
        if settings.mcp:
            await stack.enter_async_context(_assistants().opened(app, settings.max_body))
        if settings.tenants:
            tenants = start.tenants
            if tenants is None:
                tenants = await stack.enter_async_context(serving_tenants(settings, start.clock))
            app.door = Door(tenants, lambda: bool(app.state.get(LEAVING)))
            stack.callback(app.shut)
        else:
            app.state.services = await stack.enter_async_context(_behind(start))
        yield


@contextlib.asynccontextmanager
async def serving_tenants(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Tenants]:
    """The tenants of a server, each open with all that stands behind it. Raises StoreProblem where it cannot be known
    which there are; a tenant that cannot be opened stays out of service and does not stop the others."""
    place = place_of(settings.tenants, settings.replica)
    registry = await Registry.open(place)
    tenants = Tenants(settings, place, registry, lambda own: _behind(Start(own, clock=clock)))
    try:
        await tenants.start()
        yield tenants
    finally:
        await tenants.close()
        await registry.close()


@contextlib.asynccontextmanager
async def _behind(start: Start) -> AsyncIterator[Services]:
    """All that stands behind the requests of one database."""
    settings = start.settings
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
        services = Services(
            running, accounts, access, Metrics(), settings.zone, post_of(settings, running),
            provider(settings, running, accounts, access),
        )  # fmt: skip
        services.settings = settings
        if settings.connectors:
            await stack.enter_async_context(connectors(settings, running))
        if settings.python_scripts:
            await stack.enter_async_context(PythonScripts(running))
        yield services


def _assistants() -> Any:
    """What lets them in, which most servers do not need. Raises SettingsProblem."""
    try:
        from andante.assistants import door
    except ImportError as fault:
        text = f"mcp: assistants need more packages ({fault.name} is missing): pip install 'andante[mcp]'."
        raise SettingsProblem(text) from None
    return door


class _Application(Litestar):
    """What is found out before it is looked for what serves an address: whose request it is, where there are tenants;
    and that two addresses of Camunda's are one."""

    door: Door | None = None
    plain: Callable[[str], str] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == ScopeType.HTTP:
            if self.plain is not None:
                scope["path"] = self.plain(scope["path"])
            if self.door is not None:
                await self.door(scope, receive, send, super().__call__)
                return
        await super().__call__(scope, receive, send)

    def shut(self) -> None:
        """It has stopped; it may start anew with others."""
        self.door = None


def _on_http_exception(
    camunda: bool, request: Request[Any, Any, Any], fault: HTTPException
) -> Response[bytes] | Response[str]:
    """What was refused before a handler was found is told as its address has it; a browser that is lost gets a page."""
    told = on_camunda_exception(request, fault) if camunda else None
    if told is None and fault.status_code == 404 and "text/html" in request.headers.get("accept", ""):
        return on_page_exception(request, fault)
    return told or on_http_exception(request, fault)


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
    async with contextlib.AsyncExitStack() as stack:
        if settings.tenants:
            tenants = await stack.enter_async_context(serving_tenants(settings))
            app, end_waiting = create_app(settings, tenants=tenants), tenants.end_waiting
        else:
            running = await stack.enter_async_context(serving(settings))
            app, end_waiting = create_app(settings, running, announce=tell), running.end_waiting
        config = uvicorn.Config(
            app, host=settings.host, port=settings.port, log_config=None,
            access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=10,
        )  # fmt: skip
        server = _Server(config, end_waiting, lambda: app.state.update({LEAVING: True}), settings.drain)
        heard = True
        try:
            async with app.lifespan():  # not Uvicorn's to begin: it would tell what went wrong as a stack trace
                try:
                    await server.serve()
                except SystemExit:  # Uvicorn has said why
                    heard = False
        except ExceptionGroup as several:  # Litestar's lifespan is a group of tasks
            raise several.exceptions[0] from None
        if not heard:
            raise SystemExit(
                f"andante: nothing can listen on {settings.host}:{settings.port}. Give another --port (ANDANTE_PORT) "
                "or --host, or stop what is there."
            )

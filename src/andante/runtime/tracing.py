"""Traces by OpenTelemetry: a request, its commands, their commits, and what follows from them.

`active` is None unless `start` was called, or within `followed`: nothing of OpenTelemetry is imported then, and each
place that could be traced asks for that alone. Which command last changed an instance is remembered here for a while,
so that effects, jobs and calls that follow from it are in its trace. W3C `traceparent` is taken from requests, and
given to jobs and calls.
"""

import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final, final

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, SpanContext, TracerProvider

PARENT: Final = "traceparent"
BY_ENVIRONMENT: Final = "env"
REMEMBERED: Final = 10_000  # instances
OFF: Final[AbstractContextManager[Any]] = nullcontext()
UNNAMED: Final = "unknown_service"  # as the SDK calls one that nobody has named


@final
class Tracing:
    """One for the process. Times in ns."""

    def __init__(self, provider: "TracerProvider", end: Callable[[], None]) -> None:
        from opentelemetry import context, trace
        from opentelemetry.context import Context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._end = end
        self._tracer = provider.get_tracer("andante")
        self._trace = trace
        self._context = context
        self._none = Context()
        self._format = TraceContextTextMapPropagator()
        self._last: OrderedDict[str, SpanContext] = OrderedDict()

    @contextmanager
    def request(self, method: str, headers: Mapping[str, str]) -> "Iterator[Span]":
        """A request from outside, within the caller's trace if it has one."""
        given = self._format.extract({name: headers[name] for name in (PARENT, "tracestate") if name in headers})
        with self._current(self._tracer.start_span(method, given, self._trace.SpanKind.SERVER)) as span:
            yield span

    @contextmanager
    def working(self, name: str, instance_id: str, *, anew: bool = False, **about: str) -> "Iterator[Span]":
        """What follows from the last command to an instance; `anew`: in a trace of its own, linked to that."""
        before = self._last.get(instance_id)
        parent, links = self._none, []
        if before is not None and anew:
            links = [self._trace.Link(before)]
        elif before is not None:
            parent = self._trace.set_span_in_context(self._trace.NonRecordingSpan(before), self._none)
        attributes = {"andante.instance": instance_id, **{f"andante.{key}": value for key, value in about.items()}}
        kind = self._trace.SpanKind.CONSUMER
        with self._current(self._tracer.start_span(name, parent, kind, attributes, links)) as span:
            yield span

    @contextmanager
    def _current(self, span: "Span") -> "Iterator[Span]":
        token = self._context.attach(self._trace.set_span_in_context(span))
        try:
            yield span
        except Exception as fault:
            span.set_status(self._trace.StatusCode.ERROR, type(fault).__name__)
            raise
        finally:
            self._context.detach(token)
            span.end()

    def command(self, kind: str) -> "Span":
        """A command that came just now."""
        return self._tracer.start_span(f"command {kind}")

    def committed(self, span: "Span", instance_id: str, begun: int, ended: int, size: int) -> None:
        """The command's transaction is on the disk."""
        span.set_attribute("andante.instance", instance_id)
        inside = self._trace.set_span_in_context(span, self._none)
        commit = self._tracer.start_span("commit", inside, start_time=begun, attributes={"andante.commands": size})
        commit.end(ended)
        self._last[instance_id] = span.get_span_context()
        self._last.move_to_end(instance_id)
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)

    def end(self, span: "Span", fault: BaseException | None) -> None:
        """The command is answered."""
        if fault is not None:
            span.set_status(self._trace.StatusCode.ERROR, str(fault)[:200])
        span.end()

    def answered(self, span: "Span", method: str, route: str, status: int) -> None:
        """What is known of a request when it is."""
        span.update_name(f"{method} {route}")
        span.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})
        if status >= 500:
            span.set_status(self._trace.StatusCode.ERROR)

    def parent(self, instance_id: str = "") -> str:
        """A traceparent: of the last command to the instance, else of what is going on; "" for none."""
        before = self._last.get(instance_id)
        where: Context | None = None
        if instance_id:
            if before is None:
                return ""
            where = self._trace.set_span_in_context(self._trace.NonRecordingSpan(before), self._none)
        carrier: dict[str, str] = {}
        self._format.inject(carrier, where)
        return carrier.get(PARENT, "")

    def trace_id(self) -> str:
        """Of what is going on, as it is written in a traceparent."""
        return f"{self._trace.get_current_span().get_span_context().trace_id:032x}"

    def nobody(self) -> None:
        """From here on the task is in no trace."""
        self._context.attach(self._none)

    def close(self) -> None:
        """Send what is left, for some seconds at most."""
        self._end()


active: Tracing | None = None
_followers = 0


def working(name: str, instance_id: str, *, anew: bool = False, **about: str) -> AbstractContextManager[Any]:
    """`Tracing.working`, where traces are wanted."""
    return OFF if active is None else active.working(name, instance_id, anew=anew, **about)


def with_parent(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The headers of a call, with the trace that it is in, unless they name one."""
    if active is None or PARENT in headers:
        return headers
    parent = active.parent()
    return {**headers, PARENT: parent} if parent else headers


def with_trace(headers: dict[str, str], instance_id: str) -> dict[str, str]:
    """The headers of a job, with the trace of the last command to its instance."""
    parent = active.parent(instance_id) if active is not None else ""
    return {**headers, PARENT: parent} if parent else headers


def start(to: str) -> None:
    """Send traces from now on: `to` the address of an OTLP collector, or as OTEL_... in the environment says. Raises
    ImportError where the packages are missing."""
    global active
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    address = None if to == BY_ENVIRONMENT else to if "/v1/" in to else f"{to.rstrip('/')}/v1/traces"
    resource = Resource.create()  # with what OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say
    if str(resource.attributes.get("service.name", UNNAMED)).startswith(UNNAMED):
        resource = resource.merge(Resource({"service.name": "andante"}))
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address)))
    active = Tracing(provider, provider.shutdown)


@contextmanager
def followed() -> Iterator[None]:
    """Meanwhile trace by what the program around has set up of OpenTelemetry, if it has. Several may at a time."""
    global active, _followers
    if "opentelemetry.sdk.trace" not in sys.modules or (active is not None and not _followers):
        yield
        return
    from opentelemetry import trace

    if not _followers:
        active = Tracing(trace.get_tracer_provider(), lambda: None)
    _followers += 1
    try:
        yield
    finally:
        _followers -= 1
        if not _followers:
            active = None


def stop() -> None:
    """Send what is left, and nothing more."""
    global active
    if active is not None:
        active.close()
        active = None

"""Traces of programs that use OpenTelemetry: a call tells the server which trace it is in, and a job is done in the
trace that made it. Nothing is imported that the program has not imported itself."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

PARENT: Final = "traceparent"
OFF: Final[AbstractContextManager[Any]] = nullcontext()


def told(headers: dict[str, str]) -> dict[str, str]:
    """The headers of a call, with the trace that the program is in."""
    if "opentelemetry.trace" in sys.modules:
        from opentelemetry import propagate

        propagate.inject(headers)
    return headers


def of_job(kind: str, headers: Mapping[str, str]) -> AbstractContextManager[Any]:
    """A span meanwhile, as a part of the trace in which the job was made."""
    if PARENT not in headers or "opentelemetry.trace" not in sys.modules:
        return OFF
    from opentelemetry import trace
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    parent = TraceContextTextMapPropagator().extract({PARENT: headers[PARENT]})
    tracer = trace.get_tracer("andante.client")
    return tracer.start_as_current_span(f"job {kind}", parent, trace.SpanKind.CONSUMER)

"""Traces: a request, its commands, their commits, and what follows from them, in one trace; nothing unless asked."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from house import BASE, House
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, SpanKind, StatusCode

from andante import Andante
from andante.client.tracing import of_job, told
from andante.engine.commands import Terminate
from andante.runtime import tracing
from andante.runtime.bundle import nothing
from andante.runtime.house_worker import HouseWorker
from andante.runtime.job_records import JobView
from andante.settings import Settings, SettingsProblem

THEIRS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = int("0af7651916cd43dd8448eb211c80319c", 16)
CALLS = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="http://test">
  <process id="Outer" isExecutable="true"><startEvent id="s"/><callActivity id="c" calledElement="Inner"/>
    <endEvent id="e"/><sequenceFlow id="f" sourceRef="s" targetRef="c"/>
    <sequenceFlow id="g" sourceRef="c" targetRef="e"/></process>
  <process id="Inner" isExecutable="true"><startEvent id="s2"/>
    <serviceTask id="j"><extensionElements><zeebe:taskDefinition type="dig"/></extensionElements></serviceTask>
    <endEvent id="e2"/><sequenceFlow id="f2" sourceRef="s2" targetRef="j"/>
    <sequenceFlow id="g2" sourceRef="j" targetRef="e2"/></process></definitions>"""


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.active = tracing.Tracing(provider, provider.shutdown)
    yield exporter
    tracing.stop()


def context_of(span: ReadableSpan) -> SpanContext:
    found = span.get_span_context()
    assert found is not None
    return found


def tree(found: tuple[ReadableSpan, ...]) -> set[tuple[str, str]]:
    """Each span with the one it is within; "" for none, or one from elsewhere."""
    ids = {context_of(each).span_id: each.name for each in found}
    return {(each.name, ids.get(each.parent.span_id, "") if each.parent else "") for each in found}


async def test_from_a_request_to_the_worker(house: House, spans: InMemorySpanExporter) -> None:
    await house.ada.deploy(CALLS)
    spans.clear()
    await house.kim.call("POST", "/runtime/instances", json={"name": "Outer"}, headers={"traceparent": THEIRS})
    await house.runtime.run_due()
    seen: list[JobView] = []

    async def dig(job: JobView) -> None:
        seen.append(job)
        assert tracing.with_parent({}).keys() == {"traceparent"}  # what a call by HTTP would be given
        await house.runtime.job_action(job.id, "complete", who="digger")

    assert await HouseWorker(house.runtime, "digger", ["dig"], dig, at_once=1, lock_ms=1000).once() == 1
    await house.runtime.run_due()
    found = spans.get_finished_spans()
    request = f"POST {BASE}/runtime/instances"
    assert tree(found) >= {
        (request, ""), ("command Start", request), ("commit", "command Start"),
        ("effect StartChild", "command Start"), ("command Start", "effect StartChild"),
        ("job dig", "command Start"), ("command CompleteJob", "job dig"), ("commit", "command CompleteJob"),
    }, tree(found)  # fmt: skip
    assert {context_of(each).trace_id for each in found} == {TRACE}
    by_name = {each.name: each for each in found}
    first = by_name[request]
    assert (first.kind, dict(first.attributes or {})["http.response.status_code"]) == (SpanKind.SERVER, 200)
    assert dict(by_name["job dig"].attributes or {})["andante.instance"] == seen[0].instance_id
    assert seen[0].headers["traceparent"].split("-")[1] == f"{TRACE:032x}"
    commit = by_name["commit"]
    assert commit.start_time is not None
    assert commit.end_time is not None
    assert commit.start_time <= commit.end_time


async def test_what_fails_is_marked_and_a_wrong_parent_is_none(house: House, spans: InMemorySpanExporter) -> None:
    answer = await house.kim.call(
        "PUT", "/runtime/instances/nobody", json={"action": "terminate"}, headers={"traceparent": "00-xyz"}
    )
    assert answer.status == 404
    (span,) = [each for each in spans.get_finished_spans() if each.kind == SpanKind.SERVER]
    assert (span.parent, span.status.status_code) == (None, StatusCode.UNSET)
    await house.ada.deploy(CALLS)
    with pytest.raises(Exception, match="nobody"):
        await house.runtime.executor.submit("nobody", Terminate("x"), "kim", nothing)
    failed = [each for each in spans.get_finished_spans() if each.name == "command Terminate"]
    assert [each.status.status_code for each in failed] == [StatusCode.ERROR]


async def test_the_client_goes_on_with_the_trace(spans: InMemorySpanExporter) -> None:
    with of_job("dig", {"traceparent": THEIRS}):
        assert told({})["traceparent"].split("-")[1] == f"{TRACE:032x}"
    assert of_job("dig", {}) is of_job("dig", {})  # nothing is begun
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    with provider.get_tracer("program").start_as_current_span("outer"):
        assert told({})["traceparent"].startswith("00-")
    assert told({}) == {}


def test_a_program_that_traces_finds_its_engine_within(monkeypatch: pytest.MonkeyPatch) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    tracer = provider.get_tracer("program")
    with Andante.for_tests() as engine, Andante.for_tests():

        @engine.worker("dig")
        def dig() -> None:
            with tracer.start_as_current_span("deep"):
                pass

        engine.deploy(CALLS)
        exporter.clear()
        with tracer.start_as_current_span("order"):
            engine.start("Outer")
    found = exporter.get_finished_spans()
    assert tree(found) >= {
        ("order", ""), ("command Start", "order"), ("commit", "command Start"), ("effect StartChild", "command Start"),
        ("job dig", "command Start"), ("deep", "job dig"), ("command CompleteJob", "job dig"),
    }, tree(found)  # fmt: skip
    assert len({context_of(each).trace_id for each in found}) == 1
    assert tracing.active is None


async def test_nothing_is_traced_unless_asked_for(house: House) -> None:
    assert tracing.active is None
    await house.ada.deploy(CALLS)
    await house.kim.start("Outer")
    await house.runtime.run_due()
    (job,) = await house.runtime.activate_jobs(["dig"], worker="w")
    assert job.headers == {}
    assert tracing.working("x", "y") is tracing.OFF
    headers = {"a": "b"}
    assert tracing.with_parent(headers) is headers


def test_opentelemetry_is_not_imported_unless_asked_for() -> None:
    code = "import sys, andante.app, andante.client; sys.exit('opentelemetry' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_where_traces_go(monkeypatch: pytest.MonkeyPatch) -> None:
    from andante.app import _trace

    with pytest.raises(SettingsProblem, match="is no address"):
        _trace("somewhere")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "claims")
    _trace(Settings(traces="http://127.0.0.1:1").traces)
    assert tracing.active is not None
    span = tracing.active.command("Start")
    assert isinstance(span, ReadableSpan)
    assert span.resource.attributes["service.name"] == "claims"
    tracing.stop()
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(SettingsProblem, match=r"pip install 'andante\[otel\]'"):
        _trace("env")

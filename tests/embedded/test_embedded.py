"""The engine in a program of one's own: `from andante import Andante`."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

import andante
from andante import Andante, AsyncAndante, Job, JobError, NotReached, Problem, StoreProblem, acting_as
from andante.client import ClientError
from andante.settings import SettingsProblem

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMESPACES = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:andante="http://andante.dev/schema/bpmn/1.0"'


def straight(name: str, element: str) -> bytes:
    """A file with one process that passes one element, whose id is `work`."""
    return (
        f'<definitions {NAMESPACES} targetNamespace="http://test"><process id="{name}" isExecutable="true">'
        f'<startEvent id="begin"/>{element}<endEvent id="finish"/>'
        '<sequenceFlow id="f1" sourceRef="begin" targetRef="work"/>'
        '<sequenceFlow id="f2" sourceRef="work" targetRef="finish"/></process></definitions>'
    ).encode()


DIG = straight("Dig", '<serviceTask id="work" andante:type="dig" andante:retries="3"/>')
ASK = straight("Ask", '<userTask id="work" name="Ask" andante:outcomes="yes,no" andante:assignee="ada"/>')


@dataclass
class Shipped:
    parcel: str


@pytest.fixture
def engine() -> Iterator[Andante]:
    with Andante.for_tests() as engine:
        yield engine


def test_an_order_is_filled_or_cannot_be(engine: Andante) -> None:
    released = []

    @engine.worker("reserve-stock")
    def reserve(job: Job, lines: int, order_id: str) -> dict[str, Any]:
        if lines > 100:
            raise JobError("OUT_OF_STOCK", "only 100 are there")
        return {"reservation": f"R-{order_id}", "by": job.type}

    @engine.worker("ship-order")
    async def ship(order_id: str) -> Shipped:
        await asyncio.sleep(0)
        return Shipped(f"P-{order_id}")

    @engine.worker("release-stock")
    def release(**variables: Any) -> None:
        released.append(variables["reservation"])

    engine.deploy(EXAMPLES / "order.bpmn")
    paid = engine.start("Order", orderId="1", customer="Ann", lines=3)
    assert engine.variables(paid) == {
        "orderId": "1", "customer": "Ann", "lines": 3, "reservation": "R-1", "by": "reserve-stock",
    }  # fmt: skip
    engine.publish("payment received", correlation={"orderId": "1"})
    assert engine.instance(paid).state == "Completed OK"
    assert engine.variables(paid)["parcel"] == "P-1"

    large = engine.start("Order", {"orderId": "2", "customer": "Ben"}, lines=300)
    (task,) = engine.tasks(large)
    assert task.name == "Tell Ben that the order cannot be filled"
    with acting_as("ada"):
        engine.complete(task)
    assert engine.task(task).ended_by == "ada"
    assert engine.instance(large).closed

    unpaid = engine.start("Order", orderId="3", customer="Eve", lines=1)
    engine.run_until(unpaid)
    assert released == ["R-3"]
    assert engine.now.isoformat() == "2026-01-08T09:00:00+00:00"


def test_a_crash_is_tried_again_after_a_pause_and_then_an_incident(engine: Andante) -> None:
    tried = []

    @engine.worker("dig", backoff="PT10S")
    def dig(job: Job) -> dict[str, Any]:
        tried.append((engine.now.isoformat()[17:19], job.retries))
        if len(tried) < 4:
            raise OSError("the spade broke")
        return {"found": "gold"}

    engine.deploy(DIG)
    started = engine.start("Dig")
    engine.advance("PT9S")
    assert tried == [("00", 3)]
    with pytest.raises(NotReached, match=r"It is Broken, at work\. Incident: (?s:.*)OSError: the spade broke"):
        engine.run_until(started)
    assert tried == [("00", 3), ("10", 2), ("20", 1)]
    assert engine.act(started, "retry").closed
    assert engine.variables(started) == {"found": "gold"}


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (lambda job: ["a", "list"], "returns variables by name, or nothing, not list"),
        (lambda job: {"thing": object()}, "Encoding objects of type object is unsupported"),
    ],
)
def test_a_result_that_cannot_be_taken_fails_the_job(engine: Andante, handler: Callable[..., Any], words: str) -> None:
    engine.worker("dig")(handler)
    engine.deploy(DIG)
    started = engine.start("Dig")
    engine.advance("PT1M")
    (incident,) = engine.detail(started).incidents
    assert words in incident.message


def test_what_a_handler_takes_is_checked(engine: Andante) -> None:
    seen = []

    @engine.worker("dig")
    def dig(depth: int, job: Job, tool: str = "spade") -> None:
        seen.append((depth, job.type, tool))

    engine.deploy(DIG)
    assert engine.start("Dig", depth=3).closed
    assert seen == [(3, "dig", "spade")]
    for variables, words in (({}, "'depth' is missing"), ({"depth": "deep"}, "Expected `int`, got `str`")):
        broken = engine.start("Dig", variables)  # another try would find the same: an incident at once
        (incident,) = engine.detail(broken).incidents
        assert words in incident.message
    with pytest.raises(ValueError, match="There is a handler"):
        engine.worker("dig")(lambda job: None)
    with pytest.raises(ClientError, match=r"\*args has no name"):
        engine.worker("other")(lambda *args: None)


def test_a_plain_handler_may_use_the_engine_and_an_async_one_is_told_that_it_cannot_wait(engine: Andante) -> None:
    @engine.worker("dig")
    def dig(times: int) -> None:
        if times:
            engine.engine.runtime  # noqa: B018 - it is there
            nested.append(engine.start("Ask").id)

    nested: list[str] = []
    engine.deploy(DIG)
    engine.deploy(ASK)
    assert engine.start("Dig", times=1).closed
    assert [task.instance_id for task in engine.tasks(name="Ask")] == nested

    other = straight("Wait", '<serviceTask id="work" andante:type="wait" andante:retries="1"/>')

    @engine.worker("wait")
    async def wait() -> None:
        engine.instances()

    engine.deploy(other)
    (incident,) = engine.detail(engine.start("Wait")).incidents
    assert "an async handler cannot wait here" in incident.message


def test_tasks_and_what_goes_wrong(engine: Andante) -> None:
    engine.deploy(ASK)
    asked = engine.start("Ask", title="A question", business_key="Q-1", by="ben")
    (task,) = engine.tasks(user="ada")
    assert engine.tasks(user="eve") == []
    with pytest.raises(Problem) as refused:
        engine.complete(task, outcome="perhaps")
    assert (refused.value.code, refused.value.status) == ("bpm.task.outcome", 400)
    done = engine.complete(task.id, outcome="yes", size=2)
    assert (done.outcome, done.ended_by) == ("yes", "test")
    assert engine.instance(asked).created_by == "ben"
    assert [each.id for each in engine.instances("Ask", business_key="Q-1")] == [asked.id]
    assert engine.history(asked)[-1].kind == "Completed"
    with pytest.raises(Problem, match="is closed"):
        engine.complete(task, outcome="yes")
    with pytest.raises(Problem) as model:
        engine.deploy(straight("Bad", '<userTask id="elsewhere"/>'))
    assert model.value.code == "bpm.model.refused"
    with pytest.raises(Problem, match="cannot be written as JSON"):
        engine.start("Ask", thing=object())
    with pytest.raises(SettingsProblem, match="zone"):
        Andante(zone="Atlantis")
    with pytest.raises(NotReached, match="nothing falls due any more"):
        engine.run_until(lambda: False)
    with pytest.raises(RuntimeError, match="not open"):
        Andante().tasks()


def test_people_are_told_by_the_program(engine: Andante) -> None:
    told: list[tuple[str, list[str]]] = []
    engine.on_note(lambda note: told.append((note.kind, list(note.recipients))))
    engine.deploy(EXAMPLES / "incident-sla.bpmn")
    engine.start("Incident", {"title": "Printer", "severity": 1})
    (task,) = engine.tasks()
    engine.complete(task, outcome="unknown")
    engine.advance("PT3H")
    assert told == [("reminder", ["group:engineers"])]


def test_files_that_need_each_other_are_deployed_in_order(engine: Andante) -> None:
    deployed = engine.deploy(
        EXAMPLES / "leave-balance.bpmn", EXAMPLES / "leave-days.dmn", EXAMPLES / "travel-request.json"
    )
    assert {"LeaveBalance", "TravelRequest"} < set(deployed.ids)
    with pytest.raises(Problem, match=r"1\.bpmn: The model cannot be deployed"):  # all or none
        engine.deploy(ASK, straight("Bad", '<userTask id="elsewhere"/>'))
    with pytest.raises(Problem, match="There is no definition 'Ask'"):
        engine.start("Ask")
    run = engine.start("LeaveBalance", age=61, yearsOfService=30, taken=12)
    assert engine.variables(run)["left"] == engine.decide("leaveDays", age=61, yearsOfService=30) - 12


def test_a_file_is_one_engine_s_and_what_is_in_it_stays(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/orders.db"
    with Andante(url) as first:
        first.deploy(ASK, DIG)
        asked, dug = first.start("Ask"), first.start("Dig")
        with pytest.raises(StoreProblem, match=r"Another Andante server uses .*orders\.db"):
            Andante(url).open()
    second = Andante(url)

    @second.worker("dig")
    def dig() -> dict[str, Any]:
        return {"found": "bones"}

    with second:
        second.run_until(dug)  # in the background, with the machine's clock
        assert second.variables(dug) == {"found": "bones"}
        (task,) = second.tasks(asked)
        second.complete(task, outcome="no")
        later = second.start("Dig")
        second.run_until(lambda: second.instance(later).closed)
        with pytest.raises(NotReached, match="for_tests"):
            second.advance("PT1H")
    second.close()


async def test_in_an_event_loop_with_the_web_application_before_it() -> None:
    engine = AsyncAndante.for_tests(bootstrap_client_secret="a secret for tests")

    @engine.worker("dig")
    async def dig(job: Job) -> dict[str, Any]:
        return {"found": job.headers}

    async with engine:
        await engine.deploy(DIG, by="ada")
        app: Any = await engine.app()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
            form = {"grant_type": "client_credentials", "client_id": "admin", "client_secret": "a secret for tests"}
            token = (await client.post("/baas/auth/v1.0/oauth2/token", data=form)).json()["access_token"]
            found = await client.get("/u-route/baas/bp/v2.0/metadata/definitions", headers={"access-token": token})
        assert [each["name"] for each in found.json()["result"]] == ["Dig"]
        run = await engine.start("Dig")
        assert run.closed


def test_importing_andante_imports_nothing_else() -> None:
    assert all(getattr(andante, name) for name in andante.__all__)
    code = "import sys, andante; print([each for each in sys.modules if each.startswith(('andante.', 'litestar'))])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_its_lines_go_to_logging_as_those_of_a_library(caplog: pytest.LogCaptureFixture) -> None:
    """What a step of the program carried is not in them."""
    former = structlog.get_config()
    structlog.reset_defaults()
    try:
        with Andante():
            pin = "1234"
            try:
                raise RuntimeError("the post is closed")
            except RuntimeError:
                structlog.get_logger("andante.outbox").exception("a note was not sent", key="k 1")
    finally:
        structlog.configure(**former)
    (record,) = [each for each in caplog.records if each.name == "andante.outbox"]
    assert (record.levelname, record.message) == ("ERROR", "a note was not sent key='k 1'")
    assert "RuntimeError: the post is closed" in caplog.text
    assert pin not in caplog.text

"""The published camunda-external-task-client-python3, unchanged, against the whole server."""

import asyncio
import threading
from typing import Any

import pytest
from camunda.client.engine_client import EngineClient
from camunda.external_task.async_external_task_worker import AsyncExternalTaskWorker
from camunda.external_task.external_task import ExternalTask, TaskResult
from camunda.external_task.external_task_worker import ExternalTaskWorker, NoExternalTaskFound
from engine_rest import Rest, eventually, external, fresh, model, one_task
from whole_server import SECRET


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


LOGIN = {"auth_basic": {"username": "admin", "password": SECRET}}


def worker(rest: Rest, name: str = "py", **config: Any) -> ExternalTaskWorker:
    return ExternalTaskWorker(
        name, base_url=rest.base,
        config={**LOGIN, "asyncResponseTimeout": 0, "lockDuration": 60_000, "maxTasks": 3, **config},
    )  # fmt: skip


@pytest.fixture
def engine(rest: Rest) -> EngineClient:
    return EngineClient(rest.base, config=LOGIN)


@pytest.fixture
def topic(rest: Rest) -> str:
    name = fresh("py")
    rest.deploy((f"{name}.bpmn", one_task(name, name)))
    return name


def test_a_task_is_done(rest: Rest, engine: EngineClient, topic: str) -> None:
    started = engine.start_process(topic, {"amount": 1.5, "lines": [1, 2], "ok": True}, business_key="B-7")["id"]
    seen: list[Any] = []

    def handle(task: ExternalTask) -> TaskResult:
        seen.append((task.get_variables(), task.get_business_key(), task.get_activity_id()))
        return task.complete({"sum": 3, "when": {"value": "2020-01-01T00:00:00.000+0100", "type": "Date"}}, {"own": 1})

    worker(rest).fetch_and_execute(topic, handle)
    assert seen == [({"amount": 1.5, "lines": "[1,2]", "ok": True}, "B-7", "work")]
    assert rest.types(started) == {
        "amount": "Double", "lines": "Json", "ok": "Boolean", "sum": "Integer", "when": "Date",
    }  # fmt: skip
    assert rest.state(started) == "COMPLETED"
    with pytest.raises(NoExternalTaskFound):
        worker(rest).fetch_and_execute(topic, handle)


def test_failures_are_retried_and_then_an_incident(rest: Rest, engine: EngineClient, topic: str) -> None:
    started = engine.start_process(topic, {})["id"]
    tried: list[Any] = []

    def handle(task: ExternalTask) -> TaskResult:
        result = task.failure("the spade broke", "in two", max_retries=2, retry_timeout=1_000)
        tried.append(result.retries)
        return result

    for _ in range(3):
        worker(rest).fetch_and_execute(topic, handle)
        rest.later(2)
    assert tried == [2, 1, 0]
    (incident,) = rest.get("/incident", processInstanceId=started)
    assert incident["incidentMessage"].endswith("the spade broke")


def test_an_error_goes_to_the_boundary_event(rest: Rest, engine: EngineClient) -> None:
    name = fresh("err")
    body = external("work", name) + (
        '<bpmn:boundaryEvent id="caught" attachedToRef="work"><bpmn:errorEventDefinition errorRef="late"/>'
        '</bpmn:boundaryEvent><bpmn:userTask id="ask" camunda:assignee="admin"/>'
    )
    flows = (("start", "work"), ("work", "end"), ("caught", "ask"), ("ask", "end"))
    rest.deploy((f"{name}.bpmn", model(name, body, *flows, extra='<bpmn:error id="late" errorCode="LATE"/>')))
    started = engine.start_process(name, {})["id"]
    worker(rest).fetch_and_execute(name, lambda task: task.bpmn_error("LATE", "too late", {"days": 3}))
    (task,) = rest.get("/task", processInstanceId=started)
    assert task["taskDefinitionKey"] == "ask"
    rest.post(f"/task/{task['id']}/complete", {}, 204)
    assert rest.variables(started) == {"days": 3}


def test_a_worker_that_is_too_late_is_told_and_changes_nothing(rest: Rest, engine: EngineClient, topic: str) -> None:
    started = engine.start_process(topic, {})["id"]

    def slow(task: ExternalTask) -> TaskResult:
        rest.later(61)
        worker(rest, "quick").fetch_and_execute(topic, lambda other: other.complete({"by": "quick"}))
        return task.complete({"by": "slow"})

    with pytest.raises(Exception, match=r"received 404 : RestException"):
        worker(rest, "slow").fetch_and_execute(topic, slow)
    assert rest.variables(started) == {"by": "quick"}

    again = engine.start_process(topic, {})["id"]

    def slower(task: ExternalTask) -> TaskResult:
        rest.later(61)
        (taken,) = rest.fetch(topic, worker="third")
        assert taken["id"] == task.get_task_id()
        return task.complete({"by": "slow"})

    with pytest.raises(Exception, match=r"received 400 : RestException.*locked by worker 'third'"):
        worker(rest, "slow").fetch_and_execute(topic, slower)
    assert rest.variables(again) == {}


def test_it_waits_for_work_of_several_topics(rest: Rest, engine: EngineClient, topic: str) -> None:
    other = fresh("py")
    rest.deploy((f"{other}.bpmn", one_task(other, other)))
    done: list[str] = []

    def handle(task: ExternalTask) -> TaskResult:
        done.append(task.get_topic_name())
        return task.complete()

    waiting = threading.Thread(
        target=worker(rest, asyncResponseTimeout=20_000).fetch_and_execute, args=([topic, other], handle, {"size": 2})
    )
    waiting.start()
    engine.start_process(topic, {"size": 1})
    second = engine.start_process(other, {"size": 2})["id"]
    waiting.join(20)
    assert done == [other]
    assert rest.state(second) == "COMPLETED"
    assert rest.get("/external-task/count", topicName=topic) == {"count": 1}


async def test_the_asynchronous_worker_subscribes(rest: Rest, engine: EngineClient, topic: str) -> None:
    started = [engine.start_process(topic, {"n": n})["id"] for n in range(3)]

    async def handle(task: ExternalTask) -> TaskResult:
        return task.complete({"twice": task.get_variable("n") * 2 if task.get_variable("n") else 0})

    config = {**LOGIN, "asyncResponseTimeout": 1_000, "maxTasks": 2, "sleepSeconds": 0.01}
    subscribed = AsyncExternalTaskWorker("async", base_url=rest.base, config=config)
    running = asyncio.create_task(subscribed.subscribe({topic: handle}))
    await asyncio.to_thread(eventually, lambda: all(rest.state(each) == "COMPLETED" for each in started))
    running.cancel()
    await asyncio.gather(running, *subscribed.subscriptions, return_exceptions=True)
    assert [rest.variables(each)["twice"] for each in started] == [0, 2, 4]


def test_the_engine_s_client_finds_and_correlates(rest: Rest, engine: EngineClient) -> None:
    name, word = fresh("wait"), fresh("paid")
    body = '<bpmn:receiveTask id="wait" messageRef="m"/>'
    extra = f'<bpmn:message id="m" name="{word}"/>'
    rest.deploy((f"{name}.bpmn", model(name, body, ("start", "wait"), ("wait", "end"), extra=extra)))
    first = engine.start_process(name, {"order": 1}, business_key="A")["id"]
    second = engine.start_process(name, {"order": 2}, business_key="B")["id"]
    assert [each["id"] for each in engine.get_process_instance(name, ["order_eq_2"])] == [second]
    assert len(engine.get_process_instance(name)) == 2
    with pytest.raises(Exception, match=r"received 400 : MismatchingMessageCorrelationException : .*2 executions"):
        engine.correlate_message(word)
    (result,) = engine.correlate_message(word, business_key="A", process_variables={"sum": 9})
    assert (result["resultType"], result["execution"]["processInstanceId"]) == ("Execution", first)
    assert rest.variables(first) == {"order": 1, "sum": 9}
    assert rest.state(second) == "ACTIVE"
    (result,) = engine.correlate_message(word, process_instance_id=second)
    assert rest.state(second) == "COMPLETED"
    with pytest.raises(Exception, match="no process definition or execution matches"):
        engine.correlate_message(word)
    with pytest.raises(Exception, match=r"received 404.*tenant"):
        engine.start_process(name, {}, tenant_id="acme")

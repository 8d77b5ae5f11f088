"""The published camunda-external-task-client-js, unchanged, as a process of its own against the whole server."""

import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from engine_rest import Rest, eventually, external, fresh, model, one_task
from typed_values import VALUES
from whole_server import SECRET

CLIENT: Final = Path(__file__).parents[2] / "node_modules/camunda-external-task-client-js/index.js"
PROGRAM: Final = Path(__file__).with_name("worker.mjs")
NODE: Final = shutil.which("node")
PATIENCE: Final = 30


class Worker:
    """A running worker; what it says is read line by line."""

    def __init__(self, plan: dict[str, Any]) -> None:
        assert NODE is not None
        assert CLIENT.exists(), "npm ci has not been run"
        self.process = subprocess.Popen(
            [NODE, str(PROGRAM), CLIENT.as_uri(), json.dumps(plan)], stdout=subprocess.PIPE, text=True
        )
        self._events: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._events.put(json.loads(line))

    def says(self, event: str) -> dict[str, Any]:
        """The next thing it says, which is to be this."""
        found = self._events.get(timeout=PATIENCE)
        assert found["event"] == event, found
        return found

    def kill(self) -> None:
        """As a crash would."""
        self.process.kill()
        self.process.wait()
        self._reader.join()


Begin = Callable[..., Worker]


@pytest.fixture
def begin(rest: Rest, tmp_path: Path) -> Iterator[Begin]:
    """Starts workers that end with the test."""
    workers = []

    def begin(*topics: Any, worker: str = "js", **options: Any) -> Worker:
        (tmp_path / "notes.txt").write_text("some notes")
        plan = {
            "baseUrl": rest.base, "workerId": worker, "user": "admin", "password": SECRET, "topics": topics,
            "options": options, "file": str(tmp_path / "notes.txt"),
        }  # fmt: skip
        workers.append(Worker(plan))
        return workers[-1]

    yield begin
    for worker in workers:
        worker.kill()


def deployed(rest: Rest, word: str) -> str:
    """A process of one external task, of this name and topic."""
    name = fresh(word)
    rest.deploy((f"{name}.bpmn", one_task(name, name)))
    return name


def test_values_of_all_types_go_there_and_back(rest: Rest, begin: Begin) -> None:
    name = deployed(rest, "values")
    started = rest.start(name, VALUES)
    worker = begin((name, "values"))
    told = worker.says("values")
    assert told["when"] == "2013-01-23T13:42:42.123Z"
    assert told["json"] == {"a": [1, None]}
    assert told["file"] == {"name": "hello.txt", "text": "Hello"}
    assert {key: each["type"] for key, each in told["typed"].items()} == {
        key: each["type"].lower() for key, each in VALUES.items()
    }
    worker.says("done")
    types, values = rest.types(started), rest.variables(started)
    assert {key: (types[key], values[key]) for key in values if key not in ("paper", "thing", "xml", "bytes")} == {
        "text": ("String", "straße €"), "small": ("Short", 7), "whole": ("Integer", 7), "long": ("Long", 2**40),
        "longer": ("Long", 2**40), "broken": ("Double", 1.5), "round": ("Double", 2.0), "yes": ("Boolean", False),
        "none": ("Null", None), "when": ("Date", "2013-01-23T13:42:42.123+0000"), "json": ("Json", '{"a":[1,null]}'),
    }  # fmt: skip
    paper = rest.get(f"/process-instance/{started}/variables/paper")
    assert (paper["type"], paper["valueInfo"]) == ("File", {"filename": "notes.txt", "mimetype": "text/plain"})
    assert rest.state(started) == "COMPLETED"


def test_failures_are_retried_and_then_an_incident(rest: Rest, begin: Begin) -> None:
    name = deployed(rest, "fail")
    started = rest.start(name)
    worker = begin((name, "fail"))
    first, _, second, _ = (worker.says(event) for event in ("failing", "done", "failing", "done"))
    assert (first["retries"], first["errorMessage"]) == (None, None)
    assert (second["retries"], second["errorMessage"]) == (1, "the spade broke")
    assert second["errorDetails"] == "in two\nat the handle"
    (incident,) = rest.get("/incident", processInstanceId=started)
    assert incident["incidentMessage"].endswith("the spade broke")


def test_an_error_goes_to_the_boundary_event(rest: Rest, begin: Begin) -> None:
    name = fresh("refuse")
    body = external("work", name) + (
        '<bpmn:boundaryEvent id="caught" attachedToRef="work"><bpmn:errorEventDefinition errorRef="stock" '
        'camunda:errorCodeVariable="code" camunda:errorMessageVariable="words"/></bpmn:boundaryEvent>'
        '<bpmn:endEvent id="refused"/>'
    )
    error = '<bpmn:error id="stock" errorCode="OUT_OF_STOCK"/>'
    flows = (("start", "work"), ("work", "end"), ("caught", "refused"))
    rest.deploy((f"{name}.bpmn", model(name, body, *flows, extra=error)))
    started = rest.start(name)
    begin((name, "refuse")).says("done")
    assert rest.variables(started) == {"code": "OUT_OF_STOCK", "words": "none left", "left": 0}
    assert rest.activities(started)[-1] == "refused"


def test_a_worker_waits_for_several_topics(rest: Rest, begin: Begin) -> None:
    one, two = deployed(rest, "one"), deployed(rest, "two")
    worker = begin(
        (one, "complete", {"variables": ["a"], "includeExtensionProperties": True}),
        (two, "complete", {"processVariables": {"size": 2}, "businessKey": "B"}),
        asyncResponseTimeout=20_000,
    )
    rest.start(two, {"size": 1}, businessKey="B")  # not what it wants
    first = rest.start(one, {"a": 1, "b": 2})
    assert worker.says("task") == {"event": "task", "topic": one, "variables": {"a": 1}, "properties": {}}
    assert worker.says("done")["instance"] == first
    second = rest.start(two, {"size": 2}, businessKey="B")
    assert worker.says("task")["topic"] == two
    assert worker.says("done")["instance"] == second
    assert rest.get("/external-task/count", topicName=two) == {"count": 1}


def test_a_lock_is_extended_and_given_back(rest: Rest, begin: Begin) -> None:
    name, other = deployed(rest, "extend"), deployed(rest, "unlock")
    rest.start(name)
    begin((name, "extend")).says("extended")
    rest.later(120)
    assert rest.fetch(name) == []
    started = rest.start(other)
    worker = begin((other, "unlock"))
    worker.says("unlocked")
    worker.says("done")
    assert rest.state(started) == "COMPLETED"


def test_when_a_worker_dies_another_gets_its_task(rest: Rest, begin: Begin) -> None:
    name = deployed(rest, "die")
    started = rest.start(name)
    dying = begin((name, "hang"), worker="first")
    task = dying.says("hanging")["id"]
    dying.kill()
    living = begin((name, "complete"), worker="second")
    eventually(lambda: rest.get(f"/external-task/{task}")["workerId"] == "first")
    rest.later(61)
    living.says("task")
    living.says("done")
    assert rest.variables(started) == {"done by second": True}


def test_a_wrong_secret_is_told(rest: Rest, tmp_path: Path) -> None:
    plan = {"baseUrl": rest.base, "workerId": "w", "user": "admin", "password": "wrong", "topics": [["t", "complete"]],
            "options": {"interval": 20}}  # fmt: skip
    worker = Worker(plan)
    assert "AuthenticationException" in worker.says("poll:error")["message"]
    worker.kill()

"""Camunda 7's REST API as a program of somebody who comes from there calls it, and models as they write them."""

import itertools
import time
from collections.abc import Callable
from typing import Any, Final

import httpx
from whole_server import SECRET

NAMESPACES: Final = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
_numbers = itertools.count(1)


def fresh(word: str) -> str:
    """A name that no other test has."""
    return f"{word}{next(_numbers)}"


def external(id: str, topic: str, inside: str = "", more: str = "") -> str:
    """An external task."""
    kind = f'camunda:type="external" camunda:topic="{topic}"'
    return f'<bpmn:serviceTask id="{id}" {kind} {more}>{inside}</bpmn:serviceTask>'


def model(key: str, body: str, *flows: tuple[str, str], extra: str = "", more: str = "") -> bytes:
    """A file with one process, whose start event is `start` and whose end event is `end`."""
    lines = "".join(
        f'<bpmn:sequenceFlow id="flow{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(flows)
    )
    return (
        f'<bpmn:definitions {NAMESPACES} targetNamespace="http://bpmn.io/schema/bpmn">{extra}'
        f'<bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="180" {more}>'
        f'<bpmn:startEvent id="start"/>{body}<bpmn:endEvent id="end"/>{lines}</bpmn:process></bpmn:definitions>'
    ).encode()


def one_task(key: str, topic: str, inside: str = "", more: str = "") -> bytes:
    """A process of one external task, `work`."""
    return model(key, external("work", topic, inside, more), ("start", "work"), ("work", "end"))


def eventually(condition: Callable[[], object], patience: float = 20) -> None:
    """Ask until it is so: workers are processes of their own."""
    end = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


class Rest:
    """The API at a server's address, as the first administrator or as somebody else."""

    def __init__(self, url: str, name: str = "admin", secret: str = SECRET) -> None:
        self.server = url
        self.base = f"{url}/engine-rest"
        self.http = httpx.Client(base_url=self.base, auth=(name, secret), timeout=30)

    def close(self) -> None:
        self.http.close()

    def get(self, path: str, status: Any = 200, **query: Any) -> Any:
        return self._checked(self.http.get(path, params=query), status)

    def post(self, path: str, body: Any = None, status: int = 200, **query: Any) -> Any:
        return self._checked(self.http.post(path, json=body, params=query), status)

    def put(self, path: str, body: Any = None, status: int = 204) -> Any:
        return self._checked(self.http.put(path, json=body), status)

    def delete(self, path: str, status: int = 204, **query: Any) -> Any:
        return self._checked(self.http.delete(path, params=query), status)

    @staticmethod
    def _checked(response: httpx.Response, status: int) -> Any:
        assert response.status_code == status, response.text
        if status >= 400:  # the envelope of Camunda, whatever went wrong
            assert {"type", "message", "code"} <= set(response.json())
        if not response.content:
            return None
        return response.json() if response.headers["content-type"] == "application/json" else response.content

    def deploy(self, *files: tuple[str, bytes], status: Any = 200, **fields: str) -> Any:
        return self._checked(
            self.http.post("/deployment/create", files=[(name, (name, data)) for name, data in files], data=fields),
            status,
        )

    def start(self, key: str, variables: dict[str, Any] | None = None, **more: Any) -> str:
        """The id of a new instance; plain values are typed by their look."""
        given = {
            name: value if isinstance(value, dict) else {"value": value} for name, value in (variables or {}).items()
        }
        found: str = self.post(f"/process-definition/key/{key}/start", {"variables": given, **more})["id"]
        return found

    def fetch(self, *topics: str, worker: str = "w", most: int = 10, lock: int = 60_000, **more: Any) -> Any:
        body = {"topicName": "", "lockDuration": lock, **more}
        return self.post(
            "/external-task/fetchAndLock",
            {"workerId": worker, "maxTasks": most, "topics": [{**body, "topicName": topic} for topic in topics]},
        )

    def variables(self, instance_id: str) -> dict[str, Any]:
        """The values of an instance's variables, also when it is over."""
        found = self.get("/history/variable-instance", processInstanceId=instance_id)
        return {each["name"]: each["value"] for each in found}

    def types(self, instance_id: str) -> dict[str, str]:
        found = self.get("/history/variable-instance", processInstanceId=instance_id)
        return {each["name"]: each["type"] for each in found}

    def state(self, instance_id: str) -> str:
        found: str = self.get(f"/history/process-instance/{instance_id}")["state"]
        return found

    def activities(self, instance_id: str) -> list[str]:
        return [each["activityId"] for each in self.get("/history/activity-instance", processInstanceId=instance_id)]

    def later(self, seconds: int) -> None:
        """Move the server's clock on."""
        token = httpx.post(
            f"{self.server}/baas/auth/v1.0/oauth2/token", data={"client_id": "admin", "client_secret": SECRET}
        ).json()["access_token"]
        moved = httpx.put(
            f"{self.server}/test/clock", json={"advance": f"PT{seconds}S"}, headers={"access-token": token}
        )
        assert moved.status_code == 200, moved.text

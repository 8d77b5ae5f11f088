"""Service tasks that call by HTTP, in all three spellings, against a real receiver."""

import json
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from doing import model, run, settled

from andante.connectors import Connectors
from andante.runtime import Runtime, TestClock

START = 1_767_258_000_000


class Receiver(BaseHTTPRequestHandler):
    """Answers as its path says, and keeps what it was sent."""

    seen: ClassVar[list[dict[str, Any]]] = []
    status: ClassVar[int] = 200

    def answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        said = {name.lower(): value for name, value in self.headers.items()}
        sent = {"method": self.command, "path": self.path, "headers": said, "body": self.rfile.read(length).decode()}
        self.seen.append(sent)
        data = json.dumps({"total": 7, "of": self.path}).encode()
        self.send_response(self.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        if self.status == 302:
            self.send_header("location", "/elsewhere")
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = answer  # noqa: N815 - as the library calls them

    def log_message(self, format: str, *args: Any) -> None:
        """The test's output is not for it."""


@pytest.fixture
def receiver() -> Iterator[str]:
    Receiver.seen.clear()
    Receiver.status = 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
async def runtime(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Runtime]:
    made = await Runtime.open(f"sqlite:///{tmp_path}/a.db", clock=TestClock(START), timers=False)
    async with Connectors(made, private=getattr(request, "param", True)):
        yield made
        made.end_waiting()
    await made.close()


def camunda_8(url: str, headers: str = "", more: str = "") -> bytes:
    return model(
        '<serviceTask id="call"><extensionElements><zeebe:taskDefinition type="io.camunda:http-json:1" retries="2"/>'
        f'<zeebe:ioMapping><zeebe:input source="{url}" target="url"/><zeebe:input source="POST" target="method"/>{more}'
        '<zeebe:input source="={sum: amount}" target="body"/></zeebe:ioMapping>'
        f"<zeebe:taskHeaders>{headers}</zeebe:taskHeaders></extensionElements></serviceTask>"
    )


async def test_andante_s_own_spelling(runtime: Runtime, receiver: str) -> None:
    task = (
        '<serviceTask id="call" camunda:type="external" camunda:topic="andante:http"><extensionElements>'
        f'<camunda:inputOutput><camunda:inputParameter name="url">{receiver}/sums?x=1</camunda:inputParameter>'
        '<camunda:inputParameter name="queryParameters"><camunda:map><camunda:entry key="y">a b</camunda:entry>'
        "</camunda:map></camunda:inputParameter>"
        '<camunda:outputParameter name="total">=response.body.total</camunda:outputParameter>'
        '<camunda:outputParameter name="code">${status}</camunda:outputParameter>'
        "</camunda:inputOutput></extensionElements></serviceTask>"
    )
    instance_id = await run(runtime, model(task), body="a secret of the process", amount=3)
    assert await runtime.variables(instance_id) == {
        "body": "a secret of the process", "amount": 3, "total": 7, "code": 200,
    }  # fmt: skip
    (sent,) = Receiver.seen
    assert (sent["method"], sent["path"], sent["body"]) == ("GET", "/sums?x=1&y=a+b", "")
    assert sent["headers"]["idempotency-key"].startswith(instance_id)


async def test_camunda_7_s_connector(runtime: Runtime, receiver: str) -> None:
    Receiver.status = 404  # is for the model to look at
    task = (
        '<serviceTask id="call"><extensionElements><camunda:connector><camunda:inputOutput>'
        f'<camunda:inputParameter name="url">{receiver}/orders</camunda:inputParameter>'
        '<camunda:inputParameter name="method">POST</camunda:inputParameter>'
        '<camunda:inputParameter name="payload">order ${number}</camunda:inputParameter>'
        '<camunda:inputParameter name="headers"><camunda:map><camunda:entry key="Accept">text/plain</camunda:entry>'
        "</camunda:map></camunda:inputParameter>"
        '<camunda:outputParameter name="code">${statusCode}</camunda:outputParameter>'
        "</camunda:inputOutput><camunda:connectorId>http-connector</camunda:connectorId></camunda:connector>"
        "</extensionElements></serviceTask>"
    )
    instance_id = await run(runtime, model(task), number=5)
    assert await runtime.variables(instance_id) == {"number": 5, "code": 404}
    (sent,) = Receiver.seen
    assert (sent["body"], sent["headers"]["accept"]) == ("order 5", "text/plain")


async def test_camunda_8_s_connector(runtime: Runtime, receiver: str) -> None:
    headers = (
        '<zeebe:header key="resultVariable" value="told"/>'
        '<zeebe:header key="resultExpression" value="={double: response.body.total * 2}"/>'
    )
    login = (
        '<zeebe:input source="bearer" target="authentication.type"/>'
        '<zeebe:input source="abc" target="authentication.token"/>'
    )
    instance_id = await run(runtime, camunda_8(receiver, headers, login), amount=3)
    variables: Any = await runtime.variables(instance_id)
    assert variables["double"] == 14
    assert variables["told"]["status"] == 200
    assert variables["told"]["body"]["total"] == 7
    (sent,) = Receiver.seen
    assert json.loads(sent["body"]) == {"sum": 3}
    assert (sent["headers"]["authorization"], sent["headers"]["content-type"]) == ("Bearer abc", "application/json")


async def test_a_receiver_in_trouble_is_asked_again_and_then_it_is_an_incident(runtime: Runtime, receiver: str) -> None:
    Receiver.status = 503
    clock = runtime.clock
    assert isinstance(clock, TestClock)
    instance_id = await run(runtime, camunda_8(receiver), amount=1)
    assert not (await runtime.instance(instance_id)).incident
    clock.set(START + 3_600_000)
    runtime.jobs.announce()
    await settled(runtime, instance_id, lambda: len(Receiver.seen) >= 2)
    (incident,) = (await runtime.detail(instance_id)).incidents
    assert incident.message.endswith("answered 503")
    assert len(Receiver.seen) == 2
    assert len({sent["headers"]["idempotency-key"] for sent in Receiver.seen}) == 1


@pytest.mark.parametrize(("status", "words"), [(404, "answered 404"), (302, "")])
async def test_what_will_not_change_is_not_tried_again(
    runtime: Runtime, receiver: str, status: int, words: str
) -> None:
    Receiver.status = status
    instance_id = await run(runtime, camunda_8(f"{receiver}/sums?key=kept-secret"), amount=1)
    assert len(Receiver.seen) == 1  # a redirect is not followed: what it says is the answer
    detail = await runtime.detail(instance_id)
    assert [incident.message.endswith(words) for incident in detail.incidents] == ([True] if words else [])
    assert not any("kept-secret" in incident.message for incident in detail.incidents)


@pytest.mark.parametrize("runtime", [False], indirect=True)
async def test_private_addresses_are_not_called_unless_allowed(runtime: Runtime, receiver: str) -> None:
    instance_id = await run(runtime, camunda_8(receiver), amount=1)
    (incident,) = (await runtime.detail(instance_id)).incidents
    assert "private address 127.0.0.1" in incident.message
    assert Receiver.seen == []


API_KEY = (
    '<zeebe:input source="apiKey" target="authentication.type"/>'
    '<zeebe:input source="x" target="authentication.value"/><zeebe:input source="=&quot;'
)
API_KEY_END = '&quot;" target="authentication.name"/>'


@pytest.mark.parametrize(
    ("url", "more", "words"),
    [
        ("ftp://example.com", "", "url: the URL must be http"),
        ("http://example.com", '<zeebe:input source="TRACE" target="method"/>', "method: it is none of"),
        ("http://example.com", '<zeebe:input source="={a: &quot;x\\r\\ny&quot;}" target="headers"/>', "headers: 'a'"),
        ("http://example.com", '<zeebe:input source="magic" target="authentication.type"/>', "not 'magic'"),
        ("http://127.0.0.1:9", '<zeebe:input source="={a: &quot;日&quot;}" target="headers"/>', "headers: 'a'"),
        ("http://127.0.0.1:9", '<zeebe:input source="={&quot;a b&quot;: 1}" target="headers"/>', "headers: 'a b'"),
        ("http://127.0.0.1:9", f"{API_KEY}a\\r\\nb: c{API_KEY_END}", "headers: 'a"),
        ("http://a..b/", "", "url: "),
        (f"http://{'a' * 70}.com/", "", "url: "),
        ("=&quot;http://127.0.0.1:9/\\u0007&quot;", "", "url: "),
    ],
)
async def test_a_model_that_asks_for_what_cannot_be(runtime: Runtime, url: str, more: str, words: str) -> None:
    instance_id = await run(runtime, camunda_8(url, more=more), amount=1)
    (incident,) = (await runtime.detail(instance_id)).incidents
    assert words in incident.message

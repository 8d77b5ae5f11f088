"""A runtime with its post, persons, a mail server and an HTTP receiver: what people get of what processes ask for."""

import http.server
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any, Final

import msgspec
from post_office import PostOffice

from andante.notify import NotePost, PostOptions, make_post
from andante.people import Accounts
from andante.runtime import Runtime, TaskQuery, TaskRecord, TestClock
from andante.timing.instants import parse_instant

NOON: Final = parse_instant("2026-03-27T12:00", "UTC")  # a Friday; the clocks change in Europe on Sunday
MODEL: Final = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://test">
  <process id="Expenses" name="Expense claim" isExecutable="true">
    <startEvent id="begin"/>
    <userTask id="approve" name="Approve &lt;it&gt;" andante:{holder}>
      <extensionElements>
        <andante:sla name="s" goal="PT4H" deadline="PT8H">
          <andante:goalAction name="tell" type="Notify" to="{to}"/>
          <andante:reminder relativeTo="goal" offset="-PT1H"/>
        </andante:sla>
      </extensionElements>
    </userTask>
    <endEvent id="finish"/>
    <sequenceFlow id="f1" sourceRef="begin" targetRef="approve"/>
    <sequenceFlow id="f2" sourceRef="approve" targetRef="finish"/>
  </process>
</definitions>"""


class Receiver:
    """An HTTP server: keeps what it is sent, and answers `status` (with `headers`)."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook?a=b"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def bodies(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(body) for _, _, body in self.asked]


class Bureau:
    """`mails` gives what came: recipient and subject."""

    def __init__(self, runtime: Runtime, post: NotePost, clock: TestClock, office: PostOffice) -> None:
        self.runtime = runtime
        self.post = post
        self.clock = clock
        self.office = office
        self.accounts = Accounts(runtime.store, clock.now, told=runtime.roster.changed)

    async def person(self, name: str, *, email: str = "", manager: str = "", **preferences: Any) -> None:
        await self.accounts.add_person(name, email=email or f"{name}@example.com", manager=manager)
        if preferences:
            await self.post.preferences.change(name, preferences)

    async def deploy(self, holder: str = 'assignee="ada"', to: str = "bob") -> None:
        await self.runtime.deploy_xml(MODEL.format(holder=holder, to=to).encode(), who="dora")

    async def start(self) -> str:
        return (await self.runtime.start("Expenses", who="ina")).id

    async def task(self, instance_id: str) -> TaskRecord:
        (task,) = (await self.runtime.tasks(TaskQuery(everything=True, instance_id=instance_id))).items
        return task

    async def at(self, text: str, zone: str = "UTC") -> None:
        """Let it be that time, and all that is due by then happen."""
        self.clock.set(parse_instant(text, zone))
        await self.runtime.run_due()

    async def later(self, ms: int) -> None:
        self.clock.set(self.clock.now() + ms)
        await self.runtime.run_due()

    @property
    def mails(self) -> list[tuple[str, str]]:
        return [(recipient.partition("@")[0], str(letter["Subject"])) for recipient, letter in self.office.letters]

    def text(self, n: int = -1) -> str:
        """The text of a letter that came."""
        part = self.office.letters[n][1].get_body(("plain",))
        assert part is not None
        return str(part.get_content()).replace("\r\n", "\n")

    def html(self, n: int = -1) -> str:
        part = self.office.letters[n][1].get_body(("html",))
        assert part is not None
        return str(part.get_content())

    async def states(self) -> dict[str, int]:
        """How many letters are in each state."""
        rows = await self.runtime.store.read("select state, count(*) from letter group by state")
        return dict(rows)


@asynccontextmanager
async def opened(url: str, office: PostOffice, clock: TestClock | None = None, **options: Any) -> AsyncIterator[Bureau]:
    clock = clock or TestClock(NOON)
    found: list[NotePost] = []
    chosen = PostOptions(
        **{
            "base_url": "https://flow.example/", "smtp_url": office.url, "mail_from": "Andante <flow@andante.example>",
            "private": True, **options,
        }
    )  # fmt: skip

    def channels(runtime: Runtime) -> list[NotePost]:
        found.append(make_post(runtime, chosen, Random(7)))
        return found

    runtime = await Runtime.open(url, clock=clock, timers=False, channels=channels)
    try:
        yield Bureau(runtime, found[0], clock, office)
    finally:
        await runtime.close()

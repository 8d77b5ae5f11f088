"""Clients of several servers, over HTTP, which write down what was acknowledged the moment it was.

`python loaded_clients.py PLAN`, a file of JSON: `servers` (name and address of each), `log`, `secret`, and `mail`, the
port that the servers send mail to. Each of them asks a server that it chooses by chance. Where it gets no answer, or
one that leaves open what has happened, it looks at another server before it tries again there. SIGUSR1 ends those that
begin something new, SIGTERM all. Each line of the log: the time, the server, what, the token that the command carries,
and what it was about. Mail is a line "note" with its Message-ID.
"""

import asyncio
import json
import os
import random
import re
import secrets
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from andante.client import AsyncClient, ClientError, Refused
from andante.client.calls import CLOSED_STATES, OPEN_STATES

T = TypeVar("T")

PEOPLE: Final = 3  # for each server
THINK: Final = 0.02  # seconds
TTL: Final = "PT1H"
WAIT: Final = 4.0  # seconds that a client waits for an answer
TRIES: Final = 5
ANY_STATE: Final = f"{OPEN_STATES},{CLOSED_STATES}"


def line(*elements: str) -> str:
    ids = [text.split('id="', 1)[1].split('"', 1)[0] for text in elements]
    flows = [f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairwise(ids), 1)]
    return "".join((*elements, *flows))


TOLD: Final = ("kim", "mona")  # what happens
START: Final = '<startEvent id="start"/>'
END: Final = '<endEvent id="end"/>'
PROCESSES: Final = {
    "approval": line(
        START, *(f'<userTask id="{id}" camunda:candidateUsers="admin"/>' for id in ("first", "second")), END
    ),
    "watched": line(
        START,
        '<userTask id="watch" andante:assignee="kim"><extensionElements><andante:sla name="answer" goal="PT2S"'
        ' deadline="PT4S"><andante:goalAction name="tell" type="Notify" to="mona"/>'
        '<andante:deadlineAction name="tell" type="Notify" to="mona"/>'
        '<andante:reminder relativeTo="goal" offset="-PT1S"/></andante:sla></extensionElements></userTask>',
        END,
    ),
    "timed": line(
        START,
        '<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>PT1S</timeDuration>'
        "</timerEventDefinition></intermediateCatchEvent>",
        END,
    ),
    "caller": line(START, '<callActivity id="call" calledElement="called"/>', END),
    "called": line(START, '<serviceTask id="do" camunda:type="external" camunda:topic="do"/>', END),
    "waits": line(
        START,
        '<intermediateCatchEvent id="wait"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>',
        END,
    ),
}
MODEL: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:andante="http://andante.dev/schema/bpmn/1.0"'
    ' targetNamespace="http://test"><message id="m" name="paid"/>'
    + "".join(f'<process id="{name}" isExecutable="true">{body}</process>' for name, body in PROCESSES.items())
    + "</definitions>"
).encode()


class Server:
    """One of them, as its clients know it."""

    def __init__(self, name: str, url: str, secret: str) -> None:
        self.name = name
        self.client = AsyncClient(url, "admin", secret, attempts=1)

    async def ask(self, call: Callable[[AsyncClient], Awaitable[T]]) -> T:
        """Raises ClientError, or TimeoutError for one that does not answer in time."""
        async with asyncio.timeout(WAIT):
            return await call(self.client)


class Clients:
    """What they do, and the log that they share with those of the other servers."""

    def __init__(self, servers: list[Server], log: int) -> None:
        self._servers = servers
        self._log = log
        self._choose = random.Random()
        self.going = True

    def say(self, server: str, *words: object) -> None:
        text = " ".join(str(word) for word in (f"{time.monotonic():.3f}", server, *words))
        os.write(self._log, (text + "\n").encode())

    def look_at(self, task: "asyncio.Task[None]") -> None:
        """A client's work is over: by what it did not expect?"""
        if not task.cancelled() and task.exception() is not None:
            self.say("-", "wrong", "-", repr(task.exception()))

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:
        """Mail comes."""
        text = (envelope.original_content or b"").decode()
        key = re.search(r"^Message-ID:\s*<(\S+)@", text, re.MULTILINE | re.IGNORECASE)
        about = re.search(r"/(?:tasks|instances)/([0-9A-Za-z]{20})", text)
        if key is None or about is None:
            self.say("-", "wrong", "-", f"mail: {text!r}")
            return "550 what is that"
        self.say("-", "note", key.group(1), "mail", about.group(1))
        return "250 OK"

    async def _done(
        self,
        what: str,
        ask: Callable[[AsyncClient, str], Awaitable[Any]],
        about: str = "",
        server: Server | None = None,
    ) -> Any:
        """Let `ask` happen at a server, with a token, and write down how it ended. None where it is not known to have
        happened."""
        at = server or self._choose.choice(self._servers)
        token = f"t{secrets.token_hex(8)}"
        try:
            answer = await at.ask(lambda client: ask(client, token))
        except Refused as refusal:
            doubt = refusal.status >= 500 or refusal.status == 429
            self.say(at.name, "doubt" if doubt else "refused", token, what, refusal.status, refusal.code)
            return None
        except (ClientError, TimeoutError) as fault:
            self.say(at.name, "doubt", token, what, type(fault).__name__)
            return None
        self.say(at.name, what, token, about or getattr(answer, "id", ""))
        return answer if answer is not None else True

    async def _seen(self, call: Callable[[AsyncClient], Awaitable[T]]) -> T | None:
        """What some server answers, if there is one that does; each is asked once."""
        for server in self._choose.sample(self._servers, len(self._servers)):
            try:
                return await server.ask(call)
            except (ClientError, TimeoutError):
                continue
        return None

    async def _start(self, name: str, key: str = "") -> str:
        """The id of an instance that was certainly started: what was left open is looked up by its key, and begun again
        where there is none (not with a key that others know of: it might still come). "" where nothing is certain."""
        tries = 1 if key else TRIES
        key = key or f"k{secrets.token_hex(6)}"
        for _ in range(tries):
            began = await self._done(name, lambda client, t: client.start(name, {t: 1}, business_key=key))
            if began is not None:
                found: str = began.id
                return found
            there = await self._seen(lambda client: client.instances(ANY_STATE, name=name, business_key=key))
            if there is None:
                return ""
            if there:
                return there[0].id
        return ""

    async def _act(self, instance_id: str, action: str) -> Any:
        return await self._done(action, lambda client, t: client.act(instance_id, action, reason=t), instance_id)

    async def _set(self, instance_id: str) -> Any:
        return await self._done(
            "set", lambda client, t: client.set_variables(instance_id, {t: 1}, introduce=True), instance_id
        )

    async def _complete(self, task_id: str) -> Any:
        """At another server where the first one left it open: at worst it says that it is done already."""
        for _ in range(TRIES):
            done = await self._done(
                "complete", lambda client, t: client.task_action(task_id, "complete", variables={t: 1}), task_id
            )
            if done is not None or (task := await self._seen(lambda client: client.task(task_id))) is None:
                return done
            if task.state != "open":
                return None
        return None

    async def _publish(self, key: str) -> Any:
        """As often as it takes: the same id acts once."""
        for _ in range(TRIES):
            done = await self._done(
                "published",
                lambda client, t: client.publish("paid", business_key=key, ttl=TTL, message_id=f"m{key}"),
                key,
            )
            if done is not None:
                return done
        return None

    async def person(self) -> None:
        """Starts, changes, completes what anybody has started, and now and then suspends, resumes or terminates."""
        while self.going:
            await asyncio.sleep(THINK * self._choose.random() * 2)
            started = await self._start("approval")
            if not started:
                continue
            chance = self._choose.random()
            await self._set(started)
            if chance < 0.2:
                if await self._act(started, "suspend"):
                    await self._see_hidden(started)
                    if chance < 0.15:
                        await self._act(started, "resume")
            elif chance < 0.3:
                await self._act(started, "terminate")
            else:
                await self._complete_some()

    async def _see_hidden(self, instance_id: str) -> None:
        shown = await self._seen(lambda client: client.tasks("todo", instance_id=instance_id))
        if shown is not None and shown.items:
            self.say("-", "wrong", "-", f"{instance_id} is suspended and in the to-do list")

    async def _complete_some(self) -> None:
        element = self._choose.choice(("first", "second"))
        page = await self._seen(lambda client: client.tasks("todo", element=element, limit=30))
        if page is not None:
            for task in self._choose.sample(page.items, min(2, len(page.items))):
                await self._complete(task.id)

    async def starter(self, name: str, pause: float) -> None:
        while self.going:
            await asyncio.sleep(pause)
            await self._start(name)

    async def messenger(self) -> None:
        """Now the message is there first, now who awaits it."""
        while self.going:
            await asyncio.sleep(0.1)
            key = f"k{secrets.token_hex(6)}"
            if self._choose.random() < 0.5:
                if await self._publish(key):
                    await self._start("waits", key)
            elif await self._start("waits", key):
                await self._publish(key)

    async def worker(self, server: Server) -> None:
        """Works on until all ends, at one server."""
        while True:
            try:
                jobs = await server.ask(
                    lambda client: client.activate_jobs(["do"], worker="w", max_jobs=10, lock="PT3S", wait="PT1S")
                )
            except (ClientError, TimeoutError):
                await asyncio.sleep(0.1)
                continue
            for job in jobs.items:
                await self._finish(job.id, server)

    async def _finish(self, job_id: str, server: Server) -> None:
        await self._done("job", lambda client, t: client.complete_job(job_id, {t: 1}), job_id, server)


async def main(plan: dict[str, Any]) -> None:
    log = os.open(plan["log"], os.O_WRONLY | os.O_APPEND)
    servers = [Server(name, url, plan["secret"]) for name, url in plan["servers"].items()]
    clients = Clients(servers, log)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    loop.add_signal_handler(signal.SIGUSR1, lambda: setattr(clients, "going", False))
    mail = await loop.create_server(lambda: SMTP(clients, loop=loop), "0.0.0.0", plan["mail"])
    work = [
        *(clients.person() for _ in range(PEOPLE * len(servers))), clients.messenger(), clients.messenger(),
        clients.starter("watched", 0.2), clients.starter("timed", 0.1), clients.starter("caller", 0.1),
        *(clients.worker(server) for server in servers),
    ]  # fmt: skip
    tasks = [asyncio.create_task(each) for each in work]
    for task in tasks:
        task.add_done_callback(clients.look_at)
    await ended.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    mail.close()


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text())))

"""A server with clients of its own, which write down what was acknowledged the moment it was.

`python loaded_server.py URL LOG NAME`. SIGUSR1 ends the clients that begin something new, SIGTERM the server. Each line
of the log: the time, the server, what, the token that the command carries, and what it was about.
"""

import asyncio
import os
import random
import secrets
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any, Final

from andante.runtime import Note, Problem, Runtime, StoreProblem, TaskQuery

PEOPLE: Final = 5
THINK: Final = 0.02  # seconds
TTL: Final = 3_600_000


def line(*elements: str) -> str:
    ids = [text.split('id="', 1)[1].split('"', 1)[0] for text in elements]
    flows = [f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairwise(ids), 1)]
    return "".join((*elements, *flows))


START: Final = '<startEvent id="start"/>'
END: Final = '<endEvent id="end"/>'
PROCESSES: Final = {
    "approval": line(START, '<userTask id="first"/>', '<userTask id="second"/>', END),
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


class Clients:
    """What the clients of one server do, and the log that they share with those of the others."""

    def __init__(self, runtime: Runtime, log: int, name: str) -> None:
        self.name = "log"
        self._runtime = runtime
        self._log = log
        self._server = name
        self._choose = random.Random()
        self.going = True

    def say(self, *words: object) -> None:
        text = " ".join(str(word) for word in (f"{time.monotonic():.3f}", self._server, *words))
        os.write(self._log, (text + "\n").encode())

    def look_at(self, task: "asyncio.Task[None]") -> None:
        """A client's work is over: by what it did not expect?"""
        if not task.cancelled() and task.exception() is not None:
            self.say("wrong", "-", repr(task.exception()))

    async def send(self, note: Note) -> None:
        """Clients are also where notes go."""
        self.say("note", note.key, note.kind, note.instance_id)

    async def _done(self, what: str, ask: Callable[[str], Awaitable[Any]], about: str = "") -> Any:
        """Let `ask` happen with a token, and write down how it ended."""
        token = f"t{secrets.token_hex(8)}"
        try:
            answer = await ask(token)
        except Problem as problem:
            self.say("doubt" if problem.status >= 500 else "refused", token, what, problem.code)
            return None
        except StoreProblem:
            self.say("doubt", token, what)
            return None
        self.say(what, token, about or getattr(answer, "id", ""))
        return answer

    async def _start(self, name: str, key: str = "") -> Any:
        return await self._done(
            name, lambda t: self._runtime.start(name, variables={t: 1}, business_key=key, who="load")
        )

    async def _act(self, instance_id: str, action: str) -> Any:
        return await self._done(
            action, lambda t: self._runtime.act(instance_id, action, who="load", reason=t), instance_id
        )

    async def _set(self, instance_id: str) -> Any:
        return await self._done(
            "set",
            lambda t: self._runtime.set_variables(instance_id, {t: 1}, who="load", introduce=True),
            instance_id,
        )

    async def _complete(self, task_id: str) -> Any:
        return await self._done(
            "complete",
            lambda t: self._runtime.task_action(task_id, "complete", who="load", variables={t: 1}),
            task_id,
        )

    async def _finish(self, job_id: str) -> Any:
        return await self._done(
            "job", lambda t: self._runtime.job_action(job_id, "complete", who="load", variables={t: 1}), job_id
        )

    async def _publish(self, key: str) -> Any:
        return await self._done(
            "published",
            lambda t: self._runtime.publish("paid", business_key=key, ttl_ms=TTL, message_id=t, who="load"),
            key,
        )

    async def person(self) -> None:
        """Starts, changes, completes what anybody has started, and now and then suspends, resumes or terminates."""
        while self.going:
            await asyncio.sleep(THINK * self._choose.random() * 2)
            started = await self._start("approval")
            if started is None:
                continue
            chance = self._choose.random()
            await self._set(started.id)
            if chance < 0.2:
                if await self._act(started.id, "suspend"):
                    await self._see_hidden(started.id)
                    if chance < 0.15:
                        await self._act(started.id, "resume")
            elif chance < 0.3:
                await self._act(started.id, "terminate")
            else:
                await self._complete_some()

    async def _see_hidden(self, instance_id: str) -> None:
        try:
            shown = await self._runtime.tasks(TaskQuery(everything=True, instance_id=instance_id))
        except StoreProblem:
            return
        if shown.items:
            self.say("wrong", "-", f"{instance_id} is suspended and in the to-do list")

    async def _complete_some(self) -> None:
        runtime = self._runtime
        try:
            page = await runtime.tasks(
                TaskQuery(everything=True, element=self._choose.choice(("first", "second")), limit=30)
            )
        except StoreProblem:
            return
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

    async def worker(self) -> None:
        """Works on until the server ends."""
        runtime = self._runtime
        while True:
            try:
                jobs = await runtime.activate_jobs(
                    ["do"], worker=self._server, max_jobs=10, lock_ms=3_000, wait_ms=1_000
                )
            except (StoreProblem, Problem):
                await asyncio.sleep(THINK)
                continue
            for job in jobs:
                await self._finish(job.id)


async def _open(url: str) -> Runtime:
    """As a service's keeper would: again, until the database is there."""
    while True:
        try:
            return await Runtime.open(url)
        except StoreProblem:
            await asyncio.sleep(0.1)


async def serve(url: str, log_path: str, name: str) -> None:
    log = os.open(log_path, os.O_WRONLY | os.O_APPEND)
    runtime = await _open(url)
    clients = Clients(runtime, log, name)
    runtime.channels.append(clients)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    loop.add_signal_handler(signal.SIGUSR1, lambda: setattr(clients, "going", False))
    work = [
        *(clients.person() for _ in range(PEOPLE)), clients.messenger(), clients.starter("watched", 0.2),
        clients.starter("timed", 0.1), clients.starter("caller", 0.1), clients.worker(), clients.worker(),
    ]  # fmt: skip
    clients.say("ready", "-", runtime.executor.node)
    tasks = [asyncio.create_task(each) for each in work]
    for task in tasks:
        task.add_done_callback(clients.look_at)
    await ended.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await runtime.close()
    clients.say("closed", "-")


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))

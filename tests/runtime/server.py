"""What the runtime's tests share: a process in a line of XML, and a server at hand."""

from itertools import pairwise

from andante.runtime import InstanceRecord, Note, Runtime, TaskQuery, TaskRecord, TestClock

START = 1_767_258_000_000  # 2026-01-01T09:00:00Z
MINUTE = 60_000
HOUR = 60 * MINUTE


def bpmn(*processes: str, extra: str = "") -> bytes:
    """BPMN XML of these processes: each the inside of a `process` element, with its id before the first blank."""
    parts = []
    for text in processes:
        name, _, body = text.strip().partition(" ")
        parts.append(f'<process id="{name}" isExecutable="true">{body}</process>')
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
        ' xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="http://test">'
        f"{extra}{''.join(parts)}</definitions>"
    ).encode()


def line(*elements: str) -> str:
    """The elements, each with an id, one after the other by flows f1, f2, ..."""
    ids = [text.split('id="', 1)[1].split('"', 1)[0] for text in elements]
    flows = [f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairwise(ids), 1)]
    return "".join((*elements, *flows))


class Bench:
    """The runtime under test."""

    def __init__(self, runtime: Runtime, clock: TestClock, url: str) -> None:
        self.runtime = runtime
        self.clock = clock
        self.url = url

    async def deploy(self, *processes: str, extra: str = "") -> None:
        await self.runtime.deploy_xml(bpmn(*processes, extra=extra), who="designer")

    async def start(self, name: str, **variables: object) -> InstanceRecord:
        return await self.runtime.start(name, variables=variables, who="anna")

    async def todo(self, **query: object) -> list[TaskRecord]:
        page = await self.runtime.tasks(TaskQuery(everything=True, **query))  # type: ignore[arg-type]
        return page.items

    async def complete(self, task: TaskRecord, outcome: str = "", **variables: object) -> TaskRecord:
        return await self.runtime.task_action(task.id, "complete", who="berta", outcome=outcome, variables=variables)

    async def pass_time(self, ms: int) -> None:
        self.clock.set(self.clock.now() + ms)
        await self.runtime.run_due()

    async def state(self, instance_id: str) -> str:
        return (await self.runtime.instance(instance_id)).state

    async def reopen(self) -> None:
        """Stop the server and start another on the same file."""
        await self.runtime.close()
        self.runtime = await Runtime.open(self.url, clock=self.clock, timers=False)


class Letterbox:
    """A channel that keeps what is sent; it fails the first `failures` times."""

    name = "letterbox"

    def __init__(self, failures: int = 0) -> None:
        self.notes: list[Note] = []
        self.failures = failures

    async def send(self, note: Note) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the post is closed")
        self.notes.append(note)

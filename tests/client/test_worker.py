"""Workers that do the jobs of service tasks on the real server."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from desk import EXAMPLES, SECRET, Hands, eventually, serving, straight

from andante.client import AsyncClient, AsyncWorker, Client, JobError, Refused, Worker
from andante.client import worker as working
from andante.client.shapes import Job

Handler = Callable[[Job], dict[str, Any] | None]


def step(hands: Hands, handlers: dict[str, Handler], **options: Any) -> int:
    """Fetch once, with the worker that goes with the client; how many jobs it did."""
    options = {"wait": "", "max_jobs": 8, **options}
    if hands.kind == "sync":
        return Worker(hands.client, handlers, **options).run_once()

    def coroutine(handler: Handler) -> Callable[[Job], Any]:
        async def handle(job: Job) -> dict[str, Any] | None:
            return handler(job)

        return handle

    worker = AsyncWorker(hands.client, {kind: coroutine(each) for kind, each in handlers.items()}, **options)
    done: int = hands._runner.run(worker.run_once())
    return done


@pytest.fixture
def dig(hands: Hands) -> str:
    """A process whose only element is a job of a type of this name; it has three tries."""
    name = f"Dig{hands.kind}"
    hands.deploy_xml(straight(name, f'<serviceTask id="work" andante:type="{name}" andante:retries="3"/>'))
    while step(hands, {name: lambda job: None}):
        """Left by another test."""
    return name


def test_an_order_is_filled_or_cannot_be(hands: Hands) -> None:
    hands.deploy_xml((EXAMPLES / "order.bpmn").read_bytes())

    def reserve(job: Job) -> dict[str, Any]:
        if job.variables["lines"] > 100:
            raise JobError("OUT_OF_STOCK", "only 100 are there")
        return {"reservation": f"R-{job.variables['orderId']}"}

    handlers: dict[str, Handler] = {"reserve-stock": reserve, "ship-order": lambda job: None}
    number = f"O-{hands.kind}"
    small = hands.start("Order", {"orderId": number, "customer": "Ann", "lines": 3})
    large = hands.start("Order", {"orderId": f"{number}-large", "customer": "Ben", "lines": 300})
    assert step(hands, handlers) == 2
    assert hands.variables(small.id)["reservation"] == f"R-{number}"
    (task,) = hands.tasks(instance_id=large.id).items
    assert task.name == "Tell Ben that the order cannot be filled"
    hands.publish("payment received", correlation={"orderId": number})
    assert step(hands, handlers) == 1
    assert step(hands, handlers) == 0
    assert hands.instance(small.id).state == "Completed OK"


def test_a_handler_takes_variables_by_name(hands: Hands, dig: str) -> None:
    """As with an embedded engine: tests/embedded has the rest of it."""
    worker: Any = {"sync": Worker, "async": AsyncWorker}[hands.kind](hands.client, wait="", max_jobs=8)

    async def find(depth: int, how: str = "by hand") -> dict[str, Any]:
        return {"found": f"{depth} deep, {how}"}

    worker.handles(dig)(find)
    deep, wrong = hands.start(dig, {"depth": 3}), hands.start(dig, {"depth": "three"})
    assert (worker.run_once() if hands.kind == "sync" else hands._runner.run(worker.run_once())) == 2
    assert hands.variables(deep.id)["found"] == "3 deep, by hand"
    (incident,) = hands.instance(wrong.id).incidents
    assert "'depth' is not what the handler takes: Expected `int`, got `str`" in incident.message


def test_a_failing_job_is_tried_again_and_then_an_incident(hands: Hands, dig: str) -> None:
    started = hands.start(dig)
    tried = []

    def fail(job: Job) -> None:
        tried.append(job.retries)
        raise OSError("the spade broke")

    for _ in range(2):
        assert step(hands, {dig: fail}, backoff="PT5S") == 1
        assert step(hands, {dig: fail}, backoff="PT5S") == 0  # not before the backoff is over
        hands.set_clock(advance="PT6S")
    assert hands.instance(started.id).incidents == []
    assert step(hands, {dig: fail}) == 1
    assert tried == [3, 2, 1]
    (incident,) = hands.instance(started.id).incidents
    assert "OSError: the spade broke" in incident.message
    assert "in fail" in incident.message

    hands.act(started.id, "retry")
    assert step(hands, {dig: lambda job: {"found": "bones"}}) == 1
    assert hands.variables(started.id) == {"found": "bones"}
    assert hands.instance(started.id).state == "Completed OK"


def test_a_job_is_given_to_another_after_its_lock(hands: Hands, dig: str) -> None:
    started = hands.start(dig)
    hands.activate_jobs([dig], worker="one that dies", lock="PT1M")
    assert step(hands, {dig: lambda job: None}) == 0
    hands.set_clock(advance="PT61S")
    assert step(hands, {dig: lambda job: None}) == 1
    assert hands.instance(started.id).is_closed


def test_the_result_of_an_ended_instance_is_dropped(hands: Hands, dig: str, caplog: pytest.LogCaptureFixture) -> None:
    ended, other = hands.start(dig), hands.start(dig)
    with Client(hands.client.session.url, "admin", SECRET) as operator:

        def terminate_meanwhile(job: Job) -> None:
            if job.instance_id == ended.id:
                operator.act(ended.id, "terminate")

        assert step(hands, {dig: terminate_meanwhile}) == 2
    assert hands.instance(ended.id).state == "User Terminated"
    assert hands.instance(other.id).state == "Completed OK"
    (record,) = caplog.records
    assert record.name == "andante.worker"
    assert f"The result of job {ended.id}-" in record.getMessage()


def test_the_result_of_a_suspended_instance_is_kept(hands: Hands, dig: str) -> None:
    started = hands.start(dig)
    (job,) = hands.activate_jobs([dig]).items
    hands.act(started.id, "suspend")
    hands.complete_job(job.id, {"found": "gold"})
    assert hands.instance(started.id).parked == 1
    hands.act(started.id, "resume")
    assert hands.instance(started.id).state == "Completed OK"
    assert hands.variables(started.id) == {"found": "gold"}


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"thing": object()}, "TypeError: Encoding objects of type object is unsupported"),
        (["a", "list"], "returns variables by name"),
    ],
)
def test_a_result_that_cannot_be_taken_fails_the_job(hands: Hands, dig: str, result: Any, words: str) -> None:
    started = hands.start(dig)
    for _ in range(3):
        assert step(hands, {dig: lambda job: result}) == 1
        hands.set_clock(advance="PT6S")
    (incident,) = hands.instance(started.id).incidents
    assert words in incident.message
    hands.act(started.id, "terminate")


def test_a_result_of_the_wrong_type_fails_the_job(hands: Hands) -> None:
    name = f"Typed{hands.kind}"
    body = {
        "name": name,
        "label": "Typed",
        "variables": [{"name": "depth", "type": "Number", "value": 0}],
        "startEvents": [{"name": "begin", "connector": "dig"}],
        "serviceTasks": [{"name": "dig", "jobType": name, "retries": 1, "connector": "finish"}],
        "endEvents": [{"name": "finish"}],
    }
    hands.deploy_json(body)
    started = hands.start(name)
    assert step(hands, {name: lambda job: {"depth": "very deep"}}) == 1
    (incident,) = hands.instance(started.id).incidents
    assert "The result was refused: " in incident.message
    assert "(bpm.variable.type)" in incident.message


def test_who_may_not_do_jobs_is_told_so(hands: Hands, dig: str) -> None:
    hands.start(dig)
    hands.add_person(f"idle-{hands.kind}")
    key = hands.add_client(f"idle-{hands.kind}")
    pat = Hands(hands.kind, hands.client.session.url, key.client_id, key.client_secret)
    with pytest.raises(Refused) as refused:
        step(pat, {dig: lambda job: None})
    assert refused.value.code == "bpm.access.forbidden"
    pat.close()


def test_a_worker_waits_for_work_and_stops(client: Client) -> None:
    client.deploy_xml(straight("Wait", '<serviceTask id="work" andante:type="wait"/>'))
    names = []

    def handle(job: Job) -> None:
        names.append(threading.current_thread().name)
        worker.stop()

    worker = Worker(client, {"wait": handle}, name="patient")
    thread = threading.Thread(target=worker.run, name="worker")
    thread.start()
    started = client.start("Wait")
    thread.join(20)
    assert not thread.is_alive()
    assert names == ["worker"]
    assert client.instance(started.id).is_closed


async def test_an_async_worker_does_several_at_once_until_it_is_cancelled(url: str) -> None:
    async with AsyncClient(url, "admin", SECRET) as client:
        await client.deploy_xml(straight("Together", '<serviceTask id="work" andante:type="together"/>'))
        started = [await client.start("Together") for _ in range(3)]
        meeting = asyncio.Barrier(4)

        async def handle(job: Job) -> None:
            await meeting.wait()  # nobody passes before all three are here

        worker = asyncio.create_task(AsyncWorker(client, {"together": handle}, wait="PT1S").run())
        await asyncio.wait_for(meeting.wait(), 20)
        async with asyncio.timeout(20):
            while not all([(await client.instance(each.id)).is_closed for each in started]):
                await asyncio.sleep(0)
        worker.cancel()
        with pytest.raises(asyncio.CancelledError):
            await worker


def test_a_worker_goes_on_when_its_server_was_away(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "LONGEST_PAUSE_S", 0.1)
    done, missed = threading.Event(), threading.Event()
    monkeypatch.setattr(working.log, "warning", lambda *_: missed.set())

    def dig(job: Job) -> None:
        done.set()

    async def work_async(url: str) -> None:
        async with AsyncClient(url, "admin", SECRET, attempts=1) as client:
            task = asyncio.create_task(AsyncWorker(client, {"dig": dig}, wait="PT0.3S").run())
            await asyncio.to_thread(done.wait, 30)
            task.cancel()

    def work(url: str) -> None:
        with Client(url, "admin", SECRET, attempts=1) as client:
            worker = Worker(client, wait="PT0.3S")

            @worker.handles("dig")
            def handle(job: Job) -> None:
                dig(job)
                worker.stop()

            worker.run()

    db = f"sqlite:///{tmp_path}/andante.db"
    with serving(db) as url:
        target = work if kind == "sync" else lambda url: asyncio.run(work_async(url))
        thread = threading.Thread(target=target, args=(url,))
        thread.start()
    assert missed.wait(30)
    with serving(db, port=int(url.rpartition(":")[2])) as url, Client(url, "admin", SECRET) as client:
        client.deploy_xml(straight("Dig", '<serviceTask id="work" andante:type="dig"/>'))
        client.start("Dig")
        assert done.wait(30)
        thread.join(30)
        assert not thread.is_alive()


def test_a_worker_with_a_wrong_secret_ends(url: str) -> None:
    with Client(url, "admin", "wrong") as client, pytest.raises(Refused):
        Worker(client, {"dig": lambda job: None}).run()


def sent_to(hands: Hands, handlers: dict[str, Any], **options: Any) -> Any:
    """A worker that has jobs sent, at work in the background; what is returned ends it."""
    if hands.kind == "sync":
        worker = Worker(hands.client, handlers, stream=True, **options)
        thread = threading.Thread(target=worker.run)
        thread.start()

        def end() -> None:
            worker.stop()
            hands.start(next(iter(handlers)))  # it looks up when something comes, or after a beat
            thread.join(20)
            assert not thread.is_alive()

        return end
    client = AsyncClient(hands.client.session.url, "admin", SECRET)
    runner = threading.Thread(target=lambda: asyncio.run(at_work()))
    stopped = threading.Event()

    async def at_work() -> None:
        task = asyncio.create_task(AsyncWorker(client, handlers, stream=True, **options).run())
        await asyncio.to_thread(stopped.wait)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await client.aclose()

    def stop() -> None:
        stopped.set()
        runner.join(20)
        assert not runner.is_alive()

    runner.start()
    return stop


def test_jobs_are_sent_as_they_come(hands: Hands, dig: str) -> None:
    def find(depth: int = 0) -> dict[str, Any]:
        return {"found": depth}

    end = sent_to(hands, {dig: find})
    try:
        for depth in range(3):
            one = hands.start(dig, {"depth": depth})
            eventually(lambda one=one: hands.instance(one.id).state == "Completed OK")  # type: ignore[misc]
            assert hands.variables(one.id)["found"] == depth
    finally:
        end()


def test_no_more_are_sent_than_it_holds(hands: Hands, dig: str) -> None:
    """What has not been reported is counted, whichever server it is reported to."""
    for _ in range(3):
        hands.start(dig)
    with (
        Client(hands.client.session.url, "admin", SECRET) as client,
        closing(client.stream_jobs([dig], worker="w", max_jobs=2)) as jobs,
    ):
        first, second = next(jobs), next(jobs)
        assert {first.type, second.type} == {dig}
        assert client.activate_jobs([dig], worker="other").items[0].id not in (first.id, second.id)
        hands.start(dig)
        client.complete_job(second.id)
        third = next(jobs)
        assert third.id not in (first.id, second.id)
        client.fail_job(first.id, "later", retries=3)
        assert next(jobs).id == first.id  # given out again at once, and there is room for it
    with pytest.raises(Refused, match="give a job type"):
        next(Client(hands.client.session.url, "admin", SECRET).stream_jobs([]))


def test_who_may_not_work_any_longer_is_sent_nothing_more(
    hands: Hands, dig: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("andante.api.jobs.BEAT", 0.05)
    made = hands.add_client("admin", scopes=["job.work"])
    with Client(hands.client.session.url, made.client_id, made.client_secret) as client:
        jobs = client.stream_jobs([dig])
        hands.start(dig)
        assert next(jobs).type == dig
        hands.revoke_client(made.client_id)
        assert list(jobs) == []

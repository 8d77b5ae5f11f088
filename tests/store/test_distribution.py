"""What lets instances be spread over machines (Citus): each write of a command is of one instance, whose id is the
first column of every key of the tables concerned. Seen in what is really sent to a PostgreSQL."""

import asyncio
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from invariants import check

from andante.engine import commands as cmd
from andante.runtime import Problem, Runtime, RuntimeSettings, TaskQuery, TestClock
from andante.store import statements as st
from andante.store.postgres import pipe
from andante.store.postgres.statements import TEXTS_APART
from andante.store.postgres.store import engine_of

EXAMPLES: Final = Path(__file__).parents[2] / "examples"
START: Final = 1_767_258_000_000
SPREAD: Final = {statement.table for statement in st.ORDER}
BY_TEXT: Final = {text.encode(): statement for statement, text in TEXTS_APART.items()}


def _texts(array: bytes) -> list[str]:
    """The values of a text[] in binary form."""
    (count,) = struct.unpack_from(">i", array, 12)
    at, found = 20, []
    for _ in range(count):
        (length,) = struct.unpack_from(">i", array, at)
        found.append(array[at + 4 : at + 4 + length].decode())
        at += 4 + length
    return found


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[set[str], set[str]]]:
    """The tables and the instances of each transaction of the write path."""
    found: list[tuple[set[str], set[str]]] = []
    send = pipe.Pipe.send

    def spy(self: pipe.Pipe, calls: Sequence[pipe.Call]) -> Any:
        written = [(BY_TEXT[sql], values) for sql, values, _ in calls if sql in BY_TEXT]
        if written:
            assert len(written) == len(calls), "something else is in the same transaction"
            ids = {id for _, values in written for id in _texts(values[0] or b"")}
            for statement, values in written:
                if statement.verb in (st.UPDATE, st.DELETE):
                    assert {(values[-1] or b"").decode()} == ids, "it does not say where it belongs"
            found.append(({statement.table for statement, _ in written}, ids))
        return send(self, calls)

    monkeypatch.setattr(pipe.Pipe, "send", spy)
    return found


def test_every_unique_key_begins_with_the_instance(postgres_url: str) -> None:
    engine = engine_of(postgres_url)
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text(
                "select c.relname, a.attname from pg_index i join pg_class c on c.oid=i.indrelid"
                " join pg_attribute a on a.attrelid=c.oid and a.attnum=i.indkey[0] where i.indisunique"
            )
        ).all()
    first: dict[str, set[str]] = {}
    for table, column in rows:
        first.setdefault(table, set()).add(column)
    assert {table: first[table] for table in SPREAD} == {
        table: {"id" if table == "instance" else "instance_id"} for table in SPREAD
    }


@pytest.mark.interpreted
async def test_every_kind_of_command_writes_one_instance(
    postgres_url: str, sent: list[tuple[set[str], set[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: set[type] = set()
    clock = TestClock(START)
    runtime = await Runtime.open(postgres_url, clock=clock, timers=False, settings=RuntimeSettings(apart=True))
    runtime.executor.telling.sinks = {"broker": ("*",)}  # somebody wants to be told of everything
    taken = type(runtime.executor)._take

    def watched(self: Any, instance_id: str, slot: Any, request: Any) -> None:
        carried.add(type(request.command))
        taken(self, instance_id, slot, request)

    monkeypatch.setattr(type(runtime.executor), "_take", watched)
    try:
        await _everything(runtime, clock)
    finally:
        await runtime.close()
    assert len(sent) > 20
    for tables, ids in sent:
        assert len(ids) == 1, (tables, ids)
    assert {table for tables, _ in sent for table in tables} == SPREAD
    assert carried >= {
        cmd.Start, cmd.CompleteTask, cmd.ClaimTask, cmd.TransferTask, cmd.DelegateTask, cmd.ResolveTask, cmd.Suspend,
        cmd.SetVariables, cmd.Resume, cmd.Terminate, cmd.FireTimers, cmd.DeliverMessage, cmd.DeliverSignal, cmd.Retry,
        cmd.CompleteJob, cmd.FailJob, cmd.ThrowError, cmd.MoveToken, cmd.Migrate, cmd.CommentTask, cmd.UnclaimTask,
    }  # fmt: skip
    check(postgres_url)


async def _everything(runtime: Runtime, clock: TestClock) -> None:
    """Something of every kind, several at a time."""
    await runtime.deploy_xml(_model(""), who="dora")
    many = await asyncio.gather(*(runtime.start("all", who="anna", business_key=f"k{n}") for n in range(6)))
    one, two = many[0].id, many[1].id
    (task, *_) = (await runtime.tasks(TaskQuery(everything=True, instance_id=one))).items
    for action, more in (
        ("claim", {}), ("unclaim", {}), ("claim", {}), ("comment", {"text": "so"}), ("delegate", {"to": "ben"}),
        ("resolve", {}), ("transfer", {"to": "cleo"}),
    ):  # fmt: skip
        await runtime.task_action(task.id, action, who="anna", **more)  # type: ignore[arg-type]
    await runtime.set_variables(one, {"a": 1}, who="oda", introduce=True)
    kept = await runtime.attachments.add(one, 0, "note.txt", b"so", who="anna")
    await runtime.attachments.remove(kept.id, who="anna")
    await asyncio.gather(*(runtime.act(each.id, "suspend", who="oda") for each in many))
    await asyncio.gather(*(runtime.act(each.id, "resume", who="oda") for each in many))
    await runtime.publish("paid", business_key="k0", who="shop")
    await runtime.broadcast("alarm", who="shop")
    jobs = await runtime.activate_jobs(["do"], worker="w", max_jobs=6)
    await runtime.job_action(jobs[0].id, "complete", who="w")
    await runtime.job_action(jobs[1].id, "fail", who="w", retries=0, message="no")
    await runtime.act(jobs[1].instance_id, "retry", who="oda")
    await runtime.job_action(jobs[2].id, "error", who="w", code="bad")
    await runtime.move(two, "pay", "do", who="oda")
    clock.set(START + 7_200_000)
    await runtime.run_due()
    await runtime.deploy_xml(_model("<!-- 2 -->"), who="dora")
    await runtime.migrate(two, "1.0.1", who="oda")
    open_tasks = (await runtime.tasks(TaskQuery(everything=True))).items
    results = await asyncio.gather(
        *(runtime.task_action(each.id, "complete", who="anna") for each in open_tasks), return_exceptions=True
    )
    assert any(not isinstance(each, Problem) for each in results)
    await asyncio.gather(*(runtime.act(each.id, "terminate", who="oda") for each in many), return_exceptions=True)


def _model(comment: str) -> bytes:
    body = (
        '<startEvent id="start"/><parallelGateway id="fork"/>'
        '<userTask id="approve" camunda:candidateUsers="anna,ben" andante:cc="cleo"><extensionElements>'
        '<andante:sla name="s" goal="PT1H" deadline="PT3H"><andante:reminder relativeTo="goal" offset="PT0S"/>'
        "</andante:sla>"
        "</extensionElements></userTask>"
        '<boundaryEvent id="later" attachedToRef="approve" cancelActivity="false"><timerEventDefinition>'
        "<timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>"
        '<receiveTask id="pay" messageRef="M"/>'
        '<intermediateCatchEvent id="loud"><signalEventDefinition signalRef="S"/></intermediateCatchEvent>'
        '<serviceTask id="do"><extensionElements><zeebe:taskDefinition type="do"/></extensionElements></serviceTask>'
        '<boundaryEvent id="bad" attachedToRef="do"><errorEventDefinition/></boundaryEvent>'
        '<callActivity id="sub" calledElement="small"/><endEvent id="end"/>'
    )
    pairs = [
        ("start", "fork"), *(("fork", each) for each in ("approve", "pay", "loud", "do", "sub")),
        *((each, "end") for each in ("approve", "later", "pay", "loud", "do", "bad", "sub")),
    ]  # fmt: skip
    flows = "".join(f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)
    small = (
        '<startEvent id="s"/><userTask id="t"/><endEvent id="e"/><sequenceFlow id="a" sourceRef="s" targetRef="t"/>'
        '<sequenceFlow id="b" sourceRef="t" targetRef="e"/>'
    )
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://test"'
        ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
        f' xmlns:andante="http://andante.dev/schema/bpmn/1.0">{comment}<message id="M" name="paid"/>'
        f'<signal id="S" name="alarm"/><process id="all" isExecutable="true">{body}{flows}</process>'
        f'<process id="small" isExecutable="true">{small}</process></definitions>'
    ).encode()

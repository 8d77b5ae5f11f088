"""The main job: start, to-do, suspend, resume, complete, terminate, history. And what must survive a restart."""

import pytest
from server import HOUR, MINUTE, Bench, Letterbox, line

from andante.runtime import InstanceQuery, Problem, TaskQuery

APPROVAL = "approval " + line(
    '<startEvent id="start"/>', '<userTask id="approve" name="Approve"/>', '<endEvent id="end"/>'
)
SLA = "incident " + line(
    '<startEvent id="start"/>',
    '<userTask id="fix" name="Fix it" camunda:assignee="carl"><extensionElements>'
    '<andante:sla name="fix" goal="PT2H" goalIncreaseUrgencyBy="1" deadline="PT4H" deadlineIncreaseUrgencyBy="2">'
    '<andante:goalAction name="tell" type="Notify Manager" to="mona"/>'
    '<andante:reminder relativeTo="deadline" offset="-PT30M"/>'
    "</andante:sla></extensionElements></userTask>",
    '<endEvent id="end"/>',
)


async def test_suspended_leaves_the_list_resumed_comes_back_terminated_is_history(bench: Bench) -> None:
    await bench.deploy(APPROVAL)
    one, two = await bench.start("approval"), await bench.start("approval")
    assert one.state == "Waiting for user interaction"
    assert {task.instance_id for task in await bench.todo()} == {one.id, two.id}

    suspended = await bench.runtime.act(one.id, "suspend", who="olga")
    assert (suspended.suspended, suspended.state) == (True, "Waiting for user interaction")
    assert [task.instance_id for task in await bench.todo()] == [two.id]
    assert [task.instance_id for task in await bench.todo(view="paused")] == [one.id]
    again = await bench.runtime.act(one.id, "suspend", who="olga")
    assert again == suspended

    task = next(iter(await bench.todo(view="all", instance_id=one.id)))
    with pytest.raises(Problem, match="suspended") as refused:
        await bench.complete(task)
    assert refused.value.status == 409

    resumed = await bench.runtime.act(one.id, "resume", who="olga")
    assert not resumed.suspended
    done = await bench.complete(task, "agree", note="fine")
    assert (done.state, done.outcome, done.ended_by) == ("completed", "agree", "berta")
    assert await bench.state(one.id) == "Completed OK"
    assert await bench.runtime.variables(one.id) == {"note": "fine"}

    ended = await bench.runtime.act(two.id, "terminate", who="olga", reason="no longer needed")
    assert (ended.state, ended.closed, ended.next_element) == ("User Terminated", True, "")
    assert await bench.todo() == []
    history = await bench.todo(view="history")
    assert {(task.instance_id, task.state, task.outcome) for task in history} == {
        (one.id, "completed", "agree"),
        (two.id, "cancelled", ""),
    }
    for action in ("suspend", "resume", "terminate"):
        with pytest.raises(Problem) as closed:
            await bench.runtime.act(two.id, action, who="olga")
        assert (closed.value.status, closed.value.code) == (409, "bpm.instance.closed")


async def test_sla_clock_pauses_with_the_instance_and_goes_on_from_there(bench: Bench) -> None:
    box = Letterbox()
    bench.runtime.channels.append(box)
    await bench.deploy(SLA)
    started = await bench.start("incident")
    (task,) = await bench.todo()
    assert task.due_at == bench.clock.now() + 4 * HOUR
    await bench.pass_time(HOUR)
    await bench.runtime.act(started.id, "suspend", who="olga")
    await bench.pass_time(10 * HOUR)  # the goal, the reminder and the deadline would all have passed
    assert box.notes == []
    await bench.runtime.act(started.id, "resume", who="olga")
    await bench.runtime.run_due()
    assert box.notes == []
    (task,) = await bench.todo()
    assert (task.due_at, task.urgency, task.sla_state) == (bench.clock.now() + 3 * HOUR, 0, "on track")

    await bench.pass_time(HOUR)
    (task,) = await bench.todo()
    assert (task.urgency, task.sla_state) == (1, "goal passed")
    assert [(note.kind, note.recipients) for note in box.notes] == [("slaGoal", ["mona"])]
    await bench.pass_time(HOUR + 30 * MINUTE)
    assert [note.kind for note in box.notes] == ["slaGoal", "reminder"]
    assert box.notes[1].recipients == ["carl"]
    await bench.pass_time(30 * MINUTE)
    (task,) = await bench.todo()
    assert (task.urgency, task.sla_state) == (3, "breached")
    assert (await bench.runtime.instance(started.id)).urgency == 3


async def test_a_note_that_fails_is_tried_again_and_not_after_the_task_is_done(bench: Bench) -> None:
    box = Letterbox(failures=1)
    bench.runtime.channels.append(box)
    await bench.deploy(SLA)
    await bench.start("incident")
    await bench.pass_time(2 * HOUR)
    assert box.notes == []
    await bench.pass_time(MINUTE)
    assert [note.kind for note in box.notes] == ["slaGoal"]
    box.failures = 1
    await bench.pass_time(HOUR + 30 * MINUTE)
    (task,) = await bench.todo()
    await bench.complete(task)
    await bench.pass_time(HOUR)
    assert [note.kind for note in box.notes] == ["slaGoal"]
    assert await bench.runtime.store.read("select * from outbox") == []


async def test_everything_is_there_after_a_restart(bench: Bench) -> None:
    await bench.deploy(SLA)
    started = await bench.start("incident", place="lab")
    await bench.runtime.act(started.id, "suspend", who="olga")
    await bench.reopen()
    assert (await bench.runtime.instance(started.id)).suspended
    await bench.runtime.act(started.id, "resume", who="olga")
    await bench.reopen()
    await bench.pass_time(2 * HOUR)
    (task,) = await bench.todo()
    assert task.urgency == 1
    await bench.complete(task)
    assert await bench.state(started.id) == "Completed OK"
    history = await bench.runtime.history(started.id)
    kinds = [entry.kind for entry in history]
    for fact in ("InstanceStarted", "TaskCreated", "Suspended", "Resumed", "TaskCompleted", "Completed"):
        assert fact in kinds
    assert next(entry for entry in history if entry.kind == "TaskCompleted").element == "fix"


async def test_the_list_answers_by_state_and_by_flag(bench: Bench) -> None:
    await bench.deploy(APPROVAL)
    ids = [(await bench.start("approval")).id for _ in range(5)]
    await bench.runtime.act(ids[0], "suspend", who="olga")
    await bench.runtime.act(ids[1], "terminate", who="olga")

    async def found(*states: str) -> list[str]:
        page = await bench.runtime.instances(InstanceQuery(states=list(states)))
        return [record.id for record in page.items]

    assert await found("Suspended") == [ids[0]]
    assert await found("User Terminated") == [ids[1]]
    assert await found("Waiting for user interaction") == [ids[4], ids[3], ids[2], ids[0]]
    assert sorted(await found("Suspended", "User Terminated")) == ids[:2]
    page = await bench.runtime.instances(InstanceQuery(limit=2))
    assert (page.total, [record.id for record in page.items]) == (5, [ids[4], ids[3]])
    rest = await bench.runtime.instances(InstanceQuery(limit=10, after=page.after))
    assert [record.id for record in rest.items] == [ids[2], ids[1], ids[0]]


async def test_who_sees_which_task(bench: Bench) -> None:
    def task(name: str, who: str) -> str:
        return f"{name} " + line('<startEvent id="s"/>', f'<userTask id="t" {who}/>', '<endEvent id="e"/>')

    await bench.deploy(
        task("mine", 'camunda:assignee="anna"'),
        task("several", 'camunda:candidateUsers="anna,berta" camunda:candidateGroups="sales"'),
        task("sales", 'camunda:candidateGroups="sales"'),
        task("anyone", ""),
    )
    for name in ("mine", "several", "sales", "anyone"):
        await bench.start(name)

    async def sees(user: str, *groups: str) -> set[str]:
        page = await bench.runtime.tasks(TaskQuery(user=user, groups=list(groups)))
        return {record.definition for record in page.items}

    assert await sees("anna") == {"mine", "several", "anyone"}
    assert await sees("carl") == {"anyone"}
    assert await sees("carl", "sales") == {"several", "sales", "anyone"}
    (several,) = [t for t in await bench.todo() if t.definition == "several"]
    claimed = await bench.runtime.task_action(several.id, "claim", who="berta")
    assert claimed.assignee == "berta"
    assert await sees("carl", "sales") == {"sales", "anyone"}
    with pytest.raises(Problem) as refused:
        await bench.runtime.task_action(several.id, "claim", who="carl")
    assert refused.value.status == 409
    delegated = await bench.runtime.task_action(several.id, "delegate", who="berta", to="carl")
    assert (delegated.assignee, delegated.owner, delegated.delegated) == ("carl", "berta", True)
    resolved = await bench.runtime.task_action(several.id, "resolve", who="carl")
    assert (resolved.assignee, resolved.delegated) == ("berta", False)
    moved = await bench.runtime.task_action(several.id, "transfer", who="berta", to="dora")
    assert (moved.assignee, moved.owner) == ("dora", "")
    assert "several" not in await sees("berta")


async def test_delete_removes_everything(bench: Bench) -> None:
    await bench.deploy(APPROVAL)
    started = await bench.start("approval")
    with pytest.raises(Problem) as refused:
        await bench.runtime.delete_instance(started.id, who="olga")
    assert (refused.value.status, refused.value.code) == (409, "bpm.instance.open")
    await bench.runtime.delete_instance(started.id, who="olga", force=True)
    with pytest.raises(Problem) as gone:
        await bench.runtime.instance(started.id)
    assert gone.value.status == 404
    for table in ("journal", "task", "outbox"):
        assert await bench.runtime.store.read(f"select * from {table}") == []

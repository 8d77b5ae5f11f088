"""The life of instances and their tasks, told by the command line."""

import json
import re
from pathlib import Path

import pytest
from shell import SECRET, Shell
from stopped import TWICE

from andante.client import Client


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Both kinds."""
    kind: str = request.param
    return kind


def pass_time(shell: Shell, advance: str) -> None:
    with Client(shell.url, "admin", SECRET) as client:
        client.set_clock(advance=advance)


def clocks(shell: Shell, instance_id: str) -> list[str]:
    """The lines about SLA clocks."""
    lines = shell("show", instance_id).out.splitlines()
    return [line.removeprefix("clock").strip() for line in lines if line.startswith("clock")]


def test_leave_from_request_to_history(shell: Shell) -> None:
    started = shell("start", "LeaveApproval", "--var", "employee=Dana", "--var", "manager=ada", "--business-key", "L-1")
    ((leave, name, version, state, label, _),) = started.rows
    assert (name, version, label) == ("LeaveApproval", "1.0.0", "Leave of Dana")
    assert state == "Waiting for user interaction"
    ((task, *about),) = shell("tasks", "--instance", leave).rows
    assert (about[0], about[2], about[4]) == ("Approve leave", "ada", "open")
    assert shell("tasks", "--assignee", "ada", "--text", "L-1").rows == [[task, *about]]

    assert shell("complete", task).code == 1  # it needs an outcome
    assert shell("remind", task, "--text", "please").code == 0
    assert "reminded of less than 240 minutes ago" in shell("remind", task).err
    ((done, *_, outcome),) = shell("complete", task, "--outcome", "approved", "--var", "days=3").rows
    assert (done, outcome) == (task, "approved")
    ((entry, _, _, offered, *_),) = shell("tasks", "--instance", leave).rows
    assert offered == "queue:personnel"
    assert shell("complete", entry).code == 0
    assert shell("tasks", "--instance", leave).rows == []

    assert shell("instances", "--business-key", "L-1").rows == []
    ((found, *_),) = shell("instances", "--business-key", "L-1", "--all").rows
    assert found == leave
    history = shell("tasks", "--view", "history", "--instance", leave).rows
    assert [(row[0], row[-1]) for row in history] == [(entry, "completed"), (task, "approved")]
    shown = shell("show", leave).out
    assert "state         Completed OK\n" in shown
    assert "variable      days = 3\n" in shown
    assert 'variable      employee = "Dana"\n' in shown


def test_a_suspended_instance_is_out_of_the_list_and_its_clock_stands(shell: Shell) -> None:
    incident = shell.start("Incident", "--var", "title=Printer", "--var", "severity=3")
    task = shell.task_of(incident)
    (before,) = clocks(shell, incident)
    assert before.startswith("resolution on track, goal ")

    ((*_, state, label, _),) = shell("suspend", incident, "--reason", "wrong printer").rows
    assert (state, label) == ("Waiting for user interaction (suspended)", "Incident: Printer")
    assert shell("tasks", "--instance", incident).rows == []
    ((paused, *_, word),) = shell("tasks", "--view", "paused", "--instance", incident).rows
    assert (paused, word) == (task, "paused")
    assert incident in shell("instances", "--states", "Suspended", "--name", "Incident").out
    pass_time(shell, "P2D")
    (held,) = clocks(shell, incident)
    assert held == before.replace("on track", "paused")
    said = shell("complete", task, "--outcome", "known")
    assert (said.code, said.out) == (1, "")
    assert "Resume it first. (bpm.instance.suspended)" in said.err

    ((*_, state, _, _),) = shell("resume", incident).rows
    assert state == "Waiting for user interaction"
    assert shell.task_of(incident) == task
    (after,) = clocks(shell, incident)
    assert after.startswith("resolution on track, goal ")
    assert after != before  # later by the two days
    ((*_, outcome),) = shell("complete", task, "--outcome", "known").rows
    assert outcome == "known"


def test_an_operator_gives_a_task_and_an_instance_more_time(shell: Shell) -> None:
    incident = shell.start("Incident", "--var", "title=Printer", "--var", "severity=1")
    task = shell.task_of(incident)
    before = clocks(shell, incident)
    assert shell("extend", task, "--by", "PT1H", "--reason", "the customer is away").code == 0
    assert shell("extend", incident, "--by", "PT2H", "--target", "goal", "--reason", "parts are late").code == 0
    after = clocks(shell, incident)
    assert (len(before), [a == b for a, b in zip(before, after, strict=True)]) == (2, [False, False])
    said = shell("extend", task, "--by", "PT1H", "--sla", "none", "--reason", "why")
    assert (said.code, "bpm.sla.notFound" in said.err) == (1, True)
    assert "name the tasks" in shell("extend", "--by", "PT1H", "--reason", "why").err


def test_a_terminated_instance_leaves_its_task_to_the_history(shell: Shell) -> None:
    leave = shell.start("LeaveApproval", "--var", "employee=Eve", "--title", "Two weeks in May")
    task = shell.task_of(leave)
    assert shell("suspend", leave).code == 0
    ((_, _, _, state, *_),) = shell("terminate", leave, "--reason", "withdrawn").rows
    assert state == "User Terminated"
    assert shell("tasks", "--view", "paused", "--instance", leave).rows == []
    ((found, *_, outcome),) = shell("tasks", "--view", "history", "--instance", leave).rows
    assert (found, outcome) == (task, "cancelled")
    for command in ("suspend", "resume", "terminate", "retry"):
        said = shell(command, leave)
        assert (said.code, said.out) == (1, "")
        assert "closed (User Terminated). (bpm.instance.closed)" in said.err
    assert "bpm.instance.closed" in shell("complete", task, "--outcome", "approved").err


def test_several_at_once_and_one_is_unknown(shell: Shell) -> None:
    leaves = [shell.start("LeaveApproval", "--var", f"employee={name}") for name in ("Fay", "Gus")]
    said = shell("suspend", leaves[0], "002N-nobody", leaves[1])
    assert said.code == 1
    assert said.err == "002N-nobody: There is no instance '002N-nobody'. (bpm.instance.notFound)\n"
    assert [line.split()[0] for line in said.out.splitlines()[1:]] == leaves
    assert len(shell("terminate", *leaves, "--json").json) == 2
    said = shell("terminate", *leaves, "--json")
    assert (said.code, said.out) == (1, "[]\n")


def test_a_broken_instance_is_shown_repaired_and_retried(shell: Shell) -> None:
    expense = shell.start("ExpenseApproval", "--var", "employee=Hal")
    shown = shell("show", expense).out
    assert "state         Broken\n" in shown
    assert re.search(r"incident      [0-9]+ HowMuch: expression: ", shown)
    assert "gave null, not true or false" in shown
    assert shell("variables", "set", expense, "total=20").rows == [["total", "null", "20"]]
    ((_, _, _, state, *_),) = shell("retry", expense).rows
    assert state != "Broken"
    assert "bpm.instance.noIncident" in shell("retry", expense).err
    told = shell("show", expense, "--json").json
    assert (told["incidents"], told["variables"]["total"]) == ([], 20)


def test_one_incident_of_two_is_retried(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "twice.bpmn").write_bytes(TWICE)
    assert shell("deploy", str(tmp_path / "twice.bpmn")).code == 0
    stopped = shell.start("Twice", "--var", "n=?", "--var", "m=?")
    first, second = [line.split()[1] for line in shell("show", stopped).out.splitlines() if line.startswith("incident")]
    shell("variables", "set", stopped, "n=1")
    ((_, _, _, state, *_),) = shell("retry", stopped, "--incident", first).rows
    assert state == "Broken"
    assert [str(each["id"]) for each in shell("show", stopped, "--json").json["incidents"]] == [second]
    assert "no incident" in shell("retry", stopped, "--incident", first).err
    assert shell("retry", stopped, stopped, "--incident", second).code == 2


def test_a_task_is_put_off(shell: Shell) -> None:
    task = shell.task_of(shell.start("LeaveApproval", "--var", "employee=Ida", "--var", "manager=admin"))
    assert shell("later", task, "--until", "2099-01-01T09:00").code == 0
    with Client(shell.url, "admin", SECRET) as client:
        assert client.find_tasks({"putOff": "only"}).items[0].follow_up_at.startswith("2099-01-01")
        client.task_action(task, "followUp")
        assert client.find_tasks({"putOff": "only"}).items == []
    assert shell("later", task, "--until", "no such").code == 1
    assert shell("later").code == 2


def test_variables_are_set_as_json_text_or_feel(shell: Shell) -> None:
    leave = shell.start("LeaveApproval", "--var", "days=2", "--var", "note=x")
    said = shell("variables", "set", leave, "days=3", "note=a = b", "--json").json
    assert (said["days"], said["note"]) == (3, "a = b")
    said = shell("variables", "set", leave, "--feel", "days=days * 2 - 1", "note={days: days, ok: days > 2}")
    assert said.rows == [["days", "3", "5"], ["note", '"a = b"', '{"days":3,"ok":true}']]

    refused = shell("variables", "set", leave, "days=9", "unheard=1")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err == f"andante: {leave} has no variable unheard. Set new ones with --new.\n"
    said = shell("variables", "set", leave, "unheard=[1]", "--new")
    assert said.rows == [["unheard", "–", "[1]"]]
    with Client(shell.url, "admin", SECRET) as client:
        assert client.variables(leave)["days"] == 5  # all or nothing

    for wrong in (("days",), ("=1",), (), ("days=1 +", "--feel"), ("days", "--feel")):
        assert shell("variables", "set", leave, *wrong).code == 2
    assert "bpm.instance.notFound" in shell("variables", "set", "002N-nobody", "a=1").err
    shell("terminate", leave)
    assert "bpm.instance.closed" in shell("variables", "set", leave, "days=1").err


def test_what_a_process_does_not_let_be_set_is_told(shell: Shell, tmp_path: Path) -> None:
    model = {
        "name": "Declared", "label": "Declared",
        "variables": [
            {"name": "rate", "type": "Number", "value": 3, "readOnly": True}, {"name": "sum", "type": "Number"},
        ],
        "startEvents": [{"name": "start", "connector": "look"}], "userTasks": [{"name": "look"}],
    }  # fmt: skip
    file = tmp_path / "declared.json"
    file.write_text(json.dumps(model))
    assert shell("deploy", file).code == 0
    declared = shell.start("Declared")
    said = shell("variables", "set", declared, "rate=4", "sum=1", "other=1", "--new")
    assert said.code == 1
    assert "not set: rate, other. The process does not declare it, or it is read-only." in said.err
    assert shell("show", declared, "--json").json["variables"] == {"rate": 3, "sum": 1}
    assert "bpm.variable.type" in shell("variables", "set", declared, "sum=much").err


def test_variables_are_json_where_they_can_be(shell: Shell) -> None:
    leave = shell.start(
        "LeaveApproval", "--var", "days=2.5", "--var", "who=[1, null]", "--var", "note=a=b", "--var", "ok=true",
        "--var", 'quoted="3"', "--var", "empty=", "--var", "day=2026-01-05",
    )  # fmt: skip
    with Client(shell.url, "admin", SECRET) as client:
        assert client.variables(leave) == {
            "days": 2.5, "who": [1, None], "note": "a=b", "ok": True, "quoted": "3", "empty": "", "day": "2026-01-05",
        }  # fmt: skip


def test_a_long_list_says_that_it_goes_on(shell: Shell) -> None:
    leaves = [shell.start("LeaveApproval", "--var", f"employee=Ivy{number}") for number in range(3)]
    said = shell("tasks", "--text", "Ivy", "--limit", "2")
    assert (len(said.rows), said.err) == (2, "2 of 3\n")
    assert len(shell("tasks", "--text", "Ivy", "--limit", "2", "--json").json) == 2
    assert len(shell("instances", "--name", "LeaveApproval", "--limit", "2").rows) == 2
    assert shell("terminate", *leaves).code == 0


@pytest.mark.parametrize("view", ["todo", "paused", "history", "all"])
def test_every_view_has_its_heading(shell: Shell, view: str) -> None:
    said = shell("tasks", "--view", view)
    assert said.out.split("\n", 1)[0].split() == ["task", "name", "process", "for", "due", "state"]


def test_what_is_overdue(shell: Shell) -> None:
    leave = shell.start("LeaveApproval", "--var", "employee=Jo")
    assert shell("tasks", "--overdue", "--instance", leave).rows == []
    pass_time(shell, "P4D")
    ((_, name, *_),) = shell("tasks", "--overdue", "--instance", leave).rows
    assert name == "Approve leave"


def test_an_instance_as_it_was(shell: Shell) -> None:
    leave = shell.start("LeaveApproval", "--var", "employee=Dana", "--var", "manager=ada")
    shell("complete", shell.task_of(leave), "--outcome", "approved", "--var", "days=3")
    first, last = shell("replay", leave, "--until", 1), shell("replay", leave)
    assert "after         command 1 of 2: Start by admin" in first.out
    assert "Approve leave for ada" in first.out
    assert "fact          TaskCreated" in first.out
    assert "days" not in first.out
    assert "variable      days = 3\n" in last.out
    assert shell("replay", leave, "--at", first.out.split("by admin, ")[1].split("\n")[0], "--json").json["seq"] >= 1
    assert shell("replay", leave, "--until", 3).code == 1

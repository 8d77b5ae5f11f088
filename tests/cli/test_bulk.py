"""Many at once, and saved views, told by the command line."""

import pytest
from shell import EXAMPLES, SECRET, Shell, serving


def test_a_batch_from_dry_run_to_done(shell: Shell) -> None:
    ids = [shell("start", "LeaveApproval", "--business-key", f"bulk-{n}").rows[0][0] for n in range(2)]
    dry = shell("batch", "start", "suspend", *ids, "--reason", "stock", "--dry-run")
    assert "dry run" in dry.out
    assert "2 and 0 that they called" in dry.out
    done = shell("batch", "start", "suspend", *ids, "--reason", "stock", "--wait")
    assert done.code == 0
    batch = done.rows[0][0]
    assert "2 of 2" in shell("batch", "show", batch).out
    assert batch in shell("batch", "list").out
    assert "cannot pause" in shell("batch", "pause", batch).err
    failing = shell("batch", "start", "migrate", *ids, "--version", "9", "--wait")
    assert failing.code == 1
    named = ("--map", "ApproveLeave=ApproveLeave")
    assert shell("batch", "start", "migrate", *ids, "--version", "9", *named, "--wait").code == 1
    assert shell("batch", "start", "migrate", *ids, "--version", "9", "--map", "ApproveLeave").code == 2
    assert batch not in shell("batch", "list", "--after", batch).out
    assert ids[0] in shell("batch", "show", failing.out.splitlines()[1].split()[0]).out
    assert shell("batch", "start", "suspend").code == 2
    chosen = shell("batch", "start", "terminate", "--query", "name=LeaveApproval", "--query", "text=bulk-", "--wait")
    assert "2 of 2" in chosen.out
    assert shell("batch", "cancel", batch).code == 1
    assert shell("batch", "resume", batch).code == 1


def test_a_batch_of_tasks(shell: Shell) -> None:
    for n in range(2):
        shell("start", "LeaveApproval", "--business-key", f"tasks-{n}")
    chosen = ("--query", "text=tasks-")
    dry = shell("batch", "start", "transferTasks", *chosen, "--to", "group:managers", "--dry-run")
    assert "called" not in dry.out
    assert "dry run" in dry.out
    done = shell("batch", "start", "transferTasks", *chosen, "--to", "group:board", "--reason", "shift", "--wait")
    assert (done.code, "2 of 2" in done.out) == (0, True)
    failing = shell("batch", "start", "completeTasks", *chosen, "--outcome", "maybe", "--wait")
    assert failing.code == 1
    task = shell("tasks", "--text", "tasks-").rows[0][0]
    assert task in shell("batch", "show", failing.out.splitlines()[1].split()[0]).out
    assert shell("batch", "start", "transferTasks", *chosen).code != 0


def test_views_and_groups(shell: Shell) -> None:
    shell("start", "LeaveApproval", "--business-key", "view-1")
    view = shell("view", "save", "Leaves", "--filter", "businessKey=view-1").out.strip()
    assert view in shell("view", "list").out
    assert len(shell("tasks", "--saved-view", view).rows) == 1
    assert "LeaveApproval" in shell("task-groups", "process").out
    assert shell("task-groups").code == 0
    assert shell("view", "save", "Wrong", "--filter", "businessKey").code == 2
    assert shell("view", "delete", view).code == 0
    assert view not in shell("view", "list").out


def test_a_second_person_decides_on_what_hits_many(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    db = f"sqlite:///{shell.home}/two.db"
    with serving("--two-persons", db=db, ANDANTE_BOOTSTRAP_CLIENT_SECRET=SECRET) as server:
        monkeypatch.setenv("ANDANTE_URL", server.url)
        assert shell("deploy", EXAMPLES / "leave-approval.bpmn").code == 0
        instance = shell.start("LeaveApproval")
        assert shell("person", "add", "ola", "--role", "operator").code == 0
        key = shell("keys", "add", "ola's", "--person", "ola", "--json").json["key"]
        batches = [
            shell("batch", "start", "terminate", "--query", "name=LeaveApproval", "--json").json[0]["id"]
            for _ in range(2)
        ]  # fmt: skip
        assert "second person" in shell("batch", "approve", batches[0]).err
        assert shell("batch", "withdraw", batches[1]).code == 0
        monkeypatch.setenv("ANDANTE_KEY", key)
        assert shell("batch", "refuse", batches[1]).code == 1
        assert shell("batch", "approve", batches[0]).code == 0
        monkeypatch.delenv("ANDANTE_KEY")
        for _ in range(100):
            if shell("batch", "show", batches[0], "--json").json["batch"]["state"] == "done":
                break
        assert "Terminated" in shell("show", instance).out

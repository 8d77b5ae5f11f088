"""`andante verify`, of a server and of a file."""

import json
import shutil
import sqlite3
from pathlib import Path

import msgspec
import pytest
from shell import EXAMPLES, SECRET, Process, Shell, serving

from andante.cli.shapes import SHAPES
from andante.client import Client


def test_all_is_as_it_must_be(shell: Shell, server: Process) -> None:
    leave = shell.start("LeaveApproval", "--var", "employee=Dana", "--var", "manager=ada")
    for options in ((), (leave,), ("--db", server.db), (leave, "--db", server.db)):
        said = shell("verify", *options)
        assert (said.code, said.out.split()[-4:]) == (0, [*said.out.split()[-4:-2], "0", "wrong."]), said
    assert shell("verify", leave, "--json").json == {"checked": 1, "drift": []}
    missing = shell("verify", "nobody")
    assert (missing.code, missing.err) == (1, "andante: There is no instance 'nobody'. (bpm.instance.notFound)\n")
    missing = shell("verify", "nobody", "--db", server.db)
    assert (missing.code, missing.err) == (1, "1 of the instances are not there.\n")
    assert shell("verify", "--db", "sqlite:///nowhere/file.db").code == 2


def test_what_is_wrong_is_told(shell: Shell, tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path}/andante.db"
    with serving("--examples", str(EXAMPLES), db=db, ANDANTE_BOOTSTRAP_CLIENT_SECRET=SECRET) as process:
        shell_here = ("--url", process.url, "--client-secret", SECRET)
        started = shell("start", "LeaveApproval", "--var", "employee=D", "--var", "manager=ada", "--json", *shell_here)
        process.stop()
    instance = started.json[0]["id"]
    with sqlite3.connect(tmp_path / "andante.db") as file:
        file.execute("update task set assignee='eve' where instance_id=?", (instance,))
    said = shell("verify", "--db", db)
    assert said.code == 1
    assert f"{instance}: task:" in said.out
    assert "assignee is 'eve', by the state 'ada'" in said.out
    assert said.out.endswith("1 verified, 1 wrong.\n")
    assert shell("verify", instance, "--db", db).code == 1


def test_the_archive(shell: Shell, tmp_path: Path) -> None:
    model = tmp_path / "fleeting.bpmn"
    model.write_text(
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="http://test"'
        ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn"><process id="Fleeting" isExecutable="true"'
        ' camunda:historyTimeToLive="0"><startEvent id="s"/><endEvent id="e"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="e"/></process></definitions>'
    )
    assert shell("deploy", model).code == 0
    started = shell.start("Fleeting", "--var", "size=2", "--business-key", "F-1")
    with Client(shell.url, "admin", SECRET) as client:
        client.set_clock(advance="PT1M")  # counted first, then put away: all has happened when it answers
    ((found, name, _, state, key, _),) = shell("archive", "list", "--name", "Fleeting").rows
    assert (found, name, state, key) == (started, "Fleeting", "Completed OK", "F-1")
    shown = shell("archive", "show", started).out
    assert "variable      size = 2" in shown
    assert "Completed" in shown
    told = shell("archive", "show", started, "--json").json
    assert msgspec.to_builtins(msgspec.convert(told, SHAPES["archive show"])) == told
    assert shell("archive", "show", "nobody").code == 1
    said = shell("archive", "export", tmp_path / "all.ndjson", "--name", "Fleeting")
    assert (said.code, said.err) == (0, "1 exported.\n")
    (line,) = (tmp_path / "all.ndjson").read_text().splitlines()
    assert json.loads(line)["history"][0]["kind"] == "InstanceStarted"


def test_a_backup_of_a_server_at_work(shell: Shell, server: Process, tmp_path: Path) -> None:
    leave = shell.start("LeaveApproval", "--var", "employee=Dana", "--var", "manager=ada")
    copy, db = tmp_path / "copy.db", server.db
    said = shell("backup", copy, "--db", db)
    assert (said.code, said.out) == (0, f"{copy}: {copy.stat().st_size} bytes.\n")
    assert shell("verify", leave, "--db", f"sqlite:///{copy}").out == "1 verified, 0 wrong.\n"
    assert shell("verify", "--db", f"sqlite:///{copy}").code == 0
    again = shell("backup", copy, "--db", db)
    assert (again.code, "there already" in again.err) == (1, True)
    elsewhere = shell("backup", tmp_path / "x", "--db", "postgresql://nowhere/andante")
    assert (elsewhere.code, "pg_basebackup" in elsewhere.err) == (2, True)


def test_what_the_past_tells(shell: Shell, tmp_path: Path) -> None:
    shell.start("LeaveApproval", "--var", "employee=Dana", "--var", "manager=ada")
    with Client(shell.url, "admin", SECRET) as client:
        for task in client.tasks(view="all").items:
            if task.state == "open" and not task.suspended and "approved" in task.outcomes:
                client.task_action(task.id, "complete", outcome="approved")
        client.set_clock(advance="PT1M")
    assert shell("insight", "processes").code == 0
    assert shell("insight", "elements", "LeaveApproval").code == 0
    assert shell("insight", "people").code == 0
    assert shell("insight", "workload").rows
    shell.start("LeaveApproval", "--var", "employee=Dora", "--var", "manager=ada")
    assert "Approve leave" in shell("insight", "forecast").out
    said = shell("insight", "export", "LeaveApproval", "--format", "csv", "--output", tmp_path / "leave.csv")
    assert said.code == 0
    assert "Approve leave" in (tmp_path / "leave.csv").read_text()


def test_the_doctor(shell: Shell, sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "own.db")
    db = f"sqlite:///{tmp_path}/own.db"
    monkeypatch.setenv("ANDANTE_RETENTION", "forever")
    said = shell("doctor", "--db", db)
    assert said.code == 0, said
    assert "hint: audit_retention: Rows of the audit log are kept for ever. [settings.audit]\n    Say how" in said.out
    assert said.out.endswith("0 errors, 0 warnings, 1 hints.\n")
    monkeypatch.setenv("ANDANTE_PRIVATE_ADDRESSES", "true")
    assert shell("doctor", "--db", db).code == 1
    asked = shell("doctor", "--ask", "--json")  # by its own settings: it has a test clock
    found = {each["code"]: each["severity"] for each in json.loads(asked.out)["findings"]}
    assert (asked.code, found["settings.testClock"], "settings.private" in found) == (2, "error", False)
    assert "settings.testClock" in shell("doctor", "--url", shell.url, "--json").out
    said = shell("doctor", "--url", shell.url, "--db", db)
    assert (said.code, "Leave out --db" in said.err) == (2, True)
    monkeypatch.setenv("ANDANTE_DB", f"sqlite:///{tmp_path}/none.db")
    said = shell("doctor")
    assert (said.code, "[database.unreachable]" in said.out) == (2, True)
    monkeypatch.setenv("ANDANTE_PORT", "many")
    said = shell("doctor")
    assert (said.code, "ANDANTE_PORT" in said.err) == (2, True)

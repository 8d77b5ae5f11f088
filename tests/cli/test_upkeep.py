"""`andante verify`, of a server and of a file."""

import sqlite3
from pathlib import Path

from shell import EXAMPLES, SECRET, Process, Shell, serving


def test_all_is_as_it_must_be(shell: Shell, server: Process) -> None:
    leave = shell.start("LeaveApproval", "--var", "employee=Dana", "--var", "manager=ada")
    for options in ((), (leave,), ("--db", f"sqlite:///{server.db}"), (leave, "--db", f"sqlite:///{server.db}")):
        said = shell("verify", *options)
        assert (said.code, said.out.split()[-4:]) == (0, [*said.out.split()[-4:-2], "0", "wrong."]), said
    assert shell("verify", leave, "--json").json == {"checked": 1, "drift": []}
    missing = shell("verify", "nobody")
    assert (missing.code, missing.err) == (1, "1 of the instances are not there.\n")
    assert shell("verify", "--db", "sqlite:///nowhere/file.db").code == 2


def test_what_is_wrong_is_told(shell: Shell, tmp_path: Path) -> None:
    db = tmp_path / "andante.db"
    with serving("--examples", str(EXAMPLES), db=db, ANDANTE_BOOTSTRAP_CLIENT_SECRET=SECRET) as process:
        shell_here = ("--url", process.url, "--client-secret", SECRET)
        started = shell("start", "LeaveApproval", "--var", "employee=D", "--var", "manager=ada", "--json", *shell_here)
        process.stop()
    instance = started.json[0]["id"]
    with sqlite3.connect(db) as file:
        file.execute("update task set assignee='eve' where instance_id=?", (instance,))
    said = shell("verify", "--db", f"sqlite:///{db}")
    assert said.code == 1
    assert f"{instance}: task:" in said.out
    assert "assignee is 'eve', by the state 'ada'" in said.out
    assert said.out.endswith("1 verified, 1 wrong.\n")
    assert shell("verify", instance, "--db", f"sqlite:///{db}").code == 1

"""Work queues, deputies and files, by the command line."""

from pathlib import Path

from shell import Shell


def test_queues_and_deputies(shell: Shell) -> None:
    for name in ("una", "vic"):
        assert shell("person", "add", name).code == 0
    made = shell(
        "queues", "add", "mail", "--lead", "una", "--member", "user:vic", "--rule", "skill", "--skill", "law:2"
    )
    assert made.rows == [["mail", "mail", "una", "skill", "user:vic", "1"]]
    assert "law:x" in shell("queues", "add", "odd", "--skill", "law:x").err
    assert ["mail", "mail", "una", "skill", "user:vic", "1"] in shell("queues", "list").rows
    assert shell("queues", "add", "lawyers", "--kind", "groups").code == 0
    assert "lawyers" in [row[0] for row in shell("queues", "list", "--kind", "groups").rows]
    assert shell("queues", "delete", "mail").code == 0
    assert "There is no queue 'mail'" in shell("queues", "delete", "mail").err

    ((*granted, _by, _at),) = shell("grants", "put", "Leave", "user:una", "start", "view").rows
    assert granted == ["Leave", "user:una", "start, view"]
    assert [row[1] for row in shell("grants", "list", "--definition", "Leave").rows] == ["user:una"]
    assert shell("grants", "delete", "Leave", "user:una").code == 0
    made = shell("keys", "add", "a script", "--person", "una", "--scope", "task.read")
    assert made.rows[0][1:4] == ["a script", "una", "task.read"]
    assert made.out.splitlines()[-1].startswith("andk_")
    (row,) = shell("keys", "list", "--person", "una").rows
    assert shell("keys", "revoke", row[0]).code == 0
    ((entry, *about),) = shell("deputies", "add", "vic", "--person", "una", "--until", "2100-01-01").rows
    assert about[:2] == ["una", "vic"]
    assert [row[0] for row in shell("deputies", "list", "una").rows] == [entry]
    assert shell("deputies", "delete", entry).code == 0
    assert shell("deputies", "list", "una").rows == []


def test_files_come_back_as_they_were(shell: Shell, tmp_path: Path) -> None:
    ((leave, *_),) = shell("start", "LeaveApproval", "--var", "employee=Eve", "--var", "manager=ada").rows
    bill, copy = tmp_path / "bill.txt", tmp_path / "copy.txt"
    bill.write_text("12 euros")
    ((file, *about),) = shell("attachments", "add", str(bill), "--instance", leave).rows
    assert about == ["bill.txt", "text/plain", "8"]
    assert [row[0] for row in shell("attachments", "list", "--instance", leave).rows] == [file]
    assert shell("attachments", "get", file, str(copy)).code == 0
    assert copy.read_text() == "12 euros"
    assert shell("attachments", "get", file, str(copy)).code == 1, "it is there already"
    assert shell("attachments", "delete", file).code == 0
    assert shell("attachments", "list", "--instance", leave).rows == []

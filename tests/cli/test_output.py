"""What is printed: rows for people and pipes, JSON for programs; and nothing that steers the terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from shell import PROGRAM, SECRET, Shell, clean_environment

from andante.client import Client

LONG = (
    "A title that is much longer than a line of eighty characters, and which nobody would want to see folded in a file"
)


def test_a_row_is_one_line_in_a_pipe(shell: Shell) -> None:
    leave = shell.start("LeaveApproval", "--var", f"employee={LONG}", "--business-key", "long")
    said = subprocess.run(
        (*PROGRAM, "instances", "--business-key", "long"), capture_output=True, text=True, check=True,
        env=clean_environment(ANDANTE_URL=shell.url, ANDANTE_CLIENT_SECRET=SECRET, XDG_CACHE_HOME=str(shell.home)),
    )  # fmt: skip
    head, row = said.stdout.splitlines()
    assert head.split() == ["instance", "process", "version", "state", "label", "started"]
    assert row.startswith(leave)
    assert f"Leave of {LONG}  " in row
    assert "\x1b" not in said.stdout
    assert said.stderr == ""


def test_text_of_others_does_not_steer_the_terminal(shell: Shell) -> None:
    nasty = "red \x1b[31m \x1b]0;owned\x07 [bold]x[/bold] \u202e \r\n next"
    leave = shell.start("LeaveApproval", "--var", f"employee={json.dumps(nasty)}", "--business-key", "nasty")
    outputs = [
        shell("instances", "--business-key", "nasty").out,
        shell("show", leave).out,
        shell("suspend", leave).out,
        shell("start", f"No\x1b[31m{nasty}").err,
    ]
    for text in outputs:
        assert not set(text) & set("\x1b\x07\r\u202e")
    assert "[bold]x[/bold]" in outputs[0]
    assert len(outputs[0].splitlines()) == 2
    (row,) = shell("instances", "--business-key", "nasty", "--json").json
    assert row["label"] == f"Leave of {nasty}"


@pytest.mark.parametrize(
    "command",
    [
        ("instances",),
        ("tasks", "--view", "all"),
        ("start", "LeaveApproval"),
        ("person", "add", "json-person"),
        ("evaluate", "[1, {a: 2}]"),
    ],
)
def test_json_is_json(shell: Shell, command: tuple[str, ...]) -> None:
    assert shell(*command, "--json").json is not None


@pytest.mark.parametrize(
    ("expression", "options", "answer"),
    [
        ("1 + 1", (), "2"),
        ("-1 + a", ("--context", '{"a": 3}'), "2"),
        ('date("2026-01-31") + duration("P1M")', (), 'date("2026-02-28")'),
        ("${a.b} and more", ("--language", "juel", "--context", '{"a": {"b": "x"}}'), '"x and more"'),
        ("a.b", ("--context", '{"a": null}'), "null"),
    ],
)
def test_expressions(shell: Shell, expression: str, options: tuple[str, ...], answer: str) -> None:
    said = shell("evaluate", expression, *options)
    assert (said.code, said.out, said.err) == (0, f"{answer}\n", "")


def test_a_faulty_expression_tells_where(shell: Shell) -> None:
    said = shell("evaluate", "1 +")
    assert (said.code, said.out) == (1, "")
    assert said.err == "andante: Found the end of the expression, expected a value (at character 4)\n"
    assert shell("evaluate", "now()", "--zone", "Mars/Crater").code == 1


def test_a_person_is_added_and_can_work(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    os.write(write, b"a password nobody saw\n")
    os.close(write)
    with os.fdopen(read) as lines:
        monkeypatch.setattr(sys, "stdin", lines)
        said = shell(
            "person", "add", "nia", "--password", "-", "--email", "nia@example.org", "--manager", "ada",
            "--group", "managers", "--group", "legal", "--queue", "personnel",
        )  # fmt: skip
        assert said.rows == [["nia", "user", "legal, managers", "personnel"]]
        assert "a password nobody saw" not in said.out + said.err
        assert shell("person", "add", "nobody", "--password", "-").err == "andante: --password -: there was none\n"
    with Client(shell.url, "admin", SECRET) as client:
        person = client.person("nia")
        assert (person.email, person.manager) == ("nia@example.org", "ada")
        client.add_client("nia", client_id="nia-client", client_secret="nia's own secret")
    leave = shell.start("LeaveApproval", "--var", "employee=Kim")
    as_nia = ("--client-id", "nia-client", "--client-secret", "nia's own secret")
    ((task, *_),) = shell("tasks", "--instance", leave, *as_nia).rows
    assert shell("complete", task, "--outcome", "rejected", *as_nia).code == 0
    said = shell("tasks", "--view", "all", *as_nia)
    assert (said.code, "bpm.access.forbidden" in said.err) == (1, True)


def test_the_token_is_kept_for_its_owner_alone(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell("tasks").code == 0
    (kept,) = shell.home.rglob("token-*")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    monkeypatch.delenv("ANDANTE_CLIENT_SECRET")
    assert shell("tasks").code == 0
    assert shell("tasks", "--url", f"{shell.url}/").code == 0

    kept.write_text("a token of yesterday")
    assert shell("tasks").code == 2
    monkeypatch.setenv("ANDANTE_CLIENT_SECRET", SECRET)
    assert shell("tasks").code == 0
    assert kept.read_text() != "a token of yesterday"
    kept.write_bytes(b"\xff\xfe")
    assert shell("tasks").code == 0


def test_where_no_token_can_be_kept_commands_still_work(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert shell("tasks").code == 0


def test_the_version(shell: Shell) -> None:
    assert shell("version").out == shell("--version").out != ""


@pytest.mark.parametrize("language", ["bash", "zsh", "fish"])
def test_the_words_of_the_program_are_completed(shell: Shell, language: str, tmp_path: Path) -> None:
    script = shell("completion", language).out
    for words in ("suspend", "--saved-view", "calendars"):
        assert words in script
    if language == "bash":
        asked = "COMP_WORDS=(andante sus); COMP_CWORD=1; _andante; echo ${COMPREPLY[@]}"
        told = subprocess.run(("bash",), input=f"{script}\n{asked}", capture_output=True, text=True, check=True)
        assert told.stdout == "suspend\n"
    assert shell("completion", "tcsh").code == 2

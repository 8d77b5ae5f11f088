"""--json: every command has it, prints what docs/reference/cli-json.md says, and that on standard output alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cyclopts import App
from shell import EXAMPLES, Process, Shell
from test_task_actions import XML

from andante.cli import app
from andante.cli.shapes import SHAPES, WITHOUT, reference
from andante.client.shapes import Instance, Task

# They take the step of `batch pause`, and print what it prints; here there is no batch that may take it.
STEPS = {"batch approve", "batch refuse", "batch withdraw", "batch pause", "batch resume", "batch cancel"}


def _commands(of: App, before: str = "") -> Iterator[tuple[str, App]]:
    for name in of:
        command = of[name]
        if name.startswith("-"):
            continue
        if command.default_command is None:
            yield from _commands(command, f"{before}{name} ")
        else:
            yield before + name, command


COMMANDS = dict(_commands(app))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_it_or_a_reason(name: str) -> None:
    options = {option for each in COMMANDS[name].assemble_argument_collection() for option in each.names}
    assert (name in SHAPES) != (name in WITHOUT), f"{name}: andante.cli.shapes does not tell what it prints"
    assert "--json" in options or name in WITHOUT


def test_the_page_is_current() -> None:
    page = Path(__file__).parents[2] / "docs/reference/cli-json.md"
    assert page.read_text() == reference(), "make it anew: python -m andante.cli.shapes > docs/reference/cli-json.md"
    assert {each.partition(" --")[0] for each in (*SHAPES, *WITHOUT)} == set(COMMANDS)


class _Json:
    """Carries commands out with --json, and holds what they print against their shapes."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self.seen: set[str] = set()

    def __call__(self, command: str, *options: object, code: int = 0, shape: Any = None) -> Any:
        words = command.partition(" --")[0].split()
        said = self._shell(*words, *options, "--json")
        self.seen.add(command)
        assert said.code == code, (command, said)
        found = json.loads(said.out)
        held = msgspec.convert(found, shape or SHAPES[command])
        assert msgspec.to_builtins(held) == found, f"{command}: more than is told"
        return found


def test_commands_print_the_shapes_of_the_page(
    shell: Shell, server: Process, sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = _Json(shell)
    _files(told, tmp_path, server.db)
    _processes(told, tmp_path)
    _people(told, tmp_path)
    _programs(told)
    (tmp_path / "there" / "tenants").mkdir(parents=True)
    (tmp_path / "there" / "tenants" / "acme.db").write_bytes(sqlite_template.read_bytes())
    monkeypatch.setenv("ANDANTE_TENANTS", f"sqlite:///{tmp_path}/there")
    told("tenant create", "acme")
    told("tenant set", "acme", "language=zh")
    for command in ("tenant suspend", "tenant resume"):
        told(command, "acme")
    assert [each["name"] for each in told("tenant list")] == ["acme"]
    told("tenant delete", "acme", "--confirm", "acme")
    assert told("tenant log")
    told("tenant doctor")
    assert set(SHAPES) - told.seen == STEPS | {"archive show"}, "test_upkeep has something to show"


def _files(told: _Json, folder: Path, db: str) -> None:
    told("version")
    assert told("config", "--port", "81")
    told("examples", folder / "examples")
    (folder / "bad.bpmn").write_text("<definitions/>")
    assert told("lint", folder / "bad.bpmn", code=1)
    needed = told("jobs", EXAMPLES / "order.bpmn")
    assert [each["type"] for each in needed] == ["release-stock", "reserve-stock", "ship-order"]
    told("test", EXAMPLES, "-k", "approved")
    assert told("evaluate", "1 + 1") == 2
    context = '{"age": 30, "years of service": 5}'
    told("decide", EXAMPLES / "leave-days.dmn", "--decision", "extraDays", "--context", context)
    assert told("backup", folder / "copy.db", "--db", db)["bytes"] > 1000
    told("verify", "--db", f"sqlite:///{folder}/copy.db")
    told("verify --audit", "--audit", "--db", f"sqlite:///{folder}/copy.db")
    told("doctor", "--ask", code=2)  # it has a test clock


def _processes(told: _Json, folder: Path) -> None:
    (folder / "agreement.bpmn").write_text(XML)
    (deployed,) = told("deploy", folder / "agreement.bpmn")
    assert list(deployed["ids"]) == ["Agreement"]
    instance = told("start", "Agreement")[0]["id"]
    told("variables set", instance, "price=3", "--new")
    assert told("show", instance)["variables"] == {"price": 3}
    told("replay", instance)
    for command in ("suspend", "resume", "terminate"):
        told(command, told("start", "Agreement")[0]["id"] if command == "terminate" else instance)
    assert told("retry", "nobody", code=1) == []
    draft = told("tasks", "--instance", instance)[0]["id"]
    told("task delegate", draft, "ada")
    told("task resolve", draft)
    told("later", draft)
    told("complete", draft)
    assert told("instances", "--name", "Agreement")
    vote = told("tasks", "--instance", instance, "--assignee", "admin")[0]["id"]
    told("task show", vote)
    told("form", vote)
    told("task comment", vote, "hmm")
    told("task sign", vote, "group:law", "--mode", "after")
    told("task approve", vote)
    other, *_ = (each["id"] for each in told("tasks", "--instance", instance))
    told("task claim", other)
    told("task reject", other)
    again = told("start", "Agreement")[0]["id"]
    told("complete", told("tasks", "--instance", again)[0]["id"])
    vote = told("tasks", "--instance", again, "--assignee", "admin")[0]["id"]
    told("task transfer", vote, "ada")
    told("task return", vote, "initiator", code=0)
    leave = told("start", "LeaveApproval", "--var", "employee=Kim", "--var", "manager=ada")[0]["id"]
    told("remind", told("tasks", "--instance", leave)[0]["id"])
    incident = told("start", "Incident", "--var", "title=Printer", "--var", "severity=1")[0]["id"]
    (task,) = told("tasks", "--instance", incident)
    more = ("--by", "PT1H", "--reason", "stock")
    told("extend", task["id"], "nobody", *more, code=1, shape=list[Task])
    told("extend", incident, *more, shape=list[Instance])
    batch = told("batch start", "suspend", leave, "--wait")[0]["id"]
    told("batch show", batch)
    assert told("batch list")
    for command in ("insight processes", "insight people", "insight workload", "insight forecast"):
        told(command)
    told("insight elements", "Agreement")
    told("archive list")
    told("task-groups")
    view = told("view save", "Mine", "--filter", "text=Kim")["id"]
    assert told("view list")
    told("view delete", view)


def _people(told: _Json, folder: Path) -> None:
    told("person add", "told-person")
    told("queues add", "json-queue")
    assert told("queues list")
    told("queues delete", "json-queue")
    deputy = told("deputies add", "told-person", "--until", "2100-01-01")["id"]
    assert told("deputies list")
    told("deputies delete", deputy)
    told("grants put", "Agreement", "user:told-person", "view")
    assert told("grants list")
    told("grants delete", "Agreement", "user:told-person")
    key = told("keys add", "a script")["id"]
    assert told("keys list")
    told("keys revoke", key)
    leave = told("instances", "--limit", "1", "--all")[0]["id"]
    (folder / "bill.txt").write_text("12 euros")
    file = told("attachments add", folder / "bill.txt", "--instance", leave)["id"]
    assert told("attachments list", "--instance", leave)
    told("attachments get", file, folder / "copy.txt")
    told("attachments delete", file)
    (folder / "office.json").write_text('{"hours": {"monday": ["09:00-17:00"]}, "zone": "UTC"}')
    told("calendars set", "json-office", folder / "office.json")
    assert told("calendars list")
    told("calendars show", "json-office")
    told("calendars show --year", "json-office", "--year", "2026")
    told("calendars due", "json-office", "2026-01-05T09:00", "PT2H")
    told("calendars delete", "json-office")
    told("audit", "--limit", "3")


def _programs(told: _Json) -> None:
    told("preferences", "admin")
    key = told("keys add", "a program", "--person", "told-person")["key"]
    told("notes test", "told-person", code=1)  # there is no mail server
    assert told("notes list", "--key", key)
    told("notes read", "--key", key)
    told("endpoints add", "json-hook", "http://127.0.0.1:9/x", "--kind", "cloudevents", "--kinds", "Nowhere/task.*")
    assert told("endpoints list")
    told("endpoints change", "json-hook", "--rotate")
    told("letters list")
    assert told("letters retry", "nothing", code=1) == told("letters discard", "nothing", code=1) == []
    told("events list")
    for command in ("events retry", "events discard"):
        told(command, "webhook:json-hook")
    told("endpoints remove", "json-hook")

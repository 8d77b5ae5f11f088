"""What each command prints with --json, and docs/reference/cli-json.md, made of it: `python -m andante.cli.shapes`."""

import sys
from collections.abc import Iterator
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

import msgspec
from msgspec import field

from andante.client import insight
from andante.client.attaching import Attachment
from andante.client.auditing import AuditRow, AuditVerified
from andante.client.bulk import Batch, BatchFailure, Count, SavedView
from andante.client.calendars import Calendar, CalendarYear, Computed
from andante.client.deploying import FileDeployment
from andante.client.forms import Form
from andante.client.operating import TenantLogged, TenantShown
from andante.client.people import Deputy, Grant, Key, Team
from andante.client.replaying import Past
from andante.client.shapes import Finding, Instance, InstanceDetail, InstanceRow, Person, Shape, Task
from andante.client.telling import Endpoint, EventSink, Letter, Note, Preferences, Tested, Unread
from andante.client.upkeep import ArchivedInstance, Diagnosis, Drift


class Deleted(Shape, frozen=True, kw_only=True):
    """What is no more."""

    deleted: str


class Revoked(Shape, frozen=True, kw_only=True):
    """The key that is worth nothing any more."""

    revoked: str


class Copied(Shape, frozen=True, kw_only=True):
    """A file that was written."""

    file: str
    bytes: int


class Setting(Shape, frozen=True, kw_only=True):
    """A setting, its value as text without secrets, and where it is from."""

    name: str
    value: str
    origin: str = field(name="from")


class Shown(InstanceDetail, frozen=True, kw_only=True):
    """An instance with its variables."""

    variables: dict[str, Any]


class Verified(Shape, frozen=True, kw_only=True):
    """How many instances were looked at, and what differs."""

    checked: int
    drift: list[Drift]


class BatchShown(Shape, frozen=True, kw_only=True):
    """A batch, and what it could not do."""

    batch: Batch
    failures: list[BatchFailure]


class TenantCreated(Shape, frozen=True, kw_only=True):
    """A new tenant's first administrator; the secret is told this once."""

    name: str
    client_id: str
    client_secret: str


class Checked(Finding, frozen=True, kw_only=True):
    """A finding in a file: `kind` is fault or warning."""

    file: str
    kind: str


class JobNeeded(Shape, frozen=True, kw_only=True):
    """A type of job, as text or as its expression, and the element that makes such jobs."""

    type: str
    element: str
    name: str
    file: str


class TestResult(Shape, frozen=True, kw_only=True):
    """A test: `message` says why it failed, at `line`; `seconds` it took."""

    name: str
    line: int
    message: str
    seconds: float
    passed: bool


class Covered(Shape, frozen=True, kw_only=True):
    """How often tests came to each element and flow; `part`, from 0 to 1, of both they came to at all."""

    part: float
    elements: dict[str, int]
    flows: dict[str, int]


class TestFile(Shape, frozen=True, kw_only=True):
    """A file of tests."""

    file: str
    process: str
    tests: list[TestResult]
    coverage: Covered


class Version(Shape, frozen=True, kw_only=True):
    """The version."""

    version: str


Variables = dict[str, Any]
# An option after the words of a command: what it prints with that.
SHAPES: Final[dict[str, Any]] = {
    "config": list[Setting],
    "deploy": list[FileDeployment],
    "start": list[Instance],
    "instances": list[InstanceRow],
    "show": Shown,
    "replay": Past,
    "verify": Verified,
    "verify --audit": AuditVerified,
    "doctor": Diagnosis,
    "audit": list[AuditRow],
    "backup": Copied,
    **dict.fromkeys(("suspend", "resume", "terminate", "retry"), list[Instance]),
    **dict.fromkeys(("tasks", "complete", "later", "remind"), list[Task]),
    "extend": list[Instance | Task],
    "form": Form,
    "examples": list[str],
    "lint": list[Checked],
    "jobs": list[JobNeeded],
    "test": list[TestFile],
    "evaluate": Any,
    "decide": Any,
    "variables set": Variables,
    "person add": Person,
    "task show": Task,
    **dict.fromkeys(
        (f"task {word}" for word in ("claim", "approve", "reject", "transfer", "delegate", "resolve", "comment")),
        list[Task],
    ),
    **dict.fromkeys(("task sign", "task return"), list[Task]),
    **dict.fromkeys(("queues list", "queues add"), list[Team]),
    "deputies list": list[Deputy],
    "deputies add": Deputy,
    **dict.fromkeys(("grants list", "grants put"), list[Grant]),
    "keys list": list[Key],
    "keys add": Key,
    "keys revoke": Revoked,
    "attachments list": list[Attachment],
    "attachments add": Attachment,
    "attachments get": Copied,
    "archive list": list[ArchivedInstance],
    "archive show": ArchivedInstance,
    "calendars list": list[Calendar],
    **dict.fromkeys(("calendars show", "calendars set"), Calendar),
    "calendars show --year": CalendarYear,
    "calendars due": Computed,
    **dict.fromkeys(("tenant list", "tenant suspend", "tenant resume", "tenant set"), list[TenantShown]),
    "tenant create": TenantCreated,
    "tenant doctor": Diagnosis,
    "tenant log": list[TenantLogged],
    **dict.fromkeys(("insight processes", "insight elements", "insight people"), list[insight.Report]),
    "insight workload": list[insight.Load],
    "insight forecast": list[insight.Forecast],
    **dict.fromkeys(("batch start", "batch list", "batch pause", "batch resume", "batch cancel"), list[Batch]),
    **dict.fromkeys(("batch approve", "batch refuse", "batch withdraw"), list[Batch]),
    "batch show": BatchShown,
    "task-groups": list[Count],
    "view list": list[SavedView],
    "view save": SavedView,
    "notes list": list[Note],
    "notes read": Unread,
    "notes test": list[Tested],
    **dict.fromkeys(("letters list", "letters retry", "letters discard"), list[Letter]),
    **dict.fromkeys(("events list", "events retry", "events discard"), list[EventSink]),
    **dict.fromkeys(("endpoints list", "endpoints add", "endpoints change"), list[Endpoint]),
    "preferences": Preferences,
    "version": Version,
    **dict.fromkeys(
        (
            "queues delete", "deputies delete", "grants delete", "attachments delete", "calendars delete",
            "tenant delete", "view delete", "endpoints remove",
        ),
        Deleted,
    ),
}  # fmt: skip
# Those that print no JSON, and why.
WITHOUT: Final = {
    "serve": "it runs until it is told to stop; `--log-format json` is for its log",
    "mcp": "its standard output is the protocol's",
    "completion": "a script for a shell",
    "archive export": "it always writes a line of JSON, an `ArchivedInstance`, for each",
    "insight export": "XES or CSV",
}


def reference() -> str:
    """docs/reference/cli-json.md."""
    lines = [
        "# What --json prints", "",
        "<!-- Made from src/andante/cli/shapes.py by `python -m andante.cli.shapes`. -->", "",
        "With `--json` standard output has one JSON value of the shape told here, and nothing else; all words for",
        "people go to standard error. What was refused is told there, and by the [exit code](cli.md). Fields are",
        "added; none is taken away or means something else ([promise](stability.md)). An empty text stands for unset.",
        "", "| command | prints |", "|---|---|",
    ]  # fmt: skip
    found: dict[str, type[msgspec.Struct]] = {}
    for command, shape in SHAPES.items():
        lines.append(f"| `{command}` | {_words(shape)} |")
        for kind in _kinds(shape):
            found.setdefault(_name(kind), kind)
    lines += [f"| `{command}` | no JSON: {why} |" for command, why in WITHOUT.items()]
    for name, kind in sorted(found.items()):
        fields = [
            f"- `{each.encode_name}`: {_words(each.type)}" for each in msgspec.structs.fields(kind)
        ]  # fmt: skip
        lines += ["", f"## {name}", "", *_about(kind), *fields]
    return "\n".join(lines) + "\n"


def _about(kind: type[msgspec.Struct]) -> list[str]:
    text = " ".join((kind.__doc__ or "").split())
    return [text, ""] if text else []


def _name(kind: type[msgspec.Struct]) -> str:
    """Two rooms have a shape of this name."""
    return "DoctorFinding" if kind.__module__ == Diagnosis.__module__ and kind.__name__ == "Finding" else kind.__name__


def _kinds(shape: Any) -> Iterator[type[msgspec.Struct]]:
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        yield shape
        for each in msgspec.structs.fields(shape):
            if shape not in get_args(each.type):  # fields may hold fields
                yield from _kinds(each.type)
    for part in get_args(shape):
        yield from _kinds(part)


PLAIN: Final[dict[Any, str]] = {
    str: "text", int: "whole number", float: "number", bool: "true or false", type(None): "null", Any: "any value",
}  # fmt: skip


def _words(shape: Any) -> str:
    if shape in PLAIN:
        return PLAIN[shape]
    kind, parts = get_origin(shape), get_args(shape)
    if kind in (Union, UnionType):
        return " or ".join(map(_words, parts))
    if kind is dict:
        return f"object: by name {_words(parts[1])}"
    if kind in (list, tuple):
        return f"array of {_words(parts[0])}"
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        return f"[{_name(shape)}](#{_name(shape).lower()})"
    return PLAIN[get_origin(shape) or str] if get_origin(shape) in PLAIN else "any value"


if __name__ == "__main__":
    sys.stdout.write(reference())

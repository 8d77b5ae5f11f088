"""Tests of processes written in YAML, for people who model: what a file says, and where.

```yaml
process: leave-approval.bpmn
tests:
  - name: Who is refused is not entered
    given: {employee: Dana, manager: ada}
    steps:
      - suspend
      - pass: P1D
      - resume
      - complete: Approve leave
        outcome: rejected
        by: ada
    then: {state: Completed OK, tasks: []}
```
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

_PLACE: Final = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+|\.\.\.)\]")
PLAIN: Final = ("suspend", "resume", "terminate", "retry")
ACTIONS: Final = (
    "complete", "pass", "job", "fail", "error", "message", "signal", "call", "callFails", "escalate", "move", "then",
    *PLAIN,
)  # fmt: skip
# What may stand beside an action.
BESIDE: Final[Mapping[str, frozenset[str]]] = {
    "complete": frozenset(("outcome", "by", "variables")),
    "job": frozenset(("variables",)),
    "fail": frozenset(("retries", "text")),
    "error": frozenset(("code", "text", "variables")),
    "message": frozenset(("businessKey", "correlation", "variables")),
    "signal": frozenset(("variables",)),
    "call": frozenset(("variables",)),
    "callFails": frozenset(("code", "text")),
    "escalate": frozenset(("code", "variables")),
    "move": frozenset(("to", "by", "text")),
}
EVERYWHERE: Final = frozenset(("refused",))
Values = dict[str, Any]


class Faulty(Exception):
    """A file that is no test: `line` is where, 0 for the file as a whole."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """What must be so: only what is named. `reached` and `not_reached` are elements that a token has (not) been at,
    `sent` the messages and signals that were sent so far, in order."""

    state: str | None = None
    at: list[str] | None = None
    tasks: list[str] | None = None
    variables: Values | None = None
    incidents: list[str] | None = None
    suspended: bool | None = None
    reached: list[str] | None = None
    not_reached: list[str] | None = None
    sent: list[str] | None = None


class Start(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel", omit_defaults=True):
    """How it is started, where that matters: `at` is a start event of several."""

    by: str = ""
    business_key: str = ""
    title: str = ""
    at: str = ""


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One step: exactly one action, and what belongs to it. `refused` is the code with which the engine must say no."""

    complete: str | None = None
    pass_: str | None = msgspec.field(default=None, name="pass")
    job: str | None = None
    fail: str | None = None
    error: str | None = None
    message: str | None = None
    signal: str | None = None
    call: str | None = None
    call_fails: str | None = msgspec.field(default=None, name="callFails")
    escalate: str | None = None
    move: str | None = None
    then: Expected | None = None
    suspend: bool | None = None
    resume: bool | None = None
    terminate: bool | None = None
    retry: bool | None = None
    outcome: str = ""
    by: str = ""
    to: str = ""
    code: str = ""
    text: str = ""
    retries: int = 0
    business_key: str = msgspec.field(default="", name="businessKey")
    correlation: Values | None = None
    variables: Values = msgspec.field(default_factory=dict)
    refused: str = ""
    line: int = 0


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One test: an instance from its start to what must be so in the end. `now` overrides that of the file; `line` and
    `end` are where it and its `then` begin."""

    name: str
    given: Values = {}
    start: Start = Start()
    steps: list[Move] = []
    then: Expected | None = None
    now: str = ""
    line: int = 0
    end: int = 0


class People(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who there is, for rules of assignment: see `andante.testing.roster`."""

    persons: list[str] = []
    managers: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    roles: dict[str, list[str]] = {}
    queues: dict[str, list[str]] = {}
    leads: dict[str, str] = {}
    disabled: list[str] = []


class Suite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file. Paths are relative to it; `id` names a process where its file has several; `zone` is an IANA zone."""

    process: str
    tests: list[Case]
    id: str = ""
    imports: list[str] = []
    decisions: list[str] = []
    forms: list[str] = []
    people: People = People()
    now: str = ""
    zone: str = "UTC"


def read_suite(path: Path) -> Suite:
    """Raises Faulty with the line, OSError."""
    text = path.read_bytes()
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        value = _plain(yaml.safe_load(text))
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        raise Faulty(f"this is no YAML: {fault.problem or fault.context}", mark.line + 1 if mark else 0) from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as fault:
        raise Faulty(f"this is no YAML: {' '.join(str(fault).split())}") from None
    if not isinstance(value, dict):
        raise Faulty("a test file says `process: FILE` and `tests:`", 1)
    lines = _Lines(node)
    for number, case in enumerate(value.get("tests") or ()):
        if isinstance(case, dict):
            case["line"], case["end"] = lines.of(("tests", number)), lines.of(("tests", number, "then"))
            case["steps"] = [
                _stepped(step, lines.of(("tests", number, "steps", n))) for n, step in enumerate(_list(case, "steps"))
            ]
    try:
        suite = msgspec.convert(value, Suite)
    except msgspec.ValidationError as fault:
        said, _, place = str(fault).partition(" - at `$")
        keys = [int(index) if index.isdigit() else name for name, index in _PLACE.findall(place)]
        raise Faulty(f"{'.'.join(map(str, keys)) or 'the file'}: {said}", lines.of(tuple(keys))) from None
    for case in suite.tests:
        for step in case.steps:
            _one_action(step)
    if not suite.tests:
        raise Faulty("tests: there is none", 1)
    return suite


def action_of(step: Move) -> str:
    """The name of what a step does."""
    found = [name for name in ACTIONS if getattr(step, _field(name)) is not None]
    return found[0] if len(found) == 1 else ""


def _field(name: str) -> str:
    return {"pass": "pass_", "callFails": "call_fails"}.get(name, name)


def _list(case: Mapping[str, Any], name: str) -> list[Any]:
    found = case.get(name)
    return found if isinstance(found, list) else []


def _stepped(step: object, line: int) -> object:
    """`- suspend` is short for `- suspend: true`."""
    if isinstance(step, str):
        if step not in PLAIN:
            raise Faulty(f"'{step}' is no step by itself; such are {', '.join(PLAIN)}", line)
        return {step: True, "line": line}
    if isinstance(step, dict):
        return {**{key: True if key in PLAIN and value is None else value for key, value in step.items()}, "line": line}
    return step


def _one_action(step: Move) -> None:
    name = action_of(step)
    if not name:
        said = [each for each in ACTIONS if getattr(step, _field(each)) is not None]
        what = f"has {' and '.join(said)}" if said else "does nothing"
        raise Faulty(f"a step does one thing, this one {what}; there are {', '.join(ACTIONS)}", step.line)
    allowed = BESIDE.get(name, frozenset()) | EVERYWHERE
    for each in (
        "outcome",
        "by",
        "to",
        "code",
        "text",
        "retries",
        "businessKey",
        "correlation",
        "variables",
        "refused",
    ):
        field = {"businessKey": "business_key"}.get(each, each)
        if getattr(step, field) and each not in allowed:
            raise Faulty(f"{each} says nothing beside {name}", step.line)
    if name == "move" and not step.to:
        raise Faulty("move: say where to, as `to: ELEMENT`", step.line)
    if name == "then" and step.refused:
        raise Faulty("refused says nothing beside then", step.line)


def _plain(value: object) -> object:
    """YAML's dates as texts: processes know times as ISO texts."""
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise ValueError(f"'{key}' must be a text in quotes")
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dt.datetime):
        return value.isoformat() if value.tzinfo else f"{value.isoformat()}Z"
    return value.isoformat() if isinstance(value, dt.date) else value


class _Lines:
    """Where in the text the value at a path begins; of what is not there, what it would be in."""

    def __init__(self, node: Any) -> None:
        self._node = node

    def of(self, path: tuple[str | int, ...]) -> int:
        node, line = self._node, 1
        for key in path:
            inner = _children(node).get(key)
            if inner is None:
                break
            node, line = inner
        return line


def _children(node: Any) -> dict[str | int, tuple[Any, int]]:
    line: Callable[[Any], int] = lambda each: int(each.start_mark.line) + 1  # noqa: E731
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): (value, line(key)) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return {number: (value, line(value)) for number, value in enumerate(node.value)}
    return {}

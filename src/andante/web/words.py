"""The journal in plain words: one sentence a fact, facts of one command together."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from andante.runtime import HistoryEntry
from andante.web.formats import json_text, span

LONGEST_VALUE: Final = 80
Data = Mapping[str, Any]


class Line(msgspec.Struct, frozen=True):
    """A sentence; `tone` picks its mark: calm, work, done, wait, paused, bad, ended."""

    text: str
    tone: str
    element: str = ""


class Chapter(msgspec.Struct, frozen=True):
    """What one command did: when (ms), by whom ("" for the engine itself) and in which order."""

    seq: int
    at: int
    who: str
    lines: list[Line]


def _because(data: Data) -> str:
    reason = data.get("reason", "")
    return f": {reason}" if reason else ""


def _variables(data: Data) -> str:
    values: Mapping[str, object] = data.get("values") or {}
    parts = []
    for name, value in values.items():
        text = value if isinstance(value, str) else json_text(value)
        parts.append(f"{name} = {text[:LONGEST_VALUE]}{'…' if len(text) > LONGEST_VALUE else ''}")
    return ", ".join(parts)


def _started(_: str, data: Data) -> str:
    text = _variables({"values": data.get("variables")})
    return f"Started with {text}" if text else "Started"


def _offered(name: str, data: Data) -> str:
    if data.get("assignee"):
        return f"{name} is with {data['assignee']}"
    to = [*data.get("users", []), *data.get("groups", [])]
    if data.get("queue"):
        to.append(f"queue {data['queue']}")
    return f"{name} is waiting for {', '.join(to).replace(':', ' ')}" if to else f"{name} is waiting for anybody"


def _assigned(name: str, data: Data) -> str:
    who, how = data.get("assignee", ""), data.get("how", "")
    if not who:
        return f"{name} was given back"
    told = {"claim": "claimed", "transfer": "handed over", "delegate": "delegated", "resolve": "returned"}
    verb = next((words for stem, words in told.items() if str(how).startswith(stem)), "assigned")
    return f"{name} was claimed by {who}" if verb == "claimed" else f"{name} was {verb} to {who}"


def _outcome(name: str, data: Data) -> str:
    outcome = data.get("outcome", "")
    return f"{name} was completed: {outcome}" if outcome else f"{name} was completed"


def _clock(name: str, data: Data) -> str:
    told = {"goal": "the goal has passed", "deadline": "the deadline has passed", "paused": "its clock is paused",
            "resumed": "its clock goes on"}  # fmt: skip
    facts = [told.get(fact, "a reminder was sent") for fact in data.get("facts", [])]
    return f"{name or 'Process'}: {', '.join(facts)}" if facts else ""


def _decided(name: str, data: Data) -> str:
    rules = ", ".join(str(number) for number in data.get("rules", ()))
    by = f" by {'rule' if ',' not in rules else 'rules'} {rules}" if rules else ""
    said = "".join(f"; {text}" for text in data.get("messages", ()))
    return f"{name} decided “{data.get('decision', '')}” {data.get('version', '')}{by}{said}"


Words = Callable[[str, Data], str]
SENTENCES: Final[Mapping[str, tuple[str, Words]]] = {
    "InstanceStarted": ("calm", _started),
    "TaskCreated": ("work", _offered),
    "TaskAssigned": ("work", _assigned),
    "TaskCommented": ("calm", lambda n, d: f"{n}: “{d.get('text', '')}”"),
    "TaskReminded": ("calm", lambda n, d: f"{n}: asked to be done{_because({'reason': d.get('text', '')})}"),
    "TaskCompleted": ("done", _outcome),
    "TaskCancelled": ("ended", lambda n, d: f"{n} was withdrawn{_because(d)}"),
    "VariablesSet": ("calm", lambda _, d: f"Set {text}" if (text := _variables(d)) else ""),
    "TimerSet": ("wait", lambda n, _: f"{n} waits for its time"),
    "TimerFired": ("wait", lambda n, _: f"{n}: the time has come"),
    "SubscriptionOpened": ("wait", lambda n, d: f"{n} waits for “{d.get('name', '')}”"),
    "SubscriptionKeyed": ("calm", lambda n, d: f"{n} waits for “{d.get('key', '')}” alone from now on"),
    "MessageReceived": ("calm", lambda n, d: f"{n}: the message “{d.get('name', '')}” has come"),
    "SignalReceived": ("calm", lambda n, d: f"{n}: the signal “{d.get('name', '')}” has come"),
    "TriggerArrived": ("wait", lambda n, _: f"{n}: one of its events has occurred, the others are awaited"),
    "MessageThrown": ("calm", lambda n, d: f"{n}: sent the message “{d.get('name', '')}”"),
    "SignalThrown": ("calm", lambda n, d: f"{n}: sent the signal “{d.get('name', '')}”"),
    "JobCreated": ("wait", lambda n, d: f"{n} waits for a worker ({d.get('type', '')})"),
    "JobCompleted": ("done", lambda n, _: f"{n} is done"),
    "JobFailed": ("bad", lambda n, d: f"{n} failed: {d.get('message', '')} ({d.get('retries', 0)} tries left)"),
    "JobRetried": ("calm", lambda n, _: f"{n} may be tried again"),
    "CallStarted": ("wait", lambda n, d: f"{n} called {d.get('name', '')}"),
    "CallEnded": ("calm", lambda n, _: f"{n}: the called process is over"),
    "DecisionMade": ("calm", _decided),
    "ErrorThrown": ("bad", lambda n, d: f"{n}: error {d.get('code', '')} {d.get('message', '')}".rstrip()),
    "ErrorCaught": ("calm", lambda n, d: f"{n} caught the error {d.get('code', '')}".rstrip()),
    "ClockChanged": ("wait", _clock),
    "IncidentRaised": ("bad", lambda n, d: f"Stopped at {n or 'the process'}: {d.get('message', '')}"),
    "IncidentResolved": ("calm", lambda _, __: "The incident is resolved"),
    "Suspended": ("paused", lambda _, d: f"Suspended{_because(d)}"),
    "Resumed": ("calm", lambda _, d: f"Resumed{_because(d)}"),
    "InputParked": ("paused", lambda _, __: "Something came in and is kept until the instance is resumed"),
    "InputUnparked": ("calm", lambda _, __: "What was kept is taken in now"),
    "Completed": ("done", lambda _, __: "The instance is complete"),
    "Terminated": ("ended", lambda _, d: f"Terminated{_because(d)}"),
}  # fmt: skip


def sentence(entry: HistoryEntry, names: Mapping[str, str]) -> Line | None:
    """None for a fact that people are not told. `names` gives each element's name by its id."""
    known = SENTENCES.get(entry.kind)
    name = names.get(entry.element) or entry.element
    if known is not None:
        text = known[1](name, entry.data)
        return Line(text, known[0], entry.element) if text else None
    if entry.kind == "ElementEntered" and entry.element_kind in ("endEvent", "intermediateThrowEvent", "scriptTask"):
        return Line(f"Passed {name}" if entry.element_kind != "endEvent" else f"Reached {name}", "calm", entry.element)
    return None


def chapters(entries: Iterable[HistoryEntry], names: Mapping[str, str]) -> list[Chapter]:
    """The newest command first; within a command in the order of what happened."""
    found: dict[int, Chapter] = {}
    for entry in entries:
        line = sentence(entry, names)
        if line is not None:
            chapter = found.setdefault(entry.seq, Chapter(entry.seq, entry.at, entry.who, []))
            if not chapter.lines or chapter.lines[-1] != line:
                chapter.lines.append(line)
    return list(reversed(found.values()))


def lasted(start: int, end: int, now: int) -> str:
    """How long from start to end, or to now while it goes on."""
    return span((end or now) - start)

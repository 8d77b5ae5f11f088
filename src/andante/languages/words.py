"""The journal in plain words: one sentence a fact, facts of one command together."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol

import msgspec

from andante.languages.language import Language
from andante.languages.language import mark as _

LONGEST_VALUE: Final = 80
Data = Mapping[str, Any]


class Fact(Protocol):
    """An entry of a history; entries of one command share `seq`, `at` is in ms."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def element(self) -> str: ...
    @property
    def element_kind(self) -> str: ...
    @property
    def who(self) -> str: ...
    @property
    def data(self) -> Data: ...


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


def _variables(values: Mapping[str, object]) -> str:
    parts = []
    for name, value in values.items():
        text = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
        parts.append(f"{name} = {text[:LONGEST_VALUE]}{'…' if len(text) > LONGEST_VALUE else ''}")
    return ", ".join(parts)


def _started(say: Language, _name: str, data: Data) -> str:
    text = _variables(data.get("variables") or {})
    return say.text(_("Started with %(values)s"), values=text) if text else say.text(_("Started"))


def _set(say: Language, _name: str, data: Data) -> str:
    text = _variables(data.get("values") or {})
    return say.text(_("Set %(values)s"), values=text) if text else ""


def _offered(say: Language, name: str, data: Data) -> str:
    if data.get("assignee"):
        return say.text(_("%(name)s is with %(who)s"), name=name, who=data["assignee"])
    to = [str(each).replace(":", " ") for each in (*data.get("users", []), *data.get("groups", []))]
    if data.get("queue"):
        to.append(say.text(_("queue %(name)s"), name=data["queue"]))
    if not to:
        return say.text(_("%(name)s is waiting for anybody"), name=name)
    return say.text(_("%(name)s is waiting for %(who)s"), name=name, who=", ".join(to))


HOW: Final = {
    "claim": _("%(name)s was claimed by %(who)s"),
    "transfer": _("%(name)s was handed over to %(who)s"),
    "delegate": _("%(name)s was delegated to %(who)s"),
    "resolve": _("%(name)s was returned to %(who)s"),
    "deputyOver": _("%(name)s went back to %(who)s: the deputy's time is over"),
    "deputy": _("%(name)s went to the deputy %(who)s"),
    "": _("%(name)s was assigned to %(who)s"),
}


def _assigned(say: Language, name: str, data: Data) -> str:
    who, how = data.get("assignee", ""), str(data.get("how", ""))
    if not who:
        return say.text(_("%(name)s was given back"), name=name)
    return say.text(next(words for stem, words in HOW.items() if how.startswith(stem)), name=name, who=who)


def _outcome(say: Language, name: str, data: Data) -> str:
    if outcome := data.get("outcome", ""):
        return say.text(_("%(name)s was completed: %(outcome)s"), name=name, outcome=outcome)
    return say.text(_("%(name)s was completed"), name=name)


REMINDED: Final = _("a reminder was sent")
PROCESS: Final = _("Process")
FACTS: Final = {
    "goal": _("the goal has passed"),
    "deadline": _("the deadline has passed"),
    "paused": _("its clock is paused"),
    "resumed": _("its clock goes on"),
    "waiting": _("its clock waits"),
    "going on": _("its clock goes on"),
    "restarted": _("its clock begins anew"),
    "calendar": _("its time is counted anew"),
}
MILESTONE: Final = _("the milestone “%(name)s” has passed")


def _clock(say: Language, name: str, data: Data) -> str:
    facts = []
    for fact in data.get("facts", []):
        kind, _colon, milestone = fact.partition(":")
        if kind == "milestone":
            facts.append(say.text(MILESTONE, name=milestone))
        else:
            facts.append(say.text(FACTS.get(fact, REMINDED)))
    return f"{name or say.text(PROCESS)}: {', '.join(facts)}" if facts else ""


def _extended(say: Language, name: str, data: Data) -> str:
    more = {"name": name or say.text(PROCESS), "span": say.span(data.get("by_ms", 0)), "reason": data.get("reason", "")}
    return say.text(_("%(name)s was given %(span)s more: %(reason)s"), **more)


def _decided(say: Language, name: str, data: Data) -> str:
    rules = [str(number) for number in data.get("rules", ())]
    what = {"name": name, "decision": data.get("decision", ""), "version": data.get("version", "")}
    text = say.text(_("%(name)s decided “%(decision)s” %(version)s"), **what)
    if rules:
        by = say.plural("by rule %(rules)s", "by rules %(rules)s", len(rules), rules=", ".join(rules))
        text = f"{text} {by}"
    return "; ".join((text, *(str(said) for said in data.get("messages", ()))))


def _failed(say: Language, name: str, data: Data) -> str:
    text = say.text(_("%(name)s failed: %(message)s"), name=name, message=data.get("message", ""))
    left = say.plural("%(num)s try left", "%(num)s tries left", data.get("retries", 0))
    return f"{text} ({left})"


def _file(words: str) -> "Words":
    def say_so(say: Language, name: str, data: Data) -> str:
        size = say.number(-(-int(data.get("size", 0)) // 1024))
        return say.text(words, name=name or say.text(PROCESS), file=data.get("name", ""), size=size)

    return say_so


def _stopped(say: Language, name: str, data: Data) -> str:
    return say.text(
        _("Stopped at %(name)s: %(message)s"), name=name or say.text(_("the process")), message=data.get("message", "")
    )


Words = Callable[[Language, str, Data], str]
# The name of the element and whatever the fact has may be filled in.
PLAIN: Final[Mapping[str, tuple[str, str]]] = {
    "TaskCommented": ("calm", _("%(element)s: “%(text)s”")),
    "TimerSet": ("wait", _("%(element)s waits for its time")),
    "TimerFired": ("wait", _("%(element)s: the time has come")),
    "SubscriptionOpened": ("wait", _("%(element)s waits for “%(name)s”")),
    "SubscriptionKeyed": ("calm", _("%(element)s waits for “%(key)s” alone from now on")),
    "MessageReceived": ("calm", _("%(element)s: the message “%(name)s” has come")),
    "SignalReceived": ("calm", _("%(element)s: the signal “%(name)s” has come")),
    "TriggerArrived": ("wait", _("%(element)s: one of its events has occurred, the others are awaited")),
    "MessageThrown": ("calm", _("%(element)s: sent the message “%(name)s”")),
    "SignalThrown": ("calm", _("%(element)s: sent the signal “%(name)s”")),
    "JobCreated": ("wait", _("%(element)s waits for a worker (%(type)s)")),
    "JobCompleted": ("done", _("%(element)s is done")),
    "JobChanged": ("calm", _("%(element)s: tries and priority were changed")),
    "JobRetried": ("calm", _("%(element)s may be tried again")),
    "CallStarted": ("wait", _("%(element)s called %(name)s")),
    "CallEnded": ("calm", _("%(element)s: the called process is over")),
    "ErrorThrown": ("bad", _("%(element)s: error %(code)s %(message)s")),
    "ErrorCaught": ("calm", _("%(element)s caught the error %(code)s")),
    "IncidentResolved": ("calm", _("The incident is resolved")),
    "InputParked": ("paused", _("Something came in and is kept until the instance is resumed")),
    "InputUnparked": ("calm", _("What was kept is taken in now")),
    "Completed": ("done", _("The instance is complete")),
}
# With a reason behind, if there is one.
WITH_REASON: Final[Mapping[str, tuple[str, str]]] = {
    "TaskCancelled": ("ended", _("%(element)s was withdrawn")),
    "TaskReminded": ("calm", _("%(element)s: asked to be done")),
    "Suspended": ("paused", _("Suspended")),
    "Resumed": ("calm", _("Resumed")),
    "Terminated": ("ended", _("Terminated")),
}
SENTENCES: Final[Mapping[str, tuple[str, Words]]] = {
    "InstanceStarted": ("calm", _started),
    "TaskCreated": ("work", _offered),
    "TaskOffered": ("work", _offered),
    "TaskAssigned": ("work", _assigned),
    "TaskCompleted": ("done", _outcome),
    "AttachmentAdded": ("calm", _file(_("%(name)s: the file “%(file)s” was attached (%(size)s KiB)"))),
    "AttachmentRemoved": ("ended", _file(_("%(name)s: the file “%(file)s” was deleted (%(size)s KiB)"))),
    "VariablesSet": ("calm", _set),
    "JobFailed": ("bad", _failed),
    "DecisionMade": ("calm", _decided),
    "ClockChanged": ("wait", _clock),
    "ClockExtended": ("wait", _extended),
    "IncidentRaised": ("bad", _stopped),
}
PASSED: Final = frozenset(("endEvent", "intermediateThrowEvent", "scriptTask"))


class _Filled(dict[str, object]):
    """What a sentence names and the fact does not have is left out."""

    def __missing__(self, key: str) -> str:
        return ""


def _filled(say: Language, text: str, name: str, data: Data) -> str:
    return (say.text(text) % _Filled(data, element=name)).rstrip()


def sentence(entry: Fact, names: Mapping[str, str], say: Language) -> Line | None:
    """None for a fact that people are not told. `names` gives each element's name by its id."""
    name = names.get(entry.element) or entry.element
    kind, data = entry.kind, entry.data
    if kind in SENTENCES:
        tone, words = SENTENCES[kind]
        text = words(say, name, data)
    elif kind in PLAIN:
        tone, text = PLAIN[kind]
        text = _filled(say, text, name, data)
    elif kind in WITH_REASON:
        tone, text = WITH_REASON[kind]
        reason = data.get("reason") or data.get("text", "")
        text = _filled(say, text, name, data) + (f": {reason}" if reason else "")
    elif kind == "ElementEntered" and entry.element_kind in PASSED:
        reached = entry.element_kind == "endEvent"
        tone, text = "calm", say.text(_("Reached %(name)s") if reached else _("Passed %(name)s"), name=name)
    else:
        return None
    return Line(text, tone, entry.element) if text else None


def chapters(entries: Iterable[Fact], names: Mapping[str, str], say: Language) -> list[Chapter]:
    """The newest command first; within a command in the order of what happened."""
    found: dict[int, Chapter] = {}
    for entry in entries:
        line = sentence(entry, names, say)
        if line is not None:
            chapter = found.setdefault(entry.seq, Chapter(entry.seq, entry.at, entry.who, []))
            if not chapter.lines or chapter.lines[-1] != line:
                chapter.lines.append(line)
    return list(reversed(found.values()))

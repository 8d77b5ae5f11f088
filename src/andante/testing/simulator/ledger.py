"""What people were told of what they asked, and what there is of it: what was acknowledged has happened, once; what
was refused has not."""

from collections import Counter, defaultdict
from typing import Final, final

from andante.engine import commands as cmd
from andante.engine.events import CommandIgnored, Event
from andante.runtime import Problem
from andante.testing.simulator.trace import Violation

DONE: Final = "done"
REFUSED: Final = "refused"
UNKNOWN: Final = "unknown"
# What an acknowledgement of these means is in the journal; others may have found nothing to do.
SURE: Final = frozenset(("start", "set", "complete", "comment"))


def told(problem: Problem) -> str:
    """What a refusal says about whether it has happened."""
    if problem.status < 500 or "nothing was changed" in problem.message or "at once" in problem.message:
        return REFUSED
    return UNKNOWN


def mark(command: cmd.Command) -> str:
    """The mark that a person gave to what was asked, "" for none."""
    if isinstance(command, cmd.Start):
        return command.business_key if command.start < 0 and not command.parent_id else ""
    if isinstance(command, cmd.Suspend | cmd.Resume):
        return "" if command.held else command.reason
    if isinstance(command, cmd.Terminate):
        return "" if command.from_caller else command.reason
    if isinstance(command, cmd.Retry | cmd.Migrate | cmd.MoveToken):
        return command.reason
    if isinstance(command, cmd.SetVariables):
        return _first(command.values)
    if isinstance(command, cmd.CompleteTask | cmd.CompleteJob):
        return _first(command.variables or {})
    if isinstance(command, cmd.FailJob | cmd.ThrowError):
        return command.message
    return command.text if isinstance(command, cmd.CommentTask) else ""


def _first(values: dict[str, object]) -> str:
    return next((name for name in values if name.startswith("mark")), "")


@final
class Ledger:
    """`asked` of people, `found` in the journal; `settle` compares both."""

    def __init__(self) -> None:
        self._count = 0
        self._asked: dict[str, tuple[str, list[str]]] = {}
        self._found: Counter[str] = Counter()
        self._traces: Counter[str] = Counter()
        self._batches: Counter[tuple[str, str]] = Counter()
        self._messages: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def new(self, kind: str) -> str:
        """A mark for something that is about to be asked."""
        self._count += 1
        name = f"mark{self._count}"
        self._asked[name] = (kind, [])
        return name

    def answer(self, name: str, outcome: str) -> None:
        self._asked[name][1].append(outcome)

    def found(self, instance_id: str, command: cmd.Command, facts: list[Event]) -> None:
        """An entry of the journal."""
        if isinstance(command, cmd.DeliverMessage):
            if command.message_id:
                self._messages[command.message_id][instance_id] += 1
                if self._messages[command.message_id][instance_id] > 1:
                    raise Violation(f"the message {command.message_id} came twice to {instance_id}")
            return
        name = mark(command)
        if "(batch-" in name and not all(isinstance(fact, CommandIgnored) for fact in facts):
            self._batches[name, instance_id] += 1
            if self._batches[name, instance_id] > 1:
                raise Violation(f"the batch {name} was carried out twice with {instance_id}")
        if not name.startswith("mark"):
            return
        self._traces[name] += 1
        if not all(isinstance(fact, CommandIgnored) for fact in facts):
            self._found[name] += 1
            if self._found[name] > 1:
                raise Violation(f"{name} happened twice, at last to {instance_id}: {type(command).__name__}")

    def outcomes(self, kinds: frozenset[str]) -> tuple[set[str], set[str]]:
        """Marks of these kinds that were acknowledged at least once, and those that were refused whenever asked."""
        asked = [(name, outcomes) for name, (kind, outcomes) in self._asked.items() if kind in kinds and outcomes]
        refused = {name for name, outcomes in asked if all(each == REFUSED for each in outcomes)}
        return {name for name, outcomes in asked if DONE in outcomes}, refused

    def settle(self) -> int:
        """At the end. Raises Violation; how much was compared."""
        for name, (kind, outcomes) in self._asked.items():
            if DONE in outcomes and kind in SURE and not self._found[name]:
                raise Violation(f"{name} ({kind}) was acknowledged, and has not happened")
            if outcomes and all(outcome == REFUSED for outcome in outcomes) and self._traces[name]:
                raise Violation(f"{name} ({kind}) was refused, and has happened")
        return len(self._asked)

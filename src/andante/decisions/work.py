"""One evaluation: what it spends, what it has to say, and which rules applied."""

from typing import Any, Final, NamedTuple, final

from andante.decisions.faults import DecisionFault
from andante.decisions.types import ItemType, Misfit
from andante.expressions import EvaluationFault, Part, Run, to_feel

MAX_MESSAGES: Final = 100
MAX_APPLIED: Final = 1_000
_SHOWN: Final = 200

Scope = dict[str, Any]


class Rule(NamedTuple):
    """A rule that matched: `number` from 1, and the `id` it has in the file."""

    number: int
    id: str


class Applied(NamedTuple):
    """A decision table that was evaluated: whose it is, its inputs with their values, the rules that matched, and the
    outputs by name, one for each rule that counts."""

    decision: str
    inputs: tuple[tuple[str, Any], ...]
    rules: tuple[Rule, ...]
    outputs: tuple[dict[str, Any], ...]


@final
class Work:
    """`decision` is the name of what is evaluated just now. `rows` are the outputs of the table evaluated last."""

    __slots__ = ("applied", "decision", "messages", "rows", "run")

    def __init__(self, run: Run) -> None:
        self.run = run
        self.decision = ""
        self.messages: list[str] = []
        self.applied: list[Applied] = []
        self.rows: list[dict[str, Any]] | None = None

    def value(self, part: Part, scope: Scope, place: str) -> Any:
        """Evaluate. Raises DecisionFault."""
        run = self.run
        run.charge(1)
        try:
            return part.evaluate(scope, run)
        except EvaluationFault as fault:
            raise self.fault(place, str(fault)) from None

    def fault(self, place: str, reason: str) -> DecisionFault:
        return DecisionFault(self.decision, place, reason)

    def say(self, text: str, place: str = "") -> None:
        if len(self.messages) < MAX_MESSAGES:
            where = f"decision '{self.decision}'" + (f", {place}" if place else "")
            self.messages.append(f"{where}: {text}")

    def note(self, applied: Applied) -> None:
        if len(self.applied) < MAX_APPLIED:
            self.applied.append(applied)

    def fit(self, value: Any, kind: ItemType | None, what: str, *, keep: bool = False) -> Any:
        """The value as its type has it; where it does not conform, null with a message, or as it is if to `keep`."""
        if kind is None:
            return value
        try:
            return kind.fit(value, self.run)
        except Misfit as misfit:
            outcome = "stays as it is" if keep else "counts as null"
            self.say(f"{what} is {shown(misfit.value)}, which is no {misfit.expected.name}; it {outcome}")
            return value if keep else None


def shown(value: Any) -> str:
    """A value for messages."""
    text = to_feel(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"

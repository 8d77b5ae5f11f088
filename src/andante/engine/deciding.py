"""How the core comes by decisions: whoever runs it hands in a function that finds what is deployed."""

from collections.abc import Callable, Iterable
from typing import final

from andante.decisions import Decision, DecisionModel
from andante.engine.faults import ModelFault


@final
class Decided:
    """A decision that is deployed: the id and version of its definition, and the decision itself."""

    __slots__ = ("decision", "definition_id", "version")

    def __init__(self, definition_id: str, version: str, decision: Decision) -> None:
        self.definition_id = definition_id
        self.version = version
        self.decision = decision


# Name and version ("": the active one) of what a task calls, and the id of the definition of the process where it is to
# be the version that came with it, else ""; raises ModelFault where there is none.
FindDecision = Callable[[str, str, str], Decided]


def no_decisions(name: str, version: str, beside: str) -> Decided:
    raise ModelFault("decision", f"there is no decision '{name}': deploy it, then retry")


def of_models(models: Iterable[DecisionModel]) -> FindDecision:
    """The decisions of these files, each file the active version of what is in it, the last one first."""
    found: dict[str, Decision] = {each.id: each for model in models for each in model.decisions}

    def find(name: str, version: str, beside: str) -> Decided:
        decision = found.get(name)
        if decision is None:
            return no_decisions(name, version, beside)
        return Decided(name, version, decision)

    return find

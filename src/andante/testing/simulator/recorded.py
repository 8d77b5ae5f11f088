"""Decisions for the oracle: those that the journal says were made, carried out again."""

import functools
from collections.abc import Iterable
from typing import final

from andante.decisions import DecisionModel, read_dmn
from andante.engine.deciding import Decided
from andante.engine.events import DecisionMade, Event
from andante.engine.faults import ModelFault
from andante.testing.simulator.database import Database


@functools.lru_cache(maxsize=64)
def _model(data: bytes) -> DecisionModel:
    return read_dmn(data, "UTC", {})


@final
class Recorded:
    """`expect` the facts of a command before it is carried out again."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._made: list[DecisionMade] = []

    def expect(self, facts: Iterable[Event]) -> None:
        self._made = [fact for fact in facts if isinstance(fact, DecisionMade)]

    def __call__(self, name: str, version: str, beside: str) -> Decided:
        """What was called then. Raises ModelFault where it was not found."""
        if not self._made:
            raise ModelFault("decision", f"there is no active decision '{name}': deploy or activate it, then retry")
        made = self._made.pop(0)
        ((data,),) = self._database.query(
            "select s.data from definition d join source s on s.id=d.source_id where d.id=? and d.name=?",
            (made.definition_id, name),
        )
        return Decided(made.definition_id, made.version, _model(bytes(data)).find(name))

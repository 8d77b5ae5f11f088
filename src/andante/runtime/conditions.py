"""Conditional start events of processes: nobody sets variables before there is an instance, so that somebody has to say
what is so. Then each condition that is true starts an instance (as in Camunda 7; BPMN 2.0.2 section 10.4.5.2)."""

from typing import final

from andante.engine.commands import Start
from andante.engine.elements.condition import true_at_start
from andante.runtime.bundle import nothing
from andante.runtime.clock import Clock
from andante.runtime.definitions import Definitions
from andante.runtime.executor import Executor
from andante.runtime.ids import INSTANCE, Ids
from andante.runtime.options import RuntimeSettings
from andante.runtime.pace import Pace
from andante.runtime.problem import PARAMETER, Problem
from andante.runtime.sharing import Sharing
from andante.runtime.sight import sight
from andante.store import definitions as rows
from andante.store.store import Store


@final
class Conditions:
    """Looks at the conditional start events of the definitions that are active, and at how many begin."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        executor: Executor,
        definitions: Definitions,
        sharing: Sharing,
        settings: RuntimeSettings,
    ) -> None:
        self.pace = Pace(store, clock, sharing, settings)
        self._store = store
        self._clock = clock
        self._ids = ids
        self._executor = executor
        self._definitions = definitions

    async def evaluate(self, variables: dict[str, object], business_key: str, process: str, who: str) -> list[str]:
        """The ids of the instances that begin with these variables: one for each start event of which a condition is
        true, of all processes or of `process`. Raises Problem where that one has none."""
        await self._definitions.catalogue.fresh()
        found = await rows.started_by(self._store, "conditional", "")
        if process:
            wanted = self._definitions.startable(process).id
            found = [row for row in found if row[0] == wanted]
            if not found:
                raise Problem(PARAMETER, 400, f"definition: no condition starts '{process}'. Start it itself.")
        now = self._clock.now()
        begin: dict[tuple[str, int], None] = {}
        for definition_id, node, part in found:
            graph = await self._definitions.graph(definition_id)
            event = graph.nodes[node].event
            if event is not None and true_at_start(graph, event.each[part], variables, now):
                begin[definition_id, node] = None
        may = sight().start
        mine = [(await self._definitions.known(definition_id), node) for definition_id, node in begin]
        mine = [(record, node) for record, node in mine if may.has(record.name)]
        await self.pace.demand(len(mine))
        started: list[str] = []
        for record, node in mine:
            instance_id = self._ids.new(INSTANCE, now)
            command = Start(record.id, record.name, record.version, dict(variables), business_key, start=node)
            await self._executor.submit(instance_id, command, who, nothing)
            started.append(instance_id)
        return started

"""Operators change open instances: move tokens, and let instances go on by another version of their definition."""

from collections import Counter
from collections.abc import Mapping
from typing import Final, final

import msgspec

from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine.migration import hindrances, plan
from andante.runtime import views
from andante.runtime.bundle import View
from andante.runtime.definitions import Definitions
from andante.runtime.executor import Executor
from andante.runtime.problem import DEFINITION_NOT_FOUND, PARAMETER, Problem
from andante.store.projection import instance_record
from andante.store.records import DefinitionRecord, InstanceRecord
from andante.store.store import Store

ACTIONS: Final = ("suspend", "resume", "terminate", "retry")


def lifecycle(action: str, reason: str, incident: int = 0) -> cmd.Command:
    """The command for one of ACTIONS; `incident` is for retry alone. Raises Problem 400 for another."""
    if action == "suspend":
        return cmd.Suspend(reason=reason)
    if action == "resume":
        return cmd.Resume(reason=reason)
    if action == "terminate":
        return cmd.Terminate(reason=reason)
    if action == "retry":
        return cmd.Retry(reason, incident)
    raise Problem(PARAMETER, 400, f"action: '{action}' is none of {', '.join(ACTIONS)}.")


class ElementPlan(msgspec.Struct, frozen=True):
    """An element at which tokens stand, "" for the process as a whole: where they go on, or why they cannot."""

    element: str
    to: str
    tokens: int
    problem: str


class MigrationPlan(msgspec.Struct, frozen=True):
    """What a migration would do. `possible`: no element has a problem."""

    definition_id: str
    version: str
    possible: bool
    elements: list[ElementPlan]


@final
class Live:
    """Each is a command in the journal, with its reason and who gave it."""

    def __init__(self, store: Store, executor: Executor, definitions: Definitions) -> None:
        self._store = store
        self._executor = executor
        self._definitions = definitions

    async def move(
        self, instance_id: str, source: str, target: str, token: int, who: str, reason: str, view: View[InstanceRecord]
    ) -> InstanceRecord:
        return await self._executor.submit(instance_id, cmd.MoveToken(source, target, reason, token), who, view)

    async def modify(
        self, instance_id: str, moves: list[cmd.MoveToken], *, who: str, reason: str = "",
        variables: dict[str, object] | None = None,
    ) -> InstanceRecord:  # fmt: skip
        """Several moves in this order, all of them or none; also such as only take out, or only begin."""
        command = cmd.Modify(moves, reason, variables)
        return await self._executor.submit(
            instance_id, command, who, lambda step, _: instance_record(step.graph, step.instance)
        )

    async def flow_after(self, definition_id: str, element: str) -> str:
        """The sequence flow that leaves the element. Raises Problem (400) where it is not a single one."""
        graph = await self._definitions.graph(definition_id)
        node = graph.by_id.get(element, -1)
        if node < 0:
            raise Problem(PARAMETER, 400, f"The process has no element '{element}'.")
        flows = [graph.flows[index].id for index in graph.nodes[node].outgoing]
        if len(flows) != 1:
            text = f"'{element}' has {len(flows)} outgoing sequence flows: name the one that is meant."
            raise Problem(PARAMETER, 400, text)
        return flows[0]

    async def migrate(
        self, record: InstanceRecord, version: str, mapping: Mapping[str, str], who: str, reason: str,
        view: View[InstanceRecord],
    ) -> InstanceRecord:  # fmt: skip
        _, new, command = await self._plan(record, version, mapping, reason)
        return await self._executor.submit(record.id, command, who, view, graph=new)

    async def check(self, instance_id: str, version: str, mapping: Mapping[str, str]) -> MigrationPlan:
        """As committed; nothing is changed."""
        record, instance = await views.load(self._store, instance_id)
        old, new, command = await self._plan(record, version, mapping, "")
        problems = {each.node: each.reason for each in hindrances(instance, new, command)}
        standing = Counter(token.node for token in instance.tokens.values() if not token.child)
        found = []
        for node in sorted({*standing, *problems}):
            index = command.nodes.get(node, -1)
            found.append(
                ElementPlan(
                    old.nodes[node].id if node >= 0 else "", new.nodes[index].id if index >= 0 else "",
                    standing[node], problems.get(node, ""),
                )
            )  # fmt: skip
        return MigrationPlan(command.definition_id, command.version, not problems, found)

    async def pairs(self, old_id: str, new: DefinitionRecord, mapping: Mapping[str, str]) -> list[ElementPlan]:
        """Which element of one version is which of another, whether or not tokens stand there. Raises Problem."""
        old, to, command = await self._between(old_id, new, mapping)
        return [
            ElementPlan(
                node.id, to.nodes[command.nodes[node.index]].id if node.index in command.nodes else "", 0,
                command.problems.get(node.index, ""),
            )
            for node in old.nodes
        ]  # fmt: skip

    async def _plan(
        self, record: InstanceRecord, version: str, mapping: Mapping[str, str], reason: str
    ) -> tuple[ProcessGraph, ProcessGraph, cmd.Migrate]:
        await self._definitions.catalogue.fresh()
        target = self._definitions.catalogue.named(record.name, version) if version else None
        if target is None:
            raise Problem(DEFINITION_NOT_FOUND, 404, f"There is no version '{version}' of '{record.name}'.")
        return await self._between(record.definition_id, target, mapping, reason)

    async def _between(
        self, old_id: str, target: DefinitionRecord, mapping: Mapping[str, str], reason: str = ""
    ) -> tuple[ProcessGraph, ProcessGraph, cmd.Migrate]:
        old, new = await self._definitions.graph(old_id), await self._definitions.graph(target.id)
        try:
            command = plan(
                old, new, old_id=old_id, new_id=target.id, version=target.version, mapping=mapping, reason=reason
            )
        except ValueError as fault:
            raise Problem(PARAMETER, 400, f"map: {fault}.") from None
        return old, new, command

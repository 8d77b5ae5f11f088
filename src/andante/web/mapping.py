"""Which element of a version becomes which of another: proposed where the ids differ, changed by hand, and tried out on
the instances that are to go on by it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from andante.runtime import InstanceRecord, Problem, Runtime
from andante.runtime.problem import DEFINITION_NOT_FOUND
from andante.web.diagram import KINDS, names_of
from andante.web.process import Node, Process

FIELD: Final = "map."  # before the element's id, in forms
MOST_LOOKED: Final = 100  # instances on which a mapping is tried
WAIT_AT: Final = frozenset(
    ("userTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask", "manualTask", "task",
     "subProcess", "transaction", "adHocSubProcess", "callActivity", "intermediateCatchEvent", "eventBasedGateway",
     "parallelGateway", "inclusiveGateway", "complexGateway")
)  # fmt: skip


class Place(msgspec.Struct, frozen=True):
    """An element of the old versions: where it goes on ("": at the same id), and what hinders it. `tokens` of the
    instances that were looked at stand there; `proposed`: by its name or kind, for its id is not there any more."""

    element: str
    name: str
    kind: str
    to: str
    proposed: bool
    tokens: int
    problems: list[str]


class Look(msgspec.Struct, frozen=True):
    """What would become of the `looked` instances, of which `possible` can go on; `targets` are names by id."""

    version: str
    places: list[Place]
    targets: dict[str, str]
    looked: int
    possible: int


def mapping_of(given: Mapping[str, object]) -> dict[str, str]:
    """What was chosen by hand in a form or an address."""
    return {
        name.removeprefix(FIELD): to.strip()
        for name, to in given.items()
        if name.startswith(FIELD) and isinstance(to, str) and to.strip()
    }


def proposed(old: Process, new: Process) -> dict[str, str]:
    """For elements whose id is not in the new version: the new one of the same kind and name, else the only new one of
    its kind where it is the only old one, too."""
    kept = {node.id for node in old.nodes} & {node.id for node in new.nodes}
    gone, come = ([node for node in graph.nodes if node.id not in kept] for graph in (old, new))
    found: dict[str, str] = {}
    for node in gone:
        alike = [each for each in come if each.kind_name == node.kind_name and each.id not in found.values()]
        named = [each for each in alike if _name(each) == _name(node)]
        only = alike if len(alike) == 1 and sum(each.kind_name == node.kind_name for each in gone) == 1 else []
        for each in (named or only)[:1]:
            found[node.id] = each.id
    return found


def _name(node: Node) -> str:
    return (node.name or node.id).casefold().strip()


async def look(
    runtime: Runtime, records: Iterable[InstanceRecord], name: str, version: str, mapping: Mapping[str, str] | None
) -> Look:
    """Try `mapping`, or (None) what is proposed, on these instances of `name`. Raises Problem 404."""
    target = next((each for each in await runtime.definitions(name=name, limit=1_000) if each.version == version), None)
    if target is None:
        raise Problem(DEFINITION_NOT_FOUND, 404, f"There is no version '{version}' of '{name}'.")
    new: Process = await runtime.graph(target.id)
    looked = [each for each in records if each.version != version and not each.closed][:MOST_LOOKED]
    olds: dict[str, Process] = {each: await runtime.graph(each) for each in {one.definition_id for one in looked}}
    offered: dict[str, str] = {}
    for old in olds.values():
        offered |= proposed(old, new)
    chosen = offered if mapping is None else dict(mapping)
    tokens: Counter[str] = Counter()
    problems: dict[str, dict[str, None]] = {}
    possible = 0
    for record in looked:
        known = {node.id for node in olds[record.definition_id].nodes}
        plan = await runtime.check_migration(
            record.id, version, {old: to for old, to in chosen.items() if old in known}
        )  # fmt: skip
        possible += plan.possible
        for each in plan.elements:
            tokens[each.element] += each.tokens
            if each.problem:
                problems.setdefault(each.element, {})[each.problem] = None
    there = {node.id for node in new.nodes}
    places: dict[str, Place] = {}
    for old in olds.values():
        for node in old.nodes:
            lacks = node.id not in there and node.kind_name in WAIT_AT
            if node.id not in places and (tokens[node.id] or node.id in problems or lacks or node.id in chosen):
                to = chosen.get(node.id, "")
                places[node.id] = Place(
                    node.id, node.name or node.id, KINDS.get(node.kind_name, node.kind_name), to,
                    bool(to) and to == offered.get(node.id), tokens[node.id], list(problems.get(node.id, {})),
                )  # fmt: skip
    found = sorted(places.values(), key=lambda each: -each.tokens)
    if "" in problems:
        found.insert(0, Place("", "", "", "", False, 0, list(problems[""])))
    return Look(version, found, names_of(new), len(looked), possible)

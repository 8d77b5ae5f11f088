"""One instance looked at closely: where its tokens are, what is wrong, its clocks, and its history in order."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from andante.bpmn.graph import Node, ProcessGraph
from andante.codec import decode_entry, decode_state
from andante.codec.values import EVENTS, arguments
from andante.engine import events as ev
from andante.engine.commands import Command
from andante.engine.gate import allowed
from andante.engine.settings import EngineSettings
from andante.engine.state import ACTIVE, JOINED, Instance, Token
from andante.runtime.clock_views import ClockView, Told, clocks
from andante.runtime.problem import INSTANCE_NOT_FOUND, Problem
from andante.store import instances as rows
from andante.store.records import InstanceRecord
from andante.store.store import Store

# What each fact says, in alphabetical order: compiled classes have no slots to ask.
ATTRIBUTES: Final[dict[type, list[str]]] = {kind: sorted(arguments(kind)) for kind in EVENTS.values()}


class TokenView(msgspec.Struct, frozen=True):
    """A token: the element it is at, "active", "joining", "failed" or "ready", since when (ms), and its key."""

    element: str
    state: str
    since: int
    token: int


class IncidentView(msgspec.Struct, frozen=True):
    """What stopped the instance, where ("" for the instance as a whole) and when (ms)."""

    id: int
    element: str
    kind: str
    message: str
    at: int


class InstanceDetail(msgspec.Struct, frozen=True):
    """All that the instance page shows. `sla_state` is that of the process's own clocks, also when it is over.
    `allowed` tells which actions would be carried out now."""

    record: InstanceRecord
    tokens: list[TokenView]
    incidents: list[IncidentView]
    sla: list[ClockView]
    allowed: dict[str, bool]
    children: list[str]
    parked: int
    sla_state: str = ""


class HistoryEntry(msgspec.Struct, frozen=True):
    """One fact of the journal. `seq` numbers the command it belongs to; `element_kind` is BPMN's own word."""

    seq: int
    at: int
    kind: str
    element: str
    element_kind: str
    who: str
    data: dict[str, Any]


# Facts that only move the machinery; people are shown the others.
INNER: Final = (
    ev.TokenJoined, ev.TokenDone, ev.TokenReady, ev.StateChanged, ev.LocalsSet, ev.StepHandled, ev.ApproverAsked,
    ev.ReturnEnded,
)  # fmt: skip
HIDDEN: Final = frozenset(
    ("token", "node", "scope", "flow", "loop", "state", "command", "nodes", "flows", "policies", "sla")
)


Entry = tuple[int, int, str, Command, list[ev.Event]]  # of a journal: number, time (ms), actor, command, facts


async def journal(store: Store, instance_id: str) -> list[Entry]:
    """All of it, in order: for those who need it more than once."""
    rows = await store.read("select seq, at, actor, data from journal where instance_id=? order by seq", (instance_id,))
    return [(seq, at, actor, *decode_entry(bytes(data))) for seq, at, actor, data in rows]


async def load(store: Store, instance_id: str) -> tuple[InstanceRecord, Instance]:
    """The record and the state, as committed. Raises Problem 404."""
    record = await rows.one(store, instance_id)
    row = await store.get("select data from instance where id=?", (instance_id,))
    if record is None or row is None:
        raise Problem(INSTANCE_NOT_FOUND, 404, f"There is no instance '{instance_id}'.")
    return record, decode_state(bytes(row[0]))


async def detail(
    store: Store,
    graph: ProcessGraph,
    record: InstanceRecord,
    instance: Instance,
    now: int,
    settings: EngineSettings,
    entries: list[Entry] | None = None,
) -> InstanceDetail:
    """`entries` are the instance's journal, where it was read already."""
    entered, told = looked(entries if entries is not None else await journal(store, instance.id))
    running = clocks(graph, instance, now, settings.calendars, told.extensions)
    return InstanceDetail(
        record, tokens(graph, instance, entered), incidents(graph, instance), running, allowed(instance),
        await rows.children(store, instance.id), len(instance.parked), told.state(running),
    )  # fmt: skip


def tokens(graph: ProcessGraph, instance: Instance, entered: Mapping[int, int]) -> list[TokenView]:
    """The innermost tokens; `entered` tells by key when (ms) each came to where it is."""
    failed = {incident.token for incident in instance.incidents.values()}
    return [
        TokenView(
            graph.nodes[token.node].id,
            _token_state(token, failed),
            entered.get(token.key, instance.started_at),
            token.key,
        )
        for token in instance.tokens.values()
        if not token.child or token.key in failed
    ]


def incidents(graph: ProcessGraph, instance: Instance) -> list[IncidentView]:
    return [
        IncidentView(i.key, _element(graph, instance, i.token), i.kind, i.message, i.at)
        for i in instance.incidents.values()
    ]


def _token_state(token: Token, failed: set[int]) -> str:
    if token.key in failed:
        return "failed"
    if token.phase == JOINED:
        return "joining"
    return "active" if token.phase == ACTIVE else "ready"


def _element(graph: ProcessGraph, instance: Instance, key: int) -> str:
    token = instance.tokens.get(key)
    return graph.nodes[token.node].id if token is not None else ""


def looked(entries: Iterable[Entry]) -> tuple[dict[int, int], Told]:
    """When each token came to where it is (ms), and what there is to tell of clocks."""
    found: dict[int, int] = {}
    told = Told()
    for _seq, at, actor, _command, facts in entries:
        for fact in facts:
            if isinstance(fact, ev.ElementEntered):
                found[fact.token] = at
            else:
                told.take(fact, at, actor)
    return found, told


async def history(
    store: Store, graph_of: Callable[[str], Awaitable[ProcessGraph]], instance_id: str, after: int, limit: int
) -> list[HistoryEntry]:
    """The facts of the commands after number `after`, at most `limit` commands of them. Each is told by the version of
    the definition that the instance went by then; of a version that is deleted, elements are left out."""
    journal = await store.read(
        "select seq, at, actor, data from journal where instance_id=? and seq<=? order by seq",
        (instance_id, after + limit),
    )
    return await told(graph_of, journal, after)


async def told(
    graph_of: Callable[[str], Awaitable[ProcessGraph]], journal: Iterable[tuple[Any, ...]], after: int
) -> list[HistoryEntry]:
    """The same of a journal's rows, from its beginning: number, time, actor and entry."""
    return await told_of(graph_of, ((*head, *decode_entry(bytes(data))) for *head, data in journal), after)


async def told_of(
    graph_of: Callable[[str], Awaitable[ProcessGraph]], entries: Iterable[tuple[Any, ...]], after: int = 0
) -> list[HistoryEntry]:
    """The same of entries that are read already."""
    places: dict[int, int] = {}
    owners: dict[int, int] = {}  # node of each task, timer, job, subscription, trigger by key
    nodes: Sequence[Node] = ()
    found: list[HistoryEntry] = []
    for seq, at, actor, _command, facts in entries:
        for fact in facts:
            if isinstance(fact, ev.InstanceStarted | ev.Migrated):
                nodes = await _nodes(graph_of, fact.definition_id)
            if isinstance(fact, ev.Migrated):
                for known in (places, owners):
                    known.update({key: fact.nodes[node] for key, node in known.items() if node in fact.nodes})
            node = _place(fact, places, owners)
            if seq <= after or isinstance(fact, INNER):
                continue
            data: dict[str, Any] = _data(fact)
            if isinstance(fact, ev.TaskReturned) and fact.target < len(nodes):
                data["target"] = nodes[fact.target].id
            element = nodes[node] if node is not None and 0 <= node < len(nodes) else None
            found.append(
                HistoryEntry(
                    seq, at, type(fact).__name__, element.id if element is not None else "",
                    element.kind_name if element is not None else "", actor, data,
                )
            )  # fmt: skip
    return found


async def _nodes(graph_of: Callable[[str], Awaitable[ProcessGraph]], definition_id: str) -> Sequence[Node]:
    try:
        return (await graph_of(definition_id)).nodes
    except Problem:
        return ()


def _place(fact: ev.Event, places: dict[int, int], owners: dict[int, int]) -> int | None:
    """The node a fact is about; remembers where tokens and waits are."""
    node: int | None = getattr(fact, "node", None)
    token: int | None = getattr(fact, "token", None)
    if isinstance(fact, ev.ElementEntered):
        places[fact.token] = fact.node
    for name in ("task", "timer", "subscription", "trigger", "job"):
        key = getattr(fact, name, None)
        if key:
            if node is not None:
                owners[key] = node
            else:
                node = owners.get(key)
    if node is None and token is not None:
        node = places.get(token)
    return node


def _data(fact: ev.Event) -> dict[str, Any]:
    found = {}
    for name in ATTRIBUTES[type(fact)]:
        if name in HIDDEN:
            if name == "state" and isinstance(value := getattr(fact, name), str):
                found[name] = value
            continue
        value = getattr(fact, name)
        if value not in ("", None, [], {}):
            found[name] = value
    return found

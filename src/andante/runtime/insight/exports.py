"""The history of a process for other tools: XES (IEEE 1849-2016, for process mining) and CSV, a piece at a time."""

import csv
import datetime as dt
import io
from collections.abc import AsyncIterator, Iterable
from typing import Final, final
from xml.sax.saxutils import quoteattr

import msgspec

from andante.runtime.definitions import Definitions
from andante.runtime.insight.observing import Observer, Stay, graphs_of, journal_of
from andante.runtime.problem import Problem
from andante.runtime.sight import sight
from andante.runtime.views import HistoryEntry, history
from andante.store.store import Row, Store

XES: Final = "xes"
CSV: Final = "csv"
MEDIA: Final = {XES: "application/xml", CSV: "text/csv"}
AT_ONCE: Final = 100  # instances read together
COMMANDS: Final = 500  # of an instance, read together
COLUMNS: Final = (
    "case_id", "business_key", "process", "version", "activity", "activity_id", "kind", "started", "completed",
    "resource", "outcome", "seconds",
)  # fmt: skip
# What tells that something has been done, and how XES calls it.
LIFECYCLE: Final = {
    "ElementEntered": "start", "TaskCreated": "schedule", "TaskAssigned": "assign", "TaskCompleted": "complete",
    "TaskCancelled": "withdraw", "JobCompleted": "complete", "JobFailed": "unknown", "Suspended": "suspend",
    "Resumed": "resume", "Completed": "complete", "Terminated": "pi_abort", "IncidentRaised": "unknown",
}  # fmt: skip
HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">\n'
    '<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>\n'
    '<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>\n'
    '<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>\n'
    '<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>\n'
    '<classifier name="Activity" keys="concept:name"/>\n'
)


class Case(msgspec.Struct, frozen=True):
    """An instance of the export; times in ms."""

    id: str
    definition_id: str
    name: str
    version: str
    business_key: str
    started_at: int
    ended_at: int


@final
class Exports:
    """Reads instance by instance: any number of them takes no more memory than the longest."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        self._store = store
        self._definitions = definitions

    async def stream(self, form: str, name: str, first_ms: int, last_ms: int) -> AsyncIterator[bytes]:
        """Instances of the process `name`, all versions, that started in that time. `form` is xes or csv."""
        if form == XES:
            yield HEAD.encode()
            async for case in self._cases(name, first_ms, last_ms):
                yield _trace(case, await self._history(case), await self._names(case)).encode()
            yield b"</log>\n"
            return
        yield csv_line(COLUMNS)
        async for case in self._cases(name, first_ms, last_ms):
            yield b"".join(csv_line(row) for row in _activities(case, await self.stays(case.id)))

    async def _cases(self, name: str, first_ms: int, last_ms: int) -> AsyncIterator[Case]:
        if not sight().read.has(name):
            return
        for record in await self._store.read("select id from definition where name=? order by created_at, id", (name,)):
            after: Row = (first_ms - 1, "")
            while True:
                found = await self._store.browse(
                    "select id, definition_id, name, version, business_key, started_at, ended_at from instance"
                    " where definition_id=? and started_at<=? and (started_at, id) > (?,?)"
                    " order by started_at, id limit ?",
                    (record[0], last_ms, *after, AT_ONCE),
                )
                for row in found:
                    yield Case(*row)
                if len(found) < AT_ONCE:
                    break
                after = (found[-1][5], found[-1][0])

    async def _history(self, case: Case) -> list[HistoryEntry]:
        found: list[HistoryEntry] = []
        after = 0
        while part := await history(self._store, self._definitions.graph, case.id, after, COMMANDS):
            found.extend(part)
            after = part[-1].seq
        return found

    async def stays(self, instance_id: str) -> list[Stay]:
        """Where its tokens were, from when to when, in order of their coming."""
        journal = await journal_of(self._store, instance_id)
        observer = Observer(await graphs_of(self._definitions, journal))
        for at, who, facts in journal:
            observer.tell(at, who, facts)
        return sorted([*observer.stays, *observer.still()], key=lambda stay: stay.begun)

    async def _names(self, case: Case) -> dict[str, str]:
        try:
            graph = await self._definitions.graph(case.definition_id)
        except Problem:
            return {}
        return {node.id: node.name or node.id for node in graph.nodes}


def _iso(ms: int) -> str:
    return dt.datetime.fromtimestamp(ms / 1000, dt.UTC).isoformat(timespec="milliseconds") if ms else ""


def _string(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(_clean(value))}/>'


def _clean(text: str) -> str:
    """Without what XML cannot have."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))


def _trace(case: Case, entries: Iterable[HistoryEntry], names: dict[str, str]) -> str:
    lines = ["<trace>", _string("concept:name", case.id)]
    for key, value in (("businessKey", case.business_key), ("process", case.name), ("version", case.version)):
        lines.append(_string(key, value))
    for entry in entries:
        transition = LIFECYCLE.get(entry.kind)
        if transition is None:
            continue
        activity = names.get(entry.element, entry.element) or entry.kind
        event = [_string("concept:name", activity), _string("lifecycle:transition", transition)]
        event.append(f'<date key="time:timestamp" value="{_iso(entry.at)}"/>')
        if entry.who:
            event.append(_string("org:resource", entry.who))
        if entry.element:
            event.append(_string("elementId", entry.element))
        outcome = str(entry.data.get("outcome", ""))
        if outcome:
            event.append(_string("outcome", outcome))
        lines.append(f"<event>{''.join(event)}</event>")
    lines.append("</trace>\n")
    return "\n".join(lines)


def _activities(case: Case, stays: Iterable[Stay]) -> Iterable[tuple[object, ...]]:
    for stay in stays:
        yield (
            case.id, case.business_key, case.name, case.version, stay.name, stay.element, stay.kind, _iso(stay.begun),
            _iso(stay.ended), stay.who, "withdrawn" if stay.withdrawn else stay.outcome,
            round((stay.ended - stay.begun) / 1000, 3) if stay.ended else "",
        )  # fmt: skip


FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")


def csv_line(values: Iterable[object]) -> bytes:
    """A line of a file of comma-separated values."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([_harmless(str(value)) for value in values])
    return text.getvalue().encode()


def _harmless(text: str) -> str:
    """What a spreadsheet would take for a formula is a text: some take the wide signs of Chinese and Japanese, too."""
    return f"'{text}" if text.startswith(FORMULA) else text

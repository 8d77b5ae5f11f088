"""How the core comes by business calendars: whoever runs it hands in what finds them by name, from memory.

An SLA in working time counts by the calendar that is named nearest to it: by the SLA itself, by its user task or the
task's lane, for the task's work queue, by the process; and where none is named, by the server's default.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol, final

from andante.engine.faults import ModelFault
from andante.timing.calendar import DEFAULT_CALENDAR, BusinessCalendar

if TYPE_CHECKING:
    from andante.bpmn.graph import ProcessGraph, Sla

FAULT: Final = "calendar"


class Calendars(Protocol):
    """The same call gives the same calendar as long as nobody changes one."""

    def find(self, name: str) -> BusinessCalendar:
        """What a clock that starts now counts by; "" is the server's default. Raises ModelFault('calendar')."""

    def known(self, name: str) -> BusinessCalendar:
        """What a clock counts by that has already started: also a calendar that is deleted by now, and the server's
        default where none of that name was ever heard of. A pause must not fail."""

    def of_queue(self, queue: str) -> str:
        """The name of the work queue's calendar, "" where it has none."""


@final
class FixedCalendars:
    """These calendars by name, the one named "default" in place of Monday to Friday all day in `zone`; and by work
    queue the name of its calendar."""

    __slots__ = ("_calendars", "_default", "_queues")

    def __init__(
        self,
        zone: str = "UTC",
        calendars: Mapping[str, BusinessCalendar] | None = None,
        queues: Mapping[str, str] | None = None,
    ) -> None:
        self._calendars = dict(calendars or {})
        self._queues = dict(queues or {})
        self._default = self._calendars.get(DEFAULT_CALENDAR) or BusinessCalendar(zone)

    def find(self, name: str) -> BusinessCalendar:
        if not name or name == DEFAULT_CALENDAR:
            return self._default
        found = self._calendars.get(name)
        if found is None:
            raise unknown(name)
        return found

    def known(self, name: str) -> BusinessCalendar:
        return self._calendars.get(name, self._default)

    def of_queue(self, queue: str) -> str:
        return self._queues.get(queue, "")


def unknown(name: str) -> ModelFault:
    """No fallback: a promise in working time that is silently counted by other hours is worse than a task that waits
    for its operator."""
    return ModelFault(FAULT, f"there is no business calendar '{name}': create it or name another, then retry")


def chosen(calendars: Calendars, sla: "Sla", task: str, queue: str, process: str) -> str:
    """The name of the calendar by which the SLA counts, "" for the server's default; `task` and `process` are the names
    that those give, `queue` is the task's work queue."""
    name = sla.calendar or task or (calendars.of_queue(queue) if queue else "") or process
    return "" if name == DEFAULT_CALENDAR else name


def calendars_in(graph: "ProcessGraph") -> list[tuple[str, str, int]]:
    """What a process names: calendar, element and line, each element once."""
    found = [(graph.calendar, graph.process_id, 0)]
    found.extend((sla.calendar, graph.process_id, 0) for sla in graph.slas)
    for node in graph.nodes:
        names = [node.calendar] if node.slas else []
        found.extend((name, node.id, node.line) for name in [*names, *(sla.calendar for sla in node.slas)])
    return sorted({place for place in found if place[0]}, key=lambda place: (place[2], place[1], place[0]))

"""Facts about the instance as a whole."""

from collections.abc import Callable
from typing import Any, Final

from andante.engine import events as ev
from andante.engine.state import COMPLETED, NEW, Instance, Scope
from andante.engine.waits import Incident


def _started(instance: Instance, e: ev.InstanceStarted) -> None:
    instance.definition_id = e.definition_id
    instance.name = e.name
    instance.version = e.version
    instance.label = e.label
    instance.title = e.title
    instance.business_key = e.business_key
    instance.parent_id = e.parent_id
    instance.parent_token = e.parent_token
    instance.root_id = e.root_id
    instance.depth = e.depth
    instance.is_test = e.is_test
    instance.held = e.held
    instance.created_by = e.created_by
    instance.ext = e.ext
    instance.started_at = instance.modified_at
    instance.state = NEW
    instance.scopes[0] = Scope(0, -1, -1, 0, dict(e.variables))


def _incident(instance: Instance, e: ev.IncidentRaised) -> None:
    instance.last_key = max(instance.last_key, e.incident)
    instance.incidents[e.incident] = Incident(e.incident, e.token, e.kind, e.message, instance.modified_at, e.sla)


def _incident_resolved(instance: Instance, e: ev.IncidentResolved) -> None:
    del instance.incidents[e.incident]


def _suspended(instance: Instance, e: ev.Suspended) -> None:
    if e.held:
        instance.held = True
    else:
        instance.suspended = True


def _resumed(instance: Instance, e: ev.Resumed) -> None:
    if e.held:
        instance.held = False
    else:
        instance.suspended = False


def _parked(instance: Instance, e: ev.InputParked) -> None:
    instance.parked.append(e.command)


def _unparked(instance: Instance, _: ev.InputUnparked) -> None:
    del instance.parked[0]


def _properties(instance: Instance, e: ev.PropertiesSet) -> None:
    for name, value in e.values.items():
        text = "" if value is None else str(value)
        if name == "title":
            instance.title = text
        elif name == "business_key":
            instance.business_key = text
        elif name == "label":
            instance.label = text
        else:
            instance.properties[name] = value


def _state(instance: Instance, e: ev.StateChanged) -> None:
    instance.state = e.state


def _close(instance: Instance, state: str) -> None:
    instance.state = state
    instance.ended_at = instance.modified_at
    instance.suspended = False
    instance.held = False
    instance.parked.clear()
    instance.completions.clear()
    instance.undoable.clear()


def _completed(instance: Instance, _: ev.Completed) -> None:
    _close(instance, COMPLETED)


def _terminated(instance: Instance, e: ev.Terminated) -> None:
    _close(instance, e.state)


APPLIERS: Final[dict[type, Callable[[Instance, Any], None]]] = {
    ev.InstanceStarted: _started,
    ev.IncidentRaised: _incident,
    ev.IncidentResolved: _incident_resolved,
    ev.Suspended: _suspended,
    ev.Resumed: _resumed,
    ev.InputParked: _parked,
    ev.InputUnparked: _unparked,
    ev.PropertiesSet: _properties,
    ev.StateChanged: _state,
    ev.Completed: _completed,
    ev.Terminated: _terminated,
}

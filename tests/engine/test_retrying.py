"""What stands at an incident is tried again: all of it, or one alone."""

import pytest
from stopped import TWICE

from andante.bpmn import read_xml
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.faults import NOTHING_TO_RETRY, Rejected
from andante.testing import Scenario


def stopped_twice() -> Scenario:
    """`n` and `m` are no numbers."""
    (graph,) = read_xml(TWICE).processes
    return Scenario(graph).given(n="?", m="?").then(state="Broken", incidents=["multiInstance", "multiInstance"])


def test_one_incident_is_retried_and_the_other_stays_as_it_is() -> None:
    stopped = stopped_twice()
    first, second = stopped.instance.incidents.values()
    stopped.when(cmd.SetVariables({"n": 2})).retry(first.key).then(tasks=["a", "a"], state="Broken")
    (left,) = stopped.instance.incidents.values()
    assert (left.key, left.at) == (second.key, second.at)  # nobody has tried it meanwhile
    assert [each.incident for each in stopped.facts(ev.IncidentResolved)] == [first.key]
    stopped.when(cmd.SetVariables({"m": 1})).retry(second.key)
    stopped.then(tasks=["a", "a", "b"], state="Waiting for user interaction", incidents=[])


def test_one_that_stops_again_is_an_incident_anew() -> None:
    stopped = stopped_twice()
    first, second = stopped.instance.incidents.values()
    stopped.retry(first.key).then(incidents=["multiInstance", "multiInstance"], tasks=[])
    assert first.key not in stopped.instance.incidents
    assert second.key in stopped.instance.incidents


def test_an_incident_that_is_not_there_cannot_be_retried() -> None:
    stopped = stopped_twice()
    (first, _second) = stopped.instance.incidents.values()
    stopped.when(cmd.SetVariables({"n": 1})).retry(first.key)
    for key in (first.key, 99_999):
        with pytest.raises(Rejected, match=f"no incident {key}") as refused:
            stopped.retry(key)
        assert refused.value.code == NOTHING_TO_RETRY
    stopped.then(tasks=["a"], incidents=["multiInstance"])


def test_all_are_retried_where_none_is_named() -> None:
    stopped_twice().when(cmd.SetVariables({"n": 1, "m": 1})).retry().then(tasks=["a", "b"], incidents=[])

"""What the past tells, and more time for what is late, by both clients."""

import pytest
from desk import Hands, straight

from andante.client import Refused

TASK = '<userTask id="work" name="Do it" andante:candidateGroups="managers" andante:outcomes="yes,no"/>'
SLA = '<extensionElements><andante:sla name="whole" deadline="PT4H"/></extensionElements>'


def test_what_the_past_tells(hands: Hands) -> None:
    name = f"Told{hands.kind}"
    hands.deploy_xml(straight(name, TASK))
    hands.start(name)
    (task,) = [each for each in hands.tasks(view="all", limit=500).items if each.definition == name]
    hands.task_action(task.id, "complete", outcome="yes")
    hands.start(name)
    hands.set_clock(advance="PT1M")
    (process,) = [each for each in hands.report_processes().items if each.definition == name]
    assert (process.count, process.attainment) == (1, None)
    (element,) = [each for each in hands.report_elements(name).items if each.name == "work"]
    assert (element.count, element.work.count) == (1, 1)
    assert [each.version for each in hands.report_versions(name).items] == ["1.0.0"]
    assert [each.count for each in hands.report_people(definition=name).items] == [1]
    assert [each.name for each in hands.report_queues(definition=name).items] == ["group:managers"]
    assert sum(each.open for each in hands.workload().items) >= 1
    assert hands.forecast(definition=name).items == []
    assert hands.export_history(name).startswith(b"<?xml")
    assert hands.export_history(name, format="csv").count(b"\r\n") > 2


def test_an_instance_gets_more_time(hands: Hands) -> None:
    name = f"Timed{hands.kind}"
    model = straight(name, TASK).replace(b'<startEvent id="begin"/>', f'{SLA}<startEvent id="begin"/>'.encode())
    hands.deploy_xml(model)
    started = hands.start(name)
    before = hands.instance(started.id).sla[0]
    hands.extend(started.id, by="PT2H", reason="the customer asked")
    after = hands.instance(started.id).sla[0]
    assert (before.name, after.name) == ("whole", "whole")
    assert after.deadline_at > before.deadline_at
    with pytest.raises(Refused) as refused:
        hands.extend(started.id, by="PT2H", reason="")
    assert refused.value.status == 400

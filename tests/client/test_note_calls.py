"""The methods about notes, of both clients, against the real server."""

import pytest
from desk import Hands, eventually, straight

from andante.client import Refused


def test_notes(hands: Hands) -> None:
    model = straight("Noted", '<userTask id="work" name="Look" andante:assignee="admin"/>')
    hands.deploy_xml(model)
    started = hands.start("Noted")
    (task,) = hands.tasks(instance_id=started.id).items
    hands.task_action(task.id, "remind", text="please")
    eventually(lambda: bool([n for n in hands.notes(unread=True).items if n.task_id == task.id]))
    (note,) = [n for n in hands.notes().items if n.task_id == task.id]
    assert (note.kind, note.task_name, note.task_open, note.read_at) == ("remind", "Look", True, "")
    hands.mark_note(note.id)
    assert note.id not in [n.id for n in hands.notes(unread=True).items]
    assert hands.mark_note("all", read=False).unread >= 1

    assert hands.preferences("admin").digest == "immediately"
    assert hands.set_preferences("admin", {"digest": "hourly"}).own == ["digest"]
    assert hands.set_preferences("admin", {"digest": ""}).own == []

    name = f"hook-{hands.kind}"
    made = hands.add_endpoint(name, "http://127.0.0.1:9/", kinds=["remind"])
    assert made.secret.startswith("whsec_")
    assert hands.change_endpoint(name, {"rotate": True}).secrets == 2
    assert name in [each.name for each in hands.endpoints().items]
    (tested,) = hands.test_notes(f"webhook:{name}").items
    assert "private" in tested.error
    again = hands.start("Noted")
    (task,) = hands.tasks(instance_id=again.id).items
    hands.task_action(task.id, "remind")
    eventually(lambda: bool([e for e in hands.letters().items if e.instance_id == again.id]))
    (letter,) = [e for e in hands.letters("dead").items if e.instance_id == again.id]
    assert (letter.endpoint, letter.channel) == (name, "webhook")
    assert hands.letter_action(letter.id, "discard").state == "dropped"
    hands.remove_endpoint(name)
    with pytest.raises(Refused):
        hands.remove_endpoint(name)


def test_events(hands: Hands) -> None:
    model = straight("Told", '<userTask id="work" name="Look" andante:assignee="admin"/>')
    hands.deploy_xml(model)
    sink = f"webhook:told-{hands.kind}"
    made = hands.add_endpoint(sink[8:], "http://127.0.0.1:9/", kind="cloudevents", kinds=["Told/task.*"])
    assert made.secret.startswith("whsec_")
    with pytest.raises(Refused, match="fits no event"):
        hands.change_endpoint(made.name, {"kinds": ["task.gone"]})
    started = hands.start("Told")
    eventually(lambda: [each.failing for each in hands.events().items if each.sink == sink] == [1])
    (found,) = [each for each in hands.events().items if each.sink == sink]
    assert ("private" in found.error, found.waiting, found.away) == (True, 1, False)
    assert hands.event_action(sink, "retry", instance_id=started.id).sink == sink
    assert hands.event_action(sink, "discard").waiting == 0
    with pytest.raises(Refused, match="do not go to 'fax'"):
        hands.event_action("fax", "retry")
    hands.remove_endpoint(made.name)
    assert sink not in [each.sink for each in hands.events().items]

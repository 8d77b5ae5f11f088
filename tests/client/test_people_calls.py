"""Queues, deputies, files and comments, by both clients."""

import pytest
from desk import Hands, straight

TASK = '<userTask id="work" name="Do it" andante:candidateGroups="managers"/>'


def test_files_and_comments(hands: Hands) -> None:
    hands.deploy_xml(straight("Filed", TASK))
    started = hands.start("Filed")
    (task,) = hands.tasks(instance_id=started.id, view="all").items
    made = hands.attach("Größe 1.txt", "Grüße".encode(), task_id=task.id)
    assert (made.name, made.type, made.size, made.task_id) == ("Größe 1.txt", "text/plain", 7, task.id)
    assert hands.attachments(instance_id=started.id).items == [made]
    assert hands.attachment(made.id) == "Grüße".encode()
    assert hands.delete_attachment(made.id) is None
    assert hands.attachments(task_id=task.id).items == []
    with pytest.raises(ValueError, match="a task or an instance"):
        hands.attachments()
    hands.task_action(task.id, "comment", text="Well.")
    assert [each.text for each in hands.comments(task.id).items] == ["Well."]


def test_queues_and_deputies(hands: Hands) -> None:
    one, two, queue = f"dan-{hands.kind}", f"eve-{hands.kind}", f"claims-{hands.kind}"
    hands.add_person(one, skills={"law": 2})
    hands.add_person(two)
    made = hands.add_team(queue, members=[one], lead=two, rule="skill", skills={"law": 1})
    assert (made.members, made.persons, made.lead, made.rule) == ([f"user:{one}"], [one], two, "skill")
    assert hands.team(queue) == made
    assert hands.change_team(queue, {"rule": ""}).rule == ""
    assert queue in [each.name for each in hands.teams().items]
    assert hands.add_team(queue, "groups").kind == "group"
    assert hands.delete_team(queue, "groups") is None
    assert hands.delete_team(queue) is None

    granted = hands.grant(queue, f"user:{one}", ["work", "view"])
    assert (granted.who, granted.actions) == (f"user:{one}", ["view", "work"])
    assert hands.grants(queue).items == [granted]
    assert hands.withdraw_grant(queue, f"user:{one}") is None
    assert hands.grants(who=f"user:{one}").items == []

    entry = hands.add_deputy(two, person=one, until="2100-01-01T00:00:00Z", rule="share")
    assert (entry.person, entry.deputy, entry.rule, entry.in_force) == (one, two, "share", True)
    assert hands.change_deputy(entry.id, until="").until == ""
    assert [each.id for each in hands.deputies(one).items] == [entry.id]
    assert hands.delete_deputy(entry.id) is None


def test_clients_and_keys(hands: Hands) -> None:
    who = f"pat-{hands.kind}"
    hands.add_person(who)
    made = hands.add_client(
        who, scopes=["task.*"], ranges=["10.0.0.0/8"], expires_at="2100-01-01T00:00:00Z", requests=9
    )
    changed = hands.change_client(made.client_id, {"scopes": ["task.read"], "ranges": []})
    assert (changed.scopes, changed.ranges, changed.requests) == (["task.read"], [], 9)
    assert changed.expires_at.startswith("2100-01-01")
    assert hands.renew_secret(made.client_id, "PT1H").client_secret != made.client_secret
    (listed,) = [each for each in hands.clients().items if each.client_id == made.client_id]
    assert listed.former_until
    assert hands.end_former_secret(made.client_id) is None

    key = hands.add_key("for a script", person=who, scopes=["task.read"])
    assert key.key.startswith("andk_")
    assert [(each.id, each.name, each.key) for each in hands.keys(who).items] == [(key.id, "for a script", "")]
    assert hands.revoke_key(key.id) is None
    assert hands.keys(who).items == []

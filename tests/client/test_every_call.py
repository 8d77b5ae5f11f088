"""Every method of both clients against the real server, in the order somebody would use them."""

import json
from pathlib import Path

import pytest
from desk import EXAMPLES, Hands, eventually, straight

from andante.client import CLOSED_STATES, OPEN_STATES, AsyncClient, Client, Refused
from andante.client.async_client import Endpoint as AsyncEndpoint
from andante.client.sync_client import Endpoint

TASK = '<userTask id="work" name="Do it" andante:candidateGroups="managers" andante:outcomes="yes,no"/>'
PAYMENT = '<message id="m" name="paid" andante:correlation="=order"/><signal id="s" name="storm"/>'


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Both kinds."""
    kind: str = request.param
    return kind


def test_both_have_the_same_methods_and_each_is_used_here() -> None:
    methods = {name for name, value in vars(Client).items() if isinstance(value, Endpoint)}
    assert methods == {name for name, value in vars(AsyncClient).items() if isinstance(value, AsyncEndpoint)}
    text = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*call*.py"))
    assert [name for name in sorted(methods) if f"hands.{name}(" not in text] == []
    page = (Path(__file__).parents[2] / "docs/reference/client.md").read_text()
    assert [name for name in sorted(methods) if f"`{name}`" not in page] == []
    assert all(getattr(Client, name).__doc__ for name in methods)


def test_definitions(hands: Hands) -> None:
    name = f"Leave{hands.kind}"
    xml = (EXAMPLES / "leave-approval.bpmn").read_bytes().replace(b'"LeaveApproval"', f'"{name}"'.encode())
    deployed = hands.deploy_xml(xml)
    assert deployed.ids == {name: deployed.id}
    assert hands.deploy_xml(xml).id == deployed.id
    assert hands.definition_xml(deployed.id) == xml
    assert hands.definition(deployed.id)["name"] == name
    (same,) = hands.deploy_files({"leave.bpmn": xml})
    assert (same.file, same.ids) == ("leave.bpmn", deployed.ids)
    second = hands.deploy_xml(xml + b"\n", activate=False, version="2.0")
    (found, *others) = hands.definitions(name=name, active=True)
    assert (found.id, found.label, found.active, found.status, others) == (
        deployed.id, "Leave approval", True, "Pass", [],
    )  # fmt: skip
    assert {each.version for each in hands.definitions(name=name[:-1], like=True)} >= {"2.0", found.version}

    assert '"retention":"P30D"' in hands.definition_action(second.id, "retain", retention="P30D").config
    assert hands.definition_action(second.id, "activate").active
    assert not hands.definition_action(second.id, "deactivate").active
    with pytest.raises(Refused, match=r"No version of .* is active"):
        hands.start(name)
    hands.definition_action(deployed.id, "activate")
    running = hands.start(name)
    hands.definition_action(deployed.id, "suspend", instances=True)
    with pytest.raises(Refused) as refused:
        hands.start(name)
    assert (refused.value.status, refused.value.code) == (409, "bpm.definition.suspended")
    assert hands.instance(running.id).suspended
    hands.definition_action(deployed.id, "resume", instances=True)
    assert not hands.instance(running.id).suspended
    with pytest.raises(Refused) as refused:
        hands.delete_definition(deployed.id)
    assert refused.value.code == "bpm.definition.inUse"
    assert hands.delete_definition(second.id) == "1"


def test_json_definitions(hands: Hands) -> None:
    body = json.loads((EXAMPLES / "travel-request.json").read_text())
    body |= {"name": f"Travel{hands.kind}"}
    deployed = hands.deploy_json(body)
    assert deployed.ids == {body["name"]: deployed.id}
    assert deployed.warnings == []
    body["userTasks"] = [*body["userTasks"], {"name": "island", "label": "Nobody comes here", "connector": ""}]
    changed = hands.modify_json(deployed.id, body)
    assert changed.id == deployed.id
    assert {warning.element for warning in changed.warnings} >= {"island"}
    assert "island" in json.dumps(hands.definition(deployed.id))


def test_instances(hands: Hands) -> None:
    hands.deploy_xml(straight("Errand", TASK))
    key = f"E-{hands.kind}"
    started = hands.start("Errand", {"size": 2}, business_key=key, title="An errand", is_test=True)
    assert (started.name, started.business_key, started.is_test, started.suspended) == ("Errand", key, True, False)
    (row,) = hands.instances(name="Errand", business_key=key)
    assert (row.id, row.title, row.state) == (started.id, "An errand", started.state)
    assert started.state in OPEN_STATES.split(",")

    hands.set_variables(started.id, {"size": 3, "unknown": 1})
    assert hands.variables(started.id) == {"size": 3}
    hands.set_variables(started.id, {"unknown": 1}, introduce=True)
    assert hands.variables(started.id) == {"size": 3, "unknown": 1}
    assert hands.act(started.id, "suspend", reason="too big").suspended
    detail = hands.instance(started.id)
    assert [token.element for token in detail.tokens] == ["work"]
    assert (detail.allowed["suspend"], detail.allowed["resume"]) == (False, True)
    assert not hands.act(started.id, "resume").suspended
    with pytest.raises(Refused) as refused:
        hands.delete_instance(started.id)
    assert (refused.value.status, refused.value.code) == (409, "bpm.instance.open")
    ended = hands.act(started.id, "terminate")
    assert (ended.state, ended.is_closed) == ("User Terminated", True)
    assert [each.id for each in hands.instances(CLOSED_STATES, business_key=key)] == [started.id]

    first, *others = hands.history(started.id).items
    assert (first.who, first.seq) == ("admin", 1)
    kinds = [entry.kind for entry in others]
    assert any("uspend" in kind for kind in kinds)
    assert any("erminat" in kind for kind in kinds)
    later = hands.history(started.id, after=first.seq).items
    assert later == [entry for entry in others if entry.seq > first.seq]
    told = hands.timeline(started.id, language="zh")
    assert ("启动" in told.items[0].lines[0], told.items[0].who, told.after) == (True, "admin", 0)
    assert [each.name for each in hands.definitions(name="Errand", startable=True)] == ["Errand"]
    assert (hands.me().user, "instance.actAny" in hands.me().permissions) == ("admin", True)
    first_of_all = hands.replay(started.id, until=1)
    assert (first_of_all.command, first_of_all.who, first_of_all.seq) == ("Start", "admin", 1)
    assert (first_of_all.variables, [task.element for task in first_of_all.tasks]) == ({"size": 2}, ["work"])
    assert hands.replay(started.id).instance.is_closed
    assert hands.replay(started.id, at=first_of_all.at).instance.name == "Errand"
    verified = hands.verify([started.id])
    assert (verified.checked, verified.drift, verified.after) == (1, [], "")
    assert hands.verify(limit=1).checked == 1
    assert hands.delete_instance(started.id) is None
    again = hands.start("Errand")
    hands.delete_instance(again.id, force=True)
    for gone in (started.id, again.id, "no/such?thing#"):
        with pytest.raises(Refused) as refused:
            hands.instance(gone)
        assert refused.value.status == 404


def test_the_archive(hands: Hands) -> None:
    name = f"Fleeting{hands.kind}"
    hands.deploy_xml(straight(name, TASK).replace(b"<process ", b'<process andante:retention="P1D" '))
    started = hands.start(name, {"size": 2}, business_key="F")
    hands.act(started.id, "terminate", reason="enough")
    hands.set_clock(advance="P1D")
    eventually(lambda: bool(hands.archived_instances(name=name).items))
    (entry,) = hands.archived_instances(name=name, business_key="F", full=True).items
    assert (entry.id, entry.state, entry.variables) == (started.id, "User Terminated", {"size": 2})
    assert hands.archived_instance(started.id) == entry
    assert entry.history[0].kind == "InstanceStarted"
    assert hands.archived_instances(name=name, ended_after=entry.archived_at).items == []
    hands.delete_archived(started.id)
    seen = hands.diagnose()
    assert "settings.testClock" in {each.code for each in seen.findings if each.remedy}
    with pytest.raises(Refused) as refused:
        hands.archived_instance(started.id)
    assert refused.value.status == 404


def test_tasks(hands: Hands) -> None:
    hands.deploy_xml(straight("Chore", TASK))
    group = f"Chores {hands.kind}"
    instances = [hands.start("Chore", title=group) for _ in range(3)]
    page = hands.tasks(text=group, limit=2)
    assert (len(page.items), page.total) == (2, 3)
    rest = hands.tasks(text=group, limit=2, after=page.after)
    assert (len(rest.items), rest.after) == (1, "")
    assert {task.instance_id for task in page.items + rest.items} == {each.id for each in instances}

    (task,) = hands.tasks(instance_id=instances[0].id).items
    assert (task.candidates, task.outcomes, task.state) == (["group:managers"], ["yes", "no"], "open")
    assert hands.task_action(task.id, "claim").assignee == "admin"
    assert hands.task(task.id).assignee == "admin"
    assert hands.task_action(task.id, "unclaim").assignee == ""
    hands.task_action(task.id, "comment", text="looks easy")
    hands.task_action(task.id, "claim")
    hands.task_action(task.id, "remind", text="soon")
    with pytest.raises(Refused) as early:
        hands.task_action(task.id, "remind")  # and the client does not wait for hours
    assert (early.value.status, early.value.code) == (429, "bpm.task.reminded")
    with pytest.raises(Refused) as none:
        hands.extend_task(task.id, by="PT1H", reason="the customer asked")
    assert (none.value.status, none.value.code) == (404, "bpm.sla.notFound")
    done = hands.task_action(task.id, "complete", outcome="yes", variables={"minutes": 5})
    assert (done.state, done.outcome, done.ended_by) == ("completed", "yes", "admin")
    assert hands.variables(instances[0].id) == {"minutes": 5}
    assert [each.id for each in hands.tasks("history", instance_id=instances[0].id).items] == [task.id]
    hands.act(instances[1].id, "suspend")
    assert hands.tasks(instance_id=instances[1].id).items == []
    (paused,) = hands.tasks("paused", instance_id=instances[1].id).items
    assert (paused.suspended, paused.sla_state) == (True, "")


def test_a_vote_more_signers_and_a_way_back(hands: Hands) -> None:
    extension = '<extensionElements><andante:approval type="everyOne" defaultOutcome="no"/></extensionElements>'
    hands.deploy_xml(
        straight(
            "Agree",
            f'<userTask id="work" andante:candidates="group:managers, group:clerks" andante:outcomes="yes,no" '
            f'andante:actions="claim, complete, approve, addSigner, return">{extension}</userTask>',
        )
    )
    started = hands.start("Agree")
    tasks = hands.tasks(instance_id=started.id).items
    assert "addSigner" in tasks[0].actions
    task = hands.task(tasks[0].id)
    assert task.approval is not None
    assert (task.approval.total, task.approval.needed) == (2, {"yes": 2, "no": 2})
    assert [(choice.element, choice.who) for choice in task.return_to] == [("initiator", "admin")]
    hands.task_action(task.id, "addSigner", to=["admin"], mode="after", text="I want to see it")
    assert hands.task_action(task.id, "approve", text="good").outcome == "yes"
    vote = hands.task(tasks[1].id).approval
    assert vote is not None
    assert [(each.who, each.outcome, each.comment) for each in vote.votes] == [("admin", "yes", "good")]
    assert hands.task_action(tasks[1].id, "return", to="initiator", resume="direct").state == "cancelled"
    (mine,) = hands.tasks(instance_id=started.id).items
    hands.task_action(mine.id, "complete")
    assert len(hands.tasks(instance_id=started.id).items) == 2


def test_time_and_what_is_overdue(hands: Hands) -> None:
    hands.deploy_xml(straight("Hurry", '<userTask id="work" andante:dueDate="PT1H"/>'))
    started = hands.start("Hurry")
    (task,) = hands.tasks(instance_id=started.id, due_before="2099-01-01").items
    assert hands.tasks(instance_id=started.id, overdue=True).items == []
    before = hands.set_clock(advance="PT0S").now
    after = hands.set_clock(advance="PT2H").now
    assert after > before
    (late,) = hands.tasks(instance_id=started.id, overdue=True).items
    assert late.id == task.id
    assert hands.set_clock(now=after).now == after


def test_messages_and_signals(hands: Hands) -> None:
    order = f"O-{hands.kind}"
    await_message = '<receiveTask id="work" messageRef="m"/>'
    hands.deploy_xml(straight("AwaitPayment", await_message, PAYMENT))
    one = hands.start("AwaitPayment", {"order": order})
    missed = hands.publish("paid", correlation={"order": "another"})
    assert (missed.delivered, missed.started, missed.buffered) == ([], [], False)
    reached = hands.publish("paid", correlation={"order": order}, variables={"sum": 5}, message_id=order)
    assert reached.delivered == [one.id]
    assert hands.variables(one.id)["sum"] == 5
    assert hands.publish("paid", correlation={"order": order}, ttl="PT1H").buffered
    two = hands.start("AwaitPayment", {"order": order})
    eventually(lambda: hands.instance(two.id).is_closed)

    await_signal = '<intermediateCatchEvent id="work"><signalEventDefinition signalRef="s"/></intermediateCatchEvent>'
    hands.deploy_xml(straight("AwaitStorm", await_signal, PAYMENT))
    waiting = hands.start("AwaitStorm")
    told = hands.broadcast("storm", variables={"wind": 11})
    assert (told.delivered, told.started) == (1, 0)
    assert hands.instance(waiting.id).state == "Completed OK"
    assert hands.broadcast("storm").delivered == 0


def test_conditions(hands: Hands) -> None:
    condition = "<conditionalEventDefinition><condition>=wind &gt; 10</condition></conditionalEventDefinition>"
    name = f"Storm{hands.kind}"
    model = straight(name, '<userTask id="work"/>').replace(
        b'<startEvent id="begin"/>', f'<startEvent id="begin">{condition}</startEvent>'.encode()
    )
    hands.deploy_xml(model)
    assert hands.evaluate_conditions({"wind": 9}, definition=name).started == []
    (started,) = hands.evaluate_conditions({"wind": 11}, business_key="B-1", definition=name).started
    assert hands.instance(started).business_key == "B-1"


def test_jobs(hands: Hands) -> None:
    kind = f"dig-{hands.kind}"
    hands.deploy_xml(
        straight(f"Dig{hands.kind}", f'<serviceTask id="work" andante:type="{kind}" andante:retries="3"/>')
    )
    one, two, three = (hands.start(f"Dig{hands.kind}", {"depth": depth}) for depth in (1, 2, 3))
    jobs = {job.instance_id: job for job in hands.activate_jobs([kind, "other"], worker="w", max_jobs=5).items}
    assert set(jobs) == {one.id, two.id, three.id}
    job = jobs[one.id]
    assert (job.type, job.element, job.variables, job.retries) == (kind, "work", {"depth": 1}, 3)
    assert hands.activate_jobs([kind]).items == []
    assert hands.extend_job(job.id, "PT5M").locked_until > job.locked_until
    hands.complete_job(job.id, {"found": "bones"})
    assert hands.instance(one.id).state == "Completed OK"
    assert hands.variables(one.id)["found"] == "bones"
    with pytest.raises(Refused) as refused:
        hands.complete_job(job.id)
    assert (refused.value.status, refused.value.code) == (404, "bpm.job.notFound")

    assert hands.fail_job(jobs[two.id].id, "rain").retries == 2
    assert hands.fail_job(jobs[two.id].id, "more rain", retries=0).retries == 0
    (incident,) = hands.instance(two.id).incidents
    assert "more rain" in incident.message
    hands.throw_error(jobs[three.id].id, "ROCK", "too hard", variables={"tool": "spade"})
    (incident,) = hands.instance(three.id).incidents
    assert "ROCK" in incident.message


def test_expressions(hands: Hands) -> None:
    found = hands.evaluate("a + 1", context={"a": 2})
    assert (found.value, found.feel, found.type) == (3, "3", "number")
    assert hands.evaluate("${a}", language="juel", context={"a": "x"}).value == "x"
    assert hands.evaluate("d.year", context_feel='{d: date("2026-01-05")}').value == 2026
    with pytest.raises(Refused) as refused:
        hands.evaluate("1 +")
    assert (refused.value.status, refused.value.code) == (400, "bpm.expression.fault")
    assert refused.value.details[0]["position"] == 3


def test_decisions(hands: Hands) -> None:
    xml = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="D" name="D" namespace="t">'
        f'<decision id="double{hands.kind}" name="Double it"><literalExpression><text>n * 2</text></literalExpression>'
        "</decision></definitions>"
    )
    deployed = hands.deploy_xml(xml.encode())
    found = hands.decide(f"double{hands.kind}", context={"n": 2})
    assert (found.value, found.feel, found.matched, found.tables, found.messages) == (4, "4", [], [], [])
    assert hands.decide(definition=deployed.id, context_feel="{n: 0.1}").feel == "0.2"
    with pytest.raises(Refused) as refused:
        hands.decide("gone")
    assert (refused.value.status, refused.value.code) == (404, "bpm.decision.notFound")


def test_people(hands: Hands, url: str) -> None:
    name = f"mia-{hands.kind}"
    added = hands.add_person(name, password="long enough", groups=["managers"], email="mia@example.org")
    assert (added.name, added.roles, added.groups, added.disabled) == (name, ["user"], ["managers"], False)
    assert hands.person(name) == added
    assert hands.change_person(name, {"roles": ["user", "operator"]}).roles == ["operator", "user"]
    assert name in [person.name for person in hands.persons().items]

    made = hands.add_client(name)
    chosen = hands.add_client(name, client_id=f"{name}-2", client_secret="a secret of hers")
    assert chosen.client_secret == "a secret of hers"
    assert {made.client_id, chosen.client_id} <= {each.client_id for each in hands.clients().items}
    mia = Hands(hands.kind, url, made.client_id, made.client_secret)
    assert mia.definitions(limit=1) is not None
    assert hands.revoke_client(made.client_id) is None
    with pytest.raises(Refused) as refused:
        mia.definitions()
    assert refused.value.status == 400
    assert [each.revoked for each in hands.clients().items if each.client_id == made.client_id] == [True]
    mia.close()


def test_an_open_instance_is_changed(hands: Hands) -> None:
    name = f"Live{hands.kind}"

    def version(between: str) -> bytes:
        return straight(name, TASK + between)

    hands.deploy_xml(version(""), version="1")
    running = hands.start(name)
    hands.deploy_xml(version('<userTask id="check"/>'), version="2")
    found = hands.check_migration(running.id, "2")
    assert (found.possible, found.version) == (True, "2")
    assert [(e.element, e.to, e.tokens, e.problem) for e in found.elements] == [("work", "work", 1, "")]
    assert hands.migrate(running.id, "2", reason="a check more").version == "2"
    assert hands.move(running.id, "work", "check", reason="done by telephone").next_element == "check"
    with pytest.raises(Refused) as refused:
        hands.move(running.id, "work", "check")
    assert refused.value.code == "bpm.instance.cannotMove"
    moves = [{"from": "check", "to": "work"}, {"to": "check"}, {"to": "check"}]
    assert not hands.modify(running.id, moves, variables={"again": True}, reason="once more").is_closed
    assert [each.element for each in hands.instance(running.id).tokens] == ["work", "check", "check"]
    assert hands.modify(running.id, [{"from": "check"}]).next_element == "work"

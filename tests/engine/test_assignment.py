"""Who gets a user task, and who must not (contract 6.2)."""

from collections.abc import Mapping

import pytest
from approving import bpmn, holders, task_of

from andante.bpmn import ModelRefused
from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.effects import ChooseAssignee, Notify
from andante.engine.faults import Rejected
from andante.engine.roster import Roster
from andante.engine.settings import EngineSettings
from andante.testing import Scenario, roster

OFFICE = {"ina": "ann", "ann": "mo", "mo": "boss"}


def one_task(attributes: str = "", inside: str = "") -> ProcessGraph:
    """start -> approve -> end."""
    return bpmn(
        '<startEvent id="start"/><sequenceFlow id="a" sourceRef="start" targetRef="approve"/>'
        f'<userTask id="approve" {attributes}><extensionElements>{inside}</extensionElements></userTask>'
        '<sequenceFlow id="b" sourceRef="approve" targetRef="end"/><endEvent id="end"/>'
    )


def two_tasks(first: str, second: str, inside: str = "") -> ProcessGraph:
    """start -> write -> check -> end."""
    return bpmn(
        '<startEvent id="start"/><sequenceFlow id="a" sourceRef="start" targetRef="write"/>'
        f'<userTask id="write" {first}/><sequenceFlow id="b" sourceRef="write" targetRef="check"/>'
        f'<userTask id="check" {second}><extensionElements>{inside}</extensionElements></userTask>'
        '<sequenceFlow id="c" sourceRef="check" targetRef="end"/><endEvent id="end"/>'
    )


def begun(graph: ProcessGraph, people: Roster, by: str = "ina", **variables: object) -> Scenario:
    return Scenario(graph, settings=EngineSettings(roster=people)).start(variables, by=by)


def refused(scenario: Scenario, command: cmd.Command, by: str) -> str:
    before = len(scenario.journal)
    with pytest.raises(Rejected) as fault:
        scenario.when(command, by=by)
    assert fault.value.code == "bpm.task.excluded"
    assert len(scenario.journal) == before
    return fault.value.message


# The supervisor of the initiator.


@pytest.mark.parametrize(("level", "who"), [("", "ann"), ("1", "ann"), ("2", "mo"), ("3", "boss")])
def test_the_supervisor_of_the_initiator_by_level(level: str, who: str) -> None:
    at = f'level="{level}"' if level else ""
    asked = begun(one_task(inside=f'<andante:assignment receiver="supervisor" {at}/>'), roster(managers=OFFICE))
    assert holders(asked) == [who]
    assert asked.instance.tasks[task_of(asked, who)].assignee == who


def test_a_supervisor_who_is_gone_is_passed_over() -> None:
    people = roster(managers=OFFICE, disabled=["ann"])
    assert holders(begun(one_task(inside='<andante:assignment receiver="supervisor"/>'), people)) == ["mo"]


def test_no_supervisor_is_an_incident_that_says_what_to_do_and_a_retry_goes_on() -> None:
    graph = one_task(inside='<andante:assignment receiver="supervisor"/>')
    asked = begun(graph, roster(["ina"]))
    asked.then(state="Broken", incidents=["assignment"], tasks=[])
    (incident,) = asked.instance.incidents.values()
    assert "'ina'" in incident.message
    assert "emptyApprover" in incident.message
    asked.settings = EngineSettings(roster=roster(managers=OFFICE))
    asked.retry().then(incidents=[])
    assert holders(asked) == ["ann"]


def test_managers_in_a_circle_are_nobody() -> None:
    people = roster(managers={"ina": "ann", "ann": "ina"})
    begun(one_task(inside='<andante:assignment receiver="supervisor" level="2"/>'), people).then(
        incidents=["assignment"]
    )


# Nobody is left.


def test_nobody_left_skips_with_the_default_outcome() -> None:
    inside = '<andante:assignment receiver="supervisor" emptyApprover="skip" defaultOutcome="approved"/>'
    asked = begun(one_task('andante:outcomes="approved,rejected"', inside), roster(["ina"]))
    asked.then(state="Completed OK")
    assert asked.instance.task_outcome == "approved"
    assert [fact.why for fact in asked.facts(ev.ApprovalDecided)] == ["nobody"]


def test_nobody_left_goes_to_the_lead_of_the_queue_or_to_administrators() -> None:
    people = roster(["ina"], leads={"claims": "lea"}, roles={"administrator": ["ada"]})
    inside = '<andante:assignment emptyApprover="lead"/>'
    assert holders(begun(one_task('andante:queue="claims"', inside), people)) == ["lea"]
    assert holders(begun(one_task('andante:queue="other"', inside), people)) == ["role:administrator"]
    inside = '<andante:assignment emptyApprover="administrator"/>'
    assert holders(begun(one_task('andante:assignee="gone"', inside), people)) == ["role:administrator"]


def test_who_says_what_becomes_of_nobody_wants_persons_that_are_there() -> None:
    people = roster(["ann"], groups={"law": ["bob"]}, disabled=["dan"])
    inside = '<andante:assignment emptyApprover="incident"/>'
    asked = begun(one_task('andante:candidates="user:ann, user:dan, group:law, group:void"', inside), people)
    assert holders(asked) == ["ann,group:law"]
    begun(one_task('andante:assignee="dan"', inside), people).then(incidents=["assignment"])
    assert holders(begun(one_task('andante:assignee="dan"'), people)) == ["dan"], "who says nothing keeps the old way"


# Four eyes.


def test_who_wrote_it_must_not_check_it() -> None:
    people = roster(groups={"law": ["ann", "bob", "cid"]})
    asked = begun(
        two_tasks('andante:candidateGroups="law"', 'andante:candidateGroups="law" andante:notBy="write"'), people
    )
    asked.when(cmd.ClaimTask(task_of(asked, "group:law"), "ann"), by="ann").complete("write", by="ann")
    assert holders(asked) == ["bob,cid"], "the list of whom it must not be does not show it"
    key = asked.task("check")
    said = refused(asked, cmd.ClaimTask(key, "ann"), "ann")
    assert said == "'ann' may not do the task 'check': they did 'write'. Somebody else must do it."
    refused(asked, cmd.TransferTask(key, "ann"), "bob")
    refused(asked, cmd.DelegateTask(key, "ann"), "bob")
    refused(asked, cmd.CompleteTask(key), "ann")
    refused(asked, cmd.AssignTask(key, "ann", "roundRobin"), "")
    asked.suspend().resume().complete("check", by="bob").then(state="Completed OK")


def test_who_started_it_must_not_approve_it_and_a_supervisor_who_did_is_nobody() -> None:
    people = roster(managers=OFFICE)
    inside = '<andante:assignment receiver="supervisor"/>'
    asked = begun(two_tasks("", 'andante:notBy="write, initiator"', inside), people)
    asked.complete("write", by="ann").then(incidents=["assignment"])
    (incident,) = asked.instance.incidents.values()
    assert "nobody is left to do it but ann, ina, who may not" in incident.message


def test_a_delegate_and_who_delegated_are_both_kept_from_it() -> None:
    asked = begun(two_tasks('andante:assignee="ann"', 'andante:notBy="write"'), roster(["ann", "bob", "cid"]))
    key = asked.task("write")
    asked.when(cmd.DelegateTask(key, "bob"), by="ann").when(cmd.ResolveTask(key), by="bob").complete("write", by="ann")
    for name in ("ann", "bob"):
        refused(asked, cmd.CompleteTask(asked.task("check")), name)
    asked.complete("check", by="cid").then(state="Completed OK")


def test_the_same_person_must_do_both() -> None:
    people = roster(groups={"law": ["ann", "bob"]})
    second = 'andante:candidateGroups="law" andante:sameAs="write"'
    asked = begun(two_tasks('andante:candidateGroups="law"', second), people)
    asked.complete("write", by="bob")
    assert asked.instance.tasks[asked.task("check")].assignee == "bob"
    said = refused(asked, cmd.TransferTask(asked.task("check"), "ann"), "bob")
    assert "only 'bob' may, who did 'write'" in said
    asked.complete("check", by="bob").then(state="Completed OK")


def test_the_initiator_alone() -> None:
    asked = begun(one_task('andante:sameAs="initiator"'), roster(["ina", "ann"]))
    assert holders(asked) == ["ina"]
    refused(asked, cmd.CompleteTask(asked.task("approve")), "ann")


def test_approvers_are_kept_out_too() -> None:
    inside = '<andante:approval type="everyOne" groupAsOne="false" defaultOutcome="no"/>'
    second = 'andante:candidateGroups="law" andante:outcomes="yes,no" andante:notBy="write"'
    asked = begun(two_tasks("", second, inside), roster(groups={"law": ["ann", "bob", "cid"]}))
    asked.complete("write", by="bob")
    assert holders(asked) == ["ann", "cid"]


def test_moved_and_migrated_it_is_still_known() -> None:
    graph = two_tasks("", 'andante:notBy="write"')
    other = two_tasks("", 'andante:notBy="write"')
    other.version = "2"
    asked = begun(graph, roster(["ann", "bob"])).complete("write", by="ann").migrate(other)
    refused(asked, cmd.CompleteTask(asked.task("check")), "ann")
    asked.terminate().then(state="User Terminated", tasks=[])


# The lane.


def lanes(receiver: str) -> ProcessGraph:
    return bpmn(
        '<laneSet id="ls"><lane id="l" name="Desk" andante:queue="desk"><flowNodeRef>one</flowNodeRef>'
        "<flowNodeRef>two</flowNodeRef></lane></laneSet>"
        '<startEvent id="start"/><sequenceFlow id="a" sourceRef="start" targetRef="one"/><userTask id="one"/>'
        '<sequenceFlow id="b" sourceRef="one" targetRef="two"/>'
        '<userTask id="two"><extensionElements>'
        f'<andante:assignment receiver="{receiver}"/></extensionElements></userTask>'
        '<sequenceFlow id="c" sourceRef="two" targetRef="end"/><endEvent id="end"/>'
    )


def test_who_had_the_task_before_in_the_lane_gets_the_next_one() -> None:
    people = roster(queues={"desk": ["ann", "bob"]})
    asked = begun(lanes("lane"), people).complete("one", by="bob")
    assert asked.instance.tasks[asked.task("two")].assignee == "bob"
    gone = roster(queues={"desk": ["ann", "bob"]}, disabled=["bob"])
    asked = begun(lanes("lane"), gone).complete("one", by="bob")
    task = asked.instance.tasks[asked.task("two")]
    assert (task.assignee, task.queue) == ("", "desk"), "who is gone leaves it to the queue"


# One of several.


def test_a_rule_asks_who_gets_it_and_the_answer_counts_once() -> None:
    inside = '<andante:assignment rule="skill" skills="french: 2, law"/>'
    people = roster(queues={"claims": ["ann", "bob"]})
    asked = begun(one_task('andante:queue="claims" andante:notBy="initiator"', inside), people)
    (effect,) = asked.asked(ChooseAssignee)
    key = asked.task("approve")
    assert (effect.task, effect.rule, effect.queue, effect.skills) == (key, "skill", "claims", {"french": 2, "law": 1})
    assert effect.excluded == ["ina"]
    asked.when(cmd.AssignTask(key, "bob", "skill"), cmd.AssignTask(key, "ann", "skill"))
    assert asked.instance.tasks[key].assignee == "bob"
    assert [fact.how for fact in asked.facts(ev.TaskAssigned)] == ["skill"]


def test_who_was_chosen_while_it_was_suspended_has_it_afterwards_and_not_where_it_is_over() -> None:
    inside = '<andante:assignment rule="roundRobin"/>'
    people = roster(queues={"claims": ["ann"]})
    asked = begun(one_task('andante:queue="claims"', inside), people)
    key = asked.task("approve")
    asked.suspend().when(cmd.AssignTask(key, "ann", "roundRobin"))
    assert asked.instance.tasks[key].assignee == ""
    asked.resume()
    assert asked.instance.tasks[key].assignee == "ann"
    asked.terminate().when(cmd.AssignTask(key, "ann", "roundRobin")).then(tasks=[])


# Deputies.


def test_a_task_of_one_who_is_away_goes_to_the_deputy_for_them() -> None:
    away = [("ann", "bob", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")]
    asked = begun(one_task('andante:assignee="ann"'), roster(deputies=away))
    task = asked.instance.tasks[asked.task("approve")]
    assert (task.assignee, task.owner, task.delegated) == ("bob", "ann", False)
    assert [(fact.assignee, fact.owner, fact.how) for fact in asked.facts(ev.TaskAssigned)] == [
        ("bob", "ann", "deputy")
    ]
    asked.complete("approve", by="bob").then(state="Completed OK")

    later = Scenario(one_task('andante:assignee="ann"'), now="2026-02-01T00:00:00Z",
                     settings=EngineSettings(roster=roster(deputies=away))).given()  # fmt: skip
    assert later.instance.tasks[later.task("approve")].assignee == "ann"


def test_a_deputy_is_a_candidate_beside_those_who_are_away_and_a_sharing_one_is_not() -> None:
    people = roster(deputies=[("ann", "bob", "", ""), ("cid", "dan", "", "", "share")])
    assert holders(begun(one_task('andante:candidateUsers="ann, cid"'), people)) == ["ann,cid,bob"]


def test_a_deputy_who_must_not_do_it_does_not_get_it() -> None:
    people = roster(deputies=[("ann", "bob", "", "")])
    asked = begun(two_tasks("", 'andante:assignee="ann" andante:notBy="write"'), people).complete("write", by="bob")
    assert asked.instance.tasks[asked.task("check")].assignee == "ann"


def test_what_a_deputy_did_counts_for_both() -> None:
    people = roster(deputies=[("ann", "bob", "", "")])
    asked = begun(two_tasks('andante:assignee="ann"', 'andante:notBy="write"'), people).complete("write", by="bob")
    for name in ("ann", "bob"):
        refused(asked, cmd.CompleteTask(asked.task("check")), name)


# Informed persons, and the initiator by name.


def test_those_informed_are_told_once() -> None:
    asked = begun(one_task('andante:cc="user:eve, group:law, eve"'), roster(["eve"]))
    (note,) = asked.asked(Notify)
    assert (note.kind, note.recipients) == ("informed", ["user:eve", "group:law"])
    assert [fact.who for fact in asked.facts(ev.PersonsInformed)] == [["user:eve", "group:law"]]


def test_feel_knows_the_initiator() -> None:
    assert holders(begun(one_task('andante:assignee="=initiator"'), roster(["ina"]))) == ["ina"]
    variable = begun(one_task('andante:assignee="=initiator"'), roster(["ina"]), initiator="eve")
    assert holders(variable) == ["eve"], "a variable of that name is the model's own"


# Both forms, and what is refused.


def json_form(**more: object) -> Mapping[str, object]:
    return {
        "name": "P", "label": "P", "version": "1",
        "startEvents": [{"name": "s", "label": "s", "type": "custom", "connector": "a"}],
        "userTasks": [{"name": "write", "label": "write", "connector": "b"},
                      {"name": "check", "label": "check", "connector": "c", **more}],
        "endEvents": [{"name": "e", "label": "e"}],
        "connectors": [{"name": "a", "targetReference": "write"}, {"name": "b", "targetReference": "check"},
                       {"name": "c", "targetReference": "e"}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("attributes", "inside", "word"),
    [
        ('andante:notBy="nobody"', "", "'nobody', which is no user task"),
        ('andante:notBy="write" andante:sameAs="write"', "", "notBy and in sameAs"),
        ("", '<andante:assignment receiver="boss"/>', "receiver is 'boss'"),
        ("", '<andante:assignment receiver="supervisor" level="99"/>', "1 to 20"),
        ("", '<andante:assignment rule="skill"/>', "Set skills"),
        ("", '<andante:assignment rule="skill" skills="law: x"/>', "The skill 'law'"),
        ("", '<andante:assignment emptyApprover="skip"/>', "Set defaultOutcome"),
        ("", '<andante:assignment receiver="lane"/>', "no lane"),
        ('andante:outcomes="a,b"', '<andante:assignment emptyApprover="skip" defaultOutcome="c"/>', "none of a, b"),
    ],
)
def test_what_makes_no_sense_is_refused(attributes: str, inside: str, word: str) -> None:
    with pytest.raises(ModelRefused) as fault:
        two_tasks("", attributes, inside)
    assert any(word in str(finding.message) for finding in fault.value.findings), fault.value

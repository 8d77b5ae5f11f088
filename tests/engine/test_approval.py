"""Approvals as offices do them (contract 6.2): who is asked, when it is decided, what is so then."""

import pytest
from approving import approval, begun, bpmn, holders, task_of

from andante.bpmn import ModelRefused
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.faults import Rejected
from andante.engine.settings import EngineSettings
from andante.testing import Scenario, roster

EVERY = 'type="everyOne" terminatingActions="rejected" defaultOutcome="rejected"'


def votes(scenario: Scenario, *answers: tuple[str, str]) -> Scenario:
    """Each of these persons answers; whose task is gone already is not asked."""
    for who, outcome in answers:
        scenario.when(cmd.CompleteTask(task_of(scenario, who), outcome), by=who)
    return scenario


def result(scenario: Scenario) -> dict[str, object]:
    found = scenario.variables["approval"]
    assert isinstance(found, dict)
    return found


def test_any_one_is_the_first_answer() -> None:
    asked = begun(approval('type="anyOne"'))
    assert holders(asked) == ["ann,bob,cid"]
    asked.when(cmd.ClaimTask(task_of(asked, "bob"), "bob"), by="bob").complete("approve", "rejected", by="bob")
    asked.then(state="Completed OK")
    assert asked.instance.task_outcome == "rejected"
    assert result(asked)["why"] == "first"


def test_every_one_has_a_task_of_their_own_and_all_must_agree() -> None:
    asked = begun(approval('type="everyOne" defaultOutcome="abstained"'))
    assert holders(asked) == ["ann", "bob", "cid"]
    votes(asked, ("cid", "approved"), ("ann", "approved"))
    asked.then(state="Waiting for user interaction", tasks=["approve"])
    votes(asked, ("bob", "approved")).then(state="Completed OK")
    assert asked.instance.task_outcome == "approved"
    assert result(asked) | {"votes": 0} == {
        "outcome": "approved", "why": "all", "approvers": 3, "counts": {"approved": 3}, "votes": 0,
    }  # fmt: skip


def test_whoever_dissents_makes_it_the_default_once_everyone_is_heard() -> None:
    asked = begun(approval('type="everyOne" defaultOutcome="abstained"'))
    votes(asked, ("ann", "rejected"), ("bob", "approved"))
    asked.then(tasks=["approve"])
    votes(asked, ("cid", "approved")).then(state="Completed OK")
    assert asked.instance.task_outcome == "abstained"
    assert result(asked)["counts"] == {"rejected": 1, "approved": 2}


def test_a_terminating_action_ends_the_vote_and_withdraws_what_is_open() -> None:
    asked = begun(approval(EVERY))
    votes(asked, ("ann", "approved"), ("bob", "rejected")).then(state="Completed OK", tasks=[])
    assert asked.instance.task_outcome == "rejected"
    assert result(asked)["why"] == "terminating"
    assert [fact.reason for fact in asked.facts(ev.TaskCancelled)] == ["the vote is decided"]


def test_the_threshold_decides_as_soon_as_it_is_reached() -> None:
    asked = begun(approval('type="everyOne" voteThreshold="60" defaultOutcome="abstained"'))
    votes(asked, ("ann", "approved"), ("bob", "rejected")).then(tasks=["approve"])
    votes(asked, ("cid", "approved")).then(state="Completed OK")
    assert (asked.instance.task_outcome, result(asked)["why"]) == ("approved", "threshold")
    early = votes(begun(asked.graph), ("ann", "approved"), ("bob", "approved")).then(state="Completed OK", tasks=[])
    assert early.instance.task_outcome == "approved"


def test_the_default_is_taken_as_soon_as_no_outcome_can_reach_its_threshold() -> None:
    asked = begun(approval('type="everyOne" voteThreshold="90" defaultOutcome="abstained"'))
    votes(asked, ("ann", "approved"), ("bob", "rejected")).then(state="Completed OK", tasks=[])
    assert (asked.instance.task_outcome, result(asked)["why"]) == ("abstained", "default")


def test_each_outcome_may_have_a_threshold_of_its_own() -> None:
    asked = begun(approval('type="everyOne" voteThreshold="approved: 100, rejected: 30" defaultOutcome="abstained"'))
    votes(asked, ("ann", "approved"), ("bob", "rejected")).then(state="Completed OK")
    assert (asked.instance.task_outcome, result(asked)["why"]) == ("rejected", "threshold")


def test_one_after_the_other_in_the_order_of_the_model() -> None:
    asked = begun(approval('type="sequential" terminatingActions="rejected, abstained"'))
    assert holders(asked) == ["ann"]
    votes(asked, ("ann", "approved"))
    assert holders(asked) == ["bob"]
    votes(asked, ("bob", "approved"), ("cid", "approved")).then(state="Completed OK")
    assert asked.instance.task_outcome == "approved"
    stopped = votes(begun(asked.graph), ("ann", "rejected")).then(state="Completed OK")
    assert len(stopped.facts(ev.TaskCreated)) == 1


def test_a_group_is_one_approver() -> None:
    asked = begun(approval(EVERY, 'andante:candidates="user:ann, group:law"'))
    assert holders(asked) == ["ann", "group:law"]
    asked.when(cmd.ClaimTask(task_of(asked, "group:law"), "lea"), by="lea")
    votes(asked, ("lea", "approved"), ("ann", "approved")).then(state="Completed OK")
    assert [vote["approver"] for vote in result(asked)["votes"]] == [["group:law"], ["user:ann"]]  # type: ignore[attr-defined]


def test_each_member_of_a_group_may_be_an_approver() -> None:
    known = EngineSettings(roster=roster(groups={"law": ["lea", "leo", "ann"]}, queues={"desk": ["dan"]}))
    policy = 'type="everyOne" groupAsOne="false" voteThreshold="75" defaultOutcome="rejected"'
    receivers = 'andante:candidates="user:ann, group:law" andante:queue="desk"'
    asked = begun(approval(policy, receivers), settings=known)
    assert holders(asked) == ["ann", "dan", "lea", "leo"]
    votes(asked, ("lea", "approved"), ("leo", "approved"), ("dan", "approved")).then(state="Completed OK", tasks=[])
    nobody = begun(approval(policy, 'andante:candidates="group:gone"'), settings=known).then(state="Completed OK")
    assert result(nobody)["why"] == "nobody"


def test_the_initiator_in_a_group_is_asked_for_unless_each_member_counts() -> None:
    known = EngineSettings(roster=roster(groups={"law": ["lea", "ina"]}))
    policy = 'type="everyOne" groupAsOne="{}" autoApproval="initiator" defaultOutcome="rejected"'
    receivers = 'andante:candidates="group:law"'
    assert holders(begun(approval(policy.format("true"), receivers), settings=known)) == ["group:law"]
    assert holders(begun(approval(policy.format("false"), receivers), settings=known)) == ["lea"]


def test_a_deadline_may_answer_for_who_does_not() -> None:
    graph = bpmn(
        '<startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="t"/>'
        '<userTask id="t" andante:candidateUsers="ann, bob" andante:outcomes="yes, no"><extensionElements>'
        '<andante:approval type="everyOne" defaultOutcome="no"/><andante:sla name="x" deadline="P1D">'
        '<andante:deadlineAction name="silence" type="Complete"/></andante:sla></extensionElements></userTask>'
    )
    asked = begun(graph)
    votes(asked, ("ann", "no")).suspend().pass_time("P3D").resume().then(tasks=["t"])
    asked.pass_time("P1D").then(state="Completed OK", tasks=[])
    assert (result(asked)["why"], result(asked)["counts"]) == ("all", {"no": 2})
    assert len(asked.facts(ev.ApprovalDecided)) == 1
    alone = begun(graph).pass_time("P1D").then(state="Completed OK")
    assert (result(alone)["counts"], len(alone.facts(ev.ApprovalDecided))) == ({"no": 2}, 1)


def test_the_absent_are_stood_in_for() -> None:
    away = [("bob", "dan", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")]
    known = EngineSettings(roster=roster(["ann", "bob", "cid"], deputies=away))
    asked = begun(approval(EVERY), settings=known)
    assert holders(asked) == ["ann", "cid", "dan"]
    votes(asked, ("dan", "rejected")).then(state="Completed OK", tasks=[])
    assert [vote["who"] for vote in result(asked)["votes"]] == ["dan"]  # type: ignore[attr-defined]


def test_nobody_there_is_the_default_outcome_or_an_incident() -> None:
    nobody = begun(approval(EVERY, 'andante:candidateUsers="=[]"')).then(state="Completed OK")
    assert (nobody.instance.task_outcome, result(nobody)["why"]) == ("rejected", "nobody")
    stuck = begun(approval('type="anyOne"', 'andante:candidateUsers="=who"'), {"who": []})
    stuck.then(state="Broken", incidents=["approval"])
    stuck.when(cmd.SetVariables({"who": ["ann"]})).retry().then(tasks=["approve"], incidents=[])


def test_the_initiator_and_who_has_approved_need_not_be_asked() -> None:
    auto = 'type="sequential" autoApproval="initiator, approved" terminatingActions="rejected, abstained"'
    asked = begun(approval(auto), by="bob")
    votes(asked, ("ann", "approved"))
    assert holders(asked) == ["cid"]
    [automatic] = [fact for fact in asked.facts(ev.VoteCast) if fact.how]
    assert (automatic.who, automatic.outcome, automatic.how) == ("bob", "approved", "initiator")
    again = begun(
        bpmn(
            '<startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="first"/>'
            '<userTask id="first" andante:candidateUsers="ann" andante:outcomes="ok, no"><extensionElements>'
            '<andante:approval/></extensionElements></userTask><sequenceFlow id="b" sourceRef="first" targetRef="sub"/>'
            '<subProcess id="sub"><startEvent id="t"/><sequenceFlow id="c" sourceRef="t" targetRef="second"/>'
            '<userTask id="second" andante:candidateUsers="ann, bob" andante:outcomes="ok, no"><extensionElements>'
            '<andante:approval type="everyOne" autoApproval="approved" defaultOutcome="no"/></extensionElements>'
            "</userTask></subProcess>"
            '<sequenceFlow id="d" sourceRef="sub" targetRef="third"/>'
            '<userTask id="third" andante:candidateUsers="bob" andante:outcomes="ok, no"><extensionElements>'
            '<andante:approval type="everyOne" autoApproval="approved" defaultOutcome="no"/></extensionElements>'
            "</userTask>"
        )
    )
    votes(again, ("ann", "ok"))
    assert holders(again) == ["bob"]
    votes(again, ("bob", "ok")).then(state="Completed OK")


def test_only_who_approved_is_not_asked_again() -> None:
    auto = 'type="sequential" autoApproval="approved" defaultOutcome="rejected"'
    asked = begun(approval(auto, 'andante:candidates="group:law, user:lea"'))
    asked.when(cmd.ClaimTask(task_of(asked, "group:law"), "lea"), by="lea")
    votes(asked, ("lea", "abstained"))
    assert holders(asked) == ["lea"]


def test_what_a_vote_says_reaches_feel() -> None:
    asked = begun(approval(EVERY))
    asked.when(cmd.CompleteTask(task_of(asked, "ann"), "approved", {"ann_saw": 1}, "fine with me"), by="ann")
    asked.then(variables={"ann_saw": 1})
    votes(asked, ("bob", "approved"), ("cid", "approved"))
    assert result(asked)["votes"][0] == {  # type: ignore[index]
        "who": "ann", "outcome": "approved", "at": "2026-01-05T09:00:00.000Z", "comment": "fine with me",
        "automatic": "", "approver": ["user:ann"],
    }  # fmt: skip
    assert [fact.text for fact in asked.facts(ev.TaskCommented)] == ["fine with me"]


def test_output_mappings_read_the_result_when_it_is_decided() -> None:
    graph = bpmn(
        '<startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="t"/>'
        '<userTask id="t" andante:candidateUsers="ann, bob" andante:outcomes="yes, no"><extensionElements>'
        '<andante:approval type="everyOne" defaultOutcome="no" resultVariable="review"/>'
        '<andante:output target="who" source="=review.votes.who"/><andante:output target="sum" source="=said"/>'
        "</extensionElements></userTask>"
    )
    asked = begun(graph)
    asked.when(cmd.CompleteTask(task_of(asked, "bob"), "yes", {"said": 3}), by="bob").then(variables={"said": None})
    asked.when(cmd.CompleteTask(task_of(asked, "ann"), "yes"), by="ann")
    asked.then(state="Completed OK", variables={"who": ["bob", "ann"], "sum": 3, "review": None})


def test_a_vote_is_checked_as_any_completion_is() -> None:
    asked = begun(approval(EVERY))
    with pytest.raises(Rejected) as fault:
        votes(asked, ("ann", "maybe"))
    assert fault.value.code == "bpm.task.outcome"
    key = task_of(asked, "ann")
    votes(asked, ("ann", "approved"))
    with pytest.raises(Rejected) as fault:
        asked.when(cmd.CompleteTask(key, "rejected"), by="ann")
    assert fault.value.code == "bpm.task.notFound"


def test_a_delegated_vote_is_the_delegator_s() -> None:
    asked = begun(approval(EVERY))
    key = task_of(asked, "ann")
    asked.when(cmd.DelegateTask(key, "dan"), by="ann").when(cmd.ResolveTask(key, {"seen": True}), by="dan")
    asked.when(cmd.CompleteTask(key, "approved"), by="ann")
    transferred = task_of(asked, "bob")
    asked.when(cmd.TransferTask(transferred, "eve"), by="bob").when(cmd.CompleteTask(transferred, "approved"), by="eve")
    votes(asked, ("cid", "approved")).then(state="Completed OK")
    assert [vote["who"] for vote in result(asked)["votes"]] == ["ann", "eve", "cid"]  # type: ignore[attr-defined]


def test_a_fault_between_two_approvers_loses_no_vote() -> None:
    graph = bpmn(
        '<startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="t"/>'
        '<userTask id="t" andante:candidateUsers="ann, bob" andante:outcomes="yes, no" andante:dueDate="=due">'
        '<extensionElements><andante:approval type="sequential" defaultOutcome="no"/></extensionElements></userTask>'
    )
    asked = begun(graph, {"due": "P1D"})
    asked.when(cmd.CompleteTask(task_of(asked, "ann"), "yes", {"due": "soon"}), by="ann")
    asked.then(state="Broken", incidents=["date"], tasks=[])
    asked.when(cmd.SetVariables({"due": "P2D"})).retry().then(tasks=["t"], incidents=[])
    votes(asked, ("bob", "yes")).then(state="Completed OK")
    assert result(asked)["counts"] == {"yes": 2}


def test_suspended_resumed_and_terminated_meanwhile() -> None:
    asked = votes(begun(approval(EVERY)), ("ann", "approved")).suspend()
    with pytest.raises(Rejected) as fault:
        votes(asked, ("bob", "approved"))
    assert fault.value.code == "bpm.instance.suspended"
    votes(asked.resume(), ("bob", "approved"))
    ended = asked.suspend().terminate().then(state="User Terminated", tasks=[])
    assert not ended.instance.approvals
    assert [fact.reason for fact in ended.facts(ev.ApprovalClosed)] == [""]


def test_a_boundary_event_withdraws_the_whole_vote_and_each_task_has_its_own_clock() -> None:
    late = (
        '<boundaryEvent id="late" attachedToRef="t"><timerEventDefinition><timeDuration>P2D</timeDuration>'
        '</timerEventDefinition></boundaryEvent><sequenceFlow id="l" sourceRef="late" targetRef="chase"/>'
        '<userTask id="chase"/>'
    )
    graph = bpmn(
        '<startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="t"/>'
        '<userTask id="t" andante:candidateUsers="ann, bob" andante:outcomes="yes, no"><extensionElements>'
        '<andante:approval type="everyOne" defaultOutcome="no"/><andante:sla name="x" goal="PT4H" deadline="P1D"/>'
        f"</extensionElements></userTask>{late}"
    )
    asked = begun(graph)
    assert len(asked.instance.clocks) == 2
    votes(asked, ("ann", "yes"))
    assert len(asked.instance.clocks) == 1
    asked.pass_time("PT5H").suspend().pass_time("P5D").then(tasks=["t"])
    asked.resume().pass_time("P2D").then(tasks=["chase"])
    assert not asked.instance.clocks
    assert not asked.instance.approvals


def test_an_approval_in_a_multi_instance() -> None:
    graph = bpmn(
        '<startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="t"/>'
        '<userTask id="t" andante:candidateUsers="ann, bob" andante:outcomes="yes, no"><extensionElements>'
        '<andante:approval type="everyOne" defaultOutcome="no"/></extensionElements>'
        '<multiInstanceLoopCharacteristics andante:collection="items" andante:elementVariable="item"'
        ' andante:outputCollection="results" andante:outputElement="=approval.outcome"/></userTask>'
    )
    asked = begun(graph, {"items": ["desk", "lamp"]})
    assert holders(asked) == ["ann", "ann", "bob", "bob"]
    votes(asked, ("ann", "yes"), ("bob", "yes"), ("ann", "yes"), ("bob", "no"))
    asked.then(state="Completed OK", variables={"results": ["yes", "no"]})


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ('type="someOne"', "approvalType"),
        ('type="everyOne" voteThreshold="120" defaultOutcome="rejected"', "voteThreshold"),
        ('type="everyOne" voteThreshold="half" defaultOutcome="rejected"', "voteThreshold"),
        ('type="everyOne" voteThreshold="maybe: 20" defaultOutcome="rejected"', "approvalOutcome"),
        ('type="anyOne" voteThreshold="50"', "voteThreshold"),
        ('type="everyOne" defaultOutcome="maybe"', "approvalOutcome"),
        ('type="everyOne" terminatingActions="no" defaultOutcome="rejected"', "approvalOutcome"),
        ('type="everyOne"', "defaultOutcome"),
        ('autoApproval="boss"', "autoApproval"),
        ('colour="red"', "unknownAttribute"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(policy: str, code: str) -> None:
    with pytest.raises(ModelRefused) as refusal:
        approval(policy)
    assert code in [finding.code for finding in refusal.value.findings], refusal.value.findings

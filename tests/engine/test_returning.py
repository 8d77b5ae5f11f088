"""Returning a task to an earlier step, or to who started the instance (contract 6.3)."""

import pytest
from approving import begun, bpmn, holders, task_of

from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.faults import Rejected
from andante.engine.returning import choices
from andante.testing import Scenario

RETURN = 'andante:actions="complete, return, delegate, resolve"'


def chain(*, last: str = "", policy: str = "") -> ProcessGraph:
    """write (candidates ann and bob) -> check (cid) -> sign (dan, or with a policy those in `last`)."""
    approval = f"<extensionElements><andante:approval {policy}/></extensionElements>" if policy else ""
    receivers = f'andante:candidateUsers="{last}"' if last else 'andante:assignee="dan"'
    return bpmn(
        '<startEvent id="start" name="Ask"/><sequenceFlow id="a" sourceRef="start" targetRef="write"/>'
        '<userTask id="write" name="Write" andante:candidateUsers="ann, bob"/>'
        '<sequenceFlow id="b" sourceRef="write" targetRef="check"/>'
        f'<userTask id="check" andante:assignee="cid" {RETURN}/>'
        '<sequenceFlow id="c" sourceRef="check" targetRef="sign"/>'
        f'<userTask id="sign" {receivers} {RETURN} andante:outcomes="yes, no">{approval}</userTask>'
        '<sequenceFlow id="d" sourceRef="sign" targetRef="end"/><endEvent id="end"/>'
    )


def to_sign(graph: ProcessGraph) -> Scenario:
    asked = begun(graph)
    asked.when(cmd.ClaimTask(task_of(asked, "bob"), "bob"), by="bob").complete("write", by="bob", text="first")
    return asked.complete("check", by="cid")


def back(scenario: Scenario, task: str, to: str, *, direct: bool = False, by: str = "dan") -> Scenario:
    return scenario.when(cmd.ReturnTask(scenario.task(task), to, direct, "see line 3"), by=by)


def where(scenario: Scenario, task: str) -> list[tuple[str, str]]:
    found = choices(scenario.graph, scenario.instance, scenario.instance.tasks[scenario.task(task)])
    return [(choice.element, choice.who) for choice in found]


def refusal(scenario: Scenario, task: str, to: str) -> str:
    with pytest.raises(Rejected) as fault:
        back(scenario, task, to)
    return fault.value.code


def test_what_was_done_before_is_offered_to_return_to() -> None:
    asked = to_sign(chain())
    assert where(asked, "sign") == [("initiator", "ina"), ("write", "bob"), ("check", "cid")]


def test_who_did_it_does_it_again_and_the_flow_takes_its_way() -> None:
    asked = back(to_sign(chain()), "sign", "write").then(tasks=["write"])
    assert holders(asked) == ["bob"]
    [fact] = asked.facts(ev.TaskReturned)
    assert (fact.comment, fact.to, fact.direct) == ("see line 3", "bob", False)
    assert [each.reason for each in asked.facts(ev.TaskCancelled)] == ["returned to write"]
    asked.complete("write", by="bob", text="second").then(tasks=["check"])
    asked.complete("check", by="cid").complete("sign", "yes", by="dan").then(state="Completed OK")
    assert not asked.instance.returns


def test_straight_back_passes_over_what_lies_between() -> None:
    asked = back(to_sign(chain()), "sign", "write", direct=True)
    asked.complete("write", by="bob", text="second").then(tasks=["sign"], variables={"text": "second"})
    assert holders(asked) == ["dan"]
    asked.complete("sign", "yes", by="dan").then(state="Completed OK")
    assert not asked.instance.returns


def test_straight_back_to_a_vote_keeps_the_votes() -> None:
    asked = to_sign(chain(last="dan, eva, fay", policy='type="everyOne" defaultOutcome="no"'))
    asked.when(cmd.CompleteTask(task_of(asked, "dan"), "yes"), by="dan")
    asked.when(cmd.ReturnTask(task_of(asked, "eva"), "write", True), by="eva").then(tasks=["write"])
    asked.complete("write", by="bob")
    assert holders(asked) == ["eva", "fay"]
    asked.when(cmd.CompleteTask(task_of(asked, "fay"), "yes"), by="fay")
    asked.when(cmd.CompleteTask(task_of(asked, "eva"), "yes"), by="eva").then(state="Completed OK")
    assert asked.instance.task_outcome == "yes"


def test_by_the_flow_a_vote_begins_anew() -> None:
    asked = to_sign(chain(last="dan, eva", policy='type="everyOne" defaultOutcome="no"'))
    asked.when(cmd.CompleteTask(task_of(asked, "dan"), "yes"), by="dan")
    asked.when(cmd.ReturnTask(task_of(asked, "eva"), "check"), by="eva").complete("check", by="cid")
    assert holders(asked) == ["dan", "eva"]


@pytest.mark.parametrize("direct", [False, True])
def test_the_initiator_gets_it_at_the_start_event(direct: bool) -> None:
    asked = back(to_sign(chain()), "sign", "initiator", direct=direct)
    asked.then(at=["start"], tasks=["start"], state="Waiting for user interaction")
    assert holders(asked) == ["ina"]
    asked.suspend().resume()
    asked.complete("Ask", by="ina", amount=3).then(tasks=["sign" if direct else "write"], variables={"amount": 3})


def test_what_the_initiator_sends_again_is_checked_by_the_form_of_the_start() -> None:
    schema = '{"type": "object", "properties": {"amount": {"type": "integer", "minimum": 1}}, "required": ["amount"]}'
    graph = bpmn(
        '<startEvent id="start" name="Ask"><extensionElements>'
        f"<andante:form>{schema}</andante:form></extensionElements></startEvent>"
        '<sequenceFlow id="a" sourceRef="start" targetRef="sign"/>'
        f'<userTask id="sign" andante:assignee="dan" {RETURN}/>'
    )
    asked = back(begun(graph, {"amount": 5}), "sign", "initiator", direct=True)
    with pytest.raises(Rejected) as fault:
        asked.complete("Ask", by="ina", amount=0)
    assert "amount" in fault.value.message
    asked.complete("Ask", by="ina", amount=7).then(tasks=["sign"], variables={"amount": 7})


def test_there_may_be_returned_what_was_returned() -> None:
    asked = back(to_sign(chain()), "sign", "check", direct=True).then(tasks=["check"])
    asked.when(cmd.ReturnTask(asked.task("check"), "write", True), by="cid").then(tasks=["write"])
    asked.complete("write", by="bob").then(tasks=["check"])
    asked.complete("check", by="cid").then(tasks=["sign"])


def parallel() -> ProcessGraph:
    """write, then legal and (tax, then book) at once, joined; beside them a wait."""
    return bpmn(
        '<startEvent id="start"/><sequenceFlow id="f0" sourceRef="start" targetRef="outer"/>'
        '<parallelGateway id="outer"/><sequenceFlow id="fw" sourceRef="outer" targetRef="aside"/>'
        '<userTask id="aside"/><sequenceFlow id="fx" sourceRef="aside" targetRef="last"/>'
        '<sequenceFlow id="f1" sourceRef="outer" targetRef="write"/><userTask id="write"/>'
        '<sequenceFlow id="f2" sourceRef="write" targetRef="fork"/><parallelGateway id="fork"/>'
        '<sequenceFlow id="f3" sourceRef="fork" targetRef="legal"/>'
        f'<userTask id="legal" {RETURN}/><sequenceFlow id="f4" sourceRef="legal" targetRef="join"/>'
        '<sequenceFlow id="f5" sourceRef="fork" targetRef="tax"/>'
        f'<userTask id="tax" {RETURN}/><sequenceFlow id="f6" sourceRef="tax" targetRef="book"/>'
        f'<userTask id="book" {RETURN}/><sequenceFlow id="f7" sourceRef="book" targetRef="join"/>'
        '<parallelGateway id="join"/><sequenceFlow id="f8" sourceRef="join" targetRef="last"/>'
        '<parallelGateway id="last"/><sequenceFlow id="f9" sourceRef="last" targetRef="end"/><endEvent id="end"/>'
    )


def test_what_has_come_of_the_earlier_step_is_withdrawn_with_it() -> None:
    asked = (
        begun(parallel()).complete("write", by="ann").complete("tax", by="tia").then(tasks=["aside", "book", "legal"])
    )
    back(asked, "legal", "write", by="lea").then(tasks=["aside", "write"])
    asked.complete("write", by="ann").then(tasks=["aside", "legal", "tax"])
    asked.complete("legal").complete("tax").complete("book").complete("aside").then(state="Completed OK")


def test_within_a_branch_the_others_stay() -> None:
    asked = begun(parallel()).complete("write").complete("legal").complete("aside").complete("tax", by="tia")
    back(asked, "book", "tax").then(tasks=["tax"], at=["join", "last", "tax"])
    asked.complete("tax").complete("book").then(state="Completed OK")


def test_what_waits_at_a_join_beyond_is_withdrawn_too() -> None:
    asked = begun(parallel()).complete("aside").complete("write", by="ann").complete("legal")
    back(asked, "tax", "write").then(tasks=["write"], at=["last", "write"])
    asked.complete("write").complete("legal").complete("tax").complete("book").then(state="Completed OK")


def test_what_cannot_be_returned_is_refused_and_nothing_changes() -> None:
    asked = begun(chain())
    assert refusal(asked, "write", "initiator") == "bpm.task.action"
    asked.complete("write", by="bob")
    seq = asked.instance.seq
    assert refusal(asked, "check", "sign") == "bpm.task.return"
    assert refusal(asked, "check", "check") == "bpm.task.return"
    assert refusal(asked, "check", "nowhere") == "bpm.task.return"
    asked.when(cmd.DelegateTask(asked.task("check"), "leo"), by="cid")
    assert refusal(asked, "check", "write") == "bpm.task.delegated"
    assert asked.instance.seq == seq + 1
    asked.suspend()
    assert refusal(asked, "check", "write") == "bpm.instance.suspended"


def test_nothing_is_returned_out_of_its_scope_or_out_of_one_item_of_many() -> None:
    graph = bpmn(
        '<startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="first"/><userTask id="first"/>'
        '<sequenceFlow id="b" sourceRef="first" targetRef="sub"/><subProcess id="sub"><startEvent id="t"/>'
        '<sequenceFlow id="c" sourceRef="t" targetRef="inner"/><userTask id="inner"/>'
        f'<sequenceFlow id="d" sourceRef="inner" targetRef="next"/><userTask id="next" {RETURN}/></subProcess>'
        f'<sequenceFlow id="e" sourceRef="sub" targetRef="many"/><userTask id="many" {RETURN}>'
        "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
        f'</userTask><sequenceFlow id="f" sourceRef="many" targetRef="after"/><userTask id="after" {RETURN}/>'
    )
    asked = begun(graph).complete("first", by="ann").complete("inner", by="bob")
    assert where(asked, "next") == [("inner", "bob")]
    asked.complete("next").then(tasks=["many", "many"])
    assert where(asked, "many") == []
    asked.complete("many", by="cid").complete("many", by="dan")
    assert where(asked, "after") == [("initiator", "ina"), ("first", "ann"), ("many", "dan")]
    back(asked, "after", "many").then(tasks=["many", "many"])
    asked.complete("many").complete("many").complete("after").then(state="Completed OK")


def test_a_timer_that_takes_the_token_away_ends_the_return() -> None:
    graph = bpmn(
        '<startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="write"/><userTask id="write"/>'
        '<boundaryEvent id="late" attachedToRef="write"><timerEventDefinition><timeDuration>P1D</timeDuration>'
        '</timerEventDefinition></boundaryEvent><sequenceFlow id="l" sourceRef="late" targetRef="other"/>'
        '<userTask id="other"/><sequenceFlow id="o" sourceRef="other" targetRef="write"/>'
        f'<sequenceFlow id="b" sourceRef="write" targetRef="sign"/><userTask id="sign" {RETURN}/>'
    )
    asked = begun(graph).complete("write", by="ann")
    back(asked, "sign", "write", direct=True).pass_time("P2D").then(tasks=["other"])
    assert not asked.instance.returns
    asked.complete("other").complete("write").complete("sign").then(state="Completed OK")


def test_terminated_and_migrated_meanwhile() -> None:
    asked = back(to_sign(chain()), "sign", "write", direct=True)
    asked.migrate(chain(last="dan, eva", policy='type="everyOne" defaultOutcome="no"'))
    asked.complete("write", by="bob").then(tasks=["sign"])
    ended = back(to_sign(chain()), "sign", "initiator").terminate().then(state="User Terminated", tasks=[])
    assert not ended.instance.returns

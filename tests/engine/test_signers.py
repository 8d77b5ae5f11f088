"""More signers for a task: before, with and after whoever has it (contract 6.3)."""

import pytest
from approving import approval, begun, bpmn, holders, task_of

from andante.bpmn.graph import ProcessGraph
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.faults import Rejected
from andante.engine.settings import EngineSettings
from andante.testing import Scenario, roster

SIGN = 'andante:actions="complete, addSigner"'


def plain() -> ProcessGraph:
    """A task of ann's, with the outcomes ok and no."""
    return bpmn(
        '<startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="t"/>'
        f'<userTask id="t" andante:assignee="ann" andante:outcomes="ok, no" {SIGN}/>'
        '<sequenceFlow id="b" sourceRef="t" targetRef="e"/><endEvent id="e"/>'
    )


def every(policy: str = 'type="everyOne" defaultOutcome="rejected"') -> ProcessGraph:
    return approval(policy, f'andante:candidateUsers="ann, bob" {SIGN}')


def add(scenario: Scenario, of: str, mode: str, *to: str) -> Scenario:
    return scenario.when(cmd.AddSigners(task_of(scenario, of), list(to), mode, "please look"), by=of)


def votes(scenario: Scenario, *answers: tuple[str, str]) -> Scenario:
    for who, outcome in answers:
        scenario.when(cmd.CompleteTask(task_of(scenario, who), outcome), by=who)
    return scenario


def refusal(scenario: Scenario, command: cmd.Command) -> str:
    with pytest.raises(Rejected) as fault:
        scenario.when(command, by="ann")
    return fault.value.code


def test_before_the_task_comes_back_when_they_have_signed() -> None:
    task = add(begun(plain()), "ann", "before", "leo", "mia")
    assert holders(task) == ["leo"]
    votes(task, ("leo", "ok"))
    assert holders(task) == ["mia"]
    votes(task, ("mia", "no"))
    assert holders(task) == ["ann"]
    votes(task, ("ann", "ok")).then(state="Completed OK")
    assert task.instance.task_outcome == "ok"
    assert [fact.reason for fact in task.facts(ev.TaskCancelled)] == ["first to user:leo, user:mia"]
    assert [fact.text for fact in task.facts(ev.TaskCommented)] == ["please look"]


def test_after_the_answer_is_theirs() -> None:
    task = add(begun(plain()), "ann", "after", "leo")
    assert holders(task) == ["ann"]
    votes(task, ("ann", "ok"))
    assert holders(task) == ["leo"]
    votes(task, ("leo", "no")).then(state="Completed OK")
    assert task.instance.task_outcome == "no"


def test_with_the_first_answer_decides_what_any_one_decides() -> None:
    task = add(begun(plain()), "ann", "with", "leo", "group:law")
    assert holders(task) == ["ann", "group:law", "leo"]
    votes(task, ("leo", "no")).then(state="Completed OK", tasks=[])
    assert task.instance.task_outcome == "no"
    task.then(variables={"approval": None})  # the model does not ask for it


def test_in_a_counter_sign_they_count() -> None:
    task = add(begun(every()), "ann", "with", "leo")
    votes(task, ("ann", "approved"), ("bob", "approved")).then(tasks=["approve"])
    votes(task, ("leo", "rejected")).then(state="Completed OK")
    assert task.instance.task_outcome == "rejected"


def test_before_and_after_in_a_counter_sign_keep_to_their_chain() -> None:
    task = add(add(begun(every()), "ann", "before", "leo"), "bob", "after", "mia")
    assert holders(task) == ["bob", "leo"]
    votes(task, ("bob", "approved"), ("leo", "approved"))
    assert holders(task) == ["ann", "mia"]
    votes(task, ("mia", "approved"), ("ann", "approved")).then(state="Completed OK")
    assert task.instance.task_outcome == "approved"


def test_in_a_sequence_they_come_at_once_before_or_next() -> None:
    graph = approval('type="sequential" terminatingActions="rejected" defaultOutcome="rejected"',
                     f'andante:candidateUsers="ann, bob" {SIGN}')  # fmt: skip
    task = add(begun(graph), "ann", "after", "leo")
    votes(task, ("ann", "approved"))
    assert holders(task) == ["leo"]
    votes(task, ("leo", "approved"))
    add(task, "bob", "before", "mia")
    assert holders(task) == ["mia"]
    votes(task, ("mia", "rejected")).then(state="Completed OK")  # bob is not asked any more
    assert task.instance.task_outcome == "rejected"


def test_who_has_claimed_it_gets_it_back_and_others_do_not() -> None:
    graph = approval('type="anyOne"', f'andante:candidateUsers="ann, bob" {SIGN}')
    task = begun(graph)
    task.when(cmd.ClaimTask(task_of(task, "bob"), "bob"), by="bob")
    add(task, "bob", "before", "leo")
    votes(task, ("leo", "approved"))
    assert holders(task) == ["bob"]


def test_who_must_not_do_the_task_cannot_be_made_to() -> None:
    graph = bpmn(
        '<startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="t"/>'
        f'<userTask id="t" andante:assignee="ann" andante:notBy="initiator" {SIGN}/>'
    )
    task = begun(graph)
    assert refusal(task, cmd.AddSigners(task_of(task, "ann"), ["ina"], "with")) == "bpm.task.excluded"


def test_what_cannot_be_added_is_refused_and_nothing_changes() -> None:
    known = EngineSettings(roster=roster(["ann", "bob", "leo"]))
    task = begun(every(), settings=known)
    key = task_of(task, "ann")
    assert refusal(task, cmd.AddSigners(key, ["bob"], "with")) == "bpm.task.signers"  # is asked already
    assert refusal(task, cmd.AddSigners(key, ["nemo"], "with")) == "bpm.task.signers"
    assert refusal(task, cmd.AddSigners(key, [], "with")) == "bpm.task.signers"
    assert refusal(task, cmd.AddSigners(key, [" "], "with")) == "bpm.task.signers"
    assert refusal(task, cmd.AddSigners(key, ["leo"], "later")) == "bpm.task.signers"
    assert refusal(task, cmd.AddSigners(99, ["leo"], "with")) == "bpm.task.notFound"
    other = begun(approval('type="everyOne" defaultOutcome="rejected"'))
    assert refusal(other, cmd.AddSigners(task_of(other, "ann"), ["leo"], "with")) == "bpm.task.action"
    task.when(cmd.DelegateTask(key, "leo"), by="ann")
    assert refusal(task, cmd.AddSigners(key, ["leo"], "with")) == "bpm.task.delegated"
    assert task.instance.seq == 2
    task.suspend()
    assert refusal(task, cmd.AddSigners(key, ["leo"], "with")) == "bpm.instance.suspended"

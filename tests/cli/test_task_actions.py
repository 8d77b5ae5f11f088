"""What a person does with a task, told by the command line."""

from pathlib import Path

import pytest
from shell import Shell

XML = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:andante="http://andante.dev/schema/bpmn/1.0" targetNamespace="t">
  <process id="Agreement" isExecutable="true">
    <startEvent id="start" name="Ask"/><sequenceFlow id="a" sourceRef="start" targetRef="draft"/>
    <userTask id="draft" name="Draft" andante:assignee="admin"/>
    <sequenceFlow id="b" sourceRef="draft" targetRef="vote"/>
    <userTask id="vote" name="Vote" andante:candidates="user:admin, group:clerks" andante:outcomes="yes, no"
      andante:actions="claim, complete, approve, reject, transfer, delegate, resolve, comment, addSigner, return">
      <extensionElements><andante:approval type="everyOne" defaultOutcome="no" rejectOutcome="no"/></extensionElements>
    </userTask>
  </process></definitions>"""


@pytest.fixture
def vote(shell: Shell, tmp_path: Path) -> tuple[str, str]:
    """The instance, and admin's task in its vote."""
    file = tmp_path / "agreement.bpmn"
    file.write_text(XML)
    assert shell("deploy", str(file)).code == 0
    instance = shell.start("Agreement")
    assert shell("complete", shell.task_of(instance)).code == 0
    return instance, shell("tasks", "--instance", instance, "--assignee", "admin").rows[0][0]


def test_a_vote_is_looked_at_and_answered(shell: Shell, vote: tuple[str, str]) -> None:
    instance, task = vote
    shown = shell("task", "show", task).out
    assert "everyOne, 0 of 2 have answered" in shown
    assert "2 for yes, 2 for no" in shown
    assert "draft (Draft), admin" in shown
    assert shell("task", "comment", task, "hmm").code == 0
    assert shell("task", "sign", task, "group:law", "--mode", "after", "--text", "look").code == 0
    ((_, *_, outcome),) = shell("task", "approve", task, "--text", "fine", "--var", "price=3").rows
    assert outcome == "yes"
    others = [row[0] for row in shell("tasks", "--instance", instance).rows]
    assert len(others) == 2
    assert "admin yes: fine" in shell("task", "show", others[0]).out
    assert shell("task", "claim", others[0]).code == 0
    for other in others:
        assert shell("task", "reject", other).code == 0
    assert shell("tasks", "--instance", instance).rows == []


def test_a_task_is_sent_back_and_handed_on(shell: Shell, vote: tuple[str, str]) -> None:
    instance, task = vote
    assert shell("task", "return", task, "nowhere").code == 1
    assert shell("task", "return", task, "initiator", "--direct", "--text", "no price").rows[0][-1] == "cancelled"
    ((mine, name, *_),) = shell("tasks", "--instance", instance).rows
    assert name == "Ask"
    assert shell("task", "delegate", mine, "ada").code == 0
    assert "resolve" in shell("task", "show", mine).out
    assert shell("task", "resolve", mine, "--var", "price=3").code == 0
    assert shell("task", "transfer", mine, "admin").code == 0
    assert shell("complete", mine).code == 0
    assert len(shell("tasks", "--instance", instance).rows) == 2

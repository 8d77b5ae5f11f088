"""User tasks: who may do them, and what people do with them."""

import pytest

from andante.bpmn.graph import ProcessGraph, Variable
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.effects import Notify
from andante.engine.faults import Rejected
from andante.testing import ProcessBuilder, Scenario, given
from andante.testing.process import error, escalation
from andante.timing.instants import HOUR


def leave(**named: object) -> ProcessGraph:
    return (
        ProcessBuilder("leave").start().user_task("approve", **named).end().path("start", "approve", "end").graph()  # type: ignore[arg-type]
    )


def refused(scenario: Scenario, command: cmd.Command, by: str = "anna") -> str:
    """The code; and nothing has changed."""
    before = (scenario.instance.seq, scenario.instance.modified_by)
    with pytest.raises(Rejected) as fault:
        scenario.when(command, by=by)
    assert (scenario.instance.seq, scenario.instance.modified_by) == before
    return fault.value.code


def test_a_task_is_offered_done_and_its_outcome_kept() -> None:
    leaving = given(leave(outcomes=["approve", "reject"]), days=3)
    leaving.then(state="Waiting for user interaction", at=["approve"], tasks=["approve"])
    leaving.complete("approve", "approve", by="berta", note="enjoy")
    leaving.then(state="Completed OK", variables={"days": 3, "note": "enjoy"})
    assert leaving.instance.task_outcome == "approve"
    assert leaving.instance.last_handler == "berta"


def test_candidates_and_assignee_come_from_the_model() -> None:
    leaving = given(leave(users="anna, user:berta", groups="clerks,role:boss"))
    task = leaving.instance.tasks[leaving.task("approve")]
    assert (task.users, task.groups, task.assignee, task.priority) == (
        ["anna", "berta"], ["group:clerks", "role:boss"], "", 50,
    )  # fmt: skip


def test_claim_unclaim_transfer() -> None:
    leaving = given(leave())
    key = leaving.task("approve")
    leaving.when(cmd.ClaimTask(key, "anna"), by="anna")
    leaving.when(cmd.ClaimTask(key, "anna"), by="anna")
    assert len(leaving.journal) == 2  # claiming what one has changes nothing
    assert refused(leaving, cmd.ClaimTask(key, "berta"), "berta") == "bpm.task.claimed"
    leaving.when(cmd.UnclaimTask(key), by="anna")
    assert refused(leaving, cmd.UnclaimTask(key)) == "bpm.task.notClaimed"
    leaving.when(cmd.ClaimTask(key, "anna"), cmd.TransferTask(key, "berta"), by="anna")
    task = leaving.instance.tasks[key]
    assert (task.assignee, task.owner, task.delegated) == ("berta", "", False)


def test_a_delegated_task_returns_to_its_owner() -> None:
    leaving = given(leave())
    key = leaving.task("approve")
    leaving.when(cmd.ClaimTask(key, "anna"), cmd.DelegateTask(key, "carl"), by="anna")
    task = leaving.instance.tasks[key]
    assert (task.assignee, task.owner, task.delegated) == ("carl", "anna", True)
    assert refused(leaving, cmd.CompleteTask(key), "carl") == "bpm.task.delegated"
    leaving.when(cmd.ResolveTask(key, {"checked": True}), by="carl")
    task = leaving.instance.tasks[key]
    assert (task.assignee, task.delegated) == ("anna", False)
    assert refused(leaving, cmd.ResolveTask(key)) == "bpm.task.notDelegated"
    leaving.complete("approve").then(state="Completed OK", variables={"checked": True})


def test_comment_and_follow_up() -> None:
    leaving = given(leave())
    key = leaving.task("approve")
    leaving.when(cmd.CommentTask(key, "ask HR"), cmd.SetFollowUp(key, 5), cmd.SetFollowUp(key, 5))
    assert [fact.text for fact in leaving.facts(ev.TaskCommented)] == ["ask HR"]
    assert leaving.instance.tasks[key].follow_up_at == 5
    assert len(leaving.facts(ev.TaskFollowUpSet)) == 1


def test_who_waits_has_the_holders_reminded_but_not_all_the_time() -> None:
    leaving = given(leave(users="anna", groups="clerks"))
    key = leaving.task("approve")
    leaving.when(cmd.RemindTask(key, "the train leaves"), by="ina")
    (note,) = leaving.asked(Notify)
    assert (note.kind, note.recipients, note.task) == ("remind", ["anna", "group:clerks"], key)
    assert note.text == "ina asks for approve: the train leaves"
    leaving.when(cmd.ClaimTask(key, "anna"), by="anna").pass_time(4 * HOUR - 1)
    with pytest.raises(Rejected) as early:
        leaving.when(cmd.RemindTask(key), by="ina")
    assert (early.value.code, early.value.wait_ms) == ("bpm.task.reminded", 1)
    leaving.pass_time(1).when(cmd.RemindTask(key), by="ina")
    assert [each.recipients for each in leaving.asked(Notify)] == [["anna", "group:clerks"], ["anna"]]
    assert len({each.key for each in leaving.asked(Notify)}) == 2
    assert [(fact.task, fact.text) for fact in leaving.facts(ev.TaskReminded)] == [(key, "the train leaves"), (key, "")]


def test_reminding_needs_somebody_to_remind() -> None:
    open_to_all = given(leave())
    assert refused(open_to_all, cmd.RemindTask(open_to_all.task("approve"))) == "bpm.task.nobody"
    assert refused(open_to_all, cmd.RemindTask(99)) == "bpm.task.notFound"
    key = open_to_all.task("approve")
    open_to_all.suspend()
    assert refused(open_to_all, cmd.RemindTask(key)) == "bpm.instance.suspended"
    open_to_all.terminate()
    assert refused(open_to_all, cmd.RemindTask(key)) == "bpm.instance.closed"


def test_unknown_tasks_and_outcomes_are_refused() -> None:
    leaving = given(leave(outcomes=["approve"]))
    assert refused(leaving, cmd.CompleteTask(99)) == "bpm.task.notFound"
    assert refused(leaving, cmd.CompleteTask(leaving.task("approve"), "maybe")) == "bpm.task.outcome"
    leaving.complete("approve", "approve")
    assert refused(leaving, cmd.CompleteTask(2)) == "bpm.instance.closed"


def test_a_json_definition_keeps_to_its_variables() -> None:
    known = [
        Variable("amount", "Number", 5, has_default=True),
        Variable("id", "Text", read_only=True),
        Variable("when", "Date"),
    ]
    graph = ProcessBuilder("p", variables=known).start().user_task("t").end().path("start", "t", "end").graph()
    running = given(graph, id="x1", unknown=1)
    running.then(variables={"amount": 5, "id": "x1"})
    assert set(running.variables) == {"amount", "id", "when"}
    key = running.task("t")
    assert refused(running, cmd.CompleteTask(key, "", {"amount": "much"})) == "bpm.variable.type"
    assert refused(running, cmd.SetVariables({"when": "soon"})) == "bpm.variable.type"
    running.when(cmd.SetVariables({"id": "x2", "amount": 6.5, "other": 1, "when": "2026-02-01"}))
    running.then(variables={"amount": 6.5, "id": "x1", "when": "2026-02-01"})
    running.complete("t", amount=7, more=True)
    assert dict(running.variables) == {"amount": 7, "id": "x1", "when": "2026-02-01"}
    with pytest.raises(Rejected, match="amount"):
        given(graph, amount="much")


def test_set_variables_changes_what_is_there_and_ignores_the_rest() -> None:
    leaving = given(leave(), days=3)
    leaving.when(cmd.SetVariables({"days": 4, "new": 1}))
    assert dict(leaving.variables) == {"days": 4}
    leaving.when(cmd.SetVariables({"new": 1}, introduce=True))
    assert dict(leaving.variables) == {"days": 4, "new": 1}


def test_who_does_it_may_throw_an_error_or_escalate() -> None:
    graph = (
        ProcessBuilder().start().user_task("check").boundary("broken", "check", error("E"))
        .boundary("late", "check", escalation("L"), interrupting=False).user_task("mend").user_task("boss").end()
        .path("start", "check", "end").path("broken", "mend", "end").path("late", "boss", "end").graph()
    )  # fmt: skip
    checking = given(graph)
    key = checking.task("check")
    checking.when(cmd.EscalateTask(key, "L", {"days": 3}), by="anna").then(at=["boss", "check"], variables={"days": 3})
    for command in (cmd.ThrowTaskError(key, "L"), cmd.EscalateTask(key, "E"), cmd.ThrowTaskError(99, "E")):
        assert refused(checking, command) == ("bpm.task.notFound" if command.task == 99 else "bpm.task.notCaught")
    checking.when(cmd.ThrowTaskError(key, "E", "a scratch", {"where": "left"}), by="anna")
    checking.then(at=["boss", "mend"], tasks=["boss", "mend"], variables={"days": 3, "where": "left"})
    assert checking.facts(ev.ErrorThrown)[0].message == "a scratch"

"""The shipped examples, and files of other tools, do what their pictures say."""

from pathlib import Path

import pytest

from andante.engine import commands as cmd
from andante.engine.effects import Notify
from andante.testing import Scenario
from andante.timing.instants import DAY

ROOT = Path(__file__).parents[2]


def example(name: str) -> Scenario:
    return Scenario.read(ROOT / "examples" / name)


def notes(scenario: Scenario) -> list[tuple[str, list[str]]]:
    return [(effect.kind, effect.recipients) for effect in scenario.effects if isinstance(effect, Notify)]


def test_leave_is_approved_by_the_manager_and_entered_by_personnel() -> None:
    running = example("leave-approval.bpmn").given(employee="emma", manager="mona")
    (task,) = running.instance.tasks.values()
    assert (task.assignee, task.groups, task.outcomes) == ("mona", ["group:managers"], ["approved", "rejected"])
    assert running.instance.label == "Leave of emma"
    running.complete("ApproveLeave", "approved", by="mona")
    (task,) = running.instance.tasks.values()
    assert task.queue == "personnel"
    running.complete("EnterAbsence").then(state="Completed OK")


def test_leave_needs_no_variables_and_can_be_rejected() -> None:
    running = example("leave-approval.bpmn").given().then(tasks=["ApproveLeave"], incidents=[])
    running.complete("ApproveLeave", "rejected").then(state="Completed OK")


def _answer(running: Scenario, group: str, who: str, outcome: str) -> None:
    """Somebody of the group answers for it."""
    (task,) = [each for each in running.instance.tasks.values() if group in each.groups]
    running.when(cmd.ClaimTask(task.key, who), cmd.CompleteTask(task.key, outcome), by=who)


def test_a_contract_is_reviewed_sent_back_and_signed() -> None:
    running = example("contract-approval.bpmn").start({"partner": "Miller"}, by="ida")
    running.complete("WriteContract", by="ida", text="first").then(tasks=["ReviewContract"] * 3)
    _answer(running, "group:legal", "ben", "rejected")
    (task,) = [each for each in running.instance.tasks.values() if "group:finance" in each.groups]
    running.when(cmd.ReturnTask(task.key, "WriteContract", False, "no price"), by="emma").then(tasks=["WriteContract"])
    assert [each.assignee for each in running.instance.tasks.values()] == ["ida"]
    running.complete("WriteContract", by="ida", text="second")
    _answer(running, "group:legal", "ben", "approved")
    running.then(tasks=["ReviewContract"] * 2)
    _answer(running, "group:managers", "mona", "approved")  # two of three are three fifths
    running.then(tasks=["SignContract"])
    _answer(running, "group:managers", "mona", "signed")
    _answer(running, "group:directors", "greta", "signed")
    running.then(state="Completed OK")
    review = running.variables["review"]
    assert isinstance(review, dict)
    assert (review["why"], review["counts"]) == ("threshold", {"approved": 2})


def test_a_contract_that_one_signer_refuses_is_refused() -> None:
    running = example("contract-approval.bpmn").start(by="ida").complete("WriteContract", by="ida")
    _answer(running, "group:legal", "ben", "approved")
    _answer(running, "group:finance", "emma", "approved")
    _answer(running, "group:managers", "mona", "refused")
    running.then(state="Completed OK", tasks=[])
    assert running.instance.task_outcome == "refused"


@pytest.mark.parametrize(
    ("amounts", "waits"),
    [
        ([20, 30], "PayOut"),
        ([20.5, 30], "ManagerApproves"),
        ([5000], "ManagerApproves"),
        ([5000, 0.01], "DirectorApproves"),
    ],
)
def test_expenses_go_by_their_amount(amounts: list[float], waits: str) -> None:
    items = [{"text": "taxi", "amount": amount} for amount in amounts]
    example("expense-approval.bpmn").given(employee="emma", items=items).then(
        at=[waits], variables={"total": sum(amounts)}
    )


def test_an_approved_expense_is_paid_and_a_rejected_one_is_not() -> None:
    given = {"items": [{"amount": 100}]}
    paid = example("expense-approval.bpmn").given(given).complete("ManagerApproves", "approved")
    assert paid.graph.nodes[paid.graph.by_id["PayOut"]].name == "Pay out"
    paid.complete_job("PayOut").then(state="Completed OK")
    example("expense-approval.bpmn").given(given).complete("ManagerApproves", "rejected").then(
        state="Completed OK", at=[]
    )


def test_an_incident_is_reminded_of_and_becomes_urgent() -> None:
    running = example("incident-sla.bpmn").given(title="No light", severity=2).complete("SortIncident", "unknown")
    assert running.instance.label == "Incident: No light"
    running.pass_time("PT3H")
    assert notes(running) == [("reminder", ["group:engineers"])]
    running.pass_time("PT1H")
    assert notes(running)[1:] == [("slaGoal", ["manager:group:engineers"])]
    assert running.instance.urgency == 1
    running.pass_time("PT20H")
    assert ("slaDeadline", ["group:duty-managers"]) in notes(running)
    running.complete("SolveIncident").then(state="Completed OK")


def test_a_suspended_incident_keeps_its_time() -> None:
    running = example("incident-sla.bpmn").given(title="x", severity=2).complete("SortIncident", "unknown")
    running.pass_time("PT2H").suspend().pass_time("P9D")
    assert notes(running) == []
    running.resume().pass_time("PT59M")
    assert notes(running) == []
    running.pass_time("PT1M")
    assert notes(running) == [("reminder", ["group:engineers"])]


def test_an_incident_that_waits_for_its_customer_keeps_its_time() -> None:
    running = example("incident-sla.bpmn").given(title="x", severity=2).complete("SortIncident", "unknown")
    running.pass_time("PT2H")
    assert running.instance.properties["bpStage"] == "Diagnosis is late"
    running.when(cmd.SetVariables({"status": "waiting for customer"}, introduce=True)).pass_time("PT9H")
    assert notes(running) == []
    running.when(cmd.SetVariables({"status": "open"})).pass_time("PT1H")
    assert notes(running) == [("reminder", ["group:engineers"])]


def test_an_order_is_shipped_when_paid() -> None:
    running = example("order.bpmn").given(orderId="A7", customer="emma").complete_job("ReserveStock")
    running.message("payment received", correlation={"orderId": "B8"})
    assert not running.last.answer
    running.message("payment received", correlation={"orderId": "A7"}).complete_job("ShipOrder")
    running.then(state="Completed OK")


def test_an_order_expires_unpaid_after_three_days() -> None:
    running = example("order.bpmn").given(orderId="A7").complete_job("ReserveStock").pass_time("P2DT23H")
    running.then(state="Paused").pass_time("PT1H").then(at=["ReleaseStock"]).complete_job("ReleaseStock")
    running.then(state="Completed OK")


def test_an_order_out_of_stock_is_told_to_the_customer() -> None:
    running = example("order.bpmn").given(orderId="A7", customer="emma")
    running.throw_error("ReserveStock", "OUT_OF_STOCK", "none left")
    running.then(tasks=["TellCustomer"], variables={"stockError": "OUT_OF_STOCK"})
    assert next(iter(running.instance.tasks.values())).name == "Tell emma that the order cannot be filled"
    running.complete("TellCustomer").then(state="Completed OK")


def test_a_parallel_review_needs_both() -> None:
    running = (
        example("parallel-review.bpmn")
        .given(amount=100)
        .then(tasks=["FinanceReview", "LegalReview"], variables={"gross": 119})
    )
    running.complete("FinanceReview").then(tasks=["LegalReview"]).complete("LegalReview").then(state="Completed OK")
    example("parallel-review.bpmn").given(amount=0).then(state="Completed OK")


def test_a_dear_trip_is_approved_first() -> None:
    trip = {"traveller": "tom", "destination": "Rome", "cost": 990, "departure": "2026-01-12T08:00:00Z"}
    running = example("travel-request.json").given(trip).then(tasks=["approveTrip"], variables={"costWithFee": 1015})
    assert running.instance.label == "Travel of tom to Rome"
    (task,) = running.instance.tasks.values()
    assert (task.name, task.priority, task.queue) == ("Approve the trip to Rome", 75, "Travel.Approvers")
    running.complete("approveTrip", "approved").complete("bookTrip").then(at=["dayOfDeparture"])
    running.pass_time("P7D").then(tasks=["reportTrip"])
    assert next(iter(running.instance.tasks.values())).assignee == "tom"
    running.complete("reportTrip").then(state="Completed OK")


def test_a_cheap_trip_is_booked_at_once_and_a_rejected_one_ends() -> None:
    example("travel-request.json").given(cost=100).then(tasks=["bookTrip"], incidents=[])
    rejected = example("travel-request.json").given(cost=5000).complete("approveTrip", "rejected")
    rejected.then(state="Terminated")


def test_the_timers_of_another_tools_file_occur() -> None:
    dates = {"variables": {"catchDate": "2026-01-06T09:00:00Z", "dueDate": "2026-01-08T09:00:00Z"}}
    running = Scenario.read(ROOT / "tests" / "models" / "timers.bpmn").start({"environment": dates}, at="start-cycle")
    running.then(at=["catch-date"]).pass_time("P1D").then(tasks=["user-due"])
    (task,) = running.instance.tasks.values()
    assert task.due_at == running.now + 2 * DAY

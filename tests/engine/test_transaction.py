"""Transactions that succeed, are cancelled, or fail (BPMN 2.0.2 sections 10.3.5 and 13.3.4)."""

from undoing import ENDS, handled, job, path, process, sub, throw, user

from andante.engine import events as ev
from andante.testing import Scenario


def booking(loop: str = "") -> Scenario:
    """A transaction: two bookings beside each other, and a person who may cancel or fail."""
    inner = sub(
        "tx", '<parallelGateway id="split"/>', job("hotel"), job("flight"), handled("hotel"), handled("flight"),
        '<exclusiveGateway id="which" default="which-tx_end"/>', user("check", "wait"),
        '<endEvent id="cancel"><cancelEventDefinition/></endEvent>',
        '<endEvent id="error"><errorEventDefinition errorRef="E"/></endEvent>',
        path("tx_start", "split", "hotel", "flight", "check", "which", "tx_end"), path("split", "wait", "tx_end"),
        '<sequenceFlow id="c" sourceRef="which" targetRef="cancel"><conditionExpression>said = "cancel"'
        "</conditionExpression></sequenceFlow>",
        '<sequenceFlow id="e" sourceRef="which" targetRef="error"><conditionExpression>said = "error"'
        "</conditionExpression></sequenceFlow>",
        kind="transaction", loop=loop,
    )  # fmt: skip
    return process(
        ENDS, inner, '<boundaryEvent id="cancelled" attachedToRef="tx"><cancelEventDefinition/></boundaryEvent>',
        '<boundaryEvent id="hazard" attachedToRef="tx"><errorEventDefinition errorRef="E"/></boundaryEvent>',
        user("good", "sorry", "mess"), path("start", "tx", "good", "end"), path("cancelled", "sorry", "end"),
        path("hazard", "mess", "end"),
    )  # fmt: skip


def checked(said: str, loop: str = "") -> Scenario:
    running = booking(loop).given().complete_job("hotel").complete_job("flight")
    return running.then(at=["check", "wait"]).complete("check", said=said)


def test_a_transaction_that_succeeds_ends_like_a_sub_process() -> None:
    checked("fine").complete("wait").then(at=["good"])


def test_a_cancelled_transaction_is_undone_and_left_by_its_cancel_event() -> None:
    running = checked("cancel").then(at=["cancel", "undo_flight"])
    assert len(running.facts(ev.TaskCancelled)) == 1
    running.complete_job("undo_flight").then(at=["cancel", "undo_hotel"])
    running.complete_job("undo_hotel").then(at=["sorry"])
    assert len(running.instance.scopes) == 1


def test_an_error_leaves_a_transaction_without_undoing_anything() -> None:
    running = checked("error").then(at=["mess"])
    assert not running.instance.completions
    assert not running.facts(ev.CompensationStarted)


def test_a_cancelled_transaction_with_nothing_to_undo_is_left_at_once() -> None:
    inner = sub("tx", '<endEvent id="cancel"><cancelEventDefinition/></endEvent>', user("never"),
                path("tx_start", "cancel"), path("never", "tx_end"), kind="transaction")  # fmt: skip
    process(
        ENDS, inner, '<boundaryEvent id="cancelled" attachedToRef="tx"><cancelEventDefinition/></boundaryEvent>',
        user("sorry"), path("start", "tx", "end"), path("cancelled", "sorry", "end"),
    ).given().then(at=["sorry"])  # fmt: skip


def test_a_transaction_that_completed_can_be_undone_from_outside() -> None:
    running = process(
        ENDS, sub("tx", job("hotel"), handled("hotel"), path("tx_start", "hotel", "tx_end"), kind="transaction"),
        throw(attributes=' activityRef="tx"'), path("start", "tx", "undo", "end"),
    )  # fmt: skip
    running.given().complete_job("hotel").then(at=["undo", "undo_hotel"])
    running.complete_job("undo_hotel").then(state="Completed OK")


def test_suspended_and_terminated_while_a_transaction_is_cancelled() -> None:
    running = checked("cancel").suspend().complete_job("undo_flight").then(at=["cancel", "undo_flight"])
    running.resume().then(at=["cancel", "undo_hotel"])
    running.terminate().then(state="User Terminated", at=[])


def test_cancelling_takes_over_what_another_event_was_about_to_undo() -> None:
    """The handler that runs is withdrawn with its thrower; what it had not come to is undone by the cancellation."""
    inner = sub(
        "tx", '<parallelGateway id="split"/>', job("hotel"), job("flight"), handled("hotel"), handled("flight"),
        user("check"), throw(), '<endEvent id="cancel"><cancelEventDefinition/></endEvent>',
        path("tx_start", "hotel", "flight", "split", "undo", "tx_end"), path("split", "check", "cancel"),
        kind="transaction",
    )  # fmt: skip
    running = process(
        ENDS, inner, '<boundaryEvent id="cancelled" attachedToRef="tx"><cancelEventDefinition/></boundaryEvent>',
        path("start", "tx", "end"), path("cancelled", "end"),
    )  # fmt: skip
    running.given().complete_job("hotel").complete_job("flight").then(at=["check", "undo", "undo_flight"])
    running.complete("check").then(at=["cancel", "undo_hotel"])
    running.complete_job("undo_hotel").then(state="Completed OK")

"""Compensation, as a modeller draws it (BPMN 2.0.2 sections 10.7 and 13.5.5)."""

import pytest
from undoing import ENDS, UNDO, handled, job, path, process, sub, throw, user

from andante.engine import commands as cmd
from andante.engine.views import job_variables
from andante.testing import Scenario


def trip(event: str = "") -> Scenario:
    """Book a hotel and a flight, then undo both."""
    return process(
        ENDS, job("hotel"), job("flight"), handled("hotel"), handled("flight"), event or throw(), user("after"),
        path("start", "hotel", "flight", "undo", "after", "end"),
    )  # fmt: skip


def test_what_is_done_is_undone_the_last_first() -> None:
    booked = trip().given().complete_job("hotel", number=7).complete_job("flight")
    booked.then(at=["undo", "undo_flight"], state="Running")
    booked.complete_job("undo_flight").then(at=["undo", "undo_hotel"])
    booked.complete_job("undo_hotel", cancelled=True).then(at=["after"], variables={"number": 7, "cancelled": True})
    booked.complete("after").then(state="Completed OK")


def test_one_activity_alone_can_be_undone() -> None:
    booked = trip(throw(attributes=' activityRef="hotel"')).given().complete_job("hotel").complete_job("flight")
    booked.then(at=["undo", "undo_hotel"]).complete_job("undo_hotel").then(at=["after"])


def test_an_event_that_does_not_wait_goes_on_at_once_and_the_process_lasts_until_all_is_undone() -> None:
    booked = trip(throw(attributes=' waitForCompletion="false"')).given().complete_job("hotel").complete_job("flight")
    booked.then(at=["after", "undo", "undo_flight"])
    booked.complete("after").then(at=["undo", "undo_flight"])
    booked.complete_job("undo_flight").complete_job("undo_hotel").then(state="Completed OK")


def test_an_end_event_undoes_too() -> None:
    booked = process(
        '<startEvent id="start"/>', job("hotel"), handled("hotel"),
        f'<endEvent id="undo">{UNDO.format("")}</endEvent>', path("start", "hotel", "undo"),
    )  # fmt: skip
    booked.given().complete_job("hotel").then(at=["undo", "undo_hotel"])
    booked.complete_job("undo_hotel").then(state="Completed OK")


def test_what_has_not_completed_is_not_undone_and_nothing_is_undone_twice() -> None:
    running = process(
        ENDS, '<parallelGateway id="split"/>', job("hotel"), user("wait"), handled("hotel"), handled("wait"),
        user("first"), throw(), throw("again"), user("after"),
        path("start", "split", "hotel", "first", "undo", "again", "after", "end"), path("split", "wait", "end"),
    )  # fmt: skip
    running.given().complete_job("hotel").complete("first").then(at=["undo", "undo_hotel", "wait"])
    running.complete_job("undo_hotel").then(at=["after", "wait"])


def test_an_activity_that_completed_twice_is_undone_twice() -> None:
    running = process(
        ENDS, '<exclusiveGateway id="back"/>', '<exclusiveGateway id="more" default="more-undo"/>', job("hotel"),
        handled("hotel"), throw(), path("start", "back", "hotel", "more", "undo", "end"),
        '<sequenceFlow id="m" sourceRef="more" targetRef="back"><conditionExpression>again</conditionExpression>'
        "</sequenceFlow>",
    )  # fmt: skip
    running.given().complete_job("hotel", again=True).complete_job("hotel", again=False)
    running.then(at=["undo", "undo_hotel"]).complete_job("undo_hotel")
    running.then(at=["undo", "undo_hotel"]).complete_job("undo_hotel").then(state="Completed OK")


def nested(extra: str = "", loop: str = "") -> Scenario:
    """A sub-process with an input of its own, whose task is undone after it has ended."""
    inner = sub(
        "sub", '<extensionElements><andante:input target="room" source="=asked"/></extensionElements>', job("hotel"),
        job("meal"), handled("hotel"), handled("meal"), path("sub_start", "hotel", "meal", "sub_end"), loop=loop,
    )  # fmt: skip
    return process(
        ENDS, job("flight"), handled("flight"), inner, extra, throw(), user("after"),
        path("start", "flight", "sub", "undo", "after", "end"),
    )  # fmt: skip


def test_a_sub_process_is_undone_from_inside_with_its_variables_as_they_were() -> None:
    running = nested().given(asked=12).complete_job("flight", asked=12).complete_job("hotel", room=13)
    running.complete_job("meal", asked=99).then(at=["undo", "undo_meal"], variables={"asked": 99, "room": None})
    running.complete_job("undo_meal").then(at=["undo", "undo_hotel"])
    (work,) = running.instance.jobs.values()
    assert job_variables(running.graph, running.instance, work)["room"] == 13
    running.complete_job("undo_hotel", room="free").then(at=["undo", "undo_flight"], variables={"room": None})
    running.complete_job("undo_flight").then(at=["after"])
    assert not running.instance.completions
    assert len(running.instance.scopes) == 1


def test_the_own_handler_of_a_sub_process_stands_for_all_that_is_in_it() -> None:
    running = nested(handled("sub")).given(asked=12).complete_job("flight").complete_job("hotel").complete_job("meal")
    running.then(at=["undo", "undo_sub"])
    (work,) = running.instance.jobs.values()
    assert job_variables(running.graph, running.instance, work)["room"] == 12
    running.complete_job("undo_sub").then(at=["undo", "undo_flight"])
    assert len(running.instance.completions) == 0


def test_what_ran_in_a_sub_process_that_was_interrupted_is_not_undone() -> None:
    boundary = '<boundaryEvent id="failed" attachedToRef="sub"><errorEventDefinition errorRef="E"/></boundaryEvent>'
    running = nested(boundary + path("failed", "undo")).given(asked=1).complete_job("flight").complete_job("hotel")
    running.throw_error("meal", "bad").then(at=["undo", "undo_flight"])


def test_a_boundary_event_of_a_completed_sub_process_catches_nothing_while_it_is_undone() -> None:
    boundary = '<boundaryEvent id="failed" attachedToRef="sub"><errorEventDefinition errorRef="E"/></boundaryEvent>'
    running = nested(boundary + path("failed", "after")).given(asked=1)
    running.complete_job("flight").complete_job("hotel").complete_job("meal")
    running.throw_error("undo_meal", "bad").then(state="Broken", incidents=["error"], at=["undo", "undo_meal"])
    running.retry().complete_job("undo_meal").then(at=["undo", "undo_hotel"])


EACH = '<multiInstanceLoopCharacteristics isSequential="{}" andante:collection="rooms" andante:elementVariable="room"/>'


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_each_instance_of_a_multi_instance_is_undone_once_with_its_own_data(sequential: str) -> None:
    running = process(
        ENDS, job("hotel", EACH.format(sequential)), handled("hotel"), throw(), path("start", "hotel", "undo", "end")
    )
    running.given(rooms=["a", "b", "c"])
    for _ in range(3):
        running.complete_job("hotel")
    seen = []
    for _ in range(3):
        (work,) = running.instance.jobs.values()
        seen.append(job_variables(running.graph, running.instance, work)["room"])
        running.complete_job("undo_hotel")
    assert seen == ["c", "b", "a"]
    running.then(state="Completed OK")


def test_the_instances_of_a_multi_instance_sub_process_are_undone_from_inside() -> None:
    running = nested(loop=EACH.format("true")).given(asked=1, rooms=["a", "b"])
    running.complete_job("flight")
    for _ in range(2):
        running.complete_job("hotel").complete_job("meal")
    seen = []
    while "undo" in running.at:
        (work,) = running.instance.jobs.values()
        values = job_variables(running.graph, running.instance, work)
        seen.append((running.graph.nodes[work.node].id, values.get("loopCounter")))
        running.when(cmd.CompleteJob(work.key))
    assert seen == [
        ("undo_meal", 1), ("undo_hotel", 1), ("undo_meal", 0), ("undo_hotel", 0), ("undo_flight", None),
    ]  # fmt: skip


def test_instances_can_be_undone_only_once_the_whole_multi_instance_is_complete() -> None:
    running = process(
        ENDS, '<parallelGateway id="split"/>', job("hotel", EACH.format("false")), handled("hotel"), user("wait"),
        throw(), user("after"), path("start", "split", "hotel", "end"), path("split", "wait", "undo", "after", "end"),
    )  # fmt: skip
    running.given(rooms=["a", "b"]).complete_job("hotel").complete("wait").then(at=["after", "hotel"])


def test_a_handler_may_be_a_sub_process_or_run_at_once() -> None:
    handler = sub("undo_hotel", user("call"), path("undo_hotel_start", "call", "undo_hotel_end")).replace(
        "<subProcess", '<subProcess isForCompensation="true"'
    )
    script = '<scriptTask id="undo_flight" isForCompensation="true"><script>{undone: true}</script></scriptTask>'
    running = process(
        ENDS, job("hotel"), job("flight"), handled("hotel", handler), handled("flight", script), throw(),
        path("start", "hotel", "flight", "undo", "end"),
    )  # fmt: skip
    running.given().complete_job("hotel").complete_job("flight").then(tasks=["call"], variables={"undone": True})
    running.complete("call").then(state="Completed OK")


def test_suspended_while_it_undoes_it_goes_on_afterwards() -> None:
    booked = trip().given().complete_job("hotel").complete_job("flight").suspend()
    booked.complete_job("undo_flight").then(at=["undo", "undo_flight"], suspended=True)
    booked.resume().then(at=["undo", "undo_hotel"]).complete_job("undo_hotel").then(at=["after"])


def test_terminated_while_it_undoes_nothing_is_left() -> None:
    running = nested().given(asked=1).complete_job("flight").complete_job("hotel").complete_job("meal")
    running.then(at=["undo", "undo_meal"]).terminate().then(state="User Terminated", at=[])
    assert not running.instance.completions
    assert not running.instance.compensations


def test_a_failed_handler_is_an_incident_and_goes_on_when_it_is_mended() -> None:
    script = (
        '<scriptTask id="undo_hotel" isForCompensation="true" andante:resultVariable="paid">'
        "<script>${sum - fee}</script></scriptTask>"
    )
    running = process(
        ENDS, job("hotel"), handled("hotel", script), throw(), path("start", "hotel", "undo", "end")
    ).given(sum=10)
    running.complete_job("hotel").then(state="Broken", incidents=["expression"])
    running.when(cmd.SetVariables({"fee": 3}, introduce=True)).retry()
    running.then(state="Completed OK", variables={"paid": 7})


# Event sub-processes.


def on_event(id: str, definition: str, *parts: str) -> str:
    start = f'<startEvent id="{id}_on">{definition}</startEvent>'
    return f'<subProcess id="{id}" triggeredByEvent="true">{start}{"".join(parts)}</subProcess>'


def test_an_error_is_answered_by_undoing_all_that_was_done() -> None:
    """The usual saga: an event sub-process of the process undoes what completed around it, then tells a person."""
    saga = process(
        ENDS, job("hotel"), job("flight"), job("car"), handled("hotel"), handled("flight"),
        path("start", "hotel", "flight", "car", "end"),
        on_event("saga", '<errorEventDefinition errorRef="E"/>', job("note"), handled("note"), throw(), user("tell"),
                 path("saga_on", "note", "undo", "tell")),
    )  # fmt: skip
    saga.given().complete_job("hotel").complete_job("flight").throw_error("car", "bad").then(at=["note"])
    saga.complete_job("note")
    for each in ("undo_note", "undo_flight", "undo_hotel"):
        saga.then(at=["undo", each]).complete_job(each)
    saga.then(at=["tell"]).complete("tell").then(state="Completed OK")


def test_an_interrupting_event_takes_over_what_was_about_to_be_undone() -> None:
    saga = process(
        ENDS, job("hotel"), job("flight"), handled("hotel"), handled("flight"), throw("first"),
        path("start", "hotel", "flight", "first", "end"),
        on_event("saga", '<errorEventDefinition errorRef="E"/>', throw(), path("saga_on", "undo")),
    )  # fmt: skip
    saga.given().complete_job("hotel").complete_job("flight").then(at=["first", "undo_flight"])
    saga.throw_error("undo_flight", "bad").then(at=["undo", "undo_hotel"])
    saga.complete_job("undo_hotel").then(state="Completed OK")


def own_handler(*parts: str) -> Scenario:
    return nested_with(on_event("own", UNDO.format(""), *parts))


def nested_with(*inside: str) -> Scenario:
    inner = sub(
        "sub", '<extensionElements><andante:input target="room" source="=asked"/></extensionElements>', job("hotel"),
        handled("hotel"), *inside, path("sub_start", "hotel", "sub_end"),
    )  # fmt: skip
    return process(ENDS, inner, throw("all"), user("after"), path("start", "sub", "all", "after", "end"))


def test_an_event_sub_process_is_the_handler_of_its_sub_process() -> None:
    """It sees the sub-process's variables as they were, and decides itself whether what is inside is undone."""
    running = own_handler(job("call"), throw(), user("check"), path("own_on", "call", "undo", "check"))
    running.given(asked=12).complete_job("hotel", room=13).then(at=["all", "call"])
    (work,) = running.instance.jobs.values()
    assert job_variables(running.graph, running.instance, work)["room"] == 13
    running.complete_job("call").then(at=["all", "undo", "undo_hotel"]).suspend().resume()
    running.complete_job("undo_hotel").then(at=["all", "check"]).complete("check").then(at=["after"])
    assert len(running.instance.scopes) == 1


def test_what_the_own_handler_leaves_is_not_undone() -> None:
    running = own_handler(user("check"), path("own_on", "check")).given(asked=1).complete_job("hotel")
    running.then(at=["all", "check"]).complete("check").then(at=["after"])
    assert not running.instance.completions


def test_terminated_while_the_own_handler_runs_nothing_is_left() -> None:
    running = own_handler(user("check"), path("own_on", "check")).given(asked=1).complete_job("hotel")
    running.terminate().then(state="User Terminated", at=[])


def test_ten_thousand_completions_can_be_undone_in_one_command() -> None:
    script = '<scriptTask id="undo_hotel" isForCompensation="true"><script>{last: room}</script></scriptTask>'
    each = '<scriptTask id="hotel">' + EACH.format("false") + "<script>{x: room}</script></scriptTask>"
    running = process(ENDS, each, handled("hotel", script), throw(), path("start", "hotel", "undo", "end"))
    running.given(rooms=list(range(10_000))).then(state="Completed OK", variables={"last": 0})

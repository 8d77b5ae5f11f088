"""Ad-hoc sub-processes (BPMN 2.0.2 section 13.3.5): what is offered, and when it is enough."""

import pytest
from undoing import ENDS, handled, job, path, process, throw, user

from andante.bpmn import ModelRefused
from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.testing import Scenario

BOOKED = "<completionCondition>booked</completionCondition>"


def ad_hoc(*inside: str, attributes: str = "", extra: str = "") -> Scenario:
    """A sub-process `box` of these elements, and a task after it."""
    box = f'<adHocSubProcess id="box" {attributes}>{"".join(inside)}</adHocSubProcess>'
    return process(ENDS, box, user("after"), extra, path("start", "box", "after", "end"))


def extension(attributes: str) -> str:
    space = "http://camunda.org/schema/zeebe/1.0"
    return f'<extensionElements><z:adHoc xmlns:z="{space}" {attributes}/></extensionElements>'


def test_all_that_no_flow_leads_to_is_offered_at_once() -> None:
    trip = ad_hoc(user("hotel", "flight", "car"), path("hotel", "car")).given().then(tasks=["hotel", "flight"])
    trip.complete("hotel").then(tasks=["car", "flight"]).complete("car").then(tasks=["flight"])
    trip.complete("flight").then(tasks=["after"])


def test_in_sequence_one_is_offered_after_the_other() -> None:
    trip = ad_hoc(user("hotel", "flight", "car"), path("hotel", "car"), attributes='ordering="Sequential"').given()
    for each in ("hotel", "car", "flight", "after"):
        trip.then(tasks=[each]).complete(each)


def test_a_true_completion_condition_withdraws_the_rest() -> None:
    trip = ad_hoc(user("hotel", "flight", "car"), BOOKED).given(booked=False).complete("car")
    trip.then(tasks=["flight", "hotel"]).complete("hotel", booked=True).then(tasks=["after"])
    assert len(trip.facts(ev.TaskCancelled)) == 1


def test_or_waits_for_what_still_runs() -> None:
    trip = ad_hoc(user("hotel", "flight"), BOOKED, attributes='cancelRemainingInstances="false"').given(booked=True)
    trip.complete("hotel").then(tasks=["flight"]).complete("flight", booked=False).then(tasks=["after"])


def test_in_sequence_nothing_more_is_offered_once_it_is_enough() -> None:
    trip = ad_hoc(user("hotel", "flight"), BOOKED, attributes='ordering="Sequential"').given(booked=True)
    trip.complete("hotel").then(tasks=["after"])


def test_all_done_and_still_not_enough_is_an_incident_that_can_be_mended() -> None:
    trip = ad_hoc(user("hotel"), BOOKED).given(booked=False).complete("hotel")
    trip.then(state="Broken", incidents=["adHoc"]).retry().then(incidents=["adHoc"])
    trip.when(cmd.SetVariables({"booked": True})).retry().then(tasks=["after"], incidents=[])


def test_a_condition_that_is_none_is_an_incident_that_can_be_mended() -> None:
    trip = ad_hoc(user("hotel", "flight"), BOOKED).given().complete("hotel")
    trip.then(state="Broken", incidents=["expression"], tasks=["flight"])
    trip.when(cmd.SetVariables({"booked": False}, introduce=True)).retry().then(tasks=["flight"], incidents=[])
    trip.complete("flight", booked=True).then(tasks=["after"])


def test_an_expression_may_name_what_is_offered() -> None:
    """As Camunda 8 has it."""
    chosen = extension('activeElementsCollection="=wanted"')
    trip = ad_hoc(chosen, user("hotel", "flight", "car")).given(wanted=["car", "hotel"]).then(tasks=["car", "hotel"])
    trip.complete("car").complete("hotel").then(tasks=["after"])
    ad_hoc(chosen, user("hotel", "flight")).given(wanted=[]).then(tasks=["after"])


@pytest.mark.parametrize("wanted", [None, "hotel", ["after"], ["car"], [3]])
def test_what_cannot_be_offered_is_an_incident(wanted: object) -> None:
    chosen = extension('activeElementsCollection="=wanted"')
    trip = ad_hoc(chosen, user("hotel", "car"), path("hotel", "car")).given(wanted=wanted)
    trip.then(state="Broken", incidents=["adHoc"])
    trip.when(cmd.SetVariables({"wanted": ["hotel"]})).retry().then(tasks=["hotel"], incidents=[])


def test_each_path_gives_an_output() -> None:
    outputs = extension('outputCollection="prices" outputElement="=price"')
    trip = ad_hoc(outputs, user("hotel", "flight"), BOOKED).given(booked=False).complete("flight", price=300)
    trip.complete("hotel", price=80, booked=True).then(tasks=["after"], variables={"prices": [300, 80]})


def test_it_can_be_a_multi_instance_and_have_boundary_events() -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    boundary = (
        '<boundaryEvent id="late" attachedToRef="box"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        "</timerEventDefinition></boundaryEvent>" + path("late", "after")
    )
    trips = (
        ad_hoc(loop, user("hotel", "flight"), extra=boundary).given().then(tasks=["flight", "flight", "hotel", "hotel"])
    )
    trips.complete("hotel").complete("flight").complete("flight").complete("hotel").then(tasks=["after"])
    ad_hoc(loop, user("hotel"), extra=boundary).given().complete("hotel").pass_time("PT1H").then(tasks=["after"])


def test_suspended_and_terminated_meanwhile() -> None:
    trip = ad_hoc(user("hotel", "flight"), BOOKED).given(booked=False).complete("hotel").suspend().resume()
    trip.then(tasks=["flight"]).terminate().then(state="User Terminated", tasks=[])


def test_an_event_sub_process_may_take_over_or_run_beside_it() -> None:
    def handler(interrupting: str) -> str:
        return (
            f'<subProcess id="stop" triggeredByEvent="true"><startEvent id="on" isInterrupting="{interrupting}">'
            "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition></startEvent>"
            + user("tidy") + path("on", "tidy") + "</subProcess>"
        )  # fmt: skip

    over = ad_hoc(user("hotel", "flight"), handler("true"), attributes='ordering="Sequential"').given()
    over.pass_time("PT1H").then(tasks=["tidy"]).complete("tidy").then(tasks=["after"])
    beside = ad_hoc(user("hotel", "flight"), handler("false"), attributes='ordering="Sequential"').given()
    beside.pass_time("PT1H").then(tasks=["hotel", "tidy"]).complete("hotel").then(tasks=["flight", "tidy"])
    beside.complete("tidy").then(tasks=["flight"]).complete("flight").then(tasks=["after"])
    late = ad_hoc(user("hotel"), handler("false")).given().pass_time("PT1H").complete("hotel").then(tasks=["tidy"])
    late.complete("tidy").then(tasks=["after"])


def test_what_was_done_in_it_can_be_undone() -> None:
    box = f'<adHocSubProcess id="box">{job("hotel")}{job("flight")}{handled("hotel")}</adHocSubProcess>'
    trip = process(ENDS, box, throw(), path("start", "box", "undo", "end")).given()
    trip.complete_job("hotel").complete_job("flight").then(at=["undo", "undo_hotel"])
    trip.complete_job("undo_hotel").then(state="Completed OK")


def test_joins_and_catching_events_may_stand_in_it() -> None:
    inside = (
        '<parallelGateway id="join"/>'
        '<intermediateCatchEvent id="later"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        "</timerEventDefinition></intermediateCatchEvent>"
    )
    trip = ad_hoc(user("hotel", "flight", "pay"), inside, path("hotel", "join", "pay"), path("flight", "join"))
    trip.given().complete("hotel").then(tasks=["flight"]).complete("flight").then(tasks=["pay"]).complete("pay")
    trip.then(at=["later"]).pass_time("PT1H").then(tasks=["after"])


def test_a_worker_cannot_run_it() -> None:
    space = "http://camunda.org/schema/zeebe/1.0"
    work = f'<extensionElements><z:taskDefinition xmlns:z="{space}" type="agent"/></extensionElements>'
    with pytest.raises(ModelRefused, match="worker"):
        ad_hoc(work, user("hotel"))

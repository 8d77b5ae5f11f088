"""The complex gateway: two of three, and what comes late (BPMN 2.0.2 section 13.4.5)."""

import pytest
from undoing import ENDS, path, process, user

from andante.engine import commands as cmd
from andante.testing import Scenario


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def gateway(condition: str = "activationCount &gt;= 2") -> str:
    return f'<complexGateway id="some"><activationCondition>{condition}</activationCondition></complexGateway>'


def offers(join: str, *more: str) -> Scenario:
    """Three are asked at once for an offer."""
    return process(
        ENDS, '<parallelGateway id="split"/>', user("a", "b", "c"), join, *more,
        path("start", "split", "a"), path("split", "b"), path("split", "c"),
        *(flow(each, "some") for each in "abc"),
    )  # fmt: skip


def two_of_three(condition: str = "activationCount &gt;= 2") -> Scenario:
    return offers(gateway(condition), user("choose"), path("some", "choose", "end"))


def test_two_of_three_go_on_and_the_third_is_awaited_without_effect() -> None:
    asked = two_of_three().given().complete("b").then(tasks=["a", "c"])
    asked.complete("a").then(tasks=["c", "choose"]).complete("choose").then(tasks=["c"])
    asked.complete("c").then(state="Completed OK")


def test_all_at_once_is_enough_too() -> None:
    asked = two_of_three("activationCount = 3").given().complete("a").complete("b").then(tasks=["c"])
    asked.complete("c").then(tasks=["choose"]).complete("choose").then(state="Completed OK")


def test_the_condition_may_ask_which_flows_have_come_and_for_data() -> None:
    condition = "incoming.c_some &gt; 0 or urgent and activationCount &gt;= 1"
    two_of_three(condition).given(urgent=False).complete("a").then(tasks=["b", "c"]).complete("c").then(
        tasks=["b", "choose"]
    )
    two_of_three(condition).given(urgent=True).complete("a").then(tasks=["b", "c", "choose"])


def test_data_that_changes_later_may_make_it_true() -> None:
    waiting = two_of_three("urgent").given(urgent=False).complete("a").when(cmd.SetVariables({"urgent": True}))
    waiting.then(tasks=["b", "c", "choose"])
    asked = two_of_three("urgent").given(urgent=False).complete("a").then(tasks=["b", "c"])
    asked.complete("b", urgent=True).then(tasks=["c", "choose"])


def test_what_comes_late_may_take_a_way_of_its_own() -> None:
    asked = offers(
        gateway(), user("choose", "file"), flow("some", "choose", "waitingForStart"),
        flow("some", "file", "not(waitingForStart)"), path("choose", "end"), path("file", "end"),
    )  # fmt: skip
    asked.given().complete("a").complete("c").then(tasks=["b", "choose"])
    asked.complete("b").then(tasks=["choose", "file"]).complete("choose").complete("file").then(state="Completed OK")


def test_it_is_reset_when_nothing_more_can_come() -> None:
    """The third ends elsewhere: the gateway does not hold up the process."""
    asked = process(
        ENDS, '<parallelGateway id="split"/>', user("a", "b", "c", "choose"), gateway(),
        '<exclusiveGateway id="way" default="n"/>', path("start", "split", "a"), path("split", "b"),
        path("split", "c", "way"), flow("a", "some"),
        flow("b", "some"), flow("way", "some", "good"), '<sequenceFlow id="n" sourceRef="way" targetRef="end"/>',
        path("some", "choose", "end"),
    )  # fmt: skip
    asked.given().complete("a").complete("b").complete("choose").then(tasks=["c"])
    asked.complete("c", good=False).then(state="Completed OK")


def test_in_a_loop_it_goes_on_again_after_its_reset() -> None:
    asked = process(
        ENDS, '<exclusiveGateway id="back"/>', '<parallelGateway id="split"/>', user("a", "b", "choose"),
        '<exclusiveGateway id="way" default="n"/>', gateway("activationCount &gt;= 1"),
        path("start", "back", "split", "a"), path("split", "b"), flow("a", "some"), flow("b", "some"),
        path("some", "choose", "way"), flow("way", "back", "again"),
        '<sequenceFlow id="n" sourceRef="way" targetRef="end"/>',
    )  # fmt: skip
    asked.given().complete("a").then(tasks=["b", "choose"]).complete("b").then(tasks=["choose"])
    asked.complete("choose", again=True).then(tasks=["a", "b"]).complete("b").then(tasks=["a", "choose"])
    asked.complete("choose", again=False).complete("a").then(state="Completed OK")


def test_it_splits_like_an_inclusive_gateway() -> None:
    split = process(
        ENDS, '<complexGateway id="which" default="which_c"/>', user("a", "b", "c"), path("start", "which"),
        flow("which", "a", "x &gt; 1"), flow("which", "b", "x &gt; 2"), flow("which", "c"),
        *(path(each, "end") for each in "abc"),
    )  # fmt: skip
    split.given(x=3).then(tasks=["a", "b"])


def test_of_several_from_one_flow_each_activation_takes_one() -> None:
    asked = process(
        ENDS, '<parallelGateway id="split"/>', '<exclusiveGateway id="one"/>', user("a", "b", "c", "choose"),
        gateway(), path("start", "split", "a", "one"), path("split", "b", "one"), path("split", "c"),
        flow("one", "some"), flow("c", "some"), path("some", "choose", "end"),
    )  # fmt: skip
    asked.given().complete("a").complete("b").then(tasks=["c", "choose"]).complete("c").then(tasks=["choose"])


def test_a_condition_that_fails_later_is_an_incident_that_can_be_mended() -> None:
    asked = two_of_three("urgent").given(urgent=False).complete("a").when(cmd.SetVariables({"urgent": None}))
    asked.then(state="Broken", incidents=["expression"]).retry().then(incidents=["expression"])
    asked.when(cmd.SetVariables({"urgent": True})).retry().then(tasks=["b", "c", "choose"], incidents=[])


@pytest.mark.parametrize("condition", ["maybe", "activationCount"])
def test_a_condition_that_is_none_is_an_incident(condition: str) -> None:
    asked = two_of_three(condition).given().complete("a").then(state="Broken", incidents=["expression"])
    asked.when(cmd.SetVariables({"maybe": True}, introduce=True)).retry()
    asked.then(tasks=["b", "c", "choose"] if condition == "maybe" else ["b", "c"])


def test_suspended_and_terminated_while_it_waits() -> None:
    asked = two_of_three().given().complete("a").suspend().resume().complete("b").suspend().resume()
    asked.then(tasks=["c", "choose"]).complete("c").then(tasks=["choose"])
    asked.terminate().then(state="User Terminated", at=[])

"""Warnings of what runs but is probably not meant; and silence where the drawing cannot tell."""

import json
import time
from pathlib import Path

import pytest
from modelling import bpmn, codes, flow, path, warnings_of

from andante.bpmn import Finding, read_json, read_xml
from andante.bpmn.exhaustive import told
from andante.expressions import Expression, compile_feel, compile_juel

START = '<startEvent id="start"/>'
END = '<endEvent id="end"/>'


def conditional(id: str, source: str, target: str, text: str) -> str:
    condition = f"<conditionExpression>{text}</conditionExpression>"
    return f'<sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target}">{condition}</sequenceFlow>'


def cover_all(one: Expression, two: Expression) -> bool:
    (what, holds), (other, also) = told(one) or ("", True), told(two) or ("", True)
    return what == other and holds != also


def of(body: str, code: str, **more: str) -> list[Finding]:
    return [warning for warning in warnings_of(body, **more) if warning.code == code]


# Paths without an end.

ROUND = START + '\n<task id="a"/>\n<userTask id="b"/>' + flow("start", "a") + flow("a", "b") + flow("b", "a")


def test_a_path_that_goes_round_for_ever() -> None:
    (warning,) = of(ROUND, "endless")
    assert (warning.element, warning.line) == ("a", 2)
    assert "way out" in warning.message


def test_a_way_out_by_a_boundary_event_is_an_end() -> None:
    timer = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
    out = f'<boundaryEvent id="out" attachedToRef="b">{timer}</boundaryEvent>'
    assert of(ROUND + out + END + flow("out", "end"), "endless") == []
    inner = '<subProcess id="sub">' + ROUND.replace('"start', '"inner') + "</subProcess>"
    around = START + inner + END + flow("start", "sub") + flow("sub", "end")
    assert [w.element for w in of(around, "endless")] == ["a"]
    outer = f'<boundaryEvent id="out" attachedToRef="sub">{timer}</boundaryEvent>' + flow("out", "end")
    assert of(around + outer, "endless") == []


def test_an_event_sub_process_that_interrupts_is_an_end() -> None:
    event = '<signalEventDefinition signalRef="s"/>'
    handler = (
        f'<subProcess id="h" triggeredByEvent="true"><startEvent id="hs">{event}</startEvent><endEvent id="he"/>'
        + flow("hs", "he") + "</subProcess>"
    )  # fmt: skip
    roots = '<signal id="s" name="S"/>'
    assert of(ROUND + handler, "endless", roots=roots) == []
    beside = handler.replace('<startEvent id="hs"', '<startEvent id="hs" isInterrupting="false"')
    assert len(of(ROUND + beside, "endless", roots=roots)) == 1


# Joins that wait for ever.


def gateways(split: str, join: str, extra: str = "") -> str:
    default = ' default="s-a"' if split != "parallelGateway" else ""
    condition = conditional("s-b", "s", "b", "x = 1") if split != "parallelGateway" else flow("s", "b")
    return (
        START + f'<{split} id="s"{default}/><task id="a"/><task id="b"/>\n<{join} id="j"/>' + END + flow("start", "s")
        + flow("s", "a") + condition + flow("a", "j") + flow("b", "j") + flow("j", "end") + extra
    )  # fmt: skip


def test_a_parallel_join_after_an_exclusive_split() -> None:
    (warning,) = of(gateways("exclusiveGateway", "parallelGateway"), "joinNeverDone")
    assert (warning.element, warning.line) == ("j", 2)
    assert "a-j" in warning.message
    assert "b-j" in warning.message


@pytest.mark.parametrize(
    "body",
    [
        gateways("parallelGateway", "parallelGateway"),
        gateways("inclusiveGateway", "parallelGateway"),
        gateways("exclusiveGateway", "exclusiveGateway"),
        # Both branches of an earlier fork pass the choice.
        gateways("exclusiveGateway", "parallelGateway").replace(
            flow("start", "s"), '<parallelGateway id="f"/><task id="c"/><task id="d"/>'
            + "".join((flow("start", "f"), flow("f", "c"), flow("f", "d"), flow("c", "s"), flow("d", "s")))
        ),
        # An event beside the task brings more tokens.
        gateways("exclusiveGateway", "parallelGateway").replace(
            flow("start", "s"), '<userTask id="u"/><boundaryEvent id="more" attachedToRef="u" cancelActivity="false">'
            "<timerEventDefinition><timeCycle>R/PT1H</timeCycle></timerEventDefinition></boundaryEvent>"
            + flow("start", "u") + flow("u", "s") + flow("more", "s")
        ),
        # A task with two ways out goes both.
        START + '<task id="a"/><parallelGateway id="j"/><task id="b"/>' + END + flow("start", "a") + flow("a", "b")
        + flow("a", "j") + flow("b", "j") + flow("j", "end"),
    ],
)  # fmt: skip
def test_joins_that_may_be_done(body: str) -> None:
    assert of(body, "joinNeverDone") == []


def test_one_branch_of_a_fork_that_chooses() -> None:
    body = (
        START + '<parallelGateway id="f"/><exclusiveGateway id="s" default="s-a"/><task id="a"/><task id="b"/>'
        '<task id="c"/><parallelGateway id="j"/>' + END + flow("start", "f") + flow("f", "s") + flow("f", "c")
        + flow("s", "a") + conditional("s-b", "s", "b", "x = 1") + flow("a", "j") + flow("b", "j") + flow("c", "j")
        + flow("j", "end")
    )  # fmt: skip
    (warning,) = of(body, "joinNeverDone")
    assert "a-j and b-j" in warning.message


def test_two_starts_bring_no_tokens_together() -> None:
    body = (
        START + '<startEvent id="other"><messageEventDefinition messageRef="m"/></startEvent><parallelGateway id="j"/>'
        + END + flow("start", "j") + flow("other", "j") + flow("j", "end")
    )  # fmt: skip
    assert len(of(body, "joinNeverDone", roots='<message id="m" name="M"/>')) == 1


def test_it_takes_no_time_for_a_big_process() -> None:
    parts, last = [START], "start"
    for n in range(1_000):
        parts.append(f'<parallelGateway id="f{n}"/><parallelGateway id="j{n}"/><task id="a{n}"/><task id="b{n}"/>')
        ways = ((last, f"f{n}"), (f"f{n}", f"a{n}"), (f"f{n}", f"b{n}"), (f"a{n}", f"j{n}"), (f"b{n}", f"j{n}"))
        parts.extend(flow(*way) for way in ways)
        last = f"j{n}"
    data = bpmn("".join(parts) + END + flow(last, "end"))
    began = time.monotonic()
    assert read_xml(data).warnings == ()
    assert time.monotonic() - began < 5


# Choices.


def juel(text: str) -> Expression:
    return compile_juel("${" + text + "}")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (juel("ok"), juel("!ok")),
        (juel("not ok"), juel("ok")),
        (juel("a == 'x'"), juel("a != 'x'")),
        (juel("a gt 5"), juel("a <= 5")),
        (juel("ok == true"), juel("ok == false")),
        (juel("ok == true"), juel("!ok")),
        (juel("(a > 5)"), juel("!(a > 5)")),
        (juel("a.b && c"), juel("!(a.b && c)")),
        (compile_feel("ok"), compile_feel("not(ok)")),
        (compile_feel("a = 1"), compile_feel("a != 1")),
        (compile_feel("a >= 5"), compile_feel("a < 5")),
        (compile_feel("ok = false"), compile_feel("ok")),
    ],
)
def test_two_conditions_that_cover_all(one: Expression, two: Expression) -> None:
    assert cover_all(one, two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (juel("ok"), juel("ok")),
        (juel("a > 5"), juel("a < 5")),
        (juel("a == 'x'"), juel("a != 'y'")),
        (juel("a == 'x'"), juel("a == 'y'")),
        (juel("!a && b"), juel("a && b")),
        (juel("!a || b"), juel("a || b")),
        (juel("(a) || (b)"), juel("!((a) || (c))")),
        (compile_feel("not(a) and (b)"), compile_feel("(a) and (b)")),
        (compile_feel("a in [1]"), compile_feel("a = 1")),
        (juel("a && b"), juel("!a && b")),
        (compile_feel("a"), compile_feel("not(b)")),
        (compile_feel("a = 1 and b"), compile_feel("a != 1 and b")),
        (compile_juel("${a}${b}"), juel("!a")),
    ],
)
def test_two_conditions_that_may_both_be_false(one: Expression, two: Expression) -> None:
    assert not cover_all(one, two)


def test_a_gateway_that_covers_all_needs_no_default() -> None:
    body = (
        START + '<exclusiveGateway id="g"/><task id="a"/><task id="b"/>' + END + flow("start", "g")
        + conditional("y", "g", "a", "${ok}") + conditional("n", "g", "b", "${!ok}") + flow("a", "end")
        + flow("b", "end")
    )  # fmt: skip
    assert warnings_of(body) == []
    assert codes(warnings_of(body.replace("${!ok}", "${maybe}"))) == ["noDefault"]


# Messages.


@pytest.mark.parametrize("sequential", [False, True])
def test_a_message_that_several_wait_for(sequential: bool) -> None:
    name = "multiInstanceLoopCharacteristics"
    loop = f'<{name} isSequential="{str(sequential).lower()}"><loopCardinality>3</loopCardinality></{name}>'
    body = path(f'<receiveTask id="it" messageRef="m">{loop}</receiveTask>')
    roots = '<message id="m" name="M"{}/>'
    assert codes(warnings_of(body, roots=roots.format(""))) == ([] if sequential else ["noCorrelation"])
    assert warnings_of(body, roots=roots.format(' andante:correlation="=loopCounter"')) == []


# Names.


TRAVEL = (Path(__file__).parents[2] / "examples" / "travel-request.json").read_text()


def unset(text: str) -> list[tuple[str, str]]:
    warnings = read_json(json.loads(text)).warnings
    return [(w.element, w.message.split("'")[3]) for w in warnings if w.code == "unknownVariable"]


def test_a_name_that_nothing_sets() -> None:
    assert unset(TRAVEL) == []
    ((element, name),) = unset(TRAVEL.replace("{!costWithFee}", "{!costWithFees}"))
    assert (element.startswith("costly"), name) == (True, "costWithFees")
    assert unset(TRAVEL.replace("$BP.TaskOutcome", "$BPM.TaskOutcome")) != []


def test_names_in_a_filter_are_the_items() -> None:
    filtered = TRAVEL.replace("{!costWithFee} > {!limit}", "=count(booking[price > 5]) > 0")
    assert filtered != TRAVEL
    assert unset(filtered) == []


def test_a_definition_that_declares_nothing_is_not_asked() -> None:
    body = json.loads(TRAVEL.replace("{!costWithFee}", "{!costWithFees}"))
    body["variables"] = []
    body["dataMappers"][0]["assignmentItems"] = []
    assert unset(json.dumps(body)) == []


# Declarations.


def test_declarations_that_nothing_refers_to() -> None:
    roots = '<message id="m" name="M"/>\n<signal id="s" name="S"/><error id="e" errorCode="E"/>'
    roots += '<message id="n" name="N"/>'
    used = '<receiveTask id="it" messageRef="m"/>'
    found = of(path(used), "unused", roots=roots)
    assert [(w.element, w.line) for w in found] == [("s", 2), ("e", 2), ("n", 2)]
    operation = '<interface id="i"><operation id="o"><inMessageRef>n</inMessageRef></operation></interface>'
    assert [w.element for w in of(path(used), "unused", roots=roots + operation)] == ["s", "e"]

"""Link events: flows that are not drawn (BPMN 2.0.2 section 10.4.5.6)."""

import pytest
from drawing import HOUR, boundary, drawn, event, on_event, paths, sub_process, tasks

from andante.bpmn import ModelRefused
from andante.testing import given


def link(name: str) -> str:
    return f'<linkEventDefinition name="{name}"/>'


START = event("start", "start"), tasks("work"), paths("start work")


def test_several_throws_lead_to_one_catch() -> None:
    graph = drawn(
        *START, '<inclusiveGateway id="both"/>', tasks("b"), event("throw", "one", link("L")),
        event("throw", "two", link("L")), event("catch", "in", link("L")), tasks("after"), event("end", "end"),
        paths("work both one", "both b two", "in after end"),
    )  # fmt: skip
    running = given(graph).complete("work").then(at=["after", "b"]).complete("b").then(at=["after", "after"])
    running.complete("after").complete("after").then(state="Completed OK")


def test_a_join_knows_the_way_over_a_link() -> None:
    graph = drawn(
        *START, '<inclusiveGateway id="split"/>', tasks("a", "b", "after"), event("throw", "out", link("L")),
        event("catch", "in", link("L")), '<inclusiveGateway id="join"/>', event("end", "end"),
        paths("work split a join after end", "split b out", "in join"),
    )  # fmt: skip
    running = given(graph).complete("work").complete("a").then(at=["b", "join"])
    running.suspend().resume().complete("b").then(at=["after"])


def test_a_link_stays_in_its_scope_and_leads_back_in_a_loop() -> None:
    inside = (
        event("start", "s"), event("throw", "again", link("L")), event("catch", "back", link("L")), tasks("t"),
        paths("s again", "back t"),
    )  # fmt: skip
    graph = drawn(
        *START, sub_process("sub", *inside), boundary("late", "sub", HOUR), event("throw", "redo", link("L")),
        event("catch", "here", link("L")), tasks("last"), paths("work sub", "late redo", "here last"),
    )  # fmt: skip
    running = given(graph).complete("work").then(at=["t"]).pass_time("PT1H").then(at=["last"])
    running.terminate().then(state="User Terminated")


@pytest.mark.parametrize(
    ("element", "parts"),
    [
        ("out", (event("throw", "out", link("L")), paths("work out"))),
        ("out", (event("throw", "out", link("L")), event("catch", "in", link("M")), tasks("x"),
                 paths("work out", "in x"))),
        ("in2", (event("throw", "out", link("L")), event("catch", "in", link("L")), event("catch", "in2", link("L")),
                 tasks("x"), paths("work out", "in x", "in2 x"))),
        ("out", (event("throw", "out", link("L")), event("catch", "in", link("L")), tasks("x"),
                 paths("work out x", "in x"))),
        ("in", (event("throw", "out", link("L")), event("catch", "in", link("L")), tasks("x"),
                paths("work out", "work in x"))),
        ("out", (event("throw", "out", link("")), paths("work out"))),
        ("out", (event("throw", "out", link("L")), paths("work out"),
                 on_event("e", HOUR, event("catch", "in", link("L")), tasks("x"), paths("e_on x", "in x")))),
    ],
)  # fmt: skip
def test_a_link_without_its_one_other_end_is_refused(element: str, parts: tuple[str, ...]) -> None:
    with pytest.raises(ModelRefused) as refusal:
        drawn(*START, *parts)
    assert [(f.code, f.element) for f in refusal.value.findings] == [("link", element)]

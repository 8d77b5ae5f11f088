"""Values as forms take them, times and states as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from town import EXAMPLES, START

from andante.bpmn import read_xml
from andante.bpmn.kinds import EVENT_GATEWAY, NAMES
from andante.languages import language
from andante.languages.words import chapters
from andante.runtime import HistoryEntry, Problem
from andante.testing import ProcessBuilder
from andante.testing.process import message, signal
from andante.web.diagram import KINDS, names_of, places
from andante.web.variables import asked_rows, both, read_rows, read_value, write_value

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(JSON)
def test_a_value_comes_back_from_its_text(value: object) -> None:
    assert read_value(write_value(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("Anna", "Anna"), ("5", 5), ('"5"', "5"), ("true", True), ("[1, 2]", [1, 2]), ("NaN", "NaN"), ("{a: 1}", "{a: 1}"),
     ("2026-02-02", "2026-02-02"), ("", "")],
)  # fmt: skip
def test_text_is_text_unless_it_is_json(text: str, value: object) -> None:
    assert read_value(text) == value


def test_only_what_was_changed_is_sent_on() -> None:
    assert read_rows(["a", "b", ""], ["1", "2", ""], ["1", "1", ""]) == {"b": 2}
    with pytest.raises(Problem, match="is there twice"):
        read_rows(["a", "a"], ["1", "2"], ["", ""])
    with pytest.raises(Problem, match="is there twice"):
        both({"a": 1}, {"a": 2})
    with pytest.raises(Problem, match="nested too deep"):
        read_value("[" * 100_000)


def test_a_start_asks_for_what_the_process_reads_and_nothing_sets() -> None:
    graph = read_xml((EXAMPLES / "expense-approval.bpmn").read_bytes()).processes[0]
    assert [row.name for row in asked_rows(graph, set())] == ["employee", "items"]
    assert [row.name for row in asked_rows(graph, {"items"})] == ["employee"]


def test_steps_follow_the_flow() -> None:
    graph = read_xml((EXAMPLES / "expense-approval.bpmn").read_bytes()).processes[0]
    order = [place.id for place in places(graph, None)]
    assert sorted(order) == sorted(names_of(graph))
    for before, after in (("AddUp", "HowMuch"), ("HowMuch", "DirectorApproves"), ("DirectorApproves", "Decided"),
                          ("Approved", "PayOut"), ("PayOut", "ExpensePaid")):  # fmt: skip
        assert order.index(before) < order.index(after)


def test_a_gateway_that_starts_instances_is_told_before_its_events() -> None:
    graph = (
        ProcessBuilder()
        .node("first", EVENT_GATEWAY, instantiates=True)
        .catch("paid", message("paid"))
        .catch("alarm", signal("alarm"))
        .path("first", "paid")
        .path("first", "alarm")
        .graph()
    )
    assert [place.id for place in places(graph, None)] == ["first", "paid", "alarm"]


def test_the_newest_command_is_told_first_and_machinery_not_at_all() -> None:
    def entry(seq: int, kind: str, **data: object) -> HistoryEntry:
        return HistoryEntry(seq, START + seq, kind, "t", "userTask", "mei", data)

    told = chapters(
        [
            entry(1, "InstanceStarted", variables={"n": 1}),
            entry(1, "TokenEnded"),
            entry(1, "TaskCreated", groups=["group:managers"]),
            entry(2, "TokenEnded"),
            entry(2, "TriggerArrived", values={"n": 2}),
            entry(3, "TaskCompleted", outcome="approved"),
        ],
        {"t": "Approve"},
        language("en"),
    )
    assert [(c.seq, [line.text for line in c.lines]) for c in told] == [
        (3, ["Approve was completed: approved"]),
        (2, ["Approve: one of its events has occurred, the others are awaited"]),
        (1, ["Started with n = 1", "Approve is waiting for group managers"]),
    ]


def test_every_kind_of_element_has_a_word() -> None:
    assert set(NAMES.values()) == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "element", "data", "english", "chinese"),
    [
        ("AttachmentAdded", "check", {"name": "bill.pdf", "size": 1_500},
         "Check: the file “bill.pdf” was attached (2 KiB)", "Check：已添加附件“bill.pdf”（2 KiB）"),
        ("AttachmentRemoved", "", {"name": "bill.pdf", "size": 1_024},
         "Process: the file “bill.pdf” was deleted (1 KiB)", "流程：已删除附件“bill.pdf”（1 KiB）"),
        ("TaskAssigned", "check", {"assignee": "ann", "how": "deputyOver"},
         "Check went back to ann: the deputy's time is over", "Check 已退回 ann：代理已结束"),
        ("TaskAssigned", "check", {"assignee": "bob", "owner": "ann", "how": "deputy"},
         "Check went to the deputy bob", "Check 已转给代理人 bob"),
    ],
)  # fmt: skip
def test_a_fact_in_plain_words(kind: str, element: str, data: dict[str, object], english: str, chinese: str) -> None:
    entry = HistoryEntry(1, START, kind, element, "userTask" if element else "", "kim", data)
    for code, words in (("en", english), ("zh", chinese)):
        (chapter,) = chapters([entry], {"check": "Check"}, language(code))
        assert [line.text for line in chapter.lines] == [words]

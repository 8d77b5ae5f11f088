"""`andante test`: what modellers write in YAML, and what they are told of it."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from shell import EXAMPLES, Shell

LEAVE = EXAMPLES / "leave-approval.bpmn"
APPROVED = """
  - name: It is approved
    given: {employee: Dana}
    steps:
      - complete: Approve leave
        outcome: approved
      - complete: Enter absence
    then: {state: Completed OK}
"""


def written(folder: Path, tests: str, model: Path = LEAVE, more: str = "") -> Path:
    file = folder / "leave.test.yaml"
    file.write_text(f"process: {model}\n{more}tests:{tests}")
    return file


def _told(shell: Shell, *arguments: object) -> tuple[int, str, str]:
    said = shell(*arguments)
    return said.code, said.out, said.err


def test_the_tests_of_the_examples_pass_and_cover_all(shell: Shell) -> None:
    told = shell("test", EXAMPLES, "--json", "--fail-under", "100").json
    assert {each["process"]: each["coverage"]["part"] for each in told} == {
        "ExpenseApproval": 1.0, "LeaveApproval": 1.0, "LeaveBalance": 1.0, "Order": 1.0,
    }  # fmt: skip
    assert all(test["passed"] for each in told for test in each["tests"])
    assert sum(len(each["tests"]) for each in told) >= 9


def test_who_reads_it_sees_what_failed_where_and_what_no_test_came_to(shell: Shell, tmp_path: Path) -> None:
    file = written(
        tmp_path,
        APPROVED + "  - name: It is refused\n    steps:\n      - complete: Approve leave\n        outcome: rejected\n"
        "    then:\n      tasks: [EnterAbsence]\n",
    )
    code, out, err = _told(shell, "test", file, "--fail-under", "100")
    assert code == 1
    assert "✓ It is approved" in out
    assert "✗ It is refused" in out
    assert f"{file}:14: tasks: is [], should be ['EnterAbsence']" in out
    assert "1 passed, 1 failed" in out
    assert err == ""
    code, out, err = _told(shell, "test", file, "-k", "APPROVED", "--fail-under", "100")
    assert (code, "1 passed, 0 failed" in out) == (0, True)
    assert "no test comes to LeaveRejected" in out
    only = written(tmp_path, APPROVED)
    code, _, err = _told(shell, "test", only, "--fail-under", "90")
    assert (code, err) == (1, f"{only}: the tests cover 82% of LeaveApproval, which is under 90%.\n")


def test_refusals_messages_time_and_people_can_be_told(shell: Shell, tmp_path: Path) -> None:
    file = written(
        tmp_path,
        """
  - name: Only what is there can be done
    steps:
      - complete: Approve leave
        outcome: maybe
        refused: bpm.task.outcome
      - suspend
      - terminate
      - resume: true
        refused: bpm.instance.closed
    then: {suspended: false, reached: [ApproveLeave], notReached: [EnterAbsence], sent: []}
  - name: It is not refused, though it should be
    steps:
      - suspend:
        refused: bpm.instance.closed
  - name: Nobody awaits it
    now: 2026-03-01
    steps:
      - message: payment received
        correlation: {orderId: "1"}
""",
        more="zone: Europe/Oslo\npeople:\n  managers: {ann: mo}\n",
    )
    code, out, _ = _told(shell, "test", file)
    assert code == 1
    assert "✓ Only what is there can be done" in out
    assert f"{file}:18: should be refused with bpm.instance.closed, and was not" in out
    assert f"{file}:23: nothing awaits the message 'payment received'" in out


ONE = "process: x\ntests:\n  - name: A\n"
STEPS = f"{ONE}    steps:\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[", 1, "this is no YAML"),
        ("process: x\ntests: []\n", 1, "tests: there is none"),
        ("- a\n", 1, "a test file says `process: FILE` and `tests:`"),
        (STEPS + "      - complet: x\n", 5, "unknown field `complet`"),
        (STEPS + "      - complete: yes\n", 5, "Expected `str"),
        (ONE + "    steps: [go]\n", 4, "'go' is no step by itself"),
        (
            STEPS + "      - complete: a\n        job: b\n",
            5,
            "has complete and job",
        ),
        (STEPS + "      - by: ann\n", 5, "does nothing"),
        (
            STEPS + "      - job: a\n        retries: 1\n",
            5,
            "retries says nothing",
        ),
        (STEPS + "      - move: a\n", 5, "move: say where to"),
        (ONE + "    given: {1: 2}\n", 0, "'1' must be a text in quotes"),
    ],
)
def test_a_faulty_file_is_told_of_with_its_line(shell: Shell, tmp_path: Path, text: str, line: int, said: str) -> None:
    file = tmp_path / "a.test.yaml"
    file.write_text(text)
    code, out, err = _told(shell, "test", file)
    assert (code, out) == (1, "0 passed, 0 failed, 1 file that could not be read\n")
    assert err.startswith(f"{file}:{line}: " if line else f"{file}: ")
    assert said in err


def test_what_is_not_there_or_no_model_is_said(shell: Shell, tmp_path: Path) -> None:
    missing = tmp_path / "none.bpmn"
    code, _, err = _told(shell, "test", written(tmp_path, APPROVED, missing))
    assert (code, err) == (1, f"{missing}: it cannot be read: No such file or directory.\n")
    (tmp_path / "bad.bpmn").write_text(LEAVE.read_text().replace("userTask", "wishfulTask"))
    code, _, err = _told(shell, "test", written(tmp_path, APPROVED, tmp_path / "bad.bpmn"))
    assert code == 1
    assert "wishfulTask" in err
    code, _, err = _told(shell, "test", written(tmp_path, APPROVED, more="now: yesterday\n"))
    assert (code, "'yesterday' is no date or time" in err) == (1, True)
    code, _, err = _told(shell, "test", written(tmp_path, APPROVED), "-k", "no such")
    assert (code, err) == (2, "andante: no test has 'no such' in its name\n")
    (tmp_path / "empty").mkdir()
    code, _, err = _told(shell, "test", tmp_path / "empty")
    assert (code, err) == (2, "andante: there is no file named *.test.yaml\n")


def test_machines_that_collect_results_are_told_in_their_format(shell: Shell, tmp_path: Path) -> None:
    file = written(tmp_path, f"{APPROVED}  - name: <B>\n    then: {{state: Broken}}\n")
    target = tmp_path / "junit.xml"
    assert shell("test", file, "--junit", target).code == 1
    (suite,) = ET.parse(target).getroot()
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("LeaveApproval", "2", "1")
    first, second = suite
    assert (first.get("name"), len(first)) == ("It is approved", 0)
    assert second.get("name") == "<B>"
    assert "should be 'Broken'" in (second[0].get("message") or "")

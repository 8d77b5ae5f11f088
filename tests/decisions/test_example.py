"""The example and what the how-to says of it."""

import re
from pathlib import Path

import pytest

from andante.cli import run
from andante.decisions import read_dmn
from andante.testing import Scenario

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "examples" / "leave-days.dmn"


@pytest.mark.parametrize(
    ("age", "service", "days"),
    [(17, 0, 27), (30, 5, 22), (45, 30, 25), (60, 10, 27), (60, 30, 30), (61, 40, 30), (130, 0, 22)],
)
def test_days_by_age_and_service(age: int, service: int, days: int) -> None:
    model = read_dmn(TABLE.read_bytes())
    assert model.warnings == ()
    assert model.find("leaveDays").evaluate({"age": age, "yearsOfService": service}).value == days


def test_the_process_asks_the_table() -> None:
    balance = Scenario.read(ROOT / "examples" / "leave-balance.bpmn", decisions=[TABLE])
    balance.given(age=61, yearsOfService=30, taken=12).then(state="Completed OK", variables={"days": 30, "left": 18})


def test_the_how_to_is_true(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "how-to" / "decisions.md").read_text()
    console, python = (
        re.findall(r"```console\n(.*?)```", text, re.DOTALL)[0],
        re.findall(r"```python\n(.*?)```", text, re.DOTALL),
    )
    for command, printed in re.findall(r"\$ andante (.*)\n((?:[^$].*\n)*)", console):
        words = re.findall(r"'([^']*)'|(\S+)", command)
        assert run([quoted or plain for quoted, plain in words]) == 0
        assert capsys.readouterr().out == printed
    for block in python:
        exec(block, {})


def test_the_trace_and_faults_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = '{"age": 61, "yearsOfService": 30}'
    assert run(["decide", str(TABLE), "--decision", "leaveDays", "--context", given, "--trace", "--json"]) == 0
    said = capsys.readouterr()
    assert said.out == "30\n"
    assert said.err == "Extra days: Age = 61, Years of service = 30; rules that match: 2, 3\n"
    assert run(["decide", str(TABLE)]) == 1
    assert "there are 2 decisions: name one of them" in capsys.readouterr().err
    assert run(["decide", str(TABLE), "--decision", "leaveDays"]) == 0
    assert "the input 'age' is not given; it counts as null" in capsys.readouterr().err
    assert run(["decide", str(TABLE), "--context", "[]"]) == 2
    faulty = tmp_path / "faulty.dmn"
    faulty.write_text(TABLE.read_text().replace("&gt;= 60", "&gt;="))
    assert run(["decide", str(faulty)]) == run(["lint", str(faulty)]) == 1
    said = capsys.readouterr()
    assert f"{faulty}:30: fault expression" in said.err
    assert f"{faulty}:30: fault expression" in said.out
    assert run(["decide", str(tmp_path / "gone.dmn")]) == 1

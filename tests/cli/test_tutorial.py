"""What the tutorial, the README and the how-to tell people to do works: their blocks are carried out here."""

import re
import runpy
import shlex
from pathlib import Path

import pytest
from shell import ROOT, SECRET, Said, Shell

TUTORIAL = "docs/tutorial/first-process.md"
SET = re.compile(r"(\w+)=\$\((andante .*) \| awk 'END \{print \$1\}'\)")
ASKED = re.compile(r"\$\((andante [^|]*) \| awk 'END \{print \$1\}'\)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Both kinds."""
    kind: str = request.param
    return kind


def blocks(document: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / document).read_text("utf-8"), re.DOTALL | re.MULTILINE)


class Terminal:
    """Carries out the lines of a document that begin with `andante`, and keeps its variables."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._names: dict[str, str] = {}

    def type(self, text: str) -> list[Said]:
        answers = []
        for line in text.replace("\\\n", " ").splitlines():
            found = SET.fullmatch(line)
            if found:
                self._names[found.group(1)] = self._last_word(found.group(2))
            elif line.startswith("andante "):
                answers.append(self._run(ASKED.sub(lambda asked: self._last_word(asked.group(1)), line)))
        return answers

    def _last_word(self, command: str) -> str:
        """What awk gives: the first word of the last line."""
        return self._run(command).out.splitlines()[-1].split()[0]

    def _run(self, command: str) -> Said:
        text = re.sub(r"\$(\w+)", lambda name: self._names[name.group(1)], command)
        said = self._shell(*shlex.split(text, comments=True)[1:])
        assert said.code == 0, f"{text}\n{said}"
        return said


@pytest.fixture
def terminal(shell: Shell) -> Terminal:
    return Terminal(shell)


def run_tests(path: Path) -> int:
    """Call the test functions of a file; how many they were."""
    tests = [value for name, value in runpy.run_path(str(path)).items() if name.startswith("test_")]
    for test in tests:
        test()
    return len(tests)


def test_the_tutorial(terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "play").mkdir()
    (model,) = blocks(TUTORIAL, "xml")
    scenarios, buyer = blocks(TUTORIAL, "python")
    (tmp_path / "play/purchase.bpmn").write_text(model)
    (tmp_path / "play/test_purchase.py").write_text(scenarios)
    (tmp_path / "play/buyer.py").write_text(buyer)
    assert run_tests(tmp_path / "play/test_purchase.py") == 3
    answers = []
    for block in blocks(TUTORIAL, "sh"):
        answers += terminal.type(block)
        if "buyer.py" in block:
            runpy.run_path(str(tmp_path / "play/buyer.py"))
    told = "".join(answer.out for answer in answers)
    for words in (
        "1 checked, 0 with faults.", "Approve the purchase", "(suspended)", "decision paused, goal ",
        "decision on track, goal ", "approved\n", "Completed OK  Purchase of piano", "Completed OK  Purchase of pens",
    ):  # fmt: skip
        assert words in told


def test_the_walk_of_the_readme(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: Shell
) -> None:
    monkeypatch.chdir(ROOT)
    told = "".join(answer.out for block in blocks("README.md", "sh") for answer in terminal.type(block))
    for words in ("LeaveApproval", "(suspended)", "paused\n", "approved\n", "User Terminated", "cancelled\n"):
        assert words in told
    client, scenario = blocks("README.md", "python")
    client = client.replace("http://127.0.0.1:8080", shell.url).replace('"andante-demo"', repr(SECRET))
    exec(compile(client.replace("time.sleep(5)", ""), "README.md", "exec"), {})
    (tmp_path / "test_leave.py").write_text(scenario)
    assert run_tests(tmp_path / "test_leave.py") == 1


def test_the_how_to_of_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for number, block in enumerate(blocks("docs/how-to/test-processes.md", "python")):
        (tmp_path / f"test_{number}.py").write_text(block)
        assert run_tests(tmp_path / f"test_{number}.py") == 1

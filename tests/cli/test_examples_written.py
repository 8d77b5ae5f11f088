"""`andante examples` of an installation."""

from importlib import import_module
from pathlib import Path

import pytest

files = import_module("andante.cli.files")  # `andante.cli.files` by itself is the command of that name


def test_an_installation_that_compiled_its_modules_writes_the_files_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed = tmp_path / "installed"
    (installed / "__pycache__").mkdir(parents=True)
    (installed / "a.bpmn").write_text("<definitions/>")
    monkeypatch.setattr(files, "EXAMPLES", (installed,))
    files.examples(tmp_path / "to")
    assert [each.name for each in (tmp_path / "to").iterdir()] == ["a.bpmn"]
    assert capsys.readouterr().out.startswith("1 files written")

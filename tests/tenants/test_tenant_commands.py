"""`andante tenant` where tenants are, with no server at hand."""

import json
from pathlib import Path

import pytest

from andante.cli import run


def test_commands_work_on_the_databases_themselves(
    tmp_path: Path, sqlite_template: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "there"
    (folder / "tenants").mkdir(parents=True)
    (folder / "tenants" / "acme.db").write_bytes(sqlite_template.read_bytes())
    at = ["--tenants", f"sqlite:///{folder}", "--json"]

    def said(*words: str) -> tuple[int, str, str]:
        code = run(["tenant", *words, *at])
        out, err = capsys.readouterr()
        return code, out, err

    code, out, _ = said("create", "acme", "zone=Europe/Berlin", "--why", "a customer")
    assert code == 0
    assert (json.loads(out)["clientId"], len(json.loads(out)["clientSecret"])) == ("admin", 43)
    assert said("create", "acme")[0] == 1
    code, _, err = said("set", "acme", "port=80")
    assert code == 1
    assert "settings.port" in err
    assert said("set", "acme", "zone=", "language=zh")[0] == 0
    assert said("suspend", "acme")[0] == 0
    (shown,) = json.loads(said("list")[1])
    assert (shown["state"], shown["settings"]) == ("suspended", {"language": "zh"})
    assert said("delete", "acme", "--confirm", "another")[0] == 2
    assert said("delete", "acme", "--confirm", "acme")[0] == 0
    rows = json.loads(said("log")[1])
    assert [row["action"] for row in rows] == ["delete", "suspend", "settings", "open", "create"]
    assert rows[-1]["reason"] == "a customer"

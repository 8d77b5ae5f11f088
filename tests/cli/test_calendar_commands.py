"""`andante calendars ...` at a server."""

import json
from pathlib import Path

from shell import Shell

FORM = {
    "hours": {"monday": ["09:00-17:00"], "tuesday": ["09:00-17:00"]},
    "zone": "Europe/Berlin",
    "holidays": [{"country": "DE", "subdivision": "BY"}],
}


def test_calendars_from_a_file_and_back(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "office.json"
    file.write_text(json.dumps(FORM))
    said = shell("calendars", "set", "office", file)
    assert (said.code, said.out) == (0, "office is saved.\n")
    rows = {row[0]: row for row in shell("calendars", "list").rows}
    assert rows["office"][1:3] == ["Europe/Berlin", "DE-BY"]
    revision = shell("calendars", "show", "office", "--json").json["revision"]
    shown = tmp_path / "shown.json"
    shown.write_text(shell("calendars", "show", "office").out)
    again = shell("calendars", "set", "office", shown, "--json").json
    assert again["revision"] == revision, "what is shown can be set again"
    holidays = shell("calendars", "show", "office", "--year", "2026", "--language", "en").out
    assert "2026-01-06" in holidays
    assert "Epiphany" in holidays
    assert "2026-01-07" not in holidays
    assert "2026-01-07" in shell("calendars", "show", "office", "--year", "2026", "--all").out
    assert shell("calendars", "due", "office", "2026-01-05T16:00", "PT2H").out == "2026-01-12T09:00:00.000Z\n"
    assert shell("calendars", "due", "office", "2026-01-05", "--until", "2026-01-13").out == "PT16H\n"
    assert shell("calendars", "due", "office", "2026-01-05").code == 2
    assert shell("calendars", "delete", "office").out == "office is deleted.\n"
    assert shell("calendars", "show", "office").code == 1
    file.write_text("no JSON")
    assert shell("calendars", "set", "office", file).code == 2

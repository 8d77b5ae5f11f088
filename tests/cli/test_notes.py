"""The commands about notes."""

from shell import Shell


def test_one_s_own_notes_are_listed_and_read(shell: Shell) -> None:
    said = shell("notes", "test", "admin")
    assert said.code == 1  # there is no mail server
    assert said.out.splitlines()[1].split() == ["app", "sent"]
    assert "the server sends no mail" in said.out
    listed = shell("notes", "list", "--unread", "--json").json
    assert {each["kind"] for each in listed} == {"test"}
    assert "This is a test. Notes for you arrive here." in shell("notes", "list").out
    assert shell("notes", "read", listed[0]["id"]).out == f"{len(listed) - 1} unread\n"
    assert shell("notes", "read").out == "0 unread\n"


def test_preferences_are_shown_and_changed(shell: Shell) -> None:
    assert ["digest", "immediately"] in shell("preferences", "admin").rows
    changed = shell(
        "preferences", "admin", "--digest", "weekly", "--digest-at", "09:30", "--digest-day", "friday",
        "--quiet-from", "22:00", "--quiet-until", "07:00", "--channels", "slaGoal=app", "--urgent", "remind",
        "--language", "zh", "--json",
    ).json  # fmt: skip
    assert (changed["digest"], changed["digestAt"], changed["digestDay"], changed["language"]) == (
        "weekly", "09:30", "friday", "zh",
    )  # fmt: skip
    assert (changed["channels"], changed["urgent"]) == ({"*": ["mail", "app"], "slaGoal": ["app"]}, ["remind"])
    assert "22:00 to 07:00" in shell("preferences", "admin").out
    assert "weekly at 09:30 on friday" in shell("preferences", "admin").out
    assert "quietUntil" in shell("preferences", "admin", "--quiet-until", "").err
    assert shell("preferences", "admin", "--channels", "nothing").code == 2
    shell("preferences", "admin", "--digest", "", "--quiet-from", "", "--quiet-until", "", "--language", "")


def test_endpoints_and_what_did_not_reach_them(shell: Shell) -> None:
    made = shell("endpoints", "add", "hook", "http://127.0.0.1:9/x", "--kinds", "remind")
    assert "The secret of hook; keep it, it is not shown again: whsec_" in made.out
    assert "1 secrets" in shell("endpoints", "list").out
    assert "2 secrets" in shell("endpoints", "change", "hook", "--rotate").out
    assert "private" in shell("notes", "test", "webhook:hook").out
    task = shell.task_of(shell.start("LeaveApproval", "--var", "employee=Dana", "--var", "manager=ada"))
    assert shell("remind", task).code == 0
    letters: list[dict[str, str]] = []
    for _ in range(200):
        letters = [each for each in shell("letters", "list", "--json").json if each["taskId"] == task]
        if letters:
            break
    (letter,) = letters
    assert shell("letters", "discard", letter["id"]).code == 0
    again = shell("letters", "retry", letter["id"], "nothing")
    assert again.code == 1
    assert "bpm.letter.over" in again.err
    assert shell("letters", "retry").code == 2
    assert "disabled" in shell("endpoints", "change", "hook", "--disable").out
    assert shell("endpoints", "remove", "hook").code == 0

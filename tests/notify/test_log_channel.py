"""Notes on record in the log."""

from structlog.testing import capture_logs

from andante.notify import LogChannel
from andante.runtime import Note


async def test_a_note_is_one_structured_line() -> None:
    with capture_logs() as logs:
        await LogChannel().send(
            Note("k1", "slaGoal", "i1", "i1-7", "Approve", "Expenses", ["ada", "bob"], 1_774_612_800_000, "Goal passed")
        )
        await LogChannel().send(Note("k2", "slaDeadline", "i1", "", "", "Expenses", [], None, ""))
    first, second = logs
    assert first == {
        "event": "note",
        "log_level": "info",
        "key": "k1",
        "kind": "slaGoal",
        "instance": "i1",
        "task": "i1-7",
        "task_name": "Approve",
        "definition": "Expenses",
        "recipients": ["ada", "bob"],
        "due": "2026-03-27T12:00:00.000Z",
        "text": "Goal passed",
    }
    assert (second["key"], second["due"]) == ("k2", None)

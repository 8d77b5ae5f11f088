"""Notes as structured log lines: what was sent to whom stays on record even where no mail is configured."""

from typing import Final, final

import structlog

from andante.runtime.note import Note
from andante.timing.instants import iso

log: Final = structlog.get_logger("andante.notify")


@final
class LogChannel:
    """Writes each note as one line of level info, event "note"."""

    name: str = "log"

    async def send(self, note: Note) -> None:
        """Write it. A note that is sent again is written again, with the same key."""
        log.info(
            "note",
            key=note.key,
            kind=note.kind,
            instance=note.instance_id,
            task=note.task_id,
            task_name=note.task_name,
            definition=note.definition,
            recipients=list(note.recipients),
            due=iso(note.due_at) if note.due_at else None,
            text=note.text,
        )

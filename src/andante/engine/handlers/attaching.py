"""Files that people attach: what is known of them becomes a fact; a file itself is no matter of the core."""

from typing import TYPE_CHECKING

from andante.engine import commands as cmd
from andante.engine import events as ev

if TYPE_CHECKING:
    from andante.engine.step import Step


def add(step: "Step", command: cmd.AddAttachment) -> None:
    c = command
    step.record(ev.AttachmentAdded(c.id, c.task, c.name, c.type, c.size, c.hash))


def remove(step: "Step", command: cmd.RemoveAttachment) -> None:
    step.record(ev.AttachmentRemoved(command.id, command.task, command.name, command.size))

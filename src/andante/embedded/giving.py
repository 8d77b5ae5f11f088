"""What a program gives the engine and gets from it, as the runtime has it: names, variables, files, notes."""

import asyncio
import inspect
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, final

import msgspec

from andante.runtime import InstanceRecord, Note, Problem, TaskRecord
from andante.runtime import problem as codes

Instance = InstanceRecord | str
Task = TaskRecord | str
Values = Mapping[str, Any] | None


@final
class Told:
    """The way of notes to the program's own functions."""

    name: str = "embedded"

    def __init__(self, functions: Sequence[Callable[[Note], Any]]) -> None:
        self._functions = functions

    async def send(self, note: Note) -> None:
        for function in self._functions:
            found = function(note) if inspect.iscoroutinefunction(function) else await asyncio.to_thread(function, note)
            if inspect.isawaitable(found):
                await found


def id_of(thing: InstanceRecord | TaskRecord | str) -> str:
    return thing if isinstance(thing, str) else thing.id


def values_of(variables: Values, more: Mapping[str, Any]) -> dict[str, object]:
    """As they would come by JSON: dates become texts, objects become contexts. Raises Problem (400)."""
    try:
        plain = msgspec.json.encode({**(variables or {}), **more})
    except (TypeError, ValueError, RecursionError) as fault:
        raise Problem(codes.PARAMETER, 400, f"variables: a value cannot be written as JSON: {fault}.") from None
    return msgspec.json.decode(plain, type=dict[str, object])


def file_of(number: int, file: str | Path | bytes) -> tuple[str, bytes]:
    if isinstance(file, bytes):
        return f"{number}.{'json' if file.lstrip()[:1] == b'{' else 'bpmn'}", file
    return str(file), Path(file).read_bytes()

"""One script, run by itself: no files, no network, no other process's memory; bounded in time and memory.

The script sees the variables under their names, all of them as `variables`, and three ways to say what follows:
`execution.setVariable(name, value)` (and getVariable, hasVariable, getVariables), as in scripts for Java engines;
`bpmn_error(code, message)`, which ends it with an error that the model may catch; and the value of its last line.
"""

import ast
import keyword
import re
from typing import Any, Final, NamedTuple, final

import msgspec
import pydantic_monty as monty

WORDS: Final = frozenset(("bpmn_error", "execution", "variables"))
DEEPEST: Final = 100
MOST: Final = 8_000_000  # signs of all that a script says, written out
LONGEST_TOLD: Final = 1_000  # signs of what it says when it fails
# `_written` makes one text of a value: tuples and sets are lists, dates and times their ISO texts. It knows its words
# from before the script, which may call a variable `type`. A script that gives `_written` itself another meaning says
# something else, but still no more than the one text that comes out, of which the length is found out here.
PRELUDE: Final = """
import json as _json, datetime as _datetime
_set = {}
_error = []
_value = None
class _Execution:
    def getVariable(self, name):
        return variables.get(name)
    def getVariables(self):
        return dict(variables)
    def hasVariable(self, name):
        return name in variables
    def setVariable(self, name, value):
        _set[name] = value
        variables[name] = value
execution = _Execution()
def bpmn_error(code, message=""):
    _error.append([str(code), str(message)])
    raise RuntimeError(message)
def _plain(
    value, depth, type=type, dict=dict, float=float, str=str, wrong=TypeError, plain=(str, int, bool),
    lists=(list, tuple, set, frozenset), dates=(_datetime.date, _datetime.time, _datetime.datetime)
):
    kind = type(value)
    if depth > DEEPEST:
        raise wrong("lists and dictionaries are nested more than DEEPEST deep.")
    if value is None or kind in plain:
        return value
    if kind is float:
        if value - value != 0:
            raise wrong(f"there is {value}, which is no number that can be kept.")
        return value
    if kind in lists:
        return [_plain(item, depth + 1) for item in value]
    if kind is dict:
        for key in value:
            if type(key) is not str:
                raise wrong(f"a key is no text but a {type(key).__name__}. Write str(...) around it.")
        return {key: _plain(item, depth + 1) for key, item in value.items()}
    if kind in dates:
        return value.isoformat()
    raise wrong(f"there is a {kind.__name__}. Make it a text, number, list or dictionary.")
def _written(value, json=_json):
    return json.dumps(_plain(value, 0))
""".replace("DEEPEST", str(DEEPEST))


class Limits(NamedTuple):
    """For one script: seconds of computing, bytes of memory; and how many may run at a time."""

    seconds: float = 2.0
    memory: int = 64 * 1024 * 1024
    at_once: int = 2


class Outcome(NamedTuple):
    """What a script said: the value of its last line, the variables it set, the error it ended with (code, message)."""

    value: object
    variables: dict[str, object]
    error: tuple[str, str] | None


class ScriptFault(Exception):
    """The script cannot be read, failed, took too long or too much memory, or gave what is no JSON value."""


@final
class Sandbox:
    """Runs scripts in processes of their own, which it starts with the first script. Use from one event loop."""

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - immutable
        self._limits = limits
        self._pool: monty.AsyncMonty | None = None

    async def run(self, script: str, variables: dict[str, object]) -> Outcome:
        """Raises ScriptFault. The variables given are left as they are."""
        if self._pool is None:
            self._pool = await monty.AsyncMonty(max_processes=self._limits.at_once).__aenter__()
        limits: monty.ResourceLimits = {
            "max_feed_duration_secs": self._limits.seconds,
            "max_memory": self._limits.memory,
        }
        names = {name: value for name, value in variables.items() if _is_name(name)}
        try:
            async with self._pool.checkout(limits=limits) as session:
                await session.feed_run(PRELUDE, inputs={"variables": dict(variables)})
                try:
                    await session.feed_run(_kept(script), inputs=names, print_callback=_say_nothing)
                except monty.MontyRuntimeError as fault:
                    error = await _error_of(session)
                    if error is None:
                        raise ScriptFault(_told(fault)) from None
                    return Outcome(None, {}, error)
                value, made = await _said(session, "_value"), await _said(session, "_set", "a variable it set")
        except monty.MontySyntaxError as fault:
            raise ScriptFault(f"The script cannot be read: {fault}.") from None
        except monty.MontyError as fault:
            raise ScriptFault(f"The script was stopped: {fault}.") from None
        if not isinstance(made, dict):
            raise ScriptFault("The script overwrote a name of the house. Do not begin names with '_'.")
        return Outcome(value, made, None)

    async def close(self) -> None:
        """End its processes."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.__aexit__(None, None, None)


def _is_name(name: str) -> bool:
    return name.isidentifier() and not keyword.iskeyword(name) and name not in WORDS


def _say_nothing(*_: Any) -> None:
    """What a script prints is for nobody."""


def _kept(script: str) -> str:
    """The script, with its value kept where it ran, and None at its end: what a value is like is found out before it is
    brought here."""
    try:
        statements = ast.parse(script).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        raise ScriptFault(f"The script cannot be read: {fault}.") from None
    if not statements or not isinstance(last := statements[-1], ast.Expr):
        return f"{script}\nNone"
    lines = re.split(rb"(?<=\n)", script.replace("\r\n", "\n").replace("\r", "\n").encode())
    begin = sum(map(len, lines[: last.lineno - 1])) + last.col_offset
    end = sum(map(len, lines[: (last.end_lineno or 0) - 1])) + (last.end_col_offset or 0)
    whole = b"".join(lines)
    return (whole[:begin] + b"_value = (" + whole[begin:end] + b")" + whole[end:] + b"\nNone").decode()


async def _said(session: monty.AsyncMontySession, name: str, what: str = "its value") -> object:
    """What the script left under this name. A list that holds another ten times, that a third, and so on, is small
    there and huge here; to write it out is bounded as all else that a script does, and one text is all that comes out.
    Raises ScriptFault or MontyError."""
    try:
        told = await session.feed_run(f"f'{{_written({name})}}'", print_callback=_say_nothing)
    except monty.MontyRuntimeError as fault:
        cause = fault.exception()
        if isinstance(cause, TypeError):
            raise ScriptFault(f"In {what} {cause}"[:LONGEST_TOLD]) from None
        raise
    if not isinstance(told, str) or len(told) > MOST:
        raise ScriptFault(f"The script says more than {MOST:,} signs. Let it set less.")
    try:
        return msgspec.json.decode(told)
    except (msgspec.DecodeError, RecursionError):
        raise ScriptFault("The script gave a name of the house another meaning.") from None


async def _error_of(session: monty.AsyncMontySession) -> tuple[str, str] | None:
    """The error that the script said it ends with. After a limit was hit, the session is not asked, or is over."""
    try:
        said = await _said(session, "_error")
    except (monty.MontyError, RuntimeError, ScriptFault):
        return None
    match said:
        case [*_, [str(code), str(message)]]:
            return code, message[:LONGEST_TOLD]
    return None


def _told(fault: monty.MontyRuntimeError) -> str:
    lines = [frame.line for frame in fault.traceback() if frame.function_name == "<module>"]
    return f"The script failed{f' in line {lines[0]}' if lines else ''}: {fault}"[:LONGEST_TOLD] + "."

"""A process that was tried out, as a test: what was done, step by step, in the words of `andante.testing.Scenario`."""

import keyword
import re
from collections.abc import Iterable, Mapping
from typing import Final

from andante.runtime.sandbox import Done
from andante.web.formats import iso

ENDINGS: Final = {"xml": "bpmn", "json": "json"}
_WORD: Final = re.compile(r"[A-Za-z_]\w*")


def scenario(
    name: str, kind: str, began: int, done: Iterable[Done], state: str, tasks: Iterable[str], who: str, calls: bool
) -> str:
    """Python text: a test that does these steps and then asserts the state, and which tasks are open."""
    lines = [
        "from andante.testing import Scenario",
        "",
        "",
        f"def test_{re.sub(r'[^0-9a-z]+', '_', name.lower()).strip('_') or 'process'}():",
        "    # Give decisions=[...] and forms=[...] where the process names any.",
        f'    run = Scenario.read("{name}.{ENDINGS.get(kind, kind)}", {name!r}, now="{iso(began)}")',
    ]
    if calls:
        lines.append("    # It calls other processes: say how each ends, by complete_call or fail_call.")
    lines.extend(f"    {_line(each, who)}" for each in done)
    lines.append(f"    run.then(state={state!r}, tasks={sorted(tasks)!r})")
    return "\n".join(lines) + "\n"


def _line(done: Done, who: str) -> str:
    given = done.given
    variables = given.get("variables")
    values = variables if isinstance(variables, dict) else {}
    element = repr(given.get("element", ""))
    if done.name == "start":
        return f"run.start({values!r}, by={who!r})"
    if done.name == "complete":
        return f"run.complete({element}, {given.get('outcome', '')!r}, by={who!r}, variables={values!r})"
    if done.name == "job":
        return f"run.complete_job({element}{_named(values)})"
    if done.name == "fail":
        retries = int(str(given.get("retries") or 0))
        return f"run.fail_job({element}, retries={retries}, message={given.get('message', '')!r})"
    if done.name == "error":
        return f"run.throw_error({element}, {given.get('code', '')!r}, {given.get('message', '')!r}{_named(values)})"
    if done.name == "message":
        correlation = f", correlation={given['correlation']!r}" if given.get("correlation") else ""
        return f"run.message({given.get('name', '')!r}{correlation}{_named(values)})"
    if done.name == "signal":
        return f"run.signal({given.get('name', '')!r}{_named(values)})"
    return f"run.pass_time({given.get('ms', 0)})"


def _named(values: Mapping[str, object]) -> str:
    """As arguments by name; what Python could not name so goes in as a mapping."""
    plain = all(_WORD.fullmatch(name) and not keyword.iskeyword(name) for name in values)
    if plain:
        return "".join(f", {name}={value!r}" for name, value in values.items())
    return f", **{dict(values)!r}"

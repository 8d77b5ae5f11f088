"""A process that was tried out, as a test: what was done, step by step, in the words of `andante test`, and of
`andante.testing.Scenario`."""

import keyword
import re
from collections.abc import Iterable, Mapping
from typing import Final

import yaml

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


def written(
    name: str, kind: str, began: int, done: Iterable[Done], state: str, tasks: Iterable[str], who: str, calls: bool
) -> str:
    """The same as YAML, for `andante test`."""
    first, *further = done
    case: dict[str, object] = {"name": f"{name} as it was tried out", "given": _values(first), "start": {"by": who}}
    case["steps"] = [_step(each, who) for each in further]
    case["then"] = {"state": state, "tasks": sorted(tasks)}
    lines = ["# Add decisions: [...] and forms: [...] where the process names any."]
    if calls:
        lines.append("# It calls other processes: say how each ends, by a step call or callFails.")
    suite = {"process": f"{name}.{ENDINGS.get(kind, kind)}", "id": name, "now": iso(began), "tests": [case]}
    return "\n".join(lines) + "\n" + yaml.safe_dump(suite, allow_unicode=True, sort_keys=False, width=100)


def _values(done: Done) -> dict[str, object]:
    found = done.given.get("variables")
    return dict(found) if isinstance(found, dict) else {}


def _step(done: Done, who: str) -> object:
    """Without what it says nothing of."""
    given, element = done.given, done.given.get("element", "")
    text = given.get("message", "")
    step: dict[str, object]
    if done.name == "complete":
        step = {"complete": element, "outcome": given.get("outcome", ""), "by": who}
    elif done.name == "fail":
        return {"fail": element, "retries": int(str(given.get("retries") or 0)), "text": text}
    elif done.name == "error":
        step = {"error": element, "code": given.get("code", ""), "text": text}
    elif done.name == "message":
        step = {"message": given.get("name", ""), "correlation": given.get("correlation")}
    elif done.name in ("job", "signal"):
        step = {done.name: element if done.name == "job" else given.get("name", "")}
    else:
        return {"pass": f"PT{int(str(given.get('ms', 0))) / 1000:.3f}S".replace(".000S", "S")}
    step["variables"] = _values(done)
    return {name: value for number, (name, value) in enumerate(step.items()) if value or number == 0}


def _named(values: Mapping[str, object]) -> str:
    """As arguments by name; what Python could not name so goes in as a mapping."""
    plain = all(_WORD.fullmatch(name) and not keyword.iskeyword(name) for name in values)
    if plain:
        return "".join(f", {name}={value!r}" for name, value in values.items())
    return f", **{dict(values)!r}"

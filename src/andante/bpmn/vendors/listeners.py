"""Listeners of the Java engines that only set variables, or whom a task is for: these need no code of theirs.

What else a listener does cannot be told from the model; it is refused, as its effect would be missing.
"""

import re
from typing import Final, NamedTuple

from andante.bpmn import kinds
from andante.bpmn.draft import NodeDraft, ProcessDraft
from andante.bpmn.graph import Script, UserTask
from andante.bpmn.language import language_of
from andante.bpmn.xml.element import Element
from andante.bpmn.xml.reading import Reading
from andante.expressions import Expression, ExpressionError, compile_feel, compile_juel

NAMES: Final = ("executionListener", "taskListener")

_CALL: Final = re.compile(
    r"""(?:execution|task|delegateTask|delegateExecution)\.(?P<method>[a-zA-Z]+)\(\s*(?P<rest>.*)\)\s*""", re.DOTALL
)
_NAME: Final = re.compile(r"""(?P<quote>['"])(?P<name>[^'"\\]+)(?P=quote)\s*,\s*(?P<value>.+)""", re.DOTALL)
# In a language that is not ours: what means the same in all of them.
_PLAIN: Final = re.compile(
    r"""\s*(?:-?\d+(?:\.\d+)?|true|false|null|'[^'\\]*'|"[^"\\]*"|(?:execution|task)\.getVariable\((?:'\w+'|"\w+")\)
    |task\.getAssignee\(\)|task\.assignee)\s*""",
    re.VERBOSE,
)
# What is often written of a task that goes back to who had it before: no assignee where there was none.
_AGAIN: Final = re.compile(
    r"""\s*if\s*\(\s*(?:!!)?\s*(?P<known>(?:execution|task)\.getVariable\(['"](?P<name>\w+)['"]\))
    \s*(?:!==?\s*null\s*)?\)\s*\{\s*task\.setAssignee\(\s*(?:(?P=name)|(?P=known))\s*\)\s*;?\s*\}\s*""",
    re.VERBOSE,
)
_STATEMENT: Final = re.compile(r"""(?:[^;'"\n]|'[^'\n]*'|"[^"\n]*")+""")
_ASSIGNING: Final = {
    "setAssignee": "assignee",
    "addCandidateUser": "candidate_users",
    "addCandidateGroup": "candidate_groups",
    "setPriority": "priority",
    "setDueDate": "due",
    "setFollowUpDate": "follow_up",
    "setName": "title",
}


class _Effect(NamedTuple):
    """`method` "" sets the variable `name`, or with `name` "" each entry of a context; else it is of _ASSIGNING."""

    method: str
    name: str
    value: Expression


def read_listeners(node: NodeDraft, listeners: list[Element], element: Element, reading: Reading) -> None:
    """Those of a flow node."""
    for listener in listeners:
        event = listener.attributes.get("event", "start" if listener.name == "executionListener" else "create")
        effects = _effects(listener)
        if effects is None or not _apply(node, listener.name, event, effects):
            _refuse(listener, event, element, reading)


def read_process_listeners(process: ProcessDraft, listeners: list[Element], element: Element, reading: Reading) -> None:
    """Those of the process: its start is that of each of its start events."""
    for listener in listeners:
        event = listener.attributes.get("event", "start")
        effects = _effects(listener)
        if effects is None or event != "start" or any(effect.method for effect in effects):
            _refuse(listener, event, element, reading)
            continue
        scripts = [Script(effect.value, effect.name) for effect in effects]
        for node in process.nodes:
            if node.kind == kinds.START_EVENT and not node.scope:
                node.before = [*scripts, *node.before]


def script_effects(text: str) -> list[Script] | None:
    """What a script in a foreign language does, where all of it sets variables to plain values; else None."""
    effects = _statements(text, plain=True)
    if not effects or any(effect.method for effect in effects):
        return None
    return [Script(effect.value, effect.name) for effect in effects]


def _refuse(listener: Element, event: str, element: Element, reading: Reading) -> None:
    reading.findings.fault(
        "unsupportedExtension", element.label, listener.line,
        f"The {listener.name} for '{event}' on {element.name} runs code of its own engine. Put its work into a service "
        "or script task, or write it as ${execution.setVariable('name', value)} for start, end, create, assignment or "
        "complete.",
    )  # fmt: skip


def _effects(listener: Element) -> list[_Effect] | None:
    text = listener.attributes.get("expression", "").strip()
    if text:
        inner = text[2:-1] if text[:2] in ("${", "#{") and text.endswith("}") else ""
        return _statements(inner, plain=False)
    script = next((child for child in listener.children if child.name == "script"), None)
    if script is None or "class" in listener.attributes or "delegateExpression" in listener.attributes:
        return None
    language = language_of(script.attributes.get("scriptFormat", ""))
    if language == "feel":
        try:
            return [_Effect("", "", compile_feel(script.text.removeprefix("=")))]
        except ExpressionError:
            return None
    if language == "juel":
        inner = script.text[2:-1] if script.text.startswith(("${", "#{")) else script.text
        return _statements(inner, plain=False)
    return _statements(script.text, plain=True)


def _statements(text: str, *, plain: bool) -> list[_Effect] | None:
    """The calls of a text; None where something in it is not understood."""
    again = _AGAIN.fullmatch(text)
    if again is not None:
        text = f"task.setAssignee({again['known']})"
    found: list[_Effect] = []
    for statement in _STATEMENT.findall(text):
        if not statement.strip():
            continue
        effect = _call(statement.strip(), plain=plain)
        if effect is None:
            return None
        found.append(effect)
    return found or None


def _call(text: str, *, plain: bool) -> _Effect | None:
    match = _CALL.fullmatch(text)
    if match is None:
        return None
    method, name, value = match["method"], "", match["rest"]
    if method in ("setVariable", "setVariableLocal"):
        inner = _NAME.fullmatch(value)
        if inner is None or method == "setVariableLocal":
            return None
        method, name, value = "", inner["name"], inner["value"]
    elif method not in _ASSIGNING:
        return None
    if plain and not _PLAIN.fullmatch(value):
        return None
    value = re.sub(r"\btask\.getVariable\(", "execution.getVariable(", value)
    value = re.sub(r"\btask\.getAssignee\(\)", "task.assignee", value)
    try:
        return _Effect(method, name, compile_juel("${" + value + "}"))
    except ExpressionError:
        return None


def _apply(node: NodeDraft, kind: str, event: str, effects: list[_Effect]) -> bool:
    """Whether all of it has a place at the node. Sets nothing where it has not."""
    entering = event == ("create" if kind == "taskListener" else "start")
    leaving = event == ("complete" if kind == "taskListener" else "end")
    task = node.work
    if kind == "taskListener" and event == "assignment" and isinstance(task, UserTask):
        if any(effect.method for effect in effects):
            return False
        task.assigned = (*task.assigned, *(Script(effect.value, effect.name) for effect in effects))
        return True
    for effect in effects:
        if not (entering or leaving) or "task" in effect.value.names:
            return False
        if effect.method and not (
            entering and isinstance(task, UserTask) and getattr(task, _ASSIGNING[effect.method]) is None
        ):
            return False
    for effect in effects:
        if effect.method:
            setattr(task, _ASSIGNING[effect.method], effect.value)
        elif entering and node.kind != kinds.BOUNDARY_EVENT:
            node.before.append(Script(effect.value, effect.name))
        else:
            node.after.append(Script(effect.value, effect.name))
    return True

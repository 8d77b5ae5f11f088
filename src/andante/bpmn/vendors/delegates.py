"""What the Java engines write alike: code to call as a job's type, call mappings, and what has no place here."""

from collections.abc import Mapping
from typing import Final

from andante.bpmn import kinds
from andante.bpmn.draft import NodeDraft
from andante.bpmn.graph import Assignment, Call, JobWork, Script
from andante.bpmn.vendors.base import Vendor, job
from andante.bpmn.vendors.listeners import NAMES, read_listeners
from andante.bpmn.xml.element import Element
from andante.bpmn.xml.reading import Reading
from andante.expressions import Expression, compile_juel, literal
from andante.timing.duration import parse_duration
from andante.timing.instants import TimingError

_LISTENER: Final = "A listener runs code of its own engine. Put its work into a service or script task."
_ASYNC: Final = (
    "each command is a transaction already and ends where the instance waits next. What fails here is not rolled back "
    "to the last wait: it stays at its element as an incident, to be retried there."
)

HARMLESS: Final[Mapping[str, str]] = {
    "async": _ASYNC,
    "asyncAfter": _ASYNC,
    "asyncBefore": _ASYNC,
    "asyncLeave": _ASYNC,
    "exclusive": "the commands of one instance never run at the same time.",
    "candidateStarterGroups": "who may start a process is set by permissions.",
    "candidateStarterUsers": "who may start a process is set by permissions.",
    "assignee": "only user tasks are assigned to someone.",
    "candidateGroups": "only user tasks have candidates.",
    "candidateUsers": "only user tasks have candidates.",
    "formData": "only user tasks and start events have forms.",
    "formKey": "only user tasks and start events have forms.",
    "formProperty": "only user tasks and start events have forms.",
    "taskPriority": "only jobs of workers have a priority.",
    "historyTimeToLive": "how long history is kept is said by the process, or a setting of the server.",
    "isStartableInTasklist": "it concerns another product's pages.",
    "modelerTemplate": "it concerns the modelling tool.",
    "modelerTemplateVersion": "it concerns the modelling tool.",
    "modelerTemplateIcon": "it concerns the modelling tool.",
    "properties": "only jobs have headers; here no one reads them.",
}

REFUSED: Final[Mapping[str, str]] = {
    "eventListener": _LISTENER,
    "executionListener": _LISTENER,
    "taskListener": _LISTENER,
    "initiator": "Only a none start event of the process knows who starts it.",
    "resource": "Write the script into the task.",
    "skipExpression": "Put an exclusive gateway before the task.",
    "triggerable": "Use a receive task after the service task.",
    "caseRef": "Case models (CMMN) are not run; call a process.",
    "decisionRef": "Set it on a business rule task.",
}


class JavaVendor(Vendor):
    """The common ground of Camunda 7, Flowable and Activiti."""

    harmless = HARMLESS
    refused = REFUSED

    def delegate(self, node: NodeDraft, element: Element, reading: Reading, *, result: str) -> None:
        """`class`, `delegateExpression` and `expression` become the type of a job that a worker takes.

        An expression that names nothing needs no code: it is computed here.
        """
        name = self.text(element, "class")
        if name:
            job(node).type = literal(name)
            return
        text = self.text(element, "delegateExpression")
        if text:
            job(node).type = literal(inner_text(text))
            return
        text = self.text(element, "expression")
        if not text:
            if result and isinstance(node.work, JobWork):
                node.work.result_variable = result
            return
        if "(" not in text and node.kind in (kinds.SERVICE_TASK, kinds.SEND_TASK, kinds.BUSINESS_RULE_TASK):
            value = reading.language.value(text, element.label, element.line)
            if value is not None and value.is_constant:
                node.kind, node.event, node.work = kinds.SCRIPT_TASK, None, Script(value, result)
                return
        work = job(node)
        work.type = literal(inner_text(text).partition("(")[0].strip())
        work.headers = {**work.headers, "expression": text}
        work.result_variable = result or work.result_variable

    def script(self, node: NodeDraft, element: Element) -> None:
        """Where a script's value goes."""
        result = self.text(element, "resultVariable")
        if isinstance(node.work, Script):
            node.work.result_variable = result

    def retries(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        """`failedJobRetryTimeCycle` R3/PT10M: three tries, the next ten minutes after a failure, unless the worker says
        another pause. Several, PT1M,PT5M: one more than there are pauses, the first of which counts."""
        for cycle in self.elements(element, "failedJobRetryTimeCycle"):
            what = f"{self.name}:failedJobRetryTimeCycle"
            if not isinstance(node.work, JobWork):
                reading.findings.ignored(what, element.label, cycle.line, "only jobs of workers are tried again.")
                continue
            pauses = [part.strip() for part in cycle.text.split(",") if part.strip()]
            head, slash, pause = (pauses[0] if pauses else "").partition("/")
            if slash:
                node.work.retries = self.number(head.removeprefix("R"), what, cycle, reading, 3)
            elif pauses:
                node.work.retries, pause = len(pauses) + 1, head
            try:
                node.work.backoff_ms = parse_duration(pause).ms if pause else 0
            except TimingError as fault:
                reading.findings.fault("duration", element.label, cycle.line, f"{what} cannot be read: {fault}.")

    def fields(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        """Injected fields: a worker gets a fixed text as a header, an expression, computed, as a variable."""
        if not isinstance(node.work, JobWork):
            return
        headers: dict[str, str] = {}
        for field in self.elements(element, "field"):
            name = field.take("name")
            text = field.take("stringValue") or field.take("expression")
            for each in self.inner(field, "string", "expression"):
                text = text or each.text
            value = reading.language.value(text, element.label, field.line)
            if value is None or value.is_constant:
                headers[name] = text if value is None else str(value.constant)
            else:
                node.inputs.append(Assignment(name, value))
            reading.leftovers(field)
        node.work.headers = {**node.work.headers, **headers}

    def listeners(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        read_listeners(node, self.elements(element, *NAMES), element, reading)

    def initiator(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        """The variable of a none start event that takes the name of who starts."""
        if node.event is None and not node.scope and (name := self.text(element, "initiator")):
            node.after.append(Script(compile_juel("${execution.startUserId}"), name))

    def call(self, node: NodeDraft, element: Element, reading: Reading) -> None:
        """`in` and `out` of a call activity. With one of them, only what is mapped passes in that direction."""
        call = node.work
        if not isinstance(call, Call):
            return
        ins: list[Assignment] = []
        outs: list[Assignment] = []
        for direction, mappings in (("in", ins), ("out", outs)):
            found = self.elements(element, direction)
            everything = False
            for mapping in found:
                key = mapping.take("businessKey")
                if mapping.take("variables") == "all":
                    everything = True
                elif key:
                    call.business_key = reading.language.value(key, element.label, mapping.line)
                else:
                    mappings.append(self._mapping(mapping, element, reading))
                if mapping.take("local") == "true":
                    reading.fault(
                        "unsupported", mapping, "Local variables alone cannot be passed. Map each by its name."
                    )
                reading.leftovers(mapping)
            if found and direction == "in":
                call.all_in = everything
            elif found:
                call.all_out = everything
        call.ins = (*call.ins, *ins)
        call.outs = (*call.outs, *outs)

    def _mapping(self, mapping: Element, owner: Element, reading: Reading) -> Assignment:
        source = mapping.take("source")
        if source:
            value: Expression | None = reading.language.condition(source, owner.label, mapping.line, "feel")
        else:
            value = reading.language.value(mapping.take("sourceExpression"), owner.label, mapping.line)
        name = mapping.take("target")
        if value is None or not name:
            reading.findings.fault(
                "mapping", owner.label, mapping.line, f"The {mapping.name} mapping lacks source or target. Write both."
            )
            return Assignment(name, literal(None))
        return Assignment(name, value)


def inner_text(text: str) -> str:
    """`${mailSender}` -> `mailSender`."""
    text = text.strip()
    return text[2:-1].strip() if text[:2] in ("${", "#{") and text.endswith("}") else text

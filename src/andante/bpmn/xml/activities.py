"""Tasks, call activities and multi-instance as XML (BPMN 2.0.2 section 10.3)."""

from typing import Final

from andante.bpmn import kinds
from andante.bpmn.draft import NodeDraft
from andante.bpmn.graph import AdHoc, Call, EventDefinition, JobWork, MultiInstance, Repeat, Script, UserTask
from andante.bpmn.xml.data import LoopData, named, read_data, referred
from andante.bpmn.xml.element import Element
from andante.bpmn.xml.events import reference_message
from andante.bpmn.xml.foreign import is_foreign, read_foreign_script
from andante.bpmn.xml.names import local_name
from andante.bpmn.xml.reading import Reading
from andante.expressions import Expression, literal

_MAX_LOOPS: Final = 10**9
_COMPENSATE: Final = "##Compensate"
_METHODS: Final = (_COMPENSATE, "compensate", "")
_EXPRESSION_ATTRIBUTES: Final = frozenset(("evaluatesToTypeRef", "language"))


def read_activity(node: NodeDraft, element: Element, reading: Reading) -> None:
    """What all activities have, then the kind's own."""
    node.for_compensation = reading.flag(element, "isForCompensation", False)
    if node.kind == kinds.TRANSACTION and (method := element.take("method", _COMPENSATE)) not in _METHODS:
        reading.fault("unsupported", element, f"The transaction method '{method}' is not supported. Remove it.")
    for name in ("startQuantity", "completionQuantity"):
        if (quantity := element.take(name, "1").strip()) != "1":
            reading.fault("unsupported", element, f"{name} {quantity} is not supported. Use a parallel gateway.")
    loop = element.take_one("multiInstanceLoopCharacteristics")
    repeated: LoopData | None = None
    if loop is not None:
        repeated = LoopData(loop)
        node.multi = _multi(loop, repeated, element, reading)
    loop = element.take_one("standardLoopCharacteristics")
    if loop is not None and node.multi is not None:
        reading.fault("multiInstance", element, "It is a standard loop and a multi-instance. Keep one of them.")
    elif loop is not None:
        node.multi = MultiInstance(repeat=_repeat(loop, element, reading))
    reader = _READERS.get(node.kind)
    if reader is not None:
        reader(node, element, reading)
    read_data(node, element, reading, repeated)


def _multi(loop: Element, data: LoopData, owner: Element, reading: Reading) -> MultiInstance:
    language = reading.language
    multi = MultiInstance(sequential=reading.flag(loop, "isSequential", False))
    multi.cardinality = read_condition(loop, "loopCardinality", owner, reading)
    multi.completion = read_condition(loop, "completionCondition", owner, reading)
    if data.collection:
        known = referred(data.collection, reading)
        multi.collection = known or language.condition(data.collection, owner.label, loop.line)
    multi.element_variable = named(data.item, reading)
    multi.output_collection = named(data.output_collection, reading)
    output = named(data.output_item, reading)
    known = referred(data.output_item, reading)
    multi.output_element = known or language.condition(output, owner.label, loop.line, "feel")
    if (behavior := loop.take("behavior", "All")) != "All":
        reading.fault("unsupported", owner, f"Multi-instance behavior {behavior} is not supported. Remove it.")
    for vendor in reading.vendors_of(loop):
        vendor.loop(multi, loop, reading)
    reading.leftovers(loop)
    if multi.cardinality is None and multi.collection is None:
        reading.fault(
            "multiInstance", owner,
            "The multi-instance must say how often it runs. Give either a loopCardinality or a collection.",
        )  # fmt: skip
    return multi


def _repeat(loop: Element, owner: Element, reading: Reading) -> Repeat:
    repeat = Repeat(None, test_before=reading.flag(loop, "testBefore", False))
    maximum = loop.take("loopMaximum").strip()
    if maximum.isdigit() and 0 < int(maximum) < _MAX_LOOPS:
        repeat.maximum = int(maximum)
    elif maximum:
        reading.fault("loopMaximum", owner, f"loopMaximum is '{maximum}'. Write a whole number from 1.")
    faults = len(reading.findings.faults)
    repeat.condition = read_condition(loop, "loopCondition", owner, reading)
    if not maximum and repeat.condition is None and len(reading.findings.faults) == faults:
        reading.fault("loopMaximum", owner, "The loop does not say when it ends. Write a loopCondition or loopMaximum.")
    reading.leftovers(loop)
    return repeat


def _user_task(node: NodeDraft, element: Element, reading: Reading) -> None:
    task = UserTask()
    node.work = task
    element.take("implementation")
    for role in element.take_all("humanPerformer", "potentialOwner"):
        expression = ""
        assignment = role.take_one("resourceAssignmentExpression")
        if assignment is not None:
            formal = assignment.take_one("formalExpression")
            expression = formal.text if formal is not None else assignment.text
        value = reading.language.value(expression, element.label, role.line)
        if value is None:
            reading.findings.ignored(
                role.name, element.label, role.line, "it names no one; write a resourceAssignmentExpression."
            )
        elif role.name == "humanPerformer":
            task.assignee = value
        else:
            task.candidates = reading.language.value(_owners(expression), element.label, role.line)


def _owners(text: str) -> str:
    """`user(a), group(b), c` of BPMN's users in the contract's receiver form; a bare name is a group there."""
    if "${" in text or text.startswith("="):
        return text
    items: list[str] = []
    for item in (part.strip() for part in text.split(",")):
        kind, bracket, rest = item.partition("(")
        items.append(f"{kind.strip()}:{rest.rstrip(')').strip()}" if bracket else f"group:{item}")
    return ",".join(items)


def _service_task(node: NodeDraft, element: Element, reading: Reading) -> None:
    job = JobWork(literal(""))
    node.work = job
    _operation(element, reading)
    implementation = element.take("implementation").strip()
    if implementation and not implementation.startswith("##"):
        value = reading.language.value(implementation, element.label, element.line)
        if value is not None:
            job.type = value


def _script_task(node: NodeDraft, element: Element, reading: Reading) -> None:
    form = element.take("scriptFormat")
    script = element.take_one("script")
    if script is None or not script.text:
        return
    if is_foreign(form):
        read_foreign_script(node, form, script, element, reading)
        return
    language = reading.language.declared(form, element.label, element.line)
    expression = reading.language.condition(script.text, element.label, script.line, language)
    if expression is not None:
        node.work = Script(expression)


def _business_rule_task(node: NodeDraft, element: Element, reading: Reading) -> None:
    element.take("implementation")  # the vendors say which decision, or which worker


def _message_task(node: NodeDraft, element: Element, reading: Reading) -> None:
    _operation(element, reading)
    element.take("implementation")
    if node.kind == kinds.RECEIVE_TASK:
        node.instantiates = reading.flag(element, "instantiate", False)
    node.event = EventDefinition(kinds.MESSAGE)
    reference_message(node.event, element.take("messageRef"), element, reading)


def _call_activity(node: NodeDraft, element: Element, reading: Reading) -> None:
    called = local_name(element.take("calledElement")) if ":" in element.attributes.get("calledElement", "") else ""
    text = called or element.take("calledElement")
    value = reading.language.value(text, element.label, element.line)
    node.work = Call(value if value is not None else literal(""))


def _ad_hoc(node: NodeDraft, element: Element, reading: Reading) -> None:
    ordering = element.take("ordering", "Parallel")
    if ordering not in ("Parallel", "Sequential"):
        reading.fault("adHocOrdering", element, f"ordering is '{ordering}'. Write Parallel or Sequential.")
    work = AdHoc(
        sequential=ordering == "Sequential",
        cancels=reading.flag(element, "cancelRemainingInstances", True),
        completion=read_condition(element, "completionCondition", element, reading),
    )
    node.work = work


def read_condition(source: Element, name: str, owner: Element, reading: Reading) -> Expression | None:
    """The expression in a BPMN child, None where there is no such child."""
    part = source.take_one(name)
    if part is None:
        return None
    stated = reading.language.declared(part.take("language"), owner.label, part.line)
    expression = reading.language.condition(part.text, owner.label, part.line, stated)
    reading.leftovers(part, but=_EXPRESSION_ATTRIBUTES)
    return expression


def _operation(element: Element, reading: Reading) -> None:
    operation = element.take("operationRef")
    if operation:
        reading.findings.ignored(
            "operationRef", element.label, element.line, "web services are documentation here; set a job type."
        )


def finish_activity(node: NodeDraft, element: Element, reading: Reading) -> None:
    """After the extensions: what is still missing?"""
    work = node.work
    if isinstance(work, JobWork) and work.type.is_constant and not work.type.constant:
        work.type = literal(node.id)
        reading.findings.warn(
            "noJobType", element.label, element.line,
            f"It has no job type: workers will ask for '{node.id}'. Set andante:type.",
        )  # fmt: skip
    elif work is None and node.kind == kinds.BUSINESS_RULE_TASK:
        what = "It does not say which decision it makes. Set andante:decision, or andante:type for a worker."
        reading.fault("noDecision", element, what)
    elif isinstance(work, Call) and work.element.is_constant and not work.element.constant:
        reading.fault("noCalledElement", element, "It does not say which process it calls. Set calledElement.")
    elif (event := node.event) is not None and event.name is None and not isinstance(work, JobWork):
        what = "sends" if node.kind == kinds.SEND_TASK else "waits for"
        reading.fault("messageName", element, f"It does not say which message it {what}. Set messageRef.")


_READERS: Final = {
    kinds.USER_TASK: _user_task,
    kinds.SERVICE_TASK: _service_task,
    kinds.SCRIPT_TASK: _script_task,
    kinds.BUSINESS_RULE_TASK: _business_rule_task,
    kinds.SEND_TASK: _message_task,
    kinds.RECEIVE_TASK: _message_task,
    kinds.CALL_ACTIVITY: _call_activity,
    kinds.AD_HOC: _ad_hoc,
}

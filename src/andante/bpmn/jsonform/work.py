"""Activities of a JSON definition: who or what does them, with which data, how often."""

from typing import Final

from andante.bpmn import kinds
from andante.bpmn.approvals import known_actions, policy
from andante.bpmn.assigning import Assignment
from andante.bpmn.assignments import assignment
from andante.bpmn.draft import NodeDraft
from andante.bpmn.graph import (
    Activation,
    AdHoc,
    Call,
    DecisionCall,
    EventDefinition,
    FormUse,
    JobWork,
    MultiInstance,
    Repeat,
    Script,
    UserTask,
)
from andante.bpmn.jsonform.fields import Fields
from andante.bpmn.language import language_of
from andante.bpmn.voting import ANY_ONE, ApprovalPolicy
from andante.bpmn.work import MAPPINGS, VALUE
from andante.expressions import literal
from andante.forms.read import read_into

PRIORITIES: Final = {"high": 75, "normal": 50, "low": 25}
_MAX_RETRIES: Final = 1_000


def read_activity(node: NodeDraft, item: Fields) -> None:
    """What all activities have."""
    node.inputs = item.mappings("inputs")
    node.outputs = item.mappings("outputs")
    repeat = item.part("standardLoop")
    if repeat is not None:
        node.multi = MultiInstance(repeat=_repeat(repeat))
    loop = item.part("multiInstance")
    if loop is None:
        return
    if repeat is not None:
        item.fault("multiInstance", "It has a standardLoop and a multiInstance. Keep one of them.")
    node.multi = MultiInstance(
        sequential=loop.flag("sequential"),
        cardinality=loop.condition("cardinality"),
        collection=loop.condition("collection"),
        element_variable=loop.text("elementVariable"),
        completion=loop.condition("completionCondition"),
        output_collection=loop.text("outputCollection"),
        output_element=loop.condition("outputElement"),
    )
    if node.multi.cardinality is None and node.multi.collection is None:
        loop.fault("multiInstance", "The multi-instance must say how often it runs. Set cardinality or collection.")
    loop.close()


def _repeat(loop: Fields) -> Repeat:
    repeat = Repeat(loop.condition("condition"), loop.number("maximum"), test_before=loop.flag("testBefore"))
    if repeat.maximum < 0:
        loop.fault("loopMaximum", f"maximum is {repeat.maximum}. Write a whole number from 1.")
    elif not repeat.maximum and repeat.condition is None:
        loop.fault("loopMaximum", "The loop does not say when it ends. Set condition or maximum.")
    loop.close()
    return repeat


def read_user_task(node: NodeDraft, item: Fields) -> None:
    """Receivers as in contract 6.2."""
    receivers = item.raw("receivers")
    if isinstance(receivers, str):
        receivers = receivers.strip().strip('"')
    priority = item.raw("priority")
    if isinstance(priority, str) and priority.lower() in PRIORITIES:
        priority = PRIORITIES[priority.lower()]
    node.calendar = item.text("calendar")
    node.work = UserTask(
        assignee=item.value("assignee"),
        candidate_users=item.value("candidateUsers"),
        candidate_groups=item.value("candidateGroups"),
        candidates=item.as_value(receivers) if receivers else None,
        queue=item.text("queue"),
        due=item.value("dueDate"),
        follow_up=item.value("followUpDate"),
        form=read_form_use(node, item),
        outcomes=item.names("outcomes"),
        priority=item.as_value(priority),
        title=item.value("title"),
        approval=_approval(item),
        assignment=_assignment(item),
        informed=item.value("cc"),
        actions=known_actions(item.names("actions"), node.id, 0, item.findings),
    )


def _assignment(item: Fields) -> Assignment | None:
    not_by, same_as = item.names("notBy"), item.names("sameAs")
    part = item.part("assignment")
    skills = part.raw("skills") if part is not None else None
    made = assignment(
        receiver=part.text("receiver") if part is not None else "",
        level=part.number("level", 1) if part is not None else 1,
        rule=part.text("rule") if part is not None else "",
        skills=skills if isinstance(skills, str | dict) else "",
        empty=part.text("emptyApprover") if part is not None else "",
        default_outcome=part.text("defaultOutcome") if part is not None else "",
        not_by=not_by,
        same_as=same_as,
        where=item.where,
        line=0,
        findings=item.findings,
    )
    if part is not None:
        part.close()
    return made


def _approval(item: Fields) -> ApprovalPolicy | None:
    part = item.part("approval")
    if part is None:
        return None
    threshold = part.raw("voteThreshold")
    made = policy(
        part.text("type", ANY_ONE),
        group_as_one=part.flag("groupAsOne", True),
        threshold=threshold if isinstance(threshold, str | int | float | dict) else "",
        default_outcome=part.text("defaultOutcome"),
        terminating=part.names("terminatingActions"),
        automatic=part.names("autoApproval"),
        approve_outcome=part.text("approveOutcome"),
        reject_outcome=part.text("rejectOutcome"),
        result_variable=part.text("resultVariable"),
        where=item.where,
        line=0,
        findings=item.findings,
    )
    part.close()
    return made


def read_form_use(node: NodeDraft, item: Fields) -> str:
    """The form of a user task or start: a schema, or the id of a form that is deployed by itself, which is returned."""
    raw = item.values.get("form")
    version, binding = item.text("formVersion"), item.text("formBinding")
    strict = item.flag("formStrict")
    key = ""
    if isinstance(raw, dict) and raw:
        item.raw("form")
        form = read_into(raw, item.findings, owner=item.where)
        node.form = None if form is None else FormUse(form)
    else:
        key = item.text("form")
        together = binding == "deployment"
        told = bool(binding or version)
        use = FormUse(None, key, version=version, same_deployment=together, external=not told)
        node.form = use if key else None
    if binding not in ("", "latest", "deployment", "version") or (binding == "version" and not version):
        item.fault("binding", f"formBinding is '{binding}'. Write latest, deployment, or version with a formVersion.")
    if node.form is not None:
        node.form.strict = strict
    return key


def read_service_task(node: NodeDraft, item: Fields) -> None:
    """A job for a worker; with a `script`, an expression computed here."""
    type = item.text("type", "Script" if item.has("script") else "Job")
    if type == "Script":
        node.kind = kinds.SCRIPT_TASK
        read_script_task(node, item)
        return
    if type != "Job":
        item.fault("unsupported", f"The type '{type}' is not supported. Use Job with a jobType, or Script.")
        return
    node.work = _job(node, item)
    if node.work.type.constant == node.id and not node.work.type.names:
        message = f"It has no job type: workers will ask for '{node.id}'. Set jobType."
        item.findings.warn("noJobType", node.id, 0, message)


def _job(node: NodeDraft, item: Fields) -> JobWork:
    headers = item.part("headers")
    texts: dict[str, str] = {}
    if headers is not None:
        texts = {name: headers.text(name) for name in list(headers.values)}
    retries = item.number("retries", 3)
    if not 0 <= retries <= _MAX_RETRIES:
        item.fault("number", f"retries is {retries}. Use 0 to {_MAX_RETRIES}.")
    type = item.value("jobType") or literal(node.id)
    return JobWork(type, retries, texts, item.text("resultVariable"), item.number("jobPriority"))


def read_script_task(node: NodeDraft, item: Fields) -> None:
    """`script` in FEEL, or as `${...}`."""
    form = item.text("scriptFormat")
    language = language_of(form)
    if language not in ("", "feel", "juel"):
        item.fault("expressionLanguage", f"Scripts in '{form}' are not supported. Write it in FEEL.")
        return
    raw = item.raw("script")
    if isinstance(raw, str):
        expression = item.language.condition(raw, item.where, 0, language)
        if expression is not None:
            node.work = Script(expression, item.text("resultVariable"))


def read_business_rule_task(node: NodeDraft, item: Fields) -> None:
    """A `decision` by its id or name, or a job for a worker."""
    decision = item.value("decision")
    if decision is None:
        if item.has("jobType"):
            node.work = _job(node, item)
        else:
            item.fault("noDecision", "It does not say which decision it makes. Set 'decision', or a jobType.")
        return
    mapping = item.text("mapDecisionResult", VALUE)
    if mapping not in MAPPINGS:
        item.fault("mapping", f"mapDecisionResult is '{mapping}'. Use one of {', '.join(MAPPINGS)}.")
    variable = item.text("resultVariable")
    node.work = DecisionCall(decision, item.value("version"), result_variable=variable, mapping=mapping)


def read_message_task(node: NodeDraft, item: Fields) -> None:
    """A send or receive task. A send task with a `jobType` is sent by a worker."""
    node.event = EventDefinition(kinds.MESSAGE, name=item.value("message"), correlation=item.value("correlation"))
    if node.kind == kinds.RECEIVE_TASK:
        node.instantiates = item.flag("instantiate")
    if node.kind == kinds.SEND_TASK and item.has("jobType"):
        node.work = _job(node, item)
    elif node.event.name is None:
        item.fault("messageName", "It does not say which message. Set 'message' to its name.")


def read_call(node: NodeDraft, item: Fields) -> None:
    """`inputs` and `outputs` of a call say all that goes in and comes out; without them everything does."""
    element = item.value("process")
    if element is None:
        item.fault("noCalledElement", "It does not say which process it calls. Set 'process' to its name.")
        element = literal("")
    node.work = Call(
        element,
        item.value("version"),
        all_in=not node.inputs,
        all_out=not node.outputs,
        ins=tuple(node.inputs),
        outs=tuple(node.outputs),
        business_key=item.value("businessKey"),
    )
    node.inputs = []
    node.outputs = []


def read_ad_hoc(node: NodeDraft, item: Fields) -> None:
    """What no connector leads to is offered: all of it, or the `elements`."""
    node.work = AdHoc(
        sequential=item.flag("sequential"),
        completion=item.condition("completionCondition"),
        cancels=item.flag("cancelRemaining", True),
        elements=item.condition("elements"),
        output_collection=item.text("outputCollection"),
        output_element=item.condition("outputElement"),
    )


def read_event_gateway(node: NodeDraft, item: Fields) -> None:
    node.instantiates = item.flag("instantiate")
    node.parallel = item.flag("parallel")


def read_complex_gateway(node: NodeDraft, item: Fields) -> None:
    condition = item.condition("activationCondition")
    if condition is not None:
        node.work = Activation(condition)

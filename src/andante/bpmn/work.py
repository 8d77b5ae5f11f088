"""What is done at an activity: a person's task, a worker's job, a script, a call; and how often (BPMN 2.0.2 section
10.3). Plain slotted classes of the compiled graph."""

from collections.abc import Mapping
from typing import Final, final

from andante.bpmn.assigning import Assignment as TaskAssignment
from andante.bpmn.voting import ApprovalPolicy
from andante.expressions import Expression, variable
from andante.forms.form import Form


@final
class Assignment:
    """One input or output mapping: `target` is set to the value of `source`, or where it is `optional` and null, stays
    as it is."""

    __slots__ = ("optional", "source", "target")

    def __init__(self, target: str, source: Expression, *, optional: bool = False) -> None:
        self.target = target
        self.source = source
        self.optional = optional


@final
class CorrelationProperty:
    """A property of a correlation key (BPMN 2.0.2 section 8.4.2): `path` reads it from a message's variables, `own`
    from those of the process. Where it is not `bound` that is the variable of its name, which a message sets."""

    __slots__ = ("bound", "name", "own", "path")

    def __init__(self, name: str, path: Expression, binding: Expression | None = None) -> None:
        self.name = name
        self.path = path
        self.bound = binding is not None
        self.own = binding if binding is not None else variable(name)


@final
class CorrelationKey:
    """What one message and the instance that it is for have in common: its properties, at least one."""

    __slots__ = ("properties",)

    def __init__(self, properties: tuple[CorrelationProperty, ...]) -> None:
        self.properties = properties


@final
class FormUse:
    """The form of a user task or start event: `form`, where it is in the model itself, else the deployed one of the id
    `key`: in that `version`, with `same_deployment` the one that was there with the process, else the active one.
    `external`: it may as well be a page of another product. `strict`: only the form's own variables may be sent."""

    __slots__ = ("external", "form", "key", "same_deployment", "strict", "version")

    def __init__(
        self,
        form: Form | None,
        key: str = "",
        *,
        version: str = "",
        same_deployment: bool = False,
        external: bool = False,
        strict: bool = False,
    ) -> None:
        self.form = form
        self.key = key
        self.version = version
        self.same_deployment = same_deployment
        self.external = external
        self.strict = strict


@final
class UserTask:
    """Who may do a user task and how it is shown. Expressions give a string or a list of strings; None is unset.

    `candidates` follows the contract's receiver expression (6.2): items `user:x`, `group:x`, `role:x`, `queue:x`
    or bare user names. `due` and `follow_up` give an ISO date-time or duration; `priority` an integer (default 50).
    `assigned` are scripts that run whenever the task is given to someone; they see `task.assignee`. `approval` tells
    how several decide it; `actions` what may be done with it, () the usual; `assignment` who of them gets it and who
    must not; `informed` names those who are told of it and may look at it.
    """

    __slots__ = (
        "actions",
        "approval",
        "assigned",
        "assignee",
        "assignment",
        "candidate_groups",
        "candidate_users",
        "candidates",
        "due",
        "follow_up",
        "form",
        "informed",
        "outcomes",
        "priority",
        "queue",
        "title",
    )  # fmt: skip

    def __init__(
        self,
        *,
        assignee: Expression | None = None,
        candidate_users: Expression | None = None,
        candidate_groups: Expression | None = None,
        candidates: Expression | None = None,
        queue: str = "",
        due: Expression | None = None,
        follow_up: Expression | None = None,
        priority: Expression | None = None,
        form: str = "",
        outcomes: tuple[str, ...] = (),
        title: Expression | None = None,
        assigned: "tuple[Script, ...]" = (),
        approval: ApprovalPolicy | None = None,
        actions: tuple[str, ...] = (),
        assignment: TaskAssignment | None = None,
        informed: Expression | None = None,
    ) -> None:
        self.assignment = assignment
        self.informed = informed
        self.approval = approval
        self.actions = actions
        self.assigned = assigned
        self.assignee = assignee
        self.candidate_users = candidate_users
        self.candidate_groups = candidate_groups
        self.candidates = candidates
        self.queue = queue
        self.due = due
        self.follow_up = follow_up
        self.priority = priority
        self.form = form
        self.outcomes = outcomes
        self.title = title

    @property
    def looks_back(self) -> bool:
        """Whether it asks who has done earlier tasks of the instance."""
        return "return" in self.actions or (self.approval is not None and "approved" in self.approval.automatic)


@final
class JobWork:
    """Work done by a worker outside: a service task, or a send task or throw event that a worker carries out.

    `backoff_ms` is the pause after a failure where the worker names none. `errors` are BPMN errors that the model reads
    from what the worker says: code and condition, of which the first that holds is thrown.
    """

    __slots__ = ("backoff_ms", "errors", "headers", "priority", "result_variable", "retries", "type")

    def __init__(
        self,
        type: Expression,
        retries: int = 3,
        headers: Mapping[str, str] | None = None,
        result_variable: str = "",
        priority: int = 0,
        backoff_ms: int = 0,
        errors: tuple[tuple[str, Expression], ...] = (),
    ) -> None:
        self.type = type
        self.retries = retries
        self.headers: Mapping[str, str] = headers or {}
        self.result_variable = result_variable
        self.priority = priority
        self.backoff_ms = backoff_ms
        self.errors = errors


@final
class Script:
    """An expression to evaluate; its value goes to `result_variable` ("" with a context value: each entry is set)."""

    __slots__ = ("expression", "result_variable")

    def __init__(self, expression: Expression, result_variable: str = "") -> None:
        self.expression = expression
        self.result_variable = result_variable


@final
class Call:
    """A call activity (BPMN 2.0.2 section 10.2.4 and 10.2.5): the process called and what goes in and comes out.

    `all_in` and `all_out` pass every variable; else only `ins` and `outs`. `version` None takes the active version, or
    with `same_deployment` the one that came in the same file. `ins` are evaluated in the caller, `outs` over the called
    instance's variables.
    """

    __slots__ = ("all_in", "all_out", "business_key", "element", "ins", "outs", "same_deployment", "version")

    def __init__(
        self,
        element: Expression,
        version: Expression | None = None,
        *,
        all_in: bool = True,
        all_out: bool = True,
        ins: tuple[Assignment, ...] = (),
        outs: tuple[Assignment, ...] = (),
        business_key: Expression | None = None,
        same_deployment: bool = False,
    ) -> None:
        self.same_deployment = same_deployment
        self.element = element
        self.version = version
        self.all_in = all_in
        self.all_out = all_out
        self.ins = ins
        self.outs = outs
        self.business_key = business_key


@final
class Activation:
    """When a complex gateway goes on (BPMN 2.0.2 section 10.6.5): `condition` may ask `activationCount`, the number of
    tokens that are there, and `incoming`, how many each flow has brought."""

    __slots__ = ("condition",)

    def __init__(self, condition: Expression) -> None:
        self.condition = condition


@final
class AdHoc:
    """An ad-hoc sub-process (BPMN 2.0.2 section 10.3.5). `elements` gives the ids of what is offered (None: all);
    `cancels` says that what still runs is withdrawn when `completion` is true. The outputs of the paths, in the order
    in which they end, go to `output_collection`."""

    __slots__ = ("cancels", "completion", "elements", "output_collection", "output_element", "sequential")

    def __init__(
        self,
        *,
        sequential: bool = False,
        completion: Expression | None = None,
        cancels: bool = True,
        elements: Expression | None = None,
        output_collection: str = "",
        output_element: Expression | None = None,
    ) -> None:
        self.sequential = sequential
        self.completion = completion
        self.cancels = cancels
        self.elements = elements
        self.output_collection = output_collection
        self.output_element = output_element


@final
class Repeat:
    """A standard loop (BPMN 2.0.2 section 10.3.8): as long as `condition` holds, asked before each run or after it, and
    `maximum` times at most (0: no maximum)."""

    __slots__ = ("condition", "maximum", "test_before")

    def __init__(self, condition: Expression | None, maximum: int = 0, *, test_before: bool = False) -> None:
        self.condition = condition
        self.maximum = maximum
        self.test_before = test_before


@final
class MultiInstance:
    """How often an activity runs (BPMN 2.0.2 section 10.3.8): for each item of a `collection`, or as often as the
    `cardinality` says, then with the first items where there is a collection, too; or as a standard loop, `repeat`,
    which is sequential."""

    __slots__ = (
        "cardinality", "collection", "completion", "element_variable", "output_collection", "output_element",
        "repeat", "sequential",
    )  # fmt: skip

    def __init__(
        self,
        *,
        sequential: bool = False,
        cardinality: Expression | None = None,
        collection: Expression | None = None,
        element_variable: str = "",
        completion: Expression | None = None,
        output_collection: str = "",
        output_element: Expression | None = None,
        repeat: Repeat | None = None,
    ) -> None:
        self.sequential = sequential or repeat is not None
        self.repeat = repeat
        self.cardinality = cardinality
        self.collection = collection
        self.element_variable = element_variable
        self.completion = completion
        self.output_collection = output_collection
        self.output_element = output_element


# What a business rule task makes of the outcome: the value itself, or as Camunda 7 maps it.
VALUE: Final = "value"
SINGLE_ENTRY: Final = "singleEntry"
SINGLE_RESULT: Final = "singleResult"
COLLECT_ENTRIES: Final = "collectEntries"
RESULT_LIST: Final = "resultList"
OUTPUTS: Final = "outputs"  # as Flowable does: each output of one rule is a variable, several rules are a list
MAPPINGS: Final = (VALUE, SINGLE_ENTRY, SINGLE_RESULT, COLLECT_ENTRIES, RESULT_LIST, OUTPUTS)


@final
class DecisionCall:
    """A decision that a business rule task makes (BPMN 2.0.2 section 10.3.3): its id or name, and its version ("" takes
    the active one), or with `same_deployment` the one that the process was deployed with.

    `mapping`, one of MAPPINGS, says what goes to `result_variable`; with "" each entry of a context is set. Where
    `local_variable` names one, output mappings read the result there instead.
    """

    __slots__ = ("decision", "local_variable", "mapping", "result_variable", "same_deployment", "version")

    def __init__(
        self,
        decision: Expression,
        version: Expression | None = None,
        *,
        result_variable: str = "",
        mapping: str = VALUE,
        local_variable: str = "",
        same_deployment: bool = False,
    ) -> None:
        self.decision = decision
        self.same_deployment = same_deployment
        self.version = version
        self.result_variable = result_variable
        self.mapping = mapping
        self.local_variable = local_variable


Work = UserTask | JobWork | Script | Call | AdHoc | Activation | DecisionCall

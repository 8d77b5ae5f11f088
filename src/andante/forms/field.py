"""A field of a form, whatever language the form was written in, and what is said about it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, final

from andante.expressions import EvaluationFault, Expression, to_json

# What kind of value a field takes. SEVERAL is a list of options, LIST a list of objects with fields of their own.
TEXT: Final = "string"
NUMBER: Final = "number"
INTEGER: Final = "integer"
BOOLEAN: Final = "boolean"
DATE: Final = "date"
TIME: Final = "time"
MOMENT: Final = "datetime"
CHOICE: Final = "choice"
SEVERAL: Final = "several"
LIST: Final = "list"
ANY: Final = "any"

Names = Mapping[str, object]
Option = tuple[object, str]  # value and label


class Fault(NamedTuple):
    """What is wrong with the value of a field: its path, such as `items[0].amount`, a word for programs (required,
    type, min, max, minLength, maxLength, pattern, format, option, readOnly, unknown, or a keyword of JSON Schema), and
    words for people."""

    field: str
    code: str
    message: str


class Checked(NamedTuple):
    """`values` are the variables to set: what was sent without what is hidden, with defaults and what is calculated."""

    values: dict[str, object]
    faults: list[Fault]


class FieldView(NamedTuple):
    """A field as it is to be shown now. `word` is the form's own word for its type; `fields` are those of an item of a
    list; `constraint` may hold min, max, minLength, maxLength, pattern, format, decimals, notPast."""

    key: str
    type: str
    word: str
    label: str
    description: str
    required: bool
    read_only: bool
    visible: bool
    value: Any
    default: Any
    options: list[Option]
    constraint: dict[str, Any]
    fields: "list[FieldView]"
    path: tuple[str, ...]


def value_of(expression: Expression | None, names: Names, now: int) -> object:
    """The value as plain JSON; None where there is none or it cannot be computed: the form is still of use."""
    if expression is None:
        return None
    if expression.is_constant:
        return to_json(expression.constant)
    try:
        return to_json(expression.evaluate(names, now))
    except EvaluationFault:
        return None


@final
class Options:
    """What may be chosen: the `fixed` ones, or those that `source` gives: a list of values, or of objects with value
    and label."""

    __slots__ = ("fixed", "source")

    def __init__(self, fixed: Sequence[Option] = (), source: Expression | None = None) -> None:
        self.fixed = list(fixed)
        self.source = source

    def of(self, names: Names, now: int) -> list[Option]:
        """[] where the source gives no list."""
        if self.source is None:
            return self.fixed
        return options_in(value_of(self.source, names, now))


def options_in(value: object) -> list[Option]:
    """The options that a list of values, or of objects with value and label, stands for."""
    found: list[Option] = []
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict) and "value" in item:
            found.append((item["value"], str(item.get("label", item["value"]))))
        elif isinstance(item, dict) and set(item) == {"label"}:
            found.append((item["label"], str(item["label"])))
        else:
            found.append((item, str(item)))
    return found


@final
class Field:
    """`path` leads to the value, from a variable's name inwards. `hidden` are the conditions of the field and of the
    groups it is in: one that holds hides it, and then it takes no value. `calculated` gives its value, whatever is
    sent. `constraints` go by the names of FieldView. `must` says that a box has to be ticked."""

    __slots__ = (
        "calculated", "constraints", "default", "description", "fields", "hidden", "label", "must", "options", "path",
        "read_only", "required", "type", "word",
    )  # fmt: skip

    def __init__(
        self,
        path: tuple[str, ...],
        type: str,
        word: str = "",
        *,
        label: Expression | None = None,
        description: Expression | None = None,
        default: Expression | None = None,
        required: bool = False,
        must: bool = False,
        read_only: Expression | None = None,
        hidden: tuple[Expression, ...] = (),
        calculated: Expression | None = None,
        options: Options | None = None,
        constraints: Mapping[str, Expression] | None = None,
        fields: "Sequence[Field]" = (),
    ) -> None:
        self.path = path
        self.type = type
        self.word = word or type
        self.label = label
        self.description = description
        self.default = default
        self.required = required
        self.must = must
        self.read_only = read_only
        self.hidden = hidden
        self.calculated = calculated
        self.options = options
        self.constraints: Mapping[str, Expression] = constraints or {}
        self.fields = tuple(fields)

    @property
    def key(self) -> str:
        return ".".join(self.path)

    def is_hidden(self, names: Names, now: int) -> bool:
        return any(value_of(each, names, now) is True for each in self.hidden)

    def is_read_only(self, names: Names, now: int) -> bool:
        """A condition that cannot be computed keeps the field as it is."""
        if self.read_only is None:
            return self.calculated is not None
        return value_of(self.read_only, names, now) is not False

    def limit(self, name: str, names: Names, now: int) -> object:
        return value_of(self.constraints.get(name), names, now)

    def view(self, names: Names, now: int, value: object) -> FieldView:
        """As it is to be shown where the variables are these."""
        constraint = {name: self.limit(name, names, now) for name in self.constraints}
        return FieldView(
            self.key, self.type, self.word, _text(self.label, names, now), _text(self.description, names, now),
            self.required or self.must, self.is_read_only(names, now), not self.is_hidden(names, now), value,
            value_of(self.default, names, now), [] if self.options is None else self.options.of(names, now),
            {name: limit for name, limit in constraint.items() if limit is not None},
            [each.view(names, now, None) for each in self.fields], self.path,
        )  # fmt: skip


def _text(expression: Expression | None, names: Names, now: int) -> str:
    value = value_of(expression, names, now)
    return "" if value is None else str(value)

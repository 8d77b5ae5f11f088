"""A form: what is sent is filled into what is known, checked, and shown again."""

import copy
from collections import ChainMap
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol, final

from andante.expressions import Together
from andante.forms.checks import judge, same
from andante.forms.field import LIST, Checked, Fault, Field, FieldView, Names, value_of

# What a form is made of.
FORM_JS: Final = "form-js"
JSON_SCHEMA: Final = "json-schema"
FIELDS: Final = "fields"
VARIABLES: Final = "variables"

MOST_FAULTS: Final = 100
SHOWN: Final = 1_000_000  # steps of all expressions that a form is shown with: a second
_MISSING: Final = object()


class FormView(NamedTuple):
    """A form to be filled in: its `schema` as written (None where it has none), the `data` to begin with, and its
    fields as they are to be shown. `key` is its id, "" for one within a model."""

    kind: str
    key: str
    version: str
    schema: Any
    data: dict[str, Any]
    fields: list[FieldView]


class Validator(Protocol):
    """What judges all values together, in the place of what is said about each field."""

    def faults(self, data: Mapping[str, object], *, partial: bool) -> list[Fault]: ...


@final
class Form:
    """Immutable. `id` and `version` are those that its schema gives itself, "" where it gives none."""

    __slots__ = ("_deep", "fields", "id", "kind", "names", "schema", "validator", "version")

    def __init__(
        self,
        kind: str,
        fields: Sequence[Field],
        *,
        id: str = "",
        version: str = "",
        schema: object = None,
        validator: Validator | None = None,
    ) -> None:
        self.kind = kind
        self.fields = tuple(fields)
        self.id = id
        self.version = version
        self.schema = schema
        self.validator = validator
        self.names: Final = tuple(dict.fromkeys(field.path[0] for field in fields))
        self._deep = {f.path[0] for f in fields if len(f.path) > 1 or f.type == LIST}

    def check(
        self, sent: Mapping[str, object], known: Names, now: int, *, strict: bool = False, partial: bool = False
    ) -> Checked:
        """What setting these variables means where the others are `known`, at `now` (ms).

        A field that is hidden takes no value; one that is read-only must not be sent another; one that is neither sent
        nor known has its default. `strict` refuses variables that are not in the form. `partial` lets fields be empty.
        """
        try:
            return self._check(sent, known, now, strict, partial)
        except RecursionError:
            return Checked({}, [Fault("", "type", "The values are nested too deep. Make them flatter")])

    def _check(self, sent: Mapping[str, object], known: Names, now: int, strict: bool, partial: bool) -> Checked:
        filling = _Filling(now, self.validator is None, partial)
        data = self._data(sent, known, filling)
        filling.fill(self.fields, data, known, known, "")
        own = set(self.names)
        if strict:
            for name in sent.keys() - own:
                filling.fault(name, "unknown", "the form has no such field")
        if self.validator is not None:
            others = {name: value for name, value in sent.items() if name not in own}
            filling.faults.extend(self.validator.faults({**others, **data}, partial=partial))
        values: dict[str, object] = {}
        for name, value in sent.items():
            if name not in own or (name in data and (name not in filling.kept or not same(value, known.get(name)))):
                values[name] = data.get(name, value)
        for name in self.names:
            if name in data and not same(data[name], known.get(name)):
                values[name] = data[name]
            elif name in filling.kept:
                values.pop(name, None)
        return Checked({} if filling.faults else values, filling.faults[:MOST_FAULTS])

    def _data(self, sent: Mapping[str, object], known: Names, filling: "_Filling | None") -> dict[str, object]:
        """The form's own variables, as sent or else as known."""
        data: dict[str, object] = {}
        for name in self.names:
            value = sent.get(name, _MISSING)
            if value is _MISSING:
                value = known.get(name, _MISSING)
            if value is _MISSING:
                continue
            data[name] = copy.deepcopy(value) if name in self._deep else value
        for field in self.fields:
            top = field.path[0]
            if len(field.path) > 1 and data.get(top) is not None and not isinstance(data[top], dict):
                if filling is not None and top in sent:
                    filling.fault(top, "type", "it must be an object")
                data[top] = {}
        return data

    def view(self, known: Names, now: int, sent: Mapping[str, object] | None = None) -> FormView:
        """As it is to be shown where the variables are `known` and `sent` is filled in already, at `now` (ms)."""
        data = self._data(sent or {}, known, None)
        filling = _Filling(now, judged=False, partial=False)
        filling.hide = False
        with Together(SHOWN):
            filling.fill(self.fields, data, known, known, "")
            names = ChainMap(data, known)  # type: ignore[arg-type]
            fields = [field.view(names, now, _get(data, field.path)) for field in self.fields]
        return FormView(self.kind, self.id, self.version, self.schema, data, fields)


@final
class _Filling:
    """One pass through a form's fields. `kept` are variables of which a value that was sent is not taken."""

    def __init__(self, now: int, judged: bool, partial: bool) -> None:
        self.now = now
        self.judged = judged
        self.partial = partial
        self.hide = True
        self.faults: list[Fault] = []
        self.kept: set[str] = set()

    def fault(self, field: str, code: str, message: str) -> None:
        self.faults.append(Fault(field, code, message))

    def fill(self, fields: Sequence[Field], data: dict[str, object], known: Names, outer: Names, where: str) -> None:
        """Bring `data` into the form that the fields want."""
        names: Names = ChainMap(data, outer)  # type: ignore[arg-type]
        for field in fields:
            if self.hide and field.is_hidden(names, self.now):
                self._keep(field, data, known)
            elif field.calculated is not None:
                _put(data, field.path, value_of(field.calculated, names, self.now))
            else:
                self._one(field, data, known, names, where)

    def _keep(self, field: Field, data: dict[str, object], known: Names) -> None:
        """What was sent does not count."""
        had = _get(known, field.path, _MISSING)
        if had is _MISSING:
            _drop(data, field.path)
        else:
            _put(data, field.path, had)
        if len(field.path) == 1:
            self.kept.add(field.path[0])

    def _one(self, field: Field, data: dict[str, object], known: Names, names: Names, where: str) -> None:
        name = where + field.key
        value = _get(data, field.path)
        if value is None and field.default is not None and not self.partial and _get(known, field.path) is None:
            value = value_of(field.default, names, self.now)
            if value is not None:
                _put(data, field.path, value)
        if field.is_read_only(names, self.now):
            had = _get(known, field.path)
            shown = had if had is not None or field.default is None else value_of(field.default, names, self.now)
            if value is not None and not same(value, shown):
                self.fault(name, "readOnly", "it cannot be changed here")
            elif had is not None or (shown is not None and not self.partial):
                _put(data, field.path, shown)
            return
        if field.type == LIST and isinstance(value, list):
            self._items(field, value, known, names, name)
        if self.judged:
            found = judge(field, value, names, self.now, partial=self.partial)
            self.faults.extend(Fault(name, code, message) for code, message in found)

    def _items(self, field: Field, value: list[object], known: Names, names: Names, name: str) -> None:
        before = _get(known, field.path)
        for index, item in enumerate(value):
            had = before[index] if isinstance(before, list) and index < len(before) else None
            if not isinstance(item, dict):
                if self.judged:
                    self.fault(f"{name}[{index}]", "type", "it must be an object")
                continue
            outer = ChainMap({"this": item, "parent": names, "i": index + 1}, names)  # type: ignore[arg-type]
            self.fill(field.fields, item, had if isinstance(had, dict) else {}, outer, f"{name}[{index}].")


def _get(data: Mapping[str, object], path: tuple[str, ...], default: object = None) -> Any:
    value: object = data
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            return default
        value = value[name]
    return value


def _put(data: dict[str, object], path: tuple[str, ...], value: object) -> None:
    for name in path[:-1]:
        inner = data.get(name)
        if not isinstance(inner, dict):
            inner = data[name] = {}
        data = inner
    data[path[-1]] = value


def _drop(data: dict[str, object], path: tuple[str, ...]) -> None:
    holder = _get(data, path[:-1]) if len(path) > 1 else data
    if isinstance(holder, dict):
        holder.pop(path[-1], None)

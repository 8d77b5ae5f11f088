"""Values judged by a JSON Schema: the library does it, in steps that are counted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Final, final

from andante.expressions import DEFAULT_LIMITS, EvaluationFault, Run
from andante.forms import checks
from andante.forms.field import Fault
from andante.forms.form import MOST_FAULTS

LIMITS: Final = DEFAULT_LIMITS  # of its steps: a second, about
_LATER: Final = frozenset(("required", "dependentRequired", "minProperties"))
_RUN: Final[ContextVar[Run]] = ContextVar("andante_judging")


@final
class Judge:
    """The library's validator of one schema, made when it is first needed."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._schema = schema
        self._validator: Any = None

    def faults(self, data: Mapping[str, object], *, partial: bool) -> list[Fault]:
        if self._validator is None:
            self._validator = _drafts()(self._schema, format_checker=_format_checker())
        found: list[Fault] = []
        before = _RUN.set(Run(LIMITS, None))
        try:
            for error in self._validator.iter_errors(dict(data)):
                top = not error.absolute_path and error.parent is None
                if partial and top and error.validator in _LATER:
                    continue
                found.append(_fault(error))
                if len(found) >= MOST_FAULTS:
                    break
        except RecursionError:
            raise
        except EvaluationFault:
            found.append(Fault("", "schema", "these values take too long to be checked by the form: send less"))
        except Exception as fault:  # a schema that the library cannot apply to these values accepts nothing
            found.append(Fault("", "schema", f"the values cannot be checked: {type(fault).__name__}"))
        finally:
            _RUN.reset(before)
        return found


def _fault(error: Any) -> Fault:
    """The place is the field: of one that is missing, where it should be."""
    path = list(error.absolute_path)
    code = str(error.validator)
    if code == "required" and isinstance(error.instance, Mapping):
        missing = [name for name in error.validator_value if name not in error.instance]
        told = [name for name in missing if error.message.startswith(repr(name))]
        if told:
            return Fault(_place([*path, told[0]]), code, "it is required")
    message = str(error.message)
    return Fault(_place(path), code, message if len(message) <= 300 else message[:300] + "…")


def _place(path: Sequence[object]) -> str:
    found = ""
    for each in path:
        found += f"[{each}]" if isinstance(each, int) else f".{each}" if found else str(each)
    return found


@lru_cache(maxsize=1)
def _drafts() -> Any:
    """The draft's validator, with patterns that cannot run away."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from jsonschema.validators import extend

    def pattern(validator: Any, expression: str, instance: object, schema: object) -> Iterator[ValidationError]:
        if isinstance(instance, str) and not checks.fits(instance, expression):
            yield ValidationError(f"it must match {expression}")

    def unique(validator: Any, wanted: object, instance: object, schema: object) -> Iterator[ValidationError]:
        if wanted is True and isinstance(instance, list):
            _RUN.get().weigh(instance)
            if len({_comparable(each) for each in instance}) < len(instance):
                yield ValidationError("no two of its items may be the same")

    own = {**Draft202012Validator.VALIDATORS, "pattern": pattern, "uniqueItems": unique}
    counted = {name: _counted(keyword) for name, keyword in own.items()}
    return extend(Draft202012Validator, counted)  # type: ignore[no-untyped-call]


def _counted(keyword: Callable[..., Iterator[Any] | None]) -> Callable[..., Iterator[Any]]:
    """The keyword, which costs a step and as many as it has values: a small schema and small values can be much to
    judge where schemas name each other, or are tried one after the other at each place."""

    def judged(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        _RUN.get().charge(1 + (len(value) if isinstance(value, list | dict) else 0))
        yield from keyword(validator, value, instance, schema) or ()

    return judged


def _comparable(value: object) -> object:
    """The same for values that JSON has as the same: 1 and 1.0, but not 1 and true."""
    if isinstance(value, bool):
        return "boolean", value
    if isinstance(value, list):
        return "list", *map(_comparable, value)
    if isinstance(value, dict):
        return frozenset((name, _comparable(inner)) for name, inner in value.items())
    return value


@lru_cache(maxsize=1)
def _format_checker() -> Any:
    """What the library knows, and the formats for which it would want other libraries."""
    from jsonschema import FormatChecker

    from andante.timing.duration import parse_duration
    from andante.timing.instants import TimingError

    def duration(value: str) -> bool:
        try:
            parse_duration(value)
        except TimingError:
            return False
        return True

    def moment(value: str) -> bool:
        return checks.is_moment(value) and (value.endswith("Z") or value[-6:-5] in ("+", "-"))

    def regex(value: str) -> bool:
        try:
            checks.safe_pattern(value)
        except ValueError:
            return False
        return True

    checker = FormatChecker()
    ours = {
        "date": checks.is_date, "time": checks.is_time, "date-time": moment, "duration": duration, "regex": regex,
        "email": checks.is_email, "idn-email": checks.is_email, "uri": checks.is_uri, "iri": checks.is_uri,
    }  # fmt: skip
    for name, check in ours.items():
        checker.checks(name)(lambda value, check=check: not isinstance(value, str) or check(value))
    return checker

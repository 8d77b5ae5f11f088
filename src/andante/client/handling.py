"""What a handler of jobs is: a function that takes a job, or variables of it by their names, and returns variables.

The same function serves a worker of this client and an engine in one's own process (`andante.Andante`).
"""

import asyncio
import dataclasses
import inspect
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar, Final, Protocol, final, get_type_hints

import msgspec

from andante.client.errors import ClientError
from andante.client.shapes import Job


class Dataclass(Protocol):
    """An object of any dataclass, for type checkers."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


Result = Mapping[str, Any] | msgspec.Struct | Dataclass | None
Function = Callable[..., Result | Awaitable[Result]]
COMPLETE: Final = "complete"
FAIL: Final = "fail"
ERROR: Final = "error"


class JobError(Exception):
    """Raised by a handler: a BPMN error, which the model catches by `code`."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message


class Outcome(msgspec.Struct, frozen=True):
    """What to report of a job: complete with `variables`; fail with `message` and the `retries` that are left (None:
    one fewer); or error, a BPMN error, with `code` and `message`."""

    action: str
    variables: dict[str, Any] = {}
    code: str = ""
    message: str = ""
    retries: int | None = None


class _Unfit(Exception):
    """The job has not what the handler asks for: another try would find the same."""


@final
class Handling:
    """A handler that is ready to be called. Its first parameter is the job where it is annotated `Job` or not at all;
    each other is the variable of its name (`order_id` is also `orderId`), converted to what it is annotated as, and
    `**more` are all the others. It may be a coroutine function. Raises ClientError for a function that cannot be
    called so."""

    def __init__(self, function: Function) -> None:
        self._function = function
        name = getattr(function, "__name__", type(function).__name__)
        try:
            parameters = list(inspect.signature(function).parameters.values())
            hints = get_type_hints(function if hasattr(function, "__annotations__") else type(function).__call__)
        except (TypeError, ValueError, NameError) as fault:
            raise ClientError(f"{name}: what it takes cannot be read: {fault}.") from None
        self._takes_job = False
        self._all = False
        self._wanted: list[tuple[str, Any, bool, bool]] = []
        for place, each in enumerate(parameters):
            if each.kind is each.VAR_POSITIONAL:
                raise ClientError(f"{name}: *{each.name} has no name to find a variable by.")
            if each.kind is each.VAR_KEYWORD:
                self._all = True
            elif place == 0 and (each.annotation is each.empty or hints.get(each.name) is Job):
                self._takes_job = True
            elif each.kind is each.POSITIONAL_ONLY:
                raise ClientError(f"{name}: {each.name} is a variable, so it must be a parameter with a name.")
            else:
                kind = hints.get(each.name, Any)
                self._wanted.append((each.name, kind, each.default is each.empty, kind is Job))

    def run(self, job: Job) -> Outcome:
        """Call it, where no event loop runs."""
        try:
            found = self._call(job)
            if inspect.isawaitable(found):
                found = asyncio.run(_awaited(found))
            return Outcome(COMPLETE, _plain(found))
        except Exception as fault:
            return _outcome_of(fault)

    async def arun(self, job: Job) -> Outcome:
        """Call it; a plain function in a thread of its own, so that it holds up nobody."""
        try:
            if inspect.iscoroutinefunction(self._function):
                return Outcome(COMPLETE, _plain(await _awaited(self._call(job))))
            found = await asyncio.to_thread(self._call, job)
            return Outcome(COMPLETE, _plain(await _awaited(found) if inspect.isawaitable(found) else found))
        except Exception as fault:
            return _outcome_of(fault)

    def _call(self, job: Job) -> Any:
        named: dict[str, Any] = {}
        taken: set[str] = set()
        for name, kind, needed, is_job in self._wanted:
            key = name if name in job.variables else _camel(name)
            if is_job:
                named[name] = job
            elif key in job.variables:
                taken.add(key)
                try:
                    named[name] = msgspec.convert(job.variables[key], kind, strict=True)
                except msgspec.ValidationError as fault:
                    raise _Unfit(f"The variable '{key}' is not what the handler takes: {fault}.") from None
            elif needed:
                raise _Unfit(f"The variable '{name}' is missing, which the handler takes.")
        if self._all:
            named |= {key: value for key, value in job.variables.items() if key not in taken and key not in named}
        return self._function(job, **named) if self._takes_job else self._function(**named)


async def _awaited(found: Any) -> Any:
    return await found


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _plain(found: Any) -> dict[str, Any]:
    """A result as JSON has it. Raises TypeError for one that is no object."""
    if found is None:
        return {}
    if not isinstance(found, Mapping | msgspec.Struct) and not dataclasses.is_dataclass(found):
        raise TypeError(f"a handler returns variables by name, or nothing, not {type(found).__name__}")
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(found), type=dict[str, Any])
    return plain


def _outcome_of(fault: Exception) -> Outcome:
    if isinstance(fault, JobError):
        return Outcome(ERROR, code=fault.code, message=fault.message)
    if isinstance(fault, _Unfit):
        return Outcome(FAIL, message=str(fault), retries=0)
    return Outcome(FAIL, message="".join(traceback.format_exception(fault, limit=-3)))

"""What the tools are asked: their arguments, which are also their JSON schemas."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Id = Annotated[str, Meta(min_length=1, max_length=100)]
Text = Annotated[str, Meta(max_length=10_000)]
Why = Annotated[str, Meta(min_length=1, max_length=2_000, description="Why; it is kept in the audit log.")]
Search = Annotated[str, Meta(max_length=200, description="Words to search for.")]
Size = Annotated[int, Meta(ge=1, le=100)]
Values = Annotated[dict[str, Any], Meta(description="Values by the names of the form's fields.")]


class Asking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all: a name that is not known is a mistake to tell."""


class Nothing(Asking, frozen=True, kw_only=True):
    """No arguments."""


class Processes(Asking, frozen=True, kw_only=True):
    name: Annotated[str, Meta(max_length=200, description="A part of the process's name.")] = ""
    skip: Annotated[int, Meta(ge=0, le=10_000)] = 0
    limit: Annotated[int, Meta(ge=1, le=25)] = 10


class Start(Asking, frozen=True, kw_only=True):
    process: Annotated[str, Meta(min_length=1, max_length=200, description="Its name, as list_processes tells it.")]
    variables: Values = {}
    business_key: Annotated[str, Meta(max_length=200, description="What the business calls the matter.")] = ""
    title: Annotated[str, Meta(max_length=200)] = ""


class MyTasks(Asking, frozen=True, kw_only=True):
    view: Annotated[
        Literal["todo", "paused", "delegated", "history"],
        Meta(description="todo: open tasks that I may work on; history: those I have completed."),
    ] = "todo"
    scope: Annotated[
        Literal["", "mine", "claimable"], Meta(description="Only those that are with me, or that nobody has yet.")
    ] = ""
    process: Annotated[str, Meta(max_length=200, description="The process's name.")] = ""
    due: Literal["", "overdue", "today", "week", "later", "none"] = ""
    text: Search = ""
    limit: Size = 25
    after: Annotated[str, Meta(max_length=4_000, description="`after` of the page before.")] = ""


class OneTask(Asking, frozen=True, kw_only=True):
    task: Id


class Complete(Asking, frozen=True, kw_only=True):
    task: Id
    outcome: Annotated[str, Meta(max_length=200, description="One of the task's outcomes, where it has any.")] = ""
    variables: Values = {}
    comment: Text = ""


class Transfer(Asking, frozen=True, kw_only=True):
    task: Id
    to: Annotated[str, Meta(min_length=1, max_length=200, description="The person who takes it.")]
    comment: Text = ""


class Comment(Asking, frozen=True, kw_only=True):
    task: Id
    text: Annotated[str, Meta(min_length=1, max_length=10_000)]


class MyInstances(Asking, frozen=True, kw_only=True):
    which: Literal["open", "closed", "all"] = "open"
    text: Search = ""
    process: Annotated[str, Meta(max_length=200, description="The process's name.")] = ""
    limit: Size = 25
    skip: Annotated[int, Meta(ge=0, le=10_000)] = 0


class OneInstance(Asking, frozen=True, kw_only=True):
    instance: Id


class Operate(Asking, frozen=True, kw_only=True):
    instance: Id
    reason: Why

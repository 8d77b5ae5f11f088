"""The calls about many at once: counts and groups of tasks, saved views, tasks and instances in bulk."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from msgspec import field

from andante.client.calls import BASE, Call, given
from andante.client.shapes import Recs, Shape, Task


class Count(Shape, frozen=True, kw_only=True):
    """So many in the view or group `key`, or with `more` more than so many."""

    key: str
    count: int
    more: bool


class SavedView(Shape, frozen=True, kw_only=True):
    """Filters with a name. `own`: whether it is the caller's; `default`: the one that is shown first."""

    id: str
    name: str
    owner: str
    own: bool
    filters: dict[str, Any]
    shared_with: str
    default: bool
    modified_at: str


class BulkResult(Shape, frozen=True, kw_only=True):
    """What became of one task: `res_code` "0", or why nothing was done with it."""

    id: str
    res_code: str
    res_msg: str
    state: str


class Bulk(Shape, frozen=True, kw_only=True):
    """`more`: the query finds more tasks than were concerned."""

    results: list[BulkResult] = field(name="Recs")
    total: int
    done: int
    failed: int
    more: bool


class Batch(Shape, frozen=True, kw_only=True):
    """A batch, or a dry run of one, which has no id. `of`: instances or tasks. `skipped`: nothing was to be done with
    these."""

    id: str
    action: str
    state: str
    total: int
    done: int
    skipped: int
    failed: int
    reason: str
    created_by: str
    created_at: str
    started_at: str
    ended_at: str
    error: str
    expires_at: str = ""
    decided_by: str = ""
    decided_at: str = ""
    children: int = 0
    sample: list[str] = field(default_factory=list)
    of: str = "instances"


class BatchFailure(Shape, frozen=True, kw_only=True):
    """With which instance, or task of it, it could not be done, and why."""

    instance_id: str
    res_code: str
    res_msg: str
    at: str
    task_id: str = ""


def find_tasks(
    filters: Mapping[str, Any] | None = None, *, saved_view: str = "", limit: int = 100, after: str = ""
) -> Call[Recs[Task]]:
    """Tasks by any filters of the list, named as on the wire, and by a saved view."""
    query = {**(filters or {}), "savedView": saved_view, "limit": limit, "after": after}
    return Call("GET", f"{BASE}/query/tasks", Recs[Task], query=query)


def task_counts() -> Call[Recs[Count]]:
    """How many tasks one has: todo, overdue, mine, claimable, delegated, paused."""
    return Call("GET", f"{BASE}/query/tasks/counts", Recs[Count])


def task_groups(by: str = "due", filters: Mapping[str, Any] | None = None) -> Call[Recs[Count]]:
    """The tasks that the filters find, by when they are due or by process."""
    return Call("GET", f"{BASE}/query/tasks/groups", Recs[Count], query={**(filters or {}), "by": by})


def views() -> Call[Recs[SavedView]]:
    """One's own saved views, and those that are shared with one."""
    return Call("GET", f"{BASE}/runtime/views", Recs[SavedView])


def _view(name: str, filters: Mapping[str, Any], shared_with: str, default: bool) -> dict[str, object]:
    return {"name": name, "filters": dict(filters), "sharedWith": shared_with, "default": default}


def save_view(
    name: str, filters: Mapping[str, Any], *, shared_with: str = "", default: bool = False
) -> Call[SavedView]:
    """Give filters a name. `shared_with`: group:x, role:x or "*"."""
    return Call("POST", f"{BASE}/runtime/views", SavedView, _view(name, filters, shared_with, default))


def change_view(
    view_id: str, name: str, filters: Mapping[str, Any], *, shared_with: str = "", default: bool = False
) -> Call[SavedView]:
    """Change all of a saved view."""
    path = f"{BASE}/runtime/views/{quote(view_id, safe='')}"
    return Call("PUT", path, SavedView, _view(name, filters, shared_with, default))


def delete_view(view_id: str) -> Call[None]:
    """Remove a saved view."""
    return Call("DELETE", f"{BASE}/runtime/views/{quote(view_id, safe='')}", None)


def bulk_tasks(
    action: str, *, ids: Sequence[str] = (), query: Mapping[str, Any] | None = None, outcome: str = "",
    variables: Mapping[str, Any] | None = None, to: str = "", text: str = "",
) -> Call[Bulk]:  # fmt: skip
    """The same with up to 500 tasks, by ids or by the filters of a list; a result for each."""
    body = given(
        action=action, ids=list(ids) or None, query=None if query is None else dict(query), outcome=outcome,
        variables=variables, to=to, text=text,
    )  # fmt: skip
    return Call("POST", f"{BASE}/runtime/tasks/bulk", Bulk, body)


def start_batch(
    action: str, *, query: Mapping[str, Any] | None = None, ids: Sequence[str] = (), reason: str = "",
    dry_run: bool = False, version: str = "", mapping: Mapping[str, str] | None = None,
    variables: Mapping[str, Any] | None = None, introduce: bool = False, force: bool = False,
    tasks: Mapping[str, Any] | None = None, outcome: str = "", to: str = "", text: str = "",
) -> Call[Batch]:  # fmt: skip
    """suspend, resume, terminate, retry, migrate, setVariables or delete those of `query` ({}: all) or `ids`; or
    completeTasks, transferTasks or unclaimTasks the open tasks of `tasks` (filters of a list, {}: all) or `ids`."""
    body = given(
        action=action, query=None if query is None else dict(query), ids=list(ids) or None, reason=reason,
        version=version, map=mapping, variables=variables, tasks=None if tasks is None else dict(tasks),
        outcome=outcome, to=to, text=text,
    )  # fmt: skip
    body.update({name: True for name, on in (("dryRun", dry_run), ("introduce", introduce), ("force", force)) if on})
    return Call("POST", f"{BASE}/runtime/batches", Batch, body)


def batches(limit: int = 100, *, after: str = "") -> Call[Recs[Batch]]:
    """The newest batches, or those that follow the one `after`."""
    return Call("GET", f"{BASE}/runtime/batches", Recs[Batch], query={"limit": limit, "after": after})


def batch(batch_id: str) -> Call[Batch]:
    """How far a batch is."""
    return Call("GET", f"{BASE}/runtime/batches/{quote(batch_id, safe='')}", Batch)


def batch_action(batch_id: str, action: str) -> Call[Batch]:
    """pause, resume or cancel; of one that is awaiting a second person: approve, refuse or withdraw."""
    return Call("PUT", f"{BASE}/runtime/batches/{quote(batch_id, safe='')}", Batch, {"action": action})


def batch_failures(batch_id: str, *, after: str = "", limit: int = 100) -> Call[Recs[BatchFailure]]:
    """What a batch could not do, by instance."""
    path = f"{BASE}/runtime/batches/{quote(batch_id, safe='')}/failures"
    return Call("GET", path, Recs[BatchFailure], query={"after": after, "limit": limit})

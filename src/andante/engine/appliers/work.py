"""Facts about user tasks, jobs and calls."""

from collections.abc import Callable
from typing import Any, Final

from andante.engine import events as ev
from andante.engine.appliers.waiting import unwait, wait
from andante.engine.state import Instance
from andante.engine.waits import Call, Doers, Job, Task


def _task_created(instance: Instance, e: ev.TaskCreated) -> None:
    task = Task(
        e.task, e.token, e.node, e.name, e.assignee, e.users, e.groups, e.queue, e.priority, e.form, e.outcomes,
        e.due_at, e.follow_up_at, instance.modified_at,
    )  # fmt: skip
    instance.tasks[e.task] = task
    wait(instance, e.task, task)


def _task_assigned(instance: Instance, e: ev.TaskAssigned) -> None:
    task = instance.tasks[e.task]
    task.assignee = e.assignee
    task.owner = e.owner
    task.delegated = e.delegated
    instance.last_handler = instance.modified_by


def _task_offered(instance: Instance, e: ev.TaskOffered) -> None:
    task = instance.tasks[e.task]
    task.assignee = task.owner = ""
    task.delegated = False
    task.users, task.groups, task.queue = [], e.groups, e.queue
    instance.last_handler = instance.modified_by


def _task_completed(instance: Instance, e: ev.TaskCompleted) -> None:
    unwait(instance, e.task, instance.tasks.pop(e.task))
    instance.task_outcome = e.outcome
    instance.last_handler = instance.modified_by


def _task_cancelled(instance: Instance, e: ev.TaskCancelled) -> None:
    unwait(instance, e.task, instance.tasks.pop(e.task))


def _task_reminded(instance: Instance, e: ev.TaskReminded) -> None:
    instance.tasks[e.task].reminded_at = instance.modified_at


def _doer(instance: Instance, e: ev.DoerKept) -> None:
    before = instance.doers.get(e.node)
    names = [name for name in before.names if name != e.who] if before is not None else []
    instance.doers[e.node] = Doers(e.node, [*names, e.who], instance.modified_at)


def _follow_up(instance: Instance, e: ev.TaskFollowUpSet) -> None:
    instance.tasks[e.task].follow_up_at = e.follow_up_at


def _job_created(instance: Instance, e: ev.JobCreated) -> None:
    job = Job(e.job, e.token, e.node, e.type, e.retries, e.priority)
    instance.jobs[e.job] = job
    wait(instance, e.job, job)


def _job_gone(instance: Instance, e: ev.JobCompleted | ev.JobCancelled) -> None:
    unwait(instance, e.job, instance.jobs.pop(e.job))


def _job_tries(instance: Instance, e: ev.JobFailed | ev.JobRetried) -> None:
    job = instance.jobs[e.job]
    job.retries = e.retries
    job.retry_at = e.retry_at


def _job_changed(instance: Instance, e: ev.JobChanged) -> None:
    job = instance.jobs[e.job]
    if e.retries != job.retries:  # by the time of its next try it is told that they are not the model's any more
        job.retry_at = job.retry_at or 1
    job.retries = e.retries
    job.priority = e.priority


def _call_started(instance: Instance, e: ev.CallStarted) -> None:
    call = Call(e.token, e.child_id, e.name)
    instance.calls[e.token] = call
    wait(instance, e.token, call)


def _call_ended(instance: Instance, e: ev.CallEnded) -> None:
    unwait(instance, e.token, instance.calls.pop(e.token))


APPLIERS: Final[dict[type, Callable[[Instance, Any], None]]] = {
    ev.TaskCreated: _task_created,
    ev.TaskAssigned: _task_assigned,
    ev.TaskOffered: _task_offered,
    ev.TaskCompleted: _task_completed,
    ev.TaskCancelled: _task_cancelled,
    ev.TaskReminded: _task_reminded,
    ev.TaskFollowUpSet: _follow_up,
    ev.DoerKept: _doer,
    ev.JobCreated: _job_created,
    ev.JobCompleted: _job_gone,
    ev.JobFailed: _job_tries,
    ev.JobRetried: _job_tries,
    ev.JobChanged: _job_changed,
    ev.JobCancelled: _job_gone,
    ev.CallStarted: _call_started,
    ev.CallEnded: _call_ended,
}

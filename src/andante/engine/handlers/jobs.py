"""What workers report of their jobs, and what operators change of them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from andante.bpmn.graph import JobWork, Node
from andante.engine import commands as cmd
from andante.engine import declared
from andante.engine import events as ev
from andante.engine.elements.base import BEHAVIOURS
from andante.engine.elements.error import throw_error
from andante.engine.faults import ModelFault
from andante.engine.scoping import set_variables
from andante.engine.waits import Job

if TYPE_CHECKING:
    from andante.engine.step import Step


def _ignore(step: "Step", command: object) -> None:
    step.record(ev.CommandIgnored(command.__class__.__name__))


def complete_job(step: "Step", command: cmd.CompleteJob) -> None:
    instance = step.instance
    job = instance.jobs.get(command.job)
    if job is None:
        _ignore(step, command)
        return
    values = command.variables or {}
    declared.check(step.graph, values)
    node = step.graph.nodes[job.node]
    code = _modelled(step, job, node, "", values)
    if code is not None:
        throw_job_error(step, cmd.ThrowError(job.key, code, "", values))
        return
    token = instance.tokens[job.token]
    if command.apart:
        set_variables(step, token, values)
        values = command.locals if command.locals and node.outputs else {}
    step.record(ev.JobCompleted(job.key))
    _resolve(step, job.token)
    if isinstance(node.work, JobWork) and node.work.result_variable and node.work.result_variable not in values:
        values = {node.work.result_variable: values}
    BEHAVIOURS[node.kind].occur(step, token, node, values)


def fail_job(step: "Step", command: cmd.FailJob) -> None:
    job = step.instance.jobs.get(command.job)
    if job is None:
        _ignore(step, command)
        return
    retries = max(0, command.retries)
    node = step.graph.nodes[job.node]
    if command.variables:
        declared.check(step.graph, command.variables)
        set_variables(step, step.instance.tokens[job.token], command.variables)
    if command.locals:
        step.record(ev.LocalsSet(job.token, dict(command.locals)))
    code = _modelled(step, job, node, command.message, {}, retries, command.details)
    if code is not None:
        throw_job_error(step, cmd.ThrowError(job.key, code, command.message))
        return
    pause = max(0, command.backoff_ms)
    if not pause and isinstance(node.work, JobWork):
        pause = node.work.backoff_ms
    step.record(ev.JobFailed(job.key, retries, command.message, step.now + pause, command.details))
    if not retries and all(incident.token != job.token for incident in step.instance.incidents.values()):
        message = command.message or "the worker gave no reason"
        step.fail(step.instance.tokens[job.token], ModelFault("job", f"the job failed: {message}"))


def _modelled(
    step: "Step", job: Job, node: Node, message: str, values: Mapping[str, object], retries: int = 0, details: str = ""
) -> str | None:
    """The code of the BPMN error that the model reads from what the worker says. A condition that fails holds not."""
    work = node.work
    if not isinstance(work, JobWork):
        return None
    for code, condition in work.errors:
        told = {"errorMessage": message, "errorDetails": details or message, "retries": retries, "topicName": job.type}
        try:
            if step.value(condition, step.instance.tokens[job.token], {**values, "externalTask": told}) is True:
                return code
        except ModelFault:
            continue
    return None


def throw_job_error(step: "Step", command: cmd.ThrowError) -> None:
    instance = step.instance
    job = instance.jobs.get(command.job)
    if job is None:
        _ignore(step, command)
        return
    token = instance.tokens[job.token]
    step.record(ev.JobCancelled(job.key))
    _resolve(step, job.token)
    if not throw_error(step, token, command.code, command.message, command.variables or {}):
        fault = ModelFault("error", f"nobody catches the error '{command.code}': {command.message}")
        try:
            set_variables(step, token, command.variables or {})
        except ModelFault as misfit:
            fault = ModelFault("error", f"{fault.message}; {misfit.message}")
        step.stall(token, fault)


def _resolve(step: "Step", token: int) -> None:
    for incident in list(step.instance.incidents.values()):
        if incident.token == token:
            step.record(ev.IncidentResolved(incident.key))


def change_job(step: "Step", command: cmd.ChangeJob) -> None:
    """New tries end the incident that waits for them; none left raises one."""
    job = step.instance.jobs.get(command.job)
    if job is None:
        _ignore(step, command)
        return
    retries = job.retries if command.retries < 0 else command.retries
    step.record(ev.JobChanged(job.key, retries, job.priority if command.priority is None else command.priority))
    if retries:
        _resolve(step, job.token)
    elif all(incident.token != job.token for incident in step.instance.incidents.values()):
        step.fail(step.instance.tokens[job.token], ModelFault("job", "the job has no tries left"))

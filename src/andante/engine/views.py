"""What the shell shows of an instance without knowing BPMN."""

from andante.bpmn.graph import JobWork, ProcessGraph
from andante.engine.scoping import visible
from andante.engine.state import Instance
from andante.engine.waits import Job


def current_element(graph: ProcessGraph, instance: Instance) -> str:
    """The id of the element the instance stands at, the innermost of the first token's; "" when it is over."""
    for token in instance.tokens.values():
        if not token.child:
            return graph.nodes[token.node].id
    return ""


def next_element(graph: ProcessGraph, instance: Instance) -> str:
    """The contract's `nextElem`: the element that goes on next, "" if none. It is the one the instance waits at."""
    return current_element(graph, instance)


def job_variables(graph: ProcessGraph, instance: Instance, job: Job) -> dict[str, object]:
    """What the worker is given: all that the job's token sees, constants too."""
    return {**graph.constants, **visible(instance, instance.tokens[job.token])}


def job_own(instance: Instance, job: Job) -> dict[str, object]:
    """Those of them that nobody else sees."""
    return dict(instance.tokens[job.token].locals or {})


def job_headers(graph: ProcessGraph, job: Job) -> dict[str, str]:
    """The static texts that the model gives to the worker, among them `resultVariable` where its result goes to one."""
    work = graph.nodes[job.node].work
    if not isinstance(work, JobWork):
        return {}
    return {**work.headers, "resultVariable": work.result_variable} if work.result_variable else dict(work.headers)

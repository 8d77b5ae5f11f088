"""SpiffWorkflow's side of the measurement, run by its own virtual environment.

    python spiff.py memory|durable COUNT      prints one JSON object: {"instances_per_s": number}

`memory`: start, complete both reviews, reach the end. `durable`: the same, and after each of the three commands the
instance, by SpiffWorkflow's own serializer, in one row of SQLite, committed with synchronous=FULL.
"""

import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

MODEL = Path(__file__).with_name("parallel-review.spiff.bpmn")


def run(spec: object, after_command: Callable[[int, BpmnWorkflow], None], number: int) -> None:
    workflow = BpmnWorkflow(spec)
    workflow.set_data(amount=500)
    workflow.task_tree.set_data(amount=500)
    workflow.do_engine_steps()
    after_command(number, workflow)
    for name in ("reviewA", "reviewB"):
        (task,) = workflow.get_tasks(state=TaskState.READY, spec_name=name)
        task.set_data(**{name: "approved"})
        task.run()
        workflow.do_engine_steps()
        after_command(number, workflow)
    if not workflow.is_completed():
        raise SystemExit("the process did not end")


def memory(spec: object, count: int) -> float:
    begin = time.perf_counter()
    for number in range(count):
        run(spec, lambda _number, _workflow: None, number)
    return count / (time.perf_counter() - begin)


def durable(spec: object, count: int) -> float:
    serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder, "spiff.db"), isolation_level=None)
        database.execute("pragma journal_mode=wal")
        database.execute("pragma synchronous=full")
        database.execute("create table workflow (id integer primary key, body text not null)")

        def keep(number: int, workflow: BpmnWorkflow) -> None:
            database.execute(
                "insert or replace into workflow values (?, ?)", (number, serializer.serialize_json(workflow))
            )

        begin = time.perf_counter()
        for number in range(count):
            run(spec, keep, number)
        rate = count / (time.perf_counter() - begin)
        database.close()
    return rate


def main() -> None:
    mode, count = sys.argv[1], int(sys.argv[2])
    parser = BpmnParser()
    parser.add_bpmn_file(str(MODEL))
    spec = parser.get_spec("parallelReview")
    measure = {"memory": memory, "durable": durable}[mode]
    measure(spec, max(count // 10, 5))
    print(json.dumps({"instances_per_s": measure(spec, count)}))


main()

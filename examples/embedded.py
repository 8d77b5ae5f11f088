"""Andante in a program of one's own: orders are placed, and reserved and shipped by functions of this file.

python examples/embedded.py
"""

from pathlib import Path

from andante import Andante, Job, JobError

HERE = Path(__file__).parent
engine = Andante("sqlite:///orders.db", who="shop")


@engine.worker("reserve-stock")
def reserve(lines: int, order_id: str) -> dict[str, str]:
    """What it takes are variables of the process, what it returns become some."""
    if lines > 100:
        raise JobError("OUT_OF_STOCK", "only 100 are there")
    return {"reservation": f"R-{order_id}"}


@engine.worker("ship-order")
async def ship(job: Job) -> None:
    print(f"{job.variables['reservation']} is on its way to {job.variables['customer']}")


with engine:
    engine.deploy(HERE / "order.bpmn")
    small = engine.start("Order", orderId="1", customer="Ann", lines=3)
    large = engine.start("Order", orderId="2", customer="Ben", lines=300)

    engine.run_until(lambda: "reservation" in engine.variables(small))
    engine.publish("payment received", correlation={"orderId": "1"})
    engine.run_until(small)

    engine.run_until(lambda: bool(engine.tasks(large)))
    for task in engine.tasks(large):
        print(task.name)
        engine.complete(task, by="sam")
    print([each.state for each in (engine.instance(small), engine.instance(large))])

"""The standard loop: an activity that runs again as long as a condition holds (BPMN 2.0.2 sections 10.3.8 and 13.3.6).

It is run as a sequential multi-instance of which nobody knows beforehand how many there will be. In the condition
`loopCounter` is the number of runs done, in the activity the number of the run, from 0.
"""

from typing import TYPE_CHECKING

from andante.bpmn.graph import Repeat
from andante.engine.faults import ModelFault
from andante.engine.state import Token

if TYPE_CHECKING:
    from andante.engine.step import Step


def runs_again(step: "Step", token: Token, repeat: Repeat, done: int) -> bool:
    """Whether there is another run after `done` of them. Raises ModelFault."""
    if repeat.maximum and done >= repeat.maximum:
        return False
    condition = repeat.condition if done or repeat.test_before else None
    if condition is not None and not step.met(condition, "loop", token, {"loopCounter": done}):
        return False
    if done >= step.settings.max_items:
        raise ModelFault("loop", f"it ran {done} times, which is the limit: does its condition never become false?")
    return True

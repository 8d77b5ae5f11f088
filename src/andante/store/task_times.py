"""By when a task should be done, as its row says it: the times of its SLA clocks, else its due date."""

from typing import Final

from andante.engine.waits import Task
from andante.timing.sla import CONDITION

RISK_PART: Final = 5  # a task that has only a due date is at risk in the last fifth of its time
WAITING: Final = -1
"""In place of when the risk begins: the task's clocks wait for a condition. What was not due when they began to wait
has no time then, for nobody knows it; so the task is not overdue, and comes after those that have one."""


def targets(task: Task) -> tuple[int, int, int]:
    """The earliest goal and deadline of the task's SLA clocks, else the model's due date; and when the risk begins."""
    goal = due = risk = 0
    clocks = [clock.state for clock in task.clocks if clock.state.first_at]
    running = [state for state in clocks if not state.why & CONDITION]
    for state in running or clocks:
        goal_at, deadline_at = state.goal_at, state.deadline_at
        if not running:
            goal_at, deadline_at = (at if at <= state.paused_at else 0 for at in (goal_at, deadline_at))
        if goal_at and (not goal or goal_at < goal):
            goal = goal_at
        if deadline_at and (not due or deadline_at < due):
            due = deadline_at
        first = state.first_at - state.risk_ms
        if not risk or first < risk:
            risk = first
    waiting = bool(clocks) and not running
    if not due and task.due_at and not waiting:
        due = task.due_at
        risk = risk or due - (due - task.created_at) // RISK_PART
    return goal, due, WAITING if waiting else risk

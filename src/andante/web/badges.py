"""The SLA badge: state, icon and words in one, for a task or a clock."""

from typing import Final

import msgspec

from andante.runtime import ClockView, TaskRecord
from andante.web.formats import full_moment, span

TONES: Final = {
    "on track": "calm",
    "at risk": "risk",
    "goal passed": "risk",
    "breached": "breached",
    "paused": "paused",
    "met": "done",
    "due": "calm",
}


class Badge(msgspec.Struct, frozen=True):
    """`tone` picks colour and icon. `due_at` (ms) is what the browser counts towards; 0: nothing ticks."""

    tone: str
    text: str
    title: str
    due_at: int = 0
    prefix: str = ""


def _running(state: str, goal_at: int, deadline_at: int, now: int, zone: str) -> Badge:
    times = []
    if goal_at:
        times.append(f"goal {full_moment(goal_at, zone)}")
    if deadline_at:
        times.append(f"due {full_moment(deadline_at, zone)}")
    title = "; ".join((state, *times))
    target = next((at for at in (goal_at, deadline_at) if at > now), deadline_at or goal_at)
    prefix = "goal passed, " if state == "goal passed" and target > now else ""
    return Badge(TONES.get(state, "calm"), prefix + left(target, now), title, target, prefix)


def left(target: int, now: int) -> str:
    """ "2 h 10 m left" or "overdue 3 d"."""
    return f"{span(target - now)} left" if target > now else f"overdue {span(now - target)}"


def task_badge(task: TaskRecord, now: int, zone: str) -> Badge | None:
    """None where the task has no time to keep."""
    if task.state == "open" and task.suspended:
        return Badge(
            "paused",
            "paused",
            "Its instance is suspended. SLA clocks stand still and go on from there when it is resumed.",
        )
    if not task.goal_at and not task.due_at:
        return None
    if task.state != "open":
        if task.due_at and task.ended_at > task.due_at:
            late = span(task.ended_at - task.due_at)
            return Badge("breached", f"missed by {late}", f"due {full_moment(task.due_at, zone)}")
        return Badge("done", "met", f"due {full_moment(task.due_at, zone)}") if task.state == "completed" else None
    return _running(task.sla_state or "due", task.goal_at, task.due_at, now, zone)


def clock_badge(clock: ClockView, now: int, zone: str) -> Badge:
    """The same for a clock of the instance page, with what it keeps while paused."""
    if clock.paused_at:
        target = next((at for at in (clock.goal_at, clock.deadline_at) if at > clock.paused_at), 0)
        kept = f" ({span(target - clock.paused_at)} kept)" if target else ""
        return Badge("paused", f"paused{kept}", f"since {full_moment(clock.paused_at, zone)}")
    if clock.state == "met":
        return Badge("done", "met", clock.name)
    return _running(clock.state, clock.goal_at, clock.deadline_at, now, zone)

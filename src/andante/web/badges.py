"""The SLA badge: state, icon and words in one, for a task or a clock."""

from typing import Final

import msgspec

from andante.languages import Language
from andante.languages import mark as _
from andante.runtime import ClockView, TaskRecord

TONES: Final = {
    "on track": "calm",
    "at risk": "risk",
    "goal passed": "risk",
    "breached": "breached",
    "paused": "paused",
    "met": "done",
    "due": "calm",
}
STATES: Final = {
    "on track": _("on track"),
    "at risk": _("at risk"),
    "goal passed": _("goal passed"),
    "breached": _("breached"),
    "due": _("due"),
}
TARGETS: Final = (_("goal"), _("deadline"))  # what milestones of these names are called
WAITING: Final = -1  # in the place of when the risk begins


class Badge(msgspec.Struct, frozen=True):
    """`tone` picks colour and icon. `due_at` (ms) is what the browser counts towards; 0: nothing ticks."""

    tone: str
    text: str
    title: str
    due_at: int = 0
    prefix: str = ""


def _running(say: Language, state: str, goal_at: int, deadline_at: int, now: int, zone: str) -> Badge:
    times = [say.text(STATES.get(state, state))]
    if goal_at:
        times.append(say.text(_("goal %(time)s"), time=say.full_moment(goal_at, zone)))
    if deadline_at:
        times.append(say.text(_("due %(time)s"), time=say.full_moment(deadline_at, zone)))
    target = next((at for at in (goal_at, deadline_at) if at > now), deadline_at or goal_at)
    prefix = say.text(_("goal passed, ")) if state == "goal passed" and target > now else ""
    return Badge(TONES.get(state, "calm"), prefix + left(say, target, now), "; ".join(times), target, prefix)


def left(say: Language, target: int, now: int) -> str:
    """ "2 h 10 m left" or "overdue 3 d"."""
    if target > now:
        return say.text(_("%(span)s left"), span=say.span(target - now))
    return say.text(_("overdue %(span)s"), span=say.span(now - target))


def task_badge(say: Language, task: TaskRecord, now: int, zone: str) -> Badge | None:
    """None where the task has no time to keep."""
    if task.state == "open" and task.suspended:
        title = _("Its instance is suspended. SLA clocks stand still and go on from there when it is resumed.")
        return Badge("paused", say.text(_("paused")), say.text(title))
    if task.state == "open" and task.risk_at == WAITING:
        title = _("Its SLA clocks wait for a condition, and go on when it holds no longer.")
        return Badge("paused", say.text(_("waiting")), say.text(title))
    if not task.goal_at and not task.due_at:
        return None
    if task.state != "open":
        due = say.text(_("due %(time)s"), time=say.full_moment(task.due_at, zone)) if task.due_at else ""
        if task.due_at and task.ended_at > task.due_at:
            late = say.text(_("missed by %(span)s"), span=say.span(task.ended_at - task.due_at))
            return Badge("breached", late, due)
        return Badge("done", say.text(_("met")), due) if task.state == "completed" else None
    return _running(say, task.sla_state or "due", task.goal_at, task.due_at, now, zone)


def clock_badge(say: Language, clock: ClockView, now: int, zone: str) -> Badge:
    """The same for a clock of the instance page, with what it keeps while paused."""
    if clock.paused_at:
        target = next((at for at in (clock.goal_at, clock.deadline_at) if at > clock.paused_at), 0)
        waits = clock.paused_for == ["condition"]
        text = say.text(_("waiting") if waits else _("paused"))
        if target:
            kept = _("waiting (%(span)s kept)") if waits else _("paused (%(span)s kept)")
            text = say.text(kept, span=say.span(target - clock.paused_at))
        return Badge("paused", text, say.text(_("since %(time)s"), time=say.full_moment(clock.paused_at, zone)))
    if clock.state == "met":
        return Badge("done", say.text(_("met")), clock.name)
    return _running(say, clock.state, clock.goal_at, clock.deadline_at, now, zone)

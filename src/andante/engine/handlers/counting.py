"""A business calendar has changed: the clocks that count by it are counted anew."""

from typing import TYPE_CHECKING

from andante.engine import commands as cmd
from andante.engine import events as ev
from andante.engine.sla import in_working_time, policy_of
from andante.timing.calendar import DEFAULT_CALENDAR, BusinessCalendar

if TYPE_CHECKING:
    from andante.engine.step import Step


def follow_calendar(step: "Step", command: cmd.FollowCalendar) -> None:
    """Once for each revision: a clock that was computed by the newest stays as it is. While it is paused it keeps its
    working time and goes on by the new calendar. What is over by then passes at the next look at what is due."""
    name = "" if command.calendar == DEFAULT_CALENDAR else command.calendar
    calendar = step.settings.calendars.known(name)
    if calendar.revision < command.revision:  # this server has not heard of the change yet: it is asked again
        return
    for clock in list(step.instance.clocks.values()):
        policy = policy_of(step, clock).policy
        if clock.calendar != name or clock.revision == calendar.revision or not in_working_time(policy):
            continue
        state = clock.state.recount(policy, step.now, calendar, BusinessCalendar(step.settings.zone))
        step.record(ev.ClockChanged(clock.key, state, ["calendar"], 0, calendar.revision))

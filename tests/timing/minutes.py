"""Working time the slow way: each minute is looked at by itself, by what the clocks on the wall show."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from andante.timing.calendar import BusinessCalendar, Period
from andante.timing.instants import MINUTE

Spans = tuple[tuple[int, int], ...]  # minutes of the day, the end beyond 1440 where a shift goes over midnight
ZONES = (
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Dublin", "America/New_York", "America/St_Johns",
    "America/Sao_Paulo", "America/Santiago", "Asia/Shanghai", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran",
    "Asia/Gaza", "Africa/Cairo", "Africa/Casablanca", "Australia/Lord_Howe", "Australia/Adelaide",
    "Australia/Eucla", "Pacific/Chatham", "Pacific/Apia", "Pacific/Fakaofo", "Pacific/Kiritimati",
    "Pacific/Auckland", "Antarctica/Troll",
)  # fmt: skip


class Rules(NamedTuple):
    """A calendar as its owner would tell it: periods as (first date, zone, week), and single days."""

    periods: tuple[tuple[dt.date, str, tuple[Spans, ...]], ...]
    days: Mapping[dt.date, Spans]
    yearly: Mapping[tuple[int, int], Spans]
    holidays: Mapping[dt.date, Spans]

    def calendar(self) -> BusinessCalendar:
        return BusinessCalendar(
            periods=[
                Period(since.toordinal(), zone, [_seconds(spans) for spans in week])
                for since, zone, week in self.periods
            ],
            days={date.toordinal(): _seconds(spans) for date, spans in self.days.items()},
            yearly={date: _seconds(spans) for date, spans in self.yearly.items()},
            holidays={date.toordinal(): _seconds(spans) for date, spans in self.holidays.items()},
        )

    def _period(self, date: dt.date) -> tuple[dt.date, str, tuple[Spans, ...]]:
        found = self.periods[0]
        for period in self.periods:
            if period[0] <= date:
                found = period
        return found

    def _spans(self, date: dt.date) -> Spans:
        if date in self.days:
            return self.days[date]
        if (date.month, date.day) in self.yearly:
            return self.yearly[date.month, date.day]
        if date in self.holidays:
            return self.holidays[date]
        return self._period(date)[2][date.weekday()]

    def works(self, ms: int) -> bool:
        """Whether the minute that begins at `ms` is working time."""
        for zone in {zone for _, zone, _ in self.periods}:
            wall = dt.datetime.fromtimestamp(ms // 1000, ZoneInfo(zone)).replace(tzinfo=None)
            for back in (0, 1):
                date = wall.date() - dt.timedelta(days=back)
                if self._period(date)[1] != zone:
                    continue
                minute = (wall - dt.datetime.combine(date, dt.time())) // dt.timedelta(minutes=1)
                if any(start <= minute < end for start, end in self._spans(date)):
                    return True
        return False

    def walk(self, start: int, minutes: int, most: int) -> int | None:
        """The first moment by which so many minutes have been worked since `start`; None after `most` minutes."""
        at, left = start, minutes
        for _ in range(most):
            if not left:
                return at
            left -= self.works(at)
            at += MINUTE
        return None if left else at


def _seconds(spans: Spans) -> Spans:
    return tuple((start * 60, end * 60) for start, end in spans)


@st.composite
def shifts(draw: st.DrawFn, over_midnight: bool = True) -> Spans:
    """None to three shifts of a day, at whole or odd minutes."""
    last = 1440 + (700 if over_midnight else 0)
    step = draw(st.sampled_from((1, 30, 60)))
    bounds = sorted(draw(st.sets(st.integers(0, last // step), max_size=6)))
    pairs = zip(bounds[0::2], bounds[1::2], strict=False)
    spans = [(a * step, b * step) for a, b in pairs]
    return tuple((a, b) for a, b in spans if a < 1440 and b - a <= 1440)


WEEK_OF_OFFICES: Sequence[Spans] = (*[((480, 720), (780, 1020))] * 5, (), ())


@st.composite
def rules(draw: st.DrawFn, around: dt.date) -> Rules:
    """Calendars whose changes and single days lie about a date."""

    def near() -> dt.date:
        return around + dt.timedelta(days=draw(st.integers(-6, 12)))

    def week() -> tuple[Spans, ...]:
        if draw(st.booleans()):
            return tuple(WEEK_OF_OFFICES)
        days = [draw(shifts()) for _ in range(7)]
        return tuple(days) if any(days) else tuple(WEEK_OF_OFFICES)

    zone = draw(st.sampled_from(ZONES))
    periods = [(dt.date(1, 1, 1), zone, week())]
    if draw(st.integers(0, 2)) == 0:
        moved = draw(st.sampled_from(ZONES)) if draw(st.booleans()) else zone
        periods.append((near(), moved, week()))
    days = {near(): draw(shifts()) for _ in range(draw(st.integers(0, 2)))}
    yearly = {(date.month, date.day): draw(shifts()) for date in [near() for _ in range(draw(st.integers(0, 1)))]}
    holidays: dict[dt.date, Spans] = {near(): () for _ in range(draw(st.integers(0, 2)))}
    return Rules(tuple(periods), days, yearly, holidays)

"""An instance's past as bars over time: one row for each stay of a token at an element, with what was work, what was
waiting, what was suspended, and the SLA's marks. The span that is shown is in the address."""

import datetime as dt
from collections.abc import Iterable
from typing import Final

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import Language
from andante.languages import mark as _
from andante.languages.language import local
from andante.runtime import ClockView, Passing, Stay, Stays, stays_of
from andante.web.desk import Desk, language_of
from andante.web.diagram import KINDS
from andante.web.session import Asked, caller
from andante.web.sight import seen_instance

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
STEPS: Final = (
    SECOND, 5 * SECOND, 15 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
    DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 91 * DAY, 365 * DAY, 3_650 * DAY,
)  # fmt: skip
MOST_TICKS: Final = 6
MOST_ROWS: Final = 300
SHORTEST: Final = 10 * SECOND  # ms that are shown at least
PASSING_BY: Final = frozenset(
    ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway")
)
SPOKEN: Final = {"work": _("%(span)s work"), "wait": _("%(span)s waiting"), "stuck": _("%(span)s at an incident")}
DUE: Final = {"goal": _("goal due %(time)s"), "deadline": _("deadline due %(time)s")}
GONE: Final = {"goal": _("goal passed %(time)s"), "deadline": _("deadline passed %(time)s")}


class Piece(msgspec.Struct, frozen=True):
    """A part of a bar, in percent of the width. `tone`: work, wait, stuck, paused."""

    tone: str
    x: float
    width: float
    title: str


class Sign(msgspec.Struct, frozen=True):
    """An SLA's mark: goal, deadline or milestone, `passed` or still to come."""

    tone: str
    x: float
    title: str
    passed: bool


class Row(msgspec.Struct, frozen=True):
    """`to` is the page of its task, "" without; `zoom` shows its time alone; `spoken` says all of it in words."""

    name: str
    kind: str
    depth: int
    state: str
    who: str
    took: str
    to: str
    zoom: str
    spoken: str
    pieces: list[Piece]
    signs: list[Sign]


class Tick(msgspec.Struct, frozen=True):
    x: float
    label: str


@get("/instances/{instance_id:str}/bars")
async def bars_page(request: Asked, desk: NamedDependency[Desk], instance_id: FromPath[str]) -> Response[str]:
    runtime = desk.runtime
    record = await seen_instance(runtime, caller(request), instance_id)
    told = await stays_of(runtime.store, runtime.graph, instance_id)
    clocks = (await runtime.detail(instance_id)).sla if not record.closed else []
    view = View(language_of(request), desk.zone, runtime.clock.now(), told, clocks, f"/instances/{instance_id}")
    view.show(_moment(request, "from"), _moment(request, "to"))
    rows = view.rows()
    return desk.page(
        request, "bars.html", record=record, view=view, rows=rows[:MOST_ROWS], more=max(0, len(rows) - MOST_ROWS),
        whole_row=view.whole_row(record.title or record.label or record.name),
    )  # fmt: skip


def _moment(request: Asked, name: str) -> int:
    """Of the address, in ms; 0 where it is none."""
    try:
        return int(dt.datetime.fromisoformat(request.query_params.get(name, "")).timestamp() * SECOND)
    except (ValueError, OverflowError):
        return 0


class View:
    """What is shown from `first` to `last` (ms), and the addresses of what lies beside it."""

    def __init__(self, say: Language, zone: str, now: int, told: Stays, clocks: list[ClockView], home: str) -> None:
        self._say = say
        self._zone = zone
        self._now = now
        self._told = told
        self._clocks = clocks
        self._home = home
        self.end = told.ended or now
        span = max(self.end - told.begun, SHORTEST)
        due = [each.due_at for clock in clocks for each in clock.targets if not each.passed and not clock.paused_at]
        self.whole = told.begun, max([told.begun + span, *(at for at in due if at <= self.end + span)])
        self.first, self.last = self.whole

    def show(self, first: int, last: int) -> None:
        """What cannot be is as if it were not asked for."""
        if 0 < first < last:
            self.first, self.last = first, max(last, first + SHORTEST)

    @property
    def zoomed(self) -> bool:
        return (self.first, self.last) != self.whole

    @property
    def now_at(self) -> float:
        """Where now is; -1 where it is not shown, or it is over."""
        shown = not self._told.ended and self.first < self._now < self.last
        return self._x(self._now) if shown else -1

    @property
    def words(self) -> str:
        say, zone = self._say, self._zone
        begun, ended = (say.moment(at, self._now, zone) for at in (self.first, self.last))
        return f"{begun} – {ended} ({say.span(self.last - self.first)})"

    def address(self, first: int = 0, last: int = 0) -> str:
        return f"{self._home}/bars" + (f"?from={_utc(first)}&to={_utc(last)}" if first else "")

    def closer(self, by: float) -> str:
        """Half as much time, or twice; never more than all of it."""
        middle, span = (self.first + self.last) // 2, max(int((self.last - self.first) * by), SHORTEST)
        if span >= self.whole[1] - self.whole[0]:
            return self.address()
        return self.address(middle - span // 2, middle + span // 2)

    def beside(self, way: int) -> str:
        """Half of what is shown earlier (-1) or later (1)."""
        by = way * (self.last - self.first) // 2
        return self.address(self.first + by, self.last + by)

    @property
    def ticks(self) -> list[Tick]:
        """At round times, in the zone of the pages."""
        span = self.last - self.first
        step = next((each for each in STEPS if span // each <= MOST_TICKS), STEPS[-1])
        offset = local(self.first, self._zone).utcoffset() or dt.timedelta()
        ahead = int(offset.total_seconds() * SECOND)
        at = -(-(self.first + ahead) // step) * step - ahead
        found, day = [], None
        while at <= self.last:
            when = local(at, self._zone)
            label = f"{when:%H:%M:%S}" if step < MINUTE else f"{when:%H:%M}"
            if step >= DAY or when.date() != day:
                date = self._say.moment(at, self.first if step < DAY else at + 400 * DAY, self._zone)
                label = self._say.day(at, self._zone) if step >= DAY else date
            day = when.date()
            found.append(Tick(self._x(at), label))
            at += step
        return found

    def rows(self) -> list[Row]:
        """Those of which something is in the span that is shown; gateways that are passed at once say nothing."""
        found = []
        for stay in self._told.stays:
            if stay.kind in PASSING_BY and stay.ended == stay.begun:
                continue
            if (stay.ended or self._now) < self.first or stay.begun > self.last:
                continue
            found.append(self._row(stay))
        return found

    def whole_row(self, name: str) -> Row:
        told, say = self._told, self._say
        pieces = [*self._pieces([("whole", told.begun, self.end)]), *self._pauses(told.begun, self.end)]
        took = say.span(self.end - told.begun)
        ahead = [clock for clock in self._clocks if clock.kind == "process"]
        signs = self._signs(told.passings, ahead)
        return Row(
            name, "", 0, "done" if told.ended else "active", "", took, "", self.address(),
            self._spoken(told.begun, told.ended, [], signs), pieces, signs,
        )  # fmt: skip

    def _row(self, stay: Stay) -> Row:
        ended = stay.ended or self._now
        stretches = [(each.kind, each.begun, each.ended or self._now) for each in stay.stretches]
        pieces = self._pieces(stretches or [("work", stay.begun, ended)])
        own = f"{self._home.rsplit('/', 1)[1]}-{stay.task}" if stay.task else ""
        ahead = [c for c in self._clocks if not stay.ended and c.kind != "process" and _of(c, own, stay.element)]
        signs = self._signs(stay.passings, ahead)
        state = "ended" if stay.withdrawn else "done" if stay.ended else "active"
        room = max((ended - stay.begun) // 10, SHORTEST // 2)
        who = stay.who if not stay.outcome else f"{stay.who}: {stay.outcome}" if stay.who else stay.outcome
        return Row(
            stay.name, self._say.text(KINDS.get(stay.kind, stay.kind)), min(stay.depth, 4), state, who,
            self._say.span(ended - stay.begun), f"/tasks/{own}" if own else "",
            self.address(stay.begun - room, ended + room),
            self._spoken(stay.begun, stay.ended, stretches, signs), [*pieces, *self._pauses(stay.begun, ended)], signs,
        )  # fmt: skip

    def _pieces(self, parts: Iterable[tuple[str, int, int]]) -> list[Piece]:
        found = []
        for kind, begun, ended in parts:
            if ended >= self.first and begun <= self.last:
                x = self._x(max(begun, self.first))
                found.append(
                    Piece(kind, x, round(self._x(min(ended, self.last)) - x, 3), self._title(kind, begun, ended))
                )
        return found

    def _pauses(self, begun: int, ended: int) -> list[Piece]:
        parts = [(max(a, begun), min(b or self._now, ended)) for a, b in self._told.pauses]
        return self._pieces(("paused", a, b) for a, b in parts if a < b)

    def _title(self, kind: str, begun: int, ended: int) -> str:
        if kind == "whole":
            return self._say.span(ended - begun)
        spoken = SPOKEN.get(kind, _("%(span)s suspended"))
        return self._say.text(spoken, span=self._say.span(ended - begun))

    def _signs(self, gone: Iterable[Passing], clocks: Iterable[ClockView]) -> list[Sign]:
        due = [
            (each.due_at, each.name, False) for c in clocks for each in c.targets if not each.passed and not c.paused_at
        ]
        found = []
        for at, target, passed in [*((each.at, each.target, True) for each in gone), *due]:
            if self.first <= at <= self.last:
                words = (GONE if passed else DUE).get(target)
                time = self._say.full_moment(at, self._zone)
                title = self._say.text(words, time=time) if words else f"{target}: {time}"
                found.append(Sign(target if target in DUE else "milestone", self._x(at), title, passed))
        return found

    def _spoken(self, begun: int, ended: int, parts: list[tuple[str, int, int]], signs: list[Sign]) -> str:
        say, zone = self._say, self._zone
        times = {"begun": say.moment(begun, self._now, zone), "ended": say.moment(ended, self._now, zone)}
        found = [say.text(_("%(begun)s to %(ended)s"), **times) if ended else say.text(_("since %(begun)s"), **times)]
        for kind in SPOKEN:
            if total := sum(b - a for each, a, b in parts if each == kind):
                found.append(self._title(kind, 0, total))
        pauses = [(max(a, begun), min(b or self._now, ended or self._now)) for a, b in self._told.pauses]
        if total := sum(b - a for a, b in pauses if a < b):
            found.append(self._title("paused", 0, total))
        return "; ".join([*found, *(each.title for each in signs)])

    def _x(self, at: int) -> float:
        return round((at - self.first) * 100 / (self.last - self.first), 3)


def _of(clock: ClockView, task: str, element: str) -> bool:
    """Whether it is the clock of this task, or of the stage at this element."""
    return clock.task == task if clock.task else clock.element == element


def _utc(ms: int) -> str:
    return dt.datetime.fromtimestamp(ms / SECOND, dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


HANDLERS: Final = (bars_page,)

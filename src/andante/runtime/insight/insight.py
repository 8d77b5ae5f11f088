"""`runtime.insight`: reports, exports and forecasts, and the projector behind them."""

from typing import Final, final

from andante.runtime.clock import Clock
from andante.runtime.definitions import Definitions
from andante.runtime.insight.exports import Exports
from andante.runtime.insight.forecast import Forecast, forecast
from andante.runtime.insight.histogram import Histogram
from andante.runtime.insight.projector import Projector
from andante.runtime.insight.reports import Period, Reports
from andante.runtime.problem import PARAMETER, Problem
from andante.runtime.sharing import Sharing
from andante.runtime.sight import sight
from andante.runtime.tasks import Tasks
from andante.store import insight as rows
from andante.store.records import TaskQuery
from andante.store.store import Store
from andante.timing.instants import TimingError, local, parse_instant

DAYS: Final = 30  # that a report covers where nothing is said
FORECAST_DAYS: Final = 180
MOST_DAYS: Final = 3_660
MOST_TASKS: Final = 500
FRESH_S: Final = 2.0  # seconds that a report takes to count what is over since the last look


@final
class Insight:
    """For one event loop."""

    def __init__(
        self, store: Store, clock: Clock, definitions: Definitions, tasks: Tasks, sharing: Sharing, zone: str
    ) -> None:
        self._store = store
        self._clock = clock
        self._tasks = tasks
        self._zone = zone
        self.projector = Projector(store, clock, definitions, lambda: sharing.first, zone)
        self.reports = Reports(store)
        self.exports = Exports(store, definitions)

    async def fresh(self) -> bool:
        """Count what is over by now, as far as it takes no longer than FRESH_S. Whether that was all."""
        return await self.projector.catch_up(seconds=FRESH_S)

    def period(self, first: str = "", last: str = "", days: int = DAYS) -> Period:
        """From and to, both days in ISO 8601, in the server's zone; the last `days` days where they are "".

        Raises Problem 400 for what is no day, and for spans that are too long or backwards.
        """
        end = self._day("to", last) if last else self._today()
        begin = self._day("from", first) if first else end - days + 1
        if not 0 <= end - begin < MOST_DAYS:
            raise Problem(
                PARAMETER, 400, f"from: give a day that is at most {MOST_DAYS} days before 'to', not after it."
            )
        return Period(begin, end)

    def _today(self) -> int:
        return local(self._clock.now(), self._zone).toordinal()

    def _day(self, name: str, text: str) -> int:
        try:
            return local(parse_instant(f"{text[:10]}T12:00:00", self._zone), self._zone).toordinal()
        except TimingError:
            raise Problem(PARAMETER, 400, f"{name}: '{text}' is no day. Write it as 2026-01-31.") from None

    async def forecast(self, *, definition: str = "", limit: int = 100) -> list[Forecast]:
        """Of the open tasks that have a time to keep, those that are due first: how likely each is to be late."""
        limit = max(1, min(limit, MOST_TASKS))
        query = TaskQuery(view="todo", everything=True, order_field="due_at", limit=limit)
        query.definition, query.due_from = definition, 1
        now, today = self._clock.now(), self._today()
        period = Period(today - FORECAST_DAYS + 1, today)
        past: dict[tuple[str, str], Histogram] = {}
        found = []
        for task in (await self._tasks.many(query)).items:
            key = task.definition, task.element
            if key not in past:
                past[key] = (await self.reports.stay(period, *key)).cycle
            found.append(forecast(task, task.due_at, now - task.created_at, task.due_at - now, past[key]))
        return found

    async def workload(self) -> list[tuple[str, int, int]]:
        """Open tasks by who has them: name, how many, how many of them are late. Those nobody has are by "queue:x",
        "group:x" or "*" for everybody."""
        only, names = sight().read.sql("definition")
        only, values = f" and {only}" if only else "", [self._clock.now(), *names]
        held = await self._store.browse(rows.HELD.format(only), values)
        offered = await self._store.browse(rows.OFFERED.format(only), values)
        return sorted([(who, count, late) for who, count, late in (*held, *offered)], key=lambda each: -each[1])

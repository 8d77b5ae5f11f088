"""How processes do: reports of a period, one process in depth, people and queues, and what is likely to be late."""

import datetime as dt
from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from andante.languages import Language
from andante.languages import mark as _
from andante.people import demand
from andante.people import permissions as allow
from andante.runtime import Problem
from andante.runtime.insight import Insight, Period, Report
from andante.runtime.insight.exports import MEDIA
from andante.runtime.insight.sums import Sums
from andante.runtime.problem import DEFINITION_NOT_FOUND, PARAMETER
from andante.timing.instants import parse_instant
from andante.web.desk import SECURITY, Desk, language_of, said
from andante.web.diagram import names_of
from andante.web.figures import bar, longest, plots, sure, trend
from andante.web.session import Asked, caller

SPANS: Final = {"7": _("7 days"), "30": _("30 days"), "90": _("90 days"), "365": _("A year")}
USUAL: Final = "30"
MOST_FORECASTS: Final = 200
NAMES: Final = {
    "completed": _("Completed per day"),
    "cycle": _("Cycle time per day"),
    "attainment": _("SLAs in time per day"),
    "ended": _("completed"),
    "cancelled": _("withdrawn or terminated"),
    "p50": _("half are faster"),
    "p95": _("95 of 100 are faster"),
    "in time": _("in time"),
}


class Span:
    """The period of the address: `days` until today, or from a day `to` a day. `query` keeps it in links."""

    def __init__(self, request: Asked, insight: Insight) -> None:
        first, last = (request.query_params.get(name, "").strip() for name in ("from", "to"))
        asked = request.query_params.get("days", "")
        self.days = "" if first or last else asked if asked in SPANS else USUAL
        self.period = insight.period(first, last, int(self.days or USUAL))
        self.first, self.last = _day(self.period.first), _day(self.period.last)
        self.query = f"days={self.days}" if self.days else f"from={self.first}&to={self.last}"


def _day(ordinal: int) -> str:
    return dt.date.fromordinal(ordinal).isoformat()


def _whole(daily: dict[str, dict[int, Sums]]) -> dict[int, Sums]:
    found: dict[int, Sums] = {}
    for sums in daily.values():
        for day, each in sums.items():
            found.setdefault(day, Sums()).merge(each)
    return found


@get("/insight")
async def processes(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    demand(caller(request), allow.INSIGHT_READ)
    insight = desk.runtime.insight
    span, fresh = Span(request, insight), await insight.fresh()
    daily = await insight.reports.daily(span.period)
    reports = await insight.reports.processes(span.period)
    return desk.page(
        request, "insight.html", span=span, spans=SPANS, fresh=fresh, reports=reports, labels=await _labels(desk),
        trends={name: trend(span.period, sums) for name, sums in daily.items()},
        plots=_plots(request, span.period, _whole(daily)) if reports else [], day_of=_ms,
    )  # fmt: skip


def _plots(request: Asked, period: Period, sums: dict[int, Sums]) -> list[object]:
    return list(plots(period, sums, {key: said(request, words) for key, words in NAMES.items()}))


def _ms(ordinal: int) -> int:
    """Noon of a day in UTC: a moment that is that day in most places."""
    return (ordinal - 719_163) * 86_400_000 + 43_200_000


async def _labels(desk: Desk) -> dict[str, str]:
    """What processes are called, by their names; the newest version's word."""
    return {each.name: each.label or each.name for each in reversed(await desk.runtime.definitions(limit=1_000))}


@get("/insight/processes/{name:str}")
async def process(request: Asked, desk: NamedDependency[Desk], name: FromPath[str]) -> Response[str]:
    demand(caller(request), allow.INSIGHT_READ)
    insight = desk.runtime.insight
    span, fresh = Span(request, insight), await insight.fresh()
    known = await desk.runtime.definitions(name=name, limit=1)
    versions = await insight.reports.versions(span.period, name)
    if not known and not versions:
        raise Problem(DEFINITION_NOT_FOUND, 404, f"There is no process '{name}'.")
    version = request.query_params.get("version", "")
    whole = await insight.reports.processes(span.period)
    elements = await insight.reports.elements(span.period, name, version)
    people = [each for each in elements if each.wait.count or each.work.count]
    most = longest([each.wait.mean + each.work.mean for each in people])
    return desk.page(
        request, "insight_process.html", span=span, spans=SPANS, fresh=fresh, name=name, version=version,
        label=known[0].label or name if known else name, definition=known[0] if known else None,
        names=names_of(await desk.runtime.graph(known[0].id)) if known else {},
        report=next((each for each in whole if each.definition == name), None), versions=versions, elements=elements,
        people=[(each, bar(each.wait.mean, each.work.mean, whole=most)) for each in people],
        outcomes=[(each, _outcomes(each)) for each in elements if each.outcomes], share=lambda part: bar(part, whole=1),
        plots=_plots(request, span.period, dict(await insight.reports.days(span.period, name))) if versions else [],
        day_of=_ms,
    )  # fmt: skip


def _outcomes(report: Report) -> list[tuple[str, int, float]]:
    whole = sum(report.outcomes.values())
    return [(each, count, count / whole) for each, count in sorted(report.outcomes.items(), key=lambda e: -e[1])]


@get("/insight/people")
async def people(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """Who has what to do now, and who completed what in the period."""
    demand(caller(request), allow.INSIGHT_READ)
    insight = desk.runtime.insight
    span, fresh = Span(request, insight), await insight.fresh()
    load = await insight.workload()
    most = longest([count for _who, count, _late in load])
    return desk.page(
        request, "insight_people.html", span=span, spans=SPANS, fresh=fresh,
        load=[(who, count, late, bar(late, count - late, whole=most)) for who, count, late in load],
        people=await insight.reports.people(span.period), queues=await insight.reports.queues(span.period),
        named=lambda who: _named(language_of(request), who),
    )  # fmt: skip


def _named(say: Language, who: str) -> str:
    """A person, or what tasks are offered to: "queue:x", "group:x", "role:x", "user:x", "*" for everybody."""
    if who == "*":
        return say.text(_("anybody"))
    kind, sign, name = who.partition(":")
    words = {"queue": _("queue %(name)s"), "group": _("group %(name)s"), "role": _("role %(name)s")}
    return say.text(words[kind], name=name) if sign and kind in words else name or who


@get("/insight/forecast")
async def forecast(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """Open tasks with a time to keep: those that are due first at the top, but what is late already below."""
    demand(caller(request), allow.INSIGHT_READ)
    insight = desk.runtime.insight
    fresh = await insight.fresh()
    definition = request.query_params.get("definition", "")
    found = await insight.forecast(definition=definition, limit=MOST_FORECASTS)
    found.sort(key=lambda each: each.breached)
    labels = await _labels(desk)
    return desk.page(
        request, "insight_forecast.html", fresh=fresh, found=[(each, sure(each)) for each in found], labels=labels,
        definition=definition, most=MOST_FORECASTS,
    )  # fmt: skip


@get("/insight/processes/{name:str}/export")
async def export(request: Asked, desk: NamedDependency[Desk], name: FromPath[str]) -> Stream:
    """The instances that started in the period, as XES or CSV."""
    demand(caller(request), allow.INSIGHT_READ)
    insight = desk.runtime.insight
    span = Span(request, insight)
    kind = request.query_params.get("format", "xes")
    if kind not in MEDIA:
        raise Problem(PARAMETER, 400, f"format: '{kind}' is none; use {' or '.join(MEDIA)}.")
    first = parse_instant(f"{span.first}T00:00:00", desk.zone)
    last = parse_instant(f"{_day(span.period.last + 1)}T00:00:00", desk.zone) - 1
    headers = {**SECURITY, "Content-Disposition": f'attachment; filename="history.{kind}"', "Cache-Control": "no-store"}
    return Stream(insight.exports.stream(kind, name, first, last), media_type=MEDIA[kind], headers=headers)


HANDLERS: Final = (processes, process, people, forecast, export)

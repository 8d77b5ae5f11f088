"""Public holidays by country and region, from the library `holidays`: looked up when a calendar is saved, and kept with
it, so that all servers count by the same days whatever release of the library each of them has."""

import datetime as dt
import warnings
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final

import msgspec

from andante.timing.calendar_form import CalendarForm, FormFault, Holiday, HolidaysOf, periods_of, places_of

YEARS_BACK: Final = 2
YEARS_AHEAD: Final = 25


def release() -> str:
    """That of the library."""
    return version("holidays")


def find(form: CalendarForm, first: int, last: int) -> list[Holiday]:
    """The holidays of these years, by date; of a day that two rules give the first one counts. Raises FormFault for a
    country, subdivision, category or language that the library does not know."""
    found: list[Holiday] = []
    starts = periods_of(form)
    ends = [since - 1 for since, _ in starts[1:]] + [dt.date.max.toordinal()]
    places = places_of(form)
    for period, ((since, rules), end) in enumerate(zip(starts, ends, strict=True)):
        for rule, each in enumerate(rules):
            days = _of(f"{places[period]}holidays[{rule}]", each, form.language, first, last)
            found.extend(
                Holiday(ordinal, name, period, rule)
                for date, name in days.items()
                if since <= (ordinal := date.toordinal()) <= end and first <= date.year <= last
            )
    return sorted(found, key=lambda holiday: (holiday.ordinal, holiday.period, holiday.rule))


def last_year(form: CalendarForm, last: int) -> int:
    """The last year, `last` at most, of which the library knows the holidays of all that the form names."""
    for place, (_, rules) in zip(places_of(form), periods_of(form), strict=True):
        for n, each in enumerate(rules):
            last = min(last, _calendar(f"{place}holidays[{n}]", each).end_year)
    return last


def names(form: CalendarForm, year: int, language: str) -> Mapping[int, str]:
    """What the holidays of a year are called in a language, by their ordinals; where the library has no such names they
    are the country's own. Raises FormFault."""
    spoken = msgspec.structs.replace(form, language=language)
    return {holiday.ordinal: holiday.name for holiday in reversed(find(spoken, year, year))}


def _of(where: str, rule: HolidaysOf, language: str, first: int, last: int) -> Mapping[dt.date, str]:
    known = _calendar(where, rule)
    years = range(max(first, known.start_year), min(last, known.end_year) + 1)
    if not years:
        return {}
    with warnings.catch_warnings():  # of some countries it warns that their dates are estimates
        warnings.simplefilter("ignore")
        import holidays

        return holidays.country_holidays(
            rule.country, subdiv=rule.subdivision or None, years=years, language=_spoken(known, language),
            categories=tuple(rule.categories),
        )  # fmt: skip


def _calendar(where: str, rule: HolidaysOf) -> Any:
    """The library's own, without any year yet."""
    import holidays

    countries = holidays.list_supported_countries(include_aliases=True)
    if rule.country not in countries:
        raise FormFault(f"{where}.country", f"'{rule.country}' is not known; give a code of ISO 3166-1 such as DE.")
    try:
        known = holidays.country_holidays(rule.country)
        if rule.subdivision:
            holidays.country_holidays(rule.country, subdiv=rule.subdivision)
    except NotImplementedError:
        some = ", ".join(countries[rule.country]) or "it has none"
        raise FormFault(
            f"{where}.subdivision", f"'{rule.subdivision}' is not known in {rule.country}; known are: {some}."
        ) from None
    for category in rule.categories:
        if category not in known.supported_categories:
            some = ", ".join(known.supported_categories)
            raise FormFault(f"{where}.categories", f"'{category}' is not known in {rule.country}; known are: {some}.")
    if not rule.categories:
        raise FormFault(f"{where}.categories", "none is given; 'public' is what most want.")
    return known


def _spoken(known: Any, language: str) -> str | None:
    """The language as the library calls it, "en" is any English; else the country's own, None where it has no choice.
    It is always said: the library would ask the server's environment."""
    languages: Sequence[str] = known.supported_languages
    if language in languages:
        return language
    bare = language.replace("-", "_").partition("_")[0]
    own: str | None = known.default_language
    return next((each for each in languages if bare and each.partition("_")[0] == bare), own)

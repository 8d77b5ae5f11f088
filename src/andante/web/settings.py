"""What everybody sets for themselves: looks, how they are told, who stands in for them, the password."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import mark as _
from andante.notify.apprises import masked
from andante.people import AccessProblem, KeyRecord, demand, may
from andante.people import permissions as allow
from andante.people.deputies import RULES
from andante.people.faults import FORBIDDEN, PARAMETER
from andante.people.preferences import ANY, CHANNELS, LANGUAGES
from andante.people.quiet import DAYS
from andante.runtime import DeputyRow, Problem
from andante.timing.instants import TimingError, parse_instant
from andante.web.desk import DENSITIES, THEMES, Desk, go, said
from andante.web.session import LONGEST_S, SESSION, Asked, address, caller, cookie, form, kept_as

KINDS: Final = {
    "reminder": _("Reminders"),
    "remind": _("Somebody asks for it"),
    "slaGoal": _("Goal passed"),
    "slaMilestone": _("Milestone passed"),
    "slaDeadline": _("Overdue"),
    "informed": _("For your information"),
    ANY: _("All others"),
}
CHANNEL_NAMES: Final = {"mail": _("E-mail"), "app": _("Here"), "apprise": _("Apprise")}
DIGEST_NAMES: Final = {
    "immediately": _("Each by itself, at once"), "hourly": _("Together, every hour"),
    "daily": _("Together, once a day"), "weekly": _("Together, once a week"),
}  # fmt: skip
DAY_NAMES: Final = dict(
    zip(
        DAYS,
        (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday")),
        strict=True,
    )
)
RULE_NAMES: Final = {"assign": _("New tasks go to the deputy"), "share": _("Both see them")}
NARROW: Final = ("definition", "queue")


@get("/settings")
async def settings_page(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    return await settings_view(request, desk)


async def settings_view(
    request: Asked, desk: Desk, at: str = "", problem: Problem | AccessProblem | None = None,
    kept: FormMultiDict | None = None, made: tuple[KeyRecord, str] | None = None,
) -> Response[str]:  # fmt: skip
    """`at`: the part of the page that `problem` is about; `kept`: what was typed there; `made`: a key, shown now."""
    who = caller(request)
    book = desk.services.post.preferences
    own = await book.said(who.user)
    known = desk.runtime.roster.known
    now = desk.runtime.clock.now()
    deputies = await desk.services.deputies.many(who.user)
    return desk.page(
        request, "settings.html", status=problem.status if problem else 200, at=at, problem=problem,
        kept=kept if kept is not None else {}, themes=THEMES, densities=DENSITIES, own=own, whole=book.whole(own),
        kinds=KINDS, channels=CHANNEL_NAMES, digests=DIGEST_NAMES, days=DAY_NAMES, rules=RULE_NAMES,
        apprise=[masked(url) for url in own.apprise], spoken=LANGUAGES, zone=desk.zone, any_kind=ANY,
        mine=[each for each in deputies if each.person == who.user], holds=lambda row: in_force(row, now),
        others=[each for each in deputies if each.person != who.user and each.deputy == who.user],
        persons=sorted(each.name for each in known.persons.values() if not each.disabled and each.name != who.user),
        keys=await desk.services.keys.many(who.user), made=made,
        queues=sorted(known.named("queue")), processes=await processes_of(desk),
    )  # fmt: skip


async def processes_of(desk: Desk) -> list[str]:
    return sorted({each.name for each in await desk.runtime.definitions(limit=1_000) if each.kind != "dmn"})


def in_force(row: DeputyRow, now: int) -> str:
    """now, later or over."""
    if row.from_at > now:
        return "later"
    return "over" if row.until_at and row.until_at <= now else "now"


def instant_of(field: str, text: str, zone: str) -> int:
    """A time of a form in ms, by the clocks of `zone`; 0 for none. Raises Problem 400."""
    try:
        return parse_instant(text, zone) if text else 0
    except TimingError as fault:
        raise Problem(PARAMETER, 400, f"{field}: {fault}") from None


# How to be told.


@post("/settings/notes", status_code=200)
async def set_preferences(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    who, given = caller(request), await form(request)
    try:
        demand(who, allow.PREFERENCE_OWN)
        changes = _preferences(given)
        await desk.services.post.prefer(who.user, changes, any_host=may(who, allow.PEOPLE_MANAGE))
    except (Problem, AccessProblem) as problem:
        return await settings_view(request, desk, "notes", problem, given)
    return go(request, "/settings#notes", said(request, _("You are told as you wish.")))


def _preferences(given: FormMultiDict) -> dict[str, Any]:
    channels = {}
    for kind in KINDS:
        if given.get(f"own.{kind}"):
            channels[kind] = [each for each in CHANNELS if f"{each}" in given.getall(f"channels.{kind}", [])]
    texts = ("language", "zone", "quiet_from", "quiet_until", "digest", "digest_at", "digest_day")
    found: dict[str, Any] = {name: str(given.get(name, "")).strip()[:100] for name in texts}
    for name in ("quiet_from", "quiet_until", "digest_at"):
        found[name] = found[name][:5]  # browsers may add seconds
    found["channels"] = channels
    found["urgent"] = [kind for kind in KINDS if kind != ANY and given.get(f"urgent.{kind}")]
    found["apprise"] = [line.strip() for line in str(given.get("apprise", "")).splitlines() if line.strip()]
    return found


@post("/settings/notes/test", status_code=200)
async def test_notes(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """A test by each of the person's channels; what became of it."""
    who = caller(request)
    demand(who, allow.PREFERENCE_OWN)
    told = await desk.services.post.test(who.user)
    failed = [f"{said(request, CHANNEL_NAMES[each.channel])}: {each.error}" for each in told if each.error]
    if failed:
        text = said(request, _("It did not arrive. %(why)s"), why="; ".join(failed))
    elif told:
        names = ", ".join(said(request, CHANNEL_NAMES[each.channel]) for each in told)
        text = said(request, _("A test was sent by: %(channels)s."), channels=names)
    else:
        text = said(request, _("You have no channel: nothing was sent."))
    return go(request, "/settings#notes", text)


# Deputies.


@post("/settings/deputies", opt=kept_as("deputy.add"), status_code=200)
async def add_deputy(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    who, given = caller(request), await form(request)
    try:
        demand(who, allow.DEPUTY_OWN)
        await add_deputy_of(desk, who.user, given, who.user)
    except (Problem, AccessProblem) as problem:
        return await settings_view(request, desk, "deputies", problem, given)
    return go(request, "/settings#deputies", said(request, _("The deputy is named.")))


async def add_deputy_of(desk: Desk, person: str, given: FormMultiDict, who: str) -> None:
    """As the form says. Raises Problem and AccessProblem."""
    texts = {name: str(given.get(name, "")).strip() for name in ("deputy", "since", "until", "rule", *NARROW)}
    await desk.services.deputies.add(
        person, texts["deputy"], from_at=instant_of("from", texts["since"], desk.zone),
        until_at=instant_of("until", texts["until"], desk.zone), definition=texts["definition"], queue=texts["queue"],
        rule=texts["rule"] or RULES[0], who=who,
    )  # fmt: skip


@post("/settings/deputies/{id:str}/end", opt=kept_as("deputy.remove"), status_code=200)
async def end_deputy(request: Asked, desk: NamedDependency[Desk], id: FromPath[str]) -> Response[str]:
    who = caller(request)
    demand(who, allow.DEPUTY_OWN)
    row = await desk.services.deputies.one(id)
    if row.person != who.user and not may(who, allow.PEOPLE_MANAGE):
        raise AccessProblem(FORBIDDEN, 403, "Only the person or an administrator may end it.")
    await desk.services.deputies.remove(id)
    back = "/settings#deputies" if row.person == who.user else "/admin/deputies"
    return go(request, back, said(request, _("The deputy is over.")))


# The password.


@post("/settings/password", opt=kept_as("person.password"), status_code=200)
async def set_password(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """Every other session ends."""
    who, given = caller(request), await form(request)
    present, fresh, again = (str(given.get(name, "")) for name in ("present", "fresh", "again"))
    try:
        if fresh != again:
            raise Problem(PARAMETER, 400, _("The two new passwords differ. Type them again."))
        token = await desk.access.change_password(who.user, present, fresh, address(request))
    except (Problem, AccessProblem) as problem:
        return await settings_view(request, desk, "password", problem)
    text = said(request, _("The password is changed. Your other sessions have ended."))
    return go(request, "/settings", text, [cookie(request, SESSION, token, LONGEST_S)])


HANDLERS: Final = (settings_page, set_preferences, test_notes, add_deputy, end_deputy, set_password)

"""One definition: its diagram with what it tells of the past and of now, its versions, what differs between them, its
source, and what operators do with it."""

from typing import Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages import Language
from andante.languages import mark as _
from andante.people import demand, may
from andante.people import permissions as allow
from andante.runtime import DefinitionRecord, Problem
from andante.runtime.comparing import Difference, differences
from andante.runtime.standing import AtElements
from andante.web import heat as heats
from andante.web.decision import AGGREGATIONS, KINDS, MOST_RULES, POLICIES, SIGNS
from andante.web.desk import SECURITY, Desk, go, language_of, said
from andante.web.diagram import names_of, places
from andante.web.formats import json_text
from andante.web.session import Asked, caller, form, kept_as

MOST: Final = 500
MOST_LINES: Final = 20_000
# Ending and media type by kind of definition.
FILES: Final = {
    "xml": ("bpmn", "application/xml"),
    "json": ("json", "application/json"),
    "dmn": ("dmn", "application/xml"),
    "form": ("form", "application/json"),
}
PROCESS: Final = ("xml", "json")
DONE: Final = {
    "activate": _("Active: a start without a version takes this one."),
    "deactivate": _("Not active any more: no start without a version takes it."),
    "suspend": _("Suspended: nobody can start it until it is resumed."),
    "resume": _("Resumed: it can be started again."),
    "retain": _("How long its instances are kept is changed."),
}
WITH_INSTANCES: Final = {
    "suspend": _("Suspended, with its open instances."),
    "resume": _("Resumed, with its instances."),
}
BARE: Final = ("sequenceFlow", "lane", "process")  # a badge on these would hide others
WORDS: Final = {"added": _("added"), "removed": _("removed"), "changed": _("changed")}


@get("/definitions/{definition_id:str}")
async def definition_page(request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str]) -> Response[str]:
    """`heat`: a measure; `days`: of how many; `all`: of all versions together."""
    return await _one(request, desk, definition_id)


async def _one(request: Asked, desk: Desk, definition_id: str, problem: Problem | None = None) -> Response[str]:
    who, runtime, say = caller(request), desk.runtime, language_of(request)
    demand(who, allow.DEFINITION_READ)
    definition = await runtime.definition(definition_id)
    process = definition.kind in PROCESS
    decision = await runtime.decision(definition_id) if definition.kind == "dmn" else None
    versions = await runtime.definitions(name=definition.name, limit=MOST)
    asked = request.query_params
    measure = asked.get("heat", "") if may(who, allow.INSIGHT_READ, definition.name) else ""
    measure = measure if measure in heats.MEASURES else ""
    days = next((each for each in heats.PERIODS if str(each) == asked.get("days", "")), heats.DAYS)
    every = bool(asked.get("all"))
    warmth, steps, standing = heats.NONE, [], AtElements({}, 0, 0)
    if process:
        steps = places(await runtime.graph(definition_id), None)
        standing = await runtime.standing.elements(definition_id)
        if measure:
            if "hx-request" not in request.headers:  # what is looked at again is counted behind it
                await runtime.insight.fresh()
            version = "" if every else definition.version
            warmth = await heats.heat(runtime, say, measure, days, definition.name, version)
    return desk.page(
        request, "definition.html", deployer=may(who, allow.DEFINITION_DEPLOY, definition.name),
        status=problem.status if problem else 200, definition=definition, steps=steps,
        marks=_marks(say, standing, warmth), versions=versions, problem=problem, decision=decision, process=process,
        kinds=KINDS, policies=POLICIES, aggregations=AGGREGATIONS, signs=SIGNS, most=MOST_RULES, standing=standing,
        heat=warmth, measure=measure, measures=heats.MEASURES, days=days, periods=heats.PERIODS, every=every,
        following=_following(measure), insight=may(who, allow.INSIGHT_READ, definition.name),
        kept=_kept(desk, definition),
    )  # fmt: skip


def _following(measure: str) -> str:
    """The measure that the key goes on to; after the last there is none."""
    order = ["", *heats.MEASURES]
    return order[(order.index(measure) + 1) % len(order)]


def _kept(desk: Desk, definition: DefinitionRecord) -> str:
    return definition.retention or desk.runtime.settings.retention or "forever"


def _marks(say: Language, standing: AtElements, warmth: heats.Heat) -> str:
    """Tokens above an element, the number of its heat below."""
    marks = {}
    for name in {**standing.tokens, **warmth.texts}:
        badges = []
        tokens = standing.tokens.get(name, 0)
        if tokens:
            title = say.plural("%(num)s is here", "%(num)s are here", tokens)
            badges.append({"text": say.number(tokens), "title": title, "tone": "active", "at": "above"})
        if name in warmth.texts:
            badges.append({"text": warmth.texts[name], "title": "", "tone": "value", "at": "below"})
        marks[name] = {"badges": badges, "classes": [f"heat-{warmth.levels[name]}"] if name in warmth.levels else []}
    return json_text(marks)


@post("/definitions/{definition_id:str}/{action:str}", opt=kept_as("definition.{action}"), status_code=200)
async def act(
    request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str], action: FromPath[str]
) -> Response[str]:
    """activate, deactivate, suspend or resume (with its instances where `instances`), retain."""
    who, given = caller(request), await form(request)
    demand(who, allow.DEFINITION_DEPLOY)
    instances = bool(given.get("instances"))
    try:
        await desk.runtime.definition_action(
            definition_id, action, who=who.user, instances=instances, retention=str(given.get("retention", "")).strip()
        )
    except Problem as problem:
        if problem.status == 404:
            raise
        return await _one(request, desk, definition_id, problem)
    words = WITH_INSTANCES.get(action, DONE[action]) if instances else DONE[action]
    return go(request, f"/definitions/{definition_id}", said(request, words))


@get("/definitions/{definition_id:str}/compare")
async def compare(request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str]) -> Response[str]:
    """What this version has otherwise than the one in `with`; without it, than the one before."""
    demand(caller(request), allow.DEFINITION_READ)
    new = await desk.runtime.definition(definition_id)
    versions = await desk.runtime.definitions(name=new.name, limit=MOST)
    earlier = [each for each in versions if (each.created_at, each.id) < (new.created_at, new.id)]
    chosen = request.query_params.get("with", "") or (earlier[0].id if earlier else "")
    if not chosen:
        raise Problem("astrozero.0002", 404, "There is no earlier version to compare with.")
    old = await desk.runtime.definition(chosen)
    found = await differences(desk.runtime, old.id, new.id)
    names = {**names_of(await desk.runtime.graph(old.id)), **names_of(await desk.runtime.graph(new.id))}
    return desk.page(
        request, "compare.html", old=old, new=new, versions=versions, found=found, names=names, kinds=WORDS,
        before=_differing(found, "added"), after=_differing(found, "removed"),
    )  # fmt: skip


def _differing(found: list[Difference], without: str) -> str:
    """Marks for one of two diagrams."""
    signs = {"added": "+", "removed": "−", "changed": "≠"}
    return json_text(
        {
            each.id: {
                "classes": [f"diff-{each.kind}"],
                "badges": []
                if each.element in BARE
                else [{"text": signs[each.kind], "title": "", "tone": f"diff-{each.kind}", "at": "above"}],
            }
            for each in found
            if each.kind != without
        }
    )


@get("/definitions/{definition_id:str}/text")
async def text(request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str]) -> Response[str]:
    """The source with numbered lines."""
    demand(caller(request), allow.DEFINITION_READ)
    definition = await desk.runtime.definition(definition_id)
    lines = (await desk.runtime.definition_source(definition_id)).decode("utf-8-sig", "replace").splitlines()
    return desk.page(
        request, "source.html", definition=definition, lines=lines[:MOST_LINES], untold=max(0, len(lines) - MOST_LINES)
    )


@get("/definitions/{definition_id:str}/source")
async def source(request: Asked, desk: NamedDependency[Desk], definition_id: FromPath[str]) -> Response[bytes]:
    """As deployed; offered as a file, so that no browser takes it for a page of ours."""
    demand(caller(request), allow.DEFINITION_READ)
    definition = await desk.runtime.definition(definition_id)
    ending, media = FILES[definition.kind]
    headers = {
        **SECURITY,
        "Content-Disposition": f'attachment; filename="{definition_id}.{ending}"',
        "Cache-Control": "private, max-age=3600",
    }
    return Response(await desk.runtime.definition_source(definition_id), media_type=media, headers=headers)


HANDLERS: Final = (definition_page, act, compare, text, source)

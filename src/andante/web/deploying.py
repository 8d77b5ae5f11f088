"""Deploying files by the browser: several, each for itself, and what is wrong or doubtful, shown where it is."""

from typing import Any, Final

import msgspec
from litestar import Response, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency

from andante.languages import Language
from andante.languages import mark as _
from andante.markup.element import parse
from andante.markup.findings import ModelRefused
from andante.people import demand
from andante.people import permissions as allow
from andante.runtime import Deployment, Problem, Runtime
from andante.runtime.problem import PARAMETER
from andante.runtime.together import in_order
from andante.web.desk import Desk, go, language_of, said
from andante.web.formats import json_text
from andante.web.session import Asked, caller, form, kept_as

MOST: Final = 50  # files at once
LARGEST_DRAWN: Final = 2 * 1024 * 1024  # bytes of a file that is drawn again on the page
MOST_WORDS: Final = 300  # characters of findings on one element
DRAWING: Final = b"BPMNDiagram"
NO_FILE: Final = "Choose a file that is not empty: BPMN (.bpmn, .xml), DMN (.dmn), form (.form) or JSON."
ENDS: Final = ("sourceRef", "targetRef", "attachedToRef")
WRONG: Final = "bad"
DOUBTFUL: Final = "risk"


class Point(msgspec.Struct, frozen=True):
    """A finding: `line` 0 and `element` "" where it is of the whole file. `near` is what a flow or boundary event hangs
    on: where one end leads nowhere, only the other is drawn."""

    tone: str
    code: str
    element: str
    line: int
    message: str
    near: list[str] = []


class Result(msgspec.Struct, frozen=True):
    """What became of a file. `xml` is there to be drawn, "" where there is no drawing; `marks` are for it."""

    file: str
    deployed: Deployment | None
    problem: Problem | None
    points: list[Point]
    xml: str
    marks: str


@post("/definitions", opt=kept_as("definition.deploy"), status_code=200)
async def deploy(request: Asked, desk: NamedDependency[Desk]) -> Response[str]:
    """.bpmn, .dmn and .form files and definitions in the JSON form. What is right is deployed."""
    who = caller(request)
    demand(who, allow.DEFINITION_DEPLOY)
    sent = [each for each in (await form(request)).getall("file", []) if isinstance(each, UploadFile)][:MOST]
    files = {each.filename: await each.read() for each in sent if each.filename}
    if not files:
        return _shown(request, desk, [Result("", None, Problem(PARAMETER, 400, NO_FILE), [], "", "{}")])
    say = language_of(request)
    results = [await _deployed(desk.runtime, say, name, files[name], who.user) for name in in_order(files)]
    if any(each.points or each.problem for each in results):
        return _shown(request, desk, results)
    only = results[0].deployed
    if len(results) == 1 and only is not None and only.id:
        return go(request, f"/definitions/{only.id}", said(request, _("%(name)s is deployed."), name=results[0].file))
    words = say.plural("%(num)s file is deployed.", "%(num)s files are deployed.", len(results))
    return go(request, "/definitions", words)


def _shown(request: Asked, desk: Desk, results: list[Result]) -> Response[str]:
    problem = next((each.problem for each in results if each.problem is not None), None)
    return desk.page(request, "deployed.html", status=problem.status if problem else 200, results=results)


async def _deployed(runtime: Runtime, say: Language, name: str, data: bytes, who: str) -> Result:
    try:
        if not data.strip():
            raise Problem(PARAMETER, 400, NO_FILE)
        found = (await runtime.deploy({name: data}, who=who))[name]
    except Problem as problem:
        points = msgspec.convert([{"tone": WRONG, **each} for each in _findings(problem)], list[Point])
        return Result(name, None, problem, *_drawn(say, data, points))
    points = [Point(DOUBTFUL, each.code, each.element, each.line, each.message) for each in found.warnings]
    return Result(name, found, None, *_drawn(say, data, points))


def _findings(problem: Problem) -> list[dict[str, Any]]:
    return [each for each in problem.details if isinstance(each, dict) and "line" in each]


def _drawn(say: Language, data: bytes, points: list[Point]) -> tuple[list[Point], str, str]:
    """The findings, the file as text where it has a drawing to be shown with them, and the marks on it."""
    if not points or DRAWING not in data or len(data) > LARGEST_DRAWN:
        return points, "", "{}"
    ends = _ends(data)
    points = [msgspec.structs.replace(each, near=ends.get(each.element, [])) for each in points]
    at: dict[str, list[Point]] = {}
    for point in points:
        for element in (point.element, *point.near) if point.element else ():
            at.setdefault(element, []).append(point)
    marks = {}
    for element, found in at.items():
        tone = found[0].tone
        badge = {
            "text": "!" if len(found) == 1 else say.number(len(found)),
            "title": " ".join(each.message for each in found)[:MOST_WORDS],
            "tone": tone,
            "at": "above",
        }
        marks[element] = {"classes": [f"found-{tone}"], "badges": [badge]}
    return points, data.decode("utf-8-sig", "replace"), json_text(marks)


def _ends(data: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        todo = [parse(data)]
    except ModelRefused:
        return found
    while todo:
        element = todo.pop()
        todo.extend(element.children)
        if found_at := [element.attributes[name] for name in ENDS if name in element.attributes]:
            found[element.id] = found_at
    return found


HANDLERS: Final = (deploy,)

"""What happened to an instance, told in plain words."""

from typing import Annotated, Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from msgspec import Meta

from andante.api.instances import MOST, visible
from andante.api.operation import BASE, Operation
from andante.api.services import Call, caller, services
from andante.api.wire import at, choice, one_of, query_of, success
from andante.languages import CODES, language
from andante.languages.words import chapters
from andante.people import permissions as allow
from andante.runtime import problem as codes


class TimelineQuery(msgspec.Struct, frozen=True):
    """`after`: the number of the last command that is known; `language` of the sentences."""

    after: Annotated[int, Meta(ge=0, le=2**53)] = 0
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 200
    language: Annotated[str, choice(*CODES)] = CODES[0]


class ChapterShape(msgspec.Struct, frozen=True):
    """What one command did; `who` is "" for the server itself."""

    seq: int
    at: str
    who: str
    lines: list[str]


class TimelineRecs(msgspec.Struct, frozen=True):
    """The oldest first. `after` continues; 0: that was all."""

    Recs: list[ChapterShape]
    total: int
    after: int


@get(
    f"{BASE}/runtime/instances/{{instance_id:str}}/timeline",
    operation=Operation(
        "Read an instance's history in plain words", allow.INSTANCE_READ, TimelineRecs, query=TimelineQuery,
        tag="instances", errors=(codes.INSTANCE_NOT_FOUND, codes.DEFINITION_NOT_FOUND),
        description="A sentence for each fact that people are told, those of one command together. `limit` counts "
        "facts before they are told.",
    ),
)  # fmt: skip
async def timeline(request: Call, instance_id: FromPath[str]) -> Response[bytes]:
    query = query_of(request, TimelineQuery)
    say = language(one_of("language", query.language, CODES))
    runtime = services(request).runtime
    record = await visible(services(request), caller(request), instance_id)
    graph = await runtime.graph(record.definition_id)
    entries = await runtime.history(instance_id, after=query.after, limit=query.limit)
    told = chapters(entries, {node.id: node.name for node in graph.nodes if node.name}, say)
    recs = [ChapterShape(each.seq, at(each.at), each.who, [line.text for line in each.lines]) for each in told[::-1]]
    more = entries[-1].seq if len(entries) >= query.limit else 0
    return success(TimelineRecs(recs, len(recs), more))


HANDLERS: Final = (timeline,)

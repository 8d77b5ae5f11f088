"""An instance as it was after one of its commands: for operators, from the links of its history."""

from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from andante.languages.words import chapters
from andante.people import demand
from andante.people import permissions as allow
from andante.web.desk import Desk, language_of
from andante.web.diagram import marks, names_of, places
from andante.web.instances import all_history, shown_inside
from andante.web.session import Asked, caller


@get("/instances/{instance_id:str}/at/{seq:int}")
async def past_page(
    request: Asked, desk: NamedDependency[Desk], instance_id: FromPath[str], seq: FromPath[int]
) -> Response[str]:
    demand(caller(request), allow.INSTANCE_READ_ANY, (await desk.runtime.instance(instance_id)).name)
    past = await desk.runtime.replay(instance_id, until=seq)
    record = past.record
    graph = await desk.runtime.graph(record.definition_id)
    before = [entry for entry in await all_history(desk.runtime, instance_id) if entry.seq <= past.seq]
    say = language_of(request)
    steps = places(graph, past.detail, before)
    names = names_of(graph)
    until = {each.element: say.moment(each.due_at, desk.runtime.clock.now(), desk.zone) for each in past.timers}
    return desk.page(
        request, "past.html", past=past, record=record, definition=await desk.runtime.definition(record.definition_id),
        steps=steps, marks=marks(steps, say, until), names=names, told=chapters(past.facts, names, say),
        inner=shown_inside(past),
    )  # fmt: skip


HANDLERS: Final = (past_page,)

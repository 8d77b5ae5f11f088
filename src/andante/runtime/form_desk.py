"""What the API and the pages ask about forms: `runtime.forms`."""

from typing import final

from andante.forms import FormView
from andante.runtime import views
from andante.runtime.clock import Clock
from andante.runtime.definitions import Definitions
from andante.runtime.deploying import Deploying
from andante.runtime.deployment import Deployment
from andante.runtime.forms import NOTHING, Sent
from andante.runtime.sight import seen_definition
from andante.runtime.tasks import task_key
from andante.store.records import TaskRecord
from andante.store.store import Store


@final
class FormDesk:
    """All methods raise Problem."""

    def __init__(self, store: Store, clock: Clock, definitions: Definitions, deploying: Deploying) -> None:
        self._store = store
        self._clock = clock
        self._definitions = definitions
        self._deploying = deploying

    async def deploy(
        self, data: bytes, *, who: str, name: str = "", activate: bool = True, version: str = ""
    ) -> Deployment:
        """Deploy a form-js schema or a JSON Schema. `name` is its id where it has none of its own."""
        return await self._deploying.form(data, name, who, activate, version)

    async def at_start(self, definition_id: str, sent: Sent = None) -> FormView:
        """What a start of this definition asks for, where `sent` is filled in already."""
        await self._definitions.catalogue.fresh()
        graph = await self._definitions.graph(seen_definition(self._definitions.one(definition_id)).id)
        return self._definitions.forms.at_start(graph, definition_id, self._clock.now(), sent)

    async def of_task(self, task: TaskRecord, sent: Sent = None) -> FormView:
        """What the task asks for, with the data that it begins with; of one that is over, as its instance is now."""
        await self._definitions.catalogue.fresh()
        _, instance = await views.load(self._store, task.instance_id)
        graph = await self._definitions.graph(instance.definition_id)
        node = graph.by_id.get(task.element, -1)
        if node < 0:  # the instance goes on by a version without it
            return NOTHING
        wait = instance.tasks.get(task_key(task.id)[1])
        token = None if wait is None else instance.tokens.get(wait.token)
        return self._definitions.forms.of_task(graph, graph.nodes[node], instance, token, self._clock.now(), sent)

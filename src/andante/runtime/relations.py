"""What instances ask of each other: calls, their ends, messages and signals. Each may come twice after a crash and has
its effect once."""

from typing import final

from andante.engine.commands import FailCall, Start
from andante.engine.effects import (
    BroadcastSignal,
    ChooseAssignee,
    Effect,
    PublishMessage,
    StartChild,
    TellChild,
    TellParent,
)
from andante.runtime.bundle import nothing
from andante.runtime.choosing import Chooser
from andante.runtime.definitions import Definitions
from andante.runtime.executor import Executor
from andante.runtime.messages import Messages
from andante.runtime.problem import Problem


@final
class Relations:
    """Carries out the outbox's inner effects."""

    def __init__(self, executor: Executor, definitions: Definitions, messages: Messages, chooser: Chooser) -> None:
        self._executor = executor
        self._definitions = definitions
        self._messages = messages
        self._chooser = chooser

    async def deliver(self, key: tuple[str, int, int], effect: Effect) -> None:
        """Raises Problem: below 500 it is final, else it is worth another try."""
        if isinstance(effect, StartChild):
            await self._start_child(key[0], effect)
        elif isinstance(effect, TellChild):
            await self._tell(effect.child_id, effect.command)
        elif isinstance(effect, TellParent):
            await self._tell(effect.parent_id, effect.command)
        elif isinstance(effect, PublishMessage):
            await self._messages.publish(
                effect.name, effect.business_key, None, effect.variables, 0, effect.message_id, ""
            )
        elif isinstance(effect, BroadcastSignal):
            await self._messages.broadcast(effect.name, effect.variables, "", f"{key[0]}-{key[1]}-{key[2]}")
        elif isinstance(effect, ChooseAssignee):
            command = await self._chooser.choose(effect)
            if command is not None:
                await self._tell(key[0], command)
        else:
            raise AssertionError(f"{type(effect).__name__} is no inner effect")

    async def _tell(self, instance_id: str, command: object) -> None:
        try:
            await self._executor.submit(instance_id, command, "", nothing)  # type: ignore[arg-type]
        except Problem as problem:
            if problem.status >= 500:
                raise
            # It is over or gone: there is nobody left to tell.

    async def _start_child(self, parent_id: str, effect: StartChild) -> None:
        try:
            record = await self._definitions.called(effect.element, effect.version, parent_id)
        except Problem as problem:
            await self._tell(parent_id, FailCall(effect.parent_token, effect.child_id, "", problem.message))
            return
        command = Start(
            record.id, record.name, record.version, effect.variables, effect.business_key, "", parent_id,
            effect.parent_token, effect.root_id, effect.depth, effect.is_test, effect.held,
        )  # fmt: skip
        try:
            await self._executor.submit(effect.child_id, command, "", nothing)
        except Problem as problem:
            if problem.status >= 500:
                raise
            await self._tell(parent_id, FailCall(effect.parent_token, effect.child_id, "", problem.message))

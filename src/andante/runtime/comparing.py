"""What differs between two versions of a process."""

import asyncio

from andante.bpmn.comparing import Change, Difference, compare
from andante.runtime.problem import PARAMETER, Problem
from andante.runtime.runtime import Runtime

__all__ = ["Change", "Difference", "differences"]


async def differences(runtime: Runtime, old: str, new: str) -> list[Difference]:
    """Between two definitions by their ids. Raises Problem 404, and 400 where one is no process."""
    for each in (old, new):
        if (await runtime.definition(each)).kind not in ("xml", "json"):
            raise Problem(PARAMETER, 400, "Only versions of processes can be compared.")
    sources = [await runtime.definition_source(each) for each in (old, new)]
    return await asyncio.to_thread(compare, *sources)

"""The whole server, at hand for every test of this room."""

from collections.abc import AsyncIterator

import pytest
from house import APPROVAL, House, house_at


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with house_at(database_url) as house:
        yield house


@pytest.fixture
async def approval(house: House) -> str:
    """Deploys a process with one user task, offered to kim and the managers. Its definition id."""
    deployed = await house.ada.deploy(APPROVAL)
    definition_id: str = deployed["id"]
    return definition_id

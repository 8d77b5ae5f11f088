"""The post's surroundings."""

from collections.abc import AsyncIterator, Iterator

import pytest
from bureau import Bureau, Receiver, opened
from post_office import PostOffice


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    found = PostOffice()
    await found.open()
    yield found
    await found.close()


@pytest.fixture
async def bureau(database_url: str, office: PostOffice) -> AsyncIterator[Bureau]:
    async with opened(database_url, office) as found:
        yield found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()

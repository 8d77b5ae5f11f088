"""One server for all tests of this room; each test is done with both clients."""

from collections.abc import Iterator

import pytest
from desk import SECRET, Hands, serving

from andante.client import Client


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture
def hands(kind: str, url: str) -> Iterator[Hands]:
    """Somebody who may do everything, by either client."""
    hands = Hands(kind, url)
    yield hands
    hands.close()


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    with Client(url, "admin", SECRET) as client:
        yield client

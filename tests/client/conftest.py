"""One server on each kind of database for all tests of this room; each test is done with both clients."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from desk import SECRET, Hands, serving

from andante.client import Client


@pytest.fixture(scope="session")
def urls(lasting_url: Callable[[str], str]) -> Iterator[Callable[[str], str]]:
    """The address of the one on a kind of database."""
    with ExitStack() as stack:
        yield cache(lambda database: stack.enter_context(serving(lasting_url(database))))


@pytest.fixture
def database() -> str:
    """Which kind. A file of tests that are also to run on PostgreSQL has another fixture of this name."""
    return "sqlite"


@pytest.fixture
def url(urls: Callable[[str], str], database: str) -> str:
    return urls(database)


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

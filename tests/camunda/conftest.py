"""One server on each kind of database for all tests of this room."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from engine_rest import Rest
from whole_server import serving


@pytest.fixture(scope="session")
def urls(lasting_url: Callable[[str], str]) -> Iterator[Callable[[str], str]]:
    """The address of the one on a kind of database."""
    with ExitStack() as stack:
        yield cache(lambda database: stack.enter_context(serving(lasting_url(database))))


@pytest.fixture
def database() -> str:
    """Which kind. What is also to run on PostgreSQL has another fixture of this name."""
    return "sqlite"


@pytest.fixture
def rest(urls: Callable[[str], str], database: str) -> Iterator[Rest]:
    rest = Rest(urls(database))
    yield rest
    rest.close()

"""Accounts and access on a real database of each kind, with a clock that the test moves."""

from collections.abc import AsyncIterator

import pytest
from office import START, Office

from andante.people import Access, Accounts, Clients, Keys
from andante.store.opening import open_store


@pytest.fixture
async def office(database_url: str) -> AsyncIterator[Office]:
    store = await open_store(database_url)
    office = Office(store)
    office.accounts = Accounts(store, lambda: office.now)
    office.clients = Clients(store, lambda: office.now, office.accounts)
    office.keys = Keys(store, lambda: office.now)
    office.access = Access(store, office.accounts, lambda: office.now)
    office.now = START
    yield office
    await store.close()

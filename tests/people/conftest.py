"""Accounts and access on a real SQLite file, with a clock that the test moves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from office import START, Office

from andante.people import Access, Accounts
from andante.store.opening import open_store


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    store = await open_store(f"sqlite:///{tmp_path}/people.db")
    office = Office(store)
    office.accounts = Accounts(store, lambda: office.now)
    office.access = Access(store, office.accounts, lambda: office.now)
    office.now = START
    yield office
    await store.close()

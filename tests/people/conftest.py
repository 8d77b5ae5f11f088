"""Accounts and access on a real SQLite file, with a clock that the test moves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from office import START, Office

from andante.people import Access, Accounts
from andante.store.store import Store


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    store = Store(f"sqlite:///{tmp_path}/people.db")
    office = Office(store)
    office.accounts = Accounts(store, lambda: office.now)
    office.access = Access(store, office.accounts, lambda: office.now)
    office.now = START
    yield office
    store.close()

"""What the tests of this room work with."""

from typing import Final

from andante.people import Access, Accounts, Clients, Keys
from andante.store.store import Store

START: Final = 1_767_258_000_000
MINUTE: Final = 60_000


class Office:
    """Accounts, access, their store and the time (ms)."""

    accounts: Accounts
    access: Access
    clients: Clients
    keys: Keys

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = START

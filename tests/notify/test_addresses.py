"""Whom a recipient stands for."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from andante.notify import AddressBook
from andante.store.schema import person

PEOPLE = [
    # name, email, manager, groups, roles, queues, disabled
    ("ada", "ada@example.com", "grace", ["engineers"], ["user"], ["service-desk"], 0),
    ("bob", "bob@example.com", "grace", ["engineers", 'the "A" team'], ["user", "operator"], [], 0),
    ("cy", "", "ada", ["engineers_2"], ["user"], [], 0),
    ("dan", "dan@example.com", "", ["engineers"], ["operator"], ["service-desk"], 1),
    ("grace", "grace@example.com", "", ["leads"], ["user"], [], 0),
]


class Tables:
    """The store's table of persons, in memory."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:")
        self.db.execute(str(CreateTable(person).compile(dialect=sqlite.dialect())))
        for name, email, manager, groups, roles, queues, disabled in PEOPLE:
            lists = [json.dumps(names) for names in (groups, roles, queues)]
            self.db.execute(
                'insert into person (name, email, manager, "groups", roles, queues, disabled) values (?,?,?,?,?,?,?)',
                (name, email, manager, *lists, disabled),
            )

    async def read(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self.db.execute(sql, parameters).fetchall()


@pytest.mark.parametrize(
    ("recipient", "names"),
    [
        ("ada", ["ada"]),
        ("user:ada", ["ada"]),
        ("nobody", []),
        ("cy", []),  # has no address
        ("dan", []),  # is disabled
        ("group:engineers", ["ada", "bob"]),  # not engineers_2, though "_" is any letter to the database
        ("group:engineer_", []),
        ('group:the "A" team', ["bob"]),
        ("role:operator", ["bob"]),
        ("queue:service-desk", ["ada"]),
        ("queue:engineers", []),
        ("manager:ada", ["grace"]),
        ("manager:user:cy", ["ada"]),
        ("manager:group:engineers", ["grace"]),
        ("manager:grace", []),
    ],
)
async def test_a_recipient_stands_for_people(recipient: str, names: list[str]) -> None:
    assert await AddressBook(Tables()).addresses(recipient) == [f"{name}@example.com" for name in names]

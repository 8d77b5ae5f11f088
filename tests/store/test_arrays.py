"""Columns of values in PostgreSQL's binary form: what is written is what another driver reads."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pytest
from cluster import Cluster
from hypothesis import given, settings
from hypothesis import strategies as some

from andante.store.faults import Unstorable
from andante.store.postgres import arrays, results

TEXTS = some.text(some.characters(blacklist_categories=["Cs"], blacklist_characters="\0"))
READ: Sequence[tuple[str, Callable[[Sequence[object]], bytes], some.SearchStrategy[Any]]] = [
    ("text", arrays.texts, TEXTS | some.sampled_from(["", "x" * 255, "ä" * 128, "😀" * 300, "{},\"NULL\\'"])),
    ("int8", arrays.numbers, some.integers(-(2**63), 2**63 - 1)),
    ("int4", arrays.small_numbers, some.integers(-(2**31), 2**31 - 1)),
    ("bytea", arrays.octets, some.binary(max_size=600) | some.binary(max_size=9).map(bytearray)),
]


class Reader:
    """Another driver's eyes."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._pg = connection.pgconn

    def __call__(self, kind: str, data: bytes) -> list[Any]:
        """Each value of the array, as the server reads it: how it is given back is psycopg's affair."""
        result = self._pg.exec_params(
            f"select v from unnest($1::{kind}[]) with ordinality u(v, n) order by n".encode(), [data], None, [1], 1
        )
        assert result.status == psycopg.pq.ExecStatus.TUPLES_OK, result.error_message
        loader = psycopg.adapt.Transformer().get_loader(result.ftype(0), psycopg.pq.Format.BINARY)
        values = [result.get_value(row, 0) for row in range(result.ntuples)]
        return [None if value is None else loader.load(value) for value in values]


@pytest.fixture(scope="module")
def read(cluster: Cluster) -> Iterator[Reader]:
    with psycopg.connect(cluster.url()) as connection:
        yield Reader(connection)


@pytest.mark.parametrize(("kind", "write", "values"), READ, ids=[kind for kind, *_ in READ])
def test_what_is_written_is_read(
    read: Reader, kind: str, write: Callable[[Sequence[object]], bytes], values: some.SearchStrategy[Any]
) -> None:
    @settings(max_examples=60, deadline=None)
    @given(some.lists(values, min_size=1, max_size=40))
    def check(column: list[Any]) -> None:
        assert read(kind, write(column)) == column

    check()


@pytest.mark.parametrize(
    ("write", "value"),
    [
        (arrays.texts, "a\0b"),
        (arrays.texts, "\ud800"),
        (arrays.texts, "x\udfff"),
        (arrays.numbers, 2**63),
        (arrays.numbers, -(2**63) - 1),
        (arrays.small_numbers, 2**31),
        (arrays.small_numbers, -(2**31) - 1),
        (arrays.numbers, 1.5),
        (results.parameter, "a\0b"),
        (results.parameter, "\udc80"),
    ],
)
def test_what_has_no_place_is_told(write: Callable[[Any], bytes], value: object) -> None:
    with pytest.raises(Unstorable):
        write(value if write is results.parameter else ["good", value] if isinstance(value, str) else [1, value])


@pytest.mark.parametrize(("write", "value"), [(arrays.texts, 1), (arrays.texts, None), (arrays.octets, "text")])
def test_a_value_of_another_type_is_a_fault_of_ours(write: Callable[[Any], bytes], value: object) -> None:
    with pytest.raises(TypeError):
        write([value])


@settings(max_examples=60, deadline=None)
@given(TEXTS, some.integers(-(2**63), 2**63 - 1), some.binary(), some.booleans())
def test_single_parameters_are_read_as_what_they_are(
    read: Reader, text: str, number: int, data: bytes, flag: bool
) -> None:
    result = read._pg.exec_params(
        b"select $1::text, $2::int8, $3::bytea, $4::int4, $5::text",
        [results.parameter(value) for value in (text, number, data, flag, None)],
        None, None, 1,
    )  # fmt: skip
    assert results.rows(result) == [(text, number, data, int(flag), None)]

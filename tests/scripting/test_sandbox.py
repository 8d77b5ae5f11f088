"""What a script may say and do, and what it may not."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from andante.scripting import Limits, Sandbox, ScriptFault

# A value that is large, and says that it is small.
LIAR = """
class Liar:
    def __repr__(self):
        return "x"
    def __len__(self):
        return 1
a = Liar()
a.data = [0] * 100_000
"""


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    made = Sandbox(Limits(seconds=0.2, memory=16 * 1024 * 1024))
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("script", "variables", "value"),
    [
        ("amount * 2", {"amount": 21}, 42),
        (
            "total = 0\nfor item in items:\n    total += item['price']\ntotal",
            {"items": [{"price": 1.5}, {"price": 2}]},
            3.5,
        ),
        ("variables['not a name'] + 1", {"not a name": 1}, 2),
        ("{'a': (1, 2), 'b': None}", {}, {"a": [1, 2], "b": None}),
        ("import datetime\ndatetime.date(2026, 1, 31)", {}, "2026-01-31"),
        ("import json\njson.dumps({'a': 1})", {}, '{"a": 1}'),
        ("x = 5", {}, None),
        ("", {}, None),
        ("10 ** 30", {}, 10**30),
        ("[1.5, True, '\u00e9', {'a': {1}}, frozenset()]", {}, [1.5, True, "é", {"a": [1]}, []]),
        ("[type, {'a': list}]", {"type": 1, "list": 2, "str": 3, "json": 4, "datetime": 5}, [1, {"a": 2}]),
        ("print('said to nobody')\n1", {}, 1),
    ],
)
async def test_the_last_line_is_the_value(
    sandbox: Sandbox, script: str, variables: dict[str, object], value: Any
) -> None:
    outcome = await sandbox.run(script, variables)
    assert (outcome.value, outcome.variables, outcome.error) == (value, {}, None)


async def test_variables_are_set_as_in_scripts_of_java_engines(sandbox: Sandbox) -> None:
    script = "seen = execution.getVariable('a')\nexecution.setVariable('b', seen + 1)\nexecution.getVariable('b')"
    given: dict[str, object] = {"a": 1}
    outcome = await sandbox.run(script, given)
    assert (outcome.value, outcome.variables) == (2, {"b": 2})
    assert given == {"a": 1}


async def test_a_script_may_end_with_an_error_of_the_model(sandbox: Sandbox) -> None:
    outcome = await sandbox.run("if amount > 3:\n    bpmn_error('TooMuch', 'more than three')\n1", {"amount": 5})
    assert (outcome.error, outcome.variables) == (("TooMuch", "more than three"), {})


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("1\n1 / 0", "in line 2: ZeroDivisionError"),
        ("missing + 1", "line 1: NameError"),
        ("json.dumps(1)", "NameError"),
        ("if True", "cannot be read"),
        ("while True:\n    pass", "time limit"),
        ("'a' * 10 ** 9", "memory limit"),
        ("'a' * 15_000_000", "memory"),  # ends its process
        ("a = [1] * 10\nfor n in range(7):\n    a = [a] * 10\na", "was stopped"),  # small there, huge anywhere else
        ("a = [1] * 10\nfor n in range(7):\n    a = [a] * 10\nexecution.setVariable('a', a)", "was stopped"),
        ("a = [1] * 10\nfor n in range(7):\n    a = [a] * 10\n_error.append(a)\n1 / 0", "division by zero"),
        ("open('/etc/passwd').read()", "Permission"),
        ("import os\nos.listdir('/')", "Permission"),
        ("import socket", "socket"),
        ("{1: 2}", "key is no text"),
        ("float('nan')", "no number that can be kept"),
        ("b'bytes'", "there is a bytes"),
        ("execution.setVariable('a', float('inf'))", "a variable it set"),
        ("x = []\nfor i in range(200):\n    x = [x]\nx", "deep"),
        ("_set = 1", "overwrote"),
        (f"{LIAR}[a]", "there is a Liar"),
        (f"{LIAR}execution.setVariable('a', [a])", "In a variable it set there is a Liar"),
        (f"{LIAR}_error.append([a, a])\n1 / 0", "division by zero"),
        (f"{LIAR}def _plain(value, depth):\n    return value\n[a]", "not JSON"),
        (f"{LIAR}def _written(value):\n    return value\n[a]", "another meaning"),
        ("raise ValueError('x' * 1_000_000)", "line 1: ValueError: xxx"),
    ],
)
async def test_what_cannot_be_is_told(sandbox: Sandbox, script: str, told: str) -> None:
    with pytest.raises(ScriptFault) as fault:
        await sandbox.run(script, {})
    assert told in str(fault.value)
    assert (await sandbox.run("1 + 1", {})).value == 2, "the next script is not harmed"


async def test_a_script_knows_nothing_of_the_one_before(sandbox: Sandbox) -> None:
    await sandbox.run("kept = 1\nexecution.setVariable('kept', 1)", {})
    with pytest.raises(ScriptFault, match="kept"):
        await sandbox.run("kept", {})

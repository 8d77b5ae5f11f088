"""Whatever is sent, the answer is a model or a refusal, never another error."""

import json
import random
import re
from contextlib import suppress
from pathlib import Path

from dense_model import COMMON, DENSE
from hypothesis import given, settings
from hypothesis import strategies as st

from andante.bpmn import ModelRefused, read_json, read_xml

ROOT = Path(__file__).parents[2]
EXAMPLE = json.loads((ROOT / "examples" / "travel-request.json").read_bytes())
FILES = [DENSE, *(file.read_text() for file in sorted((ROOT / "examples").glob("*.bpmn")))]
ODD: st.SearchStrategy[object] = st.sampled_from(
    [None, True, 0, -1, 1.5, 10**30, "", "x", "=", "${", "{!", "=1+", [], [None], {}, {"a": []}, "PT1H"]
)


def spots(value: object, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place within a JSON value."""
    found = [at]
    if isinstance(value, dict):
        for name, item in value.items():
            found.extend(spots(item, (*at, name)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found.extend(spots(item, (*at, index)))
    return found


SPOTS = spots(EXAMPLE)[1:]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(SPOTS), ODD), min_size=1, max_size=3))
def test_a_json_definition_with_odd_values(changes: list[tuple[tuple[str | int, ...], object]]) -> None:
    body = json.loads(json.dumps(EXAMPLE))
    for spot, odd in changes:
        target = body
        try:
            for step in spot[:-1]:
                target = target[step]
            target[spot[-1]] = odd
        except (TypeError, KeyError, IndexError):
            continue  # an earlier change took the place away
    with suppress(ModelRefused):
        assert read_json(body).processes


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(FILES), st.integers(0, 2**32))
def test_a_file_with_pieces_lost_doubled_or_swapped(text: str, seed: int) -> None:
    chance = random.Random(seed)
    pieces = re.split(r'(<[^>]*>|"[^"]*")', text)
    for _ in range(chance.randint(1, 4)):
        at, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        how = chance.randrange(3)
        if how == 0:
            pieces[at] = ""
        elif how == 1:
            pieces[at] = pieces[at] * 2
        else:
            pieces[at], pieces[other] = pieces[other], pieces[at]
    with suppress(ModelRefused):
        model = read_xml("".join(pieces).encode(), {"urn:common": COMMON})
        assert model.processes or "noProcess" in [warning.code for warning in model.warnings]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(FILES), st.integers(0, 2**32))
def test_a_well_formed_file_with_wrong_values(text: str, seed: int) -> None:
    chance = random.Random(seed)
    values = [*re.findall(r'="([^"]*)"', text), "", "true", "-1", "=1+", "${", "gone", "9" * 40]
    parts = re.split(r'(?<==")([^"]*)(?=")', text)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(1, len(parts), 2)
        if not parts[at].startswith("http"):
            parts[at] = chance.choice(values)
    with suppress(ModelRefused):
        model = read_xml("".join(parts).encode(), {"urn:common": COMMON})
        assert model.processes or "noProcess" in [warning.code for warning in model.warnings]

"""The documents made of the code are current, and the error table is whole."""

from pathlib import Path

import pytest

from andante import settings
from andante.api import errors, metrics, reference
from andante.camunda import reference as camunda
from andante.cli.reference import bpmn
from andante.engine import faults
from andante.people import faults as access
from andante.runtime import problem

DOCS = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("errors.md", errors.reference),
        ("api.md", reference.api),
        ("events.md", reference.events),
        ("settings.md", settings.reference),
        ("metrics.md", metrics.reference),
        ("bpmn.md", bpmn),
        ("camunda-rest.md", camunda.reference),
    ],
)
def test_the_reference_is_current(name: str, made: object) -> None:
    assert callable(made)
    assert (DOCS / name).read_text() == made(), f"docs/reference/{name} is old; its second line tells how to make it"


def test_every_code_is_in_the_table() -> None:
    codes = {
        value
        for room in (faults, access, problem)
        for name, value in vars(room).items()
        if name.isupper() and isinstance(value, str)
    }
    assert len(codes) > 25
    assert codes <= set(errors.ERRORS)


def test_the_table_agrees_with_the_core() -> None:
    assert {code: errors.ERRORS[code].status for code in problem.STATUS} == problem.STATUS

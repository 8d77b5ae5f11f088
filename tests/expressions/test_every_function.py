"""Each built-in function of FEEL, by the tables of function_cases_*.py (DMN 1.5, section 10.3.4)."""

import function_cases_plain as plain
import function_cases_whole as whole
import pytest
from evaluating import feel, holds
from test_ranges import RELATIONS

from andante.expressions import SyntaxFault, compile_feel
from andante.expressions.functions import BUILTINS

GIVEN = plain.GIVEN | whole.GIVEN
NULL = plain.NULL | whole.NULL
NEVER_NULL = {"is", "is defined", "get or else", "now", "today", "append", "concatenate", "union"}


@pytest.mark.parametrize("name", GIVEN)
def test_its_values(name: str) -> None:
    for text, value in GIVEN[name].items():
        assert text.startswith(name)
        holds(text, feel(text), value)


@pytest.mark.parametrize("name", NULL)
def test_what_it_has_no_value_for_is_null(name: str) -> None:
    for text in NULL[name]:
        assert text.startswith(name)
        holds(text, feel(text), None)


def test_none_is_left_out() -> None:
    assert GIVEN.keys() == BUILTINS.keys() - set(RELATIONS)
    assert {name for name, calls in NULL.items() if calls} == GIVEN.keys() - NEVER_NULL
    assert all(GIVEN.values())


@pytest.mark.parametrize("name", BUILTINS)
def test_a_call_that_fits_no_signature_names_those_there_are(name: str) -> None:
    with pytest.raises(SyntaxFault, match=r"does not take .*; it is "):
        compile_feel(f"{name}(unheard of: 1)")
    signatures = BUILTINS[name].signatures
    if not any(signature.variadic for signature in signatures):
        with pytest.raises(SyntaxFault, match=r"does not take 9 arguments; it is "):
            compile_feel(f"{name}({', '.join('1' * 9)})")


def test_a_variable_of_a_functions_name_is_no_function() -> None:
    assert feel("count + 1", count=2) == 3
    assert feel("count([count, count])", count=2) == 2
    with pytest.raises(SyntaxFault, match="There is no function 'total'"):
        compile_feel("total(1)")

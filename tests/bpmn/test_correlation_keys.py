"""Correlation keys as XML: what cannot be meant is refused in its place, what is missing is warned of."""

import pytest
from modelling import path, refusal, warnings_of

MESSAGE = '<message id="M" name="m"/>'
PATH = (
    '<correlationPropertyRetrievalExpression messageRef="M"><messagePath>n</messagePath>'
    "</correlationPropertyRetrievalExpression>"
)
PROPERTY = f'\n<correlationProperty id="p" name="p">{PATH}</correlationProperty>'
KEY = (
    '\n<collaboration id="C"><correlationKey id="K"><correlationPropertyRef>p</correlationPropertyRef></correlationKey>'
    "</collaboration>"
)
SUBSCRIBED = '\n<correlationSubscription id="S" correlationKeyRef="K">{}</correlationSubscription>'
BINDING = '<correlationPropertyBinding correlationPropertyRef="p"><dataPath>n</dataPath></correlationPropertyBinding>'
WAIT = path('<receiveTask id="it" messageRef="M"/>')


@pytest.mark.parametrize(
    ("roots", "process", "element", "line", "code"),
    [
        (MESSAGE + PROPERTY.replace('messageRef="M"', 'messageRef="N"') + KEY, "", "p", 2, "unknownMessage"),
        (MESSAGE + PROPERTY.replace("<messagePath>n</messagePath>", "") + KEY, "", "p", 2, "correlation"),
        (MESSAGE + KEY, "", "K", 2, "correlation"),
        (MESSAGE + '\n<collaboration id="C"><correlationKey id="K"/></collaboration>', "", "K", 2, "correlation"),
        (MESSAGE, SUBSCRIBED.format(""), "S", 2, "correlation"),
        (MESSAGE + PROPERTY + KEY, SUBSCRIBED.format(BINDING.replace('"p"', '"q"')), "S", 4, "correlation"),
        (MESSAGE + PROPERTY + KEY, SUBSCRIBED.format(BINDING.replace(">n<", "><")), "S", 4, "correlation"),
        (MESSAGE + PROPERTY + KEY, SUBSCRIBED.format(BINDING.replace(">n<", ">n +<")), "S", 4, "expression"),
    ],
)
def test_what_refers_to_nothing_or_says_nothing_is_refused(
    roots: str, process: str, element: str, line: int, code: str
) -> None:
    found = refusal(process + WAIT, roots=roots)
    assert (code, element, line) in [(each.code, each.element, each.line) for each in found]


def test_a_whole_key_warns_of_nothing() -> None:
    assert warnings_of(SUBSCRIBED.format(BINDING) + WAIT, roots=MESSAGE + PROPERTY + KEY) == []


@pytest.mark.parametrize(
    ("roots", "element", "line"),
    [
        # One of two properties cannot be read from the message; or none can.
        (
            MESSAGE + PROPERTY + '\n<correlationProperty id="q"/>'
            + KEY.replace("</correlationKey>", "<correlationPropertyRef>q</correlationPropertyRef></correlationKey>"),
            "q", 3,
        ),
        (MESSAGE + PROPERTY.replace(PATH, "") + KEY, "it", 5),
    ],
)  # fmt: skip
def test_a_property_that_no_message_gives_is_warned_of(roots: str, element: str, line: int) -> None:
    (warning,) = warnings_of(SUBSCRIBED.format("") + "\n" + WAIT, roots=roots)
    assert (warning.code, warning.element, warning.line) == ("noCorrelation", element, line)

"""Every word of the pages is there in every language; times and lengths read as people write them."""

import string

import pytest
from babel.messages.catalog import Catalog
from town import START

from andante.languages import NAMES, chosen, language
from andante.languages.language import DAY, HOUR, MINUTE
from andante.languages.messages import FOREIGN, catalogue, forms, said


def blanks(text: str) -> set[str]:
    return {part.partition(")")[0] for part in text.split("%(")[1:]}


def texts(messages: Catalog) -> set[str]:
    """The messages by their English text, the singular of those with a plural."""
    return {m.id if isinstance(m.id, str) else m.id[0] for m in messages if m.id}


@pytest.mark.parametrize("code", FOREIGN)
def test_nothing_is_left_in_english_and_nothing_is_translated_that_is_not_said(code: str) -> None:
    messages = catalogue(code)
    assert sorted(texts(said()) - texts(messages)) == []
    assert sorted(texts(messages) - texts(said())) == []
    for message in messages:
        if not message.id:
            continue
        text = message.id if isinstance(message.id, str) else message.id[0]
        for form in forms(message):
            assert form, f"{text!r} has no translation"
            assert blanks(form) - {"num"} == blanks(text) - {"num"}, text
            assert form.count("<") == text.count("<"), text


@pytest.mark.parametrize(
    ("ms", "words"),
    [(0, "0 s"), (59_999, "59 s"), (MINUTE, "1 m"), (2 * HOUR + 10 * MINUTE, "2 h 10 m"), (3 * DAY, "3 d"),
     (3 * DAY + 10 * MINUTE, "3 d"), (DAY + 23 * HOUR + MINUTE, "1 d 23 h"), (-HOUR, "1 h")],
)  # fmt: skip
def test_a_length_of_time_is_told_in_its_two_largest_units(ms: int, words: str) -> None:
    assert language("en").span(ms) == words
    assert not set(language("zh").span(ms)) & set(string.ascii_letters)


def test_a_moment_is_told_as_far_as_needed() -> None:
    english, chinese = language("en"), language("zh")
    assert english.moment(START, START, "UTC") == "09:00"
    assert english.moment(START + DAY, START, "UTC") == "2 Jan, 09:00"
    assert english.moment(START - DAY, START, "UTC") == "31 Dec 2025, 09:00"
    assert english.moment(START, START, "Asia/Shanghai") == "17:00"
    assert chinese.moment(START - DAY, START, "UTC") == "2025年12月31日, 09:00"
    assert english.full_moment(START, "UTC").endswith("09:00:00 UTC")
    assert english.moment(0, START, "UTC") == "–"


@pytest.mark.parametrize(
    ("wanted", "accepted", "code"),
    [("", "", "en"), ("zh", "en", "zh"), ("xx", "zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("", "de-DE,en;q=0.5", "en"),
     ("", "en;q=0.1,zh-Hans;q=0.9", "zh"), ("", "*;q=oops, zh", "zh"), ("", ";;;", "en")],
)  # fmt: skip
def test_the_language_is_the_chosen_one_else_what_the_browser_asks_for(wanted: str, accepted: str, code: str) -> None:
    assert chosen(wanted, accepted).code == code
    assert code in NAMES

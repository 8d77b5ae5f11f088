"""String functions (DMN 1.5, section 10.3.4.3). Positions count characters from 1, or from the end where negative."""

import re
from typing import Any

from andante.expressions.arithmetic import truncated
from andante.expressions.functions.patterns import pattern
from andante.expressions.functions.registry import as_list, builtin
from andante.expressions.values import Run, check_size


def _are_strings(*values: Any) -> bool:
    return all(type(value) is str for value in values)


def _paid(run: Run, string: Any, *others: Any) -> bool:
    """True where all are strings; a copy of the first is then paid for."""
    if not _are_strings(string, *others):
        return False
    run.read(len(string))
    return True


@builtin("substring", "string, start position, length?", run=True, single=True)
def substring(run: Run, string: Any, start: Any, length: Any = None) -> Any:
    first, count = truncated(start), truncated(length)
    if not _paid(run, string) or not first or (length is not None and (count is None or count < 1)):
        return None
    if first < 0:
        first += len(string) + 1
        if first < 1:
            return None
    return string[first - 1 :] if count is None else string[first - 1 : first - 1 + count]


@builtin("string length", "string", single=True)
def string_length(string: Any) -> Any:
    return len(string) if type(string) is str else None


@builtin("upper case", "string", run=True, single=True)
def upper_case(run: Run, string: Any) -> Any:
    return string.upper() if _paid(run, string) else None


@builtin("lower case", "string", run=True, single=True)
def lower_case(run: Run, string: Any) -> Any:
    return string.lower() if _paid(run, string) else None


@builtin("trim", "string", run=True, single=True)
def trim(run: Run, string: Any) -> Any:
    return string.strip() if _paid(run, string) else None


@builtin("is blank", "string", run=True, single=True)
def is_blank(run: Run, string: Any) -> Any:
    return not string.strip() if _paid(run, string) else None


@builtin("substring before", "string, match", run=True, single=True)
def substring_before(run: Run, string: Any, match: Any) -> Any:
    if not _paid(run, string, match):
        return None
    before, found, _ = string.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string, match", run=True, single=True)
def substring_after(run: Run, string: Any, match: Any) -> Any:
    if not _paid(run, string, match):
        return None
    return string.partition(match)[2] if match else string


@builtin("contains", "string, match", run=True, single=True)
def contains(run: Run, string: Any, match: Any) -> Any:
    if not _are_strings(string, match):
        return None
    run.charge(len(string) // 1000)
    return match in string


@builtin("starts with", "string, match", single=True)
def starts_with(string: Any, match: Any) -> Any:
    return string.startswith(match) if _are_strings(string, match) else None


@builtin("ends with", "string, match", single=True)
def ends_with(string: Any, match: Any) -> Any:
    return string.endswith(match) if _are_strings(string, match) else None


def _flags(flags: Any) -> str | None:
    return "" if flags is None else flags if type(flags) is str else None


@builtin("matches", "input, pattern, flags?", run=True, single=True)
def matches(run: Run, text: Any, wanted: Any, flags: Any = None) -> Any:
    chosen = _flags(flags)
    if not _are_strings(text, wanted) or chosen is None:
        return None
    found = pattern(wanted, chosen)
    return None if found is None else found.afford(text, run).search(text) is not None


_GROUP = re.compile(r"\\(.)|\$(\d)|(\$)", re.DOTALL)


@builtin("replace", "input, pattern, replacement, flags?", run=True, single=True)
def replace(run: Run, text: Any, wanted: Any, replacement: Any, flags: Any = None) -> Any:
    r"""Each match becomes the replacement, where `$1` stands for the first group and `\$` for a dollar."""
    chosen = _flags(flags)
    if not _are_strings(text, wanted, replacement) or chosen is None:
        return None
    found = pattern(wanted, chosen)
    if found is None:
        return None
    if any(part[3] for part in _GROUP.finditer(replacement)):
        return None  # a dollar that names no group
    size = len(text)

    def put(match: re.Match[str]) -> str:
        nonlocal size

        def part(piece: re.Match[str]) -> str:
            if piece[1]:
                return piece[1]
            number = int(piece[2])
            return (match[number] or "") if number <= len(match.groups()) else ""

        new = _GROUP.sub(part, replacement)
        run.charge(1)
        size += len(new) - len(match[0])
        check_size(size, run.limits.max_size, "string")
        return new

    result = found.afford(text, run).sub(put, text)
    run.read(len(result))
    return result


@builtin("split", "string, delimiter", run=True, builds=True, single=True)
def split(run: Run, text: Any, delimiter: Any) -> Any:
    """The parts between the matches of the delimiter, a pattern."""
    if not _are_strings(text, delimiter):
        return None
    found = pattern(delimiter, "")
    if found is None:
        return None
    parts: list[str] = []
    start = 0
    for match in found.afford(text, run).finditer(text):
        if match.end() > match.start():
            parts.append(text[start : match.start()])
            start = match.end()
    parts.append(text[start:])
    run.charge(len(parts))
    check_size(len(parts), run.limits.max_size, "list")
    return parts


@builtin("extract", "input, pattern", run=True, builds=True, single=True)
def extract(run: Run, text: Any, wanted: Any) -> Any:
    """All that matches the pattern, in order."""
    if not _are_strings(text, wanted):
        return None
    found = pattern(wanted, "")
    if found is None:
        return None
    parts = [match[0] for match in found.afford(text, run).finditer(text)]
    run.charge(len(parts))
    return parts


@builtin("string join", "list, delimiter?", "list, delimiter, prefix, suffix", run=True)
def string_join(run: Run, items: Any, delimiter: Any = None, prefix: Any = None, suffix: Any = None) -> Any:
    """The strings of a list in one; nulls are left out."""
    every = as_list(items)
    ends = [delimiter, prefix, suffix]
    if every is None or not all(end is None or type(end) is str for end in ends):
        return None
    kept = [item for item in every if item is not None]
    if not all(type(item) is str for item in kept):
        return None
    run.charge(len(every))
    between, before, after = (end or "" for end in ends)
    size = sum(map(len, kept)) + len(between) * max(0, len(kept) - 1) + len(before) + len(after)
    check_size(size, run.limits.max_size, "string")
    run.read(size)
    return before + between.join(kept) + after

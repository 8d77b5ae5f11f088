"""The fenced blocks of a document, in order, with what a comment before a block says of it.

<!-- not run: REASON -->            the block is only looked at
<!-- first: COMMAND -->             what the reader has done in the meantime
<!-- file: NAME -->                 the block is also what the reader saves as NAME
<!-- body: PUT /path -->            the block is the body of a request that the server takes
<!-- mail: NAME -->                 the block is shown by lines of the last mail to NAME
<!-- exit: 1 -->                    the block's last command ends with this code
"""

import re
from pathlib import Path
from typing import Final, NamedTuple

MARK: Final = re.compile(r"^<!-- *(not run|first|file|body|exit|mail): *([^\n]*?) *-->$", re.MULTILINE)
FENCE: Final = re.compile(
    r"(?P<marks>(?:^<!-- [^\n]* -->\n)*)"
    r"^(?P<indent> *)```(?P<language>[\w-]*)[^\n]*\n(?P<text>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)


class Block(NamedTuple):
    """One fenced block."""

    line: int
    language: str
    text: str
    marks: dict[str, str]


def blocks_of(page: Path) -> list[Block]:
    """All blocks of the document."""
    text = page.read_text("utf-8")
    found = []
    for fence in FENCE.finditer(text):
        inner = re.sub(rf"^{fence['indent']}", "", fence["text"], flags=re.MULTILINE)
        line = text.count("\n", 0, fence.start("language")) + 1
        found.append(Block(line, fence["language"], inner, dict(MARK.findall(fence["marks"]))))
    return found

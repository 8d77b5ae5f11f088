"""Names of one word or several, and names of types, as FEEL's parser meets them."""

from itertools import pairwise
from typing import Final

from andante.expressions.cursor import END, NAME, NUMBER, SYMBOL, Cursor, Token
from andante.expressions.faults import Limits, SyntaxFault
from andante.expressions.feel.tree import Type
from andante.expressions.feel.vocabulary import Vocabulary
from andante.expressions.feel.words import KEYWORDS, PROPERTIES, SIMPLE_TYPES, TYPE_WORDS, longest

_LONGEST_NAME: Final = 8  # words
_NAME_SYMBOLS: Final = frozenset(("+", "-", "*", "/", "**", "."))


class Naming(Cursor):
    """`declared` are the names of several words that the text itself introduces."""

    def __init__(self, found: list[Token], limits: Limits, vocabulary: Vocabulary) -> None:
        super().__init__(found, limits)
        self.vocabulary = vocabulary
        self.declared: set[tuple[str, ...]] = set()

    def unexpected(self, wanted: str) -> SyntaxFault:
        before, here = self.tokens[max(self.at - 1, 0)], self.token
        if before is not here and all(each.kind == NAME and each.text not in KEYWORDS for each in (before, here)):
            wanted += f"; a name of several words stands in backticks: `{before.text} {here.text}`"
        return super().unexpected(wanted)

    def upcoming(self) -> list[str]:
        """The words from here on."""
        end = self.at
        while self.tokens[end].kind == NAME:
            end += 1
            if end - self.at == _LONGEST_NAME:
                break
        return [token.text for token in self.tokens[self.at : end]]

    def property(self) -> str:
        words = longest(self.upcoming(), PROPERTIES) or longest(self.upcoming(), self.declared)
        if words:
            self.at += len(words)
            return " ".join(words)
        token = self.take()
        if token.kind not in (NAME, "quoted"):
            self.at -= token.kind != END
            raise self.unexpected("expected a name after '.'")
        return token.text

    def argument_name(self) -> str | None:
        words = self.upcoming()
        after = self.tokens[self.at + len(words)]
        if not words or after.text != ":" or after.kind != SYMBOL:
            return None
        self.at += len(words) + 1
        return " ".join(words)

    def declare(self, *ends: str) -> str:
        """A name that the text introduces, of one word or several, up to one of `ends`."""
        words: list[str] = []
        start = self.token
        if start.kind == "quoted":
            return self.take().text
        while self.token.kind == NAME and not (words and self.sees(*ends)):
            words.append(self.take().text)
        if not words:
            raise self.unexpected("expected a name")
        if words[0] in KEYWORDS and ":" not in ends:
            raise SyntaxFault(f"'{words[0]}' is a word of FEEL, not a name", start.position)
        if len(words) > 1:
            self.declared.add(tuple(words))
        return " ".join(words)

    def key(self) -> str:
        """The name of a context's entry, which may have symbols in it, as in `net+tax` (grammar rules 27 and 29)."""
        end = self.at
        while self.tokens[end].kind in (NAME, NUMBER) or self.tokens[end].text in _NAME_SYMBOLS:
            end += 1
        parts = self.tokens[self.at : end]
        if all(part.kind == NAME for part in parts) or parts[0].kind != NAME or self.tokens[end].text != ":":
            return self.declare(":")
        self.at = end
        apart = [after.position > part.position + len(part.text) for part, after in pairwise(parts)]
        return "".join(part.text + " " * blank for part, blank in zip(parts, [*apart, False], strict=True))

    def type(self) -> Type:
        self.deeper()
        words = longest(self.upcoming(), TYPE_WORDS)
        start = self.token
        name = " ".join(words) if words else start.text
        if start.kind == NAME and (known := self.vocabulary.types.get(start.text)) is not None:
            self.take()
            self.depth -= 1
            return known
        if not words and (start.kind != NAME or name not in SIMPLE_TYPES):
            raise self.unexpected("expected a type such as number, string or list<number>")
        self.at += len(words) or 1
        parts: dict[str, Type] = {}
        if name in ("list", "range", "context", "function") and self.accept("<"):
            if name in ("list", "range"):
                parts["item"] = self.type()
            while name in ("context", "function") and not self.sees(">"):
                if name == "context":
                    key = self.declare(":")
                    self.expect(":")
                    parts[key] = self.type()
                else:
                    parts[str(len(parts))] = self.type()
                if not self.accept(","):
                    break
            self.expect(">")
            if name == "function":
                parts["->"] = self.type() if self.accept("->") else Type("Any")
        self.depth -= 1
        return Type(name, parts)

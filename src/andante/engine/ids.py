"""Ids in the contract's shape (2.7): 20 characters, a type prefix and digits of base 62. Nobody may parse them."""

from hashlib import sha256
from typing import Final

DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
INSTANCE: Final = "002N"
DEFINITION: Final = "001L"


def base62(value: int, width: int) -> str:
    """The last `width` digits of `value`."""
    digits = []
    for _ in range(width):
        value, digit = divmod(value, 62)
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))


def derived(prefix: str, *parts: str) -> str:
    """The same id for the same parts: what must not happen twice gets one of these."""
    digest = sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).digest()
    return prefix + base62(int.from_bytes(digest[:12], "big"), 16)

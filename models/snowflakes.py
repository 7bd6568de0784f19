"""Discord ids: unsigned 64-bit numbers that travel as strings.

A database column is signed, so they are kept shifted down by 2^63: the order stays, and nothing overflows.
"""

_SHIFT = 1 << 63


def encode(text: str) -> int | None:
    """The column's value for a snowflake of ASCII digits, or None if it is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        return None
    number = int(text)
    return number - _SHIFT if number < 1 << 64 else None


def decode(column: int) -> str:
    """The snowflake that a column's value stands for."""
    return str(column + _SHIFT)


def number(column: int) -> int:
    """The unsigned number that a column's value stands for."""
    return column + _SHIFT

"""The string formats that the contract names and JSON Schema leaves to the application."""

from datetime import date
from zoneinfo import available_timezones

from models import instants, snowflakes

_TIMEZONES = frozenset(available_timezones())


def is_date(text: str) -> bool:
    """Whether a text of the form YYYY-MM-DD (its pattern sees to that) is a day that exists."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_timezone(text: str) -> bool:
    """Whether the IANA time zone database has a zone of this name."""
    return text in _TIMEZONES


def is_instant(text: str) -> bool:
    """Whether the text is a timestamp that the API takes."""
    return instants.parse(text) is not None


def is_snowflake(text: str) -> bool:
    """Whether the text is an unsigned 64-bit number."""
    return snowflakes.encode(text) is not None


CHECKS = {"date": is_date, "timezone": is_timezone, "date-time": is_instant, "snowflake": is_snowflake}

"""Points in time, as the API writes them and as the database keeps them.

The database keeps UTC as text without the zone, trailing zeros of the fraction dropped: `2021-06-14T01:48:54.911915`.
That text sorts like the time it stands for (a shorter fraction is a prefix of a longer one), holds every year from
0001 to 9999 with microseconds on every database, and needs nothing but a `Z` behind it to be the answer's text.
"""

import re
from datetime import UTC, datetime, timedelta, timezone

_RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))?"
)
_SNOWFLAKE_EPOCH = datetime(2015, 1, 1)


def stored(moment: datetime) -> str:
    """The text that the database keeps for a UTC `moment` (naive or aware)."""
    text = moment.replace(tzinfo=None).isoformat(timespec="microseconds")
    return text.rstrip("0").rstrip(".")


def now() -> str:
    """This instant, as the database keeps it."""
    return stored(datetime.now(UTC))


def parse(text: str) -> str | None:
    """An RFC 3339 timestamp (without an offset it is UTC) as the database keeps it, or None if it is none.

    Digits beyond microseconds are cut; leap seconds and instants outside the years 0001 to 9999 are refused.
    """
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, _, sign, hours, minutes = match.groups()
    if sign is not None and (int(hours) > 23 or int(minutes) > 59):
        return None
    offset = timedelta(hours=int(hours), minutes=int(minutes)) if sign is not None else timedelta()
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    try:
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), micros)
        return stored(local.replace(tzinfo=timezone(offset if sign != "-" else -offset)).astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def of_snowflake(snowflake: int) -> str:
    """When a Discord id was made: milliseconds since 2015 in its upper 42 bits. With the `Z` of an answer."""
    return stored(_SNOWFLAKE_EPOCH + timedelta(milliseconds=snowflake >> 22)) + "Z"

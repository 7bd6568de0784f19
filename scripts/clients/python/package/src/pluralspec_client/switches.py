"""Switches past the hundred that one answer holds."""

import datetime
from collections.abc import AsyncIterator, Iterator

from .api.switches import get_system_switches
from .client import PluralKit
from .models import Switch
from .types import UNSET, Unset

PAGE = 100


def switches(client: PluralKit, system_ref: str, before: datetime.datetime | Unset = UNSET) -> Iterator[Switch]:
    """All switches of a system from the newest back, or those before an instant, however many there are."""
    while True:
        page = get_system_switches.sync(client, system_ref, before=before, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        before = page[-1].timestamp


async def switches_async(
    client: PluralKit, system_ref: str, before: datetime.datetime | Unset = UNSET
) -> AsyncIterator[Switch]:
    """The same, without blocking."""
    while True:
        page = await get_system_switches.asyncio(client, system_ref, before=before, limit=PAGE)
        for each in page:
            yield each
        if len(page) < PAGE:
            return
        before = page[-1].timestamp

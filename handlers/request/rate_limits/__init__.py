"""Rate limits: which client a request is counted for, the algorithm, and the two stores that share the count."""

from handlers.request.rate_limits.addresses import Client, Clients
from handlers.request.rate_limits.counting import Availability, LocalCounter, RemoteCounter
from handlers.request.rate_limits.gcra import StoreUnavailable
from handlers.request.rate_limits.rates import FindSystem, Rates
from handlers.request.rate_limits.shared_table import InTurn, SharedMemoryLimiter
from models.limits import contract_limits
from models.settings import Settings

__all__ = [
    "Client",
    "Clients",
    "LocalCounter",
    "RemoteCounter",
    "StoreUnavailable",
    "open_counter",
]


def open_counter(settings: Settings, find_system: FindSystem, *, threads: bool) -> LocalCounter | RemoteCounter | None:
    """The counter that the settings ask for, or None when nothing is limited. Raises StoreUnavailable.

    `threads` tells whether requests are counted in several threads.
    """
    limits = contract_limits() if settings.rate_limits is None else settings.rate_limits
    if not limits:
        return None
    clients = Clients(settings.trusted_proxies, Rates(limits, settings.rate_limit_exceptions, find_system))
    availability = Availability(refuse=settings.rate_limit_refuse)
    if settings.rate_limit_url:
        from handlers.request.rate_limits.redis_store import RedisLimiter  # it takes a while to load

        return RemoteCounter(clients, RedisLimiter(settings.rate_limit_url), availability)
    table = SharedMemoryLimiter(settings.beside_data("rate-limits"))
    return LocalCounter(clients, InTurn(table) if threads else table, availability)

"""Which client a request is counted for: a system, or else an address, and none that the client chose."""

from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from handlers.request.answers import FIRST_VALUES, Scope
from handlers.request.rate_limits.rates import ByClass, Rates
from handlers.request.rate_limits.remembered import Remembered
from models.limits import Address, TrustedProxies

_LONGEST = 80
_HOPS = 20
_FORWARDED = b"x-forwarded-for"


class Client(NamedTuple):
    """Whose requests are counted together, and by which limits."""

    key: bytes
    rates: ByClass


class _Hop(NamedTuple):
    """One of the addresses that a request comes through."""

    client: Client
    known: bool
    """Whether it is an address at all."""
    behind: Remembered[bytes, Client] | None
    """The clients behind a trusted proxy by what it says of them; None: it is none."""


class Clients:
    """Tells clients apart, given the proxies whose word counts."""

    def __init__(self, trusted: TrustedProxies, rates: Rates) -> None:
        self._trusted, self.rates = trusted, rates
        self._hops: Remembered[str | None, _Hop] = Remembered(self._parse_hop)

    def system(self, system: int) -> Client:
        """A system that asks for what is its own."""
        return Client(b"system %d" % system, self.rates.of_system(system))

    def behind(self, scope: Scope) -> Client:
        """The peer that a request comes from, or the last address of X-Forwarded-For that is no trusted proxy's.

        A peer on a local socket has no address.
        """
        address = scope["client"]
        client, _, behind = self._hops[address[0] if address else None]
        if behind is None:
            return client
        headers, first_values = scope["headers"], scope[FIRST_VALUES]
        if len(first_values) == len(headers):  # none came twice
            forwarded = first_values.get(_FORWARDED, b"")
        else:
            forwarded = b",".join([value for name, value in headers if name == _FORWARDED])
        # A chain of many proxies is not worth remembering.
        return behind[forwarded] if len(forwarded) <= _LONGEST else behind.work_out(forwarded)

    def _find_behind(self, proxy: Client, forwarded: bytes) -> Client:
        client = proxy
        for text in _entries(forwarded):
            hop = self._hops[text]
            if not hop.known:
                break  # no address: the proxy that passed it on is the last one we know
            client = hop.client
            if hop.behind is None:
                break
        return client

    def _parse_hop(self, text: str | None) -> _Hop:
        address = parse_address(text) if text else None
        client = Client(_key(address), self.rates.of_address(address))
        if address is None:
            trusted = not text and self._trusted.local_socket
        else:
            trusted = any(address in network for network in self._trusted.networks)
        behind = Remembered(partial(self._find_behind, client)) if trusted else None
        return _Hop(client, address is not None, behind)


def parse_address(text: str) -> Address | None:
    """An address as peers and proxies write it: with a port, brackets or quotes around it, or mapped into IPv6."""
    bare = text.strip('"') if len(text) <= _LONGEST else ""
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _entries(forwarded: bytes) -> list[str]:
    """The newest entries of X-Forwarded-For, the last one first."""
    entries = forwarded.decode("latin-1").rsplit(",", _HOPS) if forwarded else []
    return [entry.strip()[: _LONGEST + 1] for entry in reversed(entries)]


def _key(address: Address | None) -> bytes:
    """What is counted: one IPv4 address, or one IPv6 network of the size that a client has to itself."""
    if address is None:
        return b"address -"
    return b"address " + (address.packed if isinstance(address, IPv4Address) else address.packed[:8])

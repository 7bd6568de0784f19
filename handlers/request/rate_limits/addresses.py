"""Which client a request is counted for, when it is not counted for a system: by address, and none that it chose."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple

from models.limits import Address, TrustedProxies

_LONGEST = 80
_HOPS = 20
_FORWARDED = b"x-forwarded-for"
_NOWHERE = b"-"


class Client(NamedTuple):
    """Where a request comes from; the address is None on a local socket without a proxy."""

    key: bytes
    address: Address | None


NOBODY = Client(b"", None)
"""In the place of a client where a system is counted."""


class Clients:
    """Tells clients apart, given the proxies whose word counts."""

    def __init__(self, trusted: TrustedProxies) -> None:
        self._trusted = trusted
        self._hop = lru_cache(maxsize=4096)(self._parse_hop)
        self._behind = lru_cache(maxsize=4096)(self._find_behind)

    def of(self, peer: str | None, headers: Iterable[tuple[bytes, bytes]]) -> Client:
        """The client behind `peer`: itself, or the last address of X-Forwarded-For that is no trusted proxy's."""
        client, trusted = self._hop(peer)
        if not trusted:
            return client
        forwarded = b",".join([value for name, value in headers if name == _FORWARDED])
        # A chain of many proxies is not worth remembering.
        return (self._behind if len(forwarded) <= _LONGEST else self._find_behind)(peer, forwarded)

    def _find_behind(self, peer: str | None, forwarded: bytes) -> Client:
        client, _ = self._hop(peer)
        for text in _hops(forwarded):
            hop, trusted = self._hop(text)
            if hop.address is None:
                break  # no address: the proxy that passed it on is the last one we know
            client = hop
            if not trusted:
                break
        return client

    def _parse_hop(self, text: str | None) -> tuple[Client, bool]:
        address = parse_address(text) if text else None
        if address is None:
            return Client(_NOWHERE, None), not text and self._trusted.local_socket
        return Client(_key(address), address), any(address in network for network in self._trusted.networks)


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


def _hops(forwarded: bytes) -> list[str]:
    """The newest entries of X-Forwarded-For, the last one first."""
    entries = forwarded.decode("latin-1").rsplit(",", _HOPS) if forwarded else []
    return [entry.strip()[: _LONGEST + 1] for entry in reversed(entries)]


def _key(address: Address) -> bytes:
    """What is counted: one IPv4 address, or one IPv6 network of the size that a client has to itself."""
    return address.packed if isinstance(address, IPv4Address) else address.packed[:8]

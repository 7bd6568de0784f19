"""The settings of the rate limits, as people write them. Each parser raises ValueError(what is accepted)."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from models.references import Reference, parse_system

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Limits = tuple[tuple[str, int], ...]
"""Requests per second by class; empty when nothing is counted."""

_STORE = re.compile(
    r"rediss?://([^\s/@]*@)?([\w.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[0-9]*)?(\?\S*)?|unix://\S*/\S+"
)

LARGEST = 4096
"""The largest limit that the counts have room for."""


@dataclass(frozen=True)
class TrustedProxies:
    """The peers whose X-Forwarded-For counts; a peer on a local socket has no address."""

    networks: tuple[Network, ...] = ()
    local_socket: bool = False


@dataclass(frozen=True)
class Exceptions:
    """Who has other limits: systems, and clients by network."""

    systems: tuple[tuple[Reference, Limits], ...] = ()
    networks: tuple[tuple[Network, Limits], ...] = ()


def contract_limits() -> Limits:
    """The limits that the contract gives."""
    # Not at the top: the settings are also read by the command that repairs generated/.
    from generated.contract import RATE_LIMITS

    return tuple(RATE_LIMITS.items())


def parse_limits(text: str) -> Limits:
    """`off`, `20` for every class, or `generic_get:20,message:5`; a class that is not named keeps its own."""
    if text == "off":
        return ()
    usual = contract_limits()
    if ":" not in text:
        return tuple((name, _number(text)) for name, _ in usual)
    given = dict(item.strip().rpartition(":")[::2] for item in text.split(","))
    if not given.keys() <= dict(usual).keys():
        raise ValueError(_accepted())
    return tuple((name, _number(given[name]) if name in given else limit) for name, limit in usual)


def parse_exceptions(text: str) -> Exceptions:
    """Entries such as `exampl=off`, `203.0.113.0/24=50` or `2001:db8::/32=generic_get:20`, with spaces between."""
    systems, networks = [], []
    for entry in text.split():
        who, _, limits = entry.partition("=")
        if reference := parse_system(who):
            systems.append((reference, _limits_of(entry, limits)))
        else:
            networks.append((_network(who, entry), _limits_of(entry, limits)))
    return Exceptions(tuple(systems), tuple(networks))


def parse_proxies(text: str) -> TrustedProxies:
    """Addresses and networks with commas between; `local` trusts whoever connects to a local socket."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    networks = tuple(_network(name, name) for name in names if name != "local")
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError("the proxies' own networks: trusting everybody lets each client choose its address")
    return TrustedProxies(networks, "local" in names)


def parse_store(text: str) -> str:
    """The address of a Redis."""
    if not _STORE.fullmatch(text):
        raise ValueError("redis://HOST:PORT/NUMBER, rediss://... for TLS, or unix:///PATH")
    return text


def parse_failure(text: str) -> bool:
    """Whether requests are refused while they cannot be counted."""
    if text not in ("open", "refuse"):
        raise ValueError("open (go on without counting) or refuse (answer 503)")
    return text == "refuse"


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= LARGEST):
        raise ValueError(_accepted())
    return int(text)


def _accepted() -> str:
    example = ",".join(f"{name}:{limit}" for name, limit in contract_limits())
    return f"off, a number from 1 to {LARGEST} for all, or {example}"


def _limits_of(entry: str, text: str) -> Limits:
    try:
        return parse_limits(text)
    except ValueError as error:
        raise ValueError(f"in {entry!r}, after =, {error}") from None


def _network(text: str, entry: str) -> Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"an address or a network such as 203.0.113.0/24, not {entry!r}") from None

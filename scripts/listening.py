"""Binding sockets, and saying in one line why that cannot be."""

import errno
import ipaddress
import socket
from dataclasses import dataclass

import click

BACKLOG = 2048


@dataclass(frozen=True)
class Address:
    """A listening socket, as gunicorn and as a person is told of it."""

    descriptor: int
    host: str
    port: int

    @property
    def url(self) -> str:
        """The address that the socket is bound to."""
        return f"http://{bracketed(self.host)}:{self.port}"

    @property
    def reachable_host(self) -> str:
        """An address that reaches the socket from this machine, also when it is bound to all of them."""
        if not ipaddress.ip_address(self.host).is_unspecified:
            return self.host
        return "::1" if ":" in self.host else "127.0.0.1"


def listen(host: str, port: int, *, option: str = "") -> Address:
    """Bind `host` and `port` (0: a free one), as `--host` and `--port` say, or `--OPTION-host` and so on.

    Raises click.ClickException.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        raise click.ClickException(_advice(host, port, error, f"--{option}")) from error
    host, port = listener.getsockname()[:2]
    return Address(listener.detach(), host, port)


def _advice(host: str, port: int, error: OSError, option: str) -> str:
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights than this user has: choose one from 1024 up, or {option}port 0 for any"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine: {option}host takes one, such as 127.0.0.1, or 0.0.0.0 for all"
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: choose another, or {option}port 0 for any free one"
    return f"cannot listen on {host} port {port}: {error.strerror}"


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host

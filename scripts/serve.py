"""`pluralspec serve`: gunicorn, in this process, on a socket that is bound before anything else happens."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gunicorn.app.base import BaseApplication

from scripts.demo import DemoSystem

WORKER = "handlers.request.worker.Worker"
BACKLOG = 2048


class CannotListen(Exception):
    """The address cannot be used; the text is one line that says why and what to do."""


@dataclass(frozen=True)
class Address:
    """A listening socket, as gunicorn and as a person is told of it."""

    descriptor: int
    host: str
    port: int

    @property
    def url(self) -> str:
        """The address that the socket is bound to."""
        return f"http://{_bracketed(self.host)}:{self.port}"

    @property
    def reachable_url(self) -> str:
        """An address that a command on this machine can use, also when the socket is bound to all of them."""
        anywhere = ipaddress.ip_address(self.host).is_unspecified
        here = ("::1" if ":" in self.host else "127.0.0.1") if anywhere else self.host
        return f"http://{_bracketed(here)}:{self.port}"


def listen(host: str, port: int) -> Address:
    """Bind `host` and `port` (0: a free one). Raises CannotListen."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        raise CannotListen(_advice(host, port, error)) from error
    host, port = listener.getsockname()[:2]
    return Address(listener.detach(), host, port)


def _advice(host: str, port: int, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return (
            f"port {port} needs more rights than this user has: choose one from 1024 up, or --port 0 for any free one"
        )
    if isinstance(error, socket.gaierror):
        return (
            f"{host} is not an address of this machine: --host takes one, such as 127.0.0.1 or 0.0.0.0 for all of them"
        )
    if "in use" in str(error):
        return f"port {port} on {host} is in use: choose another, or --port 0 for any free one"
    return f"cannot listen on {host} port {port}: {error.strerror}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, with the application loaded once, before the workers start: a broken contract stops the start."""

    def __init__(self, address: Address, workers: int, application: Any, ready: Callable[[], None]) -> None:
        self.application = application
        self.options = {
            "bind": [f"fd://{address.descriptor}"],
            "workers": workers,
            "worker_class": WORKER,
            "preload_app": True,
            "backlog": BACKLOG,
            "loglevel": "warning",
            "proc_name": "pluralspec",
            "control_socket_disable": True,
            "post_worker_init": lambda worker: ready() if worker.age == 1 else None,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return self.application


def greeting(address: Address, systems: Sequence[DemoSystem]) -> str:
    """What a person reads when the server can answer: with demo systems, lines to paste too."""
    url = address.reachable_url
    lines = [f"pluralspec is listening on {address.url}", f"Documentation to try it out: {url}/docs"]
    if systems:
        lines += ["", *_invitation(url, systems[0])]
    return "\n".join(lines)


def _invitation(url: str, system: DemoSystem) -> list[str]:
    return [
        f"Demo system: {system.name}",
        f"  id     {system.id}",
        f"  token  {system.token}",
        "",
        "Paste these into another terminal:",
        f"  curl {url}/v2/systems/{system.id}",
        f"  curl -H 'Authorization: {system.token}' {url}/v2/systems/@me/fronters",
        f"  curl -H 'Authorization: {system.token}' -H 'Content-Type: application/json' \\",
        f'      -d \'{{"name": "Robin"}}\' {url}/v2/members',
    ]

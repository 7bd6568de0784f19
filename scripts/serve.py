"""`pluralspec serve`: gunicorn, in this process, on a socket that is bound before anything else happens."""

import errno
import ipaddress
import os
import signal
import socket
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any

import click
from gunicorn.app.base import BaseApplication

from handlers.request.rate_limits.gcra import StoreUnavailable
from models.database import store
from models.signing import SigningKeyUnusable
from scripts.demo import DemoSystem, ensure
from scripts.terminal import connect, database_option, json_option, setting_option, show

WORKER = "handlers.request.worker.Worker"
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
        return f"http://{_bracketed(self.host)}:{self.port}"

    @property
    def reachable_host(self) -> str:
        """An address that reaches the socket from this machine, also when it is bound to all of them."""
        if not ipaddress.ip_address(self.host).is_unspecified:
            return self.host
        return "::1" if ":" in self.host else "127.0.0.1"


def listen(host: str, port: int) -> Address:
    """Bind `host` and `port` (0: a free one). Raises click.ClickException."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        raise click.ClickException(_advice(host, port, error)) from error
    host, port = listener.getsockname()[:2]
    return Address(listener.detach(), host, port)


def _advice(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights than this user has: choose one from 1024 up, or --port 0 for any"
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine: --host takes one, such as 127.0.0.1, or 0.0.0.0 for all"
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: choose another, or --port 0 for any free one"
    return f"cannot listen on {host} port {port}: {error.strerror}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class Server(BaseApplication):
    """gunicorn with our workers, the first of which calls `ready` when requests are answered."""

    def __init__(self, address: Address, workers: int, ready: Callable[[], None]) -> None:
        self.options = {
            "bind": [f"fd://{address.descriptor}"],
            "workers": workers,
            "worker_class": WORKER,
            "loglevel": "warning",
            "proc_name": "pluralspec",
            "control_socket_disable": True,
            "when_ready": lambda arbiter: _end_gracefully(),
            "post_worker_init": lambda worker: _announce(worker, address, ready),
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, in each worker for itself: a connection to the database cannot be shared by processes."""
        return _application()


def _application() -> Any:
    # Connexion loads a test client that wants to be another one; nobody here uses it.
    warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
    from handlers.request.application import create_app

    try:
        return create_app()
    except (StoreUnavailable, SigningKeyUnusable) as error:
        raise click.ClickException(str(error)) from error


def _end_gracefully() -> None:
    """Treat Ctrl-C like SIGTERM: gunicorn's quick stop is one that its uvicorn workers do not hear."""
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda *_: os.kill(os.getpid(), signal.SIGTERM))


def _announce(worker: Any, address: Address, ready: Callable[[], None]) -> None:
    """Have the first worker call `ready` after an answer; those that replace it later have nothing to tell."""
    if worker.age == 1:
        threading.Thread(target=_when_answered, args=(address, ready), daemon=True).start()


def _when_answered(address: Address, ready: Callable[[], None]) -> None:
    connection = HTTPConnection(address.reachable_host, address.port, timeout=60)
    # A worker that cannot start ends the whole server and says why; there is nothing to add to that.
    with closing(connection), suppress(OSError, HTTPException):
        connection.request("HEAD", "/openapi.json")
        connection.getresponse()
        ready()


def greeting(address: Address, systems: Sequence[DemoSystem]) -> str:
    """What a person reads when the server can answer: with demo systems, lines to paste too."""
    url = f"http://{_bracketed(address.reachable_host)}:{address.port}"
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


@click.command()
@click.option(
    "--host",
    envvar="PLURALSPEC_HOST",
    default="127.0.0.1",
    show_default=True,
    show_envvar=True,
    help="Address to listen on; 0.0.0.0 is all of them.",
)
@click.option(
    "--port",
    envvar="PLURALSPEC_PORT",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    show_envvar=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--workers",
    envvar="PLURALSPEC_WORKERS",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    show_envvar=True,
    help="Processes that answer; one for each core is plenty.",
)
@click.option("--demo", is_flag=True, help="Fill an empty database with demo systems, and say how to try them.")
@setting_option("--rate-limits", "RATE_LIMITS", "off, requests a second, or by class: message:5.", metavar="LIMITS")
@database_option
@json_option
def serve(host: str, port: int, workers: int, demo: bool, as_json: bool) -> None:
    """Run the server until it is told to stop.

    Brings the database up to date first. The address is printed when the server can answer.

    \b
    pluralspec serve                   on http://127.0.0.1:8000
    pluralspec serve --port 0 --demo   on any free port, with something to look at
    """
    address = listen(host, port)
    connect(make=True)
    store().check_room(workers)
    systems = ensure() if demo else []
    # Once before the workers do it: what is wrong is said once, and what was loaded is shared.
    _application()
    store().close()

    def ready() -> None:
        value = {"url": address.url, "port": address.port, "systems": [asdict(system) for system in systems]}
        show(value, greeting(address, systems), as_json=as_json)

    Server(address, workers, ready).run()

"""`pluralspec serve`: gunicorn, in this process, on a socket that is bound before anything else happens."""

import gc
import os
import signal
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import asdict
from http.client import HTTPConnection, HTTPException
from typing import Any

import click
from gunicorn.app.base import BaseApplication

from handlers.request.logs import configure
from handlers.request.metrics import Board
from handlers.request.rate_limits.gcra import StoreUnavailable
from models.database import store
from models.settings import LOG_LEVELS, Settings
from models.signing import SigningKeyUnusable
from scripts.arbiter import Arbiter, GunicornLogger
from scripts.demo import DemoSystem, ensure
from scripts.listening import Address, bracketed, listen
from scripts.terminal import Number, connect, database_option, json_option, setting_option, show

WORKER = "handlers.request.worker.Worker"
MEMORY = "/dev/shm"  # noqa: S108 - where workers show that they are alive, gunicorn's files do not outlive their opening


class Server(BaseApplication):
    """gunicorn with our workers, the first of which calls `ready` when requests are answered."""

    def __init__(
        self, address: Address, metrics: Address | None, workers: int, log_level: str, ready: Callable[[], None]
    ) -> None:
        self._board, self._metrics, self._meter = Board(), metrics, None
        self.options = {
            "bind": [f"fd://{each.descriptor}" for each in (address, metrics) if each],
            "workers": workers,
            "worker_class": WORKER,
            "worker_tmp_dir": MEMORY if os.access(MEMORY, os.W_OK) else None,
            "loglevel": log_level,
            "logger_class": GunicornLogger,
            "proc_name": "pluralspec",
            "control_socket_disable": True,
            "when_ready": lambda arbiter: _end_gracefully(),
            "pre_fork": self._equip,
            "post_worker_init": lambda worker: _announce(worker, address, ready),
        }
        super().__init__()

    def run(self) -> None:
        """Run until told to stop."""
        Arbiter(self, self._board).run()

    def _equip(self, arbiter: Arbiter, worker: Any) -> None:
        """Give a worker that is about to begin what it counts with."""
        worker.row = self._board.free(each.row for each in arbiter.WORKERS.values())
        worker.meter = self._board.meter(worker.row)
        if self._metrics:
            worker.metrics, self._meter = (self._metrics.port, self._board), worker.meter

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, in each worker for itself: a connection to the database cannot be shared by processes."""
        from handlers.request.application import create_app

        return create_app(meter=self._meter)


def _prepare(settings: Settings) -> None:
    """Load what the workers will share, and try what each of them will open, so that what is wrong is said once."""
    # Connexion loads a test client that wants to be another one; nobody here uses it.
    warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
    from handlers.request.application import open_services

    try:
        open_services(settings)
    except (StoreUnavailable, SigningKeyUnusable) as error:
        raise click.ClickException(str(error)) from error
    store().close()
    gc.collect()
    gc.freeze()  # who looks for garbage touches every object, and what is touched is shared no more


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


def greeting(address: Address, metrics: Address | None, systems: Sequence[DemoSystem]) -> str:
    """What a person reads when the server can answer: with demo systems, lines to paste too."""
    url = f"http://{bracketed(address.reachable_host)}:{address.port}"
    lines = [f"pluralspec is listening on {address.url}", f"Documentation to try it out: {url}/docs"]
    if metrics:
        lines.append(f"Metrics for Prometheus: {metrics.url}/metrics")
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
    type=Number(0, 65535),
    default=8000,
    show_default=True,
    show_envvar=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--workers",
    envvar="PLURALSPEC_WORKERS",
    type=Number(1, 64),
    default=1,
    show_default=True,
    show_envvar=True,
    help="Processes that answer; one for each core is plenty.",
)
@click.option("--demo", is_flag=True, help="Fill an empty database with demo systems, and say how to try them.")
@setting_option("--rate-limits", "RATE_LIMITS", "off, requests a second, or by class: message:5.", metavar="LIMITS")
@setting_option("--metrics-port", "PLURALSPEC_METRICS_PORT", "Port of /metrics, for Prometheus.", metavar="PORT")
@setting_option("--metrics-host", "PLURALSPEC_METRICS_HOST", "Its address; 127.0.0.1 by default.", metavar="HOST")
@setting_option("--log-level", "PLURALSPEC_LOG_LEVEL", f"{', '.join(LOG_LEVELS)}.", metavar="LEVEL")
@setting_option("--access-log", "PLURALSPEC_ACCESS_LOG", "on: a line for each answer.", metavar="on|off")
@database_option
@json_option
def serve(host: str, port: int, workers: int, demo: bool, as_json: bool) -> None:
    """Run the server until it is told to stop.

    Brings the database up to date first. The address is printed when the server can answer.

    \b
    pluralspec serve                   on http://127.0.0.1:8000
    pluralspec serve --port 0 --demo   on any free port, with something to look at
    """
    settings = Settings.from_env()
    configure(settings.log_level)
    address = listen(host, port)
    metrics = _listen_for_metrics(settings, address)
    connect(make=True)
    store().check_room(workers)
    systems = ensure() if demo else []
    _prepare(settings)

    def ready() -> None:
        value = {"url": address.url, "port": address.port, "systems": [asdict(system) for system in systems]}
        if metrics:
            value["metrics"] = f"{metrics.url}/metrics"
        show(value, greeting(address, metrics, systems), as_json=as_json)

    Server(address, metrics, workers, settings.log_level, ready).run()


def _listen_for_metrics(settings: Settings, address: Address) -> Address | None:
    if settings.metrics_port is None:
        return None
    if settings.metrics_port == address.port:
        raise click.ClickException(f"port {address.port} is the API's: --metrics-port takes another, or 0 for any")
    return listen(settings.metrics_host, settings.metrics_port, option="metrics-")

"""Two servers that must be as good as one: requests go to the one and to the other in turns."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from types import TracebackType
from typing import Self

import httpx

from tests.support.redis_server import free_port
from tests.support.server import Server


class Turns(httpx.HTTPTransport):
    """Sends what is meant for the first of several servers to each of them in turns."""

    def __init__(self, limits: httpx.Limits) -> None:
        super().__init__(limits=limits, trust_env=False)
        self._turns: dict[int | None, Iterator[int | None]] = {}

    def share(self, *urls: str) -> None:
        """From now on these servers share the requests for the first of them."""
        ports = [httpx.URL(url).port for url in urls]
        self._turns[ports[0]] = cycle(ports)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if turns := self._turns.get(request.url.port):
            request.url = request.url.copy_with(port=next(turns))
        return super().handle_request(request)


class Pair(Server):
    """A server as tests know it, and another one beside it that takes every second request of the clients."""

    def __init__(self, *options: str, environment: dict[str, str], turns: Turns) -> None:
        port = free_port()
        # What a server says of its own address must not tell which of the two it is.
        environment = environment | {"PLURALSPEC_PROVIDER_URL": f"http://127.0.0.1:{port}"}
        super().__init__(*options, "--port", str(port), environment=environment)
        self._other, self._turns, self._running = Server(*options, environment=environment), turns, ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            starting.enter_context(self._other)
            super().__enter__()
            self._turns.share(self.base_url, self._other.base_url)
            self._running = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._running:
            super().__exit__(kind, error, trace)
        self.log += self._other.log

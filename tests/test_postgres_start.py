"""Postgres before the first request: the address, TLS, the schema, and how many connections there may be."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.support.commands import Commands
from tests.support.postgres_server import PostgresServer
from tests.support.server import ROOT
from tests.support.tls import TlsFront, make_certificate

SECRET = "s3cr&t"
UNUSABLE = {
    "nobody listens": f"postgresql://postgres:{SECRET}@127.0.0.1:1/test",
    "no such host": f"postgresql://postgres:{SECRET}@nowhere.invalid/test",
    "a percent sign alone": f"postgresql://postgres:{SECRET}%zz@127.0.0.1/test",
    "a space": f"postgresql://postgres:{SECRET} @127.0.0.1/test",
    "no port": f"postgresql://postgres:{SECRET}@127.0.0.1:port/test",
    "an unknown option": f"postgresql://postgres:{SECRET}@127.0.0.1/test?colour=red",
    "a password as an option": f"postgresql://postgres@127.0.0.1:1/test?password={SECRET.replace('&', '%26')}",
    "two hosts": f"postgresql://postgres:{SECRET}@127.0.0.1:1,127.0.0.1:2/test",
}


@pytest.fixture
def run(tmp_path: Path) -> Commands:
    """Runs the command without a terminal."""
    return Commands(tmp_path / "data")


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    """The address of an empty database."""
    return postgres.database()


@pytest.mark.parametrize("url", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_unusable_address_is_refused_in_one_line_without_the_password(run: Commands, url: str) -> None:
    outcome = run("migrate", DATABASE_URL=url)
    outcome.refuses("postgresql://")
    assert SECRET not in outcome.err
    assert "s3cr" not in outcome.err


def test_wrong_password_and_missing_database_are_told(run: Commands, postgres: PostgresServer) -> None:
    wrong = postgres.url().replace(postgres.password, SECRET.replace("&", "%26"))
    refused = run("system", "list", DATABASE_URL=wrong)
    refused.refuses(f"postgresql://postgres@127.0.0.1:{postgres.port}/postgres", "password authentication failed")
    assert "s3cr" not in refused.err
    missing = run("serve", "--port", "0", DATABASE_URL=postgres.url("elsewhere"))
    missing.refuses('database "elsewhere" does not exist')
    assert postgres.password not in missing.err


def test_password_with_every_kind_of_sign(run: Commands, url: str) -> None:
    password = "p:a@s/s?w%o#r'd\\ \"é"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE odd LOGIN SUPERUSER")
        connection.execute(psycopg.sql.SQL("ALTER ROLE odd PASSWORD {}").format(password))
    encoded = "".join(f"%{byte:02x}" for byte in password.encode())
    address = url.replace(url.split("//")[1].split("@")[0], f"odd:{encoded}")
    run("migrate", DATABASE_URL=address).ok()
    run("system", "list", DATABASE_URL=address.replace("postgresql://", "postgres://")).ok()


def test_encryption_that_is_asked_for_is_insisted_on(run: Commands, url: str) -> None:
    run("migrate", DATABASE_URL=f"{url}?sslmode=prefer").ok()
    run("migrate", DATABASE_URL=f"{url}?sslmode=require").refuses("SSL")


def test_certificate_is_checked(run: Commands, postgres: PostgresServer, url: str, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    (tmp_path / "other").mkdir()
    other = make_certificate(tmp_path / "other")
    with TlsFront(postgres.port, certificate) as front:
        address = url.replace(f":{postgres.port}/", f":{front.port}/") + "?sslmode=verify-full&sslrootcert="
        run("migrate", DATABASE_URL=f"{address}{certificate}").ok()
        assert front.encrypted > 0
        run("migrate", DATABASE_URL=f"{address}{other}").refuses("certificate verify failed")
        localhost = address.replace("127.0.0.1", "localhost")
        run("migrate", DATABASE_URL=f"{localhost}{certificate}&hostaddr=127.0.0.1").refuses("certificate", "localhost")


def test_address_may_have_options_of_its_own(run: Commands, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA elsewhere")
        run("migrate", DATABASE_URL=f"{url}?options=-c%20search_path%3Delsewhere&connect_timeout=9").ok()
        tables = connection.execute("SELECT DISTINCT schemaname FROM pg_tables WHERE tablename = 'member'").fetchall()
    assert tables == [("elsewhere",)]


def test_schema_is_made_once_by_many_at_once(url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scripts.cli", "migrate"]
    environment = Commands(tmp_path).environment | {"DATABASE_URL": url}

    def migrate(_: int) -> str:
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout

    with ThreadPoolExecutor(4) as threads:
        said = sorted(threads.map(migrate, range(4)))
    assert "Brought the database up to date" in said[0]
    assert said[1:] == ["The database is up to date.\n"] * 3


def test_newer_database_is_refused(run: Commands, url: str) -> None:
    run("migrate", DATABASE_URL=url).ok()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO schema_migration (name, applied) VALUES ('9999_later', now())")
    run("serve", "--port", "0", DATABASE_URL=url).refuses("newer release", "9999_later")


def test_instants_sort_alike_everywhere(run: Commands, url: str) -> None:
    run("migrate", DATABASE_URL=url).ok()
    with psycopg.connect(url) as connection:
        collations = connection.execute(
            "SELECT collation_name FROM information_schema.columns WHERE table_name = 'switch' "
            "AND column_name = 'timestamp'"
        ).fetchall()
    assert collations == [("C",)]


def test_more_connections_than_there_are_is_refused_at_the_start(run: Commands, url: str) -> None:
    serve = ("serve", "--port", "0", "--workers", "7")
    run(*serve, DATABASE_URL=url).refuses("113 connections", "only 97", "PLURALSPEC_POOL to 6 or less")
    run(*serve, DATABASE_URL=url, PLURALSPEC_POOL="7").refuses("99 connections", "PLURALSPEC_POOL to 6 or less")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{connection.info.dbname}" CONNECTION LIMIT 14'.encode())
        run(*serve, DATABASE_URL=url).refuses("only 14", "use fewer workers")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PLURALSPEC_POOL", "0"),
        ("PLURALSPEC_POOL", "101"),
        ("PLURALSPEC_POOL", "many"),
        ("PLURALSPEC_STATEMENT_TIMEOUT", "0"),
        ("PLURALSPEC_STATEMENT_TIMEOUT", "601"),
        ("PLURALSPEC_STATEMENT_TIMEOUT", "1s"),
    ],
)
def test_setting_out_of_range_is_refused(run: Commands, variable: str, value: str) -> None:
    run("migrate", **{variable: value}).refuses(variable, "expected")

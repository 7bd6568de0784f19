"""`pluralspec backup` and `restore`: whole copies while the server goes on, and what they refuse."""

import re
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.commands import Commands
from tests.support.postgres_server import PostgresServer
from tests.support.server import Server

TAGS = [{"prefix": "a", "suffix": None}, {"prefix": "b", "suffix": None}]
DATABASE = "pluralspec.db"


@pytest.fixture
def run(tmp_path: Path) -> Commands:
    """Runs the command on a data folder of its own."""
    return Commands(tmp_path / "data")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@dataclass(frozen=True)
class House:
    """A system on a running server."""

    address: str
    token: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A request of the system's owner, which must succeed; the answer's body."""
        headers = {"Authorization": self.token}
        return httpx.request(method, f"{self.address}/v2{path}", json=body, headers=headers).raise_for_status().json()

    def names(self) -> list[str]:
        """The names of all members, in order."""
        return sorted(member["name"] for member in self.ask("GET", "/systems/@me/members"))

    def join(self, name: str) -> None:
        """Make a member, with rows in two tables."""
        self.ask("POST", "/members", {"name": name, "proxy_tags": TAGS})


@pytest.fixture
def house(run: Commands) -> Iterator[House]:
    token = run("system", "create", "--json").json()["token"]
    with Server("--workers", "2", environment=run.environment | {"RATE_LIMITS": "off"}) as server:
        yield House(server.base_url, token)


class Crowd:
    """Members that are made one after another, for the time of a `with` block."""

    def __init__(self, house: House) -> None:
        self._house, self._enough, self._failed = house, threading.Event(), False
        self.begun = self.done = 0
        self._more = threading.Condition()

    @contextmanager
    def coming(self) -> Iterator[None]:
        thread = threading.Thread(target=self._come)
        thread.start()
        try:
            yield
        finally:
            self._enough.set()
            thread.join()
        assert not self._failed

    def wait_for(self, number: int) -> None:
        """Wait until so many more of them are there."""
        with self._more:
            target = self.done + number
            assert self._more.wait_for(lambda: self._failed or self.done >= target, 30)

    def _come(self) -> None:
        try:
            while not self._enough.is_set():
                self.begun += 1
                self._house.join(f"{self.begun:04}")
                with self._more:
                    self.done = self.begun
                    self._more.notify_all()
        except httpx.HTTPError:
            self._failed = True
            raise


def tags_by_member(file: Path) -> list[tuple[str, int]]:
    """Each member of a database with the number of their proxy tags; the database must be sound."""
    query = "SELECT name, (SELECT count(*) FROM proxy_tag WHERE member_id = member.id) FROM member ORDER BY name"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        return connection.execute(query).fetchall()


def test_copy_made_while_members_come_has_all_that_were_there_and_none_by_half(
    run: Commands, house: House, tmp_path: Path
) -> None:
    crowd = Crowd(house)
    with crowd.coming():
        for number in range(4):
            crowd.wait_for(5)
            file, before = tmp_path / f"{number}.db", crowd.done
            made = run("backup", str(file), "--json").json()
            assert made == {"file": str(file), "bytes": file.stat().st_size, "systems": 1}
            found = tags_by_member(file)
            assert found == [(f"{each:04}", len(TAGS)) for each in range(1, len(found) + 1)]
            assert before <= len(found) <= crowd.begun


def test_restore_brings_back_what_was_while_the_server_goes_on(run: Commands, house: House, tmp_path: Path) -> None:
    house.join("before")
    run("backup", str(tmp_path / "copy.db")).ok()
    crowd = Crowd(house)
    with crowd.coming():
        crowd.wait_for(5)
        outcome = run("restore", str(tmp_path / "copy.db"), "--yes", "--json")
        assert outcome.json() == {"restored": str(tmp_path / "copy.db"), "systems": 1}
        crowd.wait_for(5)
    names = house.names()
    assert names[-1] == "before"
    # Those that came before the restoration are gone, and none that came after it.
    assert names[:-1] == [f"{each:04}" for each in range(crowd.done - len(names) + 2, crowd.done + 1)]
    assert 5 <= len(names) - 1 < crowd.done


def test_copy_is_one_file_for_its_owner_alone(run: Commands, house: House, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    run("backup", str(folder / "copy.db")).ok()
    assert [path.name for path in folder.iterdir()] == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600


def test_people_are_told_what_to_keep_beside_it(run: Commands, tmp_path: Path) -> None:
    system = run("system", "create", "--json").json()["id"]
    said = run("backup", str(tmp_path / "copy.db")).ok()
    assert re.fullmatch(r"Backed up 1 system to \S+copy\.db \(\d+ bytes\)\.\n", said)
    run("key", "create", system, "--name", "Bot", "--scope", "full").ok()
    assert "data/pluralspec.db-signing-key" in run("backup", str(tmp_path / "copy.db"), "--yes").ok()
    assert "data/pluralspec.db-signing-key" in run("restore", str(tmp_path / "copy.db"), "--yes").ok()


def test_restore_makes_a_database_where_there_is_none(run: Commands, data: Path, tmp_path: Path) -> None:
    uuid = run("system", "create", "--json").json()["uuid"]
    run("backup", str(tmp_path / "copy.db")).ok()
    for file in data.iterdir():
        file.unlink()
    data.rmdir()
    run("restore", str(tmp_path / "copy.db")).ok()
    assert [system["uuid"] for system in run("system", "list", "--json").json()] == [uuid]
    assert stat.S_IMODE((data / DATABASE).stat().st_mode) == 0o600


# What is refused


@pytest.fixture
def copy(run: Commands, tmp_path: Path) -> Path:
    """A copy of the database with one system, to which another system was added later."""
    run("system", "create", "--json").ok()
    run("backup", str(tmp_path / "copy.db")).ok()
    run("system", "create", "--json").ok()
    return tmp_path / "copy.db"


@pytest.fixture
def unchanged(run: Commands, copy: Path, data: Path) -> Iterator[None]:
    """Expect that the test leaves the database as it was, and nothing beside it or the copy."""
    before = {path.name for folder in (copy.parent, data) for path in folder.iterdir()}
    yield
    after = {path.name for folder in (copy.parent, data) for path in folder.iterdir()}
    assert {name for name in after if not name.endswith(("-wal", "-shm"))} - before <= {"other.db"}
    assert len(run("system", "list", "--json").json()) == 2


@pytest.mark.usefixtures("unchanged")
def test_nothing_is_replaced_without_a_yes(run: Commands, copy: Path) -> None:
    before = copy.read_bytes()
    run("backup", str(copy)).refuses("--yes")
    run("restore", str(copy)).refuses("--yes")
    assert copy.read_bytes() == before
    run("backup", str(copy), "--yes").ok()
    assert copy.read_bytes() != before


@pytest.mark.usefixtures("unchanged")
def test_the_database_itself_is_no_copy(run: Commands, copy: Path, data: Path) -> None:
    (copy.parent / "link.db").symlink_to(data / DATABASE)
    for name in (data / DATABASE, copy.parent / "link.db"):
        run("backup", str(name), "--yes").refuses("is the database itself")
        run("restore", str(name), "--yes").refuses("is the database itself")
    (copy.parent / "link.db").unlink()


def _text(file: Path, copy: Path) -> None:
    file.write_text("These are notes, and longer than a database's header has to be.\n" * 30)


def _empty(file: Path, copy: Path) -> None:
    file.touch()


def _foreign(file: Path, copy: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE notes (text)")


def _cut(file: Path, copy: Path) -> None:
    file.write_bytes(copy.read_bytes()[:-8192])


def _torn(file: Path, copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    content[4096 * 3 : 4096 * 40] = b"\xff" * 4096 * 37
    file.write_bytes(content)


def _orphaned(file: Path, copy: Path) -> None:
    file.write_bytes(copy.read_bytes())
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("DELETE FROM system")
        connection.execute("INSERT INTO account (id, system_id) VALUES (1, 77)")


def _newer(file: Path, copy: Path) -> None:
    file.write_bytes(copy.read_bytes())
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("INSERT INTO schema_migration (name, applied) VALUES ('9999_later', '2030-01-01')")


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_text, "other.db"),
        (_empty, "is no database of pluralspec"),
        (_foreign, "is no database of pluralspec"),
        (_cut, "other.db"),
        (_torn, "other.db"),
        (_orphaned, "is damaged"),
        (_newer, "newer release"),
    ],
    ids=lambda part: part.__name__[1:] if callable(part) else None,
)
def test_what_is_no_sound_copy_is_not_restored(run: Commands, copy: Path, make: Any, words: str) -> None:
    other = copy.parent / "other.db"
    make(other, copy)
    before = other.read_bytes()
    run("restore", str(other), "--yes").refuses(words)
    assert other.read_bytes() == before


def test_nowhere_to_write_and_nothing_to_copy(run: Commands, data: Path, tmp_path: Path) -> None:
    run("backup", str(tmp_path / "copy.db")).refuses("there is no database at", DATABASE)
    assert not data.exists()
    run("migrate").ok()
    run("backup", str(tmp_path / "nowhere" / "copy.db")).refuses("nowhere", "nothing can be written")
    run("restore", str(tmp_path / "nowhere.db")).refuses("nowhere.db", code=2)


def test_postgres_has_commands_of_its_own(run: Commands, postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.database()
    run("backup", str(tmp_path / "copy.db"), DATABASE_URL=url).refuses("pg_dump")
    (tmp_path / "copy.db").touch()
    run("restore", str(tmp_path / "copy.db"), DATABASE_URL=url).refuses("pg_dump")

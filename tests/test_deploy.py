"""The systemd unit and the Containerfile: neither systemd nor an engine runs here, so their steps and settings are
checked, and what they start is run as they say: as another user, with nothing to write to but the data."""

import configparser
import os
import re
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

from tests.support.image import Image
from tests.support.server import ROOT, Server

DEPLOY = ROOT / "scripts" / "deploy"
UNIT = DEPLOY / "pluralspec.service"
INSTALLED = "/opt/pluralspec"
MOST_EXPOSED = 1.5
"""Of 10, as systemd counts: up to 2 is its best word for a service that uses the network."""
USER = "10001"
# The root becomes read-only in a namespace of its own, but for the folder $0; then the command runs as the user.
_CONFINE = f"""
    mount --bind "$0" "$0"
    mount -o remount,bind,ro /
    exec setpriv --reuid={USER} --regid={USER} --clear-groups --no-new-privs "$@"
"""


def analyze(*arguments: str) -> str:
    """Expect that systemd-analyze is content; what it says."""
    try:
        done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)
    except FileNotFoundError:
        if os.environ.get("CI"):
            raise
        pytest.skip("there is no systemd-analyze on the PATH (Debian: apt-get install systemd)")
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    # It wants to see the program, which is not installed there.
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace(INSTALLED, sys.prefix))
    assert analyze("verify", "--man=no", str(unit)) == ""


def test_unit_is_exposed_to_little() -> None:
    said = analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED * 10:.0f}", "--no-pager", str(UNIT))
    assert "User=/DynamicUser=" in said
    assert re.search(r"Overall exposure level .*: 1\.\d OK", said)
    # These weigh little there.
    service = unit()
    assert (service["ProtectSystem"], service["ProtectHome"], service["PrivateTmp"]) == ("strict", "yes", "yes")
    assert service["NoNewPrivileges"] == "yes"


def unit() -> configparser.SectionProxy:
    """What the unit says of the service."""
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[method-assign,assignment]
    parser.read(UNIT)
    return parser["Service"]


def confined(command: Sequence[str], writable: Path) -> list[str]:
    """A command that runs as another user and can write to one folder only."""
    return ["unshare", "--mount", "sh", "-ec", _CONFINE, str(writable), *command]


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """What the Containerfile makes."""
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("nothing can be mounted here, so no file system made read-only")
    with TemporaryDirectory(prefix="pluralspec-image-") as folder:
        Path(folder).chmod(0o755)
        made = Image(DEPLOY / "Containerfile", Path(folder))
        made.build()
        yield made


def answers_and_ends(command: Sequence[str], data: Path, environment: dict[str, str]) -> None:
    """Expect that what is started, confined to its data, says that it is ready, and ends well when it is told to."""
    server = Server(environment={**environment, "PLURALSPEC_PORT": "0"})
    server.command = confined(command, data)
    with server:
        answer = httpx.get(f"{server.base_url}/health/ready")
        assert (answer.status_code, answer.json()["status"]) == (200, "ok"), server.log
        server.process.terminate()
        assert server.process.wait(20) == 0
    assert "Traceback" not in "".join(server.log), server.log
    database = (data / "pluralspec.db").stat()
    assert (str(database.st_uid), stat.S_IMODE(database.st_mode)) == (USER, 0o600)


@pytest.mark.long
def test_steps_of_the_containerfile_make_a_server_that_is_ready(image: Image) -> None:
    assert re.fullmatch(r"python:3\.\d+-slim", image.base)
    assert image.user == f"{USER}:{USER}"
    assert stat.S_IMODE(image.volume.stat().st_mode) == 0o700
    answers_and_ends(image.command, image.volume, image.environment)


@pytest.mark.long
def test_what_the_unit_starts_is_ready_and_tells_systemd(image: Image) -> None:
    service = unit()
    variable, state = service["Environment"].split("=")
    assert state == f"/var/lib/{service['StateDirectory']}"
    program, *arguments = service["ExecStart"].split()
    command = [program.replace(INSTALLED, f"{image.folder}/python"), *arguments]
    with TemporaryDirectory(prefix="pluralspec-state-") as data, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as it:
        os.chown(data, int(USER), int(USER))
        it.bind(f"\0pluralspec-{os.getpid()}")
        it.settimeout(0)
        answers_and_ends(command, Path(data), {variable: data, "NOTIFY_SOCKET": f"@pluralspec-{os.getpid()}"})
        assert (service["Type"], it.recv(100).splitlines()[0]) == ("notify", b"READY=1")


@pytest.mark.long
def test_nothing_but_the_data_can_be_written_to(image: Image) -> None:
    touch = confined(["touch", str(image.volume / "a"), str(image.folder / "b"), "/tmp/c", "/c"], image.volume)
    said = subprocess.run(touch, capture_output=True, text=True).stderr
    assert said.count("Read-only file system") == 3, said

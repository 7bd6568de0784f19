"""`pluralspec serve`: when it says that it listens, where, and how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server import ROOT, Server


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Settings for a server with a data folder of its own."""
    return {"PLURALSPEC_DATA": str(tmp_path / "data")}


def _first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


@pytest.mark.parametrize(("host", "address"), [("localhost", "127.0.0.1"), ("0.0.0.0", "0.0.0.0")])
def test_says_where_it_listens(environment: dict[str, str], host: str, address: str) -> None:
    command = [sys.executable, "-m", "scripts.cli", "serve", "--port", "0", "--host", host, "--json"]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        printed: dict[str, Any] = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
        process.terminate()
    assert printed == {"url": f"http://{address}:{printed['port']}", "port": printed["port"], "systems": []}
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_answers_when_it_says_so_and_ends_when_it_is_told_to(
    environment: dict[str, str], number: signal.Signals
) -> None:
    with Server("--workers", "2", environment=environment) as server:
        assert re.fullmatch(r"pluralspec is listening on http://127\.0\.0\.1:\d+\n", server.log[0])
        # It has said that it listens, so the first request must be answered.
        assert httpx.get(f"{server.base_url}/openapi.json").status_code == 200
        server.process.send_signal(number)
        assert server.process.wait(20) == 0
    assert "Traceback" not in "".join(server.log)


def test_two_servers_share_a_database(environment: dict[str, str]) -> None:
    with Server("--demo", environment=environment) as one, Server("--demo", environment=environment) as other:
        assert (
            httpx.get(f"{one.base_url}/v2/systems/wazvno").json()
            == httpx.get(f"{other.base_url}/v2/systems/wazvno").json()
        )

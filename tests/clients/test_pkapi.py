"""A client that none of us wrote: `pkapi.js` from npm, unmodified. Every method that has an operation is called."""

import json
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from scripts import client_generators as generators
from tests.clients.recorder import Recorder
from tests.clients.toolchains import run
from tests.support.keeper import Keeper, new_snowflake
from tests.support.server import Server

HERE = Path(__file__).parent / "pkapi"
METHODS = 38
"""Those that work, and two calls in another situation."""
# What does not work, and why. None of it is because of the server.
FAILS = {
    # Its table of paths has none for this.
    "patchSystem": "ROUTES[this[#_version]].PATCH_SYSTEM is not a function",
    # It sends abbreviations in place of names; only some are names too.
    "patchSystemConfig with a time zone whose abbreviation is no name": "400: Error parsing JSON model",
    # Both are things that it demands before it asks.
    "patchMember without a name": "Key name is required, but wasn't supplied",
    "patchSwitchMembers without a timestamp": "Switch objects require a timestamp and members key",
    # A refusal, as there should be.
    "getMember of nobody": "404: Member not found.",
}

Serve = Callable[..., AbstractContextManager[Server]]


@pytest.mark.long
def test_every_method(keeper: Keeper, server: Server, serve: Serve, tmp_path: Path) -> None:
    shutil.copy(HERE / "session.mjs", tmp_path)
    (tmp_path / "node_modules").symlink_to(generators.from_npm(HERE) / "node_modules")
    account, guild = new_snowflake(), new_snowflake()
    owner = keeper.new_system(accounts=[account])
    owner.patch("/systems/@me", {"name": "Harbor"}).ok()
    member = owner.new_member("Ayo")
    message = keeper.add_message(member["uuid"], sender=account, guild=guild)
    known = {"SYSTEM": account, "GUILD": guild, "MEMBER": member["id"], "MESSAGE": message["id"]}
    with serve() as limited, Recorder(limited.base_url) as recorder:
        limited_url = recorder.base_url.removesuffix("/v2")
        urls = {"BASE_URL": server.base_url, "LIMITED_URL": limited_url}
        command = ["node", "session.mjs"]
        said = json.loads(run(command, tmp_path, PATH=generators.with_node(), TOKEN=str(owner.token), **urls, **known))
    assert {name: outcome for name, outcome in said.items() if outcome != "works"} == FAILS
    assert len(said.keys() - FAILS.keys()) == METHODS
    # Its rate limiter takes milliseconds for seconds: too long for a timer, which then ends at once.
    assert sum(exchange.status == 429 for exchange in recorder.exchanges) > 10

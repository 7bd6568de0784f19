"""What the kit was given to work with, and whether it is what it is said to be."""

import os
import shlex
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpx

from scripts.contract.errors import CannotRunError, HarnessError
from scripts.contract.guard import Guard, plain
from scripts.contract.masking import Masks
from scripts.contract.pace import Pace
from scripts.contract.wire import PATIENCE, Wire
from tests.support.client import Answer, Client, Observer

TOKEN, OTHER_TOKEN = "PLURALSPEC_CONTRACT_TOKEN", "PLURALSPEC_CONTRACT_OTHER_TOKEN"
LIMITED_KEY = "PLURALSPEC_CONTRACT_LIMITED_KEY"


@dataclass(frozen=True)
class Given:
    """The options of a run."""

    base_url: str
    token: str = field(default="", repr=False)
    other_token: str = field(default="", repr=False)
    limited_key: str = field(default="", repr=False)
    system: str = ""
    write: bool = False
    throwaway: str = ""
    guild: str = ""
    message: str = ""
    paced: bool = True

    @property
    def line(self) -> str:
        """What to type to be given the same; tokens are in the environment."""
        options = [("--system", self.system), ("--guild", self.guild), ("--message", self.message)]
        words = ["pluralspec", "contract", self.base_url]
        words += ["--write", "--throwaway", self.throwaway] if self.write else []
        words += [word for name, value in options if value for word in (name, value)]
        return shlex.join(words + ([] if self.paced else ["--rate", "off"]))

    @property
    def masks(self) -> Masks:
        """Hide the tokens."""
        return Masks({"$TOKEN": self.token, "$OTHER_TOKEN": self.other_token, "$LIMITED_KEY": self.limited_key})


def secret(option: str, source: str | None, variable: str) -> str:
    """A token: from a file, a line of standard input (`-`), or the environment; never from the command line itself."""
    if source is None:
        return os.environ.get(variable, "").strip()
    if source == "-":
        return sys.stdin.readline().strip()
    path = Path(source)
    if not path.is_file():
        raise CannotRunError(
            f"{option} takes a file or - for standard input, as everybody on the machine can read a command line; "
            f"a token itself goes into {variable}"
        )
    return path.read_text(encoding="utf-8").strip()


def normal(base_url: str) -> str:
    """The address without a slash at its end; the path /v2 is added to one without a path."""
    parts = urlsplit(base_url if "://" in base_url else f"https://{base_url}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotRunError(f"“{base_url}” is no address: expected something like https://api.example.org/v2")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise CannotRunError("the address may have no credentials, query or fragment in it")
    return urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/") or "/v2", "", ""))


@dataclass
class Access:
    """A server that answers, and who the kit is there."""

    given: Given
    http: httpx.Client
    wire: Wire
    anonymous: Client
    server: str
    own: Client | None = None
    other: Client | None = None
    limited: Client | None = None
    shown: Client | None = None
    """Without credentials, knowing the system to look at."""

    def close(self) -> None:
        """Close the connections."""
        self.http.close()


def reach(given: Given, observe: Observer) -> Access:
    """Connect, and find out who the tokens belong to; refuse to go on with what is not as it is said to be."""
    guard = Guard(given.base_url, writes=given.write, other_token=given.other_token)
    wire = Wire(guard, Pace(on=given.paced), given.masks)
    http = httpx.Client(transport=wire, timeout=30, trust_env=False)
    anonymous = Client(http, given.base_url, observe)
    access = Access(given, http, wire, anonymous, "")
    try:
        with wire.unrecorded():
            wire.patience = 0  # somebody who has mistyped an address wants to know now
            _introduce(access)
            wire.patience = PATIENCE
    except BaseException:
        http.close()
        raise
    return access


def things(client: Client, path: str) -> list[dict[str, Any]]:
    """The objects in a list, as far as it is one: what is wrong with it is for the checks to say."""
    answer = client.get(path)
    try:
        listed = answer.body if answer.status == 200 else []
    except (AssertionError, ValueError):
        return []
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _introduce(access: Access) -> None:
    given = access.given
    wanted = given.system or ("@me" if given.token else "")
    access.own = _identified(access, given.token, "the token")
    access.other = _identified(access, given.other_token, "the other token")
    if access.other and access.own and access.other.uuid == access.own.uuid:
        raise CannotRunError("the other token belongs to the same system as the token; it must be another's")
    access.limited = _identified(access, given.limited_key, "the limited key")
    if access.limited and (access.own is None or access.own.uuid != access.limited.uuid):
        raise CannotRunError("the limited key must belong to the system of the token")
    if given.write:
        _confirm(given, access.own)
    if not wanted:
        _ask(access, access.anonymous, f"/systems/{'a' * 6}", "")
    elif given.system:
        found = _ask(access, access.anonymous, f"/systems/{quote(given.system, safe='')}", "--system")
        access.shown = access.anonymous.identified(None, str(found.get("id")), str(found.get("uuid")))
    elif access.own:
        access.shown = access.anonymous.identified(None, access.own.id, access.own.uuid)


def _confirm(given: Given, own: Client | None) -> None:
    """Writing takes the system's own id, typed by whoever wants it."""
    if own is None:
        raise CannotRunError(f"--write needs the token of the system to write to: --token FILE or {TOKEN}")
    if not given.throwaway:
        raise CannotRunError("--write needs --throwaway SYSTEM_ID: the id of the token's system, which is written to")
    if plain(given.throwaway) not in (plain(own.id), plain(own.uuid)):
        raise CannotRunError(
            f"nothing was written: --throwaway says {given.throwaway}, but the token belongs to the system {own.id}"
        )


def _identified(access: Access, token: str, name: str) -> Client | None:
    if not token:
        return None
    found = _ask(access, access.anonymous.identified(token), "/systems/@me", name)
    return access.anonymous.identified(token, str(found.get("id")), str(found.get("uuid")))


def _ask(access: Access, client: Client, path: str, about: str) -> dict[str, Any]:
    """A first answer, which tells whether there is such an API at all, and whether it accepts what it is `about`."""
    url = access.given.base_url
    try:
        answer = client.send("GET", path)
    except (HarnessError, httpx.HTTPError) as error:
        raise CannotRunError(f"{url} cannot be reached: {error}") from error
    body = _object(answer)
    told = f"{path} answered {answer.status}, {access.given.masks(str(body.get('message') or 'no JSON object'))[:200]}"
    # A 404 without a code of its own is about the path, not about a system.
    known = answer.status in (200, 401, 403) or (answer.status == 404 and body.get("code"))
    if not body or not known:
        raise CannotRunError(f"there is no such API at {url}: {told}")
    if about and answer.status != 200:
        raise CannotRunError(f"{about} is not accepted by {url}: {told}")
    access.server = access.server or answer.headers.get("X-PluralKit-Version", "")[:80]
    return body


def _object(answer: Answer) -> dict[str, Any]:
    try:
        body = answer.response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}

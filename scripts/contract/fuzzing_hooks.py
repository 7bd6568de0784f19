"""Loaded by Schemathesis in a process of its own: the hooks of our own fuzzing, and the kit's rules for what leaves.

FUZZ_RULES names a file with what the kit was given; findings and what was made go into the files that it names.
"""

import json
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import requests
import schemathesis
from requests.adapters import HTTPAdapter
from schemathesis import HookContext, Response
from schemathesis.core.failures import Failure

from scripts.contract.guard import SAFE, Guard
from scripts.contract.pace import Pace, refusal_ends, scope_of
from scripts.contract.wire import changed_by, made_by
from tests import fuzz_hooks as own_hooks

Case = schemathesis.Case[Any]

RULES: dict[str, Any] = json.loads(Path(os.environ["FUZZ_RULES"]).read_text(encoding="utf-8"))
GUARD = Guard(RULES["base_url"], writes=RULES["write"])
GUARD.keep(RULES["kept"])
GUARD.keep_foreign(RULES["foreign"])
PACE = Pace(on=RULES["paced"])
_REFUSALS = 30
_send = HTTPAdapter.send


def send(adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
    """In place of requests' own way out."""
    seen = httpx.Request(str(request.method), str(request.url))
    GUARD.check(seen)
    path = GUARD.below(seen)
    creation = "" if seen.method in SAFE else made_by(seen.method, path)
    if change := changed_by(seen.method, path, parse_qs(urlsplit(str(request.url)).query).get("guild_id", [""])[-1]):
        _journal(touched=change)
    response = _patiently(adapter, request, scope_of(seen.method, path), options)
    if creation and response.ok and isinstance(body := _parsed(response), dict) and body.get("id"):
        _journal(made=[creation, str(body["id"])])
    return response


def _patiently(
    adapter: HTTPAdapter, request: requests.PreparedRequest, scope: str, options: dict[str, Any]
) -> requests.Response:
    for _ in range(_REFUSALS):
        PACE.wait(scope)
        response = _send(adapter, request, **options)
        PACE.learn(scope, response.headers)
        if response.status_code != 429:
            break
        time.sleep(refusal_ends(response.headers, _parsed(response)))
    return response


def _parsed(response: requests.Response) -> Any:
    try:
        return json.loads(response.content)
    except ValueError:
        return None


def _journal(**event: Any) -> None:
    with Path(RULES["journal"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(event) + "\n")


HTTPAdapter.send = send  # type: ignore[assignment, method-assign]


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Write down what our own hooks, which are asked first, have no explanation for."""
    if _says_nothing_of_limits(failure, response):
        return False
    request = response.request
    body = request.body or b""
    finding = {
        "operation": case.operation.definition.raw.get("operationId", ""),
        "title": failure.title,
        "message": failure.message,
        "method": request.method,
        "url": request.url,
        "headers": dict(request.headers),
        "body": body.decode(errors="replace") if isinstance(body, bytes) else str(body),
        "status": response.status_code,
        "answer_headers": {name: ", ".join(values) for name, values in response.headers.items()},
        "answer": (response.content or b"").decode(errors="replace"),
    }
    with Path(RULES["findings"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(finding) + "\n")
    return True


def _says_nothing_of_limits(failure: Failure, response: Response) -> bool:
    """A server may limit nothing, and have no headers about it then."""
    missing = [str(name).lower() for name in getattr(failure, "missing_headers", ())]
    limits = [name for name in response.headers if name.lower().startswith("x-ratelimit-")]
    return bool(missing) and not limits and all(name.startswith("x-ratelimit-") for name in missing)


__all__ = ["filter_failure", "own_hooks"]

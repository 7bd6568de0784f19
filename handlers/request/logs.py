"""What the server says of itself: JSON, one object a line on standard error, with the id of the request concerned.

Nothing that clients send is in it and nothing that the database holds. Of an error it tells the kind and the place, not
the text, which may quote either.
"""

import logging
import os
import re
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from itertools import chain
from struct import iter_unpack
from typing import Any

import orjson

from handlers.request.answers import OPERATION, Header, Scope

REQUEST_ID = b"x-request-id"

_current: ContextVar[bytes | None] = ContextVar("request_id", default=None)
_ours = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_OWN = ("pluralspec", "handlers", "models", "scripts")
_DIGITS = 16
_LONGEST = 1000
_FRAMES = 12


def _new_ids() -> Iterator[bytes]:
    """Ids without end, many of them drawn at once, and given out without a step in Python."""
    drawn = iter(lambda: iter_unpack(f"{_DIGITS}s", os.urandom(2048).hex().encode()), None)
    return chain.from_iterable(chain.from_iterable(drawn))


_ids = _new_ids()


def _begin_process() -> None:
    """A fork would give out the same ids as its parent."""
    global _ids
    _ids = _new_ids()


os.register_at_fork(after_in_child=_begin_process)


def identify(headers: Mapping[bytes, bytes]) -> Header:
    """The header with the id of the request that begins: its own if that is short and harmless, or a new one."""
    value = headers.get(REQUEST_ID)
    if value is None or not _ours.fullmatch(value):
        value = next(_ids)
    _current.set(value)
    return REQUEST_ID, value


def configure(level: str) -> None:
    """Have everything that this process and its children log written here, from this level up."""
    logging.basicConfig(handlers=[LINES], force=True, level=max(logging.INFO, _number(level)))
    for name in _OWN:
        # Others are not asked for details: Peewee's are its queries with all their values.
        logging.getLogger(name).setLevel(_number(level))
    logging.captureWarnings(True)


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


class Lines(logging.Handler):
    """Writes each record in one go, so that the lines of several processes do not mix."""

    def emit(self, record: logging.LogRecord) -> None:
        request_id = _current.get()
        said: dict[str, Any] = {"level": record.levelname.lower(), "logger": record.name}
        if request_id is not None:
            said["request_id"] = request_id.decode()
        said["message"] = record.getMessage().strip()[:_LONGEST]
        if record.exc_info and record.exc_info[1]:
            said |= _told(record.exc_info[1], quote=request_id is None and record.name.startswith("gunicorn"))
        write(said)


LINES = Lines()


class AccessLog:
    """One line for each answer."""

    def record(self, scope: Scope, method: str, status: int, took_ns: int) -> None:
        """Say who asked for what, and what became of it; no path, as it may hold anything."""
        operation, client, request_id = scope.get(OPERATION), scope["client"], _current.get()
        write(
            {
                "level": "info",
                "logger": "pluralspec.access",
                "request_id": request_id and request_id.decode(),
                "client": client and client[0],
                "method": method,
                "operation": operation and operation.rpartition(".")[2],
                "status": status,
                "milliseconds": took_ns / 1e6,
            }
        )


def write(said: dict[str, Any]) -> None:
    """Write one line; where it cannot be written, nobody could be told."""
    now = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
    line = orjson.dumps({"time": now.replace("+00:00", "Z"), **said}, option=orjson.OPT_APPEND_NEWLINE)
    with suppress(OSError):
        os.write(2, line)


def _told(error: BaseException, *, quote: bool) -> dict[str, str]:
    """The kind of an error and of those behind it, and where it was raised; its text only if it is ours to `quote`."""
    places = traceback.format_list(traceback.extract_tb(error.__traceback__)[-_FRAMES:])
    text = f": {error}" if quote else ""
    return {
        "error": " from ".join(_kinds(error)) + text[:_LONGEST],
        "trace": "Traceback\n" + "".join(places)[-3 * _LONGEST :],
    }


def _kinds(error: BaseException | None) -> list[str]:
    names: list[str] = []
    while error is not None and len(names) < 5:
        names.append(f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins."))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return names

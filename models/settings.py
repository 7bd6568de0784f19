"""Every setting of the server, read from the environment once."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from models import limits
from models.database import CONNECTIONS, PATIENCE

_WEB_ADDRESS = re.compile(r"https?://([\w.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[\w.~%/-]*)?", re.ASCII)

LOG_LEVELS = ("debug", "info", "warning", "error")


class SettingError(ValueError):
    """A setting that cannot be used; the text is one line that names it and says what is accepted."""


def _database_url(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    # What SQLite keeps in memory ends with the process that keeps it.
    file = rest.startswith("/") and rest not in ("/", "/:memory:")
    if not separator or not (scheme in ("postgresql", "postgres") or (scheme == "sqlite" and file)):
        raise ValueError("sqlite:///FILE or postgresql://USER@HOST/NAME")
    return text


def _pool(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= 100):
        raise ValueError("a number from 1 to 100")
    return int(text)


def _patience(text: str) -> float:
    seconds = float(text) if text.replace(".", "", 1).isdecimal() and text.isascii() else 0
    if not 0.1 <= seconds <= 600:
        raise ValueError("seconds, from 0.1 to 600")
    return seconds


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= 65535):
        raise ValueError("a port from 1 to 65535, or 0 for any free one")
    return int(text)


def _log_level(text: str) -> str:
    if text not in LOG_LEVELS:
        raise ValueError(f"one of {', '.join(LOG_LEVELS)}")
    return text


def _switch(text: str) -> bool:
    if text not in ("on", "off"):
        raise ValueError("on or off")
    return text == "on"


def _web_address(text: str) -> str:
    if not _WEB_ADDRESS.fullmatch(text):
        raise ValueError("an http or https address such as https://pk.example.org")
    return text.rstrip("/")


def setting(variable: str, parse: Callable[[str], Any], default: Any, about: str) -> Any:
    """A field of Settings that is read from `variable`; `parse` raises ValueError(what is accepted)."""
    return field(default=default, metadata={"variable": variable, "parse": parse, "about": about})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the environment says, checked; the README lists every one of these."""

    data_dir: Path = setting("PLURALSPEC_DATA", Path, Path("data"), "folder of the SQLite file, made on first start")
    database_url: str = setting("DATABASE_URL", _database_url, "", "sqlite:///FILE or postgresql://USER@HOST/NAME")
    pool: int = setting("PLURALSPEC_POOL", _pool, CONNECTIONS, "connections to Postgres that each worker may have")
    patience: float = setting(
        "PLURALSPEC_STATEMENT_TIMEOUT", _patience, PATIENCE, "seconds that a statement may take on Postgres"
    )
    provider_url: str = setting(
        "PLURALSPEC_PROVIDER_URL", _web_address, "", "address named in oEmbed answers; default: the server's own"
    )
    signing_key: Path | None = setting(
        "PLURALSPEC_SIGNING_KEY", Path, None, "file of the key that signs API keys; default: beside the data"
    )
    rate_limits: limits.Limits | None = setting(
        "RATE_LIMITS", limits.parse_limits, None, "off, requests per second (20), or by class (message:5)"
    )
    rate_limit_url: str = setting(
        "RATE_LIMIT_URL",
        limits.parse_store,
        "",
        "Redis that several machines count in; default: this machine's own count",
    )
    rate_limit_refuse: bool = setting(
        "RATE_LIMIT_FAILURE", limits.parse_failure, False, "open or refuse (503), while requests cannot be counted"
    )
    rate_limit_exceptions: limits.Exceptions = setting(
        "RATE_LIMIT_EXCEPTIONS",
        limits.parse_exceptions,
        limits.Exceptions(),
        "who has other limits: exampl=off 203.0.113.0/24=50",
    )
    trusted_proxies: limits.TrustedProxies = setting(
        "TRUSTED_PROXIES",
        limits.parse_proxies,
        limits.TrustedProxies(),
        "addresses or networks whose X-Forwarded-For counts; local: whoever connects to a local socket",
    )

    log_level: str = setting("PLURALSPEC_LOG_LEVEL", _log_level, "warning", f"what to log: {', '.join(LOG_LEVELS)}")
    access_log: bool = setting("PLURALSPEC_ACCESS_LOG", _switch, False, "on: log a line for each answer")
    metrics_port: int | None = setting(
        "PLURALSPEC_METRICS_PORT", _port, None, "port of /metrics, for Prometheus; default: none"
    )
    metrics_host: str = setting("PLURALSPEC_METRICS_HOST", str, "127.0.0.1", "address on which that port is")

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """The settings in `environment`; a variable that is unset or empty has its default.

        Raises SettingError: one line that names the variable and says what is accepted.
        """
        return cls(
            **{f.name: _read(f.metadata, environment) for f in fields(cls) if environment.get(f.metadata["variable"])}
        )

    @property
    def database(self) -> str:
        """Where the data is: DATABASE_URL, or else the SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'pluralspec.db'}"

    def beside_data(self, suffix: str) -> Path:
        """A file of the server's own: beside the SQLite file, or else in the data folder."""
        if self.database.startswith("sqlite:///"):
            return Path(f"{self.database.removeprefix('sqlite:///')}-{suffix}")
        return self.data_dir / f"pluralspec-{suffix}"


def _read(metadata: Mapping[str, Any], environment: Mapping[str, str]) -> Any:
    variable = metadata["variable"]
    try:
        return metadata["parse"](environment[variable])
    except ValueError as error:
        raise SettingError(f"{variable} is not usable: expected {error}") from None
